/* The ends of pipes: who uses them, and what is there. */
#ifndef MILLRACE_THIN_ENDS_H
#define MILLRACE_THIN_ENDS_H

#include <stdbool.h>

#include "core/handle.h"
#include "thin/state.h"

/* Somebody waits for an end to become ready: a callback, or the pump of an inherited stream or an instance. */
struct thin_waiter {
    struct thin_waiter *next; /* among those whose end was closed */
    pool_fd_t fd;
    pool_ready_callback callback;
    void *user;
    /* Instead of the callback: moves what can be moved; true: that was the end, and its end is closed. */
    bool (*pump)(struct pool *pool, struct thin_waiter *waiter);
    int stream; /* of the pump of a stream: 1 or 2 */
};

/* Which end of all, as `waiters` and the bits count them. */
static inline uint32_t pool__thin_index(pool_fd_t fd)
{
    return pool__handle_slot(fd, HANDLE_PIPE_BITS);
}

static inline bool pool__thin_bit(const uint8_t *bits, pool_fd_t fd)
{
    return bits[pool__thin_index(fd) / 8] >> (fd % 8) & 1;
}

void pool__thin_set_bit(uint8_t *bits, pool_fd_t fd, bool on);
/* Whether a callback or a suspended call uses an end. */
bool pool__thin_in_use(struct pool *pool, pool_fd_t fd);
/* What is there now, without waiting. */
int32_t pool__thin_take(struct pool *pool, pool_fd_t fd, void *data, uint32_t size);
/* Puts in what fits now. */
int32_t pool__thin_put(struct pool *pool, pool_fd_t fd, const uint8_t *data, uint32_t size);
/* Looks at ends: how many have something found. */
int pool__thin_look_at(struct pool *pool, struct pool_pollfd *fds, uint32_t n_fds);
/* Which of POOL_POLL* are there at one end now; if none, its signal follows. */
uint32_t pool__thin_look(struct pool *pool, pool_fd_t fd);
/* An end was closed here: whoever waits for it is told, later. */
void pool__thin_end_closed(struct pool *pool, pool_fd_t fd);

#endif
