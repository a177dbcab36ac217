/* api/resize.c: how many jobs shall run at the same time. */
#include "client/client.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/test_pool.h"

static struct pool *pool;

static int setup(void **state)
{
    if (test_pool_setup(state)) return -1;
    pool = *state;
    return 0;
}

static uint32_t target(void)
{
    return atomic_load(&pool->sched.x_target);
}

static void resize_sets_how_many_and_asks_the_coordinator(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {3, 1, 2};
    for (uint32_t i = 0; i < COUNT_OF(sizes); i++) {
        uint32_t ticks = fake.ticks;
        assert_int_equal(pool_resize(pool, sizes[i]), 0);
        assert_int_equal(target(), sizes[i]);
        assert_int_equal(fake.ticks, ticks + 1);
    }
    assert_int_equal(pool_resize(pool, pool->max_workers), 0);
    assert_int_equal(target(), pool->max_workers);
}

static void resize_to_a_range_sets_how_many_stay_too(void **state)
{
    (void)state;
    assert_int_equal(pool_resize_range(pool, 2, 5), 0);
    assert_int_equal(target(), 5);
    assert_int_equal(atomic_load(&pool->sched.x_floor), 2);
    assert_int_equal(fake.ticks, 1);
    const uint32_t wrong[][2] = {{0, 1}, {0, 0}, {3, 2}, {1, pool->max_workers + 1}, {UINT32_MAX, UINT32_MAX}};
    for (uint32_t i = 0; i < COUNT_OF(wrong); i++) {
        assert_int_equal(pool_resize_range(pool, wrong[i][0], wrong[i][1]), POOL_EINVAL);
    }
    assert_int_equal(pool_resize_range(NULL, 1, 1), POOL_EINVAL);
    assert_int_equal(target(), 5);
    assert_int_equal(atomic_load(&pool->sched.x_floor), 2);
    assert_int_equal(pool_resize(pool, 3), 0);
    assert_int_equal(atomic_load(&pool->sched.x_floor), 3);
}

static void resize_out_of_range_is_einval_and_changes_nothing(void **state)
{
    (void)state;
    assert_int_equal(pool_resize(NULL, 1), POOL_EINVAL);
    const uint32_t sizes[] = {0, pool->max_workers + 1, WORKERS_MAX + 1, UINT32_MAX};
    for (uint32_t i = 0; i < COUNT_OF(sizes); i++) assert_int_equal(pool_resize(pool, sizes[i]), POOL_EINVAL);
    assert_int_equal(target(), TEST_WORKERS);
    assert_int_equal(fake.ticks, 0);
}

static void resize_while_closing_is_eshutdown(void **state)
{
    (void)state;
    client_shut(pool);
    assert_int_equal(pool_resize(pool, 2), POOL_ESHUTDOWN);
    assert_int_equal(target(), TEST_WORKERS);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, test_pool_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(resize_sets_how_many_and_asks_the_coordinator),
        CASE(resize_to_a_range_sets_how_many_stay_too),
        CASE(resize_out_of_range_is_einval_and_changes_nothing),
        CASE(resize_while_closing_is_eshutdown),
    };
    return cmocka_run_group_tests_name("resize", tests, NULL, NULL);
}
