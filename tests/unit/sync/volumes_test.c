/* c/sync/volumes.c: a job uses the volumes that it is given from its submission to its end, whatever ends it. */
#include "client/client.h"
#include "coordinator/coordinator.h"
#include "fs/fs.h"
#include "fs/table.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/test_worker.h"
#include "sync/jobs.h"
#include "sync/self.h"
#include "sync/volumes.h"
#include "worker/crossing.h"

static struct pool *pool;
static struct volume *volume;
static pool_volume_t handle;

static void make_volume(void)
{
    struct sleeper sleeper = {.pool = pool, .waiter = WAITER_CLIENT};
    assert_int_equal(pool__volume_make(&sleeper, 0, 0, &handle), 0);
    volume = pool__volume_at(pool, handle);
}

static int setup(void **state)
{
    if (test_worker_setup(state)) return -1;
    pool = *state;
    make_volume();
    return 0;
}

static int teardown(void **state)
{
    assert_pool_is_empty(pool);
    return test_worker_teardown(state);
}

static bool is_alive(void)
{
    return atomic_load(&volume->x_generation) % 2 == 1;
}

static void drop_volume(void)
{
    assert_int_equal(pool__volume_drop(pool, handle), 0);
    assert_int_equal(pool__volume_drop(pool, handle), POOL_EBADF);
}

static int try_submit(pool_volume_t first, pool_volume_t second, pool_job_t *job_out)
{
    const struct pool_preopen preopens[] = {{first, "/data", false}, {second, "/other", true}};
    struct pool_job_config config = {.module = 1, .preopens = preopens, .n_preopens = COUNT_OF(preopens)};
    return pool_submit(pool, &config, job_out);
}

static pool_job_t submit(void)
{
    pool_job_t job;
    assert_int_equal(try_submit(handle, handle, &job), 0);
    return job;
}

/* The job has ended, and the volume with it, once the coordinator has come by. */
static void expect_end(pool_job_t job, enum pool_outcome outcome)
{
    assert_int_equal(test_result(pool, job).outcome, outcome);
    coordinator_tick(pool);
    assert_false(is_alive());
    assert_int_equal(pool_release(pool, job), 0);
    assert_int_equal(pool_release(pool, job), POOL_EBADF);
}

static void queued_job_keeps_what_its_owner_has_let_go_of(void **state)
{
    (void)state;
    pool_job_t job = submit();
    drop_volume();
    coordinator_tick(pool);
    assert_true(is_alive());
    test_worker_enter(1);
    struct fd_table *fds = pool->workers[1].fds;
    assert_int_equal(fds->n_used, 5);
    assert_ptr_equal(fds->fds[3].file.volume, volume);
    assert_true(fds->fds[4].file.read_only);
    test_worker_return(0);
    expect_end(job, POOL_EXITED);
}

static void job_that_is_cancelled_in_the_queue_lets_go_once(void **state)
{
    (void)state;
    pool_job_t job = submit();
    drop_volume();
    assert_int_equal(pool_cancel(pool, job), 0);
    assert_int_equal(pool_cancel(pool, job), 0);
    assert_true(is_alive()); /* whoever cancels may be one who must not wait: the coordinator frees it */
    expect_end(job, POOL_CANCELLED);
}

static void job_whose_worker_is_killed_lets_go(void **state)
{
    (void)state;
    pool_job_t job = submit();
    test_worker_enter(1);
    drop_volume();
    assert_int_equal(pool_cancel(pool, job), 0);
    coordinator_tick(pool);
    fake_port_advance_ms(TEST_GRACE_MS);
    assert_true(is_alive());
    coordinator_tick(pool);
    assert_int_equal(coordinator_next_kill(pool), 1);
    expect_end(job, POOL_CANCELLED);
}

static void job_whose_worker_is_lost_before_it_opened_anything_lets_go(void **state)
{
    (void)state;
    pool_job_t job = submit();
    assert_int_equal(worker_next(), 1);
    drop_volume();
    coordinator_bury_worker(pool, 1, 0, true);
    expect_end(job, POOL_LOST);
}

/* It had them open, and was in our code: whatever that was, what it had is closed. */
static void job_whose_worker_is_lost_in_our_code_has_its_files_closed(void **state)
{
    (void)state;
    pool_job_t job = submit();
    test_worker_begin(1);
    struct fd_table *fds = pool->workers[1].fds;
    assert_int_equal(fds->n_used, 5);
    drop_volume();
    coordinator_bury_worker(pool, 1, 0, true);
    assert_int_equal(fds->n_used, 0);
    expect_end(job, POOL_LOST);
}

/* As when the stack runs out in the middle of an operation. */
static void guest_that_is_unwound_with_a_lock_gives_it_back(void **state)
{
    (void)state;
    struct sleeper sleeper;
    pool_job_t job = submit();
    test_worker_enter(1);
    assert_int_equal(atomic_load(&volume->x_lock), 0);
    pool__cross_to_runtime(&pool->workers[1], pool__this_worker()->turn);
    pool__sleeper_init(&sleeper, pool, WAITER_WORKER_0 + 1);
    pool__self_set(&sleeper);
    assert_int_equal(pool__volume_lock_to_read(volume), 0);
    pool__self_set(NULL);
    worker_leave();
    assert_int_equal(atomic_load(&volume->x_lock), 0);
    worker_end(POOL_TRAPPED, POOL_TRAP_STACK_OVERFLOW, 0);
    drop_volume();
    expect_end(job, POOL_TRAPPED);
}

/* The record is gone by then, and what was in it. */
static void job_whose_worker_is_lost_with_its_results_lets_go_once(void **state)
{
    (void)state;
    pool_job_t job = submit();
    test_worker_enter(1);
    worker_leave();
    pool__fds_close_all(pool, pool->workers[1].fds);
    assert_non_null(worker_results(3));
    assert_true(is_alive()); /* its owner has it */
    coordinator_bury_worker(pool, 1, 0, true);
    assert_int_equal(atomic_load(&volume->x_users), 1);
    drop_volume();
    expect_end(job, POOL_LOST);
}

static void job_of_a_pool_that_closes_lets_go(void **state)
{
    (void)state;
    pool_job_t job = submit();
    drop_volume();
    assert_int_equal(coordinator_close(pool), 0);
    expect_end(job, POOL_CANCELLED);
}

static void last_of_many_jobs_ends_the_volume(void **state)
{
    (void)state;
    pool_job_t jobs[20];
    for (uint32_t i = 0; i < COUNT_OF(jobs); i++) jobs[i] = submit();
    drop_volume();
    for (uint32_t i = 0; i < COUNT_OF(jobs); i++) {
        coordinator_tick(pool);
        assert_true(is_alive());
        if (i % 2) assert_int_equal(pool_cancel(pool, jobs[i]), 0);
        if (i % 2 == 0) test_worker_enter(1);
        if (i % 2 == 0) test_worker_return(0);
        if (i + 1 < COUNT_OF(jobs)) assert_int_equal(pool_release(pool, jobs[i]), 0);
    }
    expect_end(jobs[COUNT_OF(jobs) - 1], POOL_CANCELLED);
}

static void submission_with_a_stale_volume_is_refused(void **state)
{
    (void)state;
    pool_job_t job;
    pool_volume_t stale = handle;
    drop_volume();
    make_volume();
    assert_int_equal(try_submit(stale, handle, &job), POOL_EBADF);
    assert_int_equal(try_submit(handle, stale, &job), POOL_EBADF);
    assert_int_equal(try_submit(handle, UINT32_MAX, &job), POOL_EBADF);
    assert_int_equal(atomic_load(&volume->x_users), 1);
    assert_int_equal(test_free_jobs(pool), JOBS_MAX);
    drop_volume();
    assert_false(is_alive());
}

static void submission_from_another_memory_uses_volumes_too(void **state)
{
    (void)state;
    pool_job_t job;
    _Alignas(struct record) uint8_t record[512];
    const struct pool_preopen preopen = {handle, "/data", false};
    struct pool_job_config config = {.module = 1, .preopens = &preopen, .n_preopens = 1};
    int32_t size = pool__record_size(&config);
    assert_in_range(size, 1, sizeof record);
    pool__record_write(&config, record);
    assert_int_equal(client_submit(pool, record, (uint32_t)size, &job), 0);
    drop_volume();
    pool_job_t other;
    assert_int_equal(client_submit(pool, record, (uint32_t)size, &other), POOL_EBADF);
    assert_true(is_alive());
    assert_int_equal(pool_cancel(pool, job), 0);
    expect_end(job, POOL_CANCELLED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(queued_job_keeps_what_its_owner_has_let_go_of),
        TEST(job_that_is_cancelled_in_the_queue_lets_go_once),
        TEST(job_whose_worker_is_killed_lets_go),
        TEST(job_whose_worker_is_lost_before_it_opened_anything_lets_go),
        TEST(job_whose_worker_is_lost_in_our_code_has_its_files_closed),
        TEST(guest_that_is_unwound_with_a_lock_gives_it_back),
        TEST(job_whose_worker_is_lost_with_its_results_lets_go_once),
        TEST(job_of_a_pool_that_closes_lets_go),
        TEST(last_of_many_jobs_ends_the_volume),
        TEST(submission_with_a_stale_volume_is_refused),
        TEST(submission_from_another_memory_uses_volumes_too),
    };
    return cmocka_run_group_tests_name("job_volumes", tests, NULL, NULL);
}
