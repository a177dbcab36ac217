/* fs/walk.c: where paths lead. */
#include <stdio.h>

#include "support/fs_rig.h"
#include "support/prelude.h"

static const struct {
    const char *path;
    uint32_t flags;
    int status;
} opens[] = {
    {"file", 0, 0},
    {"dir/file", FS_WRITE, 0},
    {"./dir/.//inner/../file", 0, 0},
    {"dir", 0, 0},
    {"dir/", FS_DIRECTORY, 0},
    {".", FS_DIRECTORY, 0},
    {"dir/..", FS_DIRECTORY, 0},
    {"dir/inner/../../file", 0, 0},
    {"", 0, POOL_ENOENT},
    {"none", 0, POOL_ENOENT},
    {"none/file", FS_CREATE, POOL_ENOENT},
    {"none/../file", 0, POOL_ENOENT},
    {"/file", 0, POOL_EPERM},
    {"..", 0, POOL_EPERM},
    {"../x", 0, POOL_EPERM},
    {"dir/../../file", 0, POOL_EPERM},
    {"file/", 0, POOL_ENOTDIR},
    {"file/x", 0, POOL_ENOTDIR},
    {"file/..", 0, POOL_ENOTDIR},
    {"file", FS_DIRECTORY, POOL_ENOTDIR},
    {"dir", FS_WRITE, POOL_EISDIR},
    {"dir", FS_TRUNCATE, POOL_EISDIR},
    {"dir", FS_CREATE, POOL_EISDIR},
    {"dir", FS_CREATE | FS_DIRECTORY, POOL_EINVAL},
    {"new/", FS_CREATE, POOL_EISDIR},
    {"file", FS_CREATE | FS_EXCLUSIVE, POOL_EEXIST},
    {"dangling", FS_CREATE | FS_EXCLUSIVE | FS_FOLLOW, POOL_EEXIST},
    {"file", FS_EXCLUSIVE, 0}, /* means nothing without FS_CREATE */
    {"link", 0, POOL_ELOOP},
    {"link", FS_FOLLOW, 0},
    {"link", FS_DIRECTORY, POOL_ENOTDIR},
    {"link/", 0, POOL_ENOTDIR},
    {"dirlink", FS_FOLLOW | FS_DIRECTORY, 0},
    {"dirlink/", 0, 0},
    {"dirlink2/", 0, 0},
    {"dirlink2/file", 0, 0},
    {"dir/up", FS_FOLLOW, 0},
    {"outside", FS_FOLLOW, POOL_EPERM},
    {"outside/x", 0, POOL_EPERM},
    {"dangling", FS_FOLLOW, POOL_ENOENT},
    {"loop", FS_FOLLOW, POOL_ELOOP},
    {"loop/x", 0, POOL_ELOOP},
    {"loop", 0, POOL_ELOOP},
};

static void make_tree(void)
{
    fs_put("file", "hello");
    fs_mkdir("dir");
    fs_mkdir("dir/inner/");
    fs_put("dir/file", "in a directory");
    fs_symlink("file", "link");
    fs_symlink("dir", "dirlink");
    fs_symlink("./dirlink", "dirlink2");
    fs_symlink("../file", "dir/up");
    fs_symlink("dir/../../x", "outside");
    fs_symlink("nowhere", "dangling");
    fs_symlink("loop", "loop");
}

static void every_path_leads_where_it_should_and_no_further(void **state)
{
    (void)state;
    make_tree();
    for (uint32_t i = 0; i < COUNT_OF(opens); i++) {
        ROUND("%s, flags %u", opens[i].path, opens[i].flags);
        assert_int_equal(fs_try_open(opens[i].path, opens[i].flags), opens[i].status);
    }
}

static void places_below_the_root_are_not_left_either(void **state)
{
    (void)state;
    struct fs_stat stat;
    make_tree();
    struct fs_open dir = fs_must_open("dir", FS_DIRECTORY);
    assert_int_equal(pool__fs_stat_at(fs_rig.pool, &dir, fs_text("file"), true, &stat), 0);
    assert_int_equal(stat.size, 14);
    assert_int_equal(pool__fs_stat_at(fs_rig.pool, &dir, fs_text("../file"), true, &stat), POOL_EPERM);
    assert_int_equal(pool__fs_stat_at(fs_rig.pool, &dir, fs_text("inner/../../file"), true, &stat), POOL_EPERM);
    assert_int_equal(pool__fs_stat_at(fs_rig.pool, &dir, fs_text("up"), true, &stat), POOL_EPERM);
    assert_int_equal(pool__fs_stat_at(fs_rig.pool, &dir, fs_text("up"), false, &stat), 0);
    assert_int_equal(stat.kind, NODE_SYMLINK);
    assert_int_equal(stat.size, 7);
    fs_close(&dir);
    struct fs_open file = fs_must_open("file", 0);
    assert_int_equal(pool__fs_stat_at(fs_rig.pool, &file, fs_text("."), true, &stat), POOL_ENOTDIR);
    fs_close(&file);
}

static void long_names_and_paths_and_nuls_are_refused(void **state)
{
    (void)state;
    static char text[PATH_MAX_BYTES + 2];
    memset(text, 'n', NAME_MAX_BYTES);
    fs_put(text, "x");
    assert_int_equal(fs_kind(text), NODE_FILE);
    text[NAME_MAX_BYTES] = 'n';
    assert_int_equal(fs_try_open(text, FS_CREATE), POOL_ENAMETOOLONG);
    for (uint32_t i = 0; i < PATH_MAX_BYTES; i++) text[i] = i % 2 ? '/' : '.';
    assert_int_equal(fs_try_open(text, 0), 0);
    text[PATH_MAX_BYTES] = '.';
    assert_int_equal(fs_try_open(text, 0), POOL_ENAMETOOLONG);
    struct fs_stat stat;
    struct fs_path path = {"a\0b", 3};
    assert_int_equal(pool__fs_stat_at(fs_rig.pool, &fs_rig.root, path, true, &stat), POOL_EINVAL);
    assert_int_equal(pool__fs_make_directory(&fs_rig.sleeper, &fs_rig.root, path), POOL_EINVAL);
}

static void forty_symlinks_are_followed_and_no_more(void **state)
{
    (void)state;
    char name[16], target[16] = "file";
    fs_put("file", "x");
    for (uint32_t i = 1; i <= SYMLINKS_MAX + 1; i++) {
        snprintf(name, sizeof name, "l%u", i);
        fs_symlink(target, name);
        memcpy(target, name, sizeof name);
    }
    assert_int_equal(fs_try_open("l40", FS_FOLLOW), 0);
    assert_int_equal(fs_try_open("l41", FS_FOLLOW), POOL_ELOOP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fs_rig_setup, fs_rig_teardown)
        TEST(every_path_leads_where_it_should_and_no_further),
        TEST(places_below_the_root_are_not_left_either),
        TEST(long_names_and_paths_and_nuls_are_refused),
        TEST(forty_symlinks_are_followed_and_no_more),
    };
    return cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}
