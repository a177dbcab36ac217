/* The coordinator with virtual time: the ladder, the roster, and handing out memory. */
#include "coordinator/coordinator.h"

#include "client/client.h"
#include "fs/table.h"
#include "support/fake_guest.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/test_worker.h"
#include "sync/ends.h"
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

/* ladder.c */

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

/* roster.c */

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

static void bury_of_nobody_is_nothing(void **state)
{
    struct pool *pool = *state;
    uint32_t awake = atomic_load(&pool->sched.x_awake);
    coordinator_bury_worker(pool, 0, 0, true);
    coordinator_bury_worker(pool, WORKERS_MAX, 0, true);
    coordinator_bury_worker(pool, WORKERS_MAX + 1, 0, true);
    coordinator_bury_worker(pool, UINT32_MAX, 0, true);
    coordinator_bury_worker(pool, 1, 0, true);
    coordinator_bury_worker(pool, 1, 0, true); /* a second time */
    assert_int_equal(atomic_load(&pool->sched.x_awake), awake - 1);
    assert_int_equal(test_worker_state(pool, WORKERS_MAX), WORKER_NONE);
}

static void bury_of_a_worker_that_never_started_changes_no_count(void **state)
{
    struct pool *pool = *state;
    uint32_t awake = atomic_load(&pool->sched.x_awake);
    int32_t number = coordinator_add_worker(pool);
    coordinator_bury_worker(pool, (uint32_t)number, 0, true);
    assert_int_equal(atomic_load(&pool->sched.x_awake), awake);
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
    assert_int_equal(atomic_load(&pool->sched.x_awake), 1);
    assert_null(pool->workers[5].stack); /* three slots in turns are enough */
}

/* coordinator_close */

static void close_settles_everything(void **state)
{
    struct pool *pool = *state;
    pool_job_t running = test_submit(pool, 1), queued[50];
    test_worker_enter(1);
    for (uint32_t i = 0; i < COUNT_OF(queued); i++) queued[i] = test_submit(pool, 2);
    assert_int_equal(coordinator_close(pool), 0); /* the running one computes: it is killed at once */
    assert_int_equal(test_result(pool, running).outcome, POOL_CANCELLED);
    for (uint32_t i = 0; i < COUNT_OF(queued); i++) {
        assert_int_equal(test_result(pool, queued[i]).outcome, POOL_CANCELLED);
    }
    assert_int_equal(coordinator_next_kill(pool), 1);
    assert_int_equal(coordinator_close(pool), 0);
}

static void close_counts_who_is_still_in_our_code(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    test_worker_begin(1);
    assert_int_equal(coordinator_close(pool), 1);
    assert_int_equal(coordinator_close(pool), 1);
    assert_int_equal(worker_enter(), POOL_ECANCELED);
    worker_end(worker_left_by(), 0, 0);
    assert_int_equal(coordinator_close(pool), 0);
    assert_int_equal(test_result(pool, job).outcome, POOL_CANCELLED);
    assert_int_equal(worker_next(), POOL_ESHUTDOWN);
}

static void close_ends_a_job_in_its_grace_time_at_once(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    test_worker_enter(1);
    assert_int_equal(pool_cancel(pool, job), 0);
    coordinator_tick(pool);
    assert_running(pool, job);
    assert_int_equal(coordinator_close(pool), 0);
    assert_int_equal(test_result(pool, job).outcome, POOL_CANCELLED);
}

static void close_wakes_every_worker_and_keeps_how_jobs_ended(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    test_worker_enter(1);
    test_worker_return(5);
    uint32_t count = pool__bell_arm(&pool->bells[WAITER_WORKER_0 + 1]);
    assert_int_equal(coordinator_close(pool), 0);
    assert_int_not_equal(atomic_load(&pool->bells[WAITER_WORKER_0 + 1].x_count), count);
    assert_int_equal(test_result(pool, job).code, 5);
}

/* refill.c */

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
    static uint32_t taken[2000];
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
    static uint32_t taken[2000];
    uint32_t n = test_take_all(pool, taken, COUNT_OF(taken));
    for (enum block_use use = 0; use < USES; use++) {
        assert_int_equal(pool__take_block(pool, use, POOL_PIPE_DEFAULT_BYTES, WAITER_CLIENT), 0);
        assert_int_equal(pool__no_block(pool, use, POOL_PIPE_DEFAULT_BYTES), POOL_EAGAIN);
        uint32_t count = client_arm(pool);
        coordinator_tick(pool);
        assert_int_equal(atomic_load(&pool->bells[WAITER_CLIENT].x_count), count);
        assert_int_equal(client_take(pool), -1);
    }
    pool__give_block(pool, taken[--n]); /* but a block that comes back does */
    assert_true(test_signalled(pool, SIGNAL_BLOCKS));
    test_undrain_blocks(pool, taken, n);
}

static void pool_with_no_memory_for_blocks_still_runs_jobs(void **state)
{
    (void)state;
    struct pool *pool = coordinator_create(1, TEST_GRACE_MS, 0, 1, 0);
    test_worker_join(pool);
    pool_job_t job = test_submit_bare(pool);
    test_worker_enter(1);
    test_worker_return(0);
    assert_int_equal(test_result(pool, job).outcome, POOL_EXITED);
    assert_int_equal(total_of(pool), 0);
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
        CASE(bury_of_a_running_worker_loses_its_job),
        CASE(bury_of_a_worker_whose_job_shall_end_ends_it_as_was_wished),
        CASE(bury_of_a_killed_worker_leaves_its_job_as_it_ended),
        CASE(bury_of_nobody_is_nothing),
        CASE(bury_of_a_worker_that_never_started_changes_no_count),
        CASE(bury_of_an_idle_worker_passes_its_wake_up_on),
        CASE(buried_worker_is_idle_no_more),
        CASE(slot_of_a_buried_worker_rests),
        CASE(slot_of_a_worker_that_may_live_for_ever_is_never_used_again),
        CASE(slot_of_a_worker_known_to_be_gone_is_used_at_once),
        CASE(add_worker_when_all_are_in_use_is_eagain),
        CASE(worker_replaced_1000_times_leaves_nothing_behind),
        CASE(close_settles_everything),
        CASE(close_counts_who_is_still_in_our_code),
        CASE(close_ends_a_job_in_its_grace_time_at_once),
        CASE(close_wakes_every_worker_and_keeps_how_jobs_ended),
        CASE(refill_stocks_the_common_kinds),
        CASE(refill_adds_what_was_asked_for_in_vain_and_no_more),
        CASE(refill_stays_within_the_limits),
        CASE(refill_at_the_limit_wakes_nobody),
        CASE(refill_merges_what_came_back),
        CASE(refill_refuses_what_only_files_could_give_back),
        CASE(pool_with_no_memory_for_blocks_still_runs_jobs),
    };
    return cmocka_run_group_tests_name("coordinator", tests, NULL, NULL);
}
