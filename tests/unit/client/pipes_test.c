/* client/pipes.c: bytes without a copy. */
#include "client/client.h"

#include "support/prelude.h"
#include "support/test_pool.h"

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

static void peek_and_reserve_in_vain_are_signalled(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    uint8_t *at;
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    uint32_t signal = SIGNAL_PIPE_0 + (uint32_t)(test_pipe(pool, fds[0]) - pool->pipes) * 2;
    assert_int_equal(client_peek(pool, fds[0], &at), POOL_EAGAIN);
    assert_int_equal(client_reserve(pool, fds[1], 1, &at), 256);
    assert_int_equal(client_commit(pool, fds[1], 256), 0);
    assert_true(test_signalled(pool, signal + PIPE_READ));
    assert_int_equal(client_reserve(pool, fds[1], 100, &at), POOL_EAGAIN);
    assert_int_equal(client_peek(pool, fds[0], &at), 256);
    assert_int_equal(client_consume(pool, fds[0], 99), 0);
    assert_false(test_signalled(pool, signal + PIPE_WRITE)); /* less than is wanted, and than half of the ring */
    assert_int_equal(client_consume(pool, fds[0], 1), 0);
    assert_true(test_signalled(pool, signal + PIPE_WRITE));
    assert_int_equal(client_reserve(pool, fds[1], 100, &at), 100);
    assert_int_equal(pool_close(pool, fds[0]), 0);
    assert_int_equal(client_reserve(pool, fds[1], 100, &at), POOL_EPIPE);
    assert_int_equal(pool_close(pool, fds[1]), 0);
}

/* As a worker that sleeps there does it. */
static void announce(struct pool *pool, pool_fd_t fd, enum pipe_end end, uint32_t waiter)
{
    pool__pipe_announce(test_pipe(pool, fd), end, waiter, 100);
}

static void who_sleeps_at_the_other_end_is_told(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    uint8_t *at;
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    assert_int_equal(client_waiter_at(pool, fds[0]), 0);
    assert_int_equal(client_waiter_at(pool, fds[1]), 0);
    announce(pool, fds[0], PIPE_READ, WAITER_WORKER_0 + 3);
    announce(pool, fds[0], PIPE_WRITE, WAITER_WORKER_0 + 4);
    assert_int_equal(client_waiter_at(pool, fds[1]), WAITER_WORKER_0 + 3);
    assert_int_equal(client_waiter_at(pool, fds[0]), 0); /* there is room: it waits for memory at most */
    announce(pool, fds[0], PIPE_WRITE, 0);
    assert_int_equal(client_reserve(pool, fds[1], 1, &at), 256);
    assert_int_equal(client_commit(pool, fds[1], 256), 0);
    announce(pool, fds[0], PIPE_WRITE, WAITER_WORKER_0 + 4);
    assert_int_equal(client_waiter_at(pool, fds[0]), WAITER_WORKER_0 + 4);
    assert_int_equal(client_waiter_at(pool, fds[1]), 0); /* what it waits for is there */
    assert_int_equal(pool_close(pool, fds[0]), 0);
    assert_int_equal(client_waiter_at(pool, fds[0]), 0);
    assert_int_equal(client_waiter_at(pool, fds[1]), 0);
    assert_int_equal(client_waiter_at(pool, 0), 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, test_pool_setup, test_pool_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(consume_and_commit_of_more_than_there_is_are_einval),
        CASE(peek_and_reserve_in_vain_are_signalled),
        CASE(who_sleeps_at_the_other_end_is_told),
    };
    return cmocka_run_group_tests_name("pipes", tests, NULL, NULL);
}
