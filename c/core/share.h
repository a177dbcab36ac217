/* A job's share of the pool: how many host calls it has open, and how much memory they and its captured output take.
 * Both are in one word, so that a call costs one atomic operation more.
 *
 * A call that the host has not answered may outlive its job. So the word carries a part of the job's generation, and
 * what is given back for an earlier job in the same slot changes nothing.
 */
#ifndef MILLRACE_CORE_SHARE_H
#define MILLRACE_CORE_SHARE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct share {
    _Atomic uint64_t x_used;      /* generation << 36 | calls << 24 | units of memory */
    _Atomic uint32_t x_max_calls; /* how much of each there may be */
    _Atomic uint32_t x_max_units;
};

#define SHARE_UNIT_BYTES 256u
#define SHARE_CALLS_MAX 0xfffu
#define SHARE_UNITS_MAX 0xffffffu /* 4 GiB */

/* Whoever fills the job only. Nothing is taken of the share of the job of this generation. */
void pool__share_begin(struct share *share, uint64_t generation, uint32_t max_calls, uint32_t max_units);

/* Takes so much, and returns how many calls were open before; POOL_EMFILE: that would be too many calls; POOL_EDQUOT:
 * too much memory; POOL_EBADF: the job is gone. */
int32_t pool__share_take(struct share *share, uint64_t generation, uint32_t n_calls, uint32_t n_units);

/* Gives back what was taken. */
void pool__share_give(struct share *share, uint64_t generation, uint32_t n_calls, uint32_t n_units);

uint32_t pool__share_calls(const struct share *share);
uint32_t pool__share_units(const struct share *share);

#endif
