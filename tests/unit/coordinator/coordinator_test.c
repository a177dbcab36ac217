/* coordinator/coordinator.c with virtual time: closing a pool, and one without memory for blocks. */

#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/test_worker.h"

static void assert_running(struct pool *pool, pool_job_t job)
{
    assert_int_equal(pool__job_state(test_job(pool, job)), JOB_RUNNING);
}

static void close_settles_everything(void **state)
{
    struct pool *pool = *state;
    pool_job_t running = test_submit(pool, 1), queued[50];
    test_worker_enter(1);
    for (uint32_t i = 0; i < COUNT_OF(queued); i++) queued[i] = test_submit(pool, 2);
    assert_int_equal(coordinator_close(pool), 0); /* the running one computes: it is killed at once */
    assert_int_equal(test_result(pool, running).outcome, POOL_CANCELLED);
    for (uint32_t i = 0; i < COUNT_OF(queued); i++) {
        assert_int_equal(test_result(pool, queued[i]).outcome, POOL_CANCELLED);
    }
    assert_int_equal(coordinator_next_kill(pool), 1);
    assert_int_equal(coordinator_close(pool), 0);
}

static void close_counts_who_is_still_in_our_code(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    test_worker_begin(1);
    assert_int_equal(coordinator_close(pool), 1);
    assert_int_equal(coordinator_close(pool), 1);
    assert_int_equal(worker_enter(), POOL_ECANCELED);
    worker_end(worker_left_by(), 0, 0);
    assert_int_equal(coordinator_close(pool), 0);
    assert_int_equal(test_result(pool, job).outcome, POOL_CANCELLED);
    assert_int_equal(worker_next(), POOL_ESHUTDOWN);
}

static void close_ends_a_job_in_its_grace_time_at_once(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    test_worker_enter(1);
    assert_int_equal(pool_cancel(pool, job), 0);
    coordinator_tick(pool);
    assert_running(pool, job);
    assert_int_equal(coordinator_close(pool), 0);
    assert_int_equal(test_result(pool, job).outcome, POOL_CANCELLED);
}

static void close_wakes_every_worker_and_keeps_how_jobs_ended(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    test_worker_enter(1);
    test_worker_return(5);
    uint32_t count = pool__bell_arm(&pool->bells[WAITER_WORKER_0 + 1]);
    assert_int_equal(coordinator_close(pool), 0);
    assert_int_not_equal(atomic_load(&pool->bells[WAITER_WORKER_0 + 1].x_count), count);
    assert_int_equal(test_result(pool, job).code, 5);
}

static uint64_t total_of(const struct pool *pool)
{
    return pool->blocks.zones[ZONE_RESERVE].x_total_bytes + pool->blocks.zones[ZONE_COMMON].x_total_bytes;
}

static void pool_with_no_memory_for_blocks_still_runs_jobs(void **state)
{
    (void)state;
    struct pool *pool = coordinator_create(1, TEST_GRACE_MS, 0, 1, 0);
    test_worker_join(pool);
    pool_job_t job = test_submit_bare(pool);
    test_worker_enter(1);
    test_worker_return(0);
    assert_int_equal(test_result(pool, job).outcome, POOL_EXITED);
    assert_int_equal(total_of(pool), 0);
    test_pool_free(pool);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, test_worker_setup, test_worker_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(close_settles_everything),
        CASE(close_counts_who_is_still_in_our_code),
        CASE(close_ends_a_job_in_its_grace_time_at_once),
        CASE(close_wakes_every_worker_and_keeps_how_jobs_ended),
        CASE(pool_with_no_memory_for_blocks_still_runs_jobs),
    };
    return cmocka_run_group_tests_name("coordinator", tests, NULL, NULL);
}
