/* The ladder that is climbed with a job when it is to end before its time:
 *   1. queued: it is taken out;
 *   2. waiting or calling: its worker is woken and unwinds the guest by itself;
 *   3. still computing after the grace time: its worker is killed where it stands, in the guest's code.
 */
#include "coordinator/coordinator.h"
#include "core/check.h"
#include "port/port.h"
#include "sync/abroad.h"
#include "sync/jobs.h"
#include "sync/wake.h"

#define RETRY_NS 2000000u /* until then a worker that is in our own code will have left it, or unwound */

/* Kills the worker that runs a job of this generation, if it is in the guest's code. */
static bool kill(struct pool *pool, struct job *job, uint64_t generation)
{
    uint32_t number = atomic_load(&job->x_worker);
    uint64_t turn = atomic_load(&job->x_turn);
    if (!number || pool__job_generation(job) != generation || pool__job_state(job) != JOB_RUNNING) return false;
    POOL_ASSERT(number <= WORKERS_MAX);
    struct worker *worker = &pool->workers[number];
    if (!pool__worker_move(worker, turn, WORKER_GUEST, WORKER_KILLED)) return false;
    job->killed = 1;
    return pool__roster_mourn(pool, number);
}

static void wake_worker_of(struct pool *pool, const struct job *job)
{
    uint32_t number = atomic_load(&job->x_worker);
    if (number) pool__wake_worker(pool, number);
}

/* One step for a running job whose end is wished for: when to look again. */
static uint64_t climb_running(struct pool *pool, struct job *job, uint64_t generation, uint64_t now_ns,
                              uint64_t grace_ns)
{
    POOL_ASSERT(generation <= pool__job_generation(job)); /* it may be another job by now, never an earlier one */
    if (job->kill_generation != generation + 1) {
        job->kill_generation = generation + 1;
        job->kill_at_ns = now_ns + grace_ns;
        wake_worker_of(pool, job);
    }
    if (job->kill_at_ns > now_ns + grace_ns)
        job->kill_at_ns = now_ns + grace_ns; /* the pool closes: no grace any more */
    if (atomic_load(&job->x_unkillable)) return UINT64_MAX;
    if (now_ns < job->kill_at_ns) return job->kill_at_ns;
    return kill(pool, job, generation) ? UINT64_MAX : now_ns + RETRY_NS;
}

/* One step for one job: when to look again. */
static uint64_t climb(struct pool *pool, struct job *job, uint64_t now_ns, uint64_t grace_ns)
{
    uint64_t generation = pool__job_generation(job);
    enum job_state state = pool__job_state(job);
    if (state != JOB_QUEUED && state != JOB_RUNNING) return UINT64_MAX;

    uint64_t deadline = atomic_load(&job->x_deadline_ns);
    if (deadline && deadline <= now_ns) pool__job_wish(job, generation, POOL_TIMED_OUT);
    if (!pool__job_wished(job)) return deadline ? deadline : UINT64_MAX;
    if (pool__job_end_queued(pool, job, generation)) return UINT64_MAX;
    return climb_running(pool, job, generation, now_ns, grace_ns);
}

uint64_t pool__ladder_climb(struct pool *pool, uint64_t now_ns, uint64_t grace_ns)
{
    uint64_t next = UINT64_MAX;
    pool__roster_mourn_all(pool);
    for (uint32_t i = 0; i < JOBS_MAX; i++) {
        uint64_t at = climb(pool, &pool->jobs[i], now_ns, grace_ns);
        if (at < next) next = at;
    }
    return next;
}

uint32_t coordinator_next_kill(struct pool *pool)
{
    for (uint32_t i = 1; i <= WORKERS_MAX; i++) {
        if (pool__worker_state(&pool->workers[i]) == WORKER_KILLED) return i;
    }
    return 0;
}

uint32_t coordinator_close(struct pool *pool)
{
    uint32_t running = 0;
    atomic_store(&pool->x_closing, 1);
    for (uint32_t i = 0; i < JOBS_MAX; i++) {
        enum job_state state = pool__job_state(&pool->jobs[i]);
        if (state == JOB_QUEUED || state == JOB_RUNNING) {
            pool__job_wish(&pool->jobs[i], pool__job_generation(&pool->jobs[i]), POOL_CANCELLED);
        }
    }
    pool__ladder_climb(pool, port_now_ns(PORT_MONOTONIC), 0);
    for (uint32_t i = 0; i < JOBS_MAX; i++) running += pool__job_state(&pool->jobs[i]) == JOB_RUNNING;
    for (uint32_t i = 1; i <= WORKERS_MAX; i++) pool__wake(pool, WAITER_WORKER_0 + i, 0);
    return running;
}
