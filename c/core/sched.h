/* The scheduler: the run queue, and which workers sleep because it was empty. */
#ifndef MILLRACE_CORE_SCHED_H
#define MILLRACE_CORE_SCHED_H

#include "core/queue.h"
#include "pool.h"

#define WORKERS_MAX 128u

#define PRIORITIES 3u

struct sched {
    struct queue queues[PRIORITIES]; /* by enum pool_priority */
    /* Two bits for each worker: in the lower half of a word that it does not sleep, in the upper half that it sleeps for want
     * of a job. Whoever claims one that is idle notes in the same step that it will be awake: noted later, it could be
     * asleep in the middle of a job by then. A count would keep the half of a change that a worker was in the middle of
     * when it died. */
    _Alignas(64) _Atomic uint64_t x_states[WORKERS_MAX / 32];
    _Atomic uint32_t x_looking[WORKERS_MAX / 32]; /* a bit for each that looks for a job without sleeping */
    _Atomic uint32_t x_target;                    /* how many jobs shall run at the same time */
    _Atomic uint32_t x_floor;                     /* how many workers stay, whether there is work for them or not */
    _Atomic uint32_t x_live;                      /* workers that are up, or starting */
    _Atomic uint32_t x_retire;                    /* how many of them shall end when they next look for a job */
    _Atomic uint32_t x_leaving[WORKERS_MAX / 32]; /* a bit for each that ends for that reason and is not buried yet */
};

void pool__sched_init(struct sched *sched);

/* Queues a job. False: the queue is full. Follow with pool__sched_pick. */
bool pool__sched_push(struct sched *sched, pool_job_t job, uint32_t priority);

/* Whether a job waits. */
bool pool__sched_has_more(struct sched *sched);

/* Takes the first job of the highest priority. Its handle is stale if it was cancelled. False: there is none now. */
bool pool__sched_pop(struct sched *sched, pool_job_t *job_out);

/* Marks a worker as asleep for want of a job, or not. A worker marks itself before its last look at the queue, as one
 * that waits for a pipe announces itself before its last look. */
void pool__sched_set_idle(struct sched *sched, uint32_t worker);
void pool__sched_clear_idle(struct sched *sched, uint32_t worker);
bool pool__sched_is_idle(const struct sched *sched, uint32_t worker);
uint32_t pool__sched_count_idle(const struct sched *sched);

/* Marks a worker as looking at the queue without sleeping, or not; both are nothing if that has been noted. Whoever
 * pushes while somebody looks need not wake anybody. So whoever has looked takes its mark away before its own last look
 * (pool__sched_pick once it has popped, or the look of one that goes to sleep). */
void pool__sched_set_looking(struct sched *sched, uint32_t worker);
void pool__sched_clear_looking(struct sched *sched, uint32_t worker);
bool pool__sched_is_watched(const struct sched *sched);

/* Notes that a worker sleeps no more, or does; both are nothing if that has been noted. How many do not: whether a core is
 * free to spin on, and whether as many jobs run as shall. */
void pool__sched_set_awake(struct sched *sched, uint32_t worker);
void pool__sched_clear_awake(struct sched *sched, uint32_t worker);
uint32_t pool__sched_count_awake(const struct sched *sched);

/* How many are awake, or sleep for want of a job: not in the middle of one. */
uint32_t pool__sched_count_free(const struct sched *sched);

/* Takes an order to retire, if there is one. True: the worker must end. It counts as leaving until it is buried. */
bool pool__sched_retire(struct sched *sched, uint32_t worker);
void pool__sched_has_left(struct sched *sched, uint32_t worker);
uint32_t pool__sched_count_leaving(const struct sched *sched);

/* Picks an idle worker to wake if there is something to do: its number, from 1; 0: nothing to do, or nobody is idle. It is
 * not idle any more then, and counts as awake: or those who submit before it is would find too few.
 * The lowest number comes first, so that the same few stay warm. Whoever has pushed calls it, and so does each worker
 * that has popped: if a wake-up went to a worker that had found a job by itself, the next worker is woken in this way.
 */
uint32_t pool__sched_pick(struct sched *sched);

#endif
