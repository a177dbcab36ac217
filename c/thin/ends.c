/* The ends of pipes: who uses them, taking the bytes that are there, and looking at what is ready. */
#include "thin/ends.h"

#include "core/check.h"
#include "thin/bridge.h"
#include "thin/scratch.h"

_Static_assert(SCRATCH_RECORD + POOL_WAIT_MAX * sizeof(struct pool_pollfd) <= POOL_ARGS_MAX_BYTES + 1024,
               "the list of a poll fits");

void pool__thin_set_bit(uint8_t *bits, pool_fd_t fd, bool on)
{
    uint8_t mask = (uint8_t)(1u << (fd % 8));
    uint8_t *byte = &bits[pool__thin_index(fd) / 8];
    *byte = (uint8_t)(on ? *byte | mask : *byte & ~mask);
}

bool pool__thin_in_use(struct pool *pool, pool_fd_t fd)
{
    const struct thin_waiter *waiter = pool->waiters[pool__thin_index(fd)];
    return (waiter && waiter->fd == fd) || pool__thin_bit(pool->in_use, fd);
}

int32_t pool__thin_take(struct pool *pool, pool_fd_t fd, void *data, uint32_t size)
{
    uint32_t scratch = pool__thin_scratch(pool->id), done = 0;
    while (done < size) {
        int32_t n = pool__thin_call(pool->id, THIN_CALL_PEEK, (double)fd, scratch, 0);
        if (n <= 0) return done ? (int32_t)done : n;
        uint32_t part = pool__min((uint32_t)n, size - done);
        pool__thin_read(pool->id, pool__thin_out(pool, 0), (uint8_t *)data + done, part);
        pool__thin_call(pool->id, THIN_CALL_CONSUME, (double)fd, part, 0);
        done += part;
    }
    return (int32_t)done;
}

int32_t pool__thin_put(struct pool *pool, pool_fd_t fd, const uint8_t *data, uint32_t size)
{
    uint32_t scratch = pool__thin_scratch(pool->id), done = 0;
    do {
        int32_t room = pool__thin_call(pool->id, THIN_CALL_RESERVE, (double)fd, size - done, scratch);
        if (room <= 0) return done ? (int32_t)done : room;
        uint32_t part = pool__min((uint32_t)room, size - done);
        pool__thin_write(pool->id, pool__thin_out(pool, 0), data + done, part);
        pool__thin_call(pool->id, THIN_CALL_COMMIT, (double)fd, part, 0);
        done += part;
    } while (done < size);
    return (int32_t)done;
}

int pool__thin_look_at(struct pool *pool, struct pool_pollfd *fds, uint32_t n_fds)
{
    POOL_ASSERT(n_fds <= POOL_WAIT_MAX); /* more would not fit */
    uint32_t at = pool__thin_scratch(pool->id) + SCRATCH_RECORD, size = n_fds * (uint32_t)sizeof *fds;
    pool__thin_write(pool->id, at, fds, size);
    int status = pool__thin_call(pool->id, THIN_CALL_POLL, at, n_fds, 0);
    if (status >= 0) pool__thin_read(pool->id, at, fds, size);
    return status;
}

uint32_t pool__thin_look(struct pool *pool, pool_fd_t fd)
{
    struct pool_pollfd poll = {fd, fd % 2 == PIPE_READ ? POOL_POLLIN : POOL_POLLOUT, 0};
    return fd && pool__thin_look_at(pool, &poll, 1) >= 0 ? poll.revents : POOL_POLLNVAL;
}

void pool__thin_end_closed(struct pool *pool, pool_fd_t fd)
{
    struct thin_waiter **at = &pool->waiters[pool__thin_index(fd)];
    if (pool->n_suspended > 0)
        pool__thin_post(pool->id, THIN_SIGNAL_END_0 + pool__thin_index(fd)); /* a suspended pool_poll */
    if (!*at) return;
    (*at)->next = pool->closed;
    pool->closed = *at;
    *at = NULL;
    pool__thin_post(pool->id, THIN_SIGNAL_CLOSED);
}
