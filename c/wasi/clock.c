/* clock_*: the two clocks that guests have. */
#include "port/port.h"
#include "wasi/wasi.h"

static uint32_t port_clock_of(uint32_t clock, enum port_clock *clock_out)
{
    switch (clock) {
    case WASI_CLOCK_REALTIME: *clock_out = PORT_REALTIME; return WASI_SUCCESS;
    case WASI_CLOCK_MONOTONIC: *clock_out = PORT_MONOTONIC; return WASI_SUCCESS;
    case WASI_CLOCK_PROCESS_CPUTIME:
    case WASI_CLOCK_THREAD_CPUTIME: return WASI_ENOTSUP; /* no platform of ours has it */
    default: return WASI_EINVAL;
    }
}

uint32_t wasi_clock_res_get(struct wasi_context *c, uint32_t clock, uint32_t step_out)
{
    enum port_clock port_clock;
    uint32_t error = port_clock_of(clock, &port_clock);
    if (error) return error;
    uint64_t step = port_clock_step_ns(port_clock);
    return c->guest.write(step_out, &step, sizeof step);
}

/* A browser's clock stands still for microseconds, and is behind that of another thread by as much. A guest never sees
 * either: each look shows a later time than the last, and the first look a later one than all looks of guests that have
 * ended. It adds one nanosecond for each look, and a look takes longer than that, so it never runs ahead. */
static uint64_t monotonic_ns(struct wasi_context *c)
{
    struct job *job = c->job;
    uint64_t now = port_now_ns(PORT_MONOTONIC);
    uint64_t told = job->told_ns ? job->told_ns : atomic_load(&c->sleeper->pool->x_told_ns);
    job->told_ns = now > told ? now : told + 1;
    return job->told_ns;
}

uint32_t wasi_clock_time_get(struct wasi_context *c, uint32_t clock, uint64_t precision, uint32_t time_out)
{
    (void)precision; /* a wish only */
    enum port_clock port_clock;
    uint32_t error = port_clock_of(clock, &port_clock);
    if (error) return error;
    uint64_t now = port_clock == PORT_MONOTONIC ? monotonic_ns(c) : port_now_ns(port_clock);
    return c->guest.write(time_out, &now, sizeof now);
}
