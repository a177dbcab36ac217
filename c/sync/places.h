/* Places for host calls: a slot among the pool's calls, with the pipe of the reply, and what the job may have of them.
 *
 * Each job has its limit, so that no job uses up all places, and its first CALLS_EACH calls have places that the others
 * leave free, so that no number of jobs does. A place, and the memory that goes with it, counts as the job's until both
 * ends of the reply's pipe are closed: a call that was given up still costs whatever the host has of it.
 */
#ifndef MILLRACE_SYNC_PLACES_H
#define MILLRACE_SYNC_PLACES_H

#include "core/layout.h"

/* How many units of its share a block of `size_bytes` costs a job. */
static inline uint32_t pool__units_of(uint32_t size_bytes)
{
    return 1u << pool__blocks_class(size_bytes);
}

/* Sets the limits of a job that is being filled; 0: the default. */
void pool__share_out(struct pool *pool, struct job *job, uint32_t max_calls, uint32_t max_memory_mib);

/* Takes a place for a call of a job (0: of nobody's) with so much memory. POOL_EMFILE, POOL_EDQUOT, it is more than the
 * job may have; POOL_ENFILE, there is none. */
int pool__place_take(struct pool *pool, pool_job_t job, uint32_t n_units, uint32_t *slot_out);

/* Gives a place back. pre: both ends of its reply are closed. */
void pool__place_give(struct pool *pool, uint32_t slot);

/* Counts more memory for a job (0, POOL_EDQUOT, POOL_EBADF: it has ended), and less. */
int pool__job_charge(struct pool *pool, pool_job_t job, uint32_t n_units);
void pool__job_discharge(struct pool *pool, pool_job_t job, uint32_t n_units);

/* The pipe of a call's reply. */
static inline struct pipe *pool__reply_pipe(struct pool *pool, uint32_t slot)
{
    return &pool->pipes[PIPES_MAX + slot];
}

#endif
