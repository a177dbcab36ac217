/* c/fs/volume.c, lock.c and node.c: volumes as wholes, their limits, and memory that is not there at once. */
#include <stdio.h>

#include "fs/node.h"
#include "support/fake_port.h"
#include "support/fs_rig.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "sync/ends.h"
#include "sync/self.h"

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

/* More of the smallest blocks than there are from the start. */
static void add_small_blocks(void)
{
    for (uint32_t i = 0; i < 20 * 64; i++) {
        pool__blocks_want(&fs_rig.pool->blocks, USE_CONTENT, 0);
        if (i % 64 == 63) coordinator_tick(fs_rig.pool);
    }
}

static void there_are_so_many_volumes_and_no_more(void **state)
{
    (void)state;
    pool_volume_t handles[VOLUMES_MAX], handle;
    add_small_blocks();
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
    add_small_blocks();
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

/* A client never waits: it is told to come again, and when it does there is memory. */
static void client_is_told_to_come_again(void **state)
{
    (void)state;
    static uint32_t taken[2000];
    static uint8_t data[20 * PAGE_BYTES];
    pool_volume_t handle;
    uint32_t n = test_drain_blocks(fs_rig.pool, sizeof(struct node), taken, COUNT_OF(taken));
    atomic_store(&fs_rig.pool->blocks.x_wanted[USE_CONTENT][0], 0);
    assert_int_equal(fs_try_open("file", FS_CREATE), POOL_EAGAIN);
    assert_int_equal(pool__fs_make_directory(&fs_rig.sleeper, &fs_rig.root, fs_text("dir")), POOL_EAGAIN);
    assert_int_equal(pool__volume_make(&fs_rig.sleeper, 0, 0, &handle), POOL_EAGAIN);
    test_undrain_blocks(fs_rig.pool, taken, n);
    struct fs_open file = fs_must_open("file", FS_CREATE | FS_WRITE);
    uint32_t rounds = 0;
    while (fs_write_in(&fs_rig.sleeper, &file, 0, data, sizeof data) == POOL_EAGAIN) {
        assert_int_equal(fs_stat_of(&file).size, 0);
        assert_true(++rounds < 6);
        coordinator_tick(fs_rig.pool);
    }
    assert_int_equal(fs_stat_of(&file).size, sizeof data);
    fs_close(&file);
}

/* The pool has 64 MiB. */
static void memory_of_the_pool_runs_out(void **state)
{
    (void)state;
    static uint8_t data[1u << 20];
    struct sleeper sleeper;
    int32_t status = 0;
    uint32_t done = 0;
    struct fs_open file = fs_must_open("file", FS_CREATE | FS_WRITE);
    while ((status = fs_write(&file, UINT64_MAX, data, sizeof data)) > 0) done += (uint32_t)status;
    assert_int_equal(status, POOL_ENOSPC); /* half of it, if nothing else was said */
    assert_in_range(done, 29u << 20, 32u << 20);
    fs_rig.root.volume->max_bytes = UINT64_MAX;
    while ((status = fs_write(&file, UINT64_MAX, data, sizeof data)) > 0) done += (uint32_t)status;
    assert_true(status == POOL_EAGAIN || status == POOL_ENOMEM);
    assert_true(done > 40u << 20);
    fake.step_ns = 1000 * MS_NS; /* each look at the clock */
    pool__sleeper_init(&sleeper, fs_rig.pool, WAITER_WORKER_0 + 1);
    sleeper.credit = -1000; /* does not spin */
    atomic_store(&fs_rig.pool->x_closing, 1);
    assert_int_equal(fs_write_in(&sleeper, &file, UINT64_MAX, data, sizeof data), POOL_ESHUTDOWN);
    atomic_store(&fs_rig.pool->x_closing, 0);
    assert_int_equal(fs_stat_of(&file).size, done);
    fs_close(&file);
    assert_int_equal(fs_unlink("file"), 0);
    file = fs_must_open("file", FS_CREATE | FS_WRITE);
    assert_int_equal(fs_write(&file, 0, data, sizeof data), sizeof data);
    fs_close(&file);
}

static void refill(void)
{
    pool__refill(fs_rig.pool);
}

/* Files keep what they have, so whoever waits for memory that only they could give back gives up. */
static void waiting_for_memory_in_vain_ends(void **state)
{
    (void)state;
    static uint32_t taken[2000];
    struct sleeper sleeper;
    struct fs_open file;
    uint32_t n = test_take_all(fs_rig.pool, taken, COUNT_OF(taken));
    pool__sleeper_init(&sleeper, fs_rig.pool, WAITER_WORKER_0 + 1);
    fake.on_tick = refill;
    assert_int_equal(pool__fs_open(&sleeper, &fs_rig.root, fs_text("file"), FS_CREATE, &file), POOL_ENOMEM);
    assert_int_equal(fs_try_open("file", FS_CREATE), POOL_EAGAIN); /* others may give something back */
    fake.on_tick = NULL;
    test_undrain_blocks(fs_rig.pool, taken, n);
    assert_int_equal(pool__fs_open(&sleeper, &fs_rig.root, fs_text("file"), FS_CREATE, &file), 0);
    fs_close(&file);
}

static void lock_excludes_and_lets_go(void **state)
{
    (void)state;
    struct volume *volume = fs_rig.root.volume;
    assert_int_equal(pool__volume_lock(volume), 0);
    assert_int_not_equal(atomic_load(&volume->x_lock), 0);
    atomic_fetch_or(&volume->x_lock, 1); /* as if somebody slept */
    pool__volume_unlock(volume);
    assert_int_equal(atomic_load(&volume->x_lock), 0);
}

/* Takes the lock as a worker that never comes back. */
static void lock_and_die(uint32_t worker, int (*lock)(struct volume *volume))
{
    struct sleeper sleeper;
    pool__sleeper_init(&sleeper, fs_rig.pool, WAITER_WORKER_0 + worker);
    pool__self_set(&sleeper);
    assert_int_equal(lock(fs_rig.root.volume), 0);
    pool__self_set(NULL);
}

static void lock_of_a_dead_reader_is_taken_back(void **state)
{
    (void)state;
    struct volume *volume = fs_rig.root.volume;
    fs_put("file", "x");
    int32_t worker = coordinator_add_worker(fs_rig.pool);
    assert_true(worker > 0);
    lock_and_die((uint32_t)worker, pool__volume_lock_to_read);
    pool__volume_unlock_for(fs_rig.pool, (uint32_t)worker + 1);
    assert_int_not_equal(atomic_load(&volume->x_lock), 0); /* another one's */
    struct fs_stat stat;
    fake.step_ns = 100 * MS_NS;
    assert_int_equal(fs_try_stat("file", true, &stat), POOL_EAGAIN); /* the coordinator must come to burying */
    fake.step_ns = 0;
    coordinator_bury_worker(fs_rig.pool, (uint32_t)worker, 0, true);
    assert_int_equal(atomic_load(&volume->x_lock), 0);
    assert_int_equal(fs_kind("file"), NODE_FILE);
    assert_int_equal(pool__volume_lock(volume), 0);
    pool__volume_unlock_for(fs_rig.pool, (uint32_t)worker);
    assert_int_not_equal(atomic_load(&volume->x_lock), 0);
    pool__volume_unlock(volume);
}

/* What was being changed may contradict itself: nobody looks at it again, and nobody hangs. */
static void volume_whose_changer_died_is_refused(void **state)
{
    (void)state;
    pool_volume_t handle = fs_rig.handle;
    struct volume *volume = fs_rig.root.volume;
    struct fs_open root, file = fs_must_open("file", FS_CREATE | FS_WRITE);
    struct fs_entry entry;
    struct fs_stat stat;
    char got[4];
    lock_and_die(1, pool__volume_lock);
    pool__volume_unlock_for(fs_rig.pool, 1);
    assert_int_equal(fs_try_open("file", 0), POOL_EIO);
    assert_int_equal(fs_read(&file, 0, got, 4), POOL_EIO);
    assert_int_equal(fs_write(&file, 0, got, 4), POOL_EIO);
    assert_int_equal(pool__fs_stat(fs_rig.pool, &file, &stat), POOL_EIO);
    assert_int_equal(fs_try_stat("file", true, &stat), POOL_EIO);
    assert_int_equal(fs_rename("file", "other"), POOL_EIO);
    assert_int_equal(fs_unlink("file"), POOL_EIO);
    assert_int_equal(pool__fs_next_entry(fs_rig.pool, &fs_rig.root, 0, &entry), POOL_EIO);
    assert_int_equal(pool__volume_open(fs_rig.pool, handle, false, &root), POOL_EIO);
    fs_close(&file);
    fs_close(&fs_rig.root);
    assert_int_equal(pool__volume_drop(fs_rig.pool, handle), 0);
    assert_int_equal(atomic_load(&volume->x_generation) % 2, 0);
    fs_rig.handle = 0;
    assert_int_equal(pool__volume_make(&fs_rig.sleeper, 0, 0, &fs_rig.handle), 0);
    assert_int_equal(pool__volume_open(fs_rig.pool, fs_rig.handle, false, &fs_rig.root), 0);
    assert_ptr_equal(fs_rig.root.volume, volume); /* its place is used again */
    fs_put("file", "x");
}

static int teardown_but_for_blocks(void **state)
{
    fs_close(&fs_rig.root);
    assert_int_equal(pool__volume_drop(fs_rig.pool, fs_rig.handle), 0);
    return test_pool_teardown(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fs_rig_setup, fs_rig_teardown)
        TEST(handles_are_stale_when_they_were_dropped),
        TEST(dropped_volume_lives_while_something_in_it_is_open),
        TEST(there_are_so_many_volumes_and_no_more),
        TEST(deep_and_wide_trees_are_freed_whole),
        TEST(nodes_are_limited),
        TEST(bytes_are_limited),
        TEST(client_is_told_to_come_again),
        TEST(memory_of_the_pool_runs_out),
        TEST(waiting_for_memory_in_vain_ends),
        TEST(lock_excludes_and_lets_go),
        TEST(lock_of_a_dead_reader_is_taken_back),
        cmocka_unit_test_setup_teardown(volume_whose_changer_died_is_refused, fs_rig_setup, teardown_but_for_blocks),
    };
    return cmocka_run_group_tests_name("fs_volume", tests, NULL, NULL);
}
