/* Waits until ends are ready: pool_poll and pool_on_ready. */
#include "thin/ready.h"

#include <stdlib.h>

#include "core/check.h"
#include "thin/bridge.h"
#include "thin/ends.h"
#include "thin/explain.h"
#include "thin/suspend.h"

/* --- pool_poll */

/* As pool__thin_look_at, but an end that a callback waits for is POOL_POLLNVAL to the caller. */
static int look_for_caller(struct pool *pool, struct pool_pollfd *fds, uint32_t n_fds)
{
    int found = pool__thin_look_at(pool, fds, n_fds);
    for (uint32_t i = 0; i < n_fds && found >= 0; i++) {
        if (!fds[i].fd || !pool__thin_in_use(pool, fds[i].fd)) continue;
        found += fds[i].revents == 0;
        fds[i].revents = POOL_POLLNVAL;
    }
    return found;
}

int pool_poll(pool_t *pool, struct pool_pollfd *fds, uint32_t n_fds, int32_t timeout_ms)
{
    pool__thin_begin();
    if (!pool || n_fds > POOL_WAIT_MAX || (n_fds && !fds) || timeout_ms < POOL_FOREVER) return POOL_EINVAL;
    uint32_t *signals = NULL;
    double deadline_ms = pool__thin_deadline(timeout_ms);
    int found;
    while ((found = look_for_caller(pool, fds, n_fds)) == 0 && timeout_ms != 0) {
        if (!signals) signals = malloc((n_fds + 1) * sizeof *signals);
        for (uint32_t i = 0; signals && i < n_fds; i++) signals[i] = THIN_SIGNAL_END_0 + pool__thin_index(fds[i].fd);
        if (signals) signals[n_fds] = THIN_SIGNAL_ROOM; /* a pipe may need memory for its ring */
        int status = signals ? pool__thin_await(pool, signals, n_fds + 1, deadline_ms) : POOL_ENOMEM;
        found = status == POOL_ETIMEDOUT ? 0 : status;
        if (status) break;
    }
    free(signals);
    return found;
}

/* --- pool_on_ready */

/* Ends a wait and calls its callback. `at` is the pointer that leads to the waiter. */
static void answer(struct pool *pool, struct thin_waiter **at, int status)
{
    struct thin_waiter waiter = **at;
    free(*at);
    *at = waiter.next;
    pool__thin_owe(pool->id, -1);
    waiter.callback(waiter.user, pool, waiter.fd, status);
}

void pool__thin_end_signal(struct pool *pool, uint32_t index)
{
    POOL_ASSERT(index < ENDS_MAX);
    struct thin_waiter **at = &pool->waiters[index];
    if (!*at) return;
    if (!(*at)->pump) {
        uint32_t found = pool__thin_look(pool, (*at)->fd);
        if (found) answer(pool, at, found & POOL_POLLNVAL ? POOL_EBADF : 0);
    } else if ((*at)->pump(pool, *at)) {
        free(*at);
        *at = NULL;
    }
}

void pool__thin_look_at_ends(struct pool *pool)
{
    for (uint32_t i = PIPE_WRITE; i < ENDS_MAX; i += 2) {
        if (pool->waiters[i]) pool__thin_end_signal(pool, i);
    }
}

static int take_back(struct pool *pool, struct thin_waiter **at)
{
    if (!*at) return 0;
    free(*at);
    *at = NULL;
    pool__thin_owe(pool->id, -1);
    return 0;
}

int pool_on_ready(pool_t *pool, pool_fd_t fd, pool_ready_callback callback, void *user)
{
    pool__thin_begin();
    if (!pool) return POOL_EINVAL;
    if (pool->closing) return POOL_ESHUTDOWN;
    struct thin_waiter **at = &pool->waiters[pool__thin_index(fd)];
    uint32_t found = pool__thin_look(pool, fd);
    if (found & POOL_POLLNVAL || (*at && (*at)->pump)) return POOL_EBADF;
    if (pool__thin_bit(pool->in_use, fd)) return POOL_EBUSY;
    if (!callback) return take_back(pool, at);
    if (!*at) {
        *at = malloc(sizeof **at);
        if (!*at) return POOL_ENOMEM;
        pool__thin_owe(pool->id, 1);
    }
    **at = (struct thin_waiter){.fd = fd, .callback = callback, .user = user};
    if (found) pool__thin_post(pool->id, THIN_SIGNAL_END_0 + pool__thin_index(fd));
    return 0;
}

void pool__thin_tell_closed(struct pool *pool)
{
    while (pool->closed) answer(pool, &pool->closed, POOL_EBADF);
}

void pool__thin_fail_waiters(struct pool *pool)
{
    for (uint32_t i = 0; i < ENDS_MAX; i++) {
        struct thin_waiter **at = &pool->waiters[i];
        if (*at && !(*at)->pump) answer(pool, at, POOL_ESHUTDOWN);
    }
}
