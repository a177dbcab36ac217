/* api/stats.c: how the pool is doing. */
#include "client/client.h"
#include "support/fs_rig.h"
#include "support/prelude.h"
#include "support/running_job.h"
#include "support/test_pool.h"
#include "support/test_worker.h"
#include "sync/calls.h"
#include "sync/ends.h"
#include "sync/wake.h"

static struct pool *pool;

static int setup(void **state)
{
    if (running_job_setup(state)) return -1;
    pool = *state;
    return client_join(pool, false);
}

static struct pool_stats stats_now(void)
{
    struct pool_stats stats;
    memset(&stats, 0xee, sizeof stats);
    assert_int_equal(pool_stats(pool, &stats), 0);
    return stats;
}

static void stats_of_nothing_are_einval(void **state)
{
    (void)state;
    struct pool_stats stats;
    assert_int_equal(pool_stats(NULL, &stats), POOL_EINVAL);
    assert_int_equal(pool_stats(pool, NULL), POOL_EINVAL);
}

static void new_pool_has_nothing_but_memory(void **state)
{
    (void)state;
    struct pool_stats stats = stats_now();
    assert_int_equal(stats.n_workers | stats.n_idle | stats.n_lost | stats.n_queued | stats.n_running, 0);
    assert_int_equal(stats.n_ended | stats.n_pipes | stats.n_calls | stats.n_open_calls | stats.n_jobs, 0);
    assert_int_equal(stats.n_volumes | stats.n_waiting, 0);
    assert_true(stats.memory_bytes > 0);
    assert_true(stats.memory_bytes <= stats.memory_limit_bytes);
    assert_true(stats.memory_limit_bytes <= (uint64_t)TEST_BLOCKS_MIB << 20);
    assert_int_equal(stats.memory_used_bytes, 0);
    assert_int_equal(stats.memory_free_bytes, stats.memory_limit_bytes);
    assert_int_equal(stats.memory_largest_bytes, POOL_BYTES_MAX);
}

static void assert_jobs(uint32_t queued, uint32_t run, uint32_t ended)
{
    struct pool_stats stats = stats_now();
    assert_int_equal(stats.n_queued, queued);
    assert_int_equal(stats.n_running, run);
    assert_int_equal(stats.n_ended, ended);
    assert_int_equal(stats.n_jobs, queued + run + ended);
}

static void jobs_are_counted_by_what_they_do(void **state)
{
    (void)state;
    running_job_begin_bare();
    assert_jobs(0, 1, 0);
    pool_job_t queued[2] = {test_submit_bare(pool), test_submit_bare(pool)};
    assert_jobs(2, 1, 0);
    assert_int_equal(pool_cancel(pool, queued[0]), 0);
    assert_jobs(1, 1, 1);
    test_run_queue(pool);
    assert_jobs(0, 1, 2);
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(pool_release(pool, queued[i]), 0);
    assert_jobs(0, 1, 0);
    running_job_end();
    assert_jobs(0, 0, 0);
}

/* A callback still wants its end: the slot is in use, though nobody has a handle. */
static void released_job_counts_until_its_slot_is_free(void **state)
{
    (void)state;
    pool_job_t handle = test_submit_bare(pool);
    assert_int_equal(pool_cancel(pool, handle), 0);
    struct job *job = pool__job_ref(pool, handle);
    assert_int_equal(pool_release(pool, handle), 0);
    assert_int_equal(stats_now().n_ended, 0);
    assert_int_equal(stats_now().n_jobs, 1);
    pool__job_unref(pool, job);
    assert_int_equal(stats_now().n_jobs, 0);
}

static void pipe_counts_until_both_ends_are_closed(void **state)
{
    (void)state;
    pool_fd_t fds[2];
    assert_int_equal(pool_pipe(pool, 0, fds), 0);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(stats_now().n_pipes, 1);
        assert_int_equal(pool_close(pool, fds[i]), 0);
    }
    assert_int_equal(stats_now().n_pipes, 0);
}

static void assert_bytes(uint64_t wanted_written, uint64_t wanted_read)
{
    assert_int_equal(stats_now().written_bytes, wanted_written);
    assert_int_equal(stats_now().read_bytes, wanted_read);
}

static void bytes_count_for_threads_that_run_no_job(void **state)
{
    (void)state;
    pool_fd_t fds[2];
    uint8_t data[512] = {0}, *at;
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(pool_set_nonblocking(pool, fds[i], true), 0);
    assert_int_equal(pool_read(pool, fds[0], data, 1), POOL_EAGAIN);
    assert_bytes(0, 0);
    assert_int_equal(pool_write(pool, fds[1], data, 512), 256); /* what fits */
    assert_int_equal(pool_write(pool, fds[1], data, 1), POOL_EAGAIN);
    assert_bytes(256, 0);
    assert_int_equal(pool_read(pool, fds[0], data, 10), 10);
    assert_bytes(256, 10);
    assert_int_equal(client_peek(pool, fds[0], &at), 246);
    assert_int_equal(client_consume(pool, fds[0], 246), 0);
    assert_int_equal(client_consume(pool, fds[0], 1), POOL_EINVAL);
    assert_int_equal(client_reserve(pool, fds[1], 3, &at), 256);
    assert_int_equal(client_commit(pool, fds[1], 3), 0);
    assert_bytes(259, 256);
    running_job_begin_bare();
    running_job_become();
    assert_int_equal(pool_read(pool, fds[0], data, 3), 3);
    assert_int_equal(pool_write(pool, fds[1], data, 3), 3);
    running_job_end();
    assert_bytes(259, 256);
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(pool_close(pool, fds[i]), 0);
    assert_bytes(259, 256);
}

static void assert_calls(uint32_t unanswered, uint32_t open)
{
    assert_int_equal(stats_now().n_calls, unanswered);
    assert_int_equal(stats_now().n_open_calls, open);
    assert_int_equal(stats_now().n_pipes, 0); /* a reply's pipe is none that was opened */
}

static void calls_count_until_they_are_answered_and_are_open_until_they_are_closed(void **state)
{
    (void)state;
    struct call_draft draft;
    struct client_call call;
    running_job_begin_bare();
    assert_int_equal(pool__call_draft(&running.sleeper, 1, 0, &draft), 0);
    memcpy(draft.memory, "f", 1);
    pool__call_send(&running.sleeper, &draft);
    assert_calls(1, 1);
    assert_int_equal(client_call(pool, (uint32_t)(draft.call - pool->calls), &call), 0);
    assert_calls(1, 1);
    assert_int_equal(pool_reply(pool, call.call, 0, NULL, 0), 0);
    assert_calls(0, 1);
    pool__close_end(pool, draft.pipe, PIPE_READ);
    assert_calls(0, 0);
}

static void workers_count_when_they_are_up(void **state)
{
    (void)state;
    assert_int_equal(coordinator_add_worker(pool), 1);
    assert_int_equal(stats_now().n_workers, 0); /* it is starting */
    uint32_t number = test_worker_join(pool);
    assert_int_equal(stats_now().n_workers, 1);
    assert_int_equal(stats_now().n_idle, 0);
    pool__sched_set_idle(&pool->sched, number);
    assert_int_equal(stats_now().n_idle, 1);
    pool__sched_set_idle(&pool->sched, WORKERS_MAX); /* the last there can be is counted too */
    assert_int_equal(stats_now().n_idle, 2);
    pool__sched_clear_idle(&pool->sched, WORKERS_MAX);
    coordinator_bury_worker(pool, number, 0, true);
    assert_int_equal(stats_now().n_workers, 0);
    assert_int_equal(stats_now().n_idle, 0);
    assert_int_equal(stats_now().n_lost, 1);
}

static void volumes_count_until_they_are_freed(void **state)
{
    (void)state;
    pool_volume_t volume;
    assert_int_equal(pool__volume_make(&running.sleeper, 0, 0, &volume), 0);
    assert_int_equal(stats_now().n_volumes, 1);
    assert_int_equal(pool__volume_drop(pool, volume), 0);
    assert_int_equal(stats_now().n_volumes, 0);
}

static void threads_that_wait_are_counted(void **state)
{
    (void)state;
    atomic_store(&pool->x_inside, 3);
    assert_int_equal(stats_now().n_waiting, 3);
    atomic_store(&pool->x_inside, 0);
}

static void memory_is_used_or_free(void **state)
{
    (void)state;
    uint32_t block = pool__take_block(pool, USE_CONTENT, 5000, WAITER_CLIENT);
    struct pool_stats stats = stats_now();
    assert_int_equal(stats.memory_used_bytes, 8192); /* as a whole block */
    assert_int_equal(stats.memory_free_bytes, stats.memory_limit_bytes - 8192);
    pool__give_block(pool, block);
    assert_int_equal(stats_now().memory_used_bytes, 0);
}

static void memory_grows_to_its_limit_and_no_further(void **state)
{
    (void)state;
    uint32_t taken[64], n = 0;
    uint64_t before = stats_now().memory_bytes;
    for (uint32_t rounds = 0; rounds < 64; rounds++) {
        uint32_t block = pool__take_block(pool, USE_CONTENT, POOL_BYTES_MAX, WAITER_CLIENT);
        if (block) taken[n++] = block;
        coordinator_tick(pool);
    }
    struct pool_stats stats = stats_now();
    assert_true(n > 0);
    assert_true(stats.memory_bytes > before);
    assert_true(stats.memory_bytes <= stats.memory_limit_bytes);
    assert_int_equal(stats.memory_used_bytes, (uint64_t)n * POOL_BYTES_MAX);
    assert_true(stats.memory_largest_bytes < POOL_BYTES_MAX);
    while (n > 0) pool__give_block(pool, taken[--n]);
    assert_int_equal(stats_now().memory_largest_bytes, POOL_BYTES_MAX);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, running_job_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(stats_of_nothing_are_einval),
        CASE(new_pool_has_nothing_but_memory),
        CASE(jobs_are_counted_by_what_they_do),
        CASE(released_job_counts_until_its_slot_is_free),
        CASE(pipe_counts_until_both_ends_are_closed),
        CASE(bytes_count_for_threads_that_run_no_job),
        CASE(calls_count_until_they_are_answered_and_are_open_until_they_are_closed),
        CASE(workers_count_when_they_are_up),
        CASE(volumes_count_until_they_are_freed),
        CASE(threads_that_wait_are_counted),
        CASE(memory_is_used_or_free),
        CASE(memory_grows_to_its_limit_and_no_further),
    };
    return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
