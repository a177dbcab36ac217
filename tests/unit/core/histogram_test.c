/* core/histogram.c: times by their order of magnitude. */
#include "core/histogram.h"

#include "support/prelude.h"

static struct histogram histogram;
static struct histogram several[3];

static int setup(void **state)
{
    (void)state;
    memset(&histogram, 0, sizeof histogram);
    return 0;
}

static struct pool_times times(void)
{
    struct pool_times times;
    memset(&times, 0xee, sizeof times);
    pool__histograms_read(&histogram, 1, &times);
    return times;
}

static void empty_one_is_all_zeros(void **state)
{
    (void)state;
    struct pool_times now = times();
    assert_true(now.n == 0 && now.sum_us == 0);
    for (uint32_t i = 0; i < POOL_TIMES_BUCKETS; i++) assert_true(now.buckets[i] == 0);
}

/* Each bound belongs to the bucket above it. */
static void times_are_in_the_bucket_of_their_magnitude(void **state)
{
    static const struct {
        uint64_t ns;
        uint32_t bucket;
    } cases[] = {{0, 0},
                 {999, 0},
                 {1000, 1},
                 {1999, 1},
                 {2000, 2},
                 {3999, 2},
                 {4000, 3},
                 {1023999, 10},
                 {1024000, 11},
                 {((uint64_t)1 << 30) * 1000 - 1, 30},
                 {((uint64_t)1 << 30) * 1000, 31},
                 {((uint64_t)1 << 40) * 1000, 31},
                 {UINT64_MAX, 31}};
    (void)state;
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        setup(NULL);
        pool__histogram_add(&histogram, 0, cases[i].ns);
        struct pool_times now = times();
        assert_true(now.n == 1 && now.sum_us == cases[i].ns / 1000);
        assert_true(now.buckets[cases[i].bucket] == 1);
    }
}

/* Small times add up, although each is less than a microsecond. */
static void sum_is_of_all(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 1000; i++) pool__histogram_add(&histogram, 100, 600);
    pool__histogram_add(&histogram, 5000, 8000);
    struct pool_times now = times();
    assert_true(now.n == 1001 && now.sum_us == 503);
    assert_true(now.buckets[0] == 1000 && now.buckets[2] == 1);
}

static void end_before_the_begin_is_no_time(void **state)
{
    (void)state;
    pool__histogram_add(&histogram, 5000, 4999);
    struct pool_times now = times();
    assert_true(now.n == 1 && now.sum_us == 0 && now.buckets[0] == 1);
}

/* Each counts what is less than a microsecond, too. */
static void several_are_added_up(void **state)
{
    (void)state;
    struct pool_times now;
    for (uint32_t i = 0; i < COUNT_OF(several); i++) {
        memset(&several[i], 0, sizeof several[i]);
        pool__histogram_add(&several[i], 0, 600 + 1000 * (uint64_t)i);
    }
    memset(&now, 0xee, sizeof now);
    pool__histograms_read(several, COUNT_OF(several), &now);
    assert_true(now.n == 3 && now.sum_us == 4);
    assert_true(now.buckets[0] == 1 && now.buckets[1] == 1 && now.buckets[2] == 1);
}

#define CASE(test) cmocka_unit_test_setup(test, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(empty_one_is_all_zeros),
        CASE(times_are_in_the_bucket_of_their_magnitude),
        CASE(sum_is_of_all),
        CASE(several_are_added_up),
        CASE(end_before_the_begin_is_no_time),
    };
    return cmocka_run_group_tests_name("histogram", tests, NULL, NULL);
}
