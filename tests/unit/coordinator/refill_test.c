/* coordinator/refill.c: handing out memory. */

#include "client/client.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/test_worker.h"
#include "sync/jobs.h"

static uint64_t total_of(const struct pool *pool)
{
    return pool->blocks.zones[ZONE_RESERVE].x_total_bytes + pool->blocks.zones[ZONE_COMMON].x_total_bytes;
}

static void refill_stocks_the_common_kinds(void **state)
{
    struct pool *pool = *state;
    for (enum block_use use = 0; use < USES; use++) {
        assert_int_not_equal(pool__take_block(pool, use, 1, 0), 0);
        assert_int_not_equal(pool__take_block(pool, use, POOL_PIPE_DEFAULT_BYTES, 0), 0);
    }
}

static void refill_adds_what_was_asked_for_in_vain_and_no_more(void **state)
{
    struct pool *pool = *state;
    uint32_t taken[8];
    for (uint32_t i = 0; i < 3; i++) assert_int_equal(pool__take_block(pool, USE_CONTENT, 1u << 20, WAITER_CLIENT), 0);
    coordinator_tick(pool);
    assert_int_equal(test_drain_blocks(pool, 1u << 20, taken, COUNT_OF(taken)), 3);
    coordinator_tick(pool);
    assert_int_equal(test_drain_blocks(pool, 1u << 20, taken, COUNT_OF(taken)), 0);
}

/* Content gets all of the common zone, the rest is for control. */
static void refill_stays_within_the_limits(void **state)
{
    struct pool *pool = *state;
    static const uint32_t mib = 1u << 20;
    uint64_t limit = pool->blocks.zones[ZONE_COMMON].limit_bytes;
    for (uint32_t i = 0; i < 4 * TEST_BLOCKS_MIB; i++) {
        if (!pool__take_block(pool, USE_CONTENT, mib, WAITER_CLIENT)) coordinator_tick(pool);
    }
    assert_int_equal(pool__blocks_used(&pool->blocks, ZONE_COMMON), limit / mib * mib);
    assert_int_equal(pool__blocks_used(&pool->blocks, ZONE_RESERVE), 0);
    assert_true(pool__blocks_largest(&pool->blocks) < mib);
    for (uint32_t i = 0; i < 4 * TEST_BLOCKS_MIB; i++) {
        if (!pool__take_block(pool, USE_CONTROL, mib, WAITER_CLIENT)) coordinator_tick(pool);
    }
    assert_int_equal(pool__blocks_used(&pool->blocks, ZONE_RESERVE),
                     pool->blocks.zones[ZONE_RESERVE].limit_bytes / mib * mib);
    assert_true(total_of(pool) <= TEST_BLOCKS_MIB << 20);
}

/* Whatever the memory was used for, it serves any size again. */
static void refill_merges_what_came_back(void **state)
{
    struct pool *pool = *state;
    static uint32_t taken[1u << 18];
    for (uint32_t size = BLOCK_CLASSES; size-- > 0;) {
        uint32_t bytes = 1u << (BLOCK_MIN_LOG2 + size), n = 0;
        for (bool more = true; more;) {
            uint32_t had = n;
            pool__blocks_want(&pool->blocks, USE_CONTENT, size);
            atomic_store(&pool->blocks.x_wanted[USE_CONTENT][size], 64);
            pool__refill(pool);
            while ((taken[n] = pool__take_free_block(pool, USE_CONTENT, bytes))) n++;
            more = n > had;
        }
        uint64_t limit = pool->blocks.zones[ZONE_COMMON].limit_bytes;
        assert_int_equal((uint64_t)n * bytes / (1u << 20), limit / bytes * bytes / (1u << 20));
        for (uint32_t i = n; i-- > 0;) pool__give_block(pool, taken[i * (uint64_t)7919 % n]);
        assert_int_equal(test_used_bytes(pool), 0);
        assert_int_equal(pool__blocks_largest(&pool->blocks), POOL_BYTES_MAX);
    }
    test_merge_blocks(pool);
}

static void refill_refuses_what_only_files_could_give_back(void **state)
{
    struct pool *pool = *state;
    static uint32_t taken[TEST_BLOCKS_MAX];
    uint32_t n = test_take_all(pool, taken, COUNT_OF(taken));
    int64_t used = (int64_t)pool__blocks_used(&pool->blocks, ZONE_COMMON);
    pool__blocks_filed(&pool->blocks, used);
    assert_int_equal(pool__take_block(pool, USE_CONTENT, 1u << 20, WAITER_CLIENT), 0);
    assert_int_equal(pool__no_block(pool, USE_CONTENT, 1u << 20), POOL_EAGAIN);
    coordinator_tick(pool);
    assert_int_equal(client_take(pool), SIGNAL_BLOCKS);
    assert_int_equal(pool__no_block(pool, USE_CONTENT, 1u << 20), POOL_ENOMEM);
    pool__blocks_filed(&pool->blocks, -used);
    assert_int_equal(pool__no_block(pool, USE_CONTENT, 1u << 20), POOL_EAGAIN);
    test_undrain_blocks(pool, taken, n);
}

/* Whoever is woken without a block asks again, which wakes the coordinator: at the limit that would never end. */
static void refill_at_the_limit_wakes_nobody(void **state)
{
    struct pool *pool = *state;
    static uint32_t taken[TEST_BLOCKS_MAX];
    uint32_t n = test_take_all(pool, taken, COUNT_OF(taken)), refusals = coordinator_refusals(pool);
    for (enum block_use use = 0; use < USES; use++) {
        assert_int_equal(pool__take_block(pool, use, POOL_PIPE_DEFAULT_BYTES, WAITER_CLIENT), 0);
        assert_int_equal(pool__no_block(pool, use, POOL_PIPE_DEFAULT_BYTES), POOL_EAGAIN);
        uint32_t count = client_arm(pool);
        coordinator_tick(pool);
        assert_int_equal(atomic_load(&pool->bells[WAITER_CLIENT].x_count), count);
        assert_int_equal(client_take(pool), -1);
        assert_int_equal(coordinator_refusals(pool), refusals + 1 + use); /* somebody is told of it */
    }
    pool__give_block(pool, taken[--n]); /* but a block that comes back does */
    assert_true(test_signalled(pool, SIGNAL_BLOCKS));
    test_undrain_blocks(pool, taken, n);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, test_worker_setup, test_worker_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(refill_stocks_the_common_kinds), CASE(refill_adds_what_was_asked_for_in_vain_and_no_more),
        CASE(refill_stays_within_the_limits), CASE(refill_at_the_limit_wakes_nobody),
        CASE(refill_merges_what_came_back),   CASE(refill_refuses_what_only_files_could_give_back),
    };
    return cmocka_run_group_tests_name("refill", tests, NULL, NULL);
}
