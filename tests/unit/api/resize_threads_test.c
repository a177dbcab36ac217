/* api/resize.c: workers come and go while jobs run. */
#include "support/native_pool.h"
#include "support/prelude.h"

static bool are_2(const struct pool_stats *stats)
{
    return stats->n_workers == 2;
}

static bool are_3(const struct pool_stats *stats)
{
    return stats->n_workers == 3;
}

static bool is_1(const struct pool_stats *stats)
{
    return stats->n_workers == 1;
}

static void resize_is_seen_in_the_stats(void **state)
{
    (void)state;
    native_await_stats(native.pool, are_2);
    assert_int_equal(pool_resize(native.pool, 3), 0);
    native_await_stats(native.pool, are_3);
    assert_int_equal(pool_resize(native.pool, 1), 0);
    native_await_stats(native.pool, is_1);
    pool_job_t job = native_submit(native.pool, job_at_gate, &native.gate);
    gate_open(&native.gate);
    assert_int_equal(native_await(native.pool, job).code, 7);
    assert_int_equal(pool_resize(native.pool, 0), POOL_EINVAL);
    struct pool_stats stats;
    assert_int_equal(pool_stats(native.pool, &stats), 0);
    assert_int_equal(stats.n_lost, 0); /* they left in peace */
}

static void resize_down_lets_jobs_end(void **state)
{
    (void)state;
    pool_job_t jobs[3];
    assert_int_equal(pool_resize(native.pool, 3), 0);
    native_await_stats(native.pool, are_3);
    for (uint32_t i = 0; i < 3; i++) jobs[i] = native_submit(native.pool, job_at_gate, &native.gate);
    for (uint32_t i = 0; i < 3; i++) gate_await_arrival(&native.gate);
    assert_int_equal(pool_resize(native.pool, 1), 0);
    for (uint32_t i = 0; i < 3; i++) gate_open(&native.gate);
    for (uint32_t i = 0; i < 3; i++) assert_int_equal(native_await(native.pool, jobs[i]).outcome, POOL_EXITED);
    native_await_stats(native.pool, is_1);
}

/* It starts threads while jobs wait, and ends those that have nothing to do. */
static void elastic_pool_grows_and_shrinks(void **state)
{
    (void)state;
    struct pool_config config = {.n_workers = 3, .min_workers = 1, .idle_ms = 20};
    pool_job_t jobs[3];
    native_pool_free(native.pool);
    assert_int_equal(pool_create(&config, &native.pool), 0);
    native_await_stats(native.pool, is_1);
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 3; i++) jobs[i] = native_submit(native.pool, job_at_gate, &native.gate);
        for (uint32_t i = 0; i < 3; i++) gate_await_arrival(&native.gate); /* all run at the same time */
        for (uint32_t i = 0; i < 3; i++) gate_open(&native.gate);
        for (uint32_t i = 0; i < 3; i++) assert_int_equal(native_await(native.pool, jobs[i]).code, 7);
        native_await_stats(native.pool, is_1);
    }
    assert_int_equal(pool_resize_range(native.pool, 2, 3), 0);
    native_await_stats(native.pool, are_2);
    struct pool_stats stats;
    assert_int_equal(pool_stats(native.pool, &stats), 0);
    assert_int_equal(stats.n_lost, 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, native_rig_setup, native_rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(resize_is_seen_in_the_stats),
        CASE(resize_down_lets_jobs_end),
        CASE(elastic_pool_grows_and_shrinks),
    };
    return cmocka_run_group_tests_name("resize_threads", tests, NULL, NULL);
}
