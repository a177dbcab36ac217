/* Reading and writing pipes as the client: what cannot be done now is announced, so that a signal follows. */
#include <string.h>

#include "client/client.h"
#include "core/check.h"
#include "sync/ends.h"
#include "sync/wake.h"

/* An end's status; before it is POOL_EAGAIN the wish for a signal is announced and the end looked at once more. */
static int status_or_announce(struct pipe *pipe, enum pipe_end end, uint32_t wants, int (*status_of)(struct pipe *))
{
    int status = status_of(pipe);
    if (status != POOL_EAGAIN) return status;
    pool__pipe_announce(pipe, end, WAITER_CLIENT, wants);
    status = status_of(pipe);
    if (status != POOL_EAGAIN) pool__pipe_announce(pipe, end, 0, 0);
    return status;
}

int32_t client_peek(struct pool *pool, pool_fd_t fd, uint8_t **data_out)
{
    struct pipe *pipe = client_end_of(pool, fd, PIPE_READ);
    if (!pipe) return POOL_EBADF;
    int status = status_or_announce(pipe, PIPE_READ, 0, pool__pipe_read_status);
    if (status <= 0) return status;
    struct span span = pool__pipe_readable(pipe, 0);
    *data_out = span.data;
    return (int32_t)span.size;
}

int client_consume(struct pool *pool, pool_fd_t fd, uint32_t size)
{
    struct pipe *pipe = client_end_of(pool, fd, PIPE_READ);
    if (!pipe) return POOL_EBADF;
    if (size > pool__pipe_readable(pipe, 0).size) return POOL_EINVAL;
    pool__wake_end(pool, pipe, PIPE_WRITE, pool__pipe_consume(pipe, size));
    return 0;
}

int32_t client_reserve(struct pool *pool, pool_fd_t fd, uint32_t wants, uint8_t **data_out)
{
    struct pipe *pipe = client_end_of(pool, fd, PIPE_WRITE);
    if (!pipe) return POOL_EBADF;
    int status = status_or_announce(pipe, PIPE_WRITE, wants, pool__pipe_write_status);
    if (status <= 0) return status;
    status = pool__attach_ring(pool, pipe, WAITER_CLIENT);
    if (status < 0) return status;
    struct span span = pool__pipe_writable(pipe, 0);
    *data_out = span.data;
    return (int32_t)span.size;
}

int client_commit(struct pool *pool, pool_fd_t fd, uint32_t size)
{
    struct pipe *pipe = client_end_of(pool, fd, PIPE_WRITE);
    if (!pipe) return POOL_EBADF;
    if (!pipe->data || size > pool__pipe_writable(pipe, 0).size) return POOL_EINVAL;
    pool__wake_end(pool, pipe, PIPE_READ, pool__pipe_commit(pipe, size));
    return 0;
}

int32_t pool_read(pool_t *pool, pool_fd_t fd, void *data, uint32_t size_bytes)
{
    uint8_t *from;
    uint32_t done = 0;
    while (done < size_bytes) {
        int32_t n = client_peek(pool, fd, &from);
        if (n <= 0) return done ? (int32_t)done : n;
        uint32_t size = pool__min((uint32_t)n, size_bytes - done);
        memcpy((uint8_t *)data + done, from, size);
        client_consume(pool, fd, size);
        done += size;
    }
    return (int32_t)done;
}

int32_t pool_write(pool_t *pool, pool_fd_t fd, const void *data, uint32_t size_bytes)
{
    uint8_t *to;
    uint32_t done = 0;
    while (done < size_bytes) {
        int32_t room = client_reserve(pool, fd, size_bytes - done, &to);
        if (room <= 0) return done ? (int32_t)done : room;
        uint32_t size = pool__min((uint32_t)room, size_bytes - done);
        memcpy(to, (const uint8_t *)data + done, size);
        client_commit(pool, fd, size);
        done += size;
    }
    return (int32_t)done;
}
