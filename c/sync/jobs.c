/* A job's slot from being taken to being put back, and the run queue's entries. */
#include "sync/jobs.h"

#include <string.h>

#include "core/check.h"
#include "core/handle.h"
#include "port/port.h"
#include "sync/ends.h"
#include "sync/volumes.h"
#include "sync/wake.h"

static uint32_t slot_of(const struct pool *pool, const struct job *job)
{
    POOL_ASSERT(job >= pool->jobs && job < pool->jobs + JOBS_MAX);
    return (uint32_t)(job - pool->jobs);
}

pool_job_t pool__job_handle(const struct pool *pool, const struct job *job)
{
    return pool__handle_of_job(slot_of(pool, job), pool__job_generation(job));
}

struct job *pool__job_find(struct pool *pool, pool_job_t handle, uint64_t *generation_out)
{
    uint32_t slot = pool__handle_slot(handle, HANDLE_JOB_BITS);
    if (slot >= JOBS_MAX) return NULL;
    struct job *job = &pool->jobs[slot];
    enum job_state state = pool__job_state(job);
    if (state == JOB_FREE || state == JOB_FILLING || state == JOB_RELEASED) return NULL;
    *generation_out = pool__job_generation(job);
    return handle == pool__handle_of_job(slot, *generation_out) ? job : NULL;
}

struct job *pool__job_of(struct pool *pool, pool_job_t handle)
{
    uint64_t generation;
    return pool__job_find(pool, handle, &generation);
}

struct job *pool__job_ref(struct pool *pool, pool_job_t handle)
{
    struct job *job = pool__job_of(pool, handle);
    uint32_t refs = job ? atomic_load(&job->x_refs) : 0;
    do {
        if (refs == 0) return NULL;
    } while (!atomic_compare_exchange_weak(&job->x_refs, &refs, refs + 1));
    if (pool__job_of(pool, handle) == job) return job;
    pool__job_unref(pool, job); /* it was released meanwhile, and may be another one by now */
    return NULL;
}

/* Changes a state that only its owner can change, so this cannot fail. */
static void move(struct job *job, enum job_state from, enum job_state to)
{
    bool moved = pool__job_move(job, pool__job_generation(job), from, to);
    POOL_ASSERT(moved);
    (void)moved;
}

struct job *pool__job_take(struct pool *pool, bool may_take_kept)
{
    uint32_t slot = pool__slots_take(&pool->job_slots, pool->job_links, may_take_kept);
    if (slot == FREELIST_NONE) return NULL;
    struct job *job = &pool->jobs[slot];
    POOL_ASSERT(atomic_load(&job->x_refs) == 0);
    pool__job_pass(job, JOB_FREE, JOB_FILLING);
    pool__job_forget_wish(job);
    /* Becoming QUEUED publishes these. */
    atomic_store_explicit(&job->x_worker, 0, memory_order_relaxed);
    atomic_store_explicit(&job->x_waited, 0, memory_order_relaxed);
    atomic_store_explicit(&job->x_volumes, 0, memory_order_relaxed);
    job->outcome = 0;
    job->code = 0;
    job->block = 0;
    job->input_block = 0;
    job->input_done = 0;
    memset(job->captures, 0, sizeof job->captures);
    job->text_bytes = 0;
    job->n_results = 0;
    job->killed = 0;
    job->output_error = 0;
    job->told_ns = 0;
    job->started_ns = 0;
    return job;
}

/* Frees a slot and whatever it has. */
static void put_back(struct pool *pool, struct job *job, enum job_state from)
{
    POOL_ASSERT(atomic_load(&job->x_volumes) == 0);
    uint32_t blocks[] = {job->block, job->input_block, job->captures[0].block, job->captures[1].block};
    pool__job_pass(job, from, JOB_FREE);
    if (!pool__is_used_up(pool__job_generation(job))) {
        pool__slots_give(&pool->job_slots, pool->job_links, slot_of(pool, job));
    }
    for (uint32_t i = 0; i < POOL_COUNT_OF(blocks); i++) pool__give_block(pool, blocks[i]);
    pool__wake_starved(pool); /* those who found no slot */
}

void pool__job_untake(struct pool *pool, struct job *job)
{
    pool__job_unuse_volumes(pool, job);
    put_back(pool, job, JOB_FILLING);
}

static void close_streams(struct pool *pool, struct job *job)
{
    for (uint32_t i = 0; i < POOL_COUNT_OF(job->stdio); i++) {
        enum pipe_end end = i == 0 ? PIPE_READ : PIPE_WRITE;
        bool piped = job->stdio[i].kind == POOL_STDIO_PIPE;
        struct pipe *pipe = piped ? pool__end_of(pool, job->stdio[i].fd, end) : NULL;
        if (pipe) pool__close_end(pool, pipe, end);
    }
}

static void close_all(struct pool *pool, struct job *job)
{
    POOL_ASSERT(pool__job_state(job) == JOB_ENDING || pool__job_state(job) == JOB_RUNNING);
    if (job->n_piped) close_streams(pool, job);
    if (atomic_load(&job->x_calls)) pool__close_calls(pool, job);
    if (atomic_load(&job->x_volumes)) pool__job_unuse_volumes(pool, job);
}

static void tell(struct pool *pool, const struct job *job)
{
    if (atomic_load(&job->x_waited)) pool__wake_job_waiters(pool);
    pool__wake(pool, WAITER_CLIENT, SIGNAL_JOB_0 + slot_of(pool, job));
}

/* Whether a handle from the run queue is still to be run. */
static bool is_queued(struct pool *pool, pool_job_t handle)
{
    uint64_t generation;
    const struct job *job = pool__job_find(pool, handle, &generation);
    return job && pool__job_state(job) == JOB_QUEUED;
}

/* Entries that a thread has taken out of a run queue while it sweeps it. No job is queued twice, so there is room for
 * all. */
struct swept {
    pool_job_t jobs[JOBS_MAX];
    uint32_t first; /* those before it are in the queue again */
    uint32_t n;
};

static void forget_stale(struct pool *pool, struct swept *swept)
{
    uint32_t n = 0;
    for (uint32_t i = swept->first; i < swept->n; i++) {
        if (is_queued(pool, swept->jobs[i])) swept->jobs[n++] = swept->jobs[i];
    }
    swept->first = 0;
    swept->n = n;
}

static bool sweep_one(struct pool *pool, struct queue *queue, struct swept *swept)
{
    pool_job_t job;
    if (!pool__queue_pop(queue, &job)) return false;
    if (!is_queued(pool, job)) return true;
    if (swept->n == JOBS_MAX) forget_stale(pool, swept);
    POOL_ASSERT(swept->first <= swept->n && swept->n < JOBS_MAX);
    swept->jobs[swept->n++] = job;
    return true;
}

/* Throws the stale entries out of a full run queue. They are of cancelled jobs, and are more than half of it; no worker
 * has popped them so far. The others keep their order. */
static void sweep(struct pool *pool, struct queue *queue)
{
    struct swept swept;
    swept.first = swept.n = 0;
    for (uint32_t i = 0; i < QUEUE_CELLS && sweep_one(pool, queue, &swept); i++) continue;
    while (swept.first < swept.n) {
        if (pool__queue_push(queue, swept.jobs[swept.first])) {
            swept.first++;
        } else {
            sweep_one(pool, queue, &swept); /* others have filled it meanwhile */
        }
    }
}

void pool__job_queue(struct pool *pool, struct job *job)
{
    pool_job_t handle = pool__job_handle(pool, job);
    POOL_ASSERT(job->priority < PRIORITIES);
    while (!pool__sched_push(&pool->sched, handle, job->priority)) sweep(pool, &pool->sched.queues[job->priority]);
}

/* Only the worker itself counts. */
static void count_job(struct worker *worker)
{
    uint32_t n = atomic_load_explicit(&worker->x_jobs, memory_order_relaxed);
    atomic_store_explicit(&worker->x_jobs, n + 1, memory_order_relaxed);
}

/* Looking at the clock takes a good part of the time that a job of nothing takes. */
static uint64_t begin_ns(struct worker *worker)
{
    uint64_t now_ns = worker->now_ns;
    worker->now_ns = 0;
    return now_ns ? now_ns : port_now_ns(PORT_MONOTONIC);
}

struct job *pool__job_begin(struct pool *pool, pool_job_t handle, uint32_t worker, uint64_t turn)
{
    uint64_t generation;
    POOL_ASSERT(worker >= 1 && worker <= WORKERS_MAX);
    struct job *job = pool__job_find(pool, handle, &generation);
    if (!job || !pool__job_move(job, generation, JOB_QUEUED, JOB_RUNNING)) return NULL;
    POOL_ASSERT(!atomic_load(&job->x_worker));                       /* no job is begun twice */
    atomic_store_explicit(&job->x_turn, turn, memory_order_relaxed); /* x_worker publishes it */
    atomic_store(&job->x_worker, worker);
    job->started_ns = begin_ns(&pool->workers[worker]);
    count_job(&pool->workers[worker]);
    pool__histogram_add(&pool->waiting[worker], job->submitted_ns, job->started_ns);
    return job;
}

bool pool__job_end_queued(struct pool *pool, struct job *job, uint64_t generation)
{
    if (!pool__job_move(job, generation, JOB_QUEUED, JOB_ENDING)) return false;
    job->outcome = pool__job_wished(job);
    POOL_ASSERT(job->outcome); /* or it would have ended for no reason */
    job->ended_ns = port_now_ns(PORT_MONOTONIC);
    close_all(pool, job);
    move(job, JOB_ENDING, JOB_ENDED);
    tell(pool, job);
    return true;
}

void pool__job_keep_told(struct pool *pool, struct job *job)
{
    if (!job->told_ns) return;
    pool__raise_told(pool, job->told_ns);
    job->told_ns = 0;
}

uint64_t pool__job_end_running(struct pool *pool, struct job *job, enum pool_outcome outcome, uint32_t code)
{
    POOL_ASSERT(outcome > 0 && pool__job_state(job) == JOB_RUNNING);
    uint64_t now_ns = port_now_ns(PORT_MONOTONIC);
    job->outcome = outcome;
    job->code = code;
    job->ended_ns = now_ns;
    pool__histogram_add(&pool->running[atomic_load(&job->x_worker)], job->started_ns, now_ns);
    if (!job->function) pool__job_keep_told(pool, job);
    close_all(pool, job); /* before the job ends, so that whoever sees it ended finds its output complete */
    move(job, JOB_RUNNING, JOB_ENDED);
    tell(pool, job);
    return now_ns;
}

void pool__job_unref(struct pool *pool, struct job *job)
{
    uint32_t had = atomic_fetch_sub(&job->x_refs, 1);
    POOL_ASSERT(had > 0);
    if (had > 1) return;
    put_back(pool, job, JOB_RELEASED);
}
