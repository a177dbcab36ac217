/* Small helpers that every other file may use: assertions, overflow-safe sums, powers of two. */
#ifndef MILLRACE_CORE_CHECK_H
#define MILLRACE_CORE_CHECK_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

/* A programmer's error, never a user's: compiled out of release builds. */
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

/* The exponent of the smallest power of two that is at least `value`; `value` is 1 to 2^31. */
static inline uint32_t pool__log2_ceil(uint32_t value)
{
    return value <= 1 ? 0 : 32u - (uint32_t)__builtin_clz(value - 1);
}

#endif
