/* sync/room.c: whether there is now what somebody wanted and did not get. */
#include "sync/room.h"

#include "support/prelude.h"
#include "support/test_pool.h"
#include "sync/ends.h"

#define RING_BYTES POOL_PIPE_DEFAULT_BYTES

static bool is_wanted(struct pool *pool, enum room room)
{
    return atomic_load(&pool->x_room_wanted) >> room & 1;
}

static void take_slots(struct slots *slots, freelist_link *links, bool kept)
{
    while (pool__slots_take(slots, links, kept) != FREELIST_NONE) continue;
}

static void with_nothing_wanted_it_is_whether_a_job_can_be_submitted(void **state)
{
    struct pool *pool = *state;
    assert_true(pool__room_look(pool));
    take_slots(&pool->job_slots, pool->job_links, true);
    assert_false(pool__room_look(pool));
    assert_true(is_wanted(pool, ROOM_SLOT)); /* from now on, so that a signal follows */
    pool__slots_give(&pool->job_slots, pool->job_links, 5);
    assert_true(pool__room_look(pool));
    assert_false(is_wanted(pool, ROOM_SLOT));
}

/* For each kind of slot: those that are kept are room for the client, and none for jobs. */
static void check_slots(struct pool *pool, struct slots *slots, freelist_link *links, enum room all, enum room jobs)
{
    take_slots(slots, links, false);
    pool__room_want(pool, all);
    pool__room_want(pool, jobs);
    assert_true(pool__room_look(pool));
    assert_false(is_wanted(pool, all));
    assert_true(is_wanted(pool, jobs));
    take_slots(slots, links, true);
    pool__room_want(pool, all);
    assert_false(pool__room_look(pool));
    assert_true(is_wanted(pool, all) && is_wanted(pool, jobs));
    pool__slots_give(slots, links, 0);
    assert_true(pool__room_look(pool));
    assert_int_equal(atomic_load(&pool->x_room_wanted), 0);
}

static void kept_slots_are_room_for_the_client_and_none_for_jobs(void **state)
{
    struct pool *pool = *state;
    check_slots(pool, &pool->job_slots, pool->job_links, ROOM_SLOT, ROOM_JOBS_SLOT);
    check_slots(pool, &pool->pipe_slots, pool->pipe_links, ROOM_PIPE, ROOM_JOBS_PIPE);
}

static void block_is_room_when_one_came_back(void **state)
{
    struct pool *pool = *state;
    uint32_t taken[16], n = test_drain_blocks(pool, RING_BYTES, taken, COUNT_OF(taken));
    enum room room = pool__room_of(USE_CONTROL, pool__blocks_class(RING_BYTES));
    pool__room_want(pool, room);
    assert_false(pool__room_look(pool));
    assert_true(is_wanted(pool, room));
    pool__give_block(pool, taken[--n]);
    assert_true(test_signalled(pool, SIGNAL_BLOCKS));
    assert_true(pool__room_look(pool));
    assert_false(is_wanted(pool, room));
    test_undrain_blocks(pool, taken, n);
    assert_pool_is_empty(pool); /* looking takes nothing */
}

static void one_thing_that_is_there_is_enough_and_the_others_stay_wanted(void **state)
{
    struct pool *pool = *state;
    uint32_t taken[16], n = test_drain_blocks(pool, RING_BYTES, taken, COUNT_OF(taken));
    enum room room = pool__room_of(USE_CONTROL, pool__blocks_class(RING_BYTES));
    pool__room_want(pool, room);
    pool__room_want(pool, ROOM_PIPE);
    assert_true(pool__room_look(pool));
    assert_int_equal(atomic_load(&pool->x_room_wanted), (uint64_t)1 << room);
    test_undrain_blocks(pool, taken, n);
}

static void lock_and_swept_space_are_room_when_nobody_has_to_wait_for_them(void **state)
{
    struct pool *pool = *state;
    pool__room_want(pool, ROOM_LOCK);
    pool__room_want(pool, ROOM_SWEPT);
    atomic_store(&pool->x_locks_awaited, 1);
    atomic_store(&pool->x_unswept, 1);
    assert_false(pool__room_look(pool));
    atomic_store(&pool->x_locks_awaited, 0);
    assert_true(pool__room_look(pool));
    assert_false(is_wanted(pool, ROOM_LOCK));
    assert_true(is_wanted(pool, ROOM_SWEPT));
    atomic_store(&pool->x_unswept, 0);
    assert_true(pool__room_look(pool));
    assert_int_equal(atomic_load(&pool->x_room_wanted), 0);
}

static void room_for_a_block_is_looked_for_and_not_taken(void **state)
{
    struct pool *pool = *state;
    assert_true(pool__room_for(pool, USE_CONTROL, RING_BYTES));
    assert_pool_is_empty(pool);
    uint32_t taken[16], n = test_drain_blocks(pool, RING_BYTES, taken, COUNT_OF(taken));
    assert_false(pool__room_for(pool, USE_CONTROL, RING_BYTES));
    coordinator_tick(pool); /* it brings one */
    assert_true(test_signalled(pool, SIGNAL_BLOCKS));
    assert_true(pool__room_for(pool, USE_CONTROL, RING_BYTES));
    test_undrain_blocks(pool, taken, n);
}

/* Who waits for what never comes would wait for ever: it is told to try again, and gets POOL_ENOMEM. */
static void room_that_only_files_have_is_not_waited_for(void **state)
{
    struct pool *pool = *state;
    uint32_t class = pool__blocks_class(RING_BYTES), taken[16];
    uint32_t n = test_drain_blocks(pool, RING_BYTES, taken, COUNT_OF(taken));
    atomic_store(&pool->blocks.x_hopeless[USE_CONTROL][class], 1);
    assert_true(pool__room_for(pool, USE_CONTROL, RING_BYTES));
    atomic_store(&pool->blocks.x_hopeless[USE_CONTROL][class], 0);
    assert_false(pool__room_for(pool, USE_CONTROL, RING_BYTES));
    test_undrain_blocks(pool, taken, n);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, test_pool_setup, test_pool_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(with_nothing_wanted_it_is_whether_a_job_can_be_submitted),
        CASE(kept_slots_are_room_for_the_client_and_none_for_jobs),
        CASE(block_is_room_when_one_came_back),
        CASE(one_thing_that_is_there_is_enough_and_the_others_stay_wanted),
        CASE(lock_and_swept_space_are_room_when_nobody_has_to_wait_for_them),
        CASE(room_for_a_block_is_looked_for_and_not_taken),
        CASE(room_that_only_files_have_is_not_waited_for),
    };
    return cmocka_run_group_tests_name("room", tests, NULL, NULL);
}
