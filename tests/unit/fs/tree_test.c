/* fs/tree.c: what is done to volumes by path, as one struct for each call. */
#include "fs/tree.h"

#include "support/fs_rig.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "sync/volumes.h"

static int32_t run(enum file_op op, const char *path, struct file_call call)
{
    call.op = (uint32_t)op;
    call.volume = fs_rig.handle;
    call.path = path;
    call.path_bytes = (uint32_t)strlen(path);
    if (call.other) call.other_bytes = (uint32_t)strlen(call.other);
    return pool__tree_call(&fs_rig.sleeper, &call);
}

#define RUN(op, path, ...) run(op, path, (struct file_call){__VA_ARGS__})

static int32_t write_at(const char *path, uint64_t offset, const char *text)
{
    return RUN(FILE_WRITE, path, .number = offset, .source = text, .data_bytes = (uint32_t)strlen(text));
}

static int32_t replace(const char *path, const char *text)
{
    return RUN(FILE_REPLACE, path, .source = text, .data_bytes = (uint32_t)strlen(text));
}

static void assert_file(const char *path, const char *text)
{
    char data[64] = {0};
    assert_int_equal(RUN(FILE_READ, path, .data = data, .data_bytes = sizeof data), strlen(text));
    assert_string_equal(data, text);
}

static struct pool_stat stat_of(enum file_op op, const char *path)
{
    struct pool_stat stat = {0};
    assert_int_equal(RUN(op, path, .data = &stat, .data_bytes = sizeof stat), 0);
    return stat;
}

static void call_of_no_operation_is_einval(void **state)
{
    (void)state;
    assert_int_equal(RUN(FILE_OPS, "file", 0), POOL_EINVAL);
    assert_int_equal(run((enum file_op)0x7fffffff, "file", (struct file_call){0}), POOL_EINVAL);
}

static void call_on_no_volume_is_ebadf_whatever_it_is(void **state)
{
    (void)state;
    char data[sizeof(struct pool_entry)];
    for (uint32_t op = FILE_RELEASE; op < FILE_OPS; op++) {
        struct file_call call = {.op = op, .volume = fs_rig.handle + 1, .path = "f", .path_bytes = 1};
        call.other = "g", call.other_bytes = 1;
        call.data = data, call.data_bytes = sizeof data;
        assert_int_equal(pool__tree_call(&fs_rig.sleeper, &call), POOL_EBADF);
        call.volume = 0;
        assert_int_equal(pool__tree_call(&fs_rig.sleeper, &call), POOL_EBADF);
    }
}

static void what_is_filled_in_needs_its_room(void **state)
{
    (void)state;
    union {
        struct pool_stat stat;
        struct volume_making making;
        uint64_t number;
    } out;
    memset(&out, 0xee, sizeof out);
    fs_put("file", "x");
    assert_int_equal(RUN(FILE_STAT, "file", .data = &out, .data_bytes = sizeof out.stat - 1), POOL_EINVAL);
    assert_int_equal(RUN(FILE_LSTAT, "file", .data = &out, .data_bytes = sizeof out.stat - 1), POOL_EINVAL);
    assert_int_equal(RUN(FILE_NEXT_DATA, "file", .data = &out, .data_bytes = sizeof out.number - 1), POOL_EINVAL);
    assert_int_equal(RUN(FILE_CREATE, "", .data = &out, .data_bytes = sizeof out.making - 1), POOL_EINVAL);
    for (uint32_t i = 0; i < sizeof out; i++) assert_int_equal(((uint8_t *)&out)[i], 0xee);
}

static void volume_is_made_and_released(void **state)
{
    (void)state;
    struct volume_making making = {.config = {.max_nodes = 2}};
    assert_int_equal(RUN(FILE_CREATE, "", .data = &making, .data_bytes = sizeof making), 0);
    assert_int_not_equal(making.volume, 0);
    struct file_call call = {.op = FILE_MKDIR, .volume = making.volume, .path = "a", .path_bytes = 1};
    assert_int_equal(pool__tree_call(&fs_rig.sleeper, &call), 0);
    call.path = "b";
    assert_int_equal(pool__tree_call(&fs_rig.sleeper, &call), POOL_ENOSPC); /* its own limit holds */
    call.op = FILE_RELEASE;
    assert_int_equal(pool__tree_call(&fs_rig.sleeper, &call), 0);
    assert_int_equal(pool__tree_call(&fs_rig.sleeper, &call), POOL_EBADF);
}

static void volume_of_a_pool_that_closes_is_not_made(void **state)
{
    (void)state;
    struct volume_making making = {.volume = 4711};
    atomic_store(&fs_rig.pool->x_closing, 1);
    assert_int_equal(RUN(FILE_CREATE, "", .data = &making, .data_bytes = sizeof making), POOL_ESHUTDOWN);
    assert_int_equal(making.volume, 4711);
    assert_int_equal(RUN(FILE_MKDIR, "dir", 0), 0); /* those that there are can be read and saved */
    atomic_store(&fs_rig.pool->x_closing, 0);
}

static void write_at_the_beginning_or_the_end_makes_the_file_and_its_parents(void **state)
{
    (void)state;
    assert_int_equal(write_at("a/b/first", 0, "one"), 3);
    assert_file("a/b/first", "one");
    assert_int_equal(write_at("c/second", POOL_APPEND, "two"), 3);
    assert_int_equal(write_at("c/second", POOL_APPEND, "three"), 5);
    assert_file("c/second", "twothree");
    assert_int_equal(write_at("d/third", 1, "x"), POOL_ENOENT);
    assert_int_equal(fs_kind("d"), POOL_ENOENT);
    assert_int_equal(write_at("c/second", 3, "T"), 1);
    assert_file("c/second", "twoThree");
}

static void read_makes_nothing(void **state)
{
    (void)state;
    char data[4];
    assert_int_equal(RUN(FILE_READ, "a/b", .data = data, .data_bytes = 4), POOL_ENOENT);
    assert_int_equal(fs_kind("a"), POOL_ENOENT);
    fs_mkdir("dir");
    assert_int_equal(RUN(FILE_READ, "dir", .data = data, .data_bytes = 4), POOL_EISDIR);
    assert_int_equal(write_at("dir", 0, "x"), POOL_EISDIR);
}

static void replaced_file_has_the_new_bytes_only(void **state)
{
    (void)state;
    assert_int_equal(replace("dir/file", "a long text"), 11);
    assert_int_equal(replace("dir/file", "short"), 5);
    assert_file("dir/file", "short");
    assert_int_equal(replace("dir/file", ""), 0);
    assert_file("dir/file", "");
}

static void replacing_that_fails_leaves_the_old_bytes(void **state)
{
    (void)state;
    static const char much[20000] = {0};
    fs_renew(8192, 0);
    assert_int_equal(replace("file", "old"), 3);
    assert_int_equal(RUN(FILE_REPLACE, "file", .source = much, .data_bytes = sizeof much), POOL_ENOSPC);
    assert_file("file", "old");
}

static void truncating_to_nothing_makes_the_file_and_to_more_does_not(void **state)
{
    (void)state;
    assert_int_equal(RUN(FILE_TRUNCATE, "a/file", .number = 5), POOL_ENOENT);
    assert_int_equal(RUN(FILE_TRUNCATE, "a/file", .number = 0), 0);
    assert_int_equal(RUN(FILE_TRUNCATE, "a/file", .number = 5), 0);
    assert_int_equal(stat_of(FILE_STAT, "a/file").size_bytes, 5);
    assert_int_equal(RUN(FILE_TRUNCATE, "a/file", .number = FILE_MAX_BYTES + 1), POOL_EFBIG);
    assert_int_equal(stat_of(FILE_STAT, "a/file").size_bytes, 5);
}

static void stat_follows_a_symlink_and_lstat_does_not(void **state)
{
    (void)state;
    fs_put("file", "abc");
    assert_int_equal(RUN(FILE_SYMLINK, "links/link", .other = "../file"), 0); /* its parents are made */
    assert_int_equal(stat_of(FILE_STAT, "links/link").kind, POOL_FILE);
    assert_int_equal(stat_of(FILE_STAT, "links/link").size_bytes, 3);
    struct pool_stat stat = stat_of(FILE_LSTAT, "links/link");
    assert_int_equal(stat.kind, POOL_SYMLINK);
    assert_int_equal(stat.size_bytes, 7);
    assert_int_equal(stat.n_links, 1);
    char target[4] = {0};
    assert_int_equal(RUN(FILE_READLINK, "links/link", .data = target, .data_bytes = 3), 7); /* how long it is */
    assert_string_equal(target, "../");
    assert_int_equal(RUN(FILE_SYMLINK, "links/link", .other = "file"), POOL_EEXIST);
}

static void directory_that_is_there_is_made_and_anything_else_is_eexist(void **state)
{
    (void)state;
    assert_int_equal(RUN(FILE_MKDIR, "a/b/c", 0), 0);
    assert_int_equal(RUN(FILE_MKDIR, "a/b", 0), 0);
    assert_int_equal(RUN(FILE_MKDIR, ".", 0), 0);
    fs_put("a/file", "");
    fs_symlink("b", "a/link");
    assert_int_equal(RUN(FILE_MKDIR, "a/file", 0), POOL_EEXIST);
    assert_int_equal(RUN(FILE_MKDIR, "a/file/dir", 0), POOL_ENOTDIR);
    assert_int_equal(RUN(FILE_MKDIR, "a/link", 0), 0); /* it leads to one */
}

static int32_t list(const char *path, uint64_t cookie, struct pool_entry *entries, uint32_t n)
{
    return RUN(FILE_LIST, path, .number = cookie, .data = entries, .data_bytes = n * (uint32_t)sizeof *entries);
}

static void list_leaves_the_dots_out_and_goes_on_where_there_was_no_room(void **state)
{
    (void)state;
    struct pool_entry entries[4];
    fs_put("dir.", "");
    fs_mkdir("dir");
    fs_put("dir/..x", "abc");
    fs_put("dir/y", "");
    fs_put("dir/.z", "");
    assert_int_equal(list("dir", 0, entries, 2), 2);
    assert_string_equal(entries[0].name, "..x");
    assert_int_equal(entries[0].name_bytes, 3);
    assert_int_equal(entries[0].stat.size_bytes, 3);
    assert_string_equal(entries[1].name, "y");
    assert_int_equal(list("dir", entries[1].cookie, entries, 4), 1);
    assert_string_equal(entries[0].name, ".z");
    assert_int_equal(list("dir", entries[0].cookie, entries, 4), 0);
    assert_int_equal(list("dir", 0, entries, 0), 0);
    assert_int_equal(list("dir.", 0, entries, 4), POOL_ENOTDIR);
    assert_int_equal(list("nothing", 0, entries, 4), POOL_ENOENT);
}

static void next_data_is_where_bytes_are_or_the_end(void **state)
{
    (void)state;
    uint64_t found = 0;
    fs_put("file", "x");
    assert_int_equal(write_at("file", 5 * PAGE_BYTES + 3, "y"), 1);
    assert_int_equal(RUN(FILE_NEXT_DATA, "file", .number = 0, .data = &found, .data_bytes = sizeof found), 0);
    assert_int_equal(found, 0);
    assert_int_equal(RUN(FILE_NEXT_DATA, "file", .number = PAGE_BYTES, .data = &found, .data_bytes = sizeof found), 0);
    assert_int_equal(found, 5 * PAGE_BYTES);
    assert_int_equal(RUN(FILE_NEXT_DATA, "file", .number = UINT64_MAX, .data = &found, .data_bytes = sizeof found), 0);
    assert_int_equal(found, 5 * PAGE_BYTES + 4);
}

static void rename_moves_by_path(void **state)
{
    (void)state;
    fs_mkdir("dir");
    fs_put("file", "abc");
    assert_int_equal(RUN(FILE_RENAME, "file", .other = "dir/other"), 0);
    assert_file("dir/other", "abc");
    assert_int_equal(RUN(FILE_RENAME, "file", .other = "dir/other"), POOL_ENOENT);
    assert_int_equal(RUN(FILE_RENAME, "dir", .other = "dir/dir"), POOL_EINVAL);
}

static void link_is_one_more_name(void **state)
{
    (void)state;
    fs_mkdir("dir");
    fs_put("file", "abc");
    assert_int_equal(RUN(FILE_LINK, "file", .other = "dir/other"), 0);
    assert_int_equal(stat_of(FILE_STAT, "file").inode, stat_of(FILE_STAT, "dir/other").inode);
    assert_int_equal(stat_of(FILE_STAT, "file").n_links, 2);
    assert_int_equal(RUN(FILE_LINK, "file", .other = "dir/other"), POOL_EEXIST);
    assert_int_equal(RUN(FILE_LINK, "dir", .other = "more"), POOL_EPERM);
    assert_int_equal(RUN(FILE_LINK, "nothing", .other = "more"), POOL_ENOENT);
    assert_int_equal(RUN(FILE_SYMLINK, "symlink", .other = "file"), 0);
    assert_int_equal(RUN(FILE_LINK, "symlink", .other = "same"), 0); /* the symlink itself */
    assert_int_equal(stat_of(FILE_LSTAT, "same").inode, stat_of(FILE_LSTAT, "symlink").inode);
}

static void times_are_set_of_what_is_there_itself(void **state)
{
    (void)state;
    struct pool_stat times = {.accessed_ns = 1234567890123456789u, .modified_ns = 987654321012345678u, .inode = 5};
    fs_put("file", "abc");
    fs_mkdir("dir");
    assert_int_equal(RUN(FILE_SYMLINK, "symlink", .other = "file"), 0);
    uint64_t before = stat_of(FILE_STAT, "file").modified_ns;
    static const char *const paths[] = {"symlink", "dir", "."};
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(RUN(FILE_SET_TIMES, paths[i], .source = &times, .data_bytes = sizeof times), 0);
        assert_int_equal(stat_of(FILE_LSTAT, paths[i]).accessed_ns, times.accessed_ns);
        assert_int_equal(stat_of(FILE_LSTAT, paths[i]).modified_ns, times.modified_ns);
        assert_int_not_equal(stat_of(FILE_LSTAT, paths[i]).inode, 5);
    }
    assert_int_equal(stat_of(FILE_STAT, "file").modified_ns, before);
    assert_int_equal(RUN(FILE_SET_TIMES, "file", .source = &times, .data_bytes = sizeof times - 1), POOL_EINVAL);
    assert_int_equal(RUN(FILE_SET_TIMES, "file", .data = &times, .data_bytes = sizeof times), POOL_EINVAL);
    assert_int_equal(RUN(FILE_SET_TIMES, "nothing", .source = &times, .data_bytes = sizeof times), POOL_ENOENT);
}

static void make_tree(void)
{
    fs_mkdir("tree");
    fs_mkdir("tree/a");
    fs_put("tree/a/file", "abc");
}

/* The client's thread may not take the time that freeing takes: the coordinator does it. */
static void what_the_client_removes_is_gone_at_once_and_freed_by_the_coordinator(void **state)
{
    (void)state;
    make_tree();
    uint64_t n_nodes = fs_rig.root.volume->n_nodes;
    assert_int_equal(RUN(FILE_REMOVE, "tree", 0), 0);
    assert_int_equal(fs_kind("tree"), POOL_ENOENT);
    assert_int_equal(fs_rig.root.volume->n_nodes, n_nodes);
    assert_int_equal(atomic_load(&fs_rig.pool->x_unswept), 1);
    while (pool__volumes_sweep(fs_rig.pool) == 1) continue;
    assert_int_equal(fs_rig.root.volume->n_nodes, n_nodes - 3);
}

static void who_may_take_its_time_frees_what_it_removes(void **state)
{
    (void)state;
    make_tree();
    uint64_t n_nodes = fs_rig.root.volume->n_nodes;
    fs_rig.sleeper.waiter = WAITER_WORKER_0 + 1;
    assert_int_equal(RUN(FILE_REMOVE, "tree", 0), 0);
    fs_rig.sleeper.waiter = WAITER_CLIENT;
    assert_int_equal(fs_rig.root.volume->n_nodes, n_nodes - 3);
    assert_int_equal(RUN(FILE_REMOVE, "tree", 0), POOL_ENOENT);
}

static void nothing_is_left_open_whatever_came_of_a_call(void **state)
{
    (void)state;
    char data[sizeof(struct pool_entry)];
    uint32_t users = atomic_load(&fs_rig.root.volume->x_users);
    static const char *const paths[] = {"file", "dir", "none", "file/x", "", "..", "/"};
    fs_put("file", "abc");
    fs_mkdir("dir");
    for (uint32_t op = FILE_STAT; op < FILE_OPS; op++) {
        for (uint32_t i = 0; i < COUNT_OF(paths); i++) {
            run((enum file_op)op, paths[i],
                (struct file_call){.other = "dir/x", .data = data, .data_bytes = sizeof data});
            assert_int_equal(atomic_load(&fs_rig.root.volume->x_users), users);
        }
    }
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, fs_rig_setup, fs_rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(call_of_no_operation_is_einval),
        CASE(call_on_no_volume_is_ebadf_whatever_it_is),
        CASE(what_is_filled_in_needs_its_room),
        CASE(volume_is_made_and_released),
        CASE(volume_of_a_pool_that_closes_is_not_made),
        CASE(write_at_the_beginning_or_the_end_makes_the_file_and_its_parents),
        CASE(read_makes_nothing),
        CASE(replaced_file_has_the_new_bytes_only),
        CASE(replacing_that_fails_leaves_the_old_bytes),
        CASE(truncating_to_nothing_makes_the_file_and_to_more_does_not),
        CASE(stat_follows_a_symlink_and_lstat_does_not),
        CASE(directory_that_is_there_is_made_and_anything_else_is_eexist),
        CASE(list_leaves_the_dots_out_and_goes_on_where_there_was_no_room),
        CASE(next_data_is_where_bytes_are_or_the_end),
        CASE(rename_moves_by_path),
        CASE(link_is_one_more_name),
        CASE(times_are_set_of_what_is_there_itself),
        CASE(what_the_client_removes_is_gone_at_once_and_freed_by_the_coordinator),
        CASE(who_may_take_its_time_frees_what_it_removes),
        CASE(nothing_is_left_open_whatever_came_of_a_call),
    };
    return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
