/* fs/node.c and fs/blocks.c: the limits of a volume. */
#include <stdio.h>

#include "support/fs_rig.h"
#include "support/prelude.h"
#include "support/test_pool.h"

/* More of the smallest blocks than there are from the start. */
static void add_small_blocks(void)
{
    for (uint32_t i = 0; i < 20 * 64; i++) {
        pool__blocks_want(&fs_rig.pool->blocks, USE_CONTENT, 0);
        if (i % 64 == 63) coordinator_tick(fs_rig.pool);
    }
}

static void nodes_are_limited(void **state)
{
    (void)state;
    fs_renew(0, 3); /* one is the root */
    fs_put("a", "");
    fs_mkdir("b");
    assert_int_equal(fs_try_open("c", FS_CREATE), POOL_ENOSPC);
    assert_int_equal(pool__fs_symlink(&fs_rig.sleeper, fs_text("x"), &fs_rig.root, fs_text("c")), POOL_ENOSPC);
    assert_int_equal(fs_unlink("a"), 0);
    assert_int_equal(fs_try_open("c", FS_CREATE), 0);
    assert_int_equal(fs_try_open("d", FS_CREATE), POOL_ENOSPC);
}

static void bytes_are_limited(void **state)
{
    (void)state;
    static uint8_t data[3 * PAGE_BYTES];
    struct fs_stat stat;
    add_small_blocks();
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

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fs_rig_setup, fs_rig_teardown)
        TEST(nodes_are_limited),
        TEST(bytes_are_limited),
    };
    return cmocka_run_group_tests_name("node", tests, NULL, NULL);
}
