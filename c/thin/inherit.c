/* A job's output that is the program's own: a pipe, and a pump that writes what comes out of it. */
#include "thin/inherit.h"

#include <stdlib.h>
#include <unistd.h>

#include "thin/bridge.h"
#include "thin/ends.h"
#include "thin/ready.h"

#define PUMP_BYTES 4096u

int pool__thin_inherit(struct pool *pool, struct pool_job_config *config, struct thin_job *job)
{
    for (int i = 0; i < 3; i++) {
        if (config->stdio[i].kind != POOL_STDIO_INHERIT) continue;
        config->stdio[i] = (struct pool_stdio){0};
        if (i == 0) continue;
        pool_fd_t fds[2];
        int status = pool_pipe(pool, 0, fds);
        if (status) return status == POOL_ENFILE ? POOL_EAGAIN : status;
        job->inherited[i] = fds[0];
        config->stdio[i] = (struct pool_stdio){POOL_STDIO_PIPE, fds[1]};
    }
    return 0;
}

/* Writes to a stream of the program's, which never waits. */
static void put(int stream, const char *data, int32_t size)
{
    while (size > 0) {
        ssize_t n = write(stream, data, (size_t)size);
        if (n <= 0) return;
        data += n;
        size -= (int32_t)n;
    }
}

/* Writes what is there: 0 at its end, POOL_EAGAIN if there may be more. */
static int32_t put_all(struct pool *pool, pool_fd_t fd, int stream)
{
    char data[PUMP_BYTES];
    int32_t n;
    while ((n = pool__thin_take(pool, fd, data, sizeof data)) > 0) put(stream, data, n);
    return n;
}

static bool pump(struct pool *pool, struct thin_waiter *waiter)
{
    struct thin_job *job = waiter->user;
    if (put_all(pool, waiter->fd, waiter->stream) == POOL_EAGAIN) return false;
    pool__thin_call(pool->id, CALL_CLOSE, (double)waiter->fd, 0, 0);
    job->inherited[waiter->stream] = 0;
    return true;
}

void pool__thin_start_pumps(struct pool *pool, struct thin_job *job)
{
    for (int i = 1; i < 3; i++) {
        if (!job->inherited[i]) continue;
        struct thin_waiter *waiter = malloc(sizeof *waiter);
        if (!waiter) continue; /* then it is written when the job has ended, or the job waits for it for ever */
        *waiter = (struct thin_waiter){.fd = job->inherited[i], .user = job, .pump = pump, .stream = i};
        pool->waiters[pool__thin_index(waiter->fd)] = waiter;
        pool__thin_end_signal(pool, pool__thin_index(waiter->fd));
    }
}

void pool__thin_drain(struct pool *pool, struct thin_job *job)
{
    for (int i = 1; i < 3; i++) {
        pool_fd_t fd = job->inherited[i];
        if (!fd) continue;
        struct thin_waiter **at = &pool->waiters[pool__thin_index(fd)];
        if (*at && (*at)->fd == fd) {
            free(*at);
            *at = NULL;
        }
        put_all(pool, fd, i);
        pool__thin_call(pool->id, CALL_CLOSE, (double)fd, 0, 0);
        job->inherited[i] = 0;
    }
}
