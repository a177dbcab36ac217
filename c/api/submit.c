/* pool_submit: from a config to a place in the run queue. */
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "core/check.h"
#include "port/port.h"
#include "sync/call_slots.h"
#include "sync/ends.h"
#include "sync/jobs.h"
#include "sync/room.h"
#include "sync/self.h"
#include "sync/volumes.h"
#include "sync/wake.h"

static enum pipe_end end_of(uint32_t index)
{
    return index == 0 ? PIPE_READ : PIPE_WRITE;
}

/* Gives the first `n` ends back to whoever submitted. */
static void take_back_ends(struct pool *pool, const struct record *record, uint32_t n)
{
    POOL_ASSERT(n <= POOL_COUNT_OF(record->stdio));
    for (uint32_t i = 0; i < n; i++) {
        if (record->stdio[i].kind != POOL_STDIO_PIPE) continue;
        struct pipe *pipe = pool__end_of(pool, record->stdio[i].fd, end_of(i));
        bool had = !pipe || pool__pipe_pass(pipe, end_of(i), END_GIVEN, END_FREE);
        POOL_ASSERT(had); /* nobody else can use what is given */
        (void)had;
    }
}

/* Makes the ends the job's own. */
static int give_ends(struct pool *pool, const struct record *record)
{
    struct pipe *pipe;
    const struct pool_stdio *out = &record->stdio[1], *err = &record->stdio[2];
    if (out->kind == POOL_STDIO_PIPE && err->kind == POOL_STDIO_PIPE && out->fd == err->fd) return POOL_EINVAL;
    for (uint32_t i = 0; i < POOL_COUNT_OF(record->stdio); i++) {
        if (record->stdio[i].kind != POOL_STDIO_PIPE) continue;
        int error = pool__end_take(pool, record->stdio[i].fd, end_of(i), END_GIVEN, &pipe);
        if (!error) continue;
        take_back_ends(pool, record, i);
        return error;
    }
    return 0;
}

/* Nobody else looks at these before the job is QUEUED, which publishes them. */
static void fill(struct pool *pool, struct job *job, const struct submission *submission)
{
    const struct record *record = submission->record;
    POOL_ASSERT(pool__job_state(job) == JOB_FILLING && record->priority < PRIORITIES);
    job->function = submission->function;
    atomic_store_explicit(&job->x_unkillable, submission->function != NULL, memory_order_relaxed);
    job->user = submission->user;
    job->module = record->module;
    job->priority = record->priority;
    memcpy(job->stdio, record->stdio, sizeof job->stdio);
    job->n_piped = 0;
    for (uint32_t i = 0; i < POOL_COUNT_OF(job->stdio); i++) job->n_piped += job->stdio[i].kind == POOL_STDIO_PIPE;
    job->input_bytes = record->input_bytes;
    job->capture_max_bytes = record->capture_max_bytes ? record->capture_max_bytes : POOL_BYTES_MAX;
    pool__share_out(pool, job, record->max_calls, record->max_memory_mib);
    job->submitted_ns = port_now_ns(PORT_MONOTONIC);
    uint64_t timeout_ns = (uint64_t)record->timeout_ms * 1000000;
    uint64_t deadline_ns = timeout_ns ? job->submitted_ns + timeout_ns : 0;
    atomic_store_explicit(&job->x_deadline_ns, deadline_ns, memory_order_relaxed);
    job->input_block = submission->input_block;
    atomic_store_explicit(&job->x_refs, 1, memory_order_relaxed); /* the submitter's */
}

/* Gives the job its record and puts it on the run queue; on failure it is still FILLING. From QUEUED on it may end at
 * any moment, by its deadline or because the pool closes. */
static int launch(struct pool *pool, struct job *job, const struct submission *submission)
{
    const struct record *record = submission->record;
    POOL_ASSERT(submission->record_bytes >= sizeof *record);
    if (submission->record_bytes > sizeof *record) {
        job->block = pool__take_block(pool, USE_CONTROL, submission->record_bytes, WAITER_CLIENT);
        if (!job->block) return pool__no_block(pool, USE_CONTROL, submission->record_bytes);
        memcpy(pool__block_memory(pool, job->block), record, submission->record_bytes);
    }
    int error = pool__job_use_volumes(pool, job, record);
    if (error) return error;
    fill(pool, job, submission);
    bool queued = pool__job_move(job, pool__job_generation(job), JOB_FILLING, JOB_QUEUED);
    POOL_ASSERT(queued);
    (void)queued;
    pool__job_queue(pool, job);
    return 0;
}

/* Takes a free slot. NULL: all are in use, and the client gets a signal when one is free. */
static struct job *take_slot(struct pool *pool)
{
    bool may_take_kept = !pool__self_runs_job(pool);
    struct job *job = pool__job_take(pool, may_take_kept);
    if (job) return job;
    pool__room_want(pool, may_take_kept ? ROOM_SLOT : ROOM_JOBS_SLOT); /* announce, look again */
    return pool__job_take(pool, may_take_kept);
}

int pool__submit(struct pool *pool, const struct submission *submission, pool_job_t *job_out)
{
    POOL_ASSERT(!submission->function != !submission->record->module); /* it is one of the two */
    POOL_ASSERT(!submission->input_block == !submission->record->input_bytes);
    if (atomic_load(&pool->x_closing)) return POOL_ESHUTDOWN;
    int error = give_ends(pool, submission->record);
    if (error) return error;
    struct job *job = take_slot(pool);
    error = job ? launch(pool, job, submission) : POOL_EAGAIN;
    if (error) {
        take_back_ends(pool, submission->record, POOL_COUNT_OF(submission->record->stdio));
        if (job) pool__job_untake(pool, job);
        return error;
    }
    *job_out = pool__job_handle(pool, job);
    if (submission->record->timeout_ms) pool__ask_coordinator(pool);
    if (!submission->wakes_nobody) pool__wake_idle(pool);
    if (atomic_load(&pool->x_closing))
        pool_cancel(pool, *job_out); /* the thread that closes may have looked before this job was queued */
    return 0;
}

/* A copy of the config's input in a block of the pool's. */
static int copy_input(struct pool *pool, const struct pool_job_config *config, uint32_t *block_out)
{
    *block_out = 0;
    if (!config->input_bytes) return 0;
    uint32_t block = pool__take_block(pool, USE_CONTENT, config->input_bytes, WAITER_CLIENT);
    if (!block) return pool__no_block(pool, USE_CONTENT, config->input_bytes);
    POOL_ASSERT(config->input && config->input_bytes <= pool__blocks_bytes(&pool->blocks, block));
    memcpy(pool__block_memory(pool, block), config->input, config->input_bytes);
    *block_out = block;
    return 0;
}

static int submit_record(struct pool *pool, const struct pool_job_config *config, const struct record *record,
                         uint32_t record_bytes, pool_job_t *job_out)
{
    struct submission submission = {record, record_bytes, config->function, config->user, 0, false};
    int error = copy_input(pool, config, &submission.input_block);
    if (error) return error;
    error = pool__submit(pool, &submission, job_out);
    if (error) pool__give_block(pool, submission.input_block);
    return error;
}

/* With strings, or whatever else is behind the header. */
static int submit_long(struct pool *pool, const struct pool_job_config *config, uint32_t size, pool_job_t *job_out)
{
    _Alignas(struct record) uint8_t small[1024];
    uint8_t *record = size <= sizeof small ? small : malloc(size);
    if (!record) return POOL_ENOMEM;
    pool__record_write(config, record);
    int error = submit_record(pool, config, (const struct record *)record, size, job_out);
    if (record != small) free(record);
    return error;
}

int pool_submit(pool_t *pool, const struct pool_job_config *config, pool_job_t *job_out)
{
    struct record header;
    int32_t size = pool && config && job_out ? pool__record_header(config, &header) : POOL_EINVAL;
    if (size < 0) return size;
    if (!config->function == !config->module) return POOL_EINVAL; /* one of the two */
    if (!config->function && port_runs_no_guests()) return POOL_ENOSYS;
    if ((uint32_t)size > sizeof header) return submit_long(pool, config, (uint32_t)size, job_out);
    return submit_record(pool, config, &header, sizeof header, job_out);
}
