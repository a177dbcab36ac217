/* sync/sleep.c: sleeping for pipes and memory. */
#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/test_worker.h"
#include "sync/wake.h"

static void sleep_on_a_pipe_that_is_ready_does_not_sleep(void **state)
{
    struct pool *pool = *state;
    struct sleeper sleeper;
    pool_fd_t fds[2];
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    pool__sleeper_init(&sleeper, pool, WAITER_WORKER_0 + 5);
    struct pipe *pipe = test_pipe(pool, fds[0]);
    assert_int_equal(pool__sleep_on_pipe(&sleeper, pipe, PIPE_WRITE, 1), 1);
    assert_int_equal(pool_write(pool, fds[1], "x", 1), 1);
    assert_int_equal(pool__sleep_on_pipe(&sleeper, pipe, PIPE_READ, 0), 1);
    assert_int_equal(pool_close(pool, fds[0]), 0);
    assert_int_equal(pool__sleep_on_pipe(&sleeper, pipe, PIPE_WRITE, 1), POOL_EPIPE);
}

static void sleep_of_a_cancelled_job_is_ecanceled_and_takes_its_announcement_back(void **state)
{
    struct pool *pool = *state;
    struct sleeper sleeper;
    pool_fd_t fds[2];
    struct job *job = test_job(pool, test_submit(pool, 1));
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    pool__sleeper_init(&sleeper, pool, WAITER_WORKER_0 + 5);
    sleeper.job = job;
    assert_true(pool__job_wish(job, pool__job_generation(job), POOL_TIMED_OUT));
    struct pipe *pipe = test_pipe(pool, fds[0]);
    assert_int_equal(pool__sleep_on_pipe(&sleeper, pipe, PIPE_READ, 0), POOL_ECANCELED);
    assert_int_equal(atomic_load(&pipe->x_reader_waits), 0);
    assert_false(pool__bell_ring(&pool->bells[WAITER_WORKER_0 + 5]));
    uint32_t taken[16], n = test_drain_blocks(pool, POOL_PIPE_DEFAULT_BYTES, taken, 16);
    pipe->capacity = POOL_PIPE_DEFAULT_BYTES;
    assert_int_equal(pool__sleep_on_ring(&sleeper, pipe), POOL_ECANCELED);
    pipe->capacity = 256;
    assert_int_equal(pool__sleep_on_ring(&sleeper, pipe), 0);
    test_undrain_blocks(pool, taken, n);
}

static void sleep_lets_go_of_a_core_and_takes_it_back(void **state)
{
    struct pool *pool = *state;
    struct sleeper sleeper;
    pool__sleeper_init(&sleeper, pool, WAITER_WORKER_0 + 5);
    pool__sleeper_wakes(&sleeper);
    for (uint32_t i = 0; i < 200; i++) {
        uint32_t count = pool__sleeper_arm(&sleeper);
        if (i % 2) pool__wake(pool, sleeper.waiter, 0);
        pool__sleeper_sleep(&sleeper, count, 1000);
    }
    assert_int_equal(pool__sched_count_awake(&pool->sched), 2);
}

static void look_finds_a_job_in_the_queue_and_nothing_else(void **state)
{
    struct pool *pool = *state;
    struct sleeper sleeper;
    pool->n_cores = WORKERS_MAX; /* or looking is not worth it */
    pool__sleeper_init(&sleeper, pool, WAITER_WORKER_0 + 5);
    assert_false(pool__sleeper_look(&sleeper));
    pool__wake(pool, sleeper.waiter, 0);
    assert_false(pool__sleeper_look(&sleeper));
    test_submit(pool, 1);
    assert_true(pool__sleeper_look(&sleeper));
}

static void dead_worker_never_counts_as_awake(void **state)
{
    struct pool *pool = *state;
    struct sleeper sleeper;
    pool__sleeper_init(&sleeper, pool, WAITER_WORKER_0 + 3);
    atomic_store(&pool->workers[3].x_state, pool__worker_word(0, WORKER_DEAD));
    uint32_t before = pool__sched_count_awake(&pool->sched);
    pool__sleeper_wakes(&sleeper);
    assert_int_equal(pool__sched_count_awake(&pool->sched), before);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, test_worker_setup, test_worker_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(sleep_on_a_pipe_that_is_ready_does_not_sleep),
        CASE(sleep_of_a_cancelled_job_is_ecanceled_and_takes_its_announcement_back),
        CASE(sleep_lets_go_of_a_core_and_takes_it_back),
        CASE(look_finds_a_job_in_the_queue_and_nothing_else),
        CASE(dead_worker_never_counts_as_awake),
    };
    return cmocka_run_group_tests_name("sleep", tests, NULL, NULL);
}
