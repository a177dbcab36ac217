/* coordinator/ladder.c with virtual time: deadlines, cancelled jobs, and killing. */

#include "fs/table.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/test_worker.h"
#include "sync/jobs.h"
#include "sync/volumes.h"
#include "sync/wake.h"
#include "wasi/types.h"

static pool_job_t submit_with_timeout(struct pool *pool, uint32_t timeout_ms)
{
    pool_job_t job;
    assert_int_equal(pool_submit(pool, &(struct pool_job_config){.module = 1, .timeout_ms = timeout_ms}, &job), 0);
    return job;
}

static void assert_running(struct pool *pool, pool_job_t job)
{
    assert_int_equal(pool__job_state(test_job(pool, job)), JOB_RUNNING);
}

static void tick_with_nothing_to_do_is_idle(void **state)
{
    assert_true(coordinator_tick(*state) == COORDINATOR_IDLE);
    test_submit(*state, 1);
    assert_true(coordinator_tick(*state) == COORDINATOR_IDLE);
}

static void tick_tells_when_the_next_deadline_is(void **state)
{
    struct pool *pool = *state;
    submit_with_timeout(pool, 500);
    submit_with_timeout(pool, 200);
    submit_with_timeout(pool, 900);
    fake_port_advance_ms(50);
    assert_true(coordinator_tick(pool) == 150);
}

static void deadline_in_the_queue_ends_the_job_at_its_time(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = submit_with_timeout(pool, 200);
    fake_port_advance_ms(199);
    assert_true(coordinator_tick(pool) == 1);
    assert_int_equal(pool__job_state(test_job(pool, job)), JOB_QUEUED);
    fake_port_advance_ms(1);
    assert_true(coordinator_tick(pool) == COORDINATOR_IDLE);
    assert_int_equal(test_result(pool, job).outcome, POOL_TIMED_OUT);
    assert_true(test_signalled(pool, SIGNAL_JOB_0));
}

static void deadline_of_a_computing_guest_kills_after_the_grace_time(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = submit_with_timeout(pool, 200);
    test_worker_enter(1);
    fake_port_advance_ms(200);
    assert_true(coordinator_tick(pool) == TEST_GRACE_MS);
    assert_running(pool, job);
    fake_port_advance_ms(TEST_GRACE_MS - 1);
    assert_true(coordinator_tick(pool) == 1);
    assert_int_equal(coordinator_next_kill(pool), 0);
    fake_port_advance_ms(1);
    assert_true(coordinator_tick(pool) == COORDINATOR_IDLE);
    assert_int_equal(coordinator_next_kill(pool), 1);
    assert_int_equal(test_worker_state(pool, 1), WORKER_KILLED);
    assert_int_equal(test_result(pool, job).outcome, POOL_TIMED_OUT);
    assert_int_equal(test_result(pool, job).worker, 1);
}

static void cancel_after_the_deadline_changes_nothing(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = submit_with_timeout(pool, 200);
    test_worker_enter(1);
    fake_port_advance_ms(200);
    coordinator_tick(pool);
    assert_int_equal(pool_cancel(pool, job), 0);
    assert_unwinds(guest_sched_yield());
    test_worker_unwound();
    assert_int_equal(test_result(pool, job).outcome, POOL_TIMED_OUT);
}

static void deadline_of_a_waiting_guest_wakes_its_worker(void **state)
{
    struct pool *pool = *state;
    submit_with_timeout(pool, 200);
    test_worker_enter(1);
    uint32_t count = pool__bell_arm(&pool->bells[WAITER_WORKER_0 + 1]);
    fake_port_advance_ms(200);
    coordinator_tick(pool);
    assert_int_not_equal(atomic_load(&pool->bells[WAITER_WORKER_0 + 1].x_count), count);
}

static void kill_of_a_worker_in_our_code_is_tried_again_until_it_is_out(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    test_worker_begin(1);
    assert_int_equal(pool_cancel(pool, job), 0);
    coordinator_tick(pool);
    for (int i = 0; i < 10; i++) {
        fake_port_advance_ms(TEST_GRACE_MS);
        assert_true(coordinator_tick(pool) == 2);
        assert_running(pool, job);
        assert_int_equal(coordinator_next_kill(pool), 0);
    }
    assert_int_equal(worker_enter(), POOL_ECANCELED);
    worker_end(POOL_CANCELLED, 0, 0);
    assert_true(coordinator_tick(pool) == COORDINATOR_IDLE);
}

/* A volume whose owner has let go of it lives as long as somebody has it open: the coordinator closes what the guest
 * had, before the job ends. */
static void kill_closes_what_the_guest_had_open(void **state)
{
    struct pool *pool = *state;
    pool_job_t job;
    struct sleeper sleeper;
    struct pool_preopen preopen = {.path = "/data"};
    pool__sleeper_init(&sleeper, pool, WAITER_WORKER_0 + 1);
    uint64_t used = 0;
    for (int i = 0; i < 2; i++) { /* the second time nothing new is added to the store */
        used = test_used_bytes(pool);
        assert_int_equal(pool__volume_make(&sleeper, 0, 0, &preopen.volume), 0);
        struct pool_job_config config = {.module = 1, .preopens = &preopen, .n_preopens = 1};
        assert_int_equal(pool_submit(pool, &config, &job), 0);
        test_worker_begin(1);
        if (i == 0) {
            test_worker_return(0);
            assert_int_equal(pool__volume_drop(pool, preopen.volume), 0);
            assert_int_equal(pool_release(pool, job), 0);
        }
    }
    struct fd_table *table = pool->workers[1].fds;
    assert_int_equal(table->n_used, 4);
    assert_int_equal(worker_enter(), 0);
    assert_int_equal(pool__volume_drop(pool, preopen.volume), 0);
    assert_int_equal(pool_cancel(pool, job), 0);
    coordinator_tick(pool);
    fake_port_advance_ms(TEST_GRACE_MS);
    coordinator_tick(pool);
    assert_int_equal(coordinator_next_kill(pool), 1);
    assert_int_equal(table->n_used, 0);
    assert_int_equal(pool_release(pool, job), 0);
    assert_int_equal(test_used_bytes(pool), used);
}

/* Somebody has the lock of a volume that the dead guest had open: nobody waits for him, and the job ends when its files
 * are closed. Meanwhile no other worker gets that table. */
static void kill_is_over_when_the_guests_files_can_be_closed(void **state)
{
    struct pool *pool = *state;
    pool_job_t job;
    struct sleeper sleeper;
    struct pool_preopen preopen = {.path = "/data"};
    pool__sleeper_init(&sleeper, pool, WAITER_WORKER_0 + 1);
    assert_int_equal(pool__volume_make(&sleeper, 0, 0, &preopen.volume), 0);
    struct pool_job_config config = {.module = 1, .preopens = &preopen, .n_preopens = 1};
    assert_int_equal(pool_submit(pool, &config, &job), 0);
    test_worker_enter(1);
    struct volume *volume = pool__volume_at(pool, preopen.volume);
    atomic_store(&volume->x_lock, WAITER_LESSEE_0 << 8); /* somebody who is none of these */
    assert_int_equal(pool_cancel(pool, job), 0);
    coordinator_tick(pool);
    fake_port_advance_ms(TEST_GRACE_MS);
    coordinator_tick(pool);
    assert_int_equal(coordinator_next_kill(pool), 1);
    coordinator_bury_worker(pool, 1, 0, true);
    assert_running(pool, job);
    for (int32_t other; (other = coordinator_add_worker(pool)) != POOL_EAGAIN;) assert_int_not_equal(other, 1);
    uint32_t ticks = fake.ticks;
    coordinator_arm(pool, true);
    pool__volume_unlock(volume);
    assert_int_equal(fake.ticks, ticks + 1);
    coordinator_tick(pool);
    assert_int_equal(test_result(pool, job).outcome, POOL_CANCELLED);
    assert_int_equal(test_result(pool, job).killed, 1);
    assert_int_equal(coordinator_add_worker(pool), 1);
    assert_int_equal(pool__volume_drop(pool, preopen.volume), 0);
    assert_int_equal(pool_release(pool, job), 0);
}

static void kill_never_hits_the_next_job_on_that_worker(void **state)
{
    struct pool *pool = *state;
    pool_job_t first = test_submit(pool, 1);
    test_worker_enter(1);
    assert_int_equal(pool_cancel(pool, first), 0);
    coordinator_tick(pool);
    test_worker_return(0); /* it returns by itself within its grace time */
    pool_job_t second = test_submit(pool, 2);
    test_worker_enter(2);
    fake_port_advance_ms(TEST_GRACE_MS * 10);
    assert_true(coordinator_tick(pool) == COORDINATOR_IDLE);
    assert_int_equal(coordinator_next_kill(pool), 0);
    assert_int_equal(guest_sched_yield(), WASI_SUCCESS);
    test_worker_return(0);
    assert_int_equal(test_result(pool, second).outcome, POOL_EXITED);
    assert_int_equal(test_result(pool, first).outcome, POOL_EXITED);
}

static void kill_never_hits_the_next_job_in_the_same_record(void **state)
{
    struct pool *pool = *state;
    pool_job_t first = test_submit(pool, 1);
    test_worker_enter(1);
    assert_int_equal(pool_cancel(pool, first), 0);
    coordinator_tick(pool);
    test_worker_return(0);
    assert_int_equal(pool_release(pool, first), 0);
    pool_job_t second = test_submit(pool, 1);
    assert_ptr_equal(test_job(pool, first), test_job(pool, second));
    test_worker_enter(1);
    fake_port_advance_ms(TEST_GRACE_MS * 10);
    coordinator_tick(pool);
    assert_int_equal(coordinator_next_kill(pool), 0);
    assert_int_equal(pool_cancel(pool, second), 0);
    assert_true(coordinator_tick(pool) == TEST_GRACE_MS); /* it has a grace time of its own */
    assert_running(pool, second);
    assert_int_equal(pool_cancel(pool, first), POOL_EBADF);
}

/* The word that kill exchanges carries the turn: the same worker in another job's guest does not match. */
static void kill_for_one_turn_does_not_match_another(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    test_worker_enter(1);
    atomic_store(&test_job(pool, job)->x_turn, pool__this_worker()->turn - 1);
    assert_int_equal(pool_cancel(pool, job), 0);
    coordinator_tick(pool);
    fake_port_advance_ms(TEST_GRACE_MS);
    assert_true(coordinator_tick(pool) == 2);
    assert_int_equal(coordinator_next_kill(pool), 0);
    assert_int_equal(test_worker_state(pool, 1), WORKER_GUEST);
}

static uint32_t never_called(pool_t *pool, void *user)
{
    (void)pool, (void)user;
    return 0;
}

/* Its thread runs our own program's code: however long that takes, nobody ends it, nor looks for a moment to. */
static void kill_never_hits_a_function(void **state)
{
    struct pool *pool = *state;
    pool_job_t job, popped;
    assert_int_equal(pool_submit(pool, &(struct pool_job_config){.function = never_called}, &job), 0);
    assert_true(pool__sched_pop(&pool->sched, &popped));
    assert_non_null(pool__job_begin(pool, popped, 1, pool__this_worker()->turn));
    assert_int_equal(pool_cancel(pool, job), 0);
    for (uint32_t i = 0; i < 3; i++) {
        assert_true(coordinator_tick(pool) == COORDINATOR_IDLE);
        fake_port_advance_ms(10 * TEST_GRACE_MS);
    }
    assert_int_equal(coordinator_next_kill(pool), 0);
    assert_running(pool, job);
    assert_int_equal(coordinator_close(pool), 1);
    pool__job_end_running(pool, test_job(pool, job), POOL_CANCELLED, 0);
}

static void next_kill_names_each_worker_until_it_is_buried(void **state)
{
    struct pool *pool = *state;
    static const uint32_t numbers[] = {2, 64, WORKERS_MAX};
    for (uint32_t i = 0; i < COUNT_OF(numbers); i++) {
        atomic_store(&pool->workers[numbers[i]].x_state, pool__worker_word(77, WORKER_KILLED));
    }
    for (uint32_t i = 0; i < COUNT_OF(numbers); i++) {
        assert_int_equal(coordinator_next_kill(pool), numbers[i]);
        coordinator_bury_worker(pool, numbers[i], 0, true);
    }
    assert_int_equal(coordinator_next_kill(pool), 0);
}

static void coordinator_that_can_watch_is_rung_and_not_relayed(void **state)
{
    (void)state;
    struct pool *pool = coordinator_create(1, TEST_GRACE_MS, 1, 1, 0);
    uint32_t count = coordinator_arm(pool, false), ticks = fake.ticks;
    for (uint32_t i = 0; i < 3; i++) pool__ask_coordinator(pool);
    assert_int_equal(atomic_load(&pool->bells[WAITER_COORDINATOR].x_count), count + 1);
    assert_int_equal(fake.ticks, ticks);
    assert_int_equal(coordinator_arm(pool, false), count + 1);
    test_pool_free(pool);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, test_worker_setup, test_worker_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(tick_with_nothing_to_do_is_idle),
        CASE(tick_tells_when_the_next_deadline_is),
        CASE(deadline_in_the_queue_ends_the_job_at_its_time),
        CASE(deadline_of_a_computing_guest_kills_after_the_grace_time),
        CASE(cancel_after_the_deadline_changes_nothing),
        CASE(deadline_of_a_waiting_guest_wakes_its_worker),
        CASE(kill_of_a_worker_in_our_code_is_tried_again_until_it_is_out),
        CASE(kill_closes_what_the_guest_had_open),
        CASE(kill_is_over_when_the_guests_files_can_be_closed),
        CASE(kill_never_hits_the_next_job_on_that_worker),
        CASE(kill_never_hits_the_next_job_in_the_same_record),
        CASE(kill_for_one_turn_does_not_match_another),
        CASE(kill_never_hits_a_function),
        CASE(next_kill_names_each_worker_until_it_is_buried),
        CASE(coordinator_that_can_watch_is_rung_and_not_relayed),
    };
    return cmocka_run_group_tests_name("ladder", tests, NULL, NULL);
}
