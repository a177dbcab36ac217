/* core/freelist.c: a stack of slots, in one thread. */
#include "core/freelist.h"
#include "support/prelude.h"
#include "support/property.h"

#define SLOTS 64u

static struct freelist list;
static freelist_link links[SLOTS];

static int setup(void **state)
{
    (void)state;
    pool__freelist_init(&list);
    return 0;
}

static void freelist_pop_of_nothing_returns_none(void **state)
{
    (void)state;
    assert_int_equal(pool__freelist_pop(&list, links), FREELIST_NONE);
}

static void freelist_gives_the_last_one_first(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < SLOTS; i++) pool__freelist_push(&list, links, i);
    for (uint32_t i = SLOTS; i-- > 0;) assert_int_equal(pool__freelist_pop(&list, links), i);
    assert_int_equal(pool__freelist_pop(&list, links), FREELIST_NONE);
}

static void freelist_holds_slot_0(void **state)
{
    (void)state;
    pool__freelist_push(&list, links, 0);
    assert_int_equal(pool__freelist_pop(&list, links), 0);
    assert_int_equal(pool__freelist_pop(&list, links), FREELIST_NONE);
}

/* A slot that went and came back must not look like one that stayed: a slow popper's exchange has to fail. */
static void freelist_top_differs_after_a_slot_went_and_came_back(void **state)
{
    (void)state;
    pool__freelist_push(&list, links, 1);
    pool__freelist_push(&list, links, 2);
    uint64_t before = atomic_load(&list.x_top);
    assert_int_equal(pool__freelist_pop(&list, links), 2);
    assert_int_equal(pool__freelist_pop(&list, links), 1);
    pool__freelist_push(&list, links, 2);
    uint64_t after = atomic_load(&list.x_top);
    assert_int_equal(before & FREELIST_NONE, after & FREELIST_NONE);
    assert_int_not_equal(before, after);
}

static void freelist_works_where_its_tag_wraps(void **state)
{
    (void)state;
    atomic_store(&list.x_top, UINT64_MAX << FREELIST_SLOT_BITS | FREELIST_NONE);
    pool__freelist_push(&list, links, 7);
    pool__freelist_push(&list, links, 8);
    assert_int_equal(pool__freelist_pop(&list, links), 8);
    assert_int_equal(pool__freelist_pop(&list, links), 7);
    assert_int_equal(pool__freelist_pop(&list, links), FREELIST_NONE);
}

static void freelist_never_gives_a_slot_twice(void **state)
{
    (void)state;
    bool out[SLOTS] = {false};
    struct property random = property_begin("freelist_never_gives_a_slot_twice");
    for (uint32_t i = 0; i < SLOTS; i++) pool__freelist_push(&list, links, i);
    for (uint32_t i = 0; i < 100000; i++) {
        uint32_t slot = property_below(&random, SLOTS);
        if (out[slot]) {
            out[slot] = false;
            pool__freelist_push(&list, links, slot);
        } else {
            slot = pool__freelist_pop(&list, links);
            assert_in_range(slot, 0, SLOTS - 1);
            assert_false(out[slot]);
            out[slot] = true;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(freelist_pop_of_nothing_returns_none, setup),
        cmocka_unit_test_setup(freelist_gives_the_last_one_first, setup),
        cmocka_unit_test_setup(freelist_holds_slot_0, setup),
        cmocka_unit_test_setup(freelist_top_differs_after_a_slot_went_and_came_back, setup),
        cmocka_unit_test_setup(freelist_works_where_its_tag_wraps, setup),
        cmocka_unit_test_setup(freelist_never_gives_a_slot_twice, setup),
    };
    return cmocka_run_group_tests_name("freelist", tests, NULL, NULL);
}
