/* client/script.c: handles that come as numbers. */
#include "client/script.h"

#include <float.h>
#include <math.h>

#include "core/handle.h"
#include "support/prelude.h"
#include "support/running_job.h"
#include "support/test_pool.h"
#include "sync/calls.h"
#include "sync/ends.h"

static struct pool *pool;

static int setup(void **state)
{
    if (running_job_setup(state)) return -1;
    pool = *state;
    return client_join(pool, false);
}

static void job_is_waited_for_cancelled_and_released_by_its_number(void **state)
{
    (void)state;
    struct pool_result result;
    pool_job_t handle = test_submit_bare(pool);
    double job = (double)handle;
    assert_true((pool_job_t)job == handle);
    assert_int_equal(script_wait(pool, job, 0, &result), POOL_EAGAIN);
    assert_int_equal(script_release(pool, job), POOL_EBUSY);
    assert_int_equal(script_cancel(pool, job), 0);
    assert_int_equal(script_wait(pool, job, 0, &result), 0);
    assert_int_equal(result.outcome, POOL_CANCELLED);
    assert_int_equal(script_release(pool, job), 0);
    assert_int_equal(script_release(pool, job), POOL_EBADF);
}

static void pipe_is_used_by_the_numbers_of_its_ends(void **state)
{
    (void)state;
    pool_fd_t fds[2];
    uint8_t *at;
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    double reader = (double)fds[0], writer = (double)fds[1];
    assert_int_equal(script_write(pool, writer, "ab", 2), 2);
    assert_int_equal(script_reserve(pool, writer, 1, &at), 254);
    at[0] = 'c';
    assert_int_equal(script_commit(pool, writer, 1), 0);
    assert_int_equal(script_peek(pool, reader, &at), 3);
    assert_memory_equal(at, "abc", 3);
    assert_int_equal(script_consume(pool, reader, 3), 0);
    assert_int_equal(script_peek(pool, reader, &at), POOL_EAGAIN);
    assert_int_equal(script_watch_reader(pool, writer), POOL_EAGAIN);
    pool__pipe_announce(test_pipe(pool, fds[0]), PIPE_READ, WAITER_WORKER_0 + 1, 0);
    assert_int_equal(script_waiter_at(pool, writer), WAITER_WORKER_0 + 1);
    assert_int_equal(script_close(pool, reader), 0);
    assert_int_equal(script_watch_reader(pool, writer), POOL_EPIPE);
    assert_int_equal(script_write(pool, writer, "x", 1), POOL_EPIPE);
    assert_int_equal(script_close(pool, writer), 0);
    assert_int_equal(script_close(pool, writer), POOL_EBADF);
}

static void end_is_aborted_by_its_number(void **state)
{
    (void)state;
    pool_fd_t fds[2];
    uint8_t *at;
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    assert_int_equal(script_abort_write(pool, (double)fds[0]), POOL_EBADF);
    assert_int_equal(script_abort_write(pool, (double)fds[1]), 0);
    assert_int_equal(script_peek(pool, (double)fds[0], &at), POOL_EIO);
    assert_int_equal(script_close(pool, (double)fds[0]), 0);
}

static void call_is_answered_by_its_number(void **state)
{
    (void)state;
    struct call_draft draft;
    struct client_call call;
    uint8_t *room;
    running_job_begin_bare();
    assert_int_equal(pool__call_draft(&running.sleeper, 1, 0, &draft), 0);
    memcpy(draft.memory, "f", 1);
    pool__call_send(&running.sleeper, &draft);
    assert_int_equal(client_call(pool, (uint32_t)(draft.call - pool->calls), &call), 0);
    assert_int_equal(script_watch_caller(pool, (double)call.call), POOL_EAGAIN);
    assert_int_equal(script_reply_room(pool, (double)call.call, 6, &room), 0);
    memcpy(room, "answer", 6);
    assert_int_equal(script_reply(pool, (double)call.call, 0, 6), 0);
    assert_int_equal(script_reply(pool, (double)call.call, 0, 0), POOL_EBADF);
    assert_memory_equal(pool__pipe_readable(draft.pipe, 0).data, "answer", 6);
    pool__close_end(pool, draft.pipe, PIPE_READ);
}

/* A number that is no handle is turned into none, whatever C would make of it. */
static void number_that_is_no_handle_is_ebadf_to_every_function(void **state)
{
    (void)state;
    const double none[] = {0,
                           -0.0,
                           0.5,
                           -1,
                           -0x1p40,
                           0x1p53,
                           0x1p53 + 2,
                           0x1p63,
                           0x1p64,
                           0x1p64 + 0x1p13,
                           DBL_MAX,
                           -DBL_MAX,
                           (double)NAN,
                           (double)INFINITY,
                           -(double)INFINITY};
    for (uint32_t i = 0; i < COUNT_OF(none); i++) {
        struct pool_result result;
        uint8_t byte = 0, *at = &byte;
        assert_int_equal(script_wait(pool, none[i], 0, &result), POOL_EBADF);
        assert_int_equal(script_cancel(pool, none[i]), POOL_EBADF);
        assert_int_equal(script_release(pool, none[i]), POOL_EBADF);
        assert_int_equal(script_close(pool, none[i]), POOL_EBADF);
        assert_int_equal(script_abort_write(pool, none[i]), POOL_EBADF);
        assert_int_equal(script_write(pool, none[i], "x", 1), POOL_EBADF);
        assert_int_equal(script_peek(pool, none[i], &at), POOL_EBADF);
        assert_int_equal(script_consume(pool, none[i], 0), POOL_EBADF);
        assert_int_equal(script_reserve(pool, none[i], 1, &at), POOL_EBADF);
        assert_int_equal(script_commit(pool, none[i], 0), POOL_EBADF);
        assert_int_equal(script_watch_reader(pool, none[i]), POOL_EBADF);
        assert_int_equal(script_waiter_at(pool, none[i]), 0);
        assert_int_equal(script_watch_caller(pool, none[i]), POOL_EBADF);
        assert_int_equal(script_reply_room(pool, none[i], 1, &at), POOL_EBADF);
        assert_int_equal(script_reply(pool, none[i], 0, 0), POOL_EBADF);
        assert_ptr_equal(at, &byte);
    }
}

/* The largest generation that a handle shows is exact as a number still. */
static void handle_of_any_age_is_exact_as_a_number(void **state)
{
    (void)state;
    pool_fd_t fds[2];
    struct pipe *pipe = &pool->pipes[0];
    atomic_store(&pipe->x_generation, HANDLE_GENERATIONS - 4);
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    assert_true(fds[0] > UINT32_MAX);
    assert_int_equal(script_close(pool, (double)(fds[0] - (1u << HANDLE_PIPE_BITS))), POOL_EBADF);
    assert_int_equal(script_close(pool, (double)fds[0]), 0);
    assert_int_equal(script_close(pool, (double)fds[1]), 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, running_job_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(job_is_waited_for_cancelled_and_released_by_its_number),
        CASE(pipe_is_used_by_the_numbers_of_its_ends),
        CASE(end_is_aborted_by_its_number),
        CASE(call_is_answered_by_its_number),
        CASE(number_that_is_no_handle_is_ebadf_to_every_function),
        CASE(handle_of_any_age_is_exact_as_a_number),
    };
    return cmocka_run_group_tests_name("script", tests, NULL, NULL);
}
