/* Millrace's pipes, through pool.h; only what pool.h does not tell, how many bytes a pipe has, is looked up inside. */
#include <stdlib.h>

#include "pool.h"
#include "posix/pipe_program.h"
#include "support/test_pool.h"

#define FDS_MAX 8u

static pool_t *pool;

int millrace_pipes_begin(void)
{
    return pool_create(&(struct pool_config){.n_workers = 1}, &pool);
}

uint32_t millrace_pipes_end(void)
{
    struct pool_stats stats = {.n_pipes = UINT32_MAX};
    (void)pool_stats(pool, &stats);
    if (pool_destroy(pool) < 0) return UINT32_MAX;
    pool = NULL;
    return stats.n_pipes;
}

struct errand {
    void (*run)(void *argument);
    void *argument;
};

static uint32_t run_errand(pool_t *its_pool, void *user)
{
    struct errand *errand = user;
    (void)its_pool;
    errand->run(errand->argument);
    return 0;
}

bool millrace_run_as_job(void (*run)(void *argument), void *argument)
{
    struct errand errand = {run, argument};
    pool_job_t job;
    struct pool_result result;
    if (pool_submit(pool, &(struct pool_job_config){.function = run_errand, .user = &errand}, &job) < 0) return false;
    bool ended = pool_wait(pool, job, POOL_FOREVER, &result) == 0 && result.outcome == POOL_EXITED;
    return pool_release(pool, job) == 0 && ended;
}

static int millrace_pipe(uint32_t capacity, uint64_t fds_out[2])
{
    return pool_pipe(pool, capacity, fds_out);
}

static int32_t millrace_read(uint64_t fd, void *data, uint32_t size)
{
    return pool_read(pool, fd, data, size);
}

static int32_t millrace_write(uint64_t fd, const void *data, uint32_t size)
{
    return pool_write(pool, fd, data, size);
}

typedef int32_t (*vector_call)(pool_t *pool, pool_fd_t fd, const struct pool_iovec *iov, uint32_t n);

static int32_t call_with_pieces(vector_call call, uint64_t fd, const struct piece *pieces, uint32_t n)
{
    struct pool_iovec *iov = calloc(n + 1, sizeof *iov);
    if (!iov) return POOL_ENOMEM;
    for (uint32_t i = 0; i < n; i++) iov[i] = (struct pool_iovec){pieces[i].data, pieces[i].size};
    int32_t result = call(pool, fd, iov, n);
    free(iov);
    return result;
}

static int32_t millrace_readv(uint64_t fd, const struct piece *pieces, uint32_t n)
{
    return call_with_pieces(pool_readv, fd, pieces, n);
}

static int32_t millrace_writev(uint64_t fd, const struct piece *pieces, uint32_t n)
{
    return call_with_pieces(pool_writev, fd, pieces, n);
}

static int millrace_set_nonblocking(uint64_t fd, bool nonblocking)
{
    return pool_set_nonblocking(pool, fd, nonblocking);
}

static int millrace_poll(struct polled *fds, uint32_t n, int timeout_ms)
{
    struct pool_pollfd polled[FDS_MAX];
    if (n > FDS_MAX) return POOL_EINVAL;
    for (uint32_t i = 0; i < n; i++) polled[i] = (struct pool_pollfd){fds[i].fd, fds[i].events, fds[i].revents};
    int result = pool_poll(pool, polled, n, timeout_ms);
    for (uint32_t i = 0; i < n; i++) fds[i].revents = polled[i].revents;
    return result;
}

static int millrace_close(uint64_t fd)
{
    return pool_close(pool, fd);
}

static uint32_t millrace_queued(uint64_t read_fd)
{
    struct pipe *pipe = test_pipe(pool, read_fd);
    return atomic_load(&pipe->x_tail) - atomic_load(&pipe->x_head);
}

const struct pipe_api millrace_pipes = {
    .name = "millrace",
    .none = 0,
    .pipe = millrace_pipe,
    .read = millrace_read,
    .write = millrace_write,
    .readv = millrace_readv,
    .writev = millrace_writev,
    .set_nonblocking = millrace_set_nonblocking,
    .poll = millrace_poll,
    .close = millrace_close,
    .queued = millrace_queued,
};
