/* sync/wake.c: who is woken, and who is not. */
#include "sync/wake.h"

#include "client/client.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/test_pool.h"

#define WORKER(n) (WAITER_WORKER_0 + (n))

static uint32_t counts[WAITERS_MAX];

static void arm(struct pool *pool, uint32_t waiter)
{
    counts[waiter] = pool__bell_arm(&pool->bells[waiter]);
}

/* Whether a bell has rung since it was armed. */
static bool rang(struct pool *pool, uint32_t waiter)
{
    return atomic_load(&pool->bells[waiter].x_count) != counts[waiter];
}

static void wake_of_nobody_is_nothing(void **state)
{
    struct pool *pool = *state;
    pool__wake(pool, 0, 5);
    assert_int_equal(client_take(pool), -1);
}

static void wake_of_a_worker_raises_no_signal(void **state)
{
    struct pool *pool = *state;
    uint32_t waiter = WAITER_WORKER_0 + WORKERS_MAX, count = pool__bell_arm(&pool->bells[waiter]);
    pool__wake(pool, waiter, 5);
    assert_int_equal(atomic_load(&pool->bells[waiter].x_count), count + 1);
    assert_int_equal(client_take(pool), -1);
}

static void wake_of_a_client_that_cannot_watch_is_relayed_once(void **state)
{
    struct pool *pool = *state;
    assert_int_equal(client_join(pool, true), 0);
    pool__wake(pool, WAITER_CLIENT, 5);
    assert_int_equal(fake.rings, 0); /* it is awake */
    client_arm(pool);
    pool__wake(pool, WAITER_CLIENT, 6);
    pool__wake(pool, WAITER_CLIENT, 7);
    assert_int_equal(fake.rings, 1);
    client_arm(pool);
    client_disarm(pool);
    pool__wake(pool, WAITER_CLIENT, 8);
    assert_int_equal(fake.rings, 1);
    assert_true(test_signalled(pool, 7));
}

static void wake_of_a_client_that_watches_is_not_relayed(void **state)
{
    struct pool *pool = *state;
    assert_int_equal(client_join(pool, false), 0);
    client_arm(pool);
    pool__wake(pool, WAITER_CLIENT, 6);
    assert_int_equal(fake.rings, 0);
}

static void wake_of_an_end_tells_the_client_which(void **state)
{
    struct pool *pool = *state;
    for (uint32_t slot = 0; slot < PIPES_MAX; slot += PIPES_MAX - 1) {
        pool__wake_end(pool, &pool->pipes[slot], PIPE_READ, WAITER_CLIENT);
        assert_int_equal(client_take(pool), SIGNAL_PIPE_0 + 2 * slot);
        pool__wake_end(pool, &pool->pipes[slot], PIPE_WRITE, WAITER_CLIENT);
        assert_int_equal(client_take(pool), SIGNAL_PIPE_0 + 2 * slot + 1);
    }
    pool__wake_end(pool, &pool->pipes[0], PIPE_READ, 0); /* nobody waits there */
    assert_int_equal(client_take(pool), -1);
}

/* A reply's pipe is read by a job's worker. */
static void wake_of_the_end_of_a_reply_rings_its_worker(void **state)
{
    struct pool *pool = *state;
    arm(pool, WORKER(1));
    pool__wake_end(pool, &pool->pipes[PIPES_MAX + CALLS_MAX - 1], PIPE_READ, WORKER(1));
    assert_true(rang(pool, WORKER(1)));
    assert_int_equal(client_take(pool), -1);
}

static void idle_worker_is_woken_if_there_is_something_to_do(void **state)
{
    struct pool *pool = *state;
    arm(pool, WORKER(3));
    arm(pool, WORKER(7));
    pool__sched_set_idle(&pool->sched, 7);
    pool__sched_set_idle(&pool->sched, 3);
    pool__wake_idle(pool);
    assert_false(rang(pool, WORKER(3)));
    assert_true(pool__sched_push(&pool->sched, 1, 0));
    pool__wake_idle(pool);
    assert_true(rang(pool, WORKER(3)));
    assert_false(rang(pool, WORKER(7)));
    assert_int_equal(fake.ticks, 0); /* there is no need of the coordinator */
}

static void nobody_is_woken_and_nobody_asked_while_a_worker_looks(void **state)
{
    struct pool *pool = *state;
    atomic_store(&pool->sched.x_target, 2);
    arm(pool, WORKER(3));
    pool__sched_set_idle(&pool->sched, 3);
    pool__sched_set_looking(&pool->sched, 7);
    assert_true(pool__sched_push(&pool->sched, 1, 0));
    pool__wake_idle(pool);
    assert_false(rang(pool, WORKER(3)));
    assert_int_equal(fake.ticks, 0);
    pool__sched_clear_looking(&pool->sched, 7);
    pool__wake_idle(pool);
    assert_true(rang(pool, WORKER(3)));
}

/* Until its thread runs, those who submit would find a job that nobody takes, and ask for one worker more. */
static void worker_counts_as_awake_as_soon_as_it_is_woken(void **state)
{
    struct pool *pool = *state;
    atomic_store(&pool->sched.x_target, 2);
    pool__sched_set_awake(&pool->sched, 1);
    pool__sched_set_idle(&pool->sched, 3);
    assert_true(pool__sched_push(&pool->sched, 1, 0));
    for (uint32_t i = 0; i < 3; i++) pool__wake_idle(pool);
    assert_int_equal(pool__sched_count_awake(&pool->sched), 2);
    assert_int_equal(fake.ticks, 0);
}

static void job_that_nobody_can_take_asks_the_coordinator_once(void **state)
{
    struct pool *pool = *state;
    assert_true(pool__sched_push(&pool->sched, 1, 0));
    atomic_store(&pool->sched.x_target, 2);
    pool__sched_set_awake(&pool->sched, 1);
    for (uint32_t i = 0; i < 3; i++) pool__wake_idle(pool);
    assert_int_equal(fake.ticks, 1);
    assert_int_equal(atomic_load(&pool->x_relief), 1);
    atomic_store(&pool->x_relief, 0); /* the coordinator has looked */
    pool__want_relief(pool);
    assert_int_equal(fake.ticks, 2);
}

static void relief_is_not_wanted_while_enough_are_awake_or_nothing_waits(void **state)
{
    struct pool *pool = *state;
    atomic_store(&pool->sched.x_target, 2);
    pool__sched_set_awake(&pool->sched, 1);
    pool__want_relief(pool); /* no job waits */
    assert_true(pool__sched_push(&pool->sched, 1, 0));
    pool__sched_set_awake(&pool->sched, 2);
    pool__want_relief(pool);
    assert_int_equal(fake.ticks, 0);
    assert_int_equal(atomic_load(&pool->x_relief), 0);
}

static void dismissal_is_wanted_once_and_only_of_more_than_are_needed(void **state)
{
    struct pool *pool = *state;
    atomic_store(&pool->sched.x_target, 4);
    atomic_store(&pool->sched.x_floor, 2);
    atomic_store(&pool->sched.x_live, 2);
    pool__want_dismissal(pool);
    assert_int_equal(fake.ticks, 0);
    atomic_store(&pool->sched.x_live, 3);
    for (uint32_t i = 0; i < 3; i++) pool__want_dismissal(pool);
    assert_int_equal(fake.ticks, 1);
    assert_int_equal(atomic_load(&pool->x_surplus), 1);
}

static void everybody_is_woken_after_a_death(void **state)
{
    struct pool *pool = *state;
    for (uint32_t waiter = 1; waiter < WAITERS_MAX; waiter++) arm(pool, waiter);
    atomic_store(&pool->signals.x_words[2], 8); /* whoever raised it died before it said so */
    assert_int_equal(client_take(pool), -1);
    pool__wake_everybody(pool);
    for (uint32_t waiter = 1; waiter < WAITERS_MAX; waiter++) assert_true(rang(pool, waiter));
    assert_int_equal(client_take(pool), 2 * 32 + 3);
}

static const uint32_t some[] = {WAITER_CLIENT, WORKER(1), WORKER(29), WORKER(30), WAITER_LESSEE_0, WAITERS_MAX - 1};

/* Notes each of `some`, and checks that one wake-up reaches them and nobody else, and a second one nobody. */
static void check_set(struct pool *pool, void (*note)(struct pool *, uint32_t), void (*wake)(struct pool *))
{
    for (uint32_t waiter = 1; waiter < WAITERS_MAX; waiter++) arm(pool, waiter);
    for (uint32_t i = 0; i < COUNT_OF(some); i++) note(pool, some[i]);
    wake(pool);
    uint32_t n = 0;
    for (uint32_t waiter = 1; waiter < WAITERS_MAX; waiter++) n += rang(pool, waiter);
    for (uint32_t i = 0; i < COUNT_OF(some); i++) assert_true(rang(pool, some[i]));
    assert_int_equal(n, COUNT_OF(some));
    assert_int_equal(client_take(pool), SIGNAL_BLOCKS);
    for (uint32_t i = 0; i < COUNT_OF(some); i++) arm(pool, some[i]);
    wake(pool);
    for (uint32_t i = 0; i < COUNT_OF(some); i++) assert_false(rang(pool, some[i]));
    assert_int_equal(client_take(pool), -1);
}

static void those_who_starve_are_woken_once_each(void **state)
{
    check_set(*state, pool__starve, pool__wake_starved);
}

static void those_who_ask_are_woken_once_each(void **state)
{
    check_set(*state, pool__ask, pool__wake_asking);
}

static void those_who_starve_and_those_who_ask_are_not_the_same(void **state)
{
    struct pool *pool = *state;
    arm(pool, WORKER(1));
    arm(pool, WORKER(2));
    pool__starve(pool, WORKER(1));
    pool__ask(pool, WORKER(2));
    pool__wake_asking(pool);
    assert_false(rang(pool, WORKER(1)));
    assert_true(rang(pool, WORKER(2)));
    pool__wake_starved(pool);
    assert_true(rang(pool, WORKER(1)));
}

/* They wait on: each looks whether it was its job that ended. */
static void those_who_wait_for_jobs_are_woken_each_time(void **state)
{
    struct pool *pool = *state;
    atomic_fetch_or(&pool->x_job_waiters[WAITER_LESSEE_0 / 32], 1u << WAITER_LESSEE_0 % 32);
    for (uint32_t i = 0; i < 3; i++) {
        arm(pool, WAITER_LESSEE_0);
        arm(pool, WAITER_LESSEE_0 + 1);
        pool__wake_job_waiters(pool);
        assert_true(rang(pool, WAITER_LESSEE_0));
        assert_false(rang(pool, WAITER_LESSEE_0 + 1));
    }
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, test_pool_setup, test_pool_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(wake_of_nobody_is_nothing),
        CASE(wake_of_a_worker_raises_no_signal),
        CASE(wake_of_a_client_that_cannot_watch_is_relayed_once),
        CASE(wake_of_a_client_that_watches_is_not_relayed),
        CASE(wake_of_an_end_tells_the_client_which),
        CASE(wake_of_the_end_of_a_reply_rings_its_worker),
        CASE(idle_worker_is_woken_if_there_is_something_to_do),
        CASE(nobody_is_woken_and_nobody_asked_while_a_worker_looks),
        CASE(worker_counts_as_awake_as_soon_as_it_is_woken),
        CASE(job_that_nobody_can_take_asks_the_coordinator_once),
        CASE(relief_is_not_wanted_while_enough_are_awake_or_nothing_waits),
        CASE(dismissal_is_wanted_once_and_only_of_more_than_are_needed),
        CASE(everybody_is_woken_after_a_death),
        CASE(those_who_starve_are_woken_once_each),
        CASE(those_who_ask_are_woken_once_each),
        CASE(those_who_starve_and_those_who_ask_are_not_the_same),
        CASE(those_who_wait_for_jobs_are_woken_each_time),
    };
    return cmocka_run_group_tests_name("wake", tests, NULL, NULL);
}
