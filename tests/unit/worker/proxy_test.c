/* worker/proxy.c: a worker whose guests run elsewhere. The test plays its script. */
#include "client/client.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/test_worker.h"
#include "worker/proxy.h"

static uint32_t count_awake(struct pool *pool)
{
    return pool__sched_count_awake(&pool->sched);
}

static void proxy_next_begins_one_job_after_the_other_and_then_is_idle(void **state)
{
    struct pool *pool = *state;
    pool_job_t first = test_submit(pool, 1), second = test_submit(pool, 2);
    assert_int_equal((pool_job_t)proxy_next(), first);
    assert_int_equal(worker_enter(), 0);
    assert_int_equal(proxy_look(), 0);
    worker_leave();
    worker_end(POOL_EXITED, 3, 0);
    assert_int_equal((pool_job_t)proxy_next(), second);
    worker_end(POOL_EXITED, 4, 0);
    assert_int_equal(proxy_next(), POOL_EAGAIN);
    assert_int_equal(count_awake(pool), 0);
    assert_int_equal(test_result(pool, first).code, 3);
    assert_int_equal(test_result(pool, second).code, 4);
    assert_int_equal(pool_release(pool, first), 0);
    assert_int_equal(pool_release(pool, second), 0);
}

static void a_job_rings_the_bell_of_a_proxy_that_is_idle(void **state)
{
    struct pool *pool = *state;
    struct bell *bell = &pool->bells[WAITER_WORKER_0 + 1];
    assert_int_equal(proxy_next(), POOL_EAGAIN);
    uint32_t count = atomic_load(&bell->x_count);
    assert_int_equal(atomic_load(&bell->x_armed), count);
    pool_job_t job = test_submit(pool, 1);
    assert_int_not_equal(atomic_load(&bell->x_count), count);
    assert_int_equal((pool_job_t)proxy_next(), job);
    assert_int_equal(count_awake(pool), 1);
    worker_end(POOL_EXITED, 0, 0);
    assert_int_equal(pool_release(pool, job), 0);
}

static void proxy_look_tells_how_the_job_is_to_end_and_the_bell_rings_for_it(void **state)
{
    struct pool *pool = *state;
    struct bell *bell = &pool->bells[WAITER_WORKER_0 + 1];
    pool_job_t job = test_submit(pool, 1);
    assert_int_equal((pool_job_t)proxy_next(), job);
    assert_int_equal(worker_enter(), 0);
    assert_int_equal(proxy_look(), 0);
    uint32_t count = atomic_load(&bell->x_count);
    assert_int_equal(pool_cancel(pool, job), 0);
    coordinator_tick(pool);
    assert_int_not_equal(atomic_load(&bell->x_count), count);
    assert_int_equal(proxy_look(), POOL_CANCELLED);
    worker_leave();
    worker_end(worker_left_by(), 0, 0);
    assert_int_equal(test_result(pool, job).outcome, POOL_CANCELLED);
    assert_int_equal(pool_release(pool, job), 0);
}

static void a_proxy_whose_guest_waits_is_not_awake_and_rests_once(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    assert_int_equal((pool_job_t)proxy_next(), job);
    assert_int_equal(count_awake(pool), 1);
    proxy_rest(1);
    proxy_rest(1);
    assert_int_equal(count_awake(pool), 0);
    proxy_rest(0);
    proxy_rest(0);
    assert_int_equal(count_awake(pool), 1);
    worker_end(POOL_EXITED, 0, 0);
    assert_int_equal(pool_release(pool, job), 0);
}

static void proxy_next_of_a_pool_that_closes_begins_nothing(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    client_shut(pool);
    assert_int_equal(proxy_next(), POOL_ESHUTDOWN);
    assert_int_equal(pool_cancel(pool, job), 0);
    assert_int_equal(pool_release(pool, job), 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, test_worker_setup, test_worker_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(proxy_next_begins_one_job_after_the_other_and_then_is_idle),
        CASE(a_job_rings_the_bell_of_a_proxy_that_is_idle),
        CASE(proxy_look_tells_how_the_job_is_to_end_and_the_bell_rings_for_it),
        CASE(a_proxy_whose_guest_waits_is_not_awake_and_rests_once),
        CASE(proxy_next_of_a_pool_that_closes_begins_nothing),
    };
    return cmocka_run_group_tests_name("proxy", tests, NULL, NULL);
}
