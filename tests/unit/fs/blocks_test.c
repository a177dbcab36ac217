/* fs/blocks.c: a volume's blocks, accounted for within its limit. */
#include <stdio.h>

#include "client/client.h"
#include "core/check.h"
#include "support/fs_rig.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "sync/ends.h"

static void bytes_are_limited(void **state)
{
    (void)state;
    static uint8_t data[3 * PAGE_BYTES];
    struct fs_stat stat;
    fs_add_small_blocks();
    fs_renew(3 * PAGE_BYTES, 0);
    struct fs_open file = fs_must_open("file", FS_CREATE | FS_WRITE);
    uint64_t before = fs_rig.root.volume->bytes;
    assert_int_equal(fs_write(&file, 0, data, sizeof data), POOL_ENOSPC);
    stat = fs_stat_of(&file);
    assert_int_equal(stat.size, 0);
    assert_int_equal(fs_rig.root.volume->bytes, before); /* what did not come to anything is not kept */
    assert_int_equal(fs_write(&file, 0, data, 2 * PAGE_BYTES), 2 * PAGE_BYTES);
    assert_int_equal(fs_write(&file, 2 * PAGE_BYTES, data, 1), POOL_ENOSPC);
    assert_int_equal(fs_write(&file, UINT64_MAX, data, 1), POOL_ENOSPC);
    assert_int_equal(pool__fs_allocate(&fs_rig.sleeper, &file, 0, 2 * PAGE_BYTES + 1), POOL_ENOSPC);
    assert_int_equal(fs_write(&file, 100, data, PAGE_BYTES), PAGE_BYTES);
    assert_int_equal(pool__fs_set_size(&fs_rig.sleeper, &file, PAGE_BYTES), 0);
    assert_int_equal(fs_write(&file, PAGE_BYTES, data, 1), 1);
    fs_close(&file);
    for (uint32_t i = 0; i < 1000; i++) {
        char name[16];
        snprintf(name, sizeof name, "x%u", i);
        int status = fs_try_open(name, FS_CREATE);
        if (status == POOL_EAGAIN) coordinator_tick(fs_rig.pool);
        assert_true(status == 0 || status == POOL_EAGAIN || status == POOL_ENOSPC);
    }
    assert_true(fs_rig.root.volume->bytes <= 3 * PAGE_BYTES);
}

/* A block of content, filled with a byte. */
static uint32_t take_filled(struct fs_work *work, uint32_t bytes, int byte)
{
    assert_int_equal(pool__fs_need_content(work, SPARE_CONTENT, bytes, 0), 0);
    uint32_t block = pool__fs_take_content(work, SPARE_CONTENT, 0);
    memset(pool__block_memory(work->pool, block), byte, pool__node_block_bytes(work->pool, block));
    return block;
}

static void no_block_has_no_bytes(void **state)
{
    (void)state;
    struct fs_work work = fs_enter();
    uint32_t block = take_filled(&work, 1000, 0);
    assert_int_equal(pool__node_block_bytes(work.pool, 0), 0);
    assert_int_equal(pool__node_block_bytes(work.pool, block), 1024);
    pool__fs_give_content(&work, block);
    fs_leave(&work);
}

/* An attempt is made again: what it got ready is not got twice. */
static void spare_of_the_right_size_is_kept(void **state)
{
    (void)state;
    struct fs_work work = fs_enter();
    assert_int_equal(pool__fs_need(&work, SPARE_ROOM, 300), 0);
    uint32_t spare = work.spares[SPARE_ROOM];
    uint64_t used = test_used_bytes(work.pool);
    assert_int_equal(pool__fs_need(&work, SPARE_ROOM, 512), 0); /* the same class */
    assert_int_equal(work.spares[SPARE_ROOM], spare);
    assert_int_equal(test_used_bytes(work.pool), used);
    assert_int_equal(pool__fs_need(&work, SPARE_ROOM, 513), 0); /* another: the first goes back */
    assert_int_equal(pool__node_block_bytes(work.pool, work.spares[SPARE_ROOM]), 1024);
    assert_int_equal(test_used_bytes(work.pool), used + 512);
    assert_int_equal(work.spares[SPARE_NODE], 0);
    fs_leave(&work);
    assert_int_equal(work.spares[SPARE_ROOM], 0);
    assert_int_equal(test_used_bytes(work.pool), used - 512);
}

static void spare_that_is_not_there_is_missing_and_said_which(void **state)
{
    (void)state;
    uint32_t taken[64], n = test_drain_blocks(fs_rig.pool, PAGE_BYTES, taken, COUNT_OF(taken));
    uint32_t class = pool__blocks_class(PAGE_BYTES), content[64], k = 0;
    while ((content[k] = pool__blocks_take(&fs_rig.pool->blocks, USE_CONTENT, class))) k++;
    struct fs_work work = fs_enter();
    assert_int_equal(pool__fs_need(&work, SPARE_CONTENT, PAGE_BYTES), FS_MISSING);
    assert_int_equal(work.missing, SPARE_CONTENT);
    assert_int_equal(work.missing_bytes, PAGE_BYTES);
    assert_int_equal(work.spares[SPARE_CONTENT], 0);
    fs_leave(&work);
    test_undrain_blocks(fs_rig.pool, content, k);
    test_undrain_blocks(fs_rig.pool, taken, n);
}

static void content_is_counted_and_counted_off(void **state)
{
    (void)state;
    struct fs_work work = fs_enter();
    uint64_t bytes = work.volume->bytes, filed = atomic_load(&work.pool->blocks.x_file_bytes);
    uint32_t block = take_filled(&work, 700, 1);
    assert_int_equal(work.spares[SPARE_CONTENT], 0);
    assert_int_equal(work.volume->bytes, bytes + 1024);
    assert_int_equal(atomic_load(&work.pool->blocks.x_file_bytes), filed + 1024);
    pool__fs_give_content(&work, block);
    pool__fs_give_content(&work, 0);
    assert_int_equal(work.volume->bytes, bytes);
    assert_int_equal(atomic_load(&work.pool->blocks.x_file_bytes), filed);
    fs_leave(&work);
}

/* What another file had in it is nobody's to see. */
static void content_is_zero_from_where_it_is_not_written_at_once(void **state)
{
    (void)state;
    struct fs_work work = fs_enter();
    uint32_t blocks[8];
    for (uint32_t i = 0; i < COUNT_OF(blocks); i++) blocks[i] = take_filled(&work, 512, 0xee);
    for (uint32_t i = 0; i < COUNT_OF(blocks); i++) pool__fs_give_content(&work, blocks[i]);
    for (uint32_t from = 0; from <= 512; from += 128) {
        assert_int_equal(pool__fs_need_content(&work, SPARE_CONTENT, 512, 0), 0);
        blocks[0] = pool__fs_take_content(&work, SPARE_CONTENT, from);
        const uint8_t *memory = pool__block_memory(work.pool, blocks[0]);
        for (uint32_t i = from; i < 512; i++) assert_int_equal(memory[i], 0);
        pool__fs_give_content(&work, blocks[0]);
    }
    fs_leave(&work);
}

static void content_is_limited_by_whole_blocks(void **state)
{
    (void)state;
    fs_renew(4096, 0);
    struct fs_work work = fs_enter();
    uint64_t left = 4096 - work.volume->bytes;
    assert_int_equal(pool__fs_need_content(&work, SPARE_CONTENT, (uint32_t)left + 1, 0), POOL_ENOSPC);
    assert_int_equal(work.spares[SPARE_CONTENT], 0);
    uint32_t block = take_filled(&work, 2048, 1);
    assert_int_equal(pool__fs_need_content(&work, SPARE_ROOM, 2049, 0), POOL_ENOSPC);
    assert_int_equal(pool__fs_need_content(&work, SPARE_ROOM, 2049, 2048), 0); /* the first is given back for it */
    pool__fs_give_content(&work, block);
    fs_leave(&work);
}

static void full_volume_with_something_doomed_has_only_to_be_swept(void **state)
{
    (void)state;
    struct fs_work work = fs_enter();
    assert_int_equal(pool__fs_full(work.volume), POOL_ENOSPC);
    atomic_store(&work.volume->x_doomed, work.volume->root);
    assert_int_equal(pool__fs_full(work.volume), FS_UNSWEPT);
    atomic_store(&work.volume->x_doomed, 0);
    fs_leave(&work);
}

static void block_that_grows_keeps_its_bytes_and_the_rest_is_zero(void **state)
{
    (void)state;
    struct fs_work work = fs_enter();
    uint64_t bytes = work.volume->bytes;
    struct node node = {.kind = NODE_FILE};
    assert_int_equal(pool__node_grow(&work, &node, 0), 0);
    assert_int_equal(node.block, 0);
    assert_int_equal(pool__node_grow(&work, &node, 1), 0);
    assert_int_equal(pool__node_block_bytes(work.pool, node.block), 256);
    memset(pool__block_memory(work.pool, node.block), 7, 256);
    uint32_t block = node.block;
    assert_int_equal(pool__node_grow(&work, &node, 256), 0); /* it fits */
    assert_int_equal(node.block, block);
    assert_int_equal(pool__node_grow(&work, &node, 257), 0);
    assert_int_not_equal(node.block, block);
    const uint8_t *memory = pool__block_memory(work.pool, node.block);
    for (uint32_t i = 0; i < 512; i++) assert_int_equal(memory[i], i < 256 ? 7 : 0);
    assert_int_equal(work.volume->bytes, bytes + 512); /* the old one is counted off */
    pool__fs_give_content(&work, node.block);
    fs_leave(&work);
}

static void block_that_cannot_grow_stays(void **state)
{
    (void)state;
    fs_renew(4096, 0);
    struct fs_work work = fs_enter();
    struct node node = {.kind = NODE_FILE};
    assert_int_equal(pool__node_grow(&work, &node, 1024), 0);
    uint32_t block = node.block;
    assert_int_equal(pool__node_grow(&work, &node, 8192), POOL_ENOSPC);
    assert_int_equal(node.block, block);
    pool__fs_give_content(&work, node.block);
    fs_leave(&work);
}

/* What pipes were promised: an error at once, for whoever wants it, and not a wait. */
static void block_that_pipes_were_promised_is_enomem(void **state)
{
    (void)state;
    static uint8_t data[PAGE_BYTES];
    fs_add_small_blocks();
    struct fs_open file = fs_must_open("file", FS_CREATE | FS_WRITE);
    assert_int_equal(fs_write(&file, 0, data, sizeof data), sizeof data);
    client_promise(fs_rig.pool, UINT32_MAX);
    assert_int_equal(fs_write(&file, PAGE_BYTES, data, sizeof data), POOL_ENOMEM);
    assert_int_equal(fs_write(&file, 0, data, sizeof data), sizeof data); /* it has that */
    client_promise(fs_rig.pool, 0);
    assert_int_equal(fs_write(&file, PAGE_BYTES, data, sizeof data), sizeof data);
    fs_close(&file);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, fs_rig_setup, fs_rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(bytes_are_limited),
        CASE(block_that_pipes_were_promised_is_enomem),
        CASE(no_block_has_no_bytes),
        CASE(spare_of_the_right_size_is_kept),
        CASE(spare_that_is_not_there_is_missing_and_said_which),
        CASE(content_is_counted_and_counted_off),
        CASE(content_is_zero_from_where_it_is_not_written_at_once),
        CASE(content_is_limited_by_whole_blocks),
        CASE(full_volume_with_something_doomed_has_only_to_be_swept),
        CASE(block_that_grows_keeps_its_bytes_and_the_rest_is_zero),
        CASE(block_that_cannot_grow_stays),
    };
    return cmocka_run_group_tests_name("blocks", tests, NULL, NULL);
}
