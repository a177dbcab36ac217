/* fs/work.c: beginning an operation on a volume. */
#include "support/fake_port.h"
#include "support/fs_rig.h"
#include "support/prelude.h"
#include "sync/self.h"

static struct fs_work begin(void)
{
    return pool__fs_work(&fs_rig.sleeper, fs_rig.pool, fs_rig.root.volume);
}

static void work_begins_with_nothing(void **state)
{
    (void)state;
    struct fs_work work = begin();
    assert_ptr_equal(work.pool, fs_rig.pool);
    assert_ptr_equal(work.volume, fs_rig.root.volume);
    assert_ptr_equal(work.sleeper, &fs_rig.sleeper);
    for (uint32_t i = 0; i < SPARES; i++) assert_int_equal(work.spares[i], 0);
    assert_false(work.is_locked);
    assert_false(pool__volume_is_locked(work.volume));
    assert_null(pool__fs_work(NULL, fs_rig.pool, fs_rig.root.volume).sleeper); /* it needs no memory */
}

static void attempt_has_the_lock_and_the_time_of_its_own_beginning(void **state)
{
    (void)state;
    struct fs_work work = begin();
    for (uint32_t i = 0; i < 3; i++) { /* again, for want of memory */
        fake_port_advance_ms(5);
        assert_int_equal(pool__fs_enter(&work), 0);
        assert_true(work.is_locked);
        assert_true(pool__volume_is_locked(work.volume));
        assert_int_equal(work.now_ns, fake.now_ns + FAKE_REALTIME_NS);
        fs_leave(&work);
        assert_false(pool__volume_is_locked(work.volume));
    }
}

static void attempt_on_a_broken_volume_is_eio_without_the_lock(void **state)
{
    (void)state;
    struct fs_work work = begin();
    int status = POOL_EIO;
    fs_rig.root.volume->is_broken = 1;
    assert_int_equal(pool__fs_enter(&work), POOL_EIO);
    assert_false(work.is_locked);
    assert_false(pool__volume_is_locked(work.volume));
    assert_false(pool__fs_leave(&work, &status)); /* it gives no lock back that it has not got */
    assert_int_equal(status, POOL_EIO);
    fs_rig.root.volume->is_broken = 0;
}

static void attempt_of_a_thread_that_must_not_wait_is_eagain_while_another_has_the_lock(void **state)
{
    (void)state;
    struct sleeper worker;
    struct fs_work work = begin();
    int status = POOL_EAGAIN;
    pool__sleeper_init(&worker, fs_rig.pool, WAITER_WORKER_0 + 1);
    pool__self_set(&worker);
    assert_int_equal(pool__volume_lock(work.volume), 0);
    pool__self_set(NULL);
    assert_int_equal(pool__fs_enter(&work), POOL_EAGAIN);
    assert_false(work.is_locked);
    assert_false(pool__fs_leave(&work, &status));
    assert_true(pool__volume_is_locked(work.volume)); /* it is the other one's still */
    pool__volume_unlock(work.volume);
    assert_int_equal(pool__fs_enter(&work), 0);
    fs_leave(&work);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, fs_rig_setup, fs_rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(work_begins_with_nothing),
        CASE(attempt_has_the_lock_and_the_time_of_its_own_beginning),
        CASE(attempt_on_a_broken_volume_is_eio_without_the_lock),
        CASE(attempt_of_a_thread_that_must_not_wait_is_eagain_while_another_has_the_lock),
    };
    return cmocka_run_group_tests_name("work", tests, NULL, NULL);
}
