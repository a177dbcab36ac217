#include "core/blocks.h"

#include "pool.h"
#include "support/prelude.h"

#define KIB 1024u
#define MIB (1024u * 1024)
#define MIB_CLASS 12u

static struct blocks blocks;
static uint8_t memory[8];

static int setup(void **state)
{
    (void)state;
    memset(&blocks, 0, sizeof blocks);
    pool__blocks_init(&blocks, 4 * MIB);
    return 0;
}

static void blocks_class_is_the_smallest_that_holds_the_size(void **state)
{
    (void)state;
    static const struct {
        uint32_t size, class;
    } cases[] = {{0, 0},
                 {1, 0},
                 {255, 0},
                 {256, 0},
                 {257, 1},
                 {512, 1},
                 {513, 2},
                 {1023, 2},
                 {1024, 2},
                 {1025, 3},
                 {256 * KIB - 1, 10},
                 {256 * KIB, 10},
                 {256 * KIB + 1, 11},
                 {512 * KIB, 11},
                 {512 * KIB + 1, 12},
                 {MIB - 1, 12},
                 {MIB, MIB_CLASS},
                 {MIB + 1, 13},
                 {16 * MIB - 1, 16}};
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(pool__blocks_class(cases[i].size), cases[i].class);
        assert_true(cases[i].size <= 1u << (BLOCK_MIN_LOG2 + cases[i].class));
    }
    assert_int_equal(pool__blocks_class(POOL_BYTES_MAX), BLOCK_CLASSES - 1); /* whatever is carried in one piece */
}

static void blocks_take_of_nothing_returns_0(void **state)
{
    (void)state;
    for (uint32_t class = 0; class < BLOCK_CLASSES; class ++) assert_int_equal(pool__blocks_take(&blocks, class), 0);
}

static void blocks_wanted_are_counted_by_class(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 3; i++) pool__blocks_want(&blocks, 5);
    for (uint32_t class = 0; class < BLOCK_CLASSES; class ++) {
        assert_int_equal(pool__blocks_take(&blocks, class), 0);
        assert_int_equal(atomic_load(&blocks.x_wanted[class]), class == 5 ? 3 : 0);
    }
}

static void blocks_are_never_number_0(void **state)
{
    (void)state;
    pool__blocks_add(&blocks, 0, memory);
    uint32_t block = pool__blocks_take(&blocks, 0);
    assert_int_not_equal(block, 0);
    assert_ptr_equal(blocks.memory[block], memory);
    assert_int_equal(pool__blocks_take(&blocks, 0), 0);
}

static void blocks_go_back_to_the_class_they_came_from(void **state)
{
    (void)state;
    for (uint32_t class = 0; class < BLOCK_CLASSES; class ++) pool__blocks_add(&blocks, class, memory);
    for (uint32_t class = 0; class < BLOCK_CLASSES; class ++) {
        uint32_t block = pool__blocks_take(&blocks, class);
        assert_int_not_equal(block, 0);
        assert_int_equal(blocks.size_class[block], class);
        assert_int_equal(pool__blocks_take(&blocks, class), 0);
        pool__blocks_give(&blocks, block);
        assert_int_equal(pool__blocks_take(&blocks, class), block);
    }
}

static void blocks_may_be_added_up_to_the_limit_exactly(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        assert_true(pool__blocks_may_add(&blocks, MIB_CLASS));
        pool__blocks_add(&blocks, MIB_CLASS, memory);
    }
    assert_false(pool__blocks_may_add(&blocks, MIB_CLASS));
    assert_false(pool__blocks_may_add(&blocks, 0));
    assert_int_equal(blocks.x_total_bytes, 4 * MIB);
}

static void blocks_of_other_classes_count_against_the_same_limit(void **state)
{
    (void)state;
    pool__blocks_add(&blocks, 0, memory);
    for (int i = 0; i < 3; i++) pool__blocks_add(&blocks, MIB_CLASS, memory);
    assert_false(pool__blocks_may_add(&blocks, MIB_CLASS));
    assert_true(pool__blocks_may_add(&blocks, MIB_CLASS - 1));
}

static void blocks_may_be_added_while_the_table_has_room(void **state)
{
    (void)state;
    pool__blocks_init(&blocks, UINT64_MAX);
    for (uint32_t i = 1; i < BLOCKS_MAX; i++) {
        assert_true(pool__blocks_may_add(&blocks, 0));
        pool__blocks_add(&blocks, 0, memory);
    }
    assert_false(pool__blocks_may_add(&blocks, 0));
    for (uint32_t i = 1; i < BLOCKS_MAX; i++) assert_int_not_equal(pool__blocks_take(&blocks, 0), 0);
    assert_int_equal(pool__blocks_take(&blocks, 0), 0);
}

static void blocks_limit_of_4_gib_and_more_does_not_overflow(void **state)
{
    (void)state;
    pool__blocks_init(&blocks, (uint64_t)1 << 33);
    blocks.x_total_bytes = ((uint64_t)1 << 33) - MIB;
    assert_true(pool__blocks_may_add(&blocks, MIB_CLASS));
    pool__blocks_add(&blocks, MIB_CLASS, memory);
    assert_false(pool__blocks_may_add(&blocks, 0));
}

static void blocks_refused_are_so_until_there_is_one(void **state)
{
    (void)state;
    pool__blocks_add(&blocks, 3, memory);
    assert_false(pool__blocks_refuse(&blocks, 3)); /* there is one, which may come back */
    assert_false(pool__blocks_refused(&blocks, 3));
    assert_true(pool__blocks_refuse(&blocks, 5));
    assert_false(pool__blocks_refuse(&blocks, 5)); /* that is no news any more */
    assert_true(pool__blocks_refused(&blocks, 5));
    assert_false(pool__blocks_refused(&blocks, 4));
    pool__blocks_add(&blocks, 5, memory);
    assert_false(pool__blocks_refused(&blocks, 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(blocks_class_is_the_smallest_that_holds_the_size, setup),
        cmocka_unit_test_setup(blocks_take_of_nothing_returns_0, setup),
        cmocka_unit_test_setup(blocks_wanted_are_counted_by_class, setup),
        cmocka_unit_test_setup(blocks_are_never_number_0, setup),
        cmocka_unit_test_setup(blocks_go_back_to_the_class_they_came_from, setup),
        cmocka_unit_test_setup(blocks_may_be_added_up_to_the_limit_exactly, setup),
        cmocka_unit_test_setup(blocks_of_other_classes_count_against_the_same_limit, setup),
        cmocka_unit_test_setup(blocks_may_be_added_while_the_table_has_room, setup),
        cmocka_unit_test_setup(blocks_refused_are_so_until_there_is_one, setup),
        cmocka_unit_test_setup(blocks_limit_of_4_gib_and_more_does_not_overflow, setup),
    };
    return cmocka_run_group_tests_name("blocks", tests, NULL, NULL);
}
