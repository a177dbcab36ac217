/* "POOL_EBADF for ever": what happens to each kind of handle when its slot has been used as often as a word could count
 * before, and when its generations are used up. No loop could get there, so the generation is set.
 */
#include "client/client.h"
#include "core/handle.h"
#include "fs/fs.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/test_worker.h"
#include "sync/calls.h"
#include "sync/ends.h"
#include "sync/jobs.h"
#include "sync/volumes.h"

/* Where handles and words came round when they had 32 bits. */
static const uint64_t rounds[] = {(1u << 18) - 1, 1u << 18,       (1u << 20) - 1, 1u << 20,   (1u << 22) - 1,
                                  1u << 22,       (1u << 24) - 1, 1u << 24,       UINT32_MAX, (uint64_t)UINT32_MAX + 1};

static struct pool *pool;

static int setup(void **state)
{
    if (test_worker_setup(state)) return -1;
    pool = *state;
    assert_int_equal(client_join(pool, false), 0);
    return 0;
}

/* ------------------------------------------------------------------------------------------------------------ pipes */

static void expect_stale_ends(const pool_fd_t fds[2])
{
    uint8_t byte = 0, *at;
    struct pool_pollfd entries[] = {{fds[0], POOL_POLLIN, 0}, {fds[1], POOL_POLLOUT, 0}};
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(pool_close(pool, fds[i]), POOL_EBADF);
    assert_int_equal(pool_read(pool, fds[0], &byte, 1), POOL_EBADF);
    assert_int_equal(pool_write(pool, fds[1], &byte, 1), POOL_EBADF);
    assert_int_equal(pool_set_nonblocking(pool, fds[0], true), POOL_EBADF);
    assert_int_equal(client_peek(pool, fds[0], &at), POOL_EBADF);
    assert_int_equal(client_reserve(pool, fds[1], 1, &at), POOL_EBADF);
    assert_int_equal(pool_poll(pool, entries, 2, 0), 2);
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(entries[i].revents, POOL_POLLNVAL);
}

static void close_both(const pool_fd_t fds[2])
{
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(pool_close(pool, fds[i]), 0);
}

static void stale_end_is_no_other_pipes_where_it_was(void **state)
{
    (void)state;
    pool_fd_t old[2], fds[2];
    assert_int_equal(pool_pipe(pool, 256, old), 0);
    struct pipe *pipe = test_pipe(pool, old[0]);
    close_both(old);
    for (uint32_t i = 0; i < COUNT_OF(rounds); i++) {
        atomic_store(&pipe->x_generation, rounds[i]);
        assert_int_equal(pool_pipe(pool, 256, fds), 0);
        assert_ptr_equal(test_pipe(pool, fds[0]), pipe);
        assert_true(fds[0] != old[0] && fds[1] != old[1]);
        expect_stale_ends(old);
        close_both(fds);
        expect_stale_ends(fds);
    }
    assert_pool_is_empty(pool);
}

static void pipe_whose_generations_are_used_up_rests_for_ever(void **state)
{
    (void)state;
    pool_fd_t last[2], next[2];
    assert_int_equal(pool_pipe(pool, 256, last), 0);
    struct pipe *pipe = test_pipe(pool, last[0]);
    close_both(last);
    atomic_store(&pipe->x_generation, HANDLE_GENERATIONS - 1);
    assert_int_equal(pool_pipe(pool, 256, last), 0);
    assert_int_equal(pool_write(pool, last[1], "x", 1), 1);
    close_both(last);
    assert_int_equal(test_free_pipes(pool), PIPES_MAX - 1);
    assert_int_equal(pool_pipe(pool, 256, next), 0);
    assert_ptr_not_equal(test_pipe(pool, next[0]), pipe);
    expect_stale_ends(last);
    close_both(next);
}

/* ------------------------------------------------------------------------------------------------------------- jobs */

static void expect_stale_job(pool_job_t job)
{
    uint32_t index;
    struct pool_result result;
    assert_int_equal(pool_wait(pool, job, 0, &result), POOL_EBADF);
    assert_int_equal(pool_wait_any(pool, &job, 1, 0, &index), POOL_EBADF);
    assert_int_equal(pool_cancel(pool, job), POOL_EBADF);
    assert_int_equal(pool_release(pool, job), POOL_EBADF);
    assert_null(pool__job_ref(pool, job));
}

static void preset_job(struct job *job, uint64_t generation)
{
    assert_int_equal(pool__job_state(job), JOB_FREE);
    atomic_store(&job->x_state, generation << 8 | JOB_FREE);
}

static void run_to_its_end(pool_job_t job)
{
    test_worker_enter(1);
    test_worker_return(3);
    assert_int_equal(test_result(pool, job).code, 3);
    assert_int_equal(pool_release(pool, job), 0);
}

static void stale_job_is_no_other_job_where_it_was(void **state)
{
    (void)state;
    pool_job_t old = test_submit(pool, 1);
    struct job *slot = test_job(pool, old);
    run_to_its_end(old);
    for (uint32_t i = 0; i < COUNT_OF(rounds); i++) {
        preset_job(slot, rounds[i]);
        pool_job_t job = test_submit(pool, 1);
        assert_ptr_equal(test_job(pool, job), slot);
        assert_true(job != old);
        expect_stale_job(old);
        run_to_its_end(job);
        expect_stale_job(job);
    }
    assert_pool_is_empty(pool);
}

static void job_whose_generations_are_used_up_rests_for_ever(void **state)
{
    (void)state;
    struct job *slot = test_job(pool, test_submit(pool, 1));
    run_to_its_end(pool__job_handle(pool, slot));
    preset_job(slot, HANDLE_GENERATIONS - 1);
    pool_job_t last = test_submit(pool, 1);
    assert_ptr_equal(test_job(pool, last), slot);
    run_to_its_end(last);
    assert_int_equal(test_free_jobs(pool), JOBS_MAX - 1);
    pool_job_t next = test_submit(pool, 1);
    assert_ptr_not_equal(test_job(pool, next), slot);
    expect_stale_job(last);
    run_to_its_end(next);
}

/* What the run queue has of a job that was cancelled is no later job, however many there were in that slot. */
static void stale_job_in_the_run_queue_is_never_run(void **state)
{
    (void)state;
    pool_job_t old = test_submit(pool, 1);
    struct job *slot = test_job(pool, old);
    assert_int_equal(pool_cancel(pool, old), 0);
    assert_int_equal(pool_release(pool, old), 0);
    preset_job(slot, pool__job_generation(slot) + ((uint64_t)1 << 32));
    pool_job_t job = test_submit(pool, 1);
    assert_null(pool__job_begin(pool, old, 1, 1));
    assert_int_equal(pool__job_state(slot), JOB_QUEUED);
    run_to_its_end(job);
}

/* A grace time is that of one job, and not of the one that has its slot 2^32 jobs later. */
static void grace_time_is_no_other_jobs(void **state)
{
    (void)state;
    pool_job_t first = test_submit(pool, 1);
    struct job *slot = test_job(pool, first);
    test_worker_enter(1);
    assert_int_equal(pool_cancel(pool, first), 0);
    coordinator_tick(pool);
    test_worker_return(0);
    assert_int_equal(pool_release(pool, first), 0);
    preset_job(slot, pool__job_generation(slot) - 1 + ((uint64_t)1 << 32));
    pool_job_t job = test_submit(pool, 1);
    test_worker_enter(1);
    fake_port_advance_ms(10 * TEST_GRACE_MS);
    assert_int_equal(pool_cancel(pool, job), 0);
    assert_true(coordinator_tick(pool) == TEST_GRACE_MS);
    assert_int_equal(coordinator_next_kill(pool), 0);
}

/* ------------------------------------------------------------------------------------------------------------ calls */

static struct sleeper *caller(void)
{
    test_submit(pool, 1);
    test_worker_begin(1);
    return &pool__this_worker()->sleeper;
}

static pool_call_t call_once(struct sleeper *sleeper, struct call_draft *draft)
{
    struct client_call call;
    assert_int_equal(pool__call_draft(sleeper, 1, 0, draft), 0);
    draft->memory[0] = 'f';
    pool__call_send(sleeper, draft);
    assert_int_equal(pool__call_take(pool, (uint32_t)(draft->call - pool->calls), &call), 0);
    return call.call;
}

static void answer(const struct call_draft *draft, pool_call_t call)
{
    assert_int_equal(client_reply(pool, call, 0, 0), 0);
    assert_int_equal(client_reply(pool, call, 0, 0), POOL_EBADF);
    pool__close_end(pool, draft->pipe, PIPE_READ);
}

static void stale_call_is_no_other_call_where_it_was(void **state)
{
    (void)state;
    struct call_draft draft;
    struct sleeper *sleeper = caller();
    pool_call_t old = call_once(sleeper, &draft);
    struct call *slot = draft.call;
    answer(&draft, old);
    for (uint32_t i = 0; i < COUNT_OF(rounds); i++) {
        atomic_store(&slot->x_state, rounds[i] << 8 | CALL_FREE);
        pool_call_t call = call_once(sleeper, &draft);
        assert_ptr_equal(draft.call, slot);
        assert_true(call != old);
        assert_int_equal(client_reply(pool, old, 0, 0), POOL_EBADF);
        answer(&draft, call);
    }
}

static void call_whose_generations_are_used_up_rests_for_ever(void **state)
{
    (void)state;
    struct call_draft draft;
    struct sleeper *sleeper = caller();
    answer(&draft, call_once(sleeper, &draft));
    struct call *slot = draft.call;
    atomic_store(&slot->x_state, (HANDLE_GENERATIONS - 1) << 8 | CALL_FREE);
    pool_call_t last = call_once(sleeper, &draft);
    assert_ptr_equal(draft.call, slot);
    answer(&draft, last);
    assert_int_equal(test_free_calls(pool), CALLS_MAX - 1);
    pool_call_t next = call_once(sleeper, &draft);
    assert_ptr_not_equal(draft.call, slot);
    assert_int_equal(client_reply(pool, last, 0, 0), POOL_EBADF);
    answer(&draft, next);
}

/* ---------------------------------------------------------------------------------------------------------- volumes */

static void expect_stale_volume(pool_volume_t volume)
{
    struct fs_open root;
    assert_int_equal(pool__volume_use(pool, volume), POOL_EBADF);
    assert_int_equal(pool__volume_drop(pool, volume), POOL_EBADF);
    assert_int_equal(pool__volume_open(pool, volume, false, &root), POOL_EBADF);
}

static pool_volume_t make_volume(void)
{
    pool_volume_t volume;
    assert_int_equal(pool__volume_make(&pool__this_worker()->sleeper, 0, 0, &volume), 0);
    return volume;
}

static void stale_volume_is_no_other_volume_where_it_was(void **state)
{
    (void)state;
    pool_volume_t old = make_volume();
    struct volume *slot = pool__volume_at(pool, old);
    assert_int_equal(pool__volume_drop(pool, old), 0);
    for (uint32_t i = 0; i < COUNT_OF(rounds); i++) {
        atomic_store(&slot->x_generation, rounds[i] + rounds[i] % 2);
        pool_volume_t volume = make_volume();
        assert_ptr_equal(pool__volume_at(pool, volume), slot);
        assert_true(volume != old);
        expect_stale_volume(old);
        assert_int_equal(pool__volume_drop(pool, volume), 0);
        expect_stale_volume(volume);
    }
    assert_pool_is_empty(pool);
}

static void volume_whose_generations_are_used_up_rests_for_ever(void **state)
{
    (void)state;
    pool_volume_t first = make_volume();
    struct volume *slot = pool__volume_at(pool, first);
    assert_int_equal(pool__volume_drop(pool, first), 0);
    atomic_store(&slot->x_generation, HANDLE_GENERATIONS - 1);
    pool_volume_t last = make_volume();
    assert_ptr_equal(pool__volume_at(pool, last), slot);
    assert_true(last < (uint64_t)1 << 53);
    assert_int_equal(pool__volume_drop(pool, last), 0);
    pool_volume_t next = make_volume();
    assert_ptr_not_equal(pool__volume_at(pool, next), slot);
    expect_stale_volume(last);
    assert_int_equal(pool__volume_drop(pool, next), 0);
}

/* --------------------------------------------------------------------------------------------------------- workers */

/* A thread of an earlier life in the same slot changes nothing, though it has run as many jobs as the present one. */
static void worker_of_an_earlier_life_changes_nothing(void **state)
{
    (void)state;
    struct worker *worker = &pool->workers[1];
    uint64_t turn = pool__worker_turn(worker);
    coordinator_bury_worker(pool, 1, 0, false);
    assert_int_equal(coordinator_add_worker(pool), 1);
    assert_false(pool__worker_move(worker, turn, WORKER_STARTING, WORKER_RUNTIME));
    assert_int_equal(worker_join(pool, 1), 0);
    assert_true(pool__this_worker()->turn > turn);
    assert_false(pool__worker_move(worker, turn, WORKER_RUNTIME, WORKER_GUEST));
    assert_int_equal(test_worker_state(pool, 1), WORKER_RUNTIME);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, setup, test_worker_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(stale_end_is_no_other_pipes_where_it_was),     CASE(pipe_whose_generations_are_used_up_rests_for_ever),
        CASE(stale_job_is_no_other_job_where_it_was),       CASE(job_whose_generations_are_used_up_rests_for_ever),
        CASE(stale_job_in_the_run_queue_is_never_run),      CASE(grace_time_is_no_other_jobs),
        CASE(stale_call_is_no_other_call_where_it_was),     CASE(call_whose_generations_are_used_up_rests_for_ever),
        CASE(stale_volume_is_no_other_volume_where_it_was), CASE(volume_whose_generations_are_used_up_rests_for_ever),
        CASE(worker_of_an_earlier_life_changes_nothing),
    };
    return cmocka_run_group_tests_name("generations", tests, NULL, NULL);
}
