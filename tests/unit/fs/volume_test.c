/* fs/volume.c: volumes as wholes. */
#include <stdio.h>

#include "support/fs_rig.h"
#include "support/prelude.h"
#include "support/test_pool.h"

static void handles_are_stale_when_they_were_dropped(void **state)
{
    (void)state;
    pool_volume_t handle, next;
    struct fs_open root;
    assert_int_equal(pool__volume_make(&fs_rig.sleeper, 0, 0, &handle), 0);
    assert_int_equal(pool__volume_open(fs_rig.pool, 0, false, &root), POOL_EBADF);
    assert_int_equal(pool__volume_open(fs_rig.pool, handle + 1, false, &root), POOL_EBADF);
    assert_int_equal(pool__volume_open(fs_rig.pool, handle ^ 1u << 31, false, &root), POOL_EBADF);
    assert_int_equal(pool__volume_drop(fs_rig.pool, 0), POOL_EBADF);
    assert_int_equal(pool__volume_drop(fs_rig.pool, handle), 0);
    assert_int_equal(pool__volume_drop(fs_rig.pool, handle), POOL_EBADF);
    assert_int_equal(pool__volume_open(fs_rig.pool, handle, false, &root), POOL_EBADF);
    assert_int_equal(pool__volume_make(&fs_rig.sleeper, 0, 0, &next), 0);
    assert_int_not_equal(next, handle);
    assert_int_equal(pool__volume_drop(fs_rig.pool, handle), POOL_EBADF);
    assert_int_equal(pool__volume_drop(fs_rig.pool, next), 0);
}

static void dropped_volume_lives_while_something_in_it_is_open(void **state)
{
    (void)state;
    pool_volume_t handle;
    struct fs_open root, file;
    char got[4];
    assert_int_equal(pool__volume_make(&fs_rig.sleeper, 0, 0, &handle), 0);
    assert_int_equal(pool__volume_open(fs_rig.pool, handle, false, &root), 0);
    assert_int_equal(pool__fs_open(&fs_rig.sleeper, &root, fs_text("f"), FS_CREATE | FS_WRITE, &file), 0);
    assert_int_equal(pool__volume_drop(fs_rig.pool, handle), 0);
    fs_close(&root);
    assert_int_equal(pool__volume_open(fs_rig.pool, handle, false, &root), POOL_EBADF);
    assert_int_equal(fs_write(&file, 0, "abc", 3), 3);
    assert_int_equal(fs_read(&file, 0, got, 4), 3);
    struct volume *volume = file.volume;
    fs_close(&file); /* by now only the coordinator may take the time to free it */
    assert_int_equal(atomic_load(&volume->x_generation) % 2, 1);
    assert_int_equal(pool__volumes_sweep(fs_rig.pool), 0);
    assert_int_equal(atomic_load(&volume->x_generation) % 2, 0);
}

static void there_are_so_many_volumes_and_no_more(void **state)
{
    (void)state;
    pool_volume_t handles[VOLUMES_MAX], handle;
    fs_add_small_blocks();
    for (uint32_t i = 1; i < VOLUMES_MAX; i++) {
        assert_int_equal(pool__volume_make(&fs_rig.sleeper, 0, 0, &handles[i]), 0);
    }
    assert_int_equal(pool__volume_make(&fs_rig.sleeper, 0, 0, &handle), POOL_ENFILE);
    for (uint32_t i = 1; i < VOLUMES_MAX; i++) assert_int_equal(pool__volume_drop(fs_rig.pool, handles[i]), 0);
}

/* The teardown finds everything given back. */
static void deep_and_wide_trees_are_freed_whole(void **state)
{
    (void)state;
    char name[32];
    struct fs_open at = fs_rig.root, next;
    fs_add_small_blocks();
    pool__fs_dup(fs_rig.pool, &at);
    for (uint32_t i = 0; i < 60; i++) {
        snprintf(name, sizeof name, "file %u", i);
        assert_int_equal(pool__fs_open(&fs_rig.sleeper, &at, fs_text(name), FS_CREATE | FS_WRITE, &next), 0);
        assert_int_equal(fs_write(&next, 0, "content", 7), 7);
        fs_close(&next);
        assert_int_equal(pool__fs_link(&fs_rig.sleeper, &at, fs_text(name), false, &fs_rig.root, fs_text(name)),
                         i ? 0 : POOL_EEXIST);
        assert_int_equal(pool__fs_symlink(&fs_rig.sleeper, fs_text("x"), &at, fs_text("link")), 0);
        assert_int_equal(pool__fs_make_directory(&fs_rig.sleeper, &at, fs_text("before")), 0);
        assert_int_equal(pool__fs_make_directory(&fs_rig.sleeper, &at, fs_text("deeper")), 0);
        assert_int_equal(pool__fs_open(&fs_rig.sleeper, &at, fs_text("deeper"), 0, &next), 0);
        fs_close(&at);
        at = next;
    }
    fs_close(&at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fs_rig_setup, fs_rig_teardown)
        TEST(handles_are_stale_when_they_were_dropped),
        TEST(dropped_volume_lives_while_something_in_it_is_open),
        TEST(there_are_so_many_volumes_and_no_more),
        TEST(deep_and_wide_trees_are_freed_whole),
    };
    return cmocka_run_group_tests_name("volume", tests, NULL, NULL);
}
