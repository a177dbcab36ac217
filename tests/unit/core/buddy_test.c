/* core/buddy.c: cutting a chunk into blocks, and merging what comes back. */
#include "core/buddy.h"

#include "support/prelude.h"
#include "support/property.h"

#define HEIGHT 6u
#define UNITS (1u << HEIGHT)

static struct buddy buddy;
static uint8_t tree[2u << HEIGHT];

static void begin(uint32_t n_units)
{
    memset(tree, 0xee, sizeof tree); /* it may lie in any memory */
    pool__buddy_init(&buddy, tree, HEIGHT, n_units);
}

static uint32_t take(uint32_t class)
{
    return pool__buddy_take(&buddy, class);
}

/* The largest class that there is, taken and given back; -1: nothing is left. */
static int32_t largest(void)
{
    for (int32_t class = HEIGHT; class >= 0; class --) {
        uint32_t unit = take((uint32_t) class);
        if (unit == BUDDY_NONE) continue;
        pool__buddy_give(&buddy, unit, (uint32_t) class);
        return class;
    }
    return -1;
}

static void chunk_that_is_new_is_one_block(void **state)
{
    (void)state;
    begin(UNITS);
    assert_int_equal(take(HEIGHT), 0);
    for (uint32_t class = 0; class <= HEIGHT; class ++) assert_int_equal(take(class), BUDDY_NONE);
    pool__buddy_give(&buddy, 0, HEIGHT);
    assert_int_equal(take(HEIGHT), 0);
}

static void chunk_of_nothing_has_no_block(void **state)
{
    (void)state;
    begin(0);
    assert_int_equal(largest(), -1);
}

/* 45 units are blocks of 32, 8, 4 and 1. */
static void chunk_that_is_no_power_of_two_has_what_it_has(void **state)
{
    (void)state;
    begin(45);
    assert_int_equal(take(6), BUDDY_NONE);
    assert_int_equal(take(5), 0);
    assert_int_equal(take(4), BUDDY_NONE);
    assert_int_equal(take(3), 32);
    assert_int_equal(take(2), 40);
    assert_int_equal(take(1), BUDDY_NONE);
    assert_int_equal(take(0), 44);
    assert_int_equal(take(0), BUDDY_NONE); /* what is beyond the chunk's end is nobody's */
}

static void block_is_the_lowest_that_is_large_enough(void **state)
{
    (void)state;
    begin(UNITS);
    assert_int_equal(take(0), 0);
    assert_int_equal(take(3), 8);
    assert_int_equal(take(1), 2); /* before the larger one, though a part of a larger free block */
    assert_int_equal(take(0), 1);
    assert_int_equal(take(2), 4);
    pool__buddy_give(&buddy, 0, 0);
    assert_int_equal(take(1), 16); /* one unit is not enough */
    assert_int_equal(take(0), 0);
}

static void block_larger_than_the_chunk_is_never_there(void **state)
{
    (void)state;
    begin(UNITS);
    assert_int_equal(take(HEIGHT + 1), BUDDY_NONE);
    assert_int_equal(take(31), BUDDY_NONE);
    assert_int_equal(take(UINT32_MAX), BUDDY_NONE);
    assert_int_equal(largest(), HEIGHT);
}

static void neighbours_merge_in_whatever_order_they_come_back(void **state)
{
    (void)state;
    struct property random = property_begin("neighbours_merge_in_whatever_order_they_come_back");
    for (uint32_t round = 0; round < 100; round++) {
        uint32_t units[UNITS];
        begin(UNITS);
        for (uint32_t i = 0; i < UNITS; i++) assert_int_equal(units[i] = take(0), i);
        for (uint32_t left = UNITS; left > 0; left--) {
            uint32_t i = property_below(&random, left);
            pool__buddy_give(&buddy, units[i], 0);
            units[i] = units[left - 1];
            assert_true(left > 1 ? largest() < (int32_t)HEIGHT : largest() == (int32_t)HEIGHT);
        }
    }
}

/* Two that lie side by side, but are halves of different blocks. */
static void strangers_do_not_merge(void **state)
{
    (void)state;
    begin(UNITS);
    for (uint32_t i = 0; i < UNITS; i++) take(0);
    pool__buddy_give(&buddy, 1, 0);
    pool__buddy_give(&buddy, 2, 0);
    assert_int_equal(largest(), 0);
    pool__buddy_give(&buddy, 3, 0);
    assert_int_equal(largest(), 1);
    pool__buddy_give(&buddy, 0, 0);
    assert_int_equal(largest(), 2);
}

/* Whether `class` could be had, found by looking at each place where such a block could be. */
static uint32_t lowest_free(const bool *taken, uint32_t n_units, uint32_t class)
{
    uint32_t size = 1u << class;
    for (uint32_t first = 0; first + size <= n_units; first += size) {
        uint32_t free = 0;
        while (free < size && !taken[first + free]) free++;
        if (free == size) return first;
    }
    return BUDDY_NONE;
}

struct block {
    uint32_t unit;
    uint32_t class;
};

static void play(struct property *random, uint32_t n_units)
{
    bool taken[UNITS] = {false};
    struct block held[UNITS];
    begin(n_units);
    for (uint32_t i = 0, n = 0; i < 1000; i++) {
        if (n == 0 || property_once_in(random, 2)) {
            uint32_t class = property_below(random, HEIGHT + 1), unit = take(class);
            assert_int_equal(unit, lowest_free(taken, n_units, class));
            if (unit == BUDDY_NONE) continue;
            memset(taken + unit, 1, 1u << class);
            held[n++] = (struct block){unit, class};
        } else {
            uint32_t which = property_below(random, n);
            pool__buddy_give(&buddy, held[which].unit, held[which].class);
            memset(taken + held[which].unit, 0, 1u << held[which].class);
            held[which] = held[--n];
        }
    }
}

/* Merging at once means that whatever lies free and aligned can be had as one block. */
static void chunk_agrees_with_a_row_of_units(void **state)
{
    (void)state;
    struct property random = property_begin("chunk_agrees_with_a_row_of_units");
    for (uint32_t n_units = 1; n_units <= UNITS; n_units++) play(&random, n_units);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunk_that_is_new_is_one_block),
        cmocka_unit_test(chunk_of_nothing_has_no_block),
        cmocka_unit_test(chunk_that_is_no_power_of_two_has_what_it_has),
        cmocka_unit_test(block_is_the_lowest_that_is_large_enough),
        cmocka_unit_test(block_larger_than_the_chunk_is_never_there),
        cmocka_unit_test(neighbours_merge_in_whatever_order_they_come_back),
        cmocka_unit_test(strangers_do_not_merge),
        cmocka_unit_test(chunk_agrees_with_a_row_of_units),
    };
    return cmocka_run_group_tests_name("buddy", tests, NULL, NULL);
}
