/* fs/table.c: closing all that a guest has open in volumes. */
#include "fs/table.h"

#include "support/fake_port.h"
#include "support/fs_rig.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "sync/self.h"

static struct fd_table table;

static void add(const char *path, uint32_t flags)
{
    table.fds[table.n_used++] = (struct fs_fd){.file = fs_must_open(path, flags)};
}

/* A stream, a file, a number that was closed again, a directory, the same file once more. */
static int setup(void **state)
{
    if (fs_rig_setup(state)) return -1;
    fs_put("file", "x");
    fs_mkdir("dir");
    table.n_used = 0;
    table.fds[table.n_used++] = (struct fs_fd){.stream.kind = STREAM_NULL};
    add("file", FS_WRITE);
    table.fds[table.n_used++] = (struct fs_fd){0};
    add("dir", FS_DIRECTORY);
    add("file", 0);
    return 0;
}

static uint32_t n_opens(const char *path)
{
    struct fs_open open = fs_must_open(path, 0);
    uint32_t n = pool__node(fs_rig.pool, open.node)->n_opens - 1;
    fs_close(&open);
    return n;
}

static void assert_closed(void)
{
    assert_int_equal(table.n_used, 0);
    assert_int_equal(n_opens("file"), 0);
    assert_int_equal(n_opens("dir"), 0);
    assert_int_equal(atomic_load(&fs_rig.root.volume->x_users), 2); /* its owner, and the rig's root */
}

static void numbers_are_open_as_files_or_as_streams(void **state)
{
    (void)state;
    static const bool open[] = {true, true, false, true, true};
    for (uint32_t i = 0; i < table.n_used; i++) assert_int_equal(pool__fd_is_open(&table.fds[i]), open[i]);
    assert_int_equal(n_opens("file"), 2);
    pool__fds_close_all(fs_rig.pool, &table);
}

static void closing_all_closes_each_file_once(void **state)
{
    (void)state;
    pool__fds_close_all(fs_rig.pool, &table);
    assert_closed();
    pool__fds_close_all(fs_rig.pool, &table);
    assert_closed();
}

/* A file without a name lives as long as a guest has it open, and no longer. */
static void closing_all_frees_what_was_unlinked(void **state)
{
    (void)state;
    assert_int_equal(fs_unlink("file"), 0);
    uint64_t n_nodes = fs_rig.root.volume->n_nodes;
    pool__fds_close_all(fs_rig.pool, &table);
    assert_int_equal(fs_rig.root.volume->n_nodes, n_nodes - 1);
}

static void what_is_beyond_the_used_numbers_is_not_looked_at(void **state)
{
    (void)state;
    memset(&table.fds[table.n_used], 0xee, sizeof table.fds[0]); /* never used: there may be anything */
    pool__fds_close_all(fs_rig.pool, &table);
    assert_closed();
    memset(&table.fds[0], 0xee, sizeof table.fds[0]);
    assert_true(pool__fds_close_now(fs_rig.pool, &table));
}

static void coordinator_closes_at_once_where_it_can(void **state)
{
    (void)state;
    assert_true(pool__fds_close_now(fs_rig.pool, &table));
    assert_closed();
    assert_true(pool__fds_close_now(fs_rig.pool, &table));
    assert_true(pool__fds_close_now(fs_rig.pool, NULL)); /* a worker that never had a table */
}

/* The coordinator keeps everybody's deadlines: it does not wait, and comes back when it is told to. */
static void coordinator_leaves_what_somebody_holds_until_it_is_rung(void **state)
{
    (void)state;
    struct sleeper worker;
    struct volume *volume = fs_rig.root.volume;
    pool__sleeper_init(&worker, fs_rig.pool, WAITER_WORKER_0 + 1);
    pool__self_set(&worker);
    assert_int_equal(pool__volume_lock(volume), 0);
    pool__self_set(NULL);
    for (uint32_t i = 0; i < 2; i++) {
        assert_false(pool__fds_close_now(fs_rig.pool, &table));
        assert_int_equal(table.n_used, 5);
    }
    uint32_t ticks = fake.ticks;
    pool__volume_unlock(volume);
    assert_int_equal(fake.ticks, ticks + 1);
    assert_true(pool__fds_close_now(fs_rig.pool, &table));
    assert_closed();
}

/* It was interrupted half-way: what it has closed already is not closed again. */
static void what_was_closed_before_is_not_closed_twice(void **state)
{
    (void)state;
    fs_close(&table.fds[1].file);
    assert_int_equal(n_opens("file"), 1);
    assert_true(pool__fds_close_now(fs_rig.pool, &table));
    assert_closed();
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, fs_rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(numbers_are_open_as_files_or_as_streams),    CASE(closing_all_closes_each_file_once),
        CASE(closing_all_frees_what_was_unlinked),        CASE(what_is_beyond_the_used_numbers_is_not_looked_at),
        CASE(coordinator_closes_at_once_where_it_can),    CASE(coordinator_leaves_what_somebody_holds_until_it_is_rung),
        CASE(what_was_closed_before_is_not_closed_twice),
    };
    return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
