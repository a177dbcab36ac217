/* What can be done with a job once it is submitted: wait for it, cancel it, release it. */
#include "sync/jobs.h"
#include "api/api.h"
#include "api/timeout.h"
#include "core/check.h"
#include "sync/abroad.h"
#include "sync/ends.h"
#include "sync/self.h"
#include "sync/wake.h"

int pool_cancel(pool_t *pool, pool_job_t handle)
{
    uint64_t generation;
    if (!pool) return POOL_EINVAL;
    struct job *job = pool__job_find(pool, handle, &generation);
    if (!job) return POOL_EBADF;
    if (!pool__job_wish(job, generation, POOL_CANCELLED)) return 0;
    if (pool__job_end_queued(pool, job, generation)) return 0;

    uint32_t worker = atomic_load(&job->x_worker);
    if (worker) pool__wake_worker(pool, worker);
    pool__ask_coordinator(pool); /* if it only computes, its worker must be ended */
    return 0;
}

int pool_release(pool_t *pool, pool_job_t handle)
{
    uint64_t generation;
    if (!pool) return POOL_EINVAL;
    struct job *job = pool__job_find(pool, handle, &generation);
    if (!job) return POOL_EBADF;
    if (!pool__job_move(job, generation, JOB_ENDED, JOB_RELEASED)) {
        return pool__job_of(pool, handle) ? POOL_EBUSY : POOL_EBADF; /* or another thread was first */
    }
    pool__job_unref(pool, job);
    return 0;
}

bool pool_interrupted(pool_t *pool)
{
    const struct sleeper *self = pool__self(pool);
    return self && self->job && pool__sleeper_interrupted(self);
}

static double ms_between(uint64_t from_ns, uint64_t to_ns)
{
    return to_ns > from_ns ? (double)(to_ns - from_ns) / 1e6 : 0;
}

static struct pool_bytes captured(struct pool *pool, const struct capture *capture)
{
    return (struct pool_bytes){capture->size ? pool__block_memory(pool, capture->block) : NULL, capture->size};
}

void pool__job_result(struct pool *pool, const struct job *job, struct pool_result *result_out)
{
    uint64_t started = job->started_ns ? job->started_ns : job->ended_ns;
    const void *block = pool__block_memory(pool, job->block);
    *result_out = (struct pool_result){
        .outcome = job->outcome,
        .code = job->code,
        .text = job->text_bytes ? block : NULL,
        .text_bytes = job->text_bytes,
        .n_values = job->n_results,
        .values = job->n_results ? block : NULL,
        .captured = {{NULL, 0}, captured(pool, &job->captures[0]), captured(pool, &job->captures[1])},
        .worker = atomic_load(&job->x_worker),
        .killed = job->killed,
        .queued_ms = ms_between(job->submitted_ns, started),
        .run_ms = ms_between(started, job->ended_ns)};
}

/* Finds the first of several jobs that has ended: 0; POOL_EAGAIN, none has; POOL_EBADF, one is stale; POOL_EINVAL,
 * there are none. */
static int first_ended(struct pool *pool, const pool_job_t *handles, uint32_t n, uint32_t *index_out)
{
    int status = POOL_EINVAL;
    for (uint32_t i = 0; i < n; i++) {
        if (!handles[i]) continue;
        struct job *job = pool__job_of(pool, handles[i]);
        if (!job) return POOL_EBADF;
        if (pool__job_state(job) == JOB_ENDED) {
            *index_out = i;
            return 0;
        }
        status = POOL_EAGAIN;
    }
    return status;
}

/* From now on the ends of these jobs wake the threads in `x_job_waiters`. */
static void mark_waited(struct pool *pool, const pool_job_t *handles, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        struct job *job = handles[i] ? pool__job_of(pool, handles[i]) : NULL;
        if (job) atomic_store(&job->x_waited, 1);
    }
}

static int sleep_until_ended(struct sleeper *sleeper, const pool_job_t *handles, uint32_t n, int32_t timeout_ms,
                             uint32_t *index_out)
{
    struct pool *pool = sleeper->pool;
    struct timeout timeout = pool__timeout_begin(timeout_ms);
    _Atomic uint32_t *word = &pool->x_job_waiters[sleeper->waiter / 32];
    uint32_t bit = 1u << sleeper->waiter % 32;
    int status;
    POOL_ASSERT(sleeper->waiter > WAITER_CLIENT && sleeper->waiter < WAITERS_MAX);
    POOL_ASSERT(!(atomic_load(word) & bit)); /* its bell is one thread's, which waits for one thing at a time */
    atomic_fetch_or(word, bit);
    mark_waited(pool, handles, n);
    for (;;) {
        uint32_t count = pool__sleeper_arm(sleeper);
        status = first_ended(pool, handles, n, index_out);
        if (status == POOL_EAGAIN && pool__sleeper_interrupted(sleeper) == POOL_ECANCELED) status = POOL_ECANCELED;
        if (status == POOL_EAGAIN && pool__timeout_left_ns(&timeout) == 0) status = POOL_ETIMEDOUT;
        if (status != POOL_EAGAIN) break;
        pool__sleeper_sleep(sleeper, count, pool__timeout_left_ns(&timeout));
    }
    pool__sleeper_disarm(sleeper);
    atomic_fetch_and(word, ~bit);
    return status;
}

int pool_wait_any(pool_t *pool, const pool_job_t *jobs, uint32_t n_jobs, int32_t timeout_ms, uint32_t *index_out)
{
    struct sleeper storage, *sleeper;
    if (!pool || !index_out || (n_jobs && !jobs) || n_jobs > POOL_WAIT_MAX) return POOL_EINVAL;
    if (timeout_ms < POOL_FOREVER) return POOL_EINVAL;
    int status = first_ended(pool, jobs, n_jobs, index_out);
    if (status != POOL_EAGAIN || timeout_ms == 0) return status;
    sleeper = pool__self_lend(pool, &storage);
    if (!sleeper) return POOL_EWOULDBLOCK;
    status = sleep_until_ended(sleeper, jobs, n_jobs, timeout_ms, index_out);
    POOL_ASSERT(status < 0 || (status == 0 && *index_out < n_jobs));
    pool__self_return(sleeper);
    return status;
}

int pool_wait(pool_t *pool, pool_job_t handle, int32_t timeout_ms, struct pool_result *result_out)
{
    uint32_t index;
    if (!pool || timeout_ms < POOL_FOREVER) return POOL_EINVAL;
    if (!handle) return POOL_EBADF;
    int status = pool_wait_any(pool, &handle, 1, timeout_ms, &index);
    if (status) return status;
    struct job *job = pool__job_ref(pool, handle); /* or another job might have its place while we read */
    if (!job) return POOL_EBADF;                   /* another thread has released it meanwhile */
    if (result_out) pool__job_result(pool, job, result_out);
    pool__job_unref(pool, job);
    return 0;
}
