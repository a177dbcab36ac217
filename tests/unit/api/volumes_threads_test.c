/* Volumes through pool.h: from a thread of the program's own, from jobs, and where nobody may wait. */
#include <sched.h>
#include <stdlib.h>

#include "fs/fs.h"
#include "support/native_pool.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/threads.h"
#include "sync/volumes.h"

#define KIB 1024u
#define MIB (1024u * KIB)

static pool_t *pool;
static pool_volume_t volume;

static pool_volume_t make_volume(uint64_t max_bytes, uint64_t max_nodes)
{
    pool_volume_t made = 0;
    struct pool_volume_config config = {.max_bytes = max_bytes, .max_nodes = max_nodes};
    int status;
    while ((status = pool_volume_create(pool, &config, &made)) == POOL_EAGAIN) sched_yield();
    assert_int_equal(status, 0);
    assert_int_not_equal(made, 0);
    return made;
}

/* The hooks are the threads' as well: they stay as they are while there is a pool. */
static int set_up(bool must_not_block)
{
    port_set_hooks(&(struct port_hooks){.must_not_block = must_not_block});
    assert_int_equal(pool_create(&(struct pool_config){.n_workers = 2, .max_memory_mib = 32}, &pool), 0);
    volume = make_volume((uint64_t)1 << 40, 0); /* only the pool's limit holds */
    return 0;
}

static int setup(void **state)
{
    (void)state;
    return set_up(false);
}

static int setup_where_nobody_may_wait(void **state)
{
    (void)state;
    return set_up(true);
}

/* Nothing of a volume is left when it was released. */
static int teardown(void **state)
{
    (void)state;
    assert_int_equal(pool_volume_release(pool, volume), 0);
    while (test_used_bytes(pool) != 0) sched_yield(); /* the coordinator may do it */
    assert_pool_is_empty(pool);
    native_pool_free(pool);
    return 0;
}

static void put(const char *path, const char *text)
{
    uint32_t size = (uint32_t)strlen(text);
    assert_int_equal(pool_volume_truncate(pool, volume, path, 0), 0);
    assert_int_equal(pool_volume_write(pool, volume, path, 0, text, size), size);
}

static void assert_file(const char *path, const char *text)
{
    char data[256] = {0};
    assert_int_equal(pool_volume_read(pool, volume, path, 0, data, sizeof data), strlen(text));
    assert_string_equal(data, text);
}

static int status_of(const char *path)
{
    struct pool_stat stat;
    return pool_volume_lstat(pool, volume, path, &stat);
}

static uint32_t kind_of(const char *path)
{
    struct pool_stat stat = {0};
    assert_int_equal(pool_volume_lstat(pool, volume, path, &stat), 0);
    return stat.kind;
}

static void file_is_made_with_its_parents_and_replaced(void **state)
{
    (void)state;
    put("a/b/c.txt", "the first");
    assert_int_equal(kind_of("a/b"), POOL_DIRECTORY);
    assert_file("a/b/c.txt", "the first");
    put("/a/b/c.txt", "2nd");
    assert_file("a/b/c.txt", "2nd");
    put("empty", "");
    assert_file("empty", "");
}

static void file_is_read_and_written_in_pieces(void **state)
{
    (void)state;
    char piece[4] = {0};
    put("file", "0123456789");
    assert_int_equal(pool_volume_read(pool, volume, "file", 8, piece, 3), 2);
    assert_string_equal(piece, "89");
    assert_int_equal(pool_volume_read(pool, volume, "file", 10, piece, 3), 0);
    assert_int_equal(pool_volume_write(pool, volume, "file", 10, "ab", 2), 2);
    assert_int_equal(pool_volume_write(pool, volume, "file", POOL_APPEND, "cd", 2), 2);
    assert_int_equal(pool_volume_write(pool, volume, "file", 1, "X", 1), 1);
    assert_file("file", "0X23456789abcd");
    assert_int_equal(pool_volume_truncate(pool, volume, "file", 3), 0);
    assert_file("file", "0X2");
    assert_int_equal(pool_volume_write(pool, volume, "new/log", POOL_APPEND, "begun", 5), 5);
    assert_file("new/log", "begun");
}

static void what_is_not_there_or_of_another_kind_is_refused(void **state)
{
    (void)state;
    char byte = 0;
    struct pool_entry entry;
    put("dir/file", "x");
    assert_int_equal(pool_volume_read(pool, volume, "nothing", 0, &byte, 1), POOL_ENOENT);
    assert_int_equal(pool_volume_read(pool, volume, "dir", 0, &byte, 1), POOL_EISDIR);
    assert_int_equal(pool_volume_write(pool, volume, "nothing", 5, &byte, 1), POOL_ENOENT);
    assert_int_equal(pool_volume_truncate(pool, volume, "nothing", 5), POOL_ENOENT);
    assert_int_equal(pool_volume_write(pool, volume, "dir", 0, &byte, 1), POOL_EISDIR);
    assert_int_equal(pool_volume_write(pool, volume, "dir/file/below", 0, &byte, 1), POOL_ENOTDIR);
    assert_int_equal(pool_volume_list(pool, volume, "dir/file", 0, &entry, 1), POOL_ENOTDIR);
    assert_int_equal(pool_volume_mkdir(pool, volume, "dir/file"), POOL_EEXIST);
    assert_int_equal(pool_volume_readlink(pool, volume, "dir/file", &byte, 1), POOL_EINVAL);
    assert_int_equal(status_of("../dir"), POOL_EPERM);
    assert_int_equal(status_of("dir/../../dir"), POOL_EPERM);
    assert_int_equal(status_of(""), POOL_ENOENT);
    assert_int_equal(status_of("/"), 0);
}

static void nonsense_is_einval_and_stale_handles_are_ebadf(void **state)
{
    (void)state;
    char byte = 0;
    struct pool_stat stat;
    struct pool_entry entry;
    pool_volume_t released = make_volume(0, 0);
    assert_int_equal(pool_volume_release(pool, released), 0);
    assert_int_equal(pool_volume_release(pool, released), POOL_EBADF);
    assert_int_equal(pool_volume_stat(pool, released, ".", &stat), POOL_EBADF);
    assert_int_equal(pool_volume_write(pool, released, "f", 0, &byte, 1), POOL_EBADF);
    assert_int_equal(pool_volume_mkdir(pool, 0, "d"), POOL_EBADF);
    assert_int_equal(pool_volume_mkdir(pool, UINT32_MAX, "d"), POOL_EBADF);
    assert_int_equal(pool_volume_create(pool, NULL, NULL), POOL_EINVAL);
    assert_int_equal(pool_volume_mkdir(pool, volume, NULL), POOL_EINVAL);
    assert_int_equal(pool_volume_stat(pool, volume, ".", NULL), POOL_EINVAL);
    assert_int_equal(pool_volume_read(pool, volume, "f", 0, NULL, 1), POOL_EINVAL);
    assert_int_equal(pool_volume_write(pool, volume, "f", 0, &byte, UINT32_MAX), POOL_EINVAL);
    assert_int_equal(pool_volume_list(pool, volume, ".", 0, &entry, 0), POOL_EINVAL);
    assert_int_equal(pool_volume_rename(pool, volume, "f", NULL), POOL_EINVAL);
    assert_int_equal(pool_volume_symlink(pool, volume, NULL, "f"), POOL_EINVAL);
}

static void directory_is_made_with_its_parents_and_may_be_there(void **state)
{
    (void)state;
    assert_int_equal(pool_volume_mkdir(pool, volume, "a/b//c/"), 0);
    assert_int_equal(pool_volume_mkdir(pool, volume, "a/b/c"), 0);
    assert_int_equal(pool_volume_mkdir(pool, volume, "."), 0);
    assert_int_equal(kind_of("a/b/c"), POOL_DIRECTORY);
}

/* Lists a directory with room for so many entries at a time: how many there are. */
static uint32_t list(const char *path, uint32_t room, struct pool_entry *last_out)
{
    struct pool_entry entries[32];
    uint32_t all = 0;
    uint64_t cookie = 0;
    for (int32_t n; (n = pool_volume_list(pool, volume, path, cookie, entries, room)) != 0; all += (uint32_t)n) {
        assert_in_range(n, 1, room);
        *last_out = entries[n - 1];
        cookie = last_out->cookie;
    }
    return all;
}

static void list_goes_on_where_there_was_no_room(void **state)
{
    (void)state;
    struct pool_entry last;
    for (char name[] = "d/a"; name[2] <= 'z'; name[2]++) put(name, "abc");
    assert_int_equal(list("d", 32, &last), 26);
    assert_int_equal(list("d", 1, &last), 26);
    assert_int_equal(last.stat.kind, POOL_FILE);
    assert_int_equal(last.stat.size_bytes, 3);
    assert_int_equal(last.name_bytes, 1);
    assert_string_equal(last.name, "z");
    assert_int_equal(pool_volume_mkdir(pool, volume, "none"), 0);
    assert_int_equal(list("none", 32, &last), 0);
}

static void stat_tells_what_it_is(void **state)
{
    (void)state;
    struct pool_stat stat;
    uint64_t before_ns = port_now_ns(PORT_REALTIME);
    put("file", "12345");
    assert_int_equal(pool_volume_stat(pool, volume, "file", &stat), 0);
    assert_int_equal(stat.kind, POOL_FILE);
    assert_int_equal(stat.size_bytes, 5);
    assert_int_equal(stat.n_links, 1);
    assert_int_not_equal(stat.inode, 0);
    assert_in_range(stat.modified_ns, before_ns, port_now_ns(PORT_REALTIME));
}

static void symlinks_are_made_read_and_followed_inside(void **state)
{
    (void)state;
    char target[4] = {0};
    struct pool_stat stat;
    put("dir/file", "content");
    assert_int_equal(pool_volume_symlink(pool, volume, "../dir/file", "links/one"), 0);
    assert_int_equal(kind_of("links/one"), POOL_SYMLINK);
    assert_int_equal(pool_volume_stat(pool, volume, "links/one", &stat), 0);
    assert_int_equal(stat.kind, POOL_FILE);
    assert_int_equal(pool_volume_readlink(pool, volume, "links/one", target, 3), strlen("../dir/file"));
    assert_string_equal(target, "../");
    assert_file("links/one", "content");
    assert_int_equal(pool_volume_symlink(pool, volume, "../../etc", "out"), 0);
    assert_int_equal(pool_volume_read(pool, volume, "out", 0, target, 1), POOL_EPERM);
    assert_int_equal(pool_volume_symlink(pool, volume, "x", "out"), POOL_EEXIST);
    assert_int_equal(pool_volume_symlink(pool, volume, "/etc", "away"), POOL_EPERM);
}

static void rename_moves_and_replaces(void **state)
{
    (void)state;
    put("a", "of a");
    put("b", "of b");
    assert_int_equal(pool_volume_rename(pool, volume, "a", "/b"), 0);
    assert_file("b", "of a");
    assert_int_equal(status_of("a"), POOL_ENOENT);
    assert_int_equal(pool_volume_rename(pool, volume, "a", "b"), POOL_ENOENT);
}

static void remove_takes_all_that_is_below(void **state)
{
    (void)state;
    char path[600] = "tree";
    for (int depth = 0; depth < 100; depth++) {
        put(strcat(path, "/f"), "x");
        strcpy(path + strlen(path) - 1, "deep");
        if (depth % 3 == 0) assert_int_equal(pool_volume_mkdir(pool, volume, path), 0);
    }
    put("kept", "kept");
    assert_int_equal(pool_volume_symlink(pool, volume, "../kept", "tree/link"), 0);
    assert_int_equal(pool_volume_remove(pool, volume, "tree"), 0);
    assert_int_equal(status_of("tree"), POOL_ENOENT);
    assert_file("kept", "kept");
    assert_int_equal(pool_volume_remove(pool, volume, "tree"), POOL_ENOENT);
    assert_int_equal(pool_volume_remove(pool, volume, "kept"), 0);
    assert_true(pool_volume_remove(pool, volume, ".") < 0);
}

static void large_file_goes_through_whole(void **state)
{
    (void)state;
    uint32_t size = 8 * MIB;
    uint8_t *data = malloc(size), *back = malloc(size);
    for (uint32_t i = 0; i < size; i++) data[i] = (uint8_t)(i % 251);
    assert_int_equal(pool_volume_write(pool, volume, "large", 0, data, size), size);
    assert_int_equal(pool_volume_read(pool, volume, "large", 0, back, size), size);
    assert_memory_equal(data, back, size);
    free(data);
    free(back);
}

static void more_than_the_pool_may_have_is_enomem_and_leaves_it_usable(void **state)
{
    (void)state;
    uint8_t *data = calloc(1, MIB);
    int status = 0;
    for (uint32_t i = 0; status >= 0 && i <= 32; i++) {
        status = pool_volume_write(pool, volume, "all", POOL_APPEND, data, MIB);
    }
    free(data);
    assert_int_equal(status, POOL_ENOMEM);
    assert_int_equal(pool_volume_remove(pool, volume, "all"), 0);
    put("small", "fits again");
    assert_file("small", "fits again");
}

static void limits_of_a_volume_are_enospc(void **state)
{
    (void)state;
    pool_volume_t small = make_volume(64 * KIB, 3);
    uint8_t *data = calloc(1, 128 * KIB);
    assert_int_equal(pool_volume_write(pool, small, "a", 0, data, 128 * KIB), POOL_ENOSPC);
    assert_int_equal(pool_volume_write(pool, small, "a", 0, data, 4 * KIB), 4 * KIB);
    assert_int_equal(pool_volume_truncate(pool, small, "b", 0), 0);
    assert_int_equal(pool_volume_truncate(pool, small, "c", 0), POOL_ENOSPC);
    free(data);
    assert_int_equal(pool_volume_release(pool, small), 0);
}

static void volumes_are_many_and_then_enfile(void **state)
{
    (void)state;
    static pool_volume_t volumes[VOLUMES_MAX];
    uint32_t n = 0;
    while (n < VOLUMES_MAX && pool_volume_create(pool, NULL, &volumes[n]) == 0) n++;
    assert_int_equal(n, VOLUMES_MAX - 1); /* and the one that every test has */
    assert_int_equal(pool_volume_create(pool, NULL, &volumes[n]), POOL_ENFILE);
    while (n > 0) assert_int_equal(pool_volume_release(pool, volumes[--n]), 0);
}

/* Appends lines to one file, as others do at the same time. */
static uint32_t job_that_appends(pool_t *of, void *user)
{
    (void)user;
    for (uint32_t i = 0; i < 500; i++) {
        if (pool_volume_write(of, volume, "log", POOL_APPEND, "a line\n", 7) != 7) return 1;
    }
    return 0;
}

static void jobs_and_threads_share_a_volume(void **state)
{
    (void)state;
    pool_job_t jobs[4];
    struct pool_stat stat;
    char line[8] = {0};
    for (uint32_t i = 0; i < 4; i++) jobs[i] = native_submit(pool, job_that_appends, NULL);
    assert_int_equal(job_that_appends(pool, NULL), 0);
    for (uint32_t i = 0; i < 4; i++) assert_int_equal(native_await(pool, jobs[i]).code, 0);
    assert_int_equal(pool_volume_stat(pool, volume, "log", &stat), 0);
    assert_int_equal(stat.size_bytes, 5 * 500 * 7);
    for (uint32_t i = 0; i < 5 * 500; i++) {
        assert_int_equal(pool_volume_read(pool, volume, "log", i * 7, line, 7), 7);
        assert_string_equal(line, "a line\n");
    }
}

static void *hold(void *gate)
{
    THREAD_CHECK(pool__volume_seize(pool__volume_at(pool, volume), WAITER_CLIENT));
    gate_arrive(gate);
    pool__volume_let_go();
    return NULL;
}

static _Atomic uint32_t x_lets_go;

static void on_room(void *user, pool_t *of)
{
    THREAD_CHECK(atomic_load(&x_lets_go) == 1); /* and not over and over again until then */
    THREAD_CHECK(of == pool);
    gate_arrive(user);
}

static void where_nobody_may_wait_it_is_eagain_and_room_is_told_of(void **state)
{
    (void)state;
    static struct gate gate, room; /* a callback may still be at its gate when this has returned */
    gate_init(&gate);
    gate_init(&room);
    gate_open(&room);
    put("file", "at once");
    pthread_t holder = thread_start(hold, &gate);
    gate_await_arrival(&gate);
    assert_int_equal(status_of("file"), POOL_EAGAIN);
    assert_int_equal(pool_on_room(pool, on_room, &room), 0);
    atomic_store(&x_lets_go, 1);
    gate_open(&gate);
    gate_await_arrival(&room); /* it was called back, when the other let go of it */
    thread_join(holder);
    assert_file("file", "at once");
}

static void where_nobody_may_wait_memory_comes_in_the_end(void **state)
{
    (void)state;
    int32_t n;
    uint8_t *data = calloc(1, 4 * MIB);
    while ((n = pool_volume_write(pool, volume, "file", 0, data, 4 * MIB)) == POOL_EAGAIN) sched_yield();
    assert_int_equal(n, 4 * MIB);
    free(data);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
#define CASE_WITHOUT_WAITING(test) cmocka_unit_test_setup_teardown(test, setup_where_nobody_may_wait, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(file_is_made_with_its_parents_and_replaced),
        CASE(file_is_read_and_written_in_pieces),
        CASE(what_is_not_there_or_of_another_kind_is_refused),
        CASE(nonsense_is_einval_and_stale_handles_are_ebadf),
        CASE(directory_is_made_with_its_parents_and_may_be_there),
        CASE(list_goes_on_where_there_was_no_room),
        CASE(stat_tells_what_it_is),
        CASE(symlinks_are_made_read_and_followed_inside),
        CASE(rename_moves_and_replaces),
        CASE(remove_takes_all_that_is_below),
        CASE(large_file_goes_through_whole),
        CASE(more_than_the_pool_may_have_is_enomem_and_leaves_it_usable),
        CASE(limits_of_a_volume_are_enospc),
        CASE(volumes_are_many_and_then_enfile),
        CASE(jobs_and_threads_share_a_volume),
        CASE_WITHOUT_WAITING(where_nobody_may_wait_it_is_eagain_and_room_is_told_of),
        CASE_WITHOUT_WAITING(where_nobody_may_wait_memory_comes_in_the_end),
    };
    return cmocka_run_group_tests_name("volumes_threads", tests, NULL, NULL);
}
