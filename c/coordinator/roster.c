/* The roster: the lives of all workers, each from its slot to its burial. */
#include <stdlib.h>

#include "coordinator/coordinator.h"
#include "core/check.h"
#include "fs/table.h"
#include "port/port.h"
#include "sync/jobs.h"
#include "sync/wake.h"

static bool has_files(const struct worker *worker)
{
    return worker->fds && worker->fds->n_used > 0;
}

/* Finds a slot that no thread has: it was never used, or has rested until its last thread must be gone. 0: none. */
static uint32_t free_slot(struct pool *pool)
{
    uint64_t now = port_now_ns(PORT_MONOTONIC);
    for (uint32_t i = 1; i <= WORKERS_MAX; i++) {
        enum worker_state state = pool__worker_state(&pool->workers[i]);
        if (state == WORKER_NONE) return i;
        if (state == WORKER_DEAD && atomic_load(&pool->workers[i].x_rests_until_ns) <= now &&
            !has_files(&pool->workers[i]))
            return i;
    }
    return 0;
}

/* Moves a worker on, although a thread that still runs unnoticed may change the word at the same time. */
static void move(struct worker *worker, enum worker_state to)
{
    while (!pool__worker_move(worker, pool__worker_turn(worker), pool__worker_state(worker), to)) continue;
}

int32_t coordinator_add_worker(struct pool *pool)
{
    uint32_t number = free_slot(pool);
    if (!number) return POOL_EAGAIN;
    struct worker *worker = &pool->workers[number];
    if (!worker->stack) worker->stack = port_block(WORKER_STACK_BYTES);
    if (!worker->fds) worker->fds = (struct fd_table *)(void *)port_block(sizeof *worker->fds);
    if (!worker->stack || !worker->fds) return POOL_ENOMEM;
    worker->fds->n_used = 0;
    atomic_store(&worker->x_jobs, 0);
    pool__bell_disarm(&pool->bells[WAITER_WORKER_0 + number]);
    move(worker, WORKER_STARTING);
    atomic_fetch_add(&pool->sched.x_live, 1);
    return (int32_t)number;
}

uint8_t *coordinator_worker_stack(struct pool *pool, uint32_t worker)
{
    POOL_ASSERT(worker >= 1 && worker <= WORKERS_MAX);
    return pool->workers[worker].stack;
}

/* The job that a worker was running when it died; NULL: none. */
static struct job *job_of(struct pool *pool, uint32_t worker)
{
    for (uint32_t i = 0; i < JOBS_MAX; i++) {
        struct job *job = &pool->jobs[i];
        if (pool__job_state(job) == JOB_RUNNING && atomic_load(&job->x_worker) == worker) return job;
    }
    return NULL;
}

bool pool__roster_mourn(struct pool *pool, uint32_t number)
{
    POOL_ASSERT(number >= 1 && number <= WORKERS_MAX);
    if (!pool__fds_close_now(pool, pool->workers[number].fds)) return false;
    struct job *job = job_of(pool, number);
    uint32_t wished = job ? pool__job_wished(job) : 0;
    if (job) pool__job_end_running(pool, job, wished ? (enum pool_outcome)wished : POOL_LOST, 0);
    return true;
}

void pool__roster_mourn_all(struct pool *pool)
{
    for (uint32_t i = 1; i <= WORKERS_MAX; i++) {
        enum worker_state state = pool__worker_state(&pool->workers[i]);
        bool is_dead = state == WORKER_KILLED || state == WORKER_DEAD;
        if (is_dead && has_files(&pool->workers[i])) pool__roster_mourn(pool, i);
    }
}

static uint64_t rest_until(double rest_ms)
{
    return rest_ms < 0 ? UINT64_MAX : port_now_ns(PORT_MONOTONIC) + (uint64_t)(rest_ms * 1e6);
}

/* Whatever it was in the middle of when it died. */
static void take_off_the_lists(struct pool *pool, uint32_t number)
{
    pool__sched_clear_idle(&pool->sched, number);
    pool__sched_clear_looking(&pool->sched, number);
    pool__sched_clear_awake(&pool->sched, number);
    pool__sched_has_left(&pool->sched, number);
    pool__wake_idle(pool); /* this worker may have got the wake-up for a job */
}

void coordinator_bury_worker(struct pool *pool, uint32_t number, double rest_ms, bool lost)
{
    if (number == 0 || number > WORKERS_MAX) return;
    struct worker *worker = &pool->workers[number];
    enum worker_state state = pool__worker_state(worker);
    if (state == WORKER_NONE || state == WORKER_DEAD) return;
    atomic_fetch_sub(&pool->sched.x_live, 1);
    if (lost) atomic_fetch_add(&pool->x_lost, 1);

    /* First, because a thread that lives on for a moment must find it: what follows may wake it. */
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): an element of an array */
    atomic_store(&worker->x_rests_until_ns, rest_until(rest_ms));
    move(worker, WORKER_DEAD);
    take_off_the_lists(pool, number);
    pool__volume_unlock_for(pool, number);
    pool__roster_mourn(pool, number);
    pool__wake_everybody(pool);
}
