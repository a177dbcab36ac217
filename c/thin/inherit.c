/* POOL_STDIO_INHERIT: a job writes into a pipe, and a pump copies it to the program's own stdout or stderr. */
#include "thin/inherit.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/check.h"
#include "core/output_error.h"
#include "thin/bridge.h"
#include "thin/ends.h"
#include "thin/ready.h"

#define PUMP_BYTES 4096u

static bool pump(struct pool *pool, struct thin_waiter *waiter);

/* Opens a pipe for one stream and makes its pump. That is done before the job is submitted, which no failure can then
 * leave without a reader. */
static int inherit_one(struct pool *pool, struct pool_stdio *stdio, struct thin_job *job, int stream)
{
    pool_fd_t fds[2];
    struct thin_waiter *waiter = malloc(sizeof *waiter);
    POOL_ASSERT((stream == 1 || stream == 2) && !job->inherited[stream]);
    if (!waiter) return POOL_ENOMEM;
    int status = pool_pipe(pool, 0, fds);
    if (status) {
        free(waiter);
        return status == POOL_ENFILE ? POOL_EAGAIN : status;
    }
    *waiter = (struct thin_waiter){.fd = fds[0], .user = job, .pump = pump, .stream = stream};
    pool->waiters[pool__thin_index(fds[0])] = waiter;
    job->inherited[stream] = fds[0];
    *stdio = (struct pool_stdio){POOL_STDIO_PIPE, fds[1]};
    return 0;
}

int pool__thin_inherit(struct pool *pool, struct pool_job_config *config, struct thin_job *job)
{
    int status = 0;
    for (int i = 0; i < 3 && status == 0; i++) {
        if (config->stdio[i].kind != POOL_STDIO_INHERIT) continue;
        config->stdio[i] = (struct pool_stdio){0};
        if (i > 0) status = inherit_one(pool, &config->stdio[i], job, i);
    }
    return status;
}

/* Writes all of it to the program's stream. If that is full, which is rare, it tries again until there is room. */
static int put(int stream, const char *data, int32_t size)
{
    while (size > 0) {
        ssize_t n = write(stream, data, (size_t)size);
        if (n < 0 && errno != EINTR && errno != EAGAIN) return pool__output_error(errno);
        if (n <= 0) continue;
        data += n;
        size -= (int32_t)n;
    }
    return 0;
}

/* Writes what is there: 0 at the end of the stream, POOL_EAGAIN if more may come. What cannot be read or written is lost,
 * and the job remembers why. If the reader has gone, nothing is lost. */
static int32_t put_all(struct pool *pool, struct thin_job *job, int stream)
{
    char data[PUMP_BYTES];
    int32_t n;
    while ((n = pool__thin_take(pool, job->inherited[stream], data, sizeof data)) > 0) {
        int status = put(stream, data, n);
        if (status && status != POOL_EPIPE) job->output_error = status;
    }
    if (n < 0 && n != POOL_EAGAIN) job->output_error = n;
    return n;
}

static void close_ours(struct pool *pool, struct thin_job *job, int stream)
{
    pool__thin_call(pool->id, THIN_CALL_CLOSE, (double)job->inherited[stream], 0, 0);
    job->inherited[stream] = 0;
}

static bool pump(struct pool *pool, struct thin_waiter *waiter)
{
    struct thin_job *job = waiter->user;
    POOL_ASSERT(job->inherited[waiter->stream] == waiter->fd);
    if (put_all(pool, job, waiter->stream) == POOL_EAGAIN) return false;
    close_ours(pool, job, waiter->stream);
    return true;
}

void pool__thin_start_pumps(struct pool *pool, struct thin_job *job)
{
    for (int i = 1; i < 3; i++) {
        if (job->inherited[i]) pool__thin_end_signal(pool, pool__thin_index(job->inherited[i]));
    }
}

static void stop_pump(struct pool *pool, struct thin_job *job, int stream)
{
    struct thin_waiter **at = &pool->waiters[pool__thin_index(job->inherited[stream])];
    free(*at);
    *at = NULL;
    close_ours(pool, job, stream);
}

void pool__thin_disinherit(struct pool *pool, struct pool_job_config *config, struct thin_job *job)
{
    for (int i = 1; i < 3; i++) {
        if (!job->inherited[i]) continue;
        stop_pump(pool, job, i);
        pool__thin_call(pool->id, THIN_CALL_CLOSE, (double)config->stdio[i].fd, 0, 0);
    }
}

void pool__thin_drain(struct pool *pool, struct thin_job *job)
{
    for (int i = 1; i < 3; i++) {
        if (!job->inherited[i]) continue;
        put_all(pool, job, i);
        stop_pump(pool, job, i);
    }
}
