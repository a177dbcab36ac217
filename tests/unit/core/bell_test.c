/* core/bell.c: when a ring is wanted, and what wakes. */
#include "core/bell.h"
#include "support/prelude.h"

static struct bell bell;

static int setup(void **state)
{
    (void)state;
    pool__bell_init(&bell);
    return 0;
}

static void preset(uint32_t count)
{
    atomic_store(&bell.x_count, count);
    pool__bell_disarm(&bell);
}

static void bell_that_is_new_does_not_ring(void **state)
{
    (void)state;
    assert_false(pool__bell_ring(&bell));
    assert_int_equal(atomic_load(&bell.x_count), 0);
}

static void bell_arm_returns_the_count_to_sleep_on(void **state)
{
    (void)state;
    uint32_t count = pool__bell_arm(&bell);
    assert_int_equal(count, atomic_load(&bell.x_count));
    assert_true(pool__bell_ring(&bell));
    assert_int_not_equal(count, atomic_load(&bell.x_count));
}

static void bell_rings_once_for_many_ringers(void **state)
{
    (void)state;
    uint32_t count = pool__bell_arm(&bell);
    assert_true(pool__bell_ring(&bell));
    for (int i = 0; i < 1000; i++) assert_false(pool__bell_ring(&bell));
    assert_int_equal(atomic_load(&bell.x_count), count + 1);
}

static void bell_rings_again_after_it_was_armed_again(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        pool__bell_arm(&bell);
        assert_true(pool__bell_ring(&bell));
    }
}

static void bell_that_was_disarmed_does_not_ring(void **state)
{
    (void)state;
    pool__bell_arm(&bell);
    pool__bell_disarm(&bell);
    assert_false(pool__bell_ring(&bell));
}

static void bell_that_was_disarmed_after_a_ring_does_not_ring(void **state)
{
    (void)state;
    pool__bell_arm(&bell);
    assert_true(pool__bell_ring(&bell));
    pool__bell_disarm(&bell);
    assert_false(pool__bell_ring(&bell));
}

static void bell_armed_twice_rings_once(void **state)
{
    (void)state;
    assert_int_equal(pool__bell_arm(&bell), pool__bell_arm(&bell));
    assert_true(pool__bell_ring(&bell));
    assert_false(pool__bell_ring(&bell));
}

static void bell_works_where_its_count_wraps(void **state)
{
    (void)state;
    for (uint32_t start = UINT32_MAX - 3; start != 4; start++) {
        preset(start);
        assert_false(pool__bell_ring(&bell));
        assert_int_equal(pool__bell_arm(&bell), start);
        assert_true(pool__bell_ring(&bell));
        assert_false(pool__bell_ring(&bell));
        assert_int_equal(atomic_load(&bell.x_count), start + 1);
        pool__bell_disarm(&bell);
        assert_false(pool__bell_ring(&bell));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(bell_that_is_new_does_not_ring, setup),
        cmocka_unit_test_setup(bell_arm_returns_the_count_to_sleep_on, setup),
        cmocka_unit_test_setup(bell_rings_once_for_many_ringers, setup),
        cmocka_unit_test_setup(bell_rings_again_after_it_was_armed_again, setup),
        cmocka_unit_test_setup(bell_that_was_disarmed_does_not_ring, setup),
        cmocka_unit_test_setup(bell_that_was_disarmed_after_a_ring_does_not_ring, setup),
        cmocka_unit_test_setup(bell_armed_twice_rings_once, setup),
        cmocka_unit_test_setup(bell_works_where_its_count_wraps, setup),
    };
    return cmocka_run_group_tests_name("bell", tests, NULL, NULL);
}
