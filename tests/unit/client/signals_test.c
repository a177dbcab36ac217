/* client/signals.c: joining as the client, taking its signals, and its bell. */
#include "client/client.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "sync/wake.h"

static bool is_relayed(struct pool *pool)
{
    return atomic_load(&pool->x_relayed) & 1u << WAITER_CLIENT;
}

static void join_makes_a_client_that_serves_calls(void **state)
{
    struct pool *pool = *state;
    assert_int_equal(atomic_load(&pool->x_served), 0);
    assert_int_equal(client_join(pool, false), 0);
    assert_int_equal(atomic_load(&pool->x_served), 1);
    assert_false(is_relayed(pool));
}

static void join_of_one_that_cannot_watch_its_bell_is_relayed(void **state)
{
    struct pool *pool = *state;
    assert_int_equal(client_join(pool, true), 0);
    assert_true(is_relayed(pool));
    assert_int_equal(atomic_load(&pool->x_relayed) & ~(1u << WAITER_CLIENT | 1u << WAITER_COORDINATOR), 0);
}

static void join_of_another_version_is_eproto(void **state)
{
    struct pool *pool = *state;
    static const uint32_t versions[] = {0, POOL_ABI - 1, POOL_ABI + 1, UINT32_MAX};
    for (uint32_t i = 0; i < COUNT_OF(versions); i++) {
        pool->abi = versions[i];
        assert_int_equal(client_join(pool, true), POOL_EPROTO);
        assert_false(is_relayed(pool));
        assert_int_equal(atomic_load(&pool->x_served), 0);
    }
    pool->abi = POOL_ABI;
}

static void after_the_client_has_shut_nothing_new_begins(void **state)
{
    struct pool *pool = *state;
    pool_job_t queued = test_submit_bare(pool), job = 4711;
    pool_fd_t fds[2];
    client_shut(pool);
    assert_int_equal(pool_submit(pool, &(struct pool_job_config){.module = 1}, &job), POOL_ESHUTDOWN);
    assert_int_equal(pool_pipe(pool, 0, fds), POOL_ESHUTDOWN);
    assert_int_equal(job, 4711);
    assert_int_equal(pool_wait(pool, queued, 0, NULL), POOL_EAGAIN); /* it stays where it is */
}

static void signals_are_taken_once_each_and_then_there_are_none(void **state)
{
    struct pool *pool = *state;
    static const uint32_t signals[] = {SIGNAL_JOB_0, SIGNAL_JOB_0 + JOBS_MAX - 1, SIGNAL_CALL_0, SIGNAL_BLOCKS};
    uint32_t found = 0;
    assert_int_equal(client_take(pool), -1);
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < COUNT_OF(signals); i++) pool__wake(pool, WAITER_CLIENT, signals[i]);
    }
    for (int32_t taken = client_take(pool); taken >= 0; taken = client_take(pool)) {
        for (uint32_t i = 0; i < COUNT_OF(signals); i++) found += (uint32_t)taken == signals[i] ? 1u << 8 * i : 0;
    }
    assert_int_equal(found, 0x01010101);
    assert_int_equal(client_take(pool), -1);
}

/* One announcement brings one signal, for whichever end it was. */
static void end_whose_signal_was_taken_is_announced_no_more(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    char byte;
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    struct pipe *pipe = test_pipe(pool, fds[0]);
    assert_int_equal(pool_read(pool, fds[0], &byte, 1), POOL_EAGAIN);
    assert_int_equal(atomic_load(&pipe->x_reader_waits), WAITER_CLIENT);
    assert_int_equal(pool_write(pool, fds[1], "ab", 2), 2);
    assert_true(test_signalled(pool, SIGNAL_PIPE_0 + 2 * (uint32_t)(pipe - pool->pipes)));
    assert_int_equal(atomic_load(&pipe->x_reader_waits), 0);
    assert_int_equal(pool_write(pool, fds[1], "c", 1), 1);
    assert_int_equal(client_take(pool), -1);
}

/* The slot may have another pipe by now, at which a worker waits. */
static void announcement_of_somebody_else_stays(void **state)
{
    struct pool *pool = *state;
    struct pipe *pipe = &pool->pipes[PIPES_MAX - 1];
    uint32_t signal = SIGNAL_PIPE_0 + 2 * (PIPES_MAX - 1);
    pool__pipe_announce(pipe, PIPE_READ, WAITER_WORKER_0 + 1, 0);
    pool__pipe_announce(pipe, PIPE_WRITE, WAITER_CLIENT, 1);
    pool__wake(pool, WAITER_CLIENT, signal + PIPE_READ);
    assert_int_equal(client_take(pool), signal + PIPE_READ);
    assert_int_equal(atomic_load(&pipe->x_reader_waits), WAITER_WORKER_0 + 1);
    assert_int_equal(atomic_load(&pipe->x_writer_waits), WAITER_CLIENT); /* nor is it that end's signal */
}

static void armed_bell_rings_once_and_a_disarmed_one_never(void **state)
{
    struct pool *pool = *state;
    _Atomic uint32_t *word = &pool->bells[WAITER_CLIENT].x_count;
    assert_int_equal(client_join(pool, true), 0);
    uint32_t count = client_arm(pool);
    assert_int_equal(atomic_load(word), count);
    pool__wake(pool, WAITER_CLIENT, SIGNAL_BLOCKS);
    assert_int_not_equal(atomic_load(word), count);
    pool__wake(pool, WAITER_CLIENT, SIGNAL_BLOCKS);
    assert_int_equal(fake.rings, 1);
    count = client_arm(pool);
    client_disarm(pool);
    pool__wake(pool, WAITER_CLIENT, SIGNAL_BLOCKS);
    assert_int_equal(fake.rings, 1);
    assert_int_equal(client_take(pool), SIGNAL_BLOCKS); /* the signal is there all the same */
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, test_pool_setup, test_pool_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(join_makes_a_client_that_serves_calls),
        CASE(join_of_one_that_cannot_watch_its_bell_is_relayed),
        CASE(join_of_another_version_is_eproto),
        CASE(after_the_client_has_shut_nothing_new_begins),
        CASE(signals_are_taken_once_each_and_then_there_are_none),
        CASE(end_whose_signal_was_taken_is_announced_no_more),
        CASE(announcement_of_somebody_else_stays),
        CASE(armed_bell_rings_once_and_a_disarmed_one_never),
    };
    return cmocka_run_group_tests_name("signals", tests, NULL, NULL);
}
