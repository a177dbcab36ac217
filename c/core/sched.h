/* The scheduler: the run queue, and which workers sleep because it was empty. */
#ifndef MILLRACE_CORE_SCHED_H
#define MILLRACE_CORE_SCHED_H

#include "core/queue.h"
#include "pool.h"

#define WORKERS_MAX 128u

#define PRIORITIES 3u

struct sched {
    struct queue queues[PRIORITIES];                        /* by enum pool_priority */
    _Alignas(64) _Atomic uint32_t x_idle[WORKERS_MAX / 32]; /* a bit for each worker that sleeps for want of a job */
    _Atomic uint32_t x_awake;  /* workers that do not sleep: whether a core is free to spin on */
    _Atomic uint32_t x_target; /* how many jobs shall run at the same time */
    _Atomic uint32_t x_live;   /* workers that are up, or starting */
    _Atomic uint32_t x_retire; /* how many of them shall end when they next look for a job */
};

void pool__sched_init(struct sched *sched);

/* Queues a job. False: the queue is full. Follow with pool__sched_pick. */
bool pool__sched_push(struct sched *sched, pool_job_t job, uint32_t priority);

/* Whether a job waits. */
bool pool__sched_has_more(struct sched *sched);

/* Takes a job from the queue, of those with the highest priority. It may have been cancelled, and be stale. False:
 * there is none now. */
bool pool__sched_pop(struct sched *sched, pool_job_t *job_out);

/* Marks a worker as asleep for want of a job, or not. Marking precedes its last look at the queue, as announcing does
 * with a pipe. */
void pool__sched_set_idle(struct sched *sched, uint32_t worker);
void pool__sched_clear_idle(struct sched *sched, uint32_t worker);

/* Obeys an order to retire, if there is one: true, and the worker must end. */
bool pool__sched_retire(struct sched *sched);

/* Picks an idle worker to wake if there is something to do, the lowest number first so that the same few stay warm.
 * Number of the worker, from 1; 0: nothing to do, or nobody idle. Called by whoever pushed, and by each worker that
 * popped: a wake-up spent on a worker which had found a job by itself is passed on in this way. */
uint32_t pool__sched_pick(struct sched *sched);

#endif
