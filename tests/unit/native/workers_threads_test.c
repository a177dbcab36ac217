/* native/workers.c: the threads of a pool, and the one that plays the coordinator for them. */
#include <sched.h>

#include "coordinator/coordinator.h"
#include "native/native.h"
#include "support/native_pool.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/threads.h"

#define WORKERS 2u

static struct pool *pool;
static struct native native_side;
static struct gate gate;

static int setup(void **state)
{
    port_set_hooks(&(struct port_hooks){0});
    *state = pool = test_pool_make(2, WORKERS);
    if (!pool) return -1;
    native_side = (struct native){.pool = pool};
    pool->owner = &native_side;
    gate_init(&gate);
    coordinator_tick(pool);
    return 0;
}

static uint32_t n_running(void)
{
    uint32_t n = 0;
    for (uint32_t i = 1; i <= WORKERS_MAX; i++) n += native_side.workers[i].runs;
    return n;
}

static void run(void)
{
    assert_true(pool__workers_start(&native_side));
    assert_true(pool__workers_run(&native_side));
}

static void stop(void)
{
    pool__workers_stop(&native_side);
    pool__workers_join(&native_side);
    assert_int_equal(atomic_load(&native_side.x_coordinator_over), 1);
    assert_int_equal(atomic_load(&pool->sched.x_live), 0);
    assert_int_equal(n_running(), 0); /* every thread has been joined */
}

static bool n_up_is(uint32_t n)
{
    struct pool_stats stats;
    assert_int_equal(pool_stats(pool, &stats), 0);
    return stats.n_workers == n;
}

static void await_up(uint32_t n)
{
    while (!n_up_is(n)) sched_yield();
}

static void start_makes_the_workers_that_are_missing_and_no_more(void **state)
{
    (void)state;
    assert_true(pool__workers_start(&native_side));
    assert_int_equal(n_running(), WORKERS);
    assert_int_equal(atomic_load(&pool->sched.x_live), WORKERS);
    coordinator_tick(pool);
    assert_true(pool__workers_start(&native_side)); /* none is missing any more */
    assert_int_equal(n_running(), WORKERS);
    pool__workers_abandon(&native_side);
}

static void start_of_none_says_that_there_is_none(void **state)
{
    (void)state;
    pool->n_vacancies = 0; /* as if none could be wanted */
    assert_false(pool__workers_start(&native_side));
    assert_int_equal(n_running(), 0);
}

static void abandoned_workers_end_without_a_coordinator(void **state)
{
    (void)state;
    assert_true(pool__workers_start(&native_side));
    pool_job_t job = native_submit(pool, job_that_computes, &gate);
    gate_await_arrival(&gate);
    pool__workers_abandon(&native_side); /* it comes back when all have ended */
    assert_int_equal(test_result(pool, job).outcome, POOL_CANCELLED);
    assert_int_equal(pool_release(pool, job), 0);
}

static void workers_run_jobs_until_they_are_stopped(void **state)
{
    (void)state;
    run();
    assert_int_equal(atomic_load(&native_side.x_coordinator_over), 0);
    for (uint32_t i = 0; i < 20; i++) {
        pool_job_t job = native_submit(pool, job_at_gate, &gate);
        gate_open(&gate);
        assert_int_equal(native_await(pool, job).code, 7);
    }
    stop();
}

static void stop_ends_what_runs_and_what_waits(void **state)
{
    (void)state;
    pool_job_t jobs[WORKERS + 3];
    run();
    for (uint32_t i = 0; i < COUNT_OF(jobs); i++) jobs[i] = native_submit(pool, job_that_computes, &gate);
    for (uint32_t i = 0; i < WORKERS; i++) gate_await_arrival(&gate);
    stop();
    for (uint32_t i = 0; i < COUNT_OF(jobs); i++) {
        assert_int_equal(test_result(pool, jobs[i]).outcome, POOL_CANCELLED);
        assert_int_equal(pool_release(pool, jobs[i]), 0);
    }
    assert_pool_is_empty(pool);
}

/* The coordinator's thread keeps deadlines: without it nobody would. */
static void deadlines_are_kept(void **state)
{
    (void)state;
    pool_job_t job;
    run();
    struct pool_job_config config = {.function = job_that_computes, .timeout_ms = 5};
    assert_int_equal(pool_submit(pool, &config, &job), 0);
    assert_int_equal(native_await(pool, job).outcome, POOL_TIMED_OUT);
    stop();
}

static void worker_that_has_ended_is_joined_and_its_place_used_again(void **state)
{
    (void)state;
    run();
    await_up(WORKERS);
    for (uint32_t round = 0; round < 3; round++) {
        assert_int_equal(pool_resize(pool, WORKERS + 3), 0);
        await_up(WORKERS + 3);
        assert_int_equal(pool_resize(pool, 1), 0);
        await_up(1);
    }
    stop();
    for (uint32_t i = 2 * (WORKERS + 3); i <= WORKERS_MAX; i++)
        assert_null(native_side.workers[i].pool); /* never used */
}

static void worker_thread_knows_which_it_is(void **state)
{
    (void)state;
    run();
    stop();
    for (uint32_t i = 1; i <= WORKERS; i++) {
        assert_ptr_equal(native_side.workers[i].pool, pool);
        assert_int_equal(native_side.workers[i].number, i);
        assert_int_equal(atomic_load(&native_side.workers[i].x_gone), 1);
    }
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, test_pool_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(start_makes_the_workers_that_are_missing_and_no_more),
        CASE(start_of_none_says_that_there_is_none),
        CASE(abandoned_workers_end_without_a_coordinator),
        CASE(workers_run_jobs_until_they_are_stopped),
        CASE(stop_ends_what_runs_and_what_waits),
        CASE(deadlines_are_kept),
        CASE(worker_that_has_ended_is_joined_and_its_place_used_again),
        CASE(worker_thread_knows_which_it_is),
    };
    return cmocka_run_group_tests_name("workers_threads", tests, NULL, NULL);
}
