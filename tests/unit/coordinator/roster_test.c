/* coordinator/roster.c: workers that come, die and are buried. */

#include "support/fake_guest.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/test_worker.h"

static void bury_of_a_running_worker_loses_its_job(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    uint8_t byte;
    pool_job_t job;
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    assert_int_equal(
        pool_submit(pool, &(struct pool_job_config){.module = 1, .stdio = {[1] = {POOL_STDIO_PIPE, fds[1]}}}, &job), 0);
    test_worker_enter(1);
    coordinator_bury_worker(pool, 1, 0, true);
    assert_int_equal(test_result(pool, job).outcome, POOL_LOST);
    assert_int_equal(test_result(pool, job).worker, 1);
    assert_int_equal(pool_read(pool, fds[0], &byte, 1), 0);
    assert_int_equal(pool_close(pool, fds[0]), 0);
    assert_int_equal(pool_release(pool, job), 0);
    assert_pool_is_empty(pool);
}

static void bury_of_a_worker_whose_job_shall_end_ends_it_as_was_wished(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    test_worker_enter(1);
    assert_int_equal(pool_cancel(pool, job), 0);
    coordinator_bury_worker(pool, 1, 0, true);
    assert_int_equal(test_result(pool, job).outcome, POOL_CANCELLED);
}

static void bury_of_a_killed_worker_leaves_its_job_as_it_ended(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    test_worker_enter(1);
    assert_int_equal(pool_cancel(pool, job), 0);
    coordinator_tick(pool);
    fake_port_advance_ms(TEST_GRACE_MS);
    coordinator_tick(pool);
    coordinator_bury_worker(pool, coordinator_next_kill(pool), -1, true);
    assert_int_equal(test_result(pool, job).outcome, POOL_CANCELLED);
    assert_int_equal(coordinator_next_kill(pool), 0);
    assert_int_equal(pool_release(pool, job), 0);
    assert_pool_is_empty(pool);
}

static void bury_of_a_killed_worker_keeps_what_its_guest_was_told_of_the_time(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    uint32_t at = fake_guest_new(8);
    test_worker_enter(1);
    fake.step_ns = 0;
    assert_int_equal(guest_clock_time_get(WASI_CLOCK_MONOTONIC, 0, at), WASI_SUCCESS);
    assert_int_equal(guest_clock_time_get(WASI_CLOCK_MONOTONIC, 0, at), WASI_SUCCESS);
    assert_int_equal(atomic_load(&pool->x_told_ns), 0);
    assert_int_equal(pool_cancel(pool, job), 0);
    coordinator_tick(pool);
    fake_port_advance_ms(TEST_GRACE_MS);
    coordinator_tick(pool);
    assert_int_equal(test_result(pool, job).outcome, POOL_CANCELLED);
    assert_int_equal(atomic_load(&pool->x_told_ns), FAKE_BEGIN_NS + 1);
    coordinator_bury_worker(pool, coordinator_next_kill(pool), -1, true);
}

static void bury_of_nobody_is_nothing(void **state)
{
    struct pool *pool = *state;
    uint32_t awake = pool__sched_count_awake(&pool->sched);
    coordinator_bury_worker(pool, 0, 0, true);
    coordinator_bury_worker(pool, WORKERS_MAX, 0, true);
    coordinator_bury_worker(pool, WORKERS_MAX + 1, 0, true);
    coordinator_bury_worker(pool, UINT32_MAX, 0, true);
    coordinator_bury_worker(pool, 1, 0, true);
    coordinator_bury_worker(pool, 1, 0, true); /* a second time */
    assert_int_equal(pool__sched_count_awake(&pool->sched), awake - 1);
    assert_int_equal(test_worker_state(pool, WORKERS_MAX), WORKER_NONE);
}

static void bury_of_a_worker_that_never_started_changes_no_count(void **state)
{
    struct pool *pool = *state;
    uint32_t awake = pool__sched_count_awake(&pool->sched);
    int32_t number = coordinator_add_worker(pool);
    coordinator_bury_worker(pool, (uint32_t)number, 0, true);
    assert_int_equal(pool__sched_count_awake(&pool->sched), awake);
}

/* It had taken itself out of the count; or else one more would seem to sleep for ever, and relief come for nobody. */
static void bury_of_a_worker_that_died_asleep_counts_it_once(void **state)
{
    struct pool *pool = *state;
    uint32_t other = test_worker_join(pool);
    pool__sched_clear_awake(&pool->sched, other);
    coordinator_bury_worker(pool, other, 0, true);
    assert_int_equal(pool__sched_count_awake(&pool->sched), 1);
    assert_int_equal(test_worker_join(pool), other);
    assert_int_equal(pool__sched_count_awake(&pool->sched), 2);
}

static struct pool *stage;

static void bury_the_sleeper(void)
{
    coordinator_bury_worker(stage, 1, 0, true);
}

/* The thread was given up for dead as it fell asleep, and wakes after all. */
static void worker_that_wakes_after_its_burial_counts_no_more(void **state)
{
    struct sleeper sleeper;
    stage = *state;
    pool__sleeper_init(&sleeper, stage, WAITER_WORKER_0 + 1);
    pool_job_t job = test_submit(stage, 1);
    test_worker_begin(1);
    sleeper.job = test_job(stage, job);
    test_submit(stage, 1);
    atomic_store(&stage->x_relief, 0);
    fake.on_tick = bury_the_sleeper; /* it asks for relief as it falls asleep */
    pool__sleeper_wait(&sleeper, pool__sleeper_arm(&sleeper), 1000);
    assert_int_equal(test_worker_state(stage, 1), WORKER_DEAD);
    assert_int_equal(pool__sched_count_awake(&stage->sched), 0);
}

/* Its thread comes up a moment too late. */
static void worker_that_comes_up_after_its_burial_counts_for_nothing(void **state)
{
    struct pool *pool = *state;
    struct sleeper sleeper;
    pool__sleeper_init(&sleeper, pool, WAITER_WORKER_0 + 1);
    coordinator_bury_worker(pool, 1, 0, true);
    pool__sleeper_wakes(&sleeper);
    assert_int_equal(pool__sched_count_awake(&pool->sched), 0);
}

/* In the middle of any change that it makes to what all workers share. */
static void bury_takes_a_worker_off_every_list(void **state)
{
    struct pool *pool = *state;
    atomic_store(&pool->sched.x_retire, 1);
    assert_true(pool__sched_retire(&pool->sched, 1));
    pool__sched_set_idle(&pool->sched, 1);
    pool__sched_set_looking(&pool->sched, 1);
    coordinator_bury_worker(pool, 1, 0, true);
    assert_false(pool__sched_is_watched(&pool->sched));
    for (uint32_t i = 0; i < WORKERS_MAX / 32; i++) {
        assert_int_equal(atomic_load(&pool->sched.x_states[i]), 0);
        assert_int_equal(atomic_load(&pool->sched.x_leaving[i]), 0);
    }
    assert_int_equal(atomic_load(&pool->sched.x_live), 0);
}

/* Whoever pushed chose the lowest idle worker and rang its bell; if that one is dead, another must come. */
static void bury_of_an_idle_worker_passes_its_wake_up_on(void **state)
{
    struct pool *pool = *state;
    uint32_t other = (uint32_t)coordinator_add_worker(pool);
    pool__sched_set_idle(&pool->sched, 1);
    pool__sched_set_idle(&pool->sched, other);
    uint32_t count = pool__bell_arm(&pool->bells[WAITER_WORKER_0 + other]);
    pool__bell_arm(&pool->bells[WAITER_WORKER_0 + 1]);
    test_submit(pool, 1);
    assert_int_equal(atomic_load(&pool->bells[WAITER_WORKER_0 + other].x_count), count);
    coordinator_bury_worker(pool, 1, 0, true);
    assert_int_not_equal(atomic_load(&pool->bells[WAITER_WORKER_0 + other].x_count), count);
}

/* Whoever pushed woke nobody, because one looked; if that one is dead, another must come. */
static void bury_of_a_worker_that_looks_wakes_another(void **state)
{
    struct pool *pool = *state;
    uint32_t other = (uint32_t)coordinator_add_worker(pool);
    pool__sched_set_looking(&pool->sched, 1);
    pool__sched_set_idle(&pool->sched, other);
    uint32_t count = pool__bell_arm(&pool->bells[WAITER_WORKER_0 + other]);
    test_submit(pool, 1);
    assert_int_equal(atomic_load(&pool->bells[WAITER_WORKER_0 + other].x_count), count);
    coordinator_bury_worker(pool, 1, 0, true);
    assert_int_not_equal(atomic_load(&pool->bells[WAITER_WORKER_0 + other].x_count), count);
}

static void buried_worker_is_idle_no_more(void **state)
{
    struct pool *pool = *state;
    pool__sched_set_idle(&pool->sched, 1);
    coordinator_bury_worker(pool, 1, 0, true);
    test_submit(pool, 1);
    assert_int_equal(pool__sched_pick(&pool->sched), 0);
}

static void slot_of_a_buried_worker_rests(void **state)
{
    struct pool *pool = *state;
    coordinator_bury_worker(pool, 1, 5000, true);
    fake_port_advance_ms(4999);
    assert_int_equal(coordinator_add_worker(pool), 2);
    fake_port_advance_ms(1);
    uint8_t *stack = coordinator_worker_stack(pool, 1);
    assert_int_equal(coordinator_add_worker(pool), 1);
    assert_ptr_equal(coordinator_worker_stack(pool, 1), stack); /* nothing is allocated for the next life */
}

static void slot_of_a_worker_that_may_live_for_ever_is_never_used_again(void **state)
{
    struct pool *pool = *state;
    coordinator_bury_worker(pool, 1, -1, true);
    fake_port_advance_ms((uint64_t)1 << 40);
    assert_int_equal(coordinator_add_worker(pool), 2);
}

static void slot_of_a_worker_known_to_be_gone_is_used_at_once(void **state)
{
    struct pool *pool = *state;
    coordinator_bury_worker(pool, 1, 0, true);
    assert_int_equal(coordinator_add_worker(pool), 1);
    assert_int_equal(worker_join(pool, 1), 0);
    pool_job_t job = test_submit(pool, 1);
    test_worker_enter(1);
    test_worker_return(0);
    assert_int_equal(test_result(pool, job).outcome, POOL_EXITED);
}

static void add_worker_when_all_are_in_use_is_eagain(void **state)
{
    struct pool *pool = *state;
    for (int32_t i = 2; i <= (int32_t)WORKERS_MAX; i++) assert_int_equal(coordinator_add_worker(pool), i);
    assert_int_equal(coordinator_add_worker(pool), POOL_EAGAIN);
    coordinator_bury_worker(pool, 100, 10, true);
    assert_int_equal(coordinator_add_worker(pool), POOL_EAGAIN);
    fake_port_advance_ms(10);
    assert_int_equal(coordinator_add_worker(pool), 100);
}

static void worker_replaced_1000_times_leaves_nothing_behind(void **state)
{
    struct pool *pool = *state;
    for (uint32_t i = 0; i < 1000; i++) {
        pool_job_t job = test_submit(pool, 1);
        test_worker_enter(1);
        assert_int_equal(pool_cancel(pool, job), 0);
        coordinator_tick(pool);
        fake_port_advance_ms(TEST_GRACE_MS);
        coordinator_tick(pool);
        coordinator_bury_worker(pool, coordinator_next_kill(pool), 100, true);
        assert_int_equal(test_result(pool, job).outcome, POOL_CANCELLED);
        assert_int_equal(pool_release(pool, job), 0);
        test_worker_join(pool);
    }
    assert_pool_is_empty(pool);
    assert_int_equal(pool__sched_count_awake(&pool->sched), 1);
    assert_null(pool->workers[5].stack); /* three slots in turns are enough */
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, test_worker_setup, test_worker_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(bury_of_a_running_worker_loses_its_job),
        CASE(bury_of_a_worker_whose_job_shall_end_ends_it_as_was_wished),
        CASE(bury_of_a_killed_worker_leaves_its_job_as_it_ended),
        CASE(bury_of_a_killed_worker_keeps_what_its_guest_was_told_of_the_time),
        CASE(bury_of_nobody_is_nothing),
        CASE(bury_of_a_worker_that_never_started_changes_no_count),
        CASE(bury_of_a_worker_that_died_asleep_counts_it_once),
        CASE(worker_that_wakes_after_its_burial_counts_no_more),
        CASE(worker_that_comes_up_after_its_burial_counts_for_nothing),
        CASE(bury_takes_a_worker_off_every_list),
        CASE(bury_of_an_idle_worker_passes_its_wake_up_on),
        CASE(bury_of_a_worker_that_looks_wakes_another),
        CASE(buried_worker_is_idle_no_more),
        CASE(slot_of_a_buried_worker_rests),
        CASE(slot_of_a_worker_that_may_live_for_ever_is_never_used_again),
        CASE(slot_of_a_worker_known_to_be_gone_is_used_at_once),
        CASE(add_worker_when_all_are_in_use_is_eagain),
        CASE(worker_replaced_1000_times_leaves_nothing_behind),
    };
    return cmocka_run_group_tests_name("roster", tests, NULL, NULL);
}
