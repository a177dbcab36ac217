/* coordinator/idle.c: who has had nothing to do for long, as far as the coordinator has seen. */
#include "coordinator/coordinator.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/test_pool.h"

#define MS 1000000u
#define IDLE_MS 100u

static struct pool *pool;

static int setup(void **state)
{
    if (test_pool_setup(state)) return -1;
    pool = *state;
    coordinator_set_range(pool, 0, IDLE_MS);
    return 0;
}

static uint64_t next_ns;

static uint32_t look(uint64_t now_ms)
{
    next_ns = UINT64_MAX;
    return pool__idle_for_long(pool, now_ms * MS, &next_ns);
}

static void set_turn(uint32_t worker, uint64_t turn)
{
    atomic_store(&pool->workers[worker].x_state, pool__worker_word(turn, WORKER_RUNTIME));
}

static void nobody_is_idle_at_first(void **state)
{
    (void)state;
    assert_int_equal(look(0), 0);
    assert_true(next_ns == UINT64_MAX);
}

static void idle_counts_from_when_it_was_seen(void **state)
{
    (void)state;
    pool__sched_set_idle(&pool->sched, 1);
    assert_int_equal(look(0), 0);
    assert_true(next_ns == IDLE_MS * MS);
    pool__sched_set_idle(&pool->sched, WORKERS_MAX); /* the last one is looked at, too */
    assert_int_equal(look(40), 0);
    assert_true(next_ns == IDLE_MS * MS);
    assert_int_equal(look(IDLE_MS), 1);
    assert_true(next_ns == (40 + IDLE_MS) * MS);
    assert_int_equal(look(40 + IDLE_MS), 2);
    assert_true(next_ns == UINT64_MAX);
}

/* Between two looks it may have been busy all the time: its turn tells. */
static void job_in_between_begins_it_anew(void **state)
{
    (void)state;
    set_turn(1, 5);
    pool__sched_set_idle(&pool->sched, 1);
    assert_int_equal(look(0), 0);
    set_turn(1, 6);
    assert_int_equal(look(IDLE_MS), 0);
    assert_true(next_ns == 2 * IDLE_MS * MS);
    assert_int_equal(look(2 * IDLE_MS), 1);
}

static void job_at_the_time_of_a_look_begins_it_anew(void **state)
{
    (void)state;
    pool__sched_set_idle(&pool->sched, 1);
    look(0);
    pool__sched_clear_idle(&pool->sched, 1);
    assert_int_equal(look(IDLE_MS - 1), 0);
    assert_true(next_ns == UINT64_MAX);
    pool__sched_set_idle(&pool->sched, 1);
    assert_int_equal(look(IDLE_MS), 0);
    assert_true(next_ns == 2 * IDLE_MS * MS);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, test_pool_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(nobody_is_idle_at_first),
        CASE(idle_counts_from_when_it_was_seen),
        CASE(job_in_between_begins_it_anew),
        CASE(job_at_the_time_of_a_look_begins_it_anew),
    };
    return cmocka_run_group_tests_name("idle", tests, NULL, NULL);
}
