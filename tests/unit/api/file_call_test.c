/* api/file_call.c: calls on volumes, of threads that may block and of the one that must not. */
#include "core/file_call.h"

#include "client/client.h"
#include "port/native.h"
#include "support/fake_port.h"
#include "support/fs_rig.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "sync/room.h"
#include "sync/self.h"
#include "sync/volumes.h"
#include "sync/want.h"

static struct pool *pool;

static int setup(void **state)
{
    if (fs_rig_setup(state)) return -1;
    pool = *state;
    return 0;
}

static int32_t make_directory(const char *path)
{
    struct file_call call = {
        .op = FILE_MKDIR, .volume = fs_rig.handle, .path = path, .path_bytes = (uint32_t)strlen(path)};
    return pool__file_call(pool, &call);
}

/* A worker takes the rig's volume's lock; gives it back. */
static struct sleeper worker;

static void lock_as_a_worker(void)
{
    pool__sleeper_init(&worker, pool, WAITER_WORKER_0 + 1);
    pool__self_set(&worker);
    assert_int_equal(pool__volume_lock(fs_rig.root.volume), 0);
    pool__self_set(NULL);
}

static void call_without_a_pool_is_einval(void **state)
{
    (void)state;
    assert_int_equal(pool__file_call(NULL, &(struct file_call){.op = FILE_MKDIR}), POOL_EINVAL);
}

static void client_does_what_can_be_done_at_once(void **state)
{
    (void)state;
    assert_int_equal(make_directory("dir"), 0);
    assert_int_equal(fs_kind("dir"), NODE_DIRECTORY);
    assert_false(pool__volume_is_locked(fs_rig.root.volume));
    assert_int_equal(make_directory("../dir"), POOL_EPERM);
    assert_int_equal(atomic_load(&pool->x_room_wanted), 0);
}

static void client_does_not_wait_for_a_lock_and_is_told_when_it_is_free(void **state)
{
    (void)state;
    lock_as_a_worker();
    assert_int_equal(make_directory("dir"), POOL_EAGAIN);
    assert_int_equal(atomic_load(&pool->x_room_wanted), (uint64_t)1 << ROOM_LOCK);
    assert_false(pool__room_look(pool));
    assert_int_equal(client_take(pool), -1);
    pool__volume_unlock(fs_rig.root.volume);
    assert_true(test_signalled(pool, SIGNAL_BLOCKS));
    assert_true(pool__room_look(pool));
    assert_int_equal(make_directory("dir"), 0);
}

static void call_on_no_volume_is_ebadf_on_every_thread(void **state)
{
    (void)state;
    static const pool_volume_t none[] = {0, 1, UINT32_MAX, UINT64_MAX, (uint64_t)1 << 52};
    for (uint32_t blocks = 0; blocks < 2; blocks++) {
        for (uint32_t i = 0; i < COUNT_OF(none); i++) {
            struct file_call call = {.op = FILE_MKDIR, .volume = none[i], .path = "dir", .path_bytes = 3};
            assert_int_equal(pool__file_call(pool, &call), POOL_EBADF);
            call.op = FILE_RELEASE;
            assert_int_equal(pool__file_call(pool, &call), POOL_EBADF);
        }
        port_set_hooks(&(struct port_hooks){0}); /* from now on this thread may block */
    }
}

static pool_volume_t make_volume(void)
{
    struct volume_making making = {.volume = 0};
    struct file_call call = {.op = FILE_CREATE, .data = &making, .data_bytes = sizeof making};
    assert_int_equal(pool__file_call(pool, &call), 0);
    assert_int_not_equal(making.volume, 0);
    return making.volume;
}

/* Releasing never fails for a lock, and the client does not free: that takes as long as the volume is large. */
static void client_releases_a_volume_whoever_has_its_lock(void **state)
{
    (void)state;
    pool_volume_t handle = make_volume();
    struct file_call call = {.op = FILE_RELEASE, .volume = handle};
    struct volume *volume = pool__volume_at(pool, handle);
    assert_int_equal(atomic_load(&volume->x_generation) % 2, 1);
    atomic_store(&volume->x_lock, 1u << 31);
    assert_int_equal(pool__file_call(pool, &call), 0);
    assert_int_equal(pool__file_call(pool, &call), POOL_EBADF);
    assert_int_equal(atomic_load(&volume->x_generation) % 2, 1); /* the coordinator frees it */
    atomic_store(&volume->x_lock, 0);
    while (pool__volumes_sweep(pool) == 1) continue;
    assert_int_equal(atomic_load(&volume->x_generation) % 2, 0);
}

static void thread_that_may_block_is_lent_a_bell_for_the_call(void **state)
{
    (void)state;
    port_set_hooks(&(struct port_hooks){0});
    assert_int_equal(make_directory("dir"), 0);
    assert_int_equal(make_directory(".."), POOL_EPERM);
    assert_int_equal(atomic_load(&pool->x_inside), 0); /* it is given back, whatever came of the call */
    pool_volume_t handle = make_volume();
    assert_int_equal(pool__file_call(pool, &(struct file_call){.op = FILE_RELEASE, .volume = handle}), 0);
    assert_int_equal(atomic_load(&pool__volume_at(pool, handle)->x_generation) % 2, 0); /* at once */
}

/* As many threads wait as can: the next one looks only. */
static void thread_that_is_lent_nothing_looks_only(void **state)
{
    (void)state;
    static struct sleeper storage[LESSEES_MAX];
    port_set_hooks(&(struct port_hooks){0});
    for (uint32_t i = 0; i < LESSEES_MAX; i++) assert_non_null(pool__self_lend(pool, &storage[i]));
    assert_int_equal(make_directory("dir"), 0);
    lock_as_a_worker();
    assert_int_equal(make_directory("other"), POOL_EAGAIN);
    pool__volume_unlock(fs_rig.root.volume);
    for (uint32_t i = 0; i < LESSEES_MAX; i++) pool__self_return(&storage[i]);
    assert_int_equal(make_directory("other"), 0);
}

static void worker_calls_by_its_own_bell(void **state)
{
    (void)state;
    pool__sleeper_init(&worker, pool, WAITER_WORKER_0 + 1);
    pool__self_set(&worker);
    assert_int_equal(make_directory("dir"), 0);
    assert_int_equal(atomic_load(&pool->x_inside), 0);
    pool__self_set(NULL);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, fs_rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(call_without_a_pool_is_einval),
        CASE(client_does_what_can_be_done_at_once),
        CASE(client_does_not_wait_for_a_lock_and_is_told_when_it_is_free),
        CASE(call_on_no_volume_is_ebadf_on_every_thread),
        CASE(client_releases_a_volume_whoever_has_its_lock),
        CASE(thread_that_may_block_is_lent_a_bell_for_the_call),
        CASE(thread_that_is_lent_nothing_looks_only),
        CASE(worker_calls_by_its_own_bell),
    };
    return cmocka_run_group_tests_name("file_call", tests, NULL, NULL);
}
