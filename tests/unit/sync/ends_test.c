/* sync/ends.c: what the two ends of a pipe share besides bytes, and the blocks that everybody takes. */
#include "core/handle.h"
#include "sync/ends.h"

#include "client/client.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/test_pool.h"

#define UNSTOCKED_BYTES (512u * 1024) /* a size that is not kept in stock */

static pool_fd_t fds[2];

static struct pool *pool_with_pipe(void **state, uint32_t capacity)
{
    struct pool *pool = *state;
    assert_int_equal(pool_pipe(pool, capacity, fds), 0);
    return pool;
}

static void ends_are_found_by_their_own_handle_only(void **state)
{
    struct pool *pool = pool_with_pipe(state, 0);
    assert_non_null(pool__end_of(pool, fds[0], PIPE_READ));
    assert_non_null(pool__end_of(pool, fds[1], PIPE_WRITE));
    assert_null(pool__end_of(pool, fds[0], PIPE_WRITE));
    assert_null(pool__end_of(pool, fds[1], PIPE_READ));
    assert_null(pool__end_of(pool, 0, PIPE_READ));
    assert_null(pool__end_of(pool, UINT32_MAX, PIPE_WRITE));
    assert_null(pool__end_of(pool, fds[0] + 2, PIPE_READ));                        /* the next slot */
    assert_null(pool__end_of(pool, fds[0] + (1u << HANDLE_PIPE_BITS), PIPE_READ)); /* the next generation */
}

static void ends_that_were_closed_are_not_found(void **state)
{
    struct pool *pool = pool_with_pipe(state, 0);
    pool__close_end(pool, test_pipe(pool, fds[0]), PIPE_READ);
    assert_null(pool__end_of(pool, fds[0], PIPE_READ));
    assert_non_null(pool__end_of(pool, fds[1], PIPE_WRITE));
    pool__close_end(pool, test_pipe(pool, fds[1]), PIPE_WRITE);
    assert_null(pool__end_of(pool, fds[1], PIPE_WRITE));
}

static void ends_closed_by_both_give_pipe_and_ring_back(void **state)
{
    struct pool *pool = pool_with_pipe(state, 256);
    uint64_t generation = atomic_load(&test_pipe(pool, fds[0])->x_generation);
    assert_int_equal(pool__attach_ring(pool, test_pipe(pool, fds[1]), WAITER_CLIENT), 0);
    assert_int_equal(test_used_bytes(pool), 256);
    assert_int_equal(pool_close(pool, fds[1]), 0);
    assert_int_equal(test_free_pipes(pool), PIPES_MAX - 1);
    assert_int_equal(pool_close(pool, fds[0]), 0);
    assert_pool_is_empty(pool);
    assert_int_equal(atomic_load(&test_pipe(pool, fds[0])->x_generation), generation + 1);
}

static void ends_closed_twice_have_no_effect_the_second_time(void **state)
{
    struct pool *pool = pool_with_pipe(state, 0);
    pool_fd_t old[2] = {fds[0], fds[1]};
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(pool_close(pool, old[i]), 0);
        assert_int_equal(pool_close(pool, old[i]), POOL_EBADF);
    }
    assert_pool_is_empty(pool);
    assert_int_equal(pool_pipe(pool, 0, fds), 0); /* the same slot, another pipe */
    assert_ptr_equal(test_pipe(pool, fds[0]), test_pipe(pool, old[0]));
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(pool_close(pool, old[i]), POOL_EBADF);
    assert_non_null(pool__end_of(pool, fds[0], PIPE_READ));
    assert_non_null(pool__end_of(pool, fds[1], PIPE_WRITE));
}

static void ends_of_100000_pipes_in_a_row_leave_nothing_behind(void **state)
{
    struct pool *pool = *state;
    for (uint32_t i = 0; i < 100000; i++) {
        pool_with_pipe(state, 256);
        assert_int_equal(pool_write(pool, fds[1], "x", 1), 1);
        assert_int_equal(pool_close(pool, fds[i % 2]), 0);
        assert_int_equal(pool_close(pool, fds[1 - i % 2]), 0);
    }
    assert_pool_is_empty(pool);
}

static void close_of_an_end_signals_the_client_at_the_other(void **state)
{
    struct pool *pool = pool_with_pipe(state, 256);
    uint8_t byte;
    uint32_t slot = (uint32_t)(test_pipe(pool, fds[0]) - pool->pipes);
    assert_int_equal(pool_read(pool, fds[0], &byte, 1), POOL_EAGAIN);
    uint32_t count = client_arm(pool);
    pool__close_end(pool, test_pipe(pool, fds[1]), PIPE_WRITE);
    assert_int_not_equal(atomic_load(&pool->bells[WAITER_CLIENT].x_count), count);
    assert_true(test_signalled(pool, SIGNAL_PIPE_0 + slot * 2 + PIPE_READ));
    assert_int_equal(pool_read(pool, fds[0], &byte, 1), 0);
}

static void close_of_the_last_end_signals_nobody(void **state)
{
    struct pool *pool = pool_with_pipe(state, 256);
    uint8_t byte;
    assert_int_equal(pool_read(pool, fds[0], &byte, 1), POOL_EAGAIN);
    assert_int_equal(pool_close(pool, fds[0]), 0);
    assert_int_equal(pool_close(pool, fds[1]), 0);
    assert_int_equal(client_take(pool), -1);
}

static void take_block_in_vain_asks_the_coordinator(void **state)
{
    struct pool *pool = *state;
    assert_int_equal(pool__take_block(pool, USE_CONTROL, UNSTOCKED_BYTES, WAITER_CLIENT), 0);
    assert_int_equal(fake.ticks, 1);
    assert_true(atomic_load(&pool->blocks.x_wanted[USE_CONTROL][pool__blocks_class(UNSTOCKED_BYTES)]) > 0);
    coordinator_tick(pool);
    assert_true(test_signalled(pool, SIGNAL_BLOCKS));
    assert_int_not_equal(pool__take_block(pool, USE_CONTROL, UNSTOCKED_BYTES, WAITER_CLIENT), 0);
}

static void take_block_in_vain_asks_for_one_block(void **state)
{
    struct pool *pool = *state;
    assert_int_equal(pool__take_block(pool, USE_CONTROL, UNSTOCKED_BYTES, WAITER_CLIENT), 0);
    assert_int_equal(atomic_load(&pool->blocks.x_wanted[USE_CONTROL][pool__blocks_class(UNSTOCKED_BYTES)]), 1);
}

static void give_block_wakes_whoever_found_none(void **state)
{
    struct pool *pool = *state;
    uint32_t taken[16], n = test_drain_blocks(pool, POOL_PIPE_DEFAULT_BYTES, taken, 16), waiter = WAITER_WORKER_0 + 70;
    uint32_t count = pool__bell_arm(&pool->bells[waiter]);
    assert_int_equal(pool__take_block(pool, USE_CONTROL, POOL_PIPE_DEFAULT_BYTES, waiter), 0);
    pool__give_block(pool, taken[--n]);
    assert_int_not_equal(atomic_load(&pool->bells[waiter].x_count), count);
    count = pool__bell_arm(&pool->bells[waiter]);
    pool__give_block(pool, taken[--n]); /* nobody is starved any more */
    assert_int_equal(atomic_load(&pool->bells[waiter].x_count), count);
    test_undrain_blocks(pool, taken, n);
    assert_pool_is_empty(pool);
}

static void give_block_of_none_is_nothing(void **state)
{
    struct pool *pool = *state;
    pool__give_block(pool, 0);
    assert_pool_is_empty(pool);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, test_pool_setup, test_pool_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(ends_are_found_by_their_own_handle_only),
        CASE(ends_that_were_closed_are_not_found),
        CASE(ends_closed_by_both_give_pipe_and_ring_back),
        CASE(ends_closed_twice_have_no_effect_the_second_time),
        CASE(ends_of_100000_pipes_in_a_row_leave_nothing_behind),
        CASE(close_of_an_end_signals_the_client_at_the_other),
        CASE(close_of_the_last_end_signals_nobody),
        CASE(take_block_in_vain_asks_the_coordinator),
        CASE(take_block_in_vain_asks_for_one_block),
        CASE(give_block_wakes_whoever_found_none),
        CASE(give_block_of_none_is_nothing),
    };
    return cmocka_run_group_tests_name("ends", tests, NULL, NULL);
}
