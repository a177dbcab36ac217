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

static void add(_Atomic uint64_t *x_count, uint64_t n)
{
    atomic_store_explicit(x_count, atomic_load_explicit(x_count, memory_order_relaxed) + n, memory_order_relaxed);
}

void pool__histogram_add(struct histogram *histogram, uint64_t from_ns, uint64_t to_ns)
{
    uint64_t ns = to_ns > from_ns ? to_ns - from_ns : 0;
    uint32_t bucket = bucket_of(ns);
    POOL_ASSERT(bucket < POOL_TIMES_BUCKETS);
    add(&histogram->x_sum_ns, ns);
    add(&histogram->x_buckets[bucket], 1);
}

static uint64_t get(const _Atomic uint64_t *x_count)
{
    return atomic_load_explicit(x_count, memory_order_relaxed);
}

void pool__histograms_read(const struct histogram *histograms, uint32_t n, struct pool_times *times_out)
{
    uint64_t sum_ns = 0;
    POOL_ASSERT(histograms && times_out);
    *times_out = (struct pool_times){0};
    for (uint32_t i = 0; i < n; i++) {
        sum_ns += get(&histograms[i].x_sum_ns);
        for (uint32_t bucket = 0; bucket < POOL_TIMES_BUCKETS; bucket++) {
            times_out->buckets[bucket] += get(&histograms[i].x_buckets[bucket]);
        }
    }
    times_out->sum_us = sum_ns / 1000;
    for (uint32_t bucket = 0; bucket < POOL_TIMES_BUCKETS; bucket++) times_out->n += times_out->buckets[bucket];
}
