/* The store of blocks: threads that take and give back every size, and pass blocks on to each other, while the
 * coordinator cuts, takes back and merges. No block is had by two; afterwards all of it is whole chunks again.
 */
#include <sched.h>

#include "support/prelude.h"
#include "support/property.h"
#include "support/test_pool.h"
#include "support/threads.h"
#include "sync/ends.h"
#include "sync/sleep.h"

#define THREADS 4u
#define ROUNDS 20000u
#define HELD_MAX 24u

static struct pool *pool;
static _Atomic uint32_t x_done;      /* threads that are */
static _Atomic uint32_t x_passed[8]; /* blocks on their way from one thread to another; 0: none */
static _Atomic uint32_t x_refused;

struct taker {
    uint32_t number;
    struct property random;
    struct sleeper sleeper;
    uint32_t held[HELD_MAX];
    uint32_t n_held;
};

/* Both ends of the block are whoever's has it. */
static void mark(uint32_t block, uint32_t value)
{
    uint32_t *words = (uint32_t *)(void *)pool__block_memory(pool, block);
    words[0] = words[pool__blocks_bytes(&pool->blocks, block) / sizeof *words - 1] = value;
}

static void check_and_give(uint32_t block)
{
    const uint32_t *words = (const uint32_t *)(const void *)pool__block_memory(pool, block);
    THREAD_CHECK(words[0] == block && words[pool__blocks_bytes(&pool->blocks, block) / sizeof *words - 1] == block);
    pool__give_block(pool, block);
}

/* Small ones mostly, and now and then the largest of all. */
static void take(struct taker *this)
{
    uint32_t block, class = property_below(&this->random, property_once_in(&this->random, 16) ? BLOCK_CLASSES : 9);
    enum block_use use = property_below(&this->random, USES);
    uint32_t bytes = 1u << (BLOCK_MIN_LOG2 + class);
    int status = pool__sleep_on_block(&this->sleeper, use, bytes, &block);
    THREAD_CHECK(status == 0 || status == POOL_ENOMEM);
    if (status) atomic_fetch_add(&x_refused, 1);
    if (status) return;
    THREAD_CHECK(pool__blocks_bytes(&pool->blocks, block) == bytes);
    THREAD_CHECK(use == USE_CONTROL || pool__blocks_chunk(&pool->blocks, block)->zone == ZONE_COMMON);
    mark(block, block);
    this->held[this->n_held++] = block;
}

/* Gives one back, or passes it on and gives back what somebody else has passed. */
static void give(struct taker *this)
{
    uint32_t i = property_below(&this->random, this->n_held), block = this->held[i];
    this->held[i] = this->held[--this->n_held];
    if (property_once_in(&this->random, 3)) {
        block = atomic_exchange(&x_passed[property_below(&this->random, COUNT_OF(x_passed))], block);
    }
    if (block) check_and_give(block);
}

static void *run(void *argument)
{
    struct taker *this = argument;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        bool takes = this->n_held == 0 || (this->n_held < HELD_MAX && property_once_in(&this->random, 2));
        if (takes) {
            take(this);
        } else {
            give(this);
        }
    }
    while (this->n_held > 0) check_and_give(this->held[--this->n_held]);
    atomic_fetch_add(&x_done, 1);
    return NULL;
}

static void blocks_are_taken_given_and_merged_at_the_same_time(void **state)
{
    (void)state;
    struct taker takers[THREADS] = {0};
    pthread_t ids[THREADS];
    struct property random = property_begin("blocks_are_taken_given_and_merged_at_the_same_time");
    for (uint32_t i = 0; i < THREADS; i++) {
        takers[i].number = i;
        takers[i].random = property_fork(&random);
        pool__sleeper_init(&takers[i].sleeper, pool, WAITER_LESSEE_0 + i);
        ids[i] = thread_start(run, &takers[i]);
    }
    while (atomic_load(&x_done) < THREADS) {
        struct pool_stats stats;
        coordinator_tick(pool);
        assert_int_equal(pool_stats(pool, &stats), 0);
        assert_true(stats.memory_bytes <= stats.memory_limit_bytes);
        sched_yield();
    }
    for (uint32_t i = 0; i < THREADS; i++) thread_join(ids[i]);
    for (uint32_t i = 0; i < COUNT_OF(x_passed); i++) {
        if (x_passed[i]) check_and_give(x_passed[i]);
    }
    assert_true(atomic_load(&x_refused) > 0); /* it went to the limit */
    assert_pool_is_empty(pool);
    assert_int_equal(pool__blocks_largest(&pool->blocks), POOL_BYTES_MAX);
}

static int setup(void **state)
{
    port_set_hooks(&(struct port_hooks){0});
    *state = pool = coordinator_create(2, TEST_GRACE_MS, 48, 0, 0);
    return pool ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(blocks_are_taken_given_and_merged_at_the_same_time)};
    return cmocka_run_group_tests_name("blocks_threads", tests, setup, test_pool_teardown);
}
