/* Waking a waiter: where the core's bells and signals meet the platform. */
#ifndef MILLRACE_SYNC_WAKE_H
#define MILLRACE_SYNC_WAKE_H

#include "core/layout.h"

/* Wakes a waiter (0: nobody). The client gets `signal` as well; for the others it has no meaning. */
void pool__wake(struct pool *pool, uint32_t waiter, uint32_t signal);

/* Has the coordinator look at jobs, deadlines and wishes for memory. */
void pool__ask_coordinator(struct pool *pool);

/* Wakes whoever waits at one end of a pipe, after the other end moved; `waiter` is what the pipe's function returned.
 */
void pool__wake_end(struct pool *pool, const struct pipe *pipe, enum pipe_end end, uint32_t waiter);

/* Wakes an idle worker if the run queue has something that nobody looks for; asks for relief if there is none. */
void pool__wake_idle(struct pool *pool);

/* Has the coordinator look whether a job waits only because workers sleep in the middle of theirs. */
void pool__want_relief(struct pool *pool);

/* Has the coordinator look whether there are more workers than are wanted; called by one that has nothing to do. */
void pool__want_dismissal(struct pool *pool);

/* Wakes every thread that waits for the end of a job. */
void pool__wake_job_waiters(struct pool *pool);

/* Wakes everybody: a worker has died that may have been about to wake somebody. */
void pool__wake_everybody(struct pool *pool);

/* Notes that a waiter found no block; a block that is given back or added wakes it. */
void pool__starve(struct pool *pool, uint32_t waiter);
void pool__wake_starved(struct pool *pool);

/* Notes that a waiter wants to hear what the coordinator finds, even if that is nothing. */
void pool__ask(struct pool *pool, uint32_t waiter);
void pool__wake_asking(struct pool *pool);

#endif
