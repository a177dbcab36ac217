/* The slots of host calls, each with the pipe of its reply, and how many of them a job may have.
 *
 * Each job has its limit, so that no job uses up all slots. Some slots are kept for the first CALLS_EACH calls of each
 * job, so that many jobs together do not use them up either. A slot, and the memory that goes with it, counts as the
 * job's until both ends of the reply's pipe are closed: a call that was given up still costs whatever the host has of it.
 */
#ifndef MILLRACE_SYNC_CALL_SLOTS_H
#define MILLRACE_SYNC_CALL_SLOTS_H

#include "core/layout.h"

/* How many units of its share a block of `size_bytes` costs a job. */
static inline uint32_t pool__units_of(uint32_t size_bytes)
{
    return 1u << pool__blocks_class(size_bytes);
}

/* Sets the limits of a job that is being filled; 0: the default. */
void pool__share_out(struct pool *pool, struct job *job, uint32_t max_calls, uint32_t max_memory_mib);

/* Takes a slot for a call of a job (0: of nobody's) with so much memory. POOL_EMFILE, POOL_EDQUOT, it is more than the
 * job may have; POOL_ENFILE, there is none. */
int pool__call_slot_take(struct pool *pool, pool_job_t job, uint32_t n_units, uint32_t *slot_out);

/* Gives a slot back. pre: both ends of its reply are closed. */
void pool__call_slot_give(struct pool *pool, uint32_t slot);

/* Counts more memory for a job (0, POOL_EDQUOT, POOL_EBADF: it has ended), and less. */
int pool__job_charge(struct pool *pool, pool_job_t job, uint32_t n_units);
void pool__job_discharge(struct pool *pool, pool_job_t job, uint32_t n_units);

/* The pipe of a call's reply. */
static inline struct pipe *pool__reply_pipe(struct pool *pool, uint32_t slot)
{
    return &pool->pipes[PIPES_MAX + slot];
}

#endif
