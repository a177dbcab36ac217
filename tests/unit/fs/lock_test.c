/* fs/lock.c: who may look and change. */

#include "support/fake_port.h"
#include "support/fs_rig.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "sync/self.h"

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
        TEST(lock_excludes_and_lets_go),
        TEST(lock_of_a_dead_reader_is_taken_back),
        cmocka_unit_test_setup_teardown(volume_whose_changer_died_is_refused, fs_rig_setup, teardown_but_for_blocks),
    };
    return cmocka_run_group_tests_name("lock", tests, NULL, NULL);
}
