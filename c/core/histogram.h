/* How long things took: how many there were of each order of magnitude. One thread adds, so adding costs next to nothing,
 * and whoever has the time at hand can count; reading is not atomic with it. */
#ifndef MILLRACE_CORE_HISTOGRAM_H
#define MILLRACE_CORE_HISTOGRAM_H

#include <stdatomic.h>
#include <stdint.h>

#include "pool.h"

struct histogram {
    _Atomic uint64_t x_sum_ns;
    _Atomic uint64_t x_buckets[POOL_TIMES_BUCKETS]; /* as those of struct pool_times */
};

/* Counts what took from one time to another. The clocks of two threads may differ a little: an end before the begin is no
 * time at all. */
void pool__histogram_add(struct histogram *histogram, uint64_t from_ns, uint64_t to_ns);

/* What each of `n` has counted, together. */
void pool__histograms_read(const struct histogram *histograms, uint32_t n, struct pool_times *times_out);

#endif
