/* pool_poll: many ends in one sleep. */
#include "api/api.h"
#include "api/fds.h"
#include "api/timeout.h"
#include "core/check.h"
#include "core/handle.h"
#include "sync/ends.h"
#include "sync/self.h"

struct poll {
    struct sleeper *sleeper;
    struct pool_pollfd *fds;
    uint32_t n;
    bool repeats; /* an end is listed more than once */
};

/* The first entry with the same end. It has taken the end for all of them. */
static uint32_t first_of(const struct poll *p, uint32_t i)
{
    uint32_t first = 0;
    POOL_ASSERT(i < p->n); /* at the latest it finds that one */
    while (p->fds[first].fd != p->fds[i].fd) first++;
    return first;
}

static bool is_first(const struct poll *p, uint32_t i)
{
    return !p->repeats || first_of(p, i) == i;
}

/* An entry's stream, once its end has been taken. */
static bool stream_of(const struct poll *p, uint32_t i, struct stream *stream_out)
{
    pool_fd_t fd = p->fds[i].fd;
    if (!fd || p->fds[i].revents & POOL_POLLNVAL) return false;
    if (pool__fd_is_own(fd)) return pool__fd_take(p->sleeper->pool, fd, stream_out) == 0;
    enum pipe_end end = (enum pipe_end)(fd & 1);
    struct pipe *pipe = pool__end_of(p->sleeper->pool, fd, end);
    *stream_out = (struct stream){.kind = end == PIPE_READ ? STREAM_READER : STREAM_WRITER, .pipe = pipe};
    return pipe != NULL;
}

static void take_all(struct poll *p)
{
    struct stream stream;
    for (uint32_t i = 0; i < p->n; i++) {
        p->fds[i].revents = 0;
        if (!p->fds[i].fd) continue;
        int error = pool__fd_take(p->sleeper->pool, p->fds[i].fd, &stream);
        bool again = error == POOL_EBUSY && first_of(p, i) < i && !(p->fds[first_of(p, i)].revents & POOL_POLLNVAL);
        p->repeats |= again;
        if (error && !again) p->fds[i].revents = POOL_POLLNVAL;
    }
}

static void give_all(const struct poll *p)
{
    struct stream stream;
    for (uint32_t i = 0; i < p->n; i++) {
        if (is_first(p, i) && stream_of(p, i, &stream)) pool__fd_give(&stream);
    }
}

static uint16_t look_at(const struct poll *p, const struct stream *stream, uint32_t events)
{
    uint32_t found = 0;
    if (pool__stream_reads(stream)) {
        bool hangup = stream->pipe && !pool__pipe_has_writer(stream->pipe); /* first: or its last bytes were missed */
        int status = pool__stream_status(p->sleeper, stream, PIPE_READ);
        if (status > 0) found |= events & POOL_POLLIN;
        if (hangup) found |= POOL_POLLHUP;
        if (status == POOL_EIO) found |= POOL_POLLERR;
        if (status == 0 && !stream->pipe) found |= events & POOL_POLLIN; /* as a file at its end */
    }
    if (pool__stream_writes(stream)) {
        int status = pool__stream_status(p->sleeper, stream, PIPE_WRITE);
        if (status > 0 || status == POOL_ENOMEM) found |= events & POOL_POLLOUT; /* a write says so at once */
        if (status == POOL_EPIPE) found |= POOL_POLLERR | (pool__stream_has_room(stream) ? events & POOL_POLLOUT : 0);
    }
    return (uint16_t)found;
}

/* Looks at every entry once: how many are ready. */
static int look(const struct poll *p)
{
    int n_found = 0;
    struct stream stream;
    for (uint32_t i = 0; i < p->n; i++) {
        if (stream_of(p, i, &stream)) p->fds[i].revents = look_at(p, &stream, p->fds[i].events);
        n_found += p->fds[i].revents != 0;
    }
    POOL_ASSERT(n_found >= 0 && (uint32_t)n_found <= p->n);
    return n_found;
}

static void announce(const struct poll *p, uint32_t waiter)
{
    struct stream stream;
    for (uint32_t i = 0; i < p->n; i++) {
        if (stream_of(p, i, &stream)) pool__stream_announce(&stream, waiter);
    }
}

static int sleep_until_found(struct poll *p, int32_t timeout_ms)
{
    struct timeout timeout = pool__timeout_begin(timeout_ms);
    int n_found;
    POOL_ASSERT(p->sleeper->waiter > WAITER_CLIENT && p->sleeper->waiter < WAITERS_MAX);
    announce(p, p->sleeper->waiter);
    for (;;) {
        uint32_t count = pool__sleeper_arm(p->sleeper);
        n_found = look(p);
        if (n_found == 0) n_found = pool__sleeper_interrupted(p->sleeper);
        if (n_found || pool__timeout_left_ns(&timeout) == 0) break;
        pool__sleeper_sleep(p->sleeper, count, pool__timeout_left_ns(&timeout));
    }
    pool__sleeper_disarm(p->sleeper);
    announce(p, 0);
    return n_found;
}

int pool__poll_announced(struct pool *pool, struct pool_pollfd *fds, uint32_t n_fds)
{
    struct sleeper look_only = pool__self_look(pool);
    struct poll p = {.sleeper = &look_only, .fds = fds, .n = n_fds};
    take_all(&p);
    int n_found = look(&p);
    if (n_found == 0) {
        announce(&p, look_only.waiter);
        n_found = look(&p);
    }
    give_all(&p);
    return n_found;
}

int pool_poll(pool_t *pool, struct pool_pollfd *fds, uint32_t n_fds, int32_t timeout_ms)
{
    struct sleeper look_only = pool__self_look(pool), storage;
    struct poll p = {.sleeper = &look_only, .fds = fds, .n = n_fds};
    if (!pool || (n_fds && !fds) || n_fds > POOL_WAIT_MAX || timeout_ms < POOL_FOREVER) return POOL_EINVAL;
    take_all(&p);
    int n_found = look(&p);
    if (n_found == 0 && timeout_ms != 0) {
        p.sleeper = pool__self_lend(pool, &storage);
        n_found = p.sleeper ? sleep_until_found(&p, timeout_ms) : POOL_EWOULDBLOCK;
        if (p.sleeper) pool__self_return(p.sleeper);
        p.sleeper = &look_only;
    }
    give_all(&p);
    return n_found;
}
