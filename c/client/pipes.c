/* Reading and writing pipes without a copy: what cannot be done now is announced, so that a signal follows. */
#include "client/client.h"
#include "core/check.h"
#include "sync/ends.h"
#include "sync/wake.h"

/* The pipe behind one of the client's own ends: NULL if it is not open, or was given to a job. */
static struct pipe *end_of(struct pool *pool, pool_fd_t fd, enum pipe_end end)
{
    struct pipe *pipe = pool__end_of(pool, fd, end);
    POOL_ASSERT(!pipe || pipe < pool->pipes + PIPES_MAX); /* replies have no handles */
    return pipe && pool__pipe_held(pipe, end) != END_GIVEN ? pipe : NULL;
}

int32_t client_peek(struct pool *pool, pool_fd_t fd, uint8_t **data_out)
{
    struct pipe *pipe = end_of(pool, fd, PIPE_READ);
    if (!pipe) return POOL_EBADF;
    int status = pool__end_look(pipe, PIPE_READ, 0);
    if (status <= 0) return status;
    struct span span = pool__pipe_readable(pipe, 0);
    POOL_ASSERT(span.data && span.size > 0 && span.size <= pipe->capacity);
    *data_out = span.data;
    return (int32_t)span.size;
}

int client_consume(struct pool *pool, pool_fd_t fd, uint32_t size)
{
    struct pipe *pipe = end_of(pool, fd, PIPE_READ);
    if (!pipe) return POOL_EBADF;
    if (size > pool__pipe_readable(pipe, 0).size) return POOL_EINVAL;
    pool__wake_end(pool, pipe, PIPE_WRITE, pool__pipe_consume(pipe, size));
    pool__count_bytes(&pool->x_bytes_read, size);
    return 0;
}

int32_t client_reserve(struct pool *pool, pool_fd_t fd, uint32_t wants, uint8_t **data_out)
{
    struct pipe *pipe = end_of(pool, fd, PIPE_WRITE);
    if (!pipe) return POOL_EBADF;
    int status = pool__end_look(pipe, PIPE_WRITE, wants);
    if (status <= 0) return status;
    status = pool__attach_ring(pool, pipe, WAITER_CLIENT);
    if (status < 0) return status;
    struct span span = pool__pipe_writable(pipe, 0);
    POOL_ASSERT(span.data && span.size > 0 && span.size <= pipe->capacity);
    *data_out = span.data;
    return (int32_t)span.size;
}

int client_commit(struct pool *pool, pool_fd_t fd, uint32_t size)
{
    struct pipe *pipe = end_of(pool, fd, PIPE_WRITE);
    if (!pipe) return POOL_EBADF;
    if (!pipe->data || size > pool__pipe_writable(pipe, 0).size) return POOL_EINVAL;
    pool__wake_end(pool, pipe, PIPE_READ, pool__pipe_commit(pipe, size));
    pool__count_bytes(&pool->x_bytes_written, size);
    return 0;
}

int client_watch_reader(struct pool *pool, pool_fd_t fd)
{
    struct pipe *pipe = end_of(pool, fd, PIPE_WRITE);
    if (!pipe) return POOL_EBADF;
    pool__pipe_announce(pipe, PIPE_WRITE, WAITER_CLIENT, PIPE_WANTS_CLOSE);
    return pool__pipe_write_status(pipe) == POOL_EPIPE ? POOL_EPIPE : POOL_EAGAIN;
}

uint32_t client_waiter_at(struct pool *pool, pool_fd_t fd)
{
    struct pipe *written = end_of(pool, fd, PIPE_WRITE), *read = end_of(pool, fd, PIPE_READ);
    if (written && pool__pipe_read_status(written) == POOL_EAGAIN) return atomic_load(&written->x_reader_waits);
    if (read && pool__pipe_write_status(read) == POOL_EAGAIN) return atomic_load(&read->x_writer_waits);
    return 0;
}
