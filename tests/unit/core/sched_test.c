/* core/sched.c: which job is next, which worker is woken, and who retires. */
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
    assert_true(pool__sched_is_idle(&sched, 1));
}

static void sched_pick_with_nobody_idle_returns_0(void **state)
{
    (void)state;
    assert_true(pool__sched_push(&sched, 5, POOL_PRIORITY_NORMAL));
    assert_int_equal(pool__sched_pick(&sched), 0);
}

static void sched_picks_the_lowest_idle_worker(void **state)
{
    (void)state;
    static const uint32_t idle[] = {128, 3, 64, 33, 32, 97, 1};
    static const uint32_t picked[] = {1, 3, 32, 33, 64, 97, 128};
    for (uint32_t i = 0; i < COUNT_OF(idle); i++) pool__sched_set_idle(&sched, idle[i]);
    assert_true(pool__sched_push(&sched, 5, POOL_PRIORITY_NORMAL));
    for (uint32_t i = 0; i < COUNT_OF(picked); i++) {
        assert_int_equal(pool__sched_pick(&sched), picked[i]);
        assert_false(pool__sched_is_idle(&sched, picked[i]));
        assert_int_equal(pool__sched_count_awake(&sched), i + 1); /* from that step on */
    }
    assert_int_equal(pool__sched_pick(&sched), 0);
}

static void sched_picks_every_worker_by_its_number(void **state)
{
    (void)state;
    assert_true(pool__sched_push(&sched, 5, POOL_PRIORITY_NORMAL));
    for (uint32_t worker = 1; worker <= WORKERS_MAX; worker++) {
        pool__sched_set_idle(&sched, worker);
        assert_int_equal(pool__sched_pick(&sched), worker);
        assert_int_equal(pool__sched_pick(&sched), 0);
    }
}

static void sched_does_not_pick_whoever_is_idle_no_more(void **state)
{
    (void)state;
    assert_true(pool__sched_push(&sched, 5, POOL_PRIORITY_NORMAL));
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
    pool_job_t slot;
    pool__sched_set_idle(&sched, 1);
    pool__sched_set_idle(&sched, 2);
    assert_true(pool__sched_push(&sched, 10, POOL_PRIORITY_NORMAL));
    assert_int_equal(pool__sched_pick(&sched), 1);
    assert_true(pool__sched_push(&sched, 11, POOL_PRIORITY_NORMAL)); /* by somebody who has not picked yet */
    assert_true(pool__sched_pop(&sched, &slot));
    assert_int_equal(slot, 10);
    assert_int_equal(pool__sched_pick(&sched), 2);
    assert_true(pool__sched_pop(&sched, &slot));
    assert_int_equal(slot, 11);
    assert_int_equal(pool__sched_pick(&sched), 0);
}

static void sched_pops_by_priority_and_then_in_order(void **state)
{
    (void)state;
    static const uint32_t pushed[] = {POOL_PRIORITY_LOW,    POOL_PRIORITY_NORMAL, POOL_PRIORITY_HIGH,
                                      POOL_PRIORITY_NORMAL, POOL_PRIORITY_HIGH,   POOL_PRIORITY_LOW};
    static const uint32_t popped[] = {2, 4, 1, 3, 0, 5};
    pool_job_t slot;
    for (uint32_t i = 0; i < COUNT_OF(pushed); i++) assert_true(pool__sched_push(&sched, i, pushed[i]));
    for (uint32_t i = 0; i < COUNT_OF(popped); i++) {
        assert_true(pool__sched_has_more(&sched));
        assert_true(pool__sched_pop(&sched, &slot));
        assert_int_equal(slot, popped[i]);
    }
    assert_false(pool__sched_has_more(&sched));
    assert_false(pool__sched_pop(&sched, &slot));
}

static void sched_wakes_for_a_job_of_any_priority(void **state)
{
    (void)state;
    for (uint32_t priority = 0; priority < PRIORITIES; priority++) {
        pool__sched_init(&sched);
        pool__sched_set_idle(&sched, 9);
        assert_true(pool__sched_push(&sched, 5, priority));
        assert_int_equal(pool__sched_pick(&sched), 9);
    }
}

static void sched_order_to_retire_is_obeyed_as_often_as_it_was_given(void **state)
{
    (void)state;
    assert_false(pool__sched_retire(&sched, 1));
    atomic_store(&sched.x_retire, 3);
    for (uint32_t i = 31; i < 34; i++) assert_true(pool__sched_retire(&sched, i));
    assert_false(pool__sched_retire(&sched, 34));
    assert_int_equal(atomic_load(&sched.x_leaving[0]), 3u << 30);
    assert_int_equal(atomic_load(&sched.x_leaving[1]), 1);
    for (uint32_t i = 31; i < 34; i++) pool__sched_has_left(&sched, i);
    for (uint32_t i = 0; i < COUNT_OF(sched.x_leaving); i++) assert_int_equal(atomic_load(&sched.x_leaving[i]), 0);
}

static void sched_counts_who_is_awake_however_often_that_is_noted(void **state)
{
    (void)state;
    static const uint32_t awake[] = {1, 32, 33, 128, 33};
    for (uint32_t i = 0; i < COUNT_OF(awake); i++) pool__sched_set_awake(&sched, awake[i]);
    assert_int_equal(pool__sched_count_awake(&sched), 4);
    pool__sched_set_idle(&sched, 32); /* and is awake still */
    pool__sched_set_idle(&sched, 64);
    assert_int_equal(pool__sched_count_free(&sched), 5);
    for (uint32_t i = 0; i < 2; i++) pool__sched_clear_awake(&sched, 32);
    assert_int_equal(pool__sched_count_awake(&sched), 3);
    assert_int_equal(pool__sched_count_free(&sched), 5);
    pool__sched_clear_idle(&sched, 32);
    assert_int_equal(pool__sched_count_free(&sched), 4);
}

static void sched_is_watched_as_long_as_anybody_looks(void **state)
{
    (void)state;
    static const uint32_t lookers[] = {1, 33, 128};
    assert_false(pool__sched_is_watched(&sched));
    for (uint32_t i = 0; i < COUNT_OF(lookers); i++) {
        for (uint32_t twice = 0; twice < 2; twice++) pool__sched_set_looking(&sched, lookers[i]);
    }
    for (uint32_t i = 0; i < COUNT_OF(lookers); i++) {
        assert_true(pool__sched_is_watched(&sched));
        for (uint32_t twice = 0; twice < 2; twice++) pool__sched_clear_looking(&sched, lookers[i]);
    }
    assert_false(pool__sched_is_watched(&sched));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(sched_pick_with_nothing_to_do_returns_0, setup),
        cmocka_unit_test_setup(sched_pick_with_nobody_idle_returns_0, setup),
        cmocka_unit_test_setup(sched_picks_the_lowest_idle_worker, setup),
        cmocka_unit_test_setup(sched_picks_every_worker_by_its_number, setup),
        cmocka_unit_test_setup(sched_does_not_pick_whoever_is_idle_no_more, setup),
        cmocka_unit_test_setup(sched_pops_by_priority_and_then_in_order, setup),
        cmocka_unit_test_setup(sched_wakes_for_a_job_of_any_priority, setup),
        cmocka_unit_test_setup(sched_order_to_retire_is_obeyed_as_often_as_it_was_given, setup),
        cmocka_unit_test_setup(sched_counts_who_is_awake_however_often_that_is_noted, setup),
        cmocka_unit_test_setup(sched_is_watched_as_long_as_anybody_looks, setup),
        cmocka_unit_test_setup(sched_wake_up_is_passed_on_by_whoever_popped, setup),
    };
    return cmocka_run_group_tests_name("sched", tests, NULL, NULL);
}
