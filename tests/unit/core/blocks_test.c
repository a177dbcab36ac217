/* core/blocks.c: taking, giving back, merging and counting blocks. */
#include "core/blocks.h"

#include <stdlib.h>

#include "pool.h"
#include "support/prelude.h"

#define KIB 1024u
#define MIB (1024u * 1024)
#define MIB_CLASS 12u

static struct blocks blocks;
static uint8_t *chunks[4];
static uint32_t n_chunks;

static int setup(void **state)
{
    (void)state;
    n_chunks = 0;
    pool__blocks_init(&blocks, 64 * MIB);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    while (n_chunks > 0) free(chunks[--n_chunks]);
    return 0;
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static uint8_t *add(enum block_zone zone, uint32_t bytes)
{
    uint8_t *memory = chunks[n_chunks++] = malloc(pool__blocks_chunk_size(bytes));
    assert_non_null(memory);
    pool__blocks_add(&blocks, zone, memory, bytes);
    return memory;
}

static uint32_t take(enum block_use use, uint32_t class)
{
    pool__blocks_carve(&blocks, ZONE_COMMON, class);
    return pool__blocks_take(&blocks, use, class);
}

static void drain(void)
{
    uint32_t n[BLOCK_CLASSES];
    pool__blocks_drain(&blocks, ZONE_COMMON, n);
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
    for (uint32_t class = 0; class < BLOCK_CLASSES; class ++) {
        assert_int_equal(pool__blocks_take(&blocks, USE_CONTROL, class), 0);
        assert_int_equal(pool__blocks_take(&blocks, USE_CONTENT, class), 0);
    }
}

static void blocks_wanted_are_counted_by_use_and_class(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 3; i++) pool__blocks_want(&blocks, USE_CONTENT, 5);
    for (uint32_t class = 0; class < BLOCK_CLASSES; class ++) {
        assert_int_equal(blocks.x_wanted[USE_CONTENT][class], class == 5 ? 3 : 0);
        assert_int_equal(blocks.x_wanted[USE_CONTROL][class], 0);
    }
}

static void blocks_have_a_number_a_size_and_memory_of_their_own(void **state)
{
    (void)state;
    uint8_t *memory = add(ZONE_COMMON, MIB);
    for (uint32_t class = 0, at = 0; class < MIB_CLASS; class ++) {
        uint32_t block = take(USE_CONTENT, class);
        assert_int_not_equal(block, 0);
        assert_int_equal(pool__blocks_class_of(&blocks, block), class);
        assert_int_equal(pool__blocks_bytes(&blocks, block), 256u << class);
        assert_true(pool__blocks_memory(&blocks, block) >= memory + at);
        at = (uint32_t)(pool__blocks_memory(&blocks, block) - memory) + (256u << class);
        assert_true(at <= MIB);
    }
}

static void blocks_come_from_the_lowest_address(void **state)
{
    (void)state;
    add(ZONE_COMMON, MIB);
    add(ZONE_COMMON, MIB);
    uint32_t first = take(USE_CONTENT, MIB_CLASS), second = take(USE_CONTENT, MIB_CLASS);
    assert_true(first < second);
    assert_int_equal(take(USE_CONTENT, 0), 0);
    pool__blocks_give(&blocks, second);
    pool__blocks_give(&blocks, first);
    drain();
    assert_int_equal(take(USE_CONTENT, 0), first);
}

static void blocks_that_come_back_are_used_for_other_sizes(void **state)
{
    (void)state;
    uint32_t taken[MIB / 256];
    add(ZONE_COMMON, MIB);
    for (uint32_t i = 0; i < COUNT_OF(taken); i++) taken[i] = take(USE_CONTENT, 0);
    assert_int_equal(take(USE_CONTENT, 0), 0);
    assert_int_equal(pool__blocks_used(&blocks, ZONE_COMMON), MIB);
    for (uint32_t i = 1; i < COUNT_OF(taken); i++) pool__blocks_give(&blocks, taken[i]);
    drain();
    assert_int_equal(take(USE_CONTENT, MIB_CLASS), 0); /* one is still out */
    assert_int_not_equal(take(USE_CONTENT, MIB_CLASS - 1), 0);
    pool__blocks_give(&blocks, taken[0]);
    assert_int_equal(pool__blocks_used(&blocks, ZONE_COMMON), MIB / 2);
}

static void blocks_for_content_leave_the_reserve_alone(void **state)
{
    (void)state;
    add(ZONE_RESERVE, MIB);
    assert_true(pool__blocks_carve(&blocks, ZONE_RESERVE, 3));
    assert_false(pool__blocks_carve(&blocks, ZONE_COMMON, 3));
    assert_int_equal(pool__blocks_take(&blocks, USE_CONTENT, 3), 0);
    uint32_t block = pool__blocks_take(&blocks, USE_CONTROL, 3);
    assert_int_not_equal(block, 0);
    assert_int_equal(pool__blocks_used(&blocks, ZONE_RESERVE), 2048);
    pool__blocks_give(&blocks, block);
    assert_int_equal(pool__blocks_take(&blocks, USE_CONTENT, 3), 0); /* it went back to where it came from */
}

static void blocks_for_control_have_both_zones(void **state)
{
    (void)state;
    add(ZONE_COMMON, MIB);
    assert_true(pool__blocks_carve(&blocks, ZONE_COMMON, 3));
    assert_int_not_equal(pool__blocks_take(&blocks, USE_CONTROL, 3), 0);
}

static void blocks_of_a_chunk_that_is_no_power_of_two(void **state)
{
    (void)state;
    add(ZONE_COMMON, MIB + 3 * 256);
    assert_int_not_equal(take(USE_CONTENT, MIB_CLASS), 0);
    assert_int_not_equal(take(USE_CONTENT, 1), 0);
    assert_int_not_equal(take(USE_CONTENT, 0), 0);
    assert_int_equal(take(USE_CONTENT, 0), 0);
}

static void blocks_limits_leave_a_reserve(void **state)
{
    (void)state;
    static const uint64_t mib = MIB;
    static const struct {
        uint64_t bytes, reserve, common;
    } cases[] = {{0, 0, 0}, {16, 2, 13}, {64, 7, 54}, {256, 31, 218}, {4096, 498, 3488}};
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        pool__blocks_init(&blocks, cases[i].bytes * mib);
        assert_int_equal(blocks.zones[ZONE_RESERVE].limit_bytes / mib, cases[i].reserve);
        assert_int_equal(blocks.zones[ZONE_COMMON].limit_bytes / mib, cases[i].common);
    }
}

/* With what is kept about them, chunks stay within what was given. */
static void blocks_and_their_books_stay_within_the_limit(void **state)
{
    (void)state;
    for (uint64_t bytes = 16 * MIB; bytes <= (uint64_t)4096 * MIB; bytes *= 2) {
        uint64_t all = 0;
        pool__blocks_init(&blocks, bytes);
        for (enum block_zone zone = 0; zone < ZONES; zone++) {
            uint64_t left = blocks.zones[zone].limit_bytes;
            for (; left > CHUNK_BYTES; left -= CHUNK_BYTES) all += pool__blocks_chunk_size(CHUNK_BYTES);
            all += pool__blocks_chunk_size((uint32_t)left);
        }
        assert_true(all <= bytes + 256 * KIB); /* the last chunk's tree may be larger than its share */
    }
}

static void blocks_largest_is_what_can_be_had_in_one_piece(void **state)
{
    (void)state;
    assert_int_equal(pool__blocks_largest(&blocks), CHUNK_BYTES); /* of a chunk that may come */
    blocks.zones[ZONE_COMMON].limit_bytes = 3 * MIB + 5 * 256;
    assert_int_equal(pool__blocks_largest(&blocks), 2 * MIB);
    add(ZONE_COMMON, 3 * MIB + 5 * 256);
    assert_int_equal(pool__blocks_largest(&blocks), 2 * MIB);
    uint32_t low = take(USE_CONTENT, 0);
    assert_int_equal(pool__blocks_largest(&blocks), MIB);
    pool__blocks_give(&blocks, low); /* not merged yet, but it could be */
    assert_int_equal(pool__blocks_largest(&blocks), 2 * MIB);
    drain();
    assert_int_not_equal(take(USE_CONTENT, MIB_CLASS + 1), 0);
    assert_int_not_equal(take(USE_CONTENT, MIB_CLASS), 0);
    assert_int_equal(pool__blocks_largest(&blocks), 4 * 256);
}

static void blocks_have_places_for_those_that_are_taken_and_for_as_many_as_fit(void **state)
{
    (void)state;
    add(ZONE_RESERVE, 4 * MIB);
    add(ZONE_COMMON, 4 * MIB);
    uint64_t grows = (blocks.zones[ZONE_RESERVE].limit_bytes - 4 * MIB) / MIB +
                     (blocks.zones[ZONE_COMMON].limit_bytes - 4 * MIB) / MIB;
    blocks.zones[ZONE_RESERVE].limit_bytes = blocks.zones[ZONE_COMMON].limit_bytes = 4 * MIB; /* they cannot grow */
    assert_true(grows > 0);
    assert_true(pool__blocks_has_places(&blocks, MIB_CLASS, 8));
    assert_false(pool__blocks_has_places(&blocks, MIB_CLASS, 9));
    assert_true(take(USE_CONTENT, MIB_CLASS)); /* counts as what it is */
    assert_true(pool__blocks_has_places(&blocks, MIB_CLASS, 8));
    uint32_t small = take(USE_CONTENT, 0);
    assert_true(small);
    assert_true(pool__blocks_has_places(&blocks, MIB_CLASS, 7));
    assert_false(pool__blocks_has_places(&blocks, MIB_CLASS, 8));
    pool__blocks_give(&blocks, small);
    assert_true(pool__blocks_has_places(&blocks, MIB_CLASS, 8));
    blocks.zones[ZONE_COMMON].limit_bytes = 6 * MIB;
    assert_true(pool__blocks_has_places(&blocks, MIB_CLASS, 10));
    assert_false(pool__blocks_has_places(&blocks, MIB_CLASS, 11));
    assert_true(pool__blocks_has_places(&blocks, BLOCK_CLASSES - 1, 0));
    assert_false(pool__blocks_has_places(&blocks, BLOCK_CLASSES - 1, 1));
}

static void blocks_that_are_promised_are_not_for_files(void **state)
{
    (void)state;
    uint64_t reserve = blocks.zones[ZONE_RESERVE].limit_bytes, common = blocks.zones[ZONE_COMMON].limit_bytes;
    pool__blocks_filed(&blocks, (int64_t)common - 4 * MIB);
    assert_true(pool__blocks_may_file(&blocks, 4 * MIB));
    assert_false(pool__blocks_may_file(&blocks, 4 * MIB + UNIT_BYTES));
    atomic_store(&blocks.x_promised, reserve); /* which has that much */
    assert_true(pool__blocks_may_file(&blocks, 4 * MIB));
    atomic_store(&blocks.x_promised, reserve + MIB);
    assert_false(pool__blocks_may_file(&blocks, 4 * MIB));
    assert_true(pool__blocks_may_file(&blocks, 3 * MIB));
    atomic_store(&blocks.x_promised, UINT32_MAX); /* more than there can be: files keep what they have */
    assert_false(pool__blocks_may_file(&blocks, UNIT_BYTES));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(blocks_class_is_the_smallest_that_holds_the_size),
        CASE(blocks_take_of_nothing_returns_0),
        CASE(blocks_wanted_are_counted_by_use_and_class),
        CASE(blocks_have_a_number_a_size_and_memory_of_their_own),
        CASE(blocks_come_from_the_lowest_address),
        CASE(blocks_that_come_back_are_used_for_other_sizes),
        CASE(blocks_for_content_leave_the_reserve_alone),
        CASE(blocks_for_control_have_both_zones),
        CASE(blocks_of_a_chunk_that_is_no_power_of_two),
        CASE(blocks_limits_leave_a_reserve),
        CASE(blocks_and_their_books_stay_within_the_limit),
        CASE(blocks_largest_is_what_can_be_had_in_one_piece),
        CASE(blocks_have_places_for_those_that_are_taken_and_for_as_many_as_fit),
        CASE(blocks_that_are_promised_are_not_for_files),
    };
    return cmocka_run_group_tests_name("blocks", tests, NULL, NULL);
}
