/* Two threads and one block of memory: whoever sleeps for it is woken when it comes back. A lost wake-up shows as a
 * test that never ends.
 */
#include <sched.h>

#include "support/prelude.h"
#include "support/property.h"
#include "support/test_pool.h"
#include "support/threads.h"
#include "sync/ends.h"
#include "sync/sleep.h"

#define EXCHANGES 100000u
#define SIZE_BYTES (512u * 1024) /* a size that is not kept in stock */

static _Atomic uint32_t x_handed; /* the block, on its way back */
static uint64_t seed;

/* Up to a microsecond or so, so that who comes first is left to chance. */
static void dawdle(struct property *random)
{
    for (uint32_t n = property_size(random, 64); n > 1; n--) port_relax();
}

static void *give_back(void *argument)
{
    struct pool *pool = argument;
    struct property random = {seed};
    for (uint32_t i = 0; i < EXCHANGES; i++) {
        uint32_t block;
        while (!(block = atomic_exchange(&x_handed, 0))) sched_yield();
        dawdle(&random);
        pool__give_block(pool, block);
    }
    return NULL;
}

/* There is no coordinator here: only the giver's wake-up helps. */
static void block_that_comes_back_wakes_whoever_sleeps_for_it(void **state)
{
    struct pool *pool = *state;
    struct sleeper sleeper;
    struct property random = property_begin("block_that_comes_back_wakes_whoever_sleeps_for_it");
    seed = property_fork(&random).state;
    pool__sleeper_init(&sleeper, pool, WAITER_WORKER_0 + 1);
    assert_true(pool__blocks_carve(&pool->blocks, ZONE_RESERVE, pool__blocks_class(SIZE_BYTES)));
    pthread_t giver = thread_start(give_back, pool);
    for (uint32_t i = 0; i < EXCHANGES; i++) {
        uint32_t block;
        assert_int_equal(pool__sleep_on_block(&sleeper, USE_CONTROL, SIZE_BYTES, &block), 0);
        atomic_store(&x_handed, block);
        dawdle(&random);
    }
    thread_join(giver);
    assert_pool_is_empty(pool);
}

static int setup(void **state)
{
    port_set_hooks(&(struct port_hooks){0});
    *state = test_pool_make(2, 0);
    return *state ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(block_that_comes_back_wakes_whoever_sleeps_for_it),
    };
    return cmocka_run_group_tests_name("ends_threads", tests, setup, test_pool_teardown);
}
