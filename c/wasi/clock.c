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

/* A browser's clock stands still for microseconds. A guest never sees that: each look shows a later time than the last.
 * It adds one nanosecond for each look, and a look takes longer than that, so it never runs ahead. */
static uint64_t monotonic_ns(struct wasi_context *c)
{
    uint64_t now = port_now_ns(PORT_MONOTONIC);
    c->told_ns = now > c->told_ns ? now : c->told_ns + 1;
    return c->told_ns;
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
