/* api/fds.c: what a handle stands for during one call. */
#include "api/fds.h"

#include "client/client.h"
#include "core/handle.h"
#include "support/prelude.h"
#include "support/running_job.h"
#include "support/test_pool.h"
#include "sync/calls.h"
#include "sync/self.h"

static struct pool *pool;
static pool_fd_t fds[2];

static int setup(void **state)
{
    if (running_job_setup_with_ends(state, fds)) return -1;
    pool = *state;
    return 0;
}

static int teardown(void **state)
{
    return running_job_teardown_with_ends(state, fds);
}

static int take(pool_fd_t fd)
{
    struct stream stream;
    int status = pool__fd_take(pool, fd, &stream);
    if (status == 0) pool__fd_give(&stream);
    return status;
}

static void end_is_a_reader_or_a_writer(void **state)
{
    (void)state;
    static const enum stream_kind kinds[] = {STREAM_READER, STREAM_WRITER};
    for (uint32_t end = 0; end < 2; end++) {
        struct stream stream;
        assert_int_equal(pool__fd_take(pool, fds[end], &stream), 0);
        assert_int_equal(stream.kind, kinds[end]);
        assert_ptr_equal(stream.pipe, test_pipe(pool, fds[end]));
        assert_null(stream.job);
        pool__fd_give(&stream);
    }
}

static void end_is_kept_from_others_until_it_is_given_back(void **state)
{
    (void)state;
    struct stream reader, writer, other;
    assert_int_equal(pool__fd_take(pool, fds[0], &reader), 0);
    assert_int_equal(pool__fd_take(pool, fds[0], &other), POOL_EBUSY);
    assert_int_equal(pool__fd_take(pool, fds[1], &writer), 0); /* each end is on its own */
    pool__fd_give(&reader);
    assert_int_equal(pool__fd_take(pool, fds[1], &other), POOL_EBUSY);
    assert_int_equal(take(fds[0]), 0);
    pool__fd_give(&writer);
    assert_int_equal(take(fds[1]), 0);
}

static void what_is_no_open_end_is_ebadf(void **state)
{
    (void)state;
    pool_fd_t closed = fds[1];
    assert_int_equal(pool_close(pool, closed), 0);
    const pool_fd_t none[] = {0, closed, fds[0] + (1u << 20), UINT64_MAX, (uint64_t)1 << 53};
    for (uint32_t i = 0; i < COUNT_OF(none); i++) assert_int_equal(take(none[i]), POOL_EBADF);
    assert_int_equal(take(fds[0]), 0);
}

static void end_that_was_given_to_a_job_is_nobodys_handle(void **state)
{
    (void)state;
    running_job_begin(&(struct pool_job_config){.stdio = {{POOL_STDIO_PIPE, fds[0]}}});
    assert_int_equal(take(fds[0]), POOL_EBADF);
    running_job_become();
    assert_int_equal(take(fds[0]), POOL_EBADF); /* the job itself knows it as POOL_STDIN */
    struct stream stream;
    assert_int_equal(pool__fd_take(pool, POOL_STDIN, &stream), 0);
    assert_ptr_equal(stream.pipe, test_pipe(pool, fds[0]));
}

static void own_descriptors_are_of_a_job_that_runs_here(void **state)
{
    (void)state;
    struct sleeper worker = {.pool = pool, .waiter = WAITER_WORKER_0 + 2};
    for (pool_fd_t fd = POOL_STDIN; fd <= POOL_STDERR; fd++) assert_int_equal(take(fd), POOL_EBADF);
    pool__self_set(&worker); /* a worker that runs nothing */
    for (pool_fd_t fd = POOL_STDIN; fd <= POOL_STDERR; fd++) assert_int_equal(take(fd), POOL_EBADF);
    pool__self_set(NULL);
    running_job_begin(&(struct pool_job_config){.stdio = {{POOL_STDIO_INPUT, 0}, {POOL_STDIO_CAPTURE, 0}}});
    running_job_become();
    static const enum stream_kind kinds[] = {STREAM_INPUT, STREAM_CAPTURE, STREAM_NULL};
    for (uint32_t i = 0; i < 3; i++) {
        struct stream stream, again;
        assert_int_equal(pool__fd_take(pool, POOL_STDIN + i, &stream), 0);
        assert_int_equal(stream.kind, kinds[i]);
        assert_int_equal(pool__fd_take(pool, POOL_STDIN + i, &again), 0); /* nobody else could use it */
        pool__fd_give(&stream);
    }
    running.job->stdio[2].kind = STDIO_CLOSED;
    assert_int_equal(take(POOL_STDERR), POOL_EBADF);
}

static struct call_draft begin_call(void)
{
    struct call_draft draft;
    assert_int_equal(pool__call_draft(&running.sleeper, 1, 0, &draft), 0);
    memcpy(draft.memory, "f", 1);
    pool__call_send(&running.sleeper, &draft);
    return draft;
}

static void reply_is_a_reader_of_the_job_that_called(void **state)
{
    (void)state;
    struct stream stream;
    running_job_begin_bare();
    running_job_become();
    struct call_draft draft = begin_call();
    assert_int_equal(pool__fd_take(pool, draft.reply, &stream), 0);
    assert_int_equal(stream.kind, STREAM_READER);
    assert_ptr_equal(stream.pipe, draft.pipe);
    assert_ptr_equal(pool__reply_of(pool, running.job, draft.reply), draft.pipe);
    assert_null(pool__reply_of(pool, NULL, draft.reply));
    assert_null(pool__reply_of(pool, running.job + 1, draft.reply)); /* another job */
    pool__self_set(NULL);
    assert_int_equal(take(draft.reply), POOL_EBADF);
    running_job_become();
    assert_int_equal(pool_close(pool, draft.reply), 0);
    assert_int_equal(take(draft.reply), POOL_EBADF);
    struct client_call call;
    assert_int_equal(client_call(pool, 0, &call), POOL_EBADF); /* nobody wants the reply: the host gives it up */
}

static void what_is_no_reply_is_ebadf(void **state)
{
    (void)state;
    running_job_begin_bare();
    running_job_become();
    static const pool_fd_t none[] = {0, OWN_REPLY_0, OWN_REPLY_0 + CALLS_MAX - 1, OWN_REPLY_0 + CALLS_MAX};
    for (uint32_t i = 0; i < COUNT_OF(none); i++) {
        assert_null(pool__reply_of(pool, running.job, none[i]));
        assert_int_equal(take(none[i]), POOL_EBADF);
    }
}

static bool nonblocking(pool_fd_t fd)
{
    struct stream stream;
    assert_int_equal(pool__fd_take(pool, fd, &stream), 0);
    bool is = pool__fd_nonblocking(&stream);
    pool__fd_give(&stream);
    return is;
}

static void nonblocking_is_each_end_on_its_own_and_only_of_pipes(void **state)
{
    (void)state;
    assert_int_equal(pool_set_nonblocking(pool, fds[1], true), 0);
    assert_false(nonblocking(fds[0]));
    assert_true(nonblocking(fds[1]));
    assert_int_equal(pool_set_nonblocking(pool, fds[1], false), 0);
    assert_false(nonblocking(fds[1]));
    running_job_begin_bare();
    running_job_become();
    assert_int_equal(pool_set_nonblocking(pool, POOL_STDOUT, true), 0);
    assert_false(nonblocking(POOL_STDOUT)); /* it never waits anyhow */
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(end_is_a_reader_or_a_writer),
        CASE(end_is_kept_from_others_until_it_is_given_back),
        CASE(what_is_no_open_end_is_ebadf),
        CASE(end_that_was_given_to_a_job_is_nobodys_handle),
        CASE(own_descriptors_are_of_a_job_that_runs_here),
        CASE(reply_is_a_reader_of_the_job_that_called),
        CASE(what_is_no_reply_is_ebadf),
        CASE(nonblocking_is_each_end_on_its_own_and_only_of_pipes),
    };
    return cmocka_run_group_tests_name("fds", tests, NULL, NULL);
}
