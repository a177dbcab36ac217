/* pool.h as a client calls it: every function, with every kind of bad argument. */
#include "client/client.h"

#include <stdlib.h>

#include "core/handle.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/property.h"
#include "support/test_pool.h"
#include "sync/jobs.h"

/* What a call that fails must not change. */
struct census {
    uint32_t jobs, pipes, blocks;
    bool queued;
};

static struct census census_of(struct pool *pool)
{
    return (struct census){test_free_jobs(pool), test_free_pipes(pool), test_free_blocks(pool),
                           pool__queue_has_more(&pool->sched.queue)};
}

static void assert_submit_fails(struct pool *pool, const struct pool_job_config *config, int error)
{
    pool_job_t job = 4711;
    struct census before = census_of(pool), after;
    assert_int_equal(pool_submit(pool, config, &job), error);
    assert_int_equal(job, 4711);
    after = census_of(pool);
    assert_memory_equal(&before, &after, sizeof before);
}

/* Ends every job that is queued, as a worker would. */
static void run_queue(struct pool *pool)
{
    for (uint32_t slot; pool__sched_pop(&pool->sched, &slot);) {
        if (pool__job_begin(pool, &pool->jobs[slot], 1, 1))
            pool__job_end_running(pool, &pool->jobs[slot], POOL_EXITED, 0);
    }
}

static void submit_with_arguments_that_do_not_fit_is_refused(void **state)
{
    static char text[POOL_ARGS_MAX_BYTES + 1];
    static const struct {
        const char *name;
        struct pool_job_config config;
        int error;
    } cases[] = {
        {"one byte too many", {.args = text, .args_bytes = POOL_ARGS_MAX_BYTES + 1}, POOL_E2BIG},
        {"4 GiB", {.args = text, .args_bytes = UINT32_MAX}, POOL_E2BIG},
        {"4 GiB of nothing", {.args_bytes = UINT32_MAX}, POOL_E2BIG},
        {"no pointer", {.args = NULL, .args_bytes = 4}, POOL_EINVAL},
        {"no NUL at the end", {.args = "abcd", .args_bytes = 4, .n_args = 1}, POOL_EINVAL},
        {"strings of nothing", {.n_args = 1}, POOL_EINVAL},
        {"environment of nothing", {.n_env = 1}, POOL_EINVAL},
        {"more strings than bytes", {.args = "a\0", .args_bytes = 3, .n_args = 2, .n_env = 2}, POOL_EINVAL},
        {"sum of strings wraps", {.args = "a", .args_bytes = 2, .n_args = UINT32_MAX, .n_env = 2}, POOL_EINVAL},
        {"more strings than NULs", {.args = "abc", .args_bytes = 4, .n_args = 1, .n_env = 1}, POOL_EINVAL},
        {"fewer strings than NULs", {.args = "a\0b", .args_bytes = 4, .n_args = 1}, POOL_EINVAL},
    };
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        ROUND("%s", cases[i].name);
        assert_submit_fails(*state, &cases[i].config, cases[i].error);
    }
}

static void submit_with_the_largest_arguments_is_accepted(void **state)
{
    struct pool *pool = *state;
    static char text[POOL_ARGS_MAX_BYTES];
    pool_job_t job;
    struct pool_job_config config = {.args = text, .args_bytes = sizeof text, .n_args = 1};
    memset(text, 'a', sizeof text - 1);
    assert_int_equal(pool_submit(pool, &config, &job), 0);
    assert_memory_equal(pool__job_block(pool, test_job(pool, job)), text, sizeof text);
    config.n_args = sizeof text - 5;
    config.n_env = 5;
    memset(text, 0, sizeof text);
    assert_int_equal(pool_submit(pool, &config, &job), 0); /* nothing but empty strings */
}

static void submit_copies_the_arguments(void **state)
{
    struct pool *pool = *state;
    char text[] = "prog\0-v";
    pool_job_t job;
    assert_int_equal(pool_submit(pool, &(struct pool_job_config){.args = text, .args_bytes = 8, .n_args = 2}, &job), 0);
    memset(text, 'x', sizeof text);
    assert_memory_equal(pool__job_block(pool, test_job(pool, job)), "prog\0-v", 8);
}

static void submit_with_ends_that_are_not_open_is_refused(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2], stale[2];
    assert_int_equal(pool_pipe(pool, 256, stale), 0);
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(pool_close(pool, stale[i]), 0);
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    const struct pool_job_config cases[] = {
        {.stdio = {fds[1]}},     {.stdio = {0, fds[0]}},     {.stdio = {0, 0, fds[0]}},
        {.stdio = {stale[0]}},   {.stdio = {0, stale[1]}},   {.stdio = {UINT32_MAX}},
        {.stdio = {1}},          {.stdio = {0, UINT32_MAX}}, {.stdio = {fds[0], 1, 0}},
        {.stdio = {fds[0] ^ 2}},
    };
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        ROUND("%u", i);
        assert_submit_fails(pool, &cases[i], POOL_EBADF);
    }
    assert_int_equal(pool_write(pool, fds[1], "x", 1), 1); /* they are still the caller's */
}

/* Or one job could write into a pipe that another was given, and close it under its feet. */
static void submit_takes_the_ends_away_from_the_caller(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    pool_job_t job, other;
    struct pool_job_config config = {.module = 1};
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    config.stdio[1] = fds[1];
    assert_int_equal(pool_submit(pool, &config, &job), 0);
    assert_int_equal(pool_write(pool, fds[1], "x", 1), POOL_EBADF);
    assert_int_equal(client_commit(pool, fds[1], 0), POOL_EBADF);
    assert_int_equal(pool_close(pool, fds[1]), POOL_EBADF);
    assert_int_equal(pool_submit(pool, &config, &other), POOL_EBADF);
    assert_int_equal(pool_close(pool, fds[0]), 0); /* the other end is still the caller's */
}

/* Two descriptors of one end would close it twice. */
static void submit_with_one_end_twice_is_refused(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    assert_submit_fails(pool, &(struct pool_job_config){.stdio = {0, fds[1], fds[1]}}, POOL_EINVAL);
    assert_int_equal(pool_write(pool, fds[1], "x", 1), 1);
}

static void submit_of_more_jobs_than_records_is_eagain_until_one_is_released(void **state)
{
    struct pool *pool = *state;
    static pool_job_t jobs[JOBS_MAX];
    for (uint32_t i = 0; i < JOBS_MAX; i++) jobs[i] = test_submit(pool, i);
    assert_submit_fails(pool, &(struct pool_job_config){0}, POOL_EAGAIN);
    run_queue(pool);
    assert_submit_fails(pool, &(struct pool_job_config){0}, POOL_EAGAIN); /* ended is not released */
    assert_int_equal(pool_release(pool, jobs[500]), 0);
    pool_job_t again = test_submit(pool, 1);
    assert_int_not_equal(again, jobs[500]);
    assert_submit_fails(pool, &(struct pool_job_config){0}, POOL_EAGAIN);
    run_queue(pool);
    jobs[500] = again;
    for (uint32_t i = 0; i < JOBS_MAX; i++) assert_int_equal(pool_release(pool, jobs[i]), 0);
    assert_pool_is_empty(pool);
}

static void submit_of_cancelled_jobs_recovers_once_a_worker_comes_by(void **state)
{
    struct pool *pool = *state;
    for (uint32_t i = 0; i < JOBS_MAX; i++) {
        pool_job_t job = test_submit(pool, i);
        assert_int_equal(pool_cancel(pool, job), 0);
        assert_int_equal(pool_release(pool, job), 0);
    }
    assert_submit_fails(pool, &(struct pool_job_config){0}, POOL_EAGAIN);
    run_queue(pool);
    test_submit(pool, 1);
    run_queue(pool);
}

/* The run queue cannot be full, as it has more cells than there are jobs; if it were, the job is not lost. */
static void submit_to_a_full_queue_is_eagain(void **state)
{
    struct pool *pool = *state;
    for (uint32_t i = 0; i < QUEUE_CELLS; i++) assert_true(pool__queue_push(&pool->sched.queue, 0));
    assert_submit_fails(pool, &(struct pool_job_config){.args = "a", .args_bytes = 2, .n_args = 1}, POOL_EAGAIN);
}

static void submit_without_memory_for_the_arguments_is_eagain_and_a_signal_follows(void **state)
{
    struct pool *pool = *state;
    static uint32_t taken[512];
    pool_job_t job;
    struct pool_job_config config = {.args = "a", .args_bytes = 2, .n_args = 1};
    test_drain_blocks(pool, config.args_bytes, taken, COUNT_OF(taken));
    assert_submit_fails(pool, &config, POOL_EAGAIN);
    assert_int_equal(fake.ticks, 1);
    coordinator_tick(pool);
    assert_true(test_signalled(pool, SIGNAL_BLOCKS));
    assert_int_equal(pool_submit(pool, &config, &job), 0);
}

static void submit_asks_for_a_tick_only_if_there_is_a_deadline(void **state)
{
    struct pool *pool = *state;
    pool_job_t job;
    test_submit(pool, 1);
    assert_int_equal(fake.ticks, 0);
    assert_int_equal(pool_submit(pool, &(struct pool_job_config){.timeout_ms = UINT32_MAX}, &job), 0);
    assert_int_equal(fake.ticks, 1);
    assert_int_equal(atomic_load(&test_job(pool, job)->x_deadline_ns), FAKE_BEGIN_NS + (uint64_t)UINT32_MAX * MS_NS);
}

static void submit_and_pipe_while_closing_are_eshutdown(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2] = {7, 8};
    coordinator_close(pool);
    assert_submit_fails(pool, &(struct pool_job_config){0}, POOL_ESHUTDOWN);
    assert_int_equal(pool_pipe(pool, 0, fds), POOL_ESHUTDOWN);
    assert_int_equal(fds[0], 7);
    assert_pool_is_empty(pool);
}

static struct pool *closing;

static void close_behind_the_back(void)
{
    fake.on_look = NULL;
    coordinator_close(closing);
}

/* The pool is closed after pool_submit has looked and before the job is queued: it settles all the same. */
static void submit_that_meets_a_close_settles(void **state)
{
    struct pool *pool = closing = *state;
    pool_job_t job;
    fake.on_look = close_behind_the_back;
    int status = pool_submit(pool, &(struct pool_job_config){0}, &job);
    assert_null(fake.on_look);
    if (status == 0)
        assert_int_equal(test_result(pool, job).outcome, POOL_CANCELLED);
    else
        assert_int_equal(status, POOL_ESHUTDOWN);
}

static void pipe_of_any_capacity_is_rounded_up_to_a_power_of_two(void **state)
{
    struct pool *pool = *state;
    static const uint32_t cases[][2] = {
        {0, POOL_PIPE_DEFAULT_BYTES},
        {1, 256},
        {256, 256},
        {257, 512},
        {65535, 65536},
        {65537, 131072},
        {POOL_PIPE_MAX_BYTES - 1, POOL_PIPE_MAX_BYTES},
        {POOL_PIPE_MAX_BYTES, POOL_PIPE_MAX_BYTES},
    };
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        pool_fd_t fds[2];
        assert_int_equal(pool_pipe(pool, cases[i][0], fds), 0);
        assert_int_equal(test_pipe(pool, fds[0])->capacity, cases[i][1]);
    }
}

static void pipe_that_is_too_large_is_einval(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    static const uint32_t cases[] = {POOL_PIPE_MAX_BYTES + 1, 1u << 31, UINT32_MAX};
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) assert_int_equal(pool_pipe(pool, cases[i], fds), POOL_EINVAL);
    assert_pool_is_empty(pool);
}

static void pipe_when_all_are_in_use_is_enfile_until_one_is_closed(void **state)
{
    struct pool *pool = *state;
    static pool_fd_t fds[PIPES_MAX][2];
    pool_fd_t more[2];
    for (uint32_t i = 0; i < PIPES_MAX; i++) assert_int_equal(pool_pipe(pool, 256, fds[i]), 0);
    assert_int_equal(pool_pipe(pool, 256, more), POOL_ENFILE);
    assert_int_equal(pool_close(pool, fds[77][0]), 0);
    assert_int_equal(pool_pipe(pool, 256, more), POOL_ENFILE); /* one end is still open */
    assert_int_equal(pool_close(pool, fds[77][1]), 0);
    assert_int_equal(pool_pipe(pool, 256, more), 0);
}

static void assert_end_is_bad(struct pool *pool, pool_fd_t fd)
{
    uint8_t byte = 0x5a, *at = &byte;
    assert_int_equal(pool_read(pool, fd, &byte, 1), POOL_EBADF);
    assert_int_equal(pool_write(pool, fd, &byte, 1), POOL_EBADF);
    assert_int_equal(pool_close(pool, fd), POOL_EBADF);
    assert_int_equal(client_peek(pool, fd, &at), POOL_EBADF);
    assert_int_equal(client_consume(pool, fd, 0), POOL_EBADF);
    assert_int_equal(client_reserve(pool, fd, 1, &at), POOL_EBADF);
    assert_int_equal(client_commit(pool, fd, 0), POOL_EBADF);
    assert_ptr_equal(at, &byte);
}

static void assert_job_is_bad(struct pool *pool, pool_job_t job)
{
    struct pool_result result;
    assert_int_equal(pool_cancel(pool, job), POOL_EBADF);
    assert_int_equal(pool_result(pool, job, &result), POOL_EBADF);
    assert_int_equal(pool_release(pool, job), POOL_EBADF);
}

static void handles_that_are_stale_or_nonsense_are_ebadf_everywhere(void **state)
{
    struct pool *pool = *state;
    struct property random = property_begin("handles_that_are_stale_or_nonsense_are_ebadf_everywhere");
    pool_fd_t fds[2];
    pool_job_t job = test_submit(pool, 1);
    run_queue(pool);
    assert_int_equal(pool_release(pool, job), 0);
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(pool_close(pool, fds[i]), 0);
    for (uint32_t i = 0; i < 2; i++) assert_end_is_bad(pool, fds[i]);
    assert_job_is_bad(pool, job);
    assert_job_is_bad(pool, 0);
    assert_end_is_bad(pool, 0);
    for (uint32_t i = 0; i < 100000; i++) {
        uint32_t handle = property_next(&random);
        assert_job_is_bad(pool, handle);
        assert_end_is_bad(pool, handle);
    }
    assert_pool_is_empty(pool);
}

static void ends_of_the_wrong_kind_are_ebadf(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    uint8_t byte, *at;
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    assert_int_equal(pool_read(pool, fds[1], &byte, 1), POOL_EBADF);
    assert_int_equal(pool_write(pool, fds[0], "x", 1), POOL_EBADF);
    assert_int_equal(client_peek(pool, fds[1], &at), POOL_EBADF);
    assert_int_equal(client_reserve(pool, fds[0], 1, &at), POOL_EBADF);
    assert_int_equal(client_consume(pool, fds[1], 0), POOL_EBADF);
    assert_int_equal(client_commit(pool, fds[0], 0), POOL_EBADF);
}

static void consume_and_commit_of_more_than_there_is_are_einval(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    uint8_t *at;
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    assert_int_equal(client_commit(pool, fds[1], 1), POOL_EINVAL); /* there is no ring yet */
    assert_int_equal(client_consume(pool, fds[0], 1), POOL_EINVAL);
    assert_int_equal(client_reserve(pool, fds[1], 1, &at), 256);
    assert_int_equal(client_commit(pool, fds[1], 257), POOL_EINVAL);
    assert_int_equal(client_commit(pool, fds[1], UINT32_MAX), POOL_EINVAL);
    assert_int_equal(client_commit(pool, fds[1], 10), 0);
    assert_int_equal(client_peek(pool, fds[0], &at), 10);
    assert_int_equal(client_consume(pool, fds[0], 11), POOL_EINVAL);
    assert_int_equal(client_consume(pool, fds[0], UINT32_MAX), POOL_EINVAL);
    assert_int_equal(client_consume(pool, fds[0], 10), 0);
}

static void write_of_more_than_fits_is_partial_then_eagain_then_signalled(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    uint8_t data[300], got[300];
    for (uint32_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)(i * 7);
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    uint32_t signal = SIGNAL_PIPE_0 + (uint32_t)(test_pipe(pool, fds[0]) - pool->pipes) * 2 + PIPE_WRITE;
    assert_int_equal(pool_write(pool, fds[1], data, sizeof data), 256);
    assert_int_equal(pool_write(pool, fds[1], data, 1), POOL_EAGAIN);
    assert_false(test_signalled(pool, signal));
    assert_int_equal(pool_read(pool, fds[0], got, 200), 200);
    assert_true(test_signalled(pool, signal));
    assert_int_equal(pool_write(pool, fds[1], data + 256, 44), 44);
    assert_int_equal(pool_read(pool, fds[0], got + 200, 100), 100);
    assert_memory_equal(data, got, sizeof data);
    assert_int_equal(pool_read(pool, fds[0], got, 1), POOL_EAGAIN);
}

static void read_of_what_is_left_after_close_then_0(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    uint8_t got[10];
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    assert_int_equal(pool_write(pool, fds[1], "abc", 3), 3);
    assert_int_equal(pool_close(pool, fds[1]), 0);
    assert_int_equal(pool_read(pool, fds[0], got, sizeof got), 3);
    for (int i = 0; i < 3; i++) assert_int_equal(pool_read(pool, fds[0], got, sizeof got), 0);
}

static void write_without_a_reader_is_epipe(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    assert_int_equal(pool_close(pool, fds[0]), 0);
    assert_int_equal(pool_write(pool, fds[1], "abc", 3), POOL_EPIPE);
    assert_int_equal(test_free_blocks(pool), pool->blocks.n_blocks - 1); /* no ring was taken for it */
}

static void write_without_memory_for_the_ring_is_eagain_and_a_signal_follows(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    assert_int_equal(pool_pipe(pool, 4096, fds), 0); /* a size that is not kept in stock */
    assert_int_equal(pool_write(pool, fds[1], "abc", 3), POOL_EAGAIN);
    coordinator_tick(pool);
    assert_true(test_signalled(pool, SIGNAL_BLOCKS));
    assert_int_equal(pool_write(pool, fds[1], "abc", 3), 3);
}

static void result_of_a_job_that_has_not_ended_is_eagain(void **state)
{
    struct pool *pool = *state;
    struct pool_result result = {.outcome = 99};
    pool_job_t job = test_submit(pool, 1);
    uint32_t slot;
    assert_int_equal(pool_result(pool, job, &result), POOL_EAGAIN);
    assert_int_equal(pool_release(pool, job), POOL_EBUSY);
    assert_true(pool__sched_pop(&pool->sched, &slot));
    assert_true(pool__job_begin(pool, &pool->jobs[slot], 1, 1));
    assert_int_equal(pool_result(pool, job, &result), POOL_EAGAIN);
    assert_int_equal(pool_release(pool, job), POOL_EBUSY);
    assert_int_equal(result.outcome, 99);
}

static void result_tells_how_long_it_took(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    uint32_t slot;
    fake_port_advance_ms(5);
    assert_true(pool__sched_pop(&pool->sched, &slot));
    assert_true(pool__job_begin(pool, &pool->jobs[slot], 3, 1));
    fake_port_advance_ms(70);
    pool__job_end_running(pool, &pool->jobs[slot], POOL_EXITED, UINT32_MAX);
    struct pool_result result = test_result(pool, job);
    assert_int_equal(result.outcome, POOL_EXITED);
    assert_int_equal(result.code, UINT32_MAX);
    assert_int_equal(result.worker, 3);
    assert_true(result.queued_ms > 4.99 && result.queued_ms < 5.01);
    assert_true(result.run_ms > 69.99 && result.run_ms < 70.01);
    assert_null(result.text);
}

static void cancel_in_the_queue_ends_the_job_at_once(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    fake_port_advance_ms(5);
    assert_int_equal(pool_cancel(pool, job), 0);
    struct pool_result result = test_result(pool, job);
    assert_int_equal(result.outcome, POOL_CANCELLED);
    assert_int_equal(result.worker, 0);
    assert_true(result.queued_ms > 4.99 && result.queued_ms < 5.01);
    assert_true(result.run_ms == 0);
    assert_true(test_signalled(pool, SIGNAL_JOB_0));
    assert_int_equal(pool_cancel(pool, job), 0); /* once more: no effect */
    assert_int_equal(test_result(pool, job).outcome, POOL_CANCELLED);
}

static void cancel_of_a_job_that_has_ended_leaves_it_as_it_is(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    run_queue(pool);
    assert_int_equal(pool_cancel(pool, job), 0);
    assert_int_equal(test_result(pool, job).outcome, POOL_EXITED);
    coordinator_tick(pool);
    assert_int_equal(test_result(pool, job).outcome, POOL_EXITED);
}

static void join_of_another_version_is_eproto(void **state)
{
    struct pool *pool = *state;
    pool->abi = POOL_ABI + 1;
    assert_int_equal(client_join(pool, true), POOL_EPROTO);
    assert_int_equal(atomic_load(&pool->x_relayed) & 1u << WAITER_CLIENT, 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, test_pool_setup, test_pool_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(submit_with_arguments_that_do_not_fit_is_refused),
        CASE(submit_with_the_largest_arguments_is_accepted),
        CASE(submit_copies_the_arguments),
        CASE(submit_with_ends_that_are_not_open_is_refused),
        CASE(submit_with_one_end_twice_is_refused),
        CASE(submit_takes_the_ends_away_from_the_caller),
        CASE(submit_of_more_jobs_than_records_is_eagain_until_one_is_released),
        CASE(submit_of_cancelled_jobs_recovers_once_a_worker_comes_by),
        CASE(submit_to_a_full_queue_is_eagain),
        CASE(submit_without_memory_for_the_arguments_is_eagain_and_a_signal_follows),
        CASE(submit_asks_for_a_tick_only_if_there_is_a_deadline),
        CASE(submit_and_pipe_while_closing_are_eshutdown),
        CASE(submit_that_meets_a_close_settles),
        CASE(pipe_of_any_capacity_is_rounded_up_to_a_power_of_two),
        CASE(pipe_that_is_too_large_is_einval),
        CASE(pipe_when_all_are_in_use_is_enfile_until_one_is_closed),
        CASE(handles_that_are_stale_or_nonsense_are_ebadf_everywhere),
        CASE(ends_of_the_wrong_kind_are_ebadf),
        CASE(consume_and_commit_of_more_than_there_is_are_einval),
        CASE(write_of_more_than_fits_is_partial_then_eagain_then_signalled),
        CASE(read_of_what_is_left_after_close_then_0),
        CASE(write_without_a_reader_is_epipe),
        CASE(write_without_memory_for_the_ring_is_eagain_and_a_signal_follows),
        CASE(result_of_a_job_that_has_not_ended_is_eagain),
        CASE(result_tells_how_long_it_took),
        CASE(cancel_in_the_queue_ends_the_job_at_once),
        CASE(cancel_of_a_job_that_has_ended_leaves_it_as_it_is),
        CASE(join_of_another_version_is_eproto),
    };
    return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
