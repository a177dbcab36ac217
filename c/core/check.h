/* Small helpers that every other file may use: assertions, overflow-safe sums, powers of two. */
#ifndef MILLRACE_CORE_CHECK_H
#define MILLRACE_CORE_CHECK_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

/* States what must hold whatever the outside does: a table's ranges, counts that cannot go below zero, who owns what.
 * Never asserts what comes from a guest, a page, a file or a caller of pool.h: that is checked, and answered with an
 * error. Release builds drop it, so the condition has no side effects. */
#define POOL_ASSERT(condition) assert(condition)

#define POOL_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static inline bool pool__add_overflows(uint32_t a, uint32_t b, uint32_t *sum_out)
{
    return __builtin_add_overflow(a, b, sum_out);
}

static inline uint32_t pool__min(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* The exponent of the smallest power of two that is at least `value`, which is 2^31 at most. */
static inline uint32_t pool__log2_ceil(uint32_t value)
{
    POOL_ASSERT(value <= 1u << 31);
    return value <= 1 ? 0 : 32u - (uint32_t)__builtin_clz(value - 1);
}

#endif
