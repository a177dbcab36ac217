/* fs/path.c: opening what a path leads to. */

#include "support/fake_port.h"
#include "support/fs_rig.h"
#include "support/prelude.h"

static void symlink_at_the_end_is_created_through(void **state)
{
    (void)state;
    fs_symlink("made", "link");
    assert_int_equal(fs_try_open("link", FS_CREATE | FS_FOLLOW), 0);
    assert_int_equal(fs_kind("made"), NODE_FILE);
    assert_int_equal(fs_kind("link"), NODE_SYMLINK);
}

static void truncating_open_empties_the_file(void **state)
{
    (void)state;
    struct fs_stat stat;
    fs_put("file", "hello");
    assert_int_equal(fs_try_open("file", FS_TRUNCATE | FS_WRITE), 0);
    assert_int_equal(fs_try_stat("file", true, &stat), 0);
    assert_int_equal(stat.size, 0);
}

static void unlinked_file_lives_until_it_is_closed(void **state)
{
    (void)state;
    char got[8];
    fs_put("file", "hello");
    struct fs_open file = fs_must_open("file", 0), twin = file;
    pool__fs_dup(fs_rig.pool, &file);
    assert_int_equal(fs_unlink("file"), 0);
    assert_int_equal(fs_stat_of(&file).n_links, 0);
    fs_close(&file);
    assert_int_equal(fs_read(&twin, 0, got, 8), 5);
    uint64_t bytes = fs_rig.root.volume->bytes;
    fs_close(&twin);
    assert_true(fs_rig.root.volume->bytes < bytes);
    assert_int_equal(fs_rig.root.volume->n_nodes, 1);
    fs_close(&twin); /* closing what is not open does nothing */
}

static void removed_directory_takes_nothing_new(void **state)
{
    (void)state;
    struct fs_open file;
    struct fs_entry entry;
    fs_mkdir("dir");
    struct fs_open dir = fs_must_open("dir", FS_DIRECTORY);
    assert_int_equal(fs_rmdir("dir"), 0);
    assert_int_equal(pool__fs_open(&fs_rig.sleeper, &dir, fs_text("f"), FS_CREATE, &file), POOL_ENOENT);
    assert_int_equal(pool__fs_make_directory(&fs_rig.sleeper, &dir, fs_text("d")), POOL_ENOENT);
    assert_int_equal(pool__fs_symlink(&fs_rig.sleeper, fs_text("t"), &dir, fs_text("s")), POOL_ENOENT);
    fs_put("x", "");
    assert_int_equal(pool__fs_rename(&fs_rig.sleeper, &fs_rig.root, fs_text("x"), &dir, fs_text("x")), POOL_ENOENT);
    assert_int_equal(pool__fs_link(&fs_rig.sleeper, &fs_rig.root, fs_text("x"), false, &dir, fs_text("y")),
                     POOL_ENOENT);
    assert_int_equal(pool__fs_next_entry(fs_rig.pool, &dir, 0, &entry), 0);
    assert_int_equal(fs_stat_of(&dir).n_links, 0);
    fs_close(&dir);
}

static void read_only_place_changes_nothing(void **state)
{
    (void)state;
    struct fs_open at, file;
    struct fs_path path = fs_text("file"), new = fs_text("new");
    fs_put("file", "hello");
    fs_symlink("file", "link");
    assert_int_equal(pool__volume_open(fs_rig.pool, fs_rig.handle, true, &at), 0);
    assert_int_equal(pool__fs_open(&fs_rig.sleeper, &at, path, FS_WRITE, &file), POOL_EROFS);
    assert_int_equal(pool__fs_open(&fs_rig.sleeper, &at, path, FS_TRUNCATE, &file), POOL_EROFS);
    assert_int_equal(pool__fs_open(&fs_rig.sleeper, &at, new, FS_CREATE, &file), POOL_EROFS);
    assert_int_equal(pool__fs_make_directory(&fs_rig.sleeper, &at, new), POOL_EROFS);
    assert_int_equal(pool__fs_remove_directory(fs_rig.pool, &at, path), POOL_EROFS);
    assert_int_equal(pool__fs_unlink(fs_rig.pool, &at, path), POOL_EROFS);
    assert_int_equal(pool__fs_link(&fs_rig.sleeper, &fs_rig.root, path, false, &at, new), POOL_EROFS);
    assert_int_equal(pool__fs_rename(&fs_rig.sleeper, &at, path, &fs_rig.root, new), POOL_EROFS);
    assert_int_equal(pool__fs_symlink(&fs_rig.sleeper, path, &at, new), POOL_EROFS);
    assert_int_equal(pool__fs_set_times_at(fs_rig.pool, &at, path, true, 1, 2), POOL_EROFS);
    assert_int_equal(pool__fs_open(&fs_rig.sleeper, &at, path, FS_CREATE, &file), 0);
    assert_int_equal(fs_write(&file, 0, "x", 1), POOL_EROFS);
    assert_int_equal(pool__fs_set_size(&fs_rig.sleeper, &file, 0), POOL_EROFS);
    assert_int_equal(pool__fs_allocate(&fs_rig.sleeper, &file, 0, 9), POOL_EROFS);
    assert_int_equal(pool__fs_set_times(fs_rig.pool, &file, 1, 2), POOL_EROFS);
    uint64_t accessed_ns = fs_stat_of(&file).accessed_ns;
    char got[8];
    fake_port_advance_ms(1);
    assert_int_equal(fs_read(&file, 0, got, 8), 5);
    assert_int_equal(pool__fs_readlink(fs_rig.pool, &at, fs_text("link"), got, 8), 4);
    assert_int_equal(fs_stat_of(&file).accessed_ns, accessed_ns);
    fs_close(&file);
    fs_close(&at);
}

static void times_are_set_as_wished(void **state)
{
    (void)state;
    struct fs_stat stat;
    fs_put("file", "hello");
    fs_symlink("file", "link");
    fake_port_advance_ms(1);
    uint64_t now_ns = fake.now_ns + FAKE_REALTIME_NS;
    assert_int_equal(pool__fs_set_times_at(fs_rig.pool, &fs_rig.root, fs_text("link"), true, 11, UINT64_MAX), 0);
    struct fs_open file = fs_must_open("file", 0);
    assert_int_equal(pool__fs_set_times(fs_rig.pool, &file, UINT64_MAX, 22), 0);
    stat = fs_stat_of(&file);
    fs_close(&file);
    assert_int_equal(stat.accessed_ns, 11);
    assert_int_equal(stat.modified_ns, 22);
    assert_int_equal(stat.changed_ns, now_ns);
    assert_int_equal(pool__fs_set_times_at(fs_rig.pool, &fs_rig.root, fs_text("link"), false, 33, 44), 0);
    assert_int_equal(fs_try_stat("link", false, &stat), 0);
    assert_int_equal(stat.accessed_ns, 33);
    assert_int_equal(fs_try_stat("link", true, &stat), 0);
    assert_int_equal(stat.accessed_ns, 11);
    assert_int_equal(pool__fs_set_times_at(fs_rig.pool, &fs_rig.root, fs_text("none"), true, 1, 2), POOL_ENOENT);
    assert_int_equal(stat.device, fs_rig.root.volume->slot + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fs_rig_setup, fs_rig_teardown)
        TEST(symlink_at_the_end_is_created_through),  TEST(truncating_open_empties_the_file),
        TEST(unlinked_file_lives_until_it_is_closed), TEST(removed_directory_takes_nothing_new),
        TEST(read_only_place_changes_nothing),        TEST(times_are_set_as_wished),
    };
    return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
