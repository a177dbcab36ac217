/* api/jobs.c: looking how a job went, and cancelling it. */

#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "sync/jobs.h"

static void wait_for_a_job_that_has_not_ended_is_eagain(void **state)
{
    struct pool *pool = *state;
    struct pool_result result = {.outcome = 99};
    pool_job_t job = test_submit(pool, 1);
    pool_job_t popped;
    assert_int_equal(pool_wait(pool, job, 0, &result), POOL_EAGAIN);
    assert_int_equal(pool_release(pool, job), POOL_EBUSY);
    assert_true(pool__sched_pop(&pool->sched, &popped));
    assert_int_equal(popped, job);
    assert_non_null(pool__job_begin(pool, popped, 1, 1));
    assert_int_equal(pool_wait(pool, job, 0, &result), POOL_EAGAIN);
    assert_int_equal(pool_release(pool, job), POOL_EBUSY);
    assert_int_equal(result.outcome, 99);
}

static void result_tells_how_long_it_took(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    pool_job_t popped;
    fake_port_advance_ms(5);
    assert_true(pool__sched_pop(&pool->sched, &popped));
    struct job *begun = pool__job_begin(pool, popped, 3, 1);
    assert_non_null(begun);
    fake_port_advance_ms(70);
    pool__job_end_running(pool, begun, POOL_EXITED, UINT32_MAX);
    struct pool_result result = test_result(pool, job);
    assert_int_equal(result.outcome, POOL_EXITED);
    assert_int_equal(result.code, UINT32_MAX);
    assert_int_equal(result.worker, 3);
    assert_true(result.queued_ms > 4.99 && result.queued_ms < 5.01);
    assert_true(result.run_ms > 69.99 && result.run_ms < 70.01);
    assert_null(result.text);
}

static void cancel_in_the_queue_ends_the_job_at_once(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    fake_port_advance_ms(5);
    assert_int_equal(pool_cancel(pool, job), 0);
    struct pool_result result = test_result(pool, job);
    assert_int_equal(result.outcome, POOL_CANCELLED);
    assert_int_equal(result.worker, 0);
    assert_true(result.queued_ms > 4.99 && result.queued_ms < 5.01);
    assert_true(result.run_ms == 0);
    assert_true(test_signalled(pool, SIGNAL_JOB_0));
    assert_int_equal(pool_cancel(pool, job), 0); /* once more: no effect */
    assert_int_equal(test_result(pool, job).outcome, POOL_CANCELLED);
}

static void cancel_of_a_job_that_has_ended_leaves_it_as_it_is(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    test_run_queue(pool);
    assert_int_equal(pool_cancel(pool, job), 0);
    assert_int_equal(test_result(pool, job).outcome, POOL_EXITED);
    coordinator_tick(pool);
    assert_int_equal(test_result(pool, job).outcome, POOL_EXITED);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, test_pool_setup, test_pool_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(wait_for_a_job_that_has_not_ended_is_eagain),
        CASE(result_tells_how_long_it_took),
        CASE(cancel_in_the_queue_ends_the_job_at_once),
        CASE(cancel_of_a_job_that_has_ended_leaves_it_as_it_is),
    };
    return cmocka_run_group_tests_name("jobs", tests, NULL, NULL);
}
