/* poll_oneoff: any number of clocks and pipe ends in one sleep.
 *
 * Subscriptions stay in the guest's memory and are read again at each look, so their number needs no limit.
 */
#include "core/check.h"
#include "port/port.h"
#include "wasi/wasi.h"

#define LOOKS_A_CHECK 256u /* after so many it looks whether the job shall end: a guest may subscribe to millions */

struct poll {
    struct wasi_context *c;
    uint32_t subscriptions;
    uint32_t events;
    uint32_t n;
    uint32_t n_events;
    uint32_t stride;      /* size of a subscription, which tells its layout */
    uint64_t begun_ns[2]; /* by enum port_clock: relative times count from here */
    uint64_t next_ns;     /* how long until the earliest clock */
};

static uint32_t check_ranges(const struct poll *p, uint32_t n_out)
{
    uint64_t in = (uint64_t)p->n * p->stride, out = (uint64_t)p->n * sizeof(struct wasi_event);
    if (in > UINT32_MAX || out > UINT32_MAX) return WASI_EFAULT;
    if (p->c->guest.check(p->subscriptions, (uint32_t)in)) return WASI_EFAULT;
    if (p->c->guest.check(p->events, (uint32_t)out)) return WASI_EFAULT;
    return p->c->guest.check(n_out, sizeof p->n_events);
}

static struct wasi_subscription subscription_at(const struct poll *p, uint32_t i)
{
    struct wasi_subscription s;
    struct wasi_unstable_subscription old;
    POOL_ASSERT(i < p->n && (p->stride == sizeof s || p->stride == sizeof old));
    if (p->stride == sizeof s) {
        p->c->guest.read(p->subscriptions + i * p->stride, &s, sizeof s);
        return s;
    }
    p->c->guest.read(p->subscriptions + i * p->stride, &old, sizeof old);
    return (struct wasi_subscription){.userdata = old.userdata,
                                      .type = old.type,
                                      .clock_or_fd = old.type == WASI_EVENT_CLOCK ? old.clock : old.of.fd,
                                      .timeout_ns = old.timeout_ns,
                                      .precision_ns = old.precision_ns,
                                      .clock_flags = old.clock_flags};
}

static void emit(struct poll *p, const struct wasi_subscription *s, uint32_t error, uint64_t n_bytes, bool hangup)
{
    struct wasi_event event = {.userdata = s->userdata,
                               .error = (uint16_t)error,
                               .type = s->type,
                               .n_bytes = n_bytes,
                               .flags = hangup ? WASI_EVENT_HANGUP : 0};
    POOL_ASSERT(p->n_events < p->n); /* there is room for one event a subscription */
    p->c->guest.write(p->events + p->n_events++ * (uint32_t)sizeof event, &event, sizeof event);
}

static void look_at_clock(struct poll *p, const struct wasi_subscription *s)
{
    if (s->clock_or_fd > WASI_CLOCK_MONOTONIC) {
        emit(p, s, s->clock_or_fd > WASI_CLOCK_THREAD_CPUTIME ? WASI_EINVAL : WASI_ENOTSUP, 0, false);
        return;
    }
    enum port_clock clock = s->clock_or_fd == WASI_CLOCK_REALTIME ? PORT_REALTIME : PORT_MONOTONIC;
    uint64_t now = port_now_ns(clock), due = s->timeout_ns;
    bool absolute = s->clock_flags & WASI_SUBSCRIPTION_CLOCK_ABSTIME;
    if (!absolute && __builtin_add_overflow(due, p->begun_ns[clock], &due)) due = UINT64_MAX;
    if (due <= now) {
        emit(p, s, WASI_SUCCESS, 0, false);
    } else if (due - now < p->next_ns) {
        p->next_ns = due - now;
    }
}

/* A file never keeps anybody waiting. */
static void look_at_file(struct poll *p, const struct wasi_subscription *s, const struct fs_fd *fd)
{
    struct fs_stat stat = {0};
    bool reads = s->type == WASI_EVENT_FD_READ;
    uint64_t rights = WASI_RIGHT_POLL_FD_READWRITE | (reads ? WASI_RIGHT_FD_READ : WASI_RIGHT_FD_WRITE);
    uint32_t error = fd->kind != NODE_FILE ? WASI_EBADF : rights & ~fd->rights_base ? WASI_ENOTCAPABLE : WASI_SUCCESS;
    if (!error && reads) error = wasi_errno_of(pool__fs_stat(p->c->sleeper->pool, &fd->file, &stat));
    emit(p, s, error, stat.size > fd->offset ? stat.size - fd->offset : 0, false);
}

static void look_at_fd(struct poll *p, const struct wasi_subscription *s)
{
    enum pipe_end end = s->type == WASI_EVENT_FD_READ ? PIPE_READ : PIPE_WRITE;
    const struct fs_fd *fd = wasi_fd_of(p->c, s->clock_or_fd);
    if (fd && fd->file.volume) {
        look_at_file(p, s, fd);
        return;
    }
    if (!fd || !(end == PIPE_READ ? pool__stream_reads(&fd->stream) : pool__stream_writes(&fd->stream))) {
        emit(p, s, WASI_EBADF, 0, false);
        return;
    }
    if (!(fd->rights_base & WASI_RIGHT_POLL_FD_READWRITE)) {
        emit(p, s, WASI_ENOTCAPABLE, 0, false);
        return;
    }
    int status = pool__stream_status(p->c->sleeper, &fd->stream, end);
    if (status > 0) emit(p, s, WASI_SUCCESS, pool__stream_bytes(&fd->stream), false);
    if (status <= 0 && status != POOL_EAGAIN) emit(p, s, status == POOL_EIO ? WASI_EIO : WASI_SUCCESS, 0, true);
}

/* One look at everything; events of what is ready, and the time until the next clock. */
static uint32_t look(struct poll *p)
{
    p->next_ns = PORT_FOREVER;
    p->n_events = 0;
    for (uint32_t i = 0; i < p->n; i++) {
        if (i % LOOKS_A_CHECK == 0 && pool__sleeper_interrupted(p->c->sleeper)) return WASI_ECANCELED;
        struct wasi_subscription s = subscription_at(p, i);
        if (s.type > WASI_EVENT_FD_WRITE) return WASI_EINVAL;
        if (s.type == WASI_EVENT_CLOCK) {
            look_at_clock(p, &s);
        } else {
            look_at_fd(p, &s);
        }
    }
    return WASI_SUCCESS;
}

/* Announces this thread at every pipe end that is asked about; 0: takes that back. */
static void announce(const struct poll *p, uint32_t waiter)
{
    for (uint32_t i = 0; i < p->n; i++) {
        struct wasi_subscription s = subscription_at(p, i);
        const struct fs_fd *fd = s.type == WASI_EVENT_CLOCK ? NULL : wasi_fd_of(p->c, s.clock_or_fd);
        if (fd) pool__stream_announce(&fd->stream, waiter);
    }
}

static uint32_t sleep_until_ready(struct poll *p)
{
    struct sleeper *sleeper = p->c->sleeper;
    uint32_t error;
    POOL_ASSERT(sleeper->waiter > WAITER_CLIENT); /* a guest's thread is a worker */
    announce(p, sleeper->waiter);
    for (;;) {
        uint32_t count = pool__sleeper_arm(sleeper);
        error = look(p);
        if (!error && pool__sleeper_interrupted(sleeper)) error = WASI_ECANCELED;
        if (error || p->n_events) break;
        pool__sleeper_sleep(sleeper, count, p->next_ns);
    }
    pool__sleeper_disarm(sleeper);
    announce(p, 0);
    return error;
}

static uint32_t poll_of(struct wasi_context *c, uint32_t subscriptions, uint32_t events_out, uint32_t n, uint32_t n_out,
                        uint32_t stride)
{
    struct poll p = {.c = c, .subscriptions = subscriptions, .events = events_out, .n = n, .stride = stride};
    p.begun_ns[PORT_REALTIME] = port_now_ns(PORT_REALTIME);
    p.begun_ns[PORT_MONOTONIC] = port_now_ns(PORT_MONOTONIC);
    if (n == 0) return WASI_EINVAL; /* it could never return */
    uint32_t error = check_ranges(&p, n_out);
    if (!error) error = look(&p);
    if (!error && !p.n_events) error = sleep_until_ready(&p);
    return error ? error : c->guest.write(n_out, &p.n_events, sizeof p.n_events);
}

uint32_t wasi_poll_oneoff(struct wasi_context *c, uint32_t subscriptions, uint32_t events_out, uint32_t n,
                          uint32_t n_out)
{
    return poll_of(c, subscriptions, events_out, n, n_out, sizeof(struct wasi_subscription));
}

uint32_t wasi_unstable_poll_oneoff(struct wasi_context *c, uint32_t subscriptions, uint32_t events_out, uint32_t n,
                                   uint32_t n_out)
{
    return poll_of(c, subscriptions, events_out, n, n_out, sizeof(struct wasi_unstable_subscription));
}
