/* A caller's timeout in milliseconds, which runs from the beginning of its call. */
#ifndef MILLRACE_API_TIMEOUT_H
#define MILLRACE_API_TIMEOUT_H

#include "core/check.h"
#include "pool.h"
#include "port/port.h"

struct timeout {
    uint64_t end_ns; /* monotonic clock; PORT_FOREVER */
};

static inline struct timeout pool__timeout_begin(int32_t timeout_ms)
{
    POOL_ASSERT(timeout_ms >= POOL_FOREVER); /* callers were refused anything less */
    if (timeout_ms < 0) return (struct timeout){PORT_FOREVER};
    return (struct timeout){port_now_ns(PORT_MONOTONIC) + (uint64_t)timeout_ms * 1000000u};
}

static inline uint64_t pool__timeout_left_ns(const struct timeout *timeout)
{
    if (timeout->end_ns == PORT_FOREVER) return PORT_FOREVER;
    uint64_t now_ns = port_now_ns(PORT_MONOTONIC);
    return now_ns < timeout->end_ns ? timeout->end_ns - now_ns : 0;
}

#endif
