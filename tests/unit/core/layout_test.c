/* core/layout.c: what a pool is like that nobody has used yet. */
#include "core/layout.h"

#include "core/handle.h"
#include "support/prelude.h"
#include "support/test_pool.h"

static void layout_begins_with_the_version(void **state)
{
    const struct pool *pool = *state;
    assert_int_equal(offsetof(struct pool, abi), 0);
    assert_int_equal(pool->abi, POOL_ABI);
}

static void layout_has_every_slot_free_and_gives_the_first_out_first(void **state)
{
    struct pool *pool = *state;
    assert_pool_is_empty(pool);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(pool__slots_take(&pool->job_slots, pool->job_links, false), i);
        assert_int_equal(pool__slots_take(&pool->pipe_slots, pool->pipe_links, false), i);
        assert_int_equal(pool__slots_take(&pool->call_slots, pool->call_links, false), i);
        assert_int_equal(pool__freelist_pop(&pool->free_lessees, pool->lessee_links), i);
    }
}

static void layout_has_nothing_going_on(void **state)
{
    struct pool *pool = *state;
    struct pool_stats stats;
    assert_int_equal(pool_stats(pool, &stats), 0);
    assert_true(stats.memory_bytes > 0);
    assert_int_equal(stats.memory_free_bytes, stats.memory_limit_bytes);
    assert_int_equal(stats.memory_largest_bytes, POOL_BYTES_MAX);
    stats.memory_bytes = stats.memory_limit_bytes = stats.memory_free_bytes = stats.memory_largest_bytes = 0;
    static const struct pool_stats none;
    assert_memory_equal(&stats, &none, sizeof none);
    assert_int_equal(pool__signals_take(&pool->signals), -1);
    assert_int_equal(atomic_load(&pool->x_closing), 0);
    assert_int_equal(atomic_load(&pool->x_inside), 0);
}

/* A number for each waiter, and nobody's: client, coordinator, workers and lessees do not overlap. */
static void waiters_do_not_overlap(void **state)
{
    (void)state;
    assert_true(WAITER_CLIENT != 0 && WAITER_COORDINATOR != WAITER_CLIENT);
    assert_true(WAITER_WORKER_0 + 1 > WAITER_COORDINATOR);
    assert_true(WAITER_LESSEE_0 > WAITER_WORKER_0 + WORKERS_MAX);
    assert_int_equal(WAITER_LESSEE_0 + LESSEES_MAX, WAITERS_MAX);
}

static void signals_do_not_overlap(void **state)
{
    (void)state;
    assert_int_equal(SIGNAL_PIPE_0 - SIGNAL_JOB_0, JOBS_MAX);
    assert_int_equal(SIGNAL_CALL_0 - SIGNAL_PIPE_0, 2 * PIPES_MAX);
    assert_int_equal(SIGNAL_BLOCKS - SIGNAL_CALL_0, CALLS_MAX);
    assert_true(SIGNALS_USED <= SIGNALS_MAX);
}

/* What threads write all the time stands on cache lines of its own. */
static void busy_words_do_not_share_cache_lines(void **state)
{
    (void)state;
    assert_int_equal(sizeof(struct bell) % 64, 0);
    assert_int_equal(sizeof(struct job) % 64, 0);
    assert_int_equal(sizeof(struct pipe) % 64, 0);
    assert_int_equal(sizeof(struct worker) % 64, 0);
    assert_true(offsetof(struct pipe, x_head) / 64 != offsetof(struct pipe, x_tail) / 64);
    assert_true(offsetof(struct queue, x_head) / 64 != offsetof(struct queue, x_tail) / 64);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, test_pool_setup, test_pool_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(layout_begins_with_the_version), CASE(layout_has_every_slot_free_and_gives_the_first_out_first),
        CASE(layout_has_nothing_going_on),    CASE(waiters_do_not_overlap),
        CASE(signals_do_not_overlap),         CASE(busy_words_do_not_share_cache_lines),
    };
    return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
