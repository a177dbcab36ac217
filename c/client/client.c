/* pool.h for the client: the thread that must not block. It never waits, takes no lock and allocates nothing; what it
 * cannot have now is POOL_EAGAIN, and a signal follows.
 */
#include "client/client.h"

#include <string.h>

#include "core/check.h"
#include "core/handle.h"
#include "port/port.h"
#include "sync/ends.h"
#include "sync/jobs.h"
#include "sync/wake.h"

/* How many strings the arguments hold. */
static uint64_t count_strings(const char *args, uint32_t size)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < size; i++) n += args[i] == '\0';
    return n;
}

struct pipe *client_end_of(struct pool *pool, pool_fd_t fd, enum pipe_end end)
{
    struct pipe *pipe = pool__end_of(pool, fd, end);
    return pipe && !pipe->given[end] ? pipe : NULL;
}

/* Marks the ends of a job as its own, or as the client's again. */
static void give_ends(struct pool *pool, const struct pool_job_config *config, bool given)
{
    for (uint32_t i = 0; i < POOL_COUNT_OF(config->stdio); i++) {
        enum pipe_end end = i == 0 ? PIPE_READ : PIPE_WRITE;
        struct pipe *pipe = config->stdio[i] ? pool__end_of(pool, config->stdio[i], end) : NULL;
        if (pipe) pipe->given[end] = given;
    }
}

static int check_config(struct pool *pool, const struct pool_job_config *config)
{
    for (uint32_t i = 0; i < POOL_COUNT_OF(config->stdio); i++) {
        enum pipe_end end = i == 0 ? PIPE_READ : PIPE_WRITE;
        if (config->stdio[i] && !client_end_of(pool, config->stdio[i], end)) return POOL_EBADF;
    }
    if (config->stdio[1] && config->stdio[1] == config->stdio[2]) return POOL_EINVAL; /* it would be closed twice */
    if (config->args_bytes > POOL_ARGS_MAX_BYTES) return POOL_E2BIG;
    if (config->args_bytes && (!config->args || config->args[config->args_bytes - 1] != '\0')) return POOL_EINVAL;
    uint64_t n_strings = (uint64_t)config->n_args + config->n_env;
    return n_strings == count_strings(config->args, config->args_bytes) ? 0 : POOL_EINVAL;
}

static void fill(struct job *job, const struct pool_job_config *config)
{
    job->module = config->module;
    memcpy(job->stdio, config->stdio, sizeof job->stdio);
    job->args_bytes = config->args_bytes;
    job->n_args = config->n_args;
    job->n_env = config->n_env;
    job->submitted_ns = port_now_ns(PORT_MONOTONIC);
    uint64_t timeout_ns = (uint64_t)config->timeout_ms * 1000000;
    atomic_store(&job->x_deadline_ns, timeout_ns ? job->submitted_ns + timeout_ns : 0);
    atomic_store(&job->x_holds, 2); /* the submitter's and the run queue's */
}

/* Gives the job its arguments and puts it on the run queue; on failure it is still FILLING. */
static int launch(struct pool *pool, struct job *job, const struct pool_job_config *config)
{
    if (config->args_bytes) {
        job->block = pool__take_block(pool, config->args_bytes, WAITER_CLIENT);
        if (!job->block) return pool__no_block(pool, config->args_bytes);
        memcpy(pool__job_block(pool, job), config->args, config->args_bytes);
    }
    fill(job, config);
    uint32_t generation = pool__job_generation(job);
    pool__job_move(job, generation, JOB_FILLING, JOB_QUEUED);
    if (pool__sched_push(&pool->sched, (uint32_t)(job - pool->jobs))) return 0;

    /* Only cancelled jobs that no worker has come by to throw away can fill the queue so far. */
    pool__job_move(job, generation, JOB_QUEUED, JOB_FILLING);
    return POOL_EAGAIN;
}

int pool_submit(pool_t *pool, const struct pool_job_config *config, pool_job_t *job_out)
{
    if (atomic_load(&pool->x_closing)) return POOL_ESHUTDOWN;
    int error = check_config(pool, config);
    if (error) return error;
    struct job *job = pool__job_take(pool);
    if (!job) return POOL_EAGAIN;

    give_ends(pool, config, true);
    error = launch(pool, job, config);
    if (error) {
        give_ends(pool, config, false);
        pool__job_untake(pool, job);
        return error;
    }
    *job_out = pool__handle_of_job((uint32_t)(job - pool->jobs), pool__job_generation(job));
    if (config->timeout_ms) pool__ask_coordinator(pool);
    pool__wake_idle(pool);
    if (atomic_load(&pool->x_closing))
        pool_cancel(pool, *job_out); /* coordinator_close may have looked before this job */
    return 0;
}

int pool_cancel(pool_t *pool, pool_job_t handle)
{
    struct job *job = pool__job_of(pool, handle);
    if (!job) return POOL_EBADF;
    uint32_t generation = pool__job_generation(job);
    if (!pool__job_wish(job, generation, POOL_CANCELLED)) return 0;
    if (pool__job_end_queued(pool, job, generation)) return 0;

    uint32_t worker = atomic_load(&job->x_worker);
    if (worker) pool__wake(pool, WAITER_WORKER_0 + worker, 0);
    pool__ask_coordinator(pool); /* if it only computes, its worker must be ended */
    return 0;
}

static double ms_between(uint64_t from_ns, uint64_t to_ns)
{
    return to_ns > from_ns ? (double)(to_ns - from_ns) / 1e6 : 0;
}

int pool_result(pool_t *pool, pool_job_t handle, struct pool_result *result_out)
{
    struct job *job = pool__job_of(pool, handle);
    if (!job) return POOL_EBADF;
    if (pool__job_state(job) != JOB_ENDED) return POOL_EAGAIN;
    uint64_t started = job->started_ns ? job->started_ns : job->ended_ns;
    *result_out = (struct pool_result){.outcome = job->outcome,
                                       .code = job->code,
                                       .text = job->text_bytes ? (const char *)pool__job_block(pool, job) : NULL,
                                       .text_bytes = job->text_bytes,
                                       .worker = atomic_load(&job->x_worker),
                                       .queued_ms = ms_between(job->submitted_ns, started),
                                       .run_ms = ms_between(started, job->ended_ns)};
    return 0;
}

int pool_release(pool_t *pool, pool_job_t handle)
{
    struct job *job = pool__job_of(pool, handle);
    if (!job) return POOL_EBADF;
    if (!pool__job_move(job, pool__job_generation(job), JOB_ENDED, JOB_RELEASED)) return POOL_EBUSY;
    pool__job_drop(pool, job);
    return 0;
}

int pool_pipe(pool_t *pool, uint32_t capacity_bytes, pool_fd_t fds_out[2])
{
    if (atomic_load(&pool->x_closing)) return POOL_ESHUTDOWN;
    if (capacity_bytes > POOL_PIPE_MAX_BYTES) return POOL_EINVAL;
    uint32_t slot = pool__freelist_pop(&pool->free_pipes, pool->pipe_links);
    if (slot == FREELIST_NONE) return POOL_ENFILE;

    struct pipe *pipe = &pool->pipes[slot];
    uint32_t kind = pool__blocks_class(capacity_bytes ? capacity_bytes : POOL_PIPE_DEFAULT_BYTES);
    pool__pipe_open(pipe, 1u << (BLOCK_MIN_LOG2 + kind), 0);
    uint32_t generation = atomic_load(&pipe->x_generation);
    fds_out[0] = pool__handle_of_end(slot, PIPE_READ, generation);
    fds_out[1] = pool__handle_of_end(slot, PIPE_WRITE, generation);
    return 0;
}

int pool_close(pool_t *pool, pool_fd_t fd)
{
    enum pipe_end end = fd & 1;
    struct pipe *pipe = client_end_of(pool, fd, end);
    if (!pipe) return POOL_EBADF;
    pool__close_end(pool, pipe, end);
    return 0;
}
