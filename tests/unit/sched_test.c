#include "core/sched.h"
#include "support/prelude.h"

static struct sched sched;

static int setup(void **state)
{
    (void)state;
    pool__sched_init(&sched);
    return 0;
}

static void sched_pick_with_nothing_to_do_returns_0(void **state)
{
    (void)state;
    pool__sched_set_idle(&sched, 1);
    assert_int_equal(pool__sched_pick(&sched), 0);
    assert_int_equal(atomic_load(&sched.x_idle[0]), 1);
}

static void sched_pick_with_nobody_idle_returns_0(void **state)
{
    (void)state;
    assert_true(pool__sched_push(&sched, 5));
    assert_int_equal(pool__sched_pick(&sched), 0);
}

static void sched_picks_the_lowest_idle_worker(void **state)
{
    (void)state;
    static const uint32_t idle[] = {128, 3, 64, 33, 32, 97, 1};
    static const uint32_t picked[] = {1, 3, 32, 33, 64, 97, 128};
    for (uint32_t i = 0; i < COUNT_OF(idle); i++) pool__sched_set_idle(&sched, idle[i]);
    assert_true(pool__sched_push(&sched, 5));
    for (uint32_t i = 0; i < COUNT_OF(picked); i++) assert_int_equal(pool__sched_pick(&sched), picked[i]);
    assert_int_equal(pool__sched_pick(&sched), 0);
}

static void sched_picks_every_worker_by_its_number(void **state)
{
    (void)state;
    assert_true(pool__sched_push(&sched, 5));
    for (uint32_t worker = 1; worker <= WORKERS_MAX; worker++) {
        pool__sched_set_idle(&sched, worker);
        assert_int_equal(pool__sched_pick(&sched), worker);
        assert_int_equal(pool__sched_pick(&sched), 0);
    }
}

static void sched_does_not_pick_whoever_is_idle_no_more(void **state)
{
    (void)state;
    assert_true(pool__sched_push(&sched, 5));
    pool__sched_set_idle(&sched, 40);
    pool__sched_set_idle(&sched, 41);
    pool__sched_clear_idle(&sched, 40);
    assert_int_equal(pool__sched_pick(&sched), 41);
    pool__sched_clear_idle(&sched, 41);
    assert_int_equal(pool__sched_pick(&sched), 0);
}

static void sched_wake_up_is_passed_on_by_whoever_popped(void **state)
{
    (void)state;
    uint32_t slot;
    pool__sched_set_idle(&sched, 1);
    pool__sched_set_idle(&sched, 2);
    assert_true(pool__sched_push(&sched, 10));
    assert_int_equal(pool__sched_pick(&sched), 1);
    assert_true(pool__sched_push(&sched, 11)); /* by somebody who has not picked yet */
    assert_true(pool__sched_pop(&sched, &slot));
    assert_int_equal(slot, 10);
    assert_int_equal(pool__sched_pick(&sched), 2);
    assert_true(pool__sched_pop(&sched, &slot));
    assert_int_equal(slot, 11);
    assert_int_equal(pool__sched_pick(&sched), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(sched_pick_with_nothing_to_do_returns_0, setup),
        cmocka_unit_test_setup(sched_pick_with_nobody_idle_returns_0, setup),
        cmocka_unit_test_setup(sched_picks_the_lowest_idle_worker, setup),
        cmocka_unit_test_setup(sched_picks_every_worker_by_its_number, setup),
        cmocka_unit_test_setup(sched_does_not_pick_whoever_is_idle_no_more, setup),
        cmocka_unit_test_setup(sched_wake_up_is_passed_on_by_whoever_popped, setup),
    };
    return cmocka_run_group_tests_name("sched", tests, NULL, NULL);
}
