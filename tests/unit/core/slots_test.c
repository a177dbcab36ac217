/* core/slots.c: free slots, the last of which are kept for some. */
#include "core/slots.h"

#include "support/prelude.h"

#define SLOTS 10u
#define KEPT 3u

static struct slots slots;
static freelist_link links[SLOTS];

static int setup(void **state)
{
    (void)state;
    pool__slots_init(&slots, links, SLOTS, KEPT);
    return 0;
}

static uint32_t take(bool may_take_kept)
{
    return pool__slots_take(&slots, links, may_take_kept);
}

static void give(uint32_t slot)
{
    pool__slots_give(&slots, links, slot);
}

static void assert_has(bool others, bool kept)
{
    assert_int_equal(pool__slots_has(&slots, false), others);
    assert_int_equal(pool__slots_has(&slots, true), kept);
}

static void slots_come_from_the_first_to_the_last(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < SLOTS; i++) assert_int_equal(take(true), i);
    assert_int_equal(take(true), FREELIST_NONE);
    assert_has(false, false);
}

static void kept_ones_are_not_for_everybody(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < SLOTS - KEPT; i++) assert_int_equal(take(false), i);
    assert_int_equal(take(false), FREELIST_NONE);
    assert_has(false, true);
    for (uint32_t i = SLOTS - KEPT; i < SLOTS; i++) assert_int_equal(take(true), i);
    assert_has(false, false);
}

/* Whoever may take the kept ones leaves them alone while there are others. */
static void kept_ones_are_taken_last(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < SLOTS - KEPT; i++) assert_true(take(true) < SLOTS - KEPT);
    give(4);
    assert_int_equal(take(true), 4);
    assert_int_equal(take(true), SLOTS - KEPT);
}

static void slot_goes_back_to_where_it_came_from(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < SLOTS; i++) take(true);
    give(SLOTS - 1);
    assert_has(false, true);
    assert_int_equal(take(false), FREELIST_NONE);
    give(SLOTS - KEPT);
    assert_int_equal(take(false), FREELIST_NONE);
    give(SLOTS - KEPT - 1);
    assert_has(true, true);
    assert_int_equal(take(false), SLOTS - KEPT - 1);
    assert_has(false, true);
}

static void none_or_all_may_be_kept(void **state)
{
    (void)state;
    pool__slots_init(&slots, links, SLOTS, 0);
    for (uint32_t i = 0; i < SLOTS; i++) assert_int_equal(take(false), i);
    assert_has(false, false);
    give(SLOTS - 1);
    assert_int_equal(take(false), SLOTS - 1);
    pool__slots_init(&slots, links, SLOTS, SLOTS);
    assert_int_equal(take(false), FREELIST_NONE);
    assert_int_equal(take(true), 0);
    give(0);
    assert_has(false, true);
}

#define CASE(test) cmocka_unit_test_setup(test, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(slots_come_from_the_first_to_the_last),
        CASE(kept_ones_are_not_for_everybody),
        CASE(kept_ones_are_taken_last),
        CASE(slot_goes_back_to_where_it_came_from),
        CASE(none_or_all_may_be_kept),
    };
    return cmocka_run_group_tests_name("slots", tests, NULL, NULL);
}
