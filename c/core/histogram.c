/* Counting times by their order of magnitude. */
#include "core/histogram.h"

#include "core/check.h"

/* The first bucket that such a time is below the bound of. */
static uint32_t bucket_of(uint64_t ns)
{
    uint64_t us = ns / 1000;
    uint32_t bits = us ? 64 - (uint32_t)__builtin_clzll(us) : 0;
    return pool__min(bits, POOL_TIMES_BUCKETS - 1);
}

void pool__histogram_add(struct histogram *histogram, uint64_t from_ns, uint64_t to_ns)
{
    uint64_t ns = to_ns > from_ns ? to_ns - from_ns : 0;
    uint32_t bucket = bucket_of(ns);
    POOL_ASSERT(bucket < POOL_TIMES_BUCKETS);
    atomic_fetch_add_explicit(&histogram->x_sum_ns, ns, memory_order_relaxed);
    atomic_fetch_add_explicit(&histogram->x_buckets[bucket], 1, memory_order_relaxed);
}

void pool__histogram_read(const struct histogram *histogram, struct pool_times *times_out)
{
    times_out->n = 0;
    times_out->sum_us = atomic_load_explicit(&histogram->x_sum_ns, memory_order_relaxed) / 1000;
    for (uint32_t i = 0; i < POOL_TIMES_BUCKETS; i++) {
        times_out->buckets[i] = atomic_load_explicit(&histogram->x_buckets[i], memory_order_relaxed);
        times_out->n += times_out->buckets[i];
    }
    POOL_ASSERT(times_out->n > 0 || times_out->buckets[0] == 0);
}
