/* Submits jobs, waits for them, and ends them. */
#include "thin/jobs.h"

#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/record.h"
#include "thin/bridge.h"
#include "thin/ends.h"
#include "thin/explain.h"
#include "thin/imports.h"
#include "thin/inherit.h"
#include "thin/line.h"
#include "thin/results.h"
#include "thin/scratch.h"
#include "thin/suspend.h"

static uint32_t slot_of(pool_job_t handle)
{
    return pool__handle_slot(handle, HANDLE_JOB_BITS);
}

struct thin_job *pool__thin_job_of(struct pool *pool, pool_job_t handle)
{
    struct thin_job *job = pool->jobs[slot_of(handle)];
    return job && handle && job->handle == handle ? job : NULL;
}

/* Whether a job has ended. Whoever sees it first writes the rest of its inherited output and lets its module go. */
static bool has_ended(struct pool *pool, struct thin_job *job)
{
    if (job->ended) return true;
    if (pool__thin_call(pool->id, THIN_CALL_WAIT, (double)job->handle, 0, pool__thin_scratch(pool->id)) != 0)
        return false;
    job->ended = true;
    pool__thin_drain(pool, job);
    pool__thin_done(pool->id, (double)job->module);
    return true;
}

bool pool__thin_job_ended(struct pool *pool, pool_job_t handle)
{
    struct thin_job *job = pool__thin_job_of(pool, handle);
    return !job || has_ended(pool, job);
}

bool pool__thin_job_has_slot(pool_job_t handle, uint32_t slot)
{
    return slot_of(handle) == slot;
}

/* --- submitting */

static int put_record(struct pool *pool, const struct pool_job_config *config, bool serves, int32_t size)
{
    uint8_t *record = malloc((size_t)size);
    if (!record) return POOL_ENOMEM;
    pool__record_write(config, record);
    ((struct record *)(void *)record)->serves = serves;
    ((struct record *)(void *)record)->imports = pool__thin_link_of(pool, config->module);
    pool__thin_write(pool->id, pool__thin_scratch(pool->id) + SCRATCH_RECORD, record, (uint32_t)size);
    free(record);
    return 0;
}

static int submit(struct pool *pool, const struct pool_job_config *config, bool serves, pool_job_t *job_out)
{
    int32_t size = pool__record_size(config);
    if (size < 0) return size;
    int status = config->input_bytes ? pool__thin_stage(pool, config->input, config->input_bytes) : 0;
    if (status == 0) status = put_record(pool, config, serves, size);
    if (status) return status;
    uint32_t scratch = pool__thin_scratch(pool->id);
    status = pool__thin_call(pool->id, THIN_CALL_SUBMIT, scratch + SCRATCH_RECORD, (uint32_t)size, scratch);
    if (status == 0) *job_out = pool__thin_handle_out(pool, 0);
    return status;
}

static int submit_with_streams(struct pool *pool, struct pool_job_config *config, bool serves, struct thin_job *job)
{
    int status = pool__thin_inherit(pool, config, job);
    if (status == 0) status = submit(pool, config, serves, &job->handle);
    if (status) pool__thin_disinherit(pool, config, job);
    return status;
}

/* An end that a callback or a suspended call uses cannot be given to a job. */
static int check_ends(struct pool *pool, const struct pool_job_config *config)
{
    for (int i = 0; i < 3; i++) {
        const struct pool_stdio *stdio = &config->stdio[i];
        if (stdio->kind == POOL_STDIO_PIPE && pool__thin_in_use(pool, stdio->fd)) return POOL_EBADF;
    }
    return 0;
}

static int check_config(struct pool *pool, const struct pool_job_config *config)
{
    if (!config) return POOL_EINVAL;
    if (pool->closing || pool->died) return POOL_ESHUTDOWN;
    if (config->function) return POOL_ENOSYS;
    return config->module ? check_ends(pool, config) : POOL_EINVAL;
}

int pool__thin_submit(struct pool *pool, const struct pool_job_config *config, bool serves, pool_job_t *job_out)
{
    int status = pool__thin_use(pool->id, (double)config->module);
    if (status) return status;
    struct pool_job_config own = *config;
    struct thin_job *job = calloc(1, sizeof *job);
    status = job ? submit_with_streams(pool, &own, serves, job) : POOL_ENOMEM;
    if (status) {
        free(job);
        pool__thin_done(pool->id, (double)config->module);
        return status;
    }
    POOL_ASSERT(job->handle && !pool->jobs[slot_of(job->handle)]); /* the slot was free, or the pool had not given it */
    job->module = config->module;
    pool->jobs[slot_of(job->handle)] = job;
    pool__thin_start_pumps(pool, job);
    *job_out = job->handle;
    return 0;
}

int pool_submit(pool_t *pool, const struct pool_job_config *config, pool_job_t *job_out)
{
    pool__thin_begin();
    int status = pool && job_out ? check_config(pool, config) : POOL_EINVAL;
    return status ? status : pool__thin_submit(pool, config, false, job_out);
}

/* --- waiting */

int pool_wait(pool_t *pool, pool_job_t handle, int32_t timeout_ms, struct pool_result *result_out)
{
    pool__thin_begin();
    if (!pool || timeout_ms < POOL_FOREVER) return POOL_EINVAL;
    uint32_t signal = THIN_SIGNAL_JOB_0 + slot_of(handle);
    double deadline_ms = pool__thin_deadline(timeout_ms);
    for (;;) {
        struct thin_job *job = pool__thin_job_of(pool, handle);
        if (!job) return POOL_EBADF;
        if (has_ended(pool, job)) {
            int status = result_out ? pool__thin_copy_result(pool, job) : 0;
            if (status == 0 && result_out) *result_out = job->result;
            return status;
        }
        if (timeout_ms == 0) return POOL_EAGAIN;
        int status = pool__thin_await(pool, &signal, 1, deadline_ms);
        if (status) return status;
    }
}

/* The index of the first that has ended; POOL_EAGAIN: none has; POOL_EBADF: a handle is stale; POOL_EINVAL: the list is
 * empty. */
static int64_t first_ended(struct pool *pool, const pool_job_t *handles, uint32_t n)
{
    int64_t found = POOL_EINVAL;
    for (uint32_t i = 0; i < n; i++) {
        if (!handles[i]) continue;
        struct thin_job *job = pool__thin_job_of(pool, handles[i]);
        if (!job) return POOL_EBADF;
        if (found < 0) found = has_ended(pool, job) ? (int64_t)i : POOL_EAGAIN;
    }
    return found;
}

int pool_wait_any(pool_t *pool, const pool_job_t *jobs, uint32_t n_jobs, int32_t timeout_ms, uint32_t *index_out)
{
    pool__thin_begin();
    if (!pool || !index_out || (n_jobs && !jobs) || n_jobs > POOL_WAIT_MAX) return POOL_EINVAL;
    if (timeout_ms < POOL_FOREVER) return POOL_EINVAL;
    uint32_t *signals = NULL;
    double deadline_ms = pool__thin_deadline(timeout_ms);
    int64_t found;
    while ((found = first_ended(pool, jobs, n_jobs)) == POOL_EAGAIN && timeout_ms != 0) {
        if (!signals) signals = malloc(n_jobs * sizeof *signals);
        for (uint32_t i = 0; signals && i < n_jobs; i++) signals[i] = THIN_SIGNAL_JOB_0 + slot_of(jobs[i]);
        int status = signals ? pool__thin_await(pool, signals, n_jobs, deadline_ms) : POOL_ENOMEM;
        found = status;
        if (status) break;
    }
    free(signals);
    if (found < 0) return (int)found;
    *index_out = (uint32_t)found;
    return 0;
}

static void free_job(struct thin_job *job)
{
    free(job->memory);
    free(job->answer);
    free(job);
}

static void call_back(struct pool *pool, struct thin_job *job)
{
    pool_end_callback callback = job->callback;
    POOL_ASSERT(callback && job->ended && !job->called);
    job->callback = NULL;
    pool__thin_owe(pool->id, -1);
    pool__thin_copy_result(pool, job); /* without memory, the numbers alone */
    job->called = true;
    callback(job->user, pool, job->handle, &job->result);
    job->called = false;
    if (!job->released) return;
    free_job(job);
}

void pool__thin_job_signal(struct pool *pool, uint32_t slot)
{
    POOL_ASSERT(slot < SLOTS_MAX);
    struct thin_job *job = pool->jobs[slot];
    if (!job || !has_ended(pool, job)) return; /* it was released, or its slot's last job meant */
    if (job->callback) call_back(pool, job);
}

int pool_on_end(pool_t *pool, pool_job_t handle, pool_end_callback callback, void *user)
{
    pool__thin_begin();
    if (!pool) return POOL_EINVAL;
    struct thin_job *job = pool__thin_job_of(pool, handle);
    if (!job) return POOL_EBADF;
    if (pool->closing && callback) return POOL_ESHUTDOWN;
    pool__thin_owe(pool->id, (callback != NULL) - (job->callback != NULL));
    job->callback = callback;
    job->user = user;
    if (callback && job->ended) pool__thin_post(pool->id, THIN_SIGNAL_JOB_0 + slot_of(handle));
    return 0;
}

/* --- ending */

int pool_cancel(pool_t *pool, pool_job_t handle)
{
    pool__thin_begin();
    if (!pool) return POOL_EINVAL;
    struct thin_job *job = pool__thin_job_of(pool, handle);
    if (!job) return POOL_EBADF;
    return job->ended ? 0 : pool__thin_call(pool->id, THIN_CALL_CANCEL, (double)handle, 0, 0);
}

bool pool_interrupted(pool_t *pool)
{
    (void)pool;
    return false;
}

static void forget(struct pool *pool, struct thin_job *job)
{
    POOL_ASSERT(pool->jobs[slot_of(job->handle)] == job && !job->released);
    pool->jobs[slot_of(job->handle)] = NULL;
    if (job->callback) pool__thin_owe(pool->id, -1);
    job->callback = NULL;
    job->released = true;
    if (job->called) return; /* its callback looks at the result; call_back frees it */
    free_job(job);
}

int pool_release(pool_t *pool, pool_job_t handle)
{
    pool__thin_begin();
    if (!pool) return POOL_EINVAL;
    struct thin_job *job = pool__thin_job_of(pool, handle);
    if (!job) return POOL_EBADF;
    if (!has_ended(pool, job)) return POOL_EBUSY;
    pool__thin_line_released(pool, handle);
    if (!pool->died && !pool->closing) pool__thin_call(pool->id, THIN_CALL_RELEASE, (double)handle, 0, 0);
    forget(pool, job);
    return 0;
}

/* Ends a job whose worker will never say how it ended. */
static void end(struct pool *pool, struct thin_job *job, enum pool_outcome outcome, const char *text)
{
    POOL_ASSERT(!job->ended && !job->memory);
    pool__thin_drain(pool, job);
    pool__thin_done(pool->id, (double)job->module);
    job->ended = job->copied = true;
    job->result = (struct pool_result){.outcome = outcome};
    size_t size = strlen(text);
    job->memory = size ? malloc(size) : NULL;
    if (!job->memory) return;
    memcpy(job->memory, text, size);
    job->result.text = job->memory;
    job->result.text_bytes = (uint32_t)size;
}

void pool__thin_end_jobs(struct pool *pool, enum pool_outcome outcome, const char *text)
{
    for (uint32_t slot = 0; slot < SLOTS_MAX; slot++) {
        struct thin_job *job = pool->jobs[slot];
        if (!job) continue;
        if (!has_ended(pool, job)) end(pool, job, outcome, text);
        if (job->callback) call_back(pool, job);
    }
}

void pool__thin_free_jobs(struct pool *pool)
{
    for (uint32_t slot = 0; slot < SLOTS_MAX; slot++) {
        if (pool->jobs[slot]) forget(pool, pool->jobs[slot]);
    }
}
