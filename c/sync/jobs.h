/* How a job's slot is taken, queued, begun, ended and put back, by client, coordinator and workers. */
#ifndef MILLRACE_SYNC_JOBS_H
#define MILLRACE_SYNC_JOBS_H

#include "core/layout.h"
#include "sync/record.h"

/* Finds the job behind a handle; NULL if it was released. What is done for the job of `*generation_out` never hits a
 * later job in the same slot. */
struct job *pool__job_of(struct pool *pool, pool_job_t handle);
struct job *pool__job_find(struct pool *pool, pool_job_t handle, uint64_t *generation_out);

/* The handle of a job that is not free. */
pool_job_t pool__job_handle(const struct pool *pool, const struct job *job);

/* The same, with a reference: the slot is not used again before pool__job_unref. */
struct job *pool__job_ref(struct pool *pool, pool_job_t handle);

/* Takes a free slot, in state FILLING, one of those that are kept as well (core/slots.h) or not; NULL: all are in
 * use. */
struct job *pool__job_take(struct pool *pool, bool may_take_kept);
void pool__job_untake(struct pool *pool, struct job *job);

/* Puts a job on the run queue: whoever pops it begins it. pre: it is QUEUED already. */
void pool__job_queue(struct pool *pool, struct job *job);

/* Begins a job that was popped from the run queue; NULL: it has been cancelled since. */
struct job *pool__job_begin(struct pool *pool, pool_job_t handle, uint32_t worker, uint64_t turn);

/* Ends a job of one generation that no worker has begun. False: it had begun. pre: an end was wished for. */
bool pool__job_end_queued(struct pool *pool, struct job *job, uint64_t generation);

/* Notes in the pool what the monotonic clock has shown to the job's guest: who begins later is shown no time before that.
 * pre: as of the next. */
void pool__job_keep_told(struct pool *pool, struct job *job);

/* Ends a running job, and returns when that was (job->ended_ns, which is the submitter's by then). pre: the caller is its worker, or its worker is dead. */
uint64_t pool__job_end_running(struct pool *pool, struct job *job, enum pool_outcome outcome, uint32_t code);

/* Gives a reference back, the submitter's or a callback's; the last one frees the slot. */
void pool__job_unref(struct pool *pool, struct job *job);

#endif
