/* api/pipes.c: pool_pipe, pool_read, pool_write and their kin, as the client and as a job. */
#include "client/client.h"
#include "port/native.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/running_job.h"
#include "support/test_pool.h"
#include "sync/calls.h"
#include "sync/ends.h"
#include "sync/self.h"

static struct pool *pool;
static pool_fd_t fds[2];

static int setup(void **state)
{
    if (running_job_setup_with_ends(state, fds)) return -1;
    pool = *state;
    return 0;
}

static void become_job(const struct pool_job_config *config)
{
    running_job_begin(config);
    running_job_become();
}

static int teardown(void **state)
{
    return running_job_teardown_with_ends(state, fds);
}

static void own_stdio_is_nobodys_outside_of_a_job(void **state)
{
    (void)state;
    char byte;
    for (uint32_t worker = 0; worker < 2; worker++) {
        for (pool_fd_t fd = POOL_STDIN; fd <= POOL_STDERR; fd++) {
            assert_int_equal(pool_read(pool, fd, &byte, 1), POOL_EBADF);
            assert_int_equal(pool_write(pool, fd, "x", 1), POOL_EBADF);
            assert_int_equal(pool_set_nonblocking(pool, fd, true), POOL_EBADF);
            assert_int_equal(pool_close(pool, fd), POOL_EBADF);
        }
        pool__self_set(&running.sleeper); /* nor a worker's that runs nothing */
    }
    pool__self_set(NULL);
}

static void own_stdio_is_whatever_the_job_was_given(void **state)
{
    (void)state;
    char got[10];
    become_job(
        &(struct pool_job_config){.stdio = {{POOL_STDIO_INPUT, 0}, {POOL_STDIO_PIPE, fds[1]}, {POOL_STDIO_CAPTURE, 0}},
                                  .input = "input",
                                  .input_bytes = 5});
    assert_int_equal(pool_read(pool, POOL_STDIN, got, 10), 5);
    assert_int_equal(pool_read(pool, POOL_STDIN, got, 10), 0);
    assert_int_equal(pool_write(pool, POOL_STDOUT, got, 5), 5);
    assert_int_equal(pool_write(pool, POOL_STDERR, "oh", 2), 2);
    assert_int_equal(pool_write(pool, POOL_STDIN, "x", 1), POOL_EBADF);
    assert_int_equal(pool_read(pool, POOL_STDOUT, got, 1), POOL_EBADF);
    assert_int_equal(pool_read(pool, POOL_STDERR, got, 1), POOL_EBADF);
    assert_int_equal(pool_write(pool, fds[1], "x", 1), POOL_EBADF); /* its own name for it is POOL_STDOUT */
    assert_int_equal(pool_read(pool, fds[0], got, 10), 5);
    assert_memory_equal(got, "input", 5);
}

static void own_stdio_that_was_closed_is_ebadf_and_its_reader_at_the_end(void **state)
{
    (void)state;
    char got[1];
    become_job(&(struct pool_job_config){.stdio = {[1] = {POOL_STDIO_PIPE, fds[1]}, [2] = {POOL_STDIO_CAPTURE, 0}}});
    for (pool_fd_t fd = POOL_STDIN; fd <= POOL_STDERR; fd++) {
        assert_int_equal(pool_close(pool, fd), 0);
        assert_int_equal(pool_close(pool, fd), POOL_EBADF);
        assert_int_equal(pool_write(pool, fd, "x", 1), POOL_EBADF);
        assert_int_equal(pool_read(pool, fd, got, 1), POOL_EBADF);
    }
    assert_int_equal(pool_read(pool, fds[0], got, 1), 0);
}

static void end_that_is_aborted_is_eio_to_its_reader(void **state)
{
    (void)state;
    char got[10];
    assert_int_equal(pool_abort_write(pool, fds[0]), POOL_EBADF); /* what is read cannot fail so */
    assert_int_equal(pool_write(pool, fds[1], "abc", 3), 3);
    assert_int_equal(pool_abort_write(pool, fds[1]), 0);
    assert_int_equal(pool_abort_write(pool, fds[1]), POOL_EBADF);
    assert_int_equal(pool_write(pool, fds[1], "x", 1), POOL_EBADF);
    assert_int_equal(pool_read(pool, fds[0], got, 10), 3);
    assert_int_equal(pool_read(pool, fds[0], got, 10), POOL_EIO);
    uint8_t *data;
    assert_int_equal(client_peek(pool, fds[0], &data), POOL_EIO);
}

static void own_stdout_can_be_aborted_and_a_kept_output_cannot(void **state)
{
    (void)state;
    char got[1];
    become_job(&(struct pool_job_config){.stdio = {[1] = {POOL_STDIO_PIPE, fds[1]}, [2] = {POOL_STDIO_CAPTURE, 0}}});
    assert_int_equal(pool_abort_write(pool, POOL_STDIN), POOL_EBADF);
    assert_int_equal(pool_abort_write(pool, POOL_STDERR), POOL_EBADF);
    assert_int_equal(pool_write(pool, POOL_STDERR, "x", 1), 1);
    assert_int_equal(pool_abort_write(pool, POOL_STDOUT), 0);
    assert_int_equal(pool_write(pool, POOL_STDOUT, "x", 1), POOL_EBADF);
    assert_int_equal(pool_read(pool, fds[0], got, 1), POOL_EIO);
}

static void own_stdio_can_be_made_nonblocking(void **state)
{
    (void)state;
    char got[300];
    become_job(&(struct pool_job_config){.stdio = {{POOL_STDIO_PIPE, fds[0]}}});
    assert_int_equal(pool_set_nonblocking(pool, POOL_STDIN, true), 0);
    assert_int_equal(pool_read(pool, POOL_STDIN, got, 1), POOL_EAGAIN);
    assert_int_equal(pool_write(pool, fds[1], "a", 1), 1);
    assert_int_equal(pool_set_nonblocking(pool, POOL_STDIN, false), 0);
    assert_int_equal(pool_read(pool, POOL_STDIN, got, 1), 1);
    assert_int_equal(pool_set_nonblocking(pool, POOL_STDERR, true), 0); /* a null device does not care */
    running_job_cancel();
    assert_int_equal(pool_read(pool, POOL_STDIN, got, 1), POOL_ECANCELED); /* it would have waited */
}

static void nonblocking_end_of_a_job_does_not_wait(void **state)
{
    (void)state;
    char data[400] = {0};
    become_job(&(struct pool_job_config){0});
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(pool_set_nonblocking(pool, fds[i], true), 0);
    assert_int_equal(pool_read(pool, fds[0], data, 1), POOL_EAGAIN);
    assert_int_equal(pool_write(pool, fds[1], data, 300), 256);
    assert_int_equal(pool_write(pool, fds[1], data, 300), POOL_EAGAIN);
    assert_int_equal(pool_write(pool, fds[1], data, 0), 0);
}

static void nonblocking_is_said_of_open_ends_only(void **state)
{
    (void)state;
    assert_int_equal(pool_set_nonblocking(pool, 0, true), POOL_EBADF);
    assert_int_equal(pool_set_nonblocking(pool, UINT32_MAX, true), POOL_EBADF);
    pool_fd_t closed = fds[0];
    assert_int_equal(pool_close(pool, closed), 0);
    assert_int_equal(pool_set_nonblocking(pool, closed, true), POOL_EBADF);
    assert_int_equal(pool_set_nonblocking(pool, fds[1], true), 0);
}

/* A pipe is opened anew in the same place: it waits, whatever was said of the last one. */
static void nonblocking_is_forgotten_with_the_pipe(void **state)
{
    (void)state;
    struct pipe *pipe = test_pipe(pool, fds[0]);
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(pool_set_nonblocking(pool, fds[i], true), 0);
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(pool_close(pool, fds[i]), 0);
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    assert_ptr_equal(test_pipe(pool, fds[0]), pipe);
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(atomic_load(&pipe->x_nonblocking[i]), 0);
}

static void end_that_another_thread_uses_is_ebusy(void **state)
{
    (void)state;
    char byte;
    for (uint32_t i = 0; i < 2; i++) test_hold(test_pipe(pool, fds[i]), i, END_IN_CALL);
    assert_int_equal(pool_read(pool, fds[0], &byte, 1), POOL_EBUSY);
    assert_int_equal(pool_write(pool, fds[1], "x", 1), POOL_EBUSY);
    assert_int_equal(pool_set_nonblocking(pool, fds[0], true), POOL_EBUSY);
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(pool_close(pool, fds[i]), POOL_EBUSY);
    pool_job_t job = 5;
    struct pool_job_config config = {.module = 1, .stdio = {{POOL_STDIO_PIPE, fds[0]}}};
    assert_int_equal(pool_submit(pool, &config, &job), POOL_EBUSY);
    assert_int_equal(job, 5);
    for (uint32_t i = 0; i < 2; i++) test_hold(test_pipe(pool, fds[i]), i, END_FREE);
    assert_int_equal(pool_write(pool, fds[1], "x", 1), 1);
}

static void end_that_a_callback_watches_can_be_closed_but_not_used(void **state)
{
    (void)state;
    char byte;
    for (uint32_t i = 0; i < 2; i++) {
        struct pipe *pipe = test_pipe(pool, fds[i]);
        test_hold(pipe, i, END_WATCHED);
        if (i == 0) assert_int_equal(pool_read(pool, fds[0], &byte, 1), POOL_EBUSY);
        if (i == 1) assert_int_equal(pool_write(pool, fds[1], "x", 1), POOL_EBUSY);
        uint32_t signal = SIGNAL_PIPE_0 + (uint32_t)(pipe - pool->pipes) * 2 + i;
        assert_int_equal(pool_close(pool, fds[i]), 0);
        assert_true(test_signalled(pool, signal)); /* whoever keeps the callback looks, and finds it closed */
        assert_int_equal(pool_close(pool, fds[i]), POOL_EBADF);
    }
}

static void readv_and_writev_go_through_their_pieces_in_order(void **state)
{
    (void)state;
    char text[] = "abcdefgh", got[20] = {0};
    struct pool_iovec out[] = {{text + 4, 4}, {NULL, 0}, {text, 0}, {text, 3}, {NULL, 0}};
    struct pool_iovec in[] = {{NULL, 0}, {got, 2}, {got + 10, 1}, {got + 2, 10}};
    assert_int_equal(pool_writev(pool, fds[1], out, 5), 7);
    assert_int_equal(pool_readv(pool, fds[0], in, 4), 7);
    assert_memory_equal(got, "ef", 2);
    assert_memory_equal(got + 10, "g", 1);
    assert_memory_equal(got + 2, "habc", 4);
    assert_int_equal(pool_readv(pool, fds[0], in, 4), POOL_EAGAIN);
    assert_int_equal(pool_readv(pool, fds[0], in, 1), 0);
    assert_int_equal(pool_readv(pool, fds[0], NULL, 0), 0);
    assert_int_equal(pool_writev(pool, fds[1], NULL, 0), 0);
}

static void readv_and_writev_have_the_limits_of_posix(void **state)
{
    (void)state;
    static struct pool_iovec iov[POOL_IOV_MAX + 1];
    char byte = 0;
    for (uint32_t i = 0; i <= POOL_IOV_MAX; i++) iov[i] = (struct pool_iovec){&byte, i < 200};
    assert_int_equal(pool_writev(pool, fds[1], iov, POOL_IOV_MAX + 1), POOL_EINVAL);
    assert_int_equal(pool_readv(pool, fds[0], iov, POOL_IOV_MAX + 1), POOL_EINVAL);
    assert_int_equal(pool_writev(pool, fds[1], iov, UINT32_MAX), POOL_EINVAL);
    assert_int_equal(pool_writev(pool, fds[1], iov, POOL_IOV_MAX), 200);
    assert_int_equal(pool_readv(pool, fds[0], iov, POOL_IOV_MAX), 200);
    struct pool_iovec huge[] = {{&byte, 1u << 30}, {&byte, 1u << 30}};
    assert_int_equal(pool_writev(pool, fds[1], huge, 2), POOL_EINVAL);
    huge[1].size_bytes = UINT32_MAX;
    assert_int_equal(pool_readv(pool, fds[0], huge, 2), POOL_EINVAL);
    struct pool_iovec nowhere[] = {{&byte, 1}, {NULL, 1}};
    assert_int_equal(pool_writev(pool, fds[1], nowhere, 2), POOL_EINVAL);
    assert_int_equal(pool_readv(pool, fds[0], nowhere, 2), POOL_EINVAL);
    assert_int_equal(pool_write(pool, fds[1], NULL, 1), POOL_EINVAL);
    assert_int_equal(pool_read(pool, fds[0], NULL, 1), POOL_EINVAL);
    assert_int_equal(pool_read(pool, fds[0], &byte, 1), POOL_EAGAIN); /* nothing has gone in */
}

static void read_of_nothing_is_0_and_takes_nothing(void **state)
{
    (void)state;
    char byte;
    assert_int_equal(pool_read(pool, fds[0], NULL, 0), 0);
    assert_int_equal(pool_write(pool, fds[1], NULL, 0), 0);
    assert_int_equal(pool_write(pool, fds[1], "x", 1), 1);
    assert_int_equal(pool_read(pool, fds[0], NULL, 0), 0);
    assert_int_equal(pool_read(pool, fds[0], &byte, 1), 1);
    assert_int_equal(pool_read(pool, fds[1], NULL, 0), POOL_EBADF);
}

/* As on Linux: for nothing, nobody has to be there. */
static void write_of_nothing_without_a_reader_is_0(void **state)
{
    (void)state;
    assert_int_equal(pool_close(pool, fds[0]), 0);
    assert_int_equal(pool_write(pool, fds[1], NULL, 0), 0);
    assert_int_equal(pool_write(pool, fds[1], "x", 1), POOL_EPIPE);
}

static void reply_descriptor_is_its_callers_only(void **state)
{
    (void)state;
    char got[10];
    struct call_draft draft;
    struct client_call call;
    become_job(&(struct pool_job_config){0});
    assert_int_equal(pool__call_draft(&running.sleeper, 1, 0, &draft), 0);
    memcpy(draft.memory, "f", 1);
    pool__call_send(&running.sleeper, &draft);
    pool__self_set(NULL);
    assert_int_equal(pool_read(pool, draft.reply, got, 1), POOL_EBADF);
    assert_int_equal(pool_close(pool, draft.reply), POOL_EBADF);
    assert_int_equal(client_call(pool, (uint32_t)(draft.call - pool->calls), &call), 0);
    assert_int_equal(pool_reply(pool, call.call, 0, "answer", 6), 0);
    pool__self_set(&running.sleeper);
    assert_int_equal(pool_write(pool, draft.reply, got, 1), POOL_EBADF);
    assert_int_equal(pool_read(pool, draft.reply, got, 4), 4);
    assert_int_equal(pool_read(pool, draft.reply, got + 4, 6), 2);
    assert_memory_equal(got, "answer", 6);
    assert_int_equal(pool_read(pool, draft.reply, got, 4), 0);
    assert_int_equal(pool_close(pool, draft.reply), 0);
    assert_int_equal(pool_close(pool, draft.reply), POOL_EBADF);
}

static void interrupted_is_said_to_the_job_that_is_to_end(void **state)
{
    (void)state;
    assert_false(pool_interrupted(pool));
    become_job(&(struct pool_job_config){0});
    assert_false(pool_interrupted(pool));
    running_job_cancel();
    assert_true(pool_interrupted(pool));
    pool__self_set(NULL);
    assert_false(pool_interrupted(pool)); /* to nobody else */
    pool__self_set(&running.sleeper);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(own_stdio_is_nobodys_outside_of_a_job),
        CASE(own_stdio_is_whatever_the_job_was_given),
        CASE(own_stdio_that_was_closed_is_ebadf_and_its_reader_at_the_end),
        CASE(end_that_is_aborted_is_eio_to_its_reader),
        CASE(own_stdout_can_be_aborted_and_a_kept_output_cannot),
        CASE(own_stdio_can_be_made_nonblocking),
        CASE(nonblocking_end_of_a_job_does_not_wait),
        CASE(nonblocking_is_said_of_open_ends_only),
        CASE(nonblocking_is_forgotten_with_the_pipe),
        CASE(end_that_another_thread_uses_is_ebusy),
        CASE(end_that_a_callback_watches_can_be_closed_but_not_used),
        CASE(readv_and_writev_go_through_their_pieces_in_order),
        CASE(readv_and_writev_have_the_limits_of_posix),
        CASE(read_of_nothing_is_0_and_takes_nothing),
        CASE(write_of_nothing_without_a_reader_is_0),
        CASE(reply_descriptor_is_its_callers_only),
        CASE(interrupted_is_said_to_the_job_that_is_to_end),
    };
    return cmocka_run_group_tests_name("api_pipes", tests, NULL, NULL);
}
