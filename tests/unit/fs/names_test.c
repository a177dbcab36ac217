/* c/fs/names.c: directories made, changed and listed. */
#include <stdio.h>

#include "fs/node.h"
#include "support/fake_port.h"
#include "support/fs_rig.h"
#include "support/prelude.h"
#include "support/property.h"

static int mkdir_at(const char *path)
{
    return pool__fs_make_directory(&fs_rig.sleeper, &fs_rig.root, fs_text(path));
}

static int symlink_at(const char *target, const char *path)
{
    return pool__fs_symlink(&fs_rig.sleeper, fs_text(target), &fs_rig.root, fs_text(path));
}

static int link_at(const char *path, bool follow, const char *to)
{
    return pool__fs_link(&fs_rig.sleeper, &fs_rig.root, fs_text(path), follow, &fs_rig.root, fs_text(to));
}

static struct fs_stat stat_at(const char *path)
{
    struct fs_stat stat;
    assert_int_equal(fs_try_stat(path, false, &stat), 0);
    return stat;
}

static void make_tree(void)
{
    fs_put("file", "hello");
    fs_put("other", "x");
    fs_mkdir("dir");
    fs_mkdir("dir/inner");
    fs_mkdir("empty");
    fs_symlink("dir", "dirlink");
    fs_symlink("file", "link");
}

static void directories_are_made_once(void **state)
{
    (void)state;
    make_tree();
    assert_int_equal(mkdir_at("dir"), POOL_EEXIST);
    assert_int_equal(mkdir_at("file"), POOL_EEXIST);
    assert_int_equal(mkdir_at("dirlink"), POOL_EEXIST);
    assert_int_equal(mkdir_at("."), POOL_EEXIST);
    assert_int_equal(mkdir_at("dir/.."), POOL_EEXIST);
    assert_int_equal(mkdir_at(".."), POOL_EPERM);
    assert_int_equal(mkdir_at("/x"), POOL_EPERM);
    assert_int_equal(mkdir_at(""), POOL_ENOENT);
    assert_int_equal(mkdir_at("none/x"), POOL_ENOENT);
    assert_int_equal(mkdir_at("file/x"), POOL_ENOTDIR);
    assert_int_equal(mkdir_at("dirlink/new/"), 0);
    assert_int_equal(fs_kind("dir/new"), NODE_DIRECTORY);
    assert_int_equal(stat_at("dir").n_links, 3);
    assert_int_equal(stat_at("dir").size, 0);
}

static void directories_are_removed_when_they_are_empty(void **state)
{
    (void)state;
    make_tree();
    assert_int_equal(fs_rmdir("dir"), POOL_ENOTEMPTY);
    assert_int_equal(fs_rmdir("file"), POOL_ENOTDIR);
    assert_int_equal(fs_rmdir("dirlink"), POOL_ENOTDIR);
    assert_int_equal(fs_rmdir("dirlink/"), POOL_ENOTDIR);
    assert_int_equal(fs_rmdir("none"), POOL_ENOENT);
    assert_int_equal(fs_rmdir("."), POOL_EINVAL);
    assert_int_equal(fs_rmdir("dir/."), POOL_EINVAL);
    assert_int_equal(fs_rmdir("dir/.."), POOL_ENOTEMPTY);
    assert_int_equal(fs_rmdir("dir/inner/"), 0);
    assert_int_equal(fs_rmdir("dir"), 0);
    assert_int_equal(fs_kind("dir"), POOL_ENOENT);
    assert_int_equal(stat_at(".").n_links, 2);
}

static void names_are_unlinked(void **state)
{
    (void)state;
    make_tree();
    assert_int_equal(fs_unlink("none"), POOL_ENOENT);
    assert_int_equal(fs_unlink("dir"), POOL_EISDIR);
    assert_int_equal(fs_unlink("dir/"), POOL_EISDIR);
    assert_int_equal(fs_unlink("."), POOL_EISDIR);
    assert_int_equal(fs_unlink("file/"), POOL_ENOTDIR);
    assert_int_equal(fs_unlink("dirlink/"), POOL_ENOTDIR);
    assert_int_equal(fs_unlink("link"), 0);
    assert_int_equal(fs_kind("file"), NODE_FILE);
    assert_int_equal(fs_unlink("file"), 0);
    assert_int_equal(fs_kind("file"), POOL_ENOENT);
}

static void files_get_further_names(void **state)
{
    (void)state;
    make_tree();
    assert_int_equal(link_at("file", false, "dir/twin"), 0);
    assert_int_equal(stat_at("dir/twin").inode, stat_at("file").inode);
    assert_int_equal(stat_at("file").n_links, 2);
    assert_int_equal(fs_unlink("file"), 0);
    assert_int_equal(stat_at("dir/twin").n_links, 1);
    assert_int_equal(stat_at("dir/twin").size, 5);
    assert_int_equal(link_at("link", false, "link2"), 0);
    assert_int_equal(fs_kind("link2"), NODE_SYMLINK);
    assert_int_equal(link_at("link", true, "x"), POOL_ENOENT);
    assert_int_equal(link_at("dir", false, "x"), POOL_EPERM);
    assert_int_equal(link_at("dirlink", true, "x"), POOL_EPERM);
    assert_int_equal(link_at("none", false, "x"), POOL_ENOENT);
    assert_int_equal(link_at("other", false, "dir"), POOL_EEXIST);
    assert_int_equal(link_at("other", false, "x/"), POOL_ENOENT);
    assert_int_equal(link_at("other/", false, "x"), POOL_ENOTDIR);
    struct fs_open other = fs_must_open("other", 0);
    struct node *node = pool__node(fs_rig.pool, other.node);
    node->n_links = LINKS_MAX;
    assert_int_equal(link_at("other", false, "x"), POOL_EMLINK);
    node->n_links = 1;
    fs_close(&other);
}

static void symlinks_keep_their_target(void **state)
{
    (void)state;
    char got[8] = {0};
    make_tree();
    assert_int_equal(pool__fs_readlink(fs_rig.pool, &fs_rig.root, fs_text("link"), got, 2), 4);
    assert_memory_equal(got, "fi\0", 3);
    assert_int_equal(pool__fs_readlink(fs_rig.pool, &fs_rig.root, fs_text("link"), got, 8), 4);
    assert_string_equal(got, "file");
    assert_int_equal(pool__fs_readlink(fs_rig.pool, &fs_rig.root, fs_text("file"), got, 8), POOL_EINVAL);
    assert_int_equal(pool__fs_readlink(fs_rig.pool, &fs_rig.root, fs_text("dirlink/"), got, 8), POOL_EINVAL);
    assert_int_equal(pool__fs_readlink(fs_rig.pool, &fs_rig.root, fs_text("none"), got, 8), POOL_ENOENT);
    assert_int_equal(symlink_at("x", "file"), POOL_EEXIST);
    assert_int_equal(symlink_at("x", "new/"), POOL_ENOENT);
    assert_int_equal(symlink_at("", "new"), POOL_ENOENT);
    assert_int_equal(symlink_at("/x", "new"), POOL_EPERM);
    static char text[PATH_MAX_BYTES + 2];
    memset(text, 'x', PATH_MAX_BYTES + 1);
    assert_int_equal(symlink_at(text, "new"), POOL_ENAMETOOLONG);
    text[PATH_MAX_BYTES] = 0;
    fs_symlink(text, "new");
    assert_int_equal(stat_at("new").size, PATH_MAX_BYTES);
}

static const struct {
    const char *from, *to;
    int status;
} renames[] = {
    {"none", "x", POOL_ENOENT},
    {"file", "none/x", POOL_ENOENT},
    {"file", "dir", POOL_EISDIR},
    {"dir", "file", POOL_ENOTDIR},
    {"dir", "link", POOL_ENOTDIR},
    {"empty", "dir", POOL_ENOTEMPTY},
    {"dir", "dir/x", POOL_EINVAL},
    {"dir", "dir/inner/x", POOL_EINVAL},
    {"dir", "dirlink/x", POOL_EINVAL},
    {"dir/inner", "dir", POOL_ENOTEMPTY},
    {"dir/.", "x", POOL_EINVAL},
    {"file", "dir/..", POOL_EINVAL},
    {"file", "../x", POOL_EPERM},
    {"/file", "x", POOL_EPERM},
    {"file", "x/", POOL_ENOTDIR},
    {"file/", "x", POOL_ENOTDIR},
    {"dirlink/", "x", POOL_ENOTDIR},
    {"file", "file", 0},
    {"dir", "dir/", 0},
    {"file", "./dir/../file", 0},
};

static void renames_that_change_nothing(void **state)
{
    (void)state;
    make_tree();
    for (uint32_t i = 0; i < COUNT_OF(renames); i++) {
        ROUND("%s to %s", renames[i].from, renames[i].to);
        assert_int_equal(fs_rename(renames[i].from, renames[i].to), renames[i].status);
    }
    assert_int_equal(fs_rig.root.volume->n_nodes, 8);
    assert_int_equal(link_at("file", false, "twin"), 0);
    assert_int_equal(fs_rename("file", "twin"), 0); /* the same file: both names stay */
    assert_int_equal(stat_at("file").n_links, 2);
}

static void renames_move_and_replace(void **state)
{
    (void)state;
    make_tree();
    uint64_t inode = stat_at("file").inode;
    assert_int_equal(fs_rename("file", "dir/moved"), 0);
    assert_int_equal(fs_kind("file"), POOL_ENOENT);
    assert_int_equal(stat_at("dir/moved").inode, inode);
    assert_int_equal(fs_rename("dir/moved", "other"), 0);
    assert_int_equal(stat_at("other").inode, inode);
    assert_int_equal(fs_rename("link", "other"), 0);
    assert_int_equal(fs_kind("other"), NODE_SYMLINK);
    assert_int_equal(fs_rename("dir", "empty/"), 0);
    assert_int_equal(fs_kind("empty/inner"), NODE_DIRECTORY);
    fs_mkdir("dir");
    assert_int_equal(fs_rename("empty/inner", "dir/inner2"), 0);
    assert_int_equal(stat_at("empty").n_links, 1);
    assert_int_equal(stat_at("dir").n_links, 2);
    assert_int_equal(stat_at("dir/inner2/..").inode, stat_at("dir").inode);
    assert_int_equal(stat_at(".").n_links, 3);
    fs_mkdir("alone");
    fs_put("alone/only", "x");
    assert_int_equal(fs_rename("alone/only", "alone/renamed"), 0);
    assert_int_equal(fs_kind("alone/renamed"), NODE_FILE);
}

static void volumes_are_not_mixed(void **state)
{
    (void)state;
    pool_volume_t handle;
    struct fs_open other;
    fs_put("file", "x");
    assert_int_equal(pool__volume_make(&fs_rig.sleeper, 0, 0, &handle), 0);
    assert_int_equal(pool__volume_open(fs_rig.pool, handle, false, &other), 0);
    struct fs_path path = fs_text("file");
    assert_int_equal(pool__fs_rename(&fs_rig.sleeper, &fs_rig.root, path, &other, path), POOL_EXDEV);
    assert_int_equal(pool__fs_link(&fs_rig.sleeper, &fs_rig.root, path, true, &other, path), POOL_EXDEV);
    fs_close(&other);
    assert_int_equal(pool__volume_drop(fs_rig.pool, handle), 0);
}

static void changes_show_in_the_times(void **state)
{
    (void)state;
    fs_mkdir("dir");
    for (uint32_t i = 0; i < 5; i++) {
        fake_port_advance_ms(1);
        uint64_t now_ns = fake.now_ns + FAKE_REALTIME_NS;
        if (i == 0) fs_put("dir/a", "x");
        if (i == 1) fs_rename("dir/a", "dir/b");
        if (i == 2) link_at("dir/b", false, "dir/c");
        if (i == 3) fs_unlink("dir/b");
        if (i == 4) fs_symlink("x", "dir/d");
        assert_int_equal(stat_at("dir").modified_ns, now_ns);
        assert_int_equal(stat_at("dir").changed_ns, now_ns);
        if (i > 0 && i < 4) assert_int_equal(stat_at(i == 1 ? "dir/b" : "dir/c").changed_ns, now_ns);
    }
}

/* `.` and `..` come first; then, while others come and go, every name that stays comes once. */
static void listing_survives_changes(void **state)
{
    (void)state;
    struct fs_entry entry = {0};
    char name[16];
    uint32_t seen = 0;
    fs_mkdir("dir");
    struct fs_open dir = fs_must_open("dir", FS_DIRECTORY);
    for (uint32_t i = 0; i < 200; i++) {
        snprintf(name, sizeof name, "dir/%u", i);
        fs_put(name, "");
    }
    assert_int_equal(pool__fs_next_entry(fs_rig.pool, &dir, 0, &entry), 1);
    assert_string_equal(entry.name, ".");
    assert_int_equal(entry.stat.inode, stat_at("dir").inode);
    assert_int_equal(pool__fs_next_entry(fs_rig.pool, &dir, entry.cookie, &entry), 1);
    assert_string_equal(entry.name, "..");
    assert_int_equal(entry.stat.inode, stat_at(".").inode);
    while (pool__fs_next_entry(fs_rig.pool, &dir, entry.cookie, &entry) > 0) {
        assert_int_equal(entry.stat.kind, NODE_FILE);
        assert_int_equal(entry.name_bytes, strlen(entry.name));
        snprintf(name, sizeof name, "%u", seen);
        assert_string_equal(entry.name, name);
        snprintf(name, sizeof name, "dir/%u", seen);
        if (seen++ % 2) assert_int_equal(fs_unlink(name), 0);
    }
    assert_int_equal(seen, 200);
    fs_close(&dir);
    struct fs_open file = fs_must_open("dir/0", 0);
    assert_int_equal(pool__fs_next_entry(fs_rig.pool, &file, 0, &entry), POOL_ENOTDIR);
    fs_close(&file);
}

/* A model of some directories of some names each: what is there, and which file it is. */
#define NAMES 12u
#define FILES 12u
static uint64_t model[FILES][NAMES]; /* inode; 0: nothing */

static void name_of(uint32_t dir, uint32_t name, char *out)
{
    snprintf(out, 32, "d%u/name-of-some-length-%u", dir, name);
}

static void change_model(struct property *random)
{
    char a[48], b[48];
    uint32_t d = property_below(random, FILES), n = property_below(random, NAMES);
    uint32_t e = property_below(random, FILES), m = property_below(random, NAMES);
    name_of(d, n, a);
    name_of(e, m, b);
    uint64_t *from = &model[d][n], *to = &model[e][m];
    switch (property_below(random, 4)) {
    case 0:
        assert_int_equal(fs_try_open(a, FS_CREATE | FS_EXCLUSIVE), *from ? POOL_EEXIST : 0);
        if (!*from) *from = stat_at(a).inode;
        break;
    case 1:
        assert_int_equal(fs_unlink(a), *from ? 0 : POOL_ENOENT);
        *from = 0;
        break;
    case 2:
        assert_int_equal(fs_rename(a, b), *from ? 0 : POOL_ENOENT);
        if (!*from || *from == *to) break;
        *to = *from;
        *from = 0;
        break;
    default:
        assert_int_equal(link_at(a, false, b), !*from ? POOL_ENOENT : *to ? POOL_EEXIST : 0);
        if (*from && !*to) *to = *from;
    }
}

static void check_model(void)
{
    char name[48];
    for (uint32_t d = 0; d < FILES; d++) {
        for (uint32_t n = 0; n < NAMES; n++) {
            struct fs_stat stat;
            name_of(d, n, name);
            assert_int_equal(fs_try_stat(name, false, &stat), model[d][n] ? 0 : POOL_ENOENT);
            if (model[d][n]) assert_int_equal(stat.inode, model[d][n]);
        }
    }
}

static void names_follow_a_simple_model(void **state)
{
    (void)state;
    char name[48];
    struct property random = property_begin("names_follow_a_simple_model");
    memset(model, 0, sizeof model);
    for (uint32_t d = 0; d < FILES; d++) {
        snprintf(name, sizeof name, "d%u", d);
        fs_mkdir(name);
    }
    for (uint32_t i = 0; i < 20000; i++) {
        change_model(&random);
        if (i % 100 == 0) check_model();
    }
    check_model();
}

/* One walk makes what is missing on the way, also behind a symlink that led nowhere. */
static void directories_on_the_way_are_made_where_that_is_wanted(void **state)
{
    (void)state;
    struct fs_open root = fs_rig.root, file;
    assert_int_equal(pool__fs_make_directory(&fs_rig.sleeper, &root, fs_text("a/b")), POOL_ENOENT);
    root.makes = true;
    assert_int_equal(pool__fs_make_directory(&fs_rig.sleeper, &root, fs_text("a/b/../c/d")), 0);
    assert_int_equal(fs_kind("a/b"), NODE_DIRECTORY);
    assert_int_equal(fs_kind("a/c/d"), NODE_DIRECTORY);
    fs_symlink("to/here", "link");
    assert_int_equal(pool__fs_open(&fs_rig.sleeper, &root, fs_text("link/f"), FS_CREATE | FS_FOLLOW, &file), 0);
    assert_false(file.makes);
    fs_close(&file);
    assert_int_equal(fs_kind("to/here/f"), NODE_FILE);
    assert_int_equal(pool__fs_symlink(&fs_rig.sleeper, fs_text("x"), &root, fs_text("e/f/g")), 0);
    assert_int_equal(fs_kind("e/f/g"), NODE_SYMLINK);
    assert_int_equal(pool__fs_make_directory(&fs_rig.sleeper, &root, fs_text("to/here/f/below")), POOL_ENOTDIR);
    assert_int_equal(pool__fs_make_directory(&fs_rig.sleeper, &root, fs_text("new/../../out")), POOL_EPERM);
}

/* Who knows the names does not know where they are. */
static void names_are_hashed_under_the_pools_key(void **state)
{
    (void)state;
    struct node *root = pool__node(fs_rig.pool, fs_rig.root.node);
    fs_put("name", "x");
    uint32_t hash = pool__entry_find(fs_rig.pool, root, fs_text("name"))->hash;
    assert_int_equal(hash, (uint32_t)pool__siphash(&fs_rig.pool->names_key, (const uint8_t *)"name", 4));
    assert_int_equal(fs_unlink("name"), 0);
    fs_rig.pool->names_key.words[0]++;
    fs_put("name", "x");
    assert_int_not_equal(pool__entry_find(fs_rig.pool, root, fs_text("name"))->hash, hash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fs_rig_setup, fs_rig_teardown)
        TEST(directories_are_made_once),
        TEST(directories_are_removed_when_they_are_empty),
        TEST(names_are_unlinked),
        TEST(files_get_further_names),
        TEST(symlinks_keep_their_target),
        TEST(renames_that_change_nothing),
        TEST(renames_move_and_replace),
        TEST(volumes_are_not_mixed),
        TEST(changes_show_in_the_times),
        TEST(listing_survives_changes),
        TEST(directories_on_the_way_are_made_where_that_is_wanted),
        TEST(names_are_hashed_under_the_pools_key),
        TEST(names_follow_a_simple_model),
    };
    return cmocka_run_group_tests_name("fs_names", tests, NULL, NULL);
}
