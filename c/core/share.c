/* Counts a job's host calls and memory against its share, in one atomic word. */
#include "core/share.h"

#include "core/check.h"
#include "pool.h"

#define UNITS_BITS 24u
#define CALLS_BITS 12u
#define USED_BITS (UNITS_BITS + CALLS_BITS)

static uint32_t calls_in(uint64_t used)
{
    return (uint32_t)(used >> UNITS_BITS) & SHARE_CALLS_MAX;
}

static uint32_t units_in(uint64_t used)
{
    return (uint32_t)used & SHARE_UNITS_MAX;
}

static bool is_of(uint64_t used, uint64_t generation)
{
    return (used ^ generation << USED_BITS) >> USED_BITS == 0;
}

static uint64_t amount_of(uint32_t n_calls, uint32_t n_units)
{
    POOL_ASSERT(n_calls <= SHARE_CALLS_MAX && n_units <= SHARE_UNITS_MAX); /* or they would run into each other */
    return (uint64_t)n_calls << UNITS_BITS | n_units;
}

void pool__share_begin(struct share *share, uint64_t generation, uint32_t max_calls, uint32_t max_units)
{
    POOL_ASSERT(max_calls <= SHARE_CALLS_MAX && max_units <= SHARE_UNITS_MAX);
    /* Whoever takes of the share has seen that the job runs, and so these. */
    atomic_store_explicit(&share->x_max_calls, max_calls, memory_order_relaxed);
    atomic_store_explicit(&share->x_max_units, max_units, memory_order_relaxed);
    atomic_store_explicit(&share->x_used, generation << USED_BITS, memory_order_relaxed);
}

int32_t pool__share_take(struct share *share, uint64_t generation, uint32_t n_calls, uint32_t n_units)
{
    uint64_t used = atomic_load(&share->x_used);
    uint32_t max_calls = atomic_load(&share->x_max_calls), max_units = atomic_load(&share->x_max_units);
    do {
        if (!is_of(used, generation)) return POOL_EBADF;
        if (n_calls && calls_in(used) + n_calls > max_calls) return POOL_EMFILE;
        if (n_units && units_in(used) + n_units > max_units) return POOL_EDQUOT;
    } while (!atomic_compare_exchange_weak(&share->x_used, &used, used + amount_of(n_calls, n_units)));
    return (int32_t)calls_in(used);
}

void pool__share_give(struct share *share, uint64_t generation, uint32_t n_calls, uint32_t n_units)
{
    uint64_t used = atomic_load(&share->x_used);
    do {
        if (!is_of(used, generation)) return;
        POOL_ASSERT(calls_in(used) >= n_calls && units_in(used) >= n_units); /* or it was given back twice */
    } while (!atomic_compare_exchange_weak(&share->x_used, &used, used - amount_of(n_calls, n_units)));
}

uint32_t pool__share_calls(const struct share *share)
{
    return calls_in(atomic_load(&share->x_used));
}

uint32_t pool__share_units(const struct share *share)
{
    return units_in(atomic_load(&share->x_used));
}
