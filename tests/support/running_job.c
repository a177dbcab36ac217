/* Begins and ends a job as its worker would. */
#include "support/running_job.h"

#include "client/client.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "sync/self.h"

struct running_job running;

int running_job_setup(void **state)
{
    if (test_pool_setup(state)) return -1;
    running = (struct running_job){.pool = *state};
    pool__sleeper_init(&running.sleeper, running.pool, WAITER_WORKER_0 + 1);
    return 0;
}

int running_job_teardown(void **state)
{
    if (running.sleeper.job) running_job_end();
    assert_pool_is_empty(running.pool);
    return test_pool_teardown(state);
}

int running_job_setup_with_ends(void **state, pool_fd_t fds_out[2])
{
    if (running_job_setup(state)) return -1;
    assert_int_equal(client_join(running.pool, false), 0);
    return pool_pipe(running.pool, 256, fds_out);
}

int running_job_teardown_with_ends(void **state, const pool_fd_t fds[2])
{
    if (running.sleeper.job) running_job_end();
    for (uint32_t i = 0; i < 2; i++) pool_close(running.pool, fds[i]);
    return running_job_teardown(state);
}

static void begin(pool_job_t handle)
{
    pool_job_t popped;
    running.handle = handle;
    assert_true(pool__sched_pop(&running.pool->sched, &popped));
    assert_int_equal(popped, handle);
    running.job = pool__job_begin(running.pool, popped, 1, 1);
    assert_non_null(running.job);
    running.sleeper.job = running.job;
}

void running_job_begin(const struct pool_job_config *given)
{
    pool_job_t handle;
    struct pool_job_config config = *given;
    config.module = 1;
    assert_int_equal(pool_submit(running.pool, &config, &handle), 0);
    begin(handle);
}

void running_job_begin_bare(void)
{
    begin(test_submit_bare(running.pool));
}

void running_job_begin_with_pipe(uint32_t index, uint32_t capacity, pool_fd_t fds_out[2])
{
    struct pool_job_config config = {0};
    assert_int_equal(pool_pipe(running.pool, capacity, fds_out), 0);
    config.stdio[index] = (struct pool_stdio){POOL_STDIO_PIPE, fds_out[index == 0 ? 0 : 1]};
    running_job_begin(&config);
}

void running_job_become(void)
{
    pool__self_set(&running.sleeper);
}

void running_job_end(void)
{
    pool__self_set(NULL);
    pool__job_end_running(running.pool, running.job, POOL_EXITED, 0);
    assert_int_equal(pool_release(running.pool, running.handle), 0);
    running.sleeper.job = NULL;
}

void running_job_cancel(void)
{
    assert_int_equal(pool_cancel(running.pool, running.handle), 0);
}
