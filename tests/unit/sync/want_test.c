/* sync/want.c: noting what somebody wanted and did not get. */
#include "sync/want.h"

#include "client/client.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "sync/wake.h"

static const enum room others[] = {ROOM_JOBS_SLOT, ROOM_JOBS_PIPE, ROOM_SWEPT, ROOM_SLOT, ROOM_PIPE, ROOM_LOCK};

static void each_room_has_a_bit_of_its_own(void **state)
{
    (void)state;
    uint64_t seen = 0;
    uint32_t n = 0;
    for (enum block_use use = 0; use < USES; use++) {
        for (uint32_t class = 0; class < BLOCK_CLASSES; class ++, n++) seen |= (uint64_t)1 << pool__room_of(use, class);
    }
    for (uint32_t i = 0; i < COUNT_OF(others); i++, n++) seen |= (uint64_t)1 << others[i];
    assert_int_equal(__builtin_popcountll(seen), n);
}

static void what_was_wanted_is_noted_whatever_else_is(void **state)
{
    struct pool *pool = *state;
    pool__room_want(pool, pool__room_of(USE_CONTENT, BLOCK_CLASSES - 1));
    pool__room_want(pool, ROOM_LOCK);
    pool__room_want(pool, ROOM_LOCK);
    uint64_t both = (uint64_t)1 << pool__room_of(USE_CONTENT, BLOCK_CLASSES - 1) | (uint64_t)1 << ROOM_LOCK;
    assert_int_equal(atomic_load(&pool->x_room_wanted), both);
}

static void who_wanted_is_told_when_there_may_be_some(void **state)
{
    struct pool *pool = *state;
    pool__wake_starved(pool);
    assert_int_equal(client_take(pool), -1); /* nobody wanted anything */
    pool__room_want(pool, ROOM_PIPE);
    assert_int_equal(client_take(pool), -1);
    pool__wake_starved(pool);
    assert_int_equal(client_take(pool), SIGNAL_BLOCKS);
    assert_int_equal(client_take(pool), -1);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, test_pool_setup, test_pool_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(each_room_has_a_bit_of_its_own),
        CASE(what_was_wanted_is_noted_whatever_else_is),
        CASE(who_wanted_is_told_when_there_may_be_some),
    };
    return cmocka_run_group_tests_name("want", tests, NULL, NULL);
}
