/* The scheduler: the run queue, and which workers sleep because it was empty. */
#ifndef MILLRACE_CORE_SCHED_H
#define MILLRACE_CORE_SCHED_H

#include "core/queue.h"

#define WORKERS_MAX 128u

struct sched {
    struct queue queue;
    _Alignas(64) _Atomic uint32_t x_idle[WORKERS_MAX / 32]; /* a bit for each worker that sleeps for want of a job */
    _Atomic uint32_t x_awake; /* workers that do not sleep: whether a core is free to spin on */
};

void pool__sched_init(struct sched *sched);

/* Queues a job's slot. False: the queue is full. Follow with pool__sched_pick. */
bool pool__sched_push(struct sched *sched, uint32_t slot);

/* Takes a job's slot from the queue. False: there is none now. */
bool pool__sched_pop(struct sched *sched, uint32_t *slot_out);

/* Marks a worker as asleep for want of a job, or not. Marking precedes its last look at the queue, as announcing does
 * with a pipe. */
void pool__sched_set_idle(struct sched *sched, uint32_t worker);
void pool__sched_clear_idle(struct sched *sched, uint32_t worker);

/* Picks an idle worker to wake if there is something to do, the lowest number first so that the same few stay warm.
 * Number of the worker, from 1; 0: nothing to do, or nobody idle. Called by whoever pushed, and by each worker that
 * popped: a wake-up spent on a worker which had found a job by itself is passed on in this way. */
uint32_t pool__sched_pick(struct sched *sched);

#endif
