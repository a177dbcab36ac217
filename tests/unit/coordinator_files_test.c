/* The coordinator's files: volumes filled and read without ever sleeping for memory. */
#include "coordinator/files.h"

#include <stdlib.h>

#include "fs/fs.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/test_pool.h"

#define KIB 1024u
#define MIB (1024u * KIB)

/* A text and its size, as the functions take them. */
#define TEXT(text) (text), (uint32_t)strlen(text)

static struct pool *pool;
static uint32_t volume;

static uint32_t make_volume(double max_bytes, double max_nodes)
{
    uint32_t made = 0;
    assert_int_equal(files_make(pool, max_bytes, max_nodes, &made), 0);
    assert_int_not_equal(made, 0);
    return made;
}

static int setup(void **state)
{
    if (test_pool_setup(state)) return -1;
    pool = *state;
    volume = make_volume(0, 0);
    return 0;
}

/* Nothing of a volume is left when it was dropped. */
static int teardown(void **state)
{
    assert_int_equal(files_drop(pool, volume), 0);
    assert_pool_is_empty(pool);
    return test_pool_teardown(state);
}

static void put(const char *path, const char *text)
{
    assert_int_equal(files_begin(pool, volume, TEXT(path)), 0);
    assert_int_equal(files_write(pool, volume, TEXT(path), 0, (uint8_t *)(uintptr_t)text, (uint32_t)strlen(text)), 0);
}

static void assert_file(const char *path, const char *text)
{
    char data[256] = {0};
    assert_int_equal(files_read(pool, volume, TEXT(path), 0, (uint8_t *)data, sizeof data), strlen(text));
    assert_string_equal(data, text);
}

static int status_of(const char *path)
{
    struct files_stat stat;
    return files_stat(pool, volume, TEXT(path), false, &stat);
}

static uint32_t kind_of(const char *path)
{
    struct files_stat stat = {0};
    assert_int_equal(files_stat(pool, volume, TEXT(path), false, &stat), 0);
    return stat.kind;
}

static void memory_grows_keeps_what_was_in_it_and_is_given_back(void **state)
{
    (void)state;
    uint8_t *memory = files_memory(NULL, 4);
    memcpy(memory, "abc", 4);
    memory = files_memory(memory, MIB);
    assert_string_equal((char *)memory, "abc");
    assert_null(files_memory(memory, 0));
}

static void file_is_made_with_its_parents_and_replaced(void **state)
{
    (void)state;
    put("a/b/c.txt", "the first");
    assert_int_equal(kind_of("a/b"), NODE_DIRECTORY);
    assert_file("a/b/c.txt", "the first");
    put("a/b/c.txt", "2nd");
    assert_file("a/b/c.txt", "2nd");
    put("empty", "");
    assert_file("empty", "");
}

static void file_is_read_and_written_in_pieces(void **state)
{
    (void)state;
    char piece[4] = {0};
    put("file", "0123456789");
    assert_int_equal(files_read(pool, volume, TEXT("file"), 8, (uint8_t *)piece, 3), 2);
    assert_string_equal(piece, "89");
    assert_int_equal(files_read(pool, volume, TEXT("file"), 10, (uint8_t *)piece, 3), 0);
    assert_int_equal(files_write(pool, volume, TEXT("file"), 10, (uint8_t *)(uintptr_t) "ab", 2), 0);
    assert_file("file", "0123456789ab");
}

static void what_is_not_there_or_of_another_kind_is_refused(void **state)
{
    (void)state;
    uint8_t byte = 0;
    put("dir/file", "x");
    assert_int_equal(files_read(pool, volume, TEXT("nothing"), 0, &byte, 1), POOL_ENOENT);
    assert_int_equal(files_read(pool, volume, TEXT("dir"), 0, &byte, 1), POOL_EISDIR);
    assert_int_equal(files_write(pool, volume, TEXT("nothing"), 0, &byte, 1), POOL_ENOENT);
    assert_int_equal(files_begin(pool, volume, TEXT("dir")), POOL_EISDIR);
    assert_int_equal(files_begin(pool, volume, TEXT("dir/file/below")), POOL_ENOTDIR);
    assert_int_equal(files_list(pool, volume, TEXT("dir/file"), 0, &byte, 1), POOL_ENOTDIR);
    assert_int_equal(files_make_directory(pool, volume, TEXT("dir/file")), POOL_EEXIST);
    assert_int_equal(status_of("../dir"), POOL_EPERM);
    assert_int_equal(status_of("/dir"), POOL_EPERM);
    assert_int_equal(files_begin(pool, volume + 1, TEXT("file")), POOL_EBADF);
}

static void directory_is_made_with_its_parents_and_may_be_there(void **state)
{
    (void)state;
    assert_int_equal(files_make_directory(pool, volume, TEXT("a/b//c/")), 0);
    assert_int_equal(files_make_directory(pool, volume, TEXT("a/b/c")), 0);
    assert_int_equal(files_make_directory(pool, volume, TEXT(".")), 0);
    assert_int_equal(kind_of("a/b/c"), NODE_DIRECTORY);
}

/* Lists a directory with room for so many bytes at a time: how many entries; `last_out` may be NULL. */
static uint32_t list(const char *path, uint32_t room, struct files_entry *last_out)
{
    _Alignas(8) uint8_t out[4096];
    uint32_t n = 0;
    double cookie = 0;
    for (int32_t size; (size = files_list(pool, volume, TEXT(path), cookie, out, room)) != 0;) {
        assert_true(size > 0);
        for (int32_t at = 0; at < size;) {
            struct files_entry entry;
            memcpy(&entry, out + at, sizeof entry);
            if (last_out) *last_out = entry;
            at += (int32_t)entry.bytes;
            cookie = entry.cookie;
            n++;
        }
    }
    return n;
}

static void list_goes_on_where_there_was_no_room(void **state)
{
    (void)state;
    for (char name[] = "d/a"; name[2] <= 'z'; name[2]++) put(name, "abc");
    struct files_entry last;
    assert_int_equal(list("d", 4096, NULL), 26);
    assert_int_equal(list("d", 304, &last), 26);
    assert_int_equal(last.stat.kind, NODE_FILE);
    assert_true(last.stat.size == 3);
    assert_int_equal(last.name_bytes, 1);
    assert_int_equal(files_make_directory(pool, volume, TEXT("none")), 0);
    assert_int_equal(list("none", 4096, NULL), 0);
}

static void stat_tells_kind_size_and_time(void **state)
{
    (void)state;
    struct files_stat stat;
    put("file", "12345");
    assert_int_equal(files_stat(pool, volume, TEXT("file"), true, &stat), 0);
    assert_int_equal(stat.kind, NODE_FILE);
    assert_true(stat.size == 5);
    double now_ms = (double)(FAKE_REALTIME_NS + FAKE_BEGIN_NS) / 1e6;
    assert_true(stat.modified_ms > now_ms - 1000 && stat.modified_ms < now_ms + 1000);
}

static void symlinks_are_made_read_and_followed_inside(void **state)
{
    (void)state;
    char target[4] = {0};
    struct files_stat stat;
    put("dir/file", "content");
    assert_int_equal(files_symlink(pool, volume, TEXT("links/one"), TEXT("../dir/file")), 0);
    assert_int_equal(kind_of("links/one"), NODE_SYMLINK);
    assert_int_equal(files_stat(pool, volume, TEXT("links/one"), true, &stat), 0);
    assert_int_equal(stat.kind, NODE_FILE);
    assert_int_equal(files_readlink(pool, volume, TEXT("links/one"), target, 3), strlen("../dir/file"));
    assert_string_equal(target, "../");
    assert_file("links/one", "content");
    assert_int_equal(files_symlink(pool, volume, TEXT("out"), TEXT("../../etc")), 0);
    assert_int_equal(files_read(pool, volume, TEXT("out"), 0, (uint8_t *)target, 1), POOL_EPERM);
    assert_int_equal(files_symlink(pool, volume, TEXT("out"), TEXT("x")), POOL_EEXIST);
}

static void rename_moves_and_replaces(void **state)
{
    (void)state;
    put("a", "of a");
    put("b", "of b");
    assert_int_equal(files_rename(pool, volume, TEXT("a"), TEXT("b")), 0);
    assert_file("b", "of a");
    assert_int_equal(status_of("a"), POOL_ENOENT);
    assert_int_equal(files_rename(pool, volume, TEXT("a"), TEXT("b")), POOL_ENOENT);
}

static void remove_takes_all_that_is_below(void **state)
{
    (void)state;
    char path[600] = "tree";
    for (int depth = 0; depth < 100; depth++) {
        put(strcat(path, "/f"), "x");
        strcpy(path + strlen(path) - 1, "deep");
        if (depth % 3 == 0) assert_int_equal(files_make_directory(pool, volume, TEXT(path)), 0);
    }
    put("kept", "kept");
    assert_int_equal(files_symlink(pool, volume, TEXT("tree/link"), TEXT("../kept")), 0);
    assert_int_equal(files_remove(pool, volume, TEXT("tree")), 0);
    assert_int_equal(status_of("tree"), POOL_ENOENT);
    assert_file("kept", "kept");
    assert_int_equal(files_remove(pool, volume, TEXT("tree")), POOL_ENOENT);
    assert_int_equal(files_remove(pool, volume, TEXT("kept")), 0);
    assert_true(files_remove(pool, volume, TEXT(".")) < 0);
}

static void large_file_takes_memory_from_the_coordinator_at_once(void **state)
{
    (void)state;
    uint32_t size = 8 * MIB;
    uint8_t *data = malloc(size), *back = malloc(size);
    for (uint32_t i = 0; i < size; i++) data[i] = (uint8_t)(i % 251);
    assert_int_equal(files_begin(pool, volume, TEXT("large")), 0);
    for (uint32_t done = 0; done < size; done += MIB) {
        assert_int_equal(files_write(pool, volume, TEXT("large"), done, data + done, MIB), 0);
    }
    assert_int_equal(files_read(pool, volume, TEXT("large"), 0, back, size), size);
    assert_memory_equal(data, back, size);
    free(data);
    free(back);
}

static void more_than_the_pool_may_have_is_enomem_and_leaves_it_usable(void **state)
{
    (void)state;
    uint8_t *data = calloc(1, MIB);
    int status = files_begin(pool, volume, TEXT("all"));
    for (uint32_t i = 0; status == 0 && i <= TEST_BLOCKS_MIB; i++) {
        status = files_write(pool, volume, TEXT("all"), (double)i * MIB, data, MIB);
    }
    free(data);
    assert_int_equal(status, POOL_ENOMEM);
    assert_int_equal(files_remove(pool, volume, TEXT("all")), 0);
    put("small", "fits again");
    assert_file("small", "fits again");
}

static void limits_of_a_volume_are_enospc(void **state)
{
    (void)state;
    uint32_t small = make_volume(64 * KIB, 3);
    uint8_t *data = calloc(1, 128 * KIB);
    assert_int_equal(files_begin(pool, small, TEXT("a")), 0);
    assert_int_equal(files_write(pool, small, TEXT("a"), 0, data, 128 * KIB), POOL_ENOSPC);
    assert_int_equal(files_write(pool, small, TEXT("a"), 0, data, 4 * KIB), 0);
    assert_int_equal(files_begin(pool, small, TEXT("b")), 0);
    assert_int_equal(files_begin(pool, small, TEXT("c")), POOL_ENOSPC);
    free(data);
    assert_int_equal(files_drop(pool, small), 0);
    assert_int_equal(files_drop(pool, small), POOL_EBADF);
}

static void volumes_are_many_and_then_enfile(void **state)
{
    (void)state;
    uint32_t volumes[VOLUMES_MAX], n = 0;
    while (n < VOLUMES_MAX && files_make(pool, 0, 0, &volumes[n]) == 0) n++;
    assert_int_equal(n, VOLUMES_MAX - 1); /* and the one that every test has */
    assert_int_equal(files_make(pool, 0, 0, &volumes[n]), POOL_ENFILE);
    while (n > 0) assert_int_equal(files_drop(pool, volumes[--n]), 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(memory_grows_keeps_what_was_in_it_and_is_given_back),
        CASE(file_is_made_with_its_parents_and_replaced),
        CASE(file_is_read_and_written_in_pieces),
        CASE(what_is_not_there_or_of_another_kind_is_refused),
        CASE(directory_is_made_with_its_parents_and_may_be_there),
        CASE(list_goes_on_where_there_was_no_room),
        CASE(stat_tells_kind_size_and_time),
        CASE(symlinks_are_made_read_and_followed_inside),
        CASE(rename_moves_and_replaces),
        CASE(remove_takes_all_that_is_below),
        CASE(large_file_takes_memory_from_the_coordinator_at_once),
        CASE(more_than_the_pool_may_have_is_enomem_and_leaves_it_usable),
        CASE(limits_of_a_volume_are_enospc),
        CASE(volumes_are_many_and_then_enfile),
    };
    return cmocka_run_group_tests_name("coordinator_files", tests, NULL, NULL);
}
