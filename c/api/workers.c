/* What each worker does now. */
#include "core/check.h"
#include "core/handle.h"
#include "core/layout.h"
#include "port/port.h"

/* The jobs that run, by the numbers of their workers; 0: none. */
struct runs {
    pool_job_t jobs[WORKERS_MAX + 1];
};

static struct runs find_runs(struct pool *pool)
{
    struct runs runs = {{0}};
    for (uint32_t i = 0; i < JOBS_MAX; i++) {
        const struct job *job = &pool->jobs[i];
        uint64_t generation = pool__job_generation(job);
        uint32_t worker = atomic_load(&job->x_worker);
        if (pool__job_state(job) != JOB_RUNNING || worker == 0) continue;
        POOL_ASSERT(worker <= WORKERS_MAX);
        runs.jobs[worker] = pool__handle_of_job(i, generation);
    }
    return runs;
}

/* Whether a worker has armed its bell, and nobody has rung since: it waits, or is about to. */
static bool waits(struct pool *pool, uint32_t worker)
{
    const struct bell *bell = &pool->bells[WAITER_WORKER_0 + worker];
    return atomic_load(&bell->x_armed) == atomic_load(&bell->x_count);
}

static uint32_t state_of(struct pool *pool, uint32_t number, bool has_job)
{
    const struct worker *worker = &pool->workers[number];
    switch (pool__worker_state(worker)) {
    case WORKER_STARTING: return POOL_WORKER_STARTING;
    case WORKER_GUEST: return POOL_WORKER_RUNNING;
    case WORKER_RUNTIME:
        if (!has_job) return POOL_WORKER_IDLE;
        return waits(pool, number) ? POOL_WORKER_WAITING : POOL_WORKER_RUNNING;
    case WORKER_KILLED: return POOL_WORKER_LOST;
    case WORKER_DEAD:
        return atomic_load(&worker->x_rests_until_ns) > port_now_ns(PORT_MONOTONIC) ? POOL_WORKER_LOST : 0;
    default: return 0;
    }
}

int32_t pool_worker_stats(pool_t *pool, struct pool_worker_stats *workers_out, uint32_t n_workers)
{
    if (!pool || (n_workers && !workers_out)) return POOL_EINVAL;
    struct runs runs = find_runs(pool);
    uint32_t n = 0;
    for (uint32_t i = 1; i <= WORKERS_MAX && n < n_workers; i++) {
        uint32_t state = state_of(pool, i, runs.jobs[i] != 0);
        if (!state) continue;
        workers_out[n++] = (struct pool_worker_stats){.number = i,
                                                      .state = state,
                                                      .job = state == POOL_WORKER_LOST ? 0 : runs.jobs[i],
                                                      .n_jobs = atomic_load(&pool->workers[i].x_jobs)};
    }
    return (int32_t)n;
}
