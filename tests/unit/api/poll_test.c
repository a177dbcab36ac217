/* api/poll.c: what pool_poll finds, looking only; the client is told by signals when there is something. */
#include "client/client.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "sync/ends.h"
#include "sync/jobs.h"
#include "sync/self.h"

#define BOTH (POOL_POLLIN | POOL_POLLOUT)

static struct pool *pool;
static pool_fd_t fds[2];
static struct sleeper sleeper;

static int setup(void **state)
{
    if (test_pool_setup(state)) return -1;
    pool = *state;
    assert_int_equal(pool_pipe(pool, 8192, fds), 0);
    return 0;
}

static int teardown(void **state)
{
    for (uint32_t i = 0; i < 2; i++) pool_close(pool, fds[i]);
    assert_pool_is_empty(pool);
    return test_pool_teardown(state);
}

/* What is found at one end. */
static uint32_t found(pool_fd_t fd, uint16_t events)
{
    struct pool_pollfd entry = {fd, events, 0xffff};
    int n = pool_poll(pool, &entry, 1, 0);
    assert_int_equal(n, entry.revents != 0);
    return entry.revents;
}

static void poll_finds_what_can_be_done_and_was_asked_for(void **state)
{
    (void)state;
    assert_int_equal(found(fds[0], BOTH), 0);
    assert_int_equal(found(fds[1], BOTH), POOL_POLLOUT);
    assert_int_equal(found(fds[1], POOL_POLLIN), 0);
    assert_int_equal(pool_write(pool, fds[1], "x", 1), 1);
    assert_int_equal(found(fds[0], BOTH), POOL_POLLIN);
    assert_int_equal(found(fds[0], POOL_POLLOUT), 0);
    assert_int_equal(found(fds[0], 0), 0);
}

static void poll_finds_room_only_if_pipe_buf_fits(void **state)
{
    (void)state;
    static uint8_t data[8192];
    assert_int_equal(pool_write(pool, fds[1], data, 8192 - POOL_PIPE_BUF), 8192 - POOL_PIPE_BUF);
    assert_int_equal(found(fds[1], BOTH), POOL_POLLOUT);
    assert_int_equal(pool_write(pool, fds[1], data, 1), 1);
    assert_int_equal(found(fds[1], BOTH), 0);
    assert_int_equal(pool_read(pool, fds[0], data, 1), 1);
    assert_int_equal(found(fds[1], BOTH), POOL_POLLOUT);
}

static void poll_finds_that_a_writer_failed(void **state)
{
    (void)state;
    uint8_t byte;
    assert_int_equal(pool_write(pool, fds[1], "x", 1), 1);
    assert_int_equal(pool_abort_write(pool, fds[1]), 0);
    assert_int_equal(found(fds[0], POOL_POLLIN), POOL_POLLIN | POOL_POLLHUP); /* one byte is left */
    assert_int_equal(pool_read(pool, fds[0], &byte, 1), 1);
    assert_int_equal(found(fds[0], BOTH), POOL_POLLHUP | POOL_POLLERR);
    assert_int_equal(pool_read(pool, fds[0], &byte, 1), POOL_EIO);
}

static void poll_finds_hang_ups_and_errors_unasked(void **state)
{
    (void)state;
    pool_fd_t others[2];
    assert_int_equal(pool_pipe(pool, 256, others), 0);
    assert_int_equal(pool_write(pool, fds[1], "x", 1), 1);
    assert_int_equal(pool_close(pool, fds[1]), 0);
    assert_int_equal(found(fds[0], POOL_POLLIN), POOL_POLLIN | POOL_POLLHUP); /* one byte is left */
    assert_int_equal(found(fds[0], 0), POOL_POLLHUP);
    uint8_t byte;
    assert_int_equal(pool_read(pool, fds[0], &byte, 1), 1);
    assert_int_equal(found(fds[0], BOTH), POOL_POLLHUP);
    assert_int_equal(pool_close(pool, others[0]), 0);
    assert_int_equal(found(others[1], 0), POOL_POLLERR);
    assert_true(found(others[1], POOL_POLLOUT) & POOL_POLLERR);
    assert_int_equal(pool_close(pool, others[1]), 0);
}

static void poll_of_what_is_not_open_or_in_use_is_nval(void **state)
{
    (void)state;
    assert_int_equal(found(UINT32_MAX, BOTH), POOL_POLLNVAL);
    for (pool_fd_t fd = POOL_STDIN; fd <= POOL_STDERR; fd++) assert_int_equal(found(fd, BOTH), POOL_POLLNVAL);
    test_hold(test_pipe(pool, fds[0]), PIPE_READ, END_IN_CALL);
    assert_int_equal(found(fds[0], 0), POOL_POLLNVAL);
    test_hold(test_pipe(pool, fds[0]), PIPE_READ, END_GIVEN);
    assert_int_equal(found(fds[0], BOTH), POOL_POLLNVAL);
    test_hold(test_pipe(pool, fds[0]), PIPE_READ, END_FREE);
    assert_int_equal(found(fds[0], BOTH), 0);
}

static void poll_skips_zeroes_and_gives_every_end_back(void **state)
{
    (void)state;
    struct pool_pollfd entries[] = {{0, BOTH, 7}, {fds[0], POOL_POLLIN, 7}, {fds[1], POOL_POLLOUT, 7}, {0, BOTH, 7}};
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(pool_poll(pool, entries, 4, 0), 1);
        assert_int_equal(entries[0].revents | entries[1].revents | entries[3].revents, 0);
        assert_int_equal(entries[2].revents, POOL_POLLOUT);
    }
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(pool__pipe_held(test_pipe(pool, fds[i]), i), END_FREE);
}

static void poll_of_one_end_several_times_finds_it_each_time(void **state)
{
    (void)state;
    struct pool_pollfd entries[] = {
        {fds[0], POOL_POLLIN, 0}, {fds[1], POOL_POLLOUT, 0}, {fds[0], 0, 0}, {fds[0], POOL_POLLIN, 0}, {fds[1], 0, 0}};
    assert_int_equal(pool_write(pool, fds[1], "x", 1), 1);
    assert_int_equal(pool_poll(pool, entries, 5, 0), 3);
    assert_int_equal(entries[0].revents, POOL_POLLIN);
    assert_int_equal(entries[1].revents, POOL_POLLOUT);
    assert_int_equal(entries[2].revents, 0);
    assert_int_equal(entries[3].revents, POOL_POLLIN);
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(pool__pipe_held(test_pipe(pool, fds[i]), i), END_FREE);
}

static void poll_of_an_end_in_use_several_times_is_nval_each_time(void **state)
{
    (void)state;
    struct pool_pollfd entries[] = {{fds[0], POOL_POLLIN, 0}, {fds[1], 0, 0}, {fds[0], POOL_POLLIN, 0}};
    test_hold(test_pipe(pool, fds[0]), PIPE_READ, END_IN_CALL);
    assert_int_equal(pool_poll(pool, entries, 3, 0), 2);
    assert_int_equal(entries[0].revents, POOL_POLLNVAL);
    assert_int_equal(entries[2].revents, POOL_POLLNVAL);
    assert_int_equal(pool__pipe_held(test_pipe(pool, fds[0]), PIPE_READ), END_IN_CALL);
    test_hold(test_pipe(pool, fds[0]), PIPE_READ, END_FREE);
}

static void poll_of_nothing_finds_nothing(void **state)
{
    (void)state;
    assert_int_equal(pool_poll(pool, NULL, 0, 0), 0);
    assert_int_equal(pool_poll(pool, NULL, 1, 0), POOL_EINVAL);
}

static void poll_that_would_wait_where_it_must_not_is_ewouldblock(void **state)
{
    (void)state;
    struct pool_pollfd entry = {fds[0], POOL_POLLIN, 0};
    assert_int_equal(pool_poll(pool, &entry, 1, 10), POOL_EWOULDBLOCK);
    assert_int_equal(pool_poll(pool, &entry, 1, POOL_FOREVER), POOL_EWOULDBLOCK);
    assert_int_equal(pool_poll(pool, &entry, 1, 0), 0);
    assert_int_equal(pool_write(pool, fds[1], "x", 1), 1);
    assert_int_equal(pool_poll(pool, &entry, 1, POOL_FOREVER), 1);
}

static void poll_of_the_client_that_finds_nothing_is_signalled(void **state)
{
    (void)state;
    static uint8_t data[8192];
    struct pool_pollfd entries[] = {{fds[0], POOL_POLLIN, 0}, {fds[1], POOL_POLLOUT, 0}};
    uint32_t slot = (uint32_t)(test_pipe(pool, fds[0]) - pool->pipes);
    assert_int_equal(client_poll(pool, entries, 1), 0);
    assert_int_equal(pool_write(pool, fds[1], data, 8192), 8192);
    assert_true(test_signalled(pool, SIGNAL_PIPE_0 + slot * 2 + PIPE_READ));
    assert_int_equal(client_poll(pool, entries + 1, 1), 0);
    assert_int_equal(pool_read(pool, fds[0], data, POOL_PIPE_BUF - 1), POOL_PIPE_BUF - 1);
    assert_false(test_signalled(pool, SIGNAL_PIPE_0 + slot * 2 + PIPE_WRITE));
    assert_int_equal(pool_read(pool, fds[0], data, 1), 1);
    assert_true(test_signalled(pool, SIGNAL_PIPE_0 + slot * 2 + PIPE_WRITE));
    assert_int_equal(client_poll(pool, entries, 2), 2);
}

/* A pipe has no ring yet: it can be written once there is memory for one. */
static void poll_of_a_pipe_without_memory_finds_nothing_until_there_is_some(void **state)
{
    (void)state;
    pool_fd_t large[2];
    assert_int_equal(pool_pipe(pool, POOL_PIPE_MAX_BYTES, large), 0);
    struct pool_pollfd entry = {large[1], POOL_POLLOUT, 0};
    assert_int_equal(client_poll(pool, &entry, 1), 0);
    coordinator_tick(pool);
    assert_true(test_signalled(pool, SIGNAL_BLOCKS));
    assert_int_equal(client_poll(pool, &entry, 1), 1);
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(pool_close(pool, large[i]), 0);
}

static void poll_of_a_jobs_own_stdio_finds_what_it_is(void **state)
{
    (void)state;
    pool_job_t popped;
    pool_job_t handle;
    struct pool_job_config config = {.module = 1, .input = "x", .input_bytes = 1};
    config.stdio[0].kind = POOL_STDIO_INPUT;
    config.stdio[1].kind = POOL_STDIO_CAPTURE;
    assert_int_equal(pool_submit(pool, &config, &handle), 0);
    assert_true(pool__sched_pop(&pool->sched, &popped));
    struct job *begun = pool__job_begin(pool, popped, 1, 1);
    assert_non_null(begun);
    pool__sleeper_init(&sleeper, pool, WAITER_WORKER_0 + 1);
    sleeper.job = begun;
    pool__self_set(&sleeper);
    assert_int_equal(found(POOL_STDIN, BOTH), POOL_POLLIN);
    assert_int_equal(found(POOL_STDOUT, BOTH), POOL_POLLOUT);
    assert_true(found(POOL_STDERR, BOTH) & POOL_POLLOUT);
    uint8_t byte;
    assert_int_equal(pool_read(pool, POOL_STDIN, &byte, 1), 1);
    assert_int_equal(found(POOL_STDIN, BOTH), POOL_POLLIN); /* as a file at its end: reading does not wait */
    assert_int_equal(pool_close(pool, POOL_STDOUT), 0);
    assert_int_equal(found(POOL_STDOUT, BOTH), POOL_POLLNVAL);
    pool__self_set(NULL);
    pool__job_end_running(pool, begun, POOL_EXITED, 0);
    assert_int_equal(pool_release(pool, handle), 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(poll_finds_what_can_be_done_and_was_asked_for),
        CASE(poll_finds_room_only_if_pipe_buf_fits),
        CASE(poll_finds_that_a_writer_failed),
        CASE(poll_finds_hang_ups_and_errors_unasked),
        CASE(poll_of_what_is_not_open_or_in_use_is_nval),
        CASE(poll_skips_zeroes_and_gives_every_end_back),
        CASE(poll_of_one_end_several_times_finds_it_each_time),
        CASE(poll_of_an_end_in_use_several_times_is_nval_each_time),
        CASE(poll_of_nothing_finds_nothing),
        CASE(poll_that_would_wait_where_it_must_not_is_ewouldblock),
        CASE(poll_of_the_client_that_finds_nothing_is_signalled),
        CASE(poll_of_a_pipe_without_memory_finds_nothing_until_there_is_some),
        CASE(poll_of_a_jobs_own_stdio_finds_what_it_is),
    };
    return cmocka_run_group_tests_name("api_poll", tests, NULL, NULL);
}
