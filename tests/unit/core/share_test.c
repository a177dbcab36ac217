/* core/share.c: what one job may have, and that what comes back for an earlier job changes nothing. */
#include "core/share.h"

#include "pool.h"
#include "support/prelude.h"

static struct share share;

static int setup(void **state)
{
    (void)state;
    pool__share_begin(&share, 41, 3, 10);
    return 0;
}

static void assert_used(uint32_t n_calls, uint32_t n_units)
{
    assert_int_equal(pool__share_calls(&share), n_calls);
    assert_int_equal(pool__share_units(&share), n_units);
}

static void take_says_how_many_calls_there_were(void **state)
{
    (void)state;
    assert_int_equal(pool__share_take(&share, 41, 1, 4), 0);
    assert_int_equal(pool__share_take(&share, 41, 1, 0), 1);
    assert_int_equal(pool__share_take(&share, 41, 0, 6), 2);
    assert_used(2, 10);
    pool__share_give(&share, 41, 2, 10);
    assert_used(0, 0);
}

static void take_of_too_much_takes_nothing(void **state)
{
    (void)state;
    assert_int_equal(pool__share_take(&share, 41, 3, 9), 0);
    assert_int_equal(pool__share_take(&share, 41, 1, 0), POOL_EMFILE);
    assert_int_equal(pool__share_take(&share, 41, 0, 2), POOL_EDQUOT);
    assert_int_equal(pool__share_take(&share, 41, 1, 2), POOL_EMFILE);
    assert_int_equal(pool__share_take(&share, 41, 0, SHARE_UNITS_MAX), POOL_EDQUOT);
    assert_used(3, 9);
    assert_int_equal(pool__share_take(&share, 41, 0, 1), 3);
    assert_int_equal(pool__share_take(&share, 41, 0, 0), 3); /* nothing more is never too much */
}

static void another_job_takes_and_gives_nothing(void **state)
{
    (void)state;
    static const uint64_t others[] = {0, 40, 42, 41 + 256, UINT64_MAX};
    assert_int_equal(pool__share_take(&share, 41, 1, 4), 0);
    for (uint32_t i = 0; i < COUNT_OF(others); i++) {
        assert_int_equal(pool__share_take(&share, others[i], 1, 1), POOL_EBADF);
        pool__share_give(&share, others[i], 1, 1);
        assert_used(1, 4);
    }
    pool__share_begin(&share, 42, 3, 10);
    assert_used(0, 0);
    pool__share_give(&share, 41, 1, 4);
    assert_used(0, 0);
}

static void share_holds_as_much_as_there_can_be(void **state)
{
    (void)state;
    pool__share_begin(&share, UINT64_MAX >> 24, SHARE_CALLS_MAX, SHARE_UNITS_MAX);
    assert_int_equal(pool__share_take(&share, UINT64_MAX >> 24, SHARE_CALLS_MAX, SHARE_UNITS_MAX), 0);
    assert_used(SHARE_CALLS_MAX, SHARE_UNITS_MAX);
    assert_int_equal(pool__share_take(&share, UINT64_MAX >> 24, 1, 0), POOL_EMFILE);
    assert_int_equal(pool__share_take(&share, UINT64_MAX >> 24, 0, 1), POOL_EDQUOT);
    pool__share_give(&share, UINT64_MAX >> 24, SHARE_CALLS_MAX, SHARE_UNITS_MAX);
    assert_used(0, 0);
}

#define CASE(test) cmocka_unit_test_setup(test, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(take_says_how_many_calls_there_were),
        CASE(take_of_too_much_takes_nothing),
        CASE(another_job_takes_and_gives_nothing),
        CASE(share_holds_as_much_as_there_can_be),
    };
    return cmocka_run_group_tests_name("share", tests, NULL, NULL);
}
