/* fs/retry.c: memory that is not there at once. */

#include "fs/node.h"
#include "support/fake_port.h"
#include "support/fs_rig.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "sync/ends.h"

/* A client never waits: it is told to come again, and when it does there is memory. */
static void client_is_told_to_come_again(void **state)
{
    (void)state;
    static uint32_t taken[TEST_BLOCKS_MAX];
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
    sleeper.on_ring = (struct bet){.rest = UINT32_MAX}; /* does not spin */
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
    static uint32_t taken[TEST_BLOCKS_MAX];
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

/* Gives the pool a block with something in it, which the next one who wants such a block gets. */
static void soil(uint32_t bytes)
{
    uint32_t block;
    while (!(block = pool__take_block(fs_rig.pool, USE_CONTENT, bytes, WAITER_CLIENT))) coordinator_tick(fs_rig.pool);
    memset(pool__block_memory(fs_rig.pool, block), 0xee, bytes);
    pool__give_block(fs_rig.pool, block);
}

/* Large ones are zeroed at another place than small ones: where the lock is not held. */
static void block_of_any_size_has_zeros_whatever_was_in_it(void **state)
{
    (void)state;
    for (uint32_t size = PAGE_BYTES; size <= 4u << 20; size *= 2) {
        /* Of one file the index is made as large as that, of the other it grows to that; more than half of it is used. */
        uint64_t last = (uint64_t)(size / sizeof(uint32_t) / 2 + 1) << PAGE_LOG2, next;
        for (uint32_t grows = 0; grows < 2; grows++) {
            ROUND("%u bytes, %u", size, grows);
            struct fs_open file = fs_must_open("file", FS_CREATE | FS_WRITE);
            if (grows) assert_int_equal(fs_write(&file, PAGE_BYTES, "x", 1), 1);
            soil(size);
            assert_int_equal(fs_write(&file, last, "x", 1), 1);
            assert_int_equal(pool__fs_next_data(fs_rig.pool, &file, 2 * PAGE_BYTES, &next), 0);
            assert_int_equal(next, last);
            fs_close(&file);
            assert_int_equal(fs_unlink("file"), 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fs_rig_setup, fs_rig_teardown)
        TEST(client_is_told_to_come_again),
        TEST(memory_of_the_pool_runs_out),
        TEST(waiting_for_memory_in_vain_ends),
        TEST(block_of_any_size_has_zeros_whatever_was_in_it),
    };
    return cmocka_run_group_tests_name("retry", tests, NULL, NULL);
}
