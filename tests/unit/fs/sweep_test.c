/* Removing directories with all that is in them: gone at once, taken apart in slices, at a cost that is that of their
 * size.
 */
#include <stdio.h>

#include "core/check.h"
#include "support/fake_port.h"
#include "support/fs_rig.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/test_worker.h"
#include "sync/volumes.h"

#define NODES_A_SLICE 1024u

static struct volume *volume(void)
{
    return pool__volume_at(fs_rig.pool, fs_rig.handle);
}

/* A directory as deep as that, a file beside each step of the way. */
static void make_deep(const char *name, uint32_t depth)
{
    fs_mkdir(name);
    struct fs_open at = fs_must_open(name, FS_DIRECTORY), next, file;
    for (uint32_t i = 0; i < depth; i++) {
        assert_int_equal(pool__fs_make_directory(&fs_rig.sleeper, &at, fs_text("down")), 0);
        assert_int_equal(pool__fs_open(&fs_rig.sleeper, &at, fs_text("f"), FS_CREATE, &file), 0);
        assert_int_equal(pool__fs_open(&fs_rig.sleeper, &at, fs_text("down"), FS_DIRECTORY, &next), 0);
        fs_close(&file);
        fs_close(&at);
        at = next;
    }
    fs_close(&at);
}

static void make_wide(const char *name, uint32_t n)
{
    char path[32];
    struct fs_open file;
    fs_mkdir(name);
    for (uint32_t i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%u", name, i);
        assert_int_equal(pool__fs_open(&fs_rig.sleeper, &fs_rig.root, fs_text(path), FS_CREATE, &file), 0);
        fs_close(&file);
    }
}

static int remove_all(const char *path)
{
    return pool__fs_remove_all(fs_rig.pool, &fs_rig.root, fs_text(path));
}

/* Sweeps all of it; no slice does more than it may. How many there were. */
static uint32_t sweep_all(void)
{
    uint32_t slices = 1;
    uint64_t before = volume()->n_nodes;
    while (pool__fs_sweep(fs_rig.pool, volume()) == 1) {
        assert_true(before - volume()->n_nodes <= NODES_A_SLICE);
        before = volume()->n_nodes;
        slices++;
    }
    return slices;
}

static void removed_tree_is_gone_at_once_and_freed_in_slices(void **state)
{
    (void)state;
    uint64_t nodes = volume()->n_nodes, bytes = volume()->bytes;
    make_deep("deep", 8000);
    uint64_t most = volume()->n_nodes;
    assert_int_equal(remove_all("deep"), 0);
    assert_int_equal(fs_kind("deep"), POOL_ENOENT);
    assert_int_equal(volume()->n_nodes, most); /* nothing has been gone through yet */
    assert_int_equal(pool__fs_sweep(fs_rig.pool, volume()), 1);
    fs_mkdir("deep"); /* others have their turn between slices, and the name is free */
    assert_int_equal(fs_kind("deep"), NODE_DIRECTORY);
    sweep_all();
    assert_int_equal(volume()->n_nodes, nodes + 1);
    assert_int_equal(fs_rmdir("deep"), 0);
    assert_int_equal(volume()->bytes, bytes);
}

/* Twice as much in twice as many slices, whether it is deep or wide. */
static void removal_costs_its_size(void **state)
{
    (void)state;
    void (*const make[])(const char *, uint32_t) = {make_deep, make_wide};
    for (uint32_t i = 0; i < POOL_COUNT_OF(make); i++) {
        uint32_t slices[2];
        for (uint32_t twice = 0; twice < 2; twice++) {
            make[i]("tree", 3000u << twice);
            assert_int_equal(remove_all("tree"), 0);
            slices[twice] = sweep_all();
        }
        assert_true(slices[0] > 1);
        assert_true(slices[1] <= 2 * slices[0] + 1);
    }
}

static void removed_directory_that_is_open_is_empty_and_takes_nothing(void **state)
{
    (void)state;
    struct fs_open file;
    struct fs_entry entry;
    fs_mkdir("a");
    fs_mkdir("a/b");
    fs_put("a/b/f", "content");
    fs_mkdir("a/b/c");
    struct fs_open outer = fs_must_open("a", FS_DIRECTORY), inner = fs_must_open("a/b", FS_DIRECTORY);
    struct fs_open kept = fs_must_open("a/b/f", 0);
    assert_int_equal(remove_all("a"), 0);
    for (int swept = 0; swept < 2; swept++) {
        assert_int_equal(pool__fs_next_entry(fs_rig.pool, &outer, 0, &entry), 0);
        assert_int_equal(pool__fs_open(&fs_rig.sleeper, &outer, fs_text("b"), FS_DIRECTORY, &file), POOL_ENOENT);
        assert_int_equal(pool__fs_open(&fs_rig.sleeper, &outer, fs_text("new"), FS_CREATE, &file), POOL_ENOENT);
        sweep_all();
    }
    assert_int_equal(pool__fs_open(&fs_rig.sleeper, &inner, fs_text("new"), FS_CREATE, &file), POOL_ENOENT);
    assert_int_equal(pool__fs_next_entry(fs_rig.pool, &inner, 0, &entry), 0);
    char got[8];
    assert_int_equal(fs_read(&kept, 0, got, 8), 7);
    assert_int_equal(fs_stat_of(&kept).n_links, 0);
    fs_close(&outer);
    fs_close(&inner);
    fs_close(&kept);
    assert_int_equal(volume()->n_nodes, 1);
}

/* A guest moves something out of what is taken apart, and something into it. */
static void what_is_moved_out_in_time_lives_on(void **state)
{
    (void)state;
    fs_mkdir("a");
    fs_mkdir("a/b");
    fs_mkdir("a/b/out");
    fs_put("a/b/out/f", "kept");
    fs_mkdir("in");
    struct fs_open inner = fs_must_open("a/b", FS_DIRECTORY);
    assert_int_equal(remove_all("a"), 0);
    assert_int_equal(pool__fs_rename(&fs_rig.sleeper, &inner, fs_text("out"), &fs_rig.root, fs_text("out")), 0);
    assert_int_equal(pool__fs_rename(&fs_rig.sleeper, &fs_rig.root, fs_text("in"), &inner, fs_text("in")), 0);
    sweep_all();
    assert_int_equal(fs_kind("in"), POOL_ENOENT);
    assert_int_equal(fs_kind("out/f"), NODE_FILE);
    assert_int_equal(remove_all("out/.."), POOL_EINVAL);
    assert_int_equal(remove_all("."), POOL_EINVAL);
    assert_int_equal(remove_all("out/f/"), POOL_ENOTDIR);
    assert_int_equal(remove_all("out"), 0);
    sweep_all();
    fs_close(&inner);
    assert_int_equal(volume()->n_nodes, 1);
}

static void full_volume_has_room_again_as_soon_as_something_is_removed(void **state)
{
    (void)state;
    char name[8];
    fs_renew(0, 50);
    fs_mkdir("a");
    for (uint32_t i = 0; i < 48; i++) {
        snprintf(name, sizeof name, "a/%u", i);
        fs_put(name, "x");
    }
    assert_int_equal(fs_try_open("b", FS_CREATE), POOL_ENOSPC);
    assert_int_equal(remove_all("a"), 0);
    fs_put("b", "x");
    assert_int_equal(volume()->n_nodes, 2);
}

/* ----------------------------------------------------------------------------------------------- the coordinator */

/* Drops a volume, as the client does, that takes many slices to free. */
static pool_volume_t drop_large(void)
{
    pool_volume_t handle = fs_rig.handle;
    make_deep("deep", 5000);
    fs_close(&fs_rig.root);
    assert_int_equal(pool__volume_disown(fs_rig.pool, handle), 0);
    pool__volume_unuse(fs_rig.pool, pool__volume_at(fs_rig.pool, handle));
    return handle;
}

static void renew_rig(void)
{
    assert_int_equal(pool__volume_make(&fs_rig.sleeper, 0, 0, &fs_rig.handle), 0);
    assert_int_equal(pool__volume_open(fs_rig.pool, fs_rig.handle, false, &fs_rig.root), 0);
}

/* A millisecond goes by in each tick: the job whose time runs out meanwhile ends first. */
static void deadline_passes_while_a_volume_is_freed(void **state)
{
    struct pool *pool = *state;
    struct pool_job_config config = {.module = 1, .timeout_ms = 3};
    pool_job_t job;
    uint32_t ticks = 0, ended_at = 0;
    assert_int_equal(pool_submit(pool, &config, &job), 0);
    struct volume *dying = pool__volume_at(pool, drop_large());
    while (coordinator_tick(pool) == 0) {
        ticks++;
        fake_port_advance_ms(1);
        if (!ended_at && pool__job_state(test_job(pool, job)) == JOB_ENDED) ended_at = ticks;
    }
    assert_int_equal(atomic_load(&dying->x_generation) % 2, 0);
    assert_in_range(ended_at, 3, 4);
    assert_true(ticks > 5);
    assert_int_equal(test_result(pool, job).outcome, POOL_TIMED_OUT);
    assert_int_equal(pool_release(pool, job), 0);
    renew_rig();
}

/* Somebody who has a volume's lock does not keep the coordinator, which is told when it is free. */
static void coordinator_never_waits_for_a_lock(void **state)
{
    struct pool *pool = *state;
    make_deep("deep", 3000);
    assert_int_equal(remove_all("deep"), 0);
    pool__fs_sweep_later(pool);
    assert_int_equal(pool__volume_lock(volume()), 0);
    assert_int_equal(pool__volumes_sweep(pool), POOL_EBUSY);
    assert_true(coordinator_tick(pool) != 0); /* nor does it try again at once */
    coordinator_arm(pool, true);
    uint32_t ticks = fake.ticks;
    pool__volume_unlock(volume());
    assert_int_equal(fake.ticks, ticks + 1); /* asked for again */
    while (coordinator_tick(pool) == 0) continue;
    assert_int_equal(volume()->n_nodes, 1);
}

/* As the coordinator, which has memory handed out as it needs it. */
static int setup(void **state)
{
    int failed = fs_rig_setup(state);
    fs_rig.sleeper = (struct sleeper){.pool = fs_rig.pool, .refill = pool__refill};
    return failed;
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, fs_rig_teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        CASE(removed_tree_is_gone_at_once_and_freed_in_slices),
        CASE(removal_costs_its_size),
        CASE(removed_directory_that_is_open_is_empty_and_takes_nothing),
        CASE(what_is_moved_out_in_time_lives_on),
        CASE(full_volume_has_room_again_as_soon_as_something_is_removed),
        CASE(deadline_passes_while_a_volume_is_freed),
        CASE(coordinator_never_waits_for_a_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
