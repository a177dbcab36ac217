/* fs/pages.c: where the bytes of a file are, in one block or in pages. */
#include "support/fs_rig.h"
#include "support/prelude.h"
#include "support/property.h"
#include "support/test_pool.h"
#include "sync/ends.h"

#define LAST (FILE_MAX_BYTES - 1)

static struct fs_work work;
static struct node node;

static void begin(void)
{
    work = fs_enter();
    node = (struct node){.kind = NODE_FILE};
}

static int setup(void **state)
{
    if (fs_rig_setup(state)) return -1;
    begin();
    return 0;
}

static int teardown(void **state)
{
    uint64_t bytes = work.volume->bytes;
    pool__content_cut(&work, &node, 0);
    assert_int_equal(node.block, 0);
    assert_true(work.volume->bytes <= bytes);
    fs_leave(&work);
    return fs_rig_teardown(state);
}

static struct content_bytes at(uint64_t offset)
{
    return pool__content_at(fs_rig.pool, &node, offset);
}

static void assert_hole(uint64_t offset, uint32_t size)
{
    assert_null(at(offset).data);
    assert_int_equal(at(offset).size, size);
}

/* Fills, and gets the memory for it as often as it takes. */
static void fill(uint64_t begin_at, uint64_t end)
{
    int status;
    for (uint32_t rounds = 0; (status = pool__content_fill(&work, &node, begin_at, end)) > 0; rounds++) {
        assert_true(rounds < 10000);
        if (!pool__fs_leave(&work, &status)) {
            assert_int_equal(status, POOL_EAGAIN); /* it is the client, which does not wait */
            coordinator_tick(fs_rig.pool);
        }
        assert_int_equal(pool__fs_enter(&work), 0);
    }
    assert_int_equal(status, 0);
    if (end > node.size) node.size = end;
}

static void put(uint64_t offset, uint8_t byte)
{
    assert_non_null(at(offset).data);
    *at(offset).data = byte;
}

/* Where the next byte is that is in memory, from an offset on. */
static uint64_t next(uint64_t offset)
{
    return pool__content_next(fs_rig.pool, &node, offset);
}

static void file_of_nothing_is_one_hole(void **state)
{
    (void)state;
    assert_hole(0, PAGE_BYTES);
    assert_hole(5, PAGE_BYTES - 5);
    assert_hole(LAST, 1);
    assert_true(next(0) == UINT64_MAX);
}

static void small_file_is_in_one_block(void **state)
{
    (void)state;
    fill(0, 300);
    assert_false(node.is_paged);
    assert_true(next(0) == 0 && next(511) == 511 && next(512) == UINT64_MAX);
    assert_ptr_equal(at(0).data, pool__block_memory(fs_rig.pool, node.block));
    assert_int_equal(at(0).size, 512);
    assert_ptr_equal(at(511).data, at(0).data + 511);
    assert_int_equal(at(511).size, 1);
    assert_hole(512, PAGE_BYTES - 512);
    assert_hole(PAGE_BYTES, PAGE_BYTES); /* never the first page again */
    assert_hole(PAGE_BYTES + 5, PAGE_BYTES - 5);
}

static void file_of_a_page_needs_no_index_and_one_byte_more_does(void **state)
{
    (void)state;
    fill(0, PAGE_BYTES);
    assert_false(node.is_paged);
    assert_int_equal(at(0).size, PAGE_BYTES);
    put(0, 1);
    put(PAGE_BYTES - 1, 2);
    fill(PAGE_BYTES, PAGE_BYTES + 1);
    assert_true(node.is_paged);
    assert_int_equal(*at(0).data, 1); /* the block has become the first page */
    assert_int_equal(*at(PAGE_BYTES - 1).data, 2);
    assert_int_equal(*at(PAGE_BYTES).data, 0);
    assert_int_equal(at(PAGE_BYTES).size, PAGE_BYTES);
}

static void small_block_that_becomes_the_first_page_is_as_large_as_a_page(void **state)
{
    (void)state;
    fill(0, 10);
    put(9, 9);
    fill(3 * PAGE_BYTES, 3 * PAGE_BYTES + 1);
    assert_int_equal(at(0).size, PAGE_BYTES);
    assert_int_equal(*at(9).data, 9);
    assert_int_equal(*at(10).data, 0);
    assert_hole(PAGE_BYTES, PAGE_BYTES);
    assert_hole(2 * PAGE_BYTES + 7, PAGE_BYTES - 7);
    assert_non_null(at(3 * PAGE_BYTES).data);
}

static void only_the_pages_of_the_range_are_filled(void **state)
{
    (void)state;
    fill(2 * PAGE_BYTES + 1, 4 * PAGE_BYTES);
    assert_hole(0, PAGE_BYTES); /* there was no first block either */
    assert_hole(PAGE_BYTES, PAGE_BYTES);
    assert_non_null(at(2 * PAGE_BYTES).data);
    assert_non_null(at(3 * PAGE_BYTES).data);
    assert_hole(4 * PAGE_BYTES, PAGE_BYTES);
    uint8_t *second = at(2 * PAGE_BYTES).data;
    put(2 * PAGE_BYTES, 5);
    fill(0, 4 * PAGE_BYTES);
    assert_ptr_equal(at(2 * PAGE_BYTES).data, second); /* what is there stays */
    assert_int_equal(*second, 5);
}

static void index_grows_and_keeps_the_pages(void **state)
{
    (void)state;
    fill(PAGE_BYTES, PAGE_BYTES + 1);
    put(PAGE_BYTES, 3);
    uint64_t far = 1000 * (uint64_t)PAGE_BYTES;
    fill(far, far + 1);
    assert_int_equal(*at(PAGE_BYTES).data, 3);
    assert_true(next(0) == PAGE_BYTES &&
                next(PAGE_BYTES + 1) == PAGE_BYTES + 1); /* over holes, not over what is there */
    assert_true(next(2 * PAGE_BYTES) == far && next(far + PAGE_BYTES) == UINT64_MAX);
    assert_hole(2 * PAGE_BYTES, PAGE_BYTES);
}

static void file_beyond_what_an_index_holds_is_efbig(void **state)
{
    (void)state;
    fill(0, 5);
    uint32_t block = node.block;
    assert_int_equal(pool__content_fill(&work, &node, FILE_MAX_BYTES - 1, FILE_MAX_BYTES + 1), POOL_EFBIG);
    assert_int_equal(pool__content_fill(&work, &node, UINT64_MAX, UINT64_MAX), POOL_EFBIG);
    assert_int_equal(pool__content_fill(&work, &node, UINT64_MAX - 1, 3), POOL_EFBIG); /* the sum came round */
    assert_int_equal(node.block, block);
    assert_false(node.is_paged);
}

static void file_beyond_the_volumes_limit_is_enospc(void **state)
{
    (void)state;
    fs_leave(&work);
    fs_renew(3 * PAGE_BYTES, 0);
    begin();
    fill(0, PAGE_BYTES);
    uint64_t bytes = work.volume->bytes;
    assert_int_equal(pool__content_fill(&work, &node, 0, (uint64_t)1 << 32), POOL_ENOSPC);
    assert_true(work.volume->bytes >= bytes && work.volume->bytes <= 3 * PAGE_BYTES);
    assert_int_equal(at(0).size, PAGE_BYTES);
}

/* The pages that follow are asked for with the one that is missing, so that a large write waits once. */
static void missing_page_is_asked_for_with_those_that_follow(void **state)
{
    (void)state;
    uint32_t class = pool__blocks_class(PAGE_BYTES), taken[64], n = 0;
    fill(9 * PAGE_BYTES, 9 * PAGE_BYTES + 1);
    while ((taken[n] = pool__blocks_take(&fs_rig.pool->blocks, USE_CONTENT, class))) n++;
    assert_true(n < COUNT_OF(taken));
    _Atomic uint32_t *wanted = &fs_rig.pool->blocks.x_wanted[USE_CONTENT][class];
    atomic_store(wanted, 0);
    assert_int_equal(pool__content_fill(&work, &node, 0, 12 * PAGE_BYTES), FS_MISSING);
    assert_int_equal(work.missing, SPARE_CONTENT);
    assert_int_equal(work.missing_bytes, PAGE_BYTES);
    assert_int_equal(atomic_load(wanted), 10); /* 12 less the first, which is waited for, and the one that is there */
    atomic_store(wanted, 0);
    fill(0, 1); /* one page only: the attempt is made again until it is there */
    assert_non_null(at(0).data);
    test_undrain_blocks(fs_rig.pool, taken, n);
}

static void cut_gives_back_what_is_beyond_and_zeroes_the_rest_of_the_last_page(void **state)
{
    (void)state;
    fill(0, 5 * PAGE_BYTES);
    for (uint64_t offset = 0; offset < 5 * PAGE_BYTES; offset += 1000) put(offset, 0xee);
    uint64_t bytes = work.volume->bytes;
    pool__content_cut(&work, &node, 2 * PAGE_BYTES + 3500);
    node.size = 2 * PAGE_BYTES + 3500;
    assert_int_equal(work.volume->bytes, bytes - 2 * PAGE_BYTES);
    assert_hole(3 * PAGE_BYTES, PAGE_BYTES);
    assert_hole(4 * PAGE_BYTES, PAGE_BYTES);
    uint8_t *page = at(2 * PAGE_BYTES).data;
    for (uint32_t i = 3500; i < PAGE_BYTES; i++) assert_int_equal(page[i], 0);
    assert_int_equal(*at(1000).data, 0xee);
    uint32_t before = 132000 - 2 * PAGE_BYTES; /* the last byte put before the cut, in that page */
    assert_int_equal(page[before], 0xee);
}

static void cut_at_a_pages_end_leaves_that_page_alone(void **state)
{
    (void)state;
    fill(0, 3 * PAGE_BYTES);
    put(PAGE_BYTES - 1, 1);
    pool__content_cut(&work, &node, PAGE_BYTES);
    assert_int_equal(*at(PAGE_BYTES - 1).data, 1);
    assert_hole(PAGE_BYTES, PAGE_BYTES);
}

static void cut_of_one_block_keeps_the_block(void **state)
{
    (void)state;
    fill(0, 300);
    memset(at(0).data, 7, 300);
    uint32_t block = node.block;
    pool__content_cut(&work, &node, 100);
    assert_int_equal(node.block, block);
    for (uint32_t i = 0; i < 512; i++) assert_int_equal(at(i).data[0], i < 100 ? 7 : 0);
    node.size = 100;
    pool__content_cut(&work, &node, 100); /* to where it ends already */
    pool__content_cut(&work, &node, 400); /* and beyond: nothing is cut */
    assert_int_equal(at(99).data[0], 7);
}

static void cut_to_nothing_gives_everything_back(void **state)
{
    (void)state;
    uint64_t bytes = work.volume->bytes;
    fill(0, 3 * PAGE_BYTES);
    pool__content_cut(&work, &node, 0);
    assert_int_equal(work.volume->bytes, bytes);
    assert_int_equal(node.block, 0);
    assert_int_equal(node.is_paged, 0);
    node.size = 0;
    fill(0, 1); /* and it begins again as a small file does */
    assert_int_equal(at(0).size, 256);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(file_of_nothing_is_one_hole),
        CASE(small_file_is_in_one_block),
        CASE(file_of_a_page_needs_no_index_and_one_byte_more_does),
        CASE(small_block_that_becomes_the_first_page_is_as_large_as_a_page),
        CASE(only_the_pages_of_the_range_are_filled),
        CASE(index_grows_and_keeps_the_pages),
        CASE(file_beyond_what_an_index_holds_is_efbig),
        CASE(file_beyond_the_volumes_limit_is_enospc),
        CASE(missing_page_is_asked_for_with_those_that_follow),
        CASE(cut_gives_back_what_is_beyond_and_zeroes_the_rest_of_the_last_page),
        CASE(cut_at_a_pages_end_leaves_that_page_alone),
        CASE(cut_of_one_block_keeps_the_block),
        CASE(cut_to_nothing_gives_everything_back),
    };
    return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
