/* coordinator/headcount.c with virtual time: how many workers there should be. The test plays every worker. */
#include "coordinator/coordinator.h"

#include "client/client.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "sync/ends.h"
#include "sync/jobs.h"
#include "sync/wake.h"

#define RELIEF_AFTER_MS 5u
#define SURPLUS_AFTER_MS 1000u
#define IDLE_MS 200u

static struct pool *pool;

static void make_pool(uint32_t n_workers, uint32_t max_workers)
{
    pool = coordinator_create(TEST_CORES, TEST_GRACE_MS, TEST_BLOCKS_MIB, n_workers, max_workers);
    assert_non_null(pool);
    fake.coordinator = &pool->bells[WAITER_COORDINATOR];
    coordinator_arm(pool, true);
}

static int teardown(void **state)
{
    (void)state;
    test_pool_free(pool);
    return 0;
}

static uint32_t vacancies(void)
{
    coordinator_tick(pool);
    return coordinator_vacancies(pool);
}

/* A worker that is about to come up; one that is up; one that is up and has found nothing to do. */
static uint32_t start(void)
{
    int32_t number = coordinator_add_worker(pool);
    assert_true(number > 0);
    return (uint32_t)number;
}

static uint32_t come_up(void)
{
    uint32_t number = start();
    atomic_store(&pool->workers[number].x_state, WORKER_RUNTIME);
    pool__sched_set_awake(&pool->sched, number);
    return number;
}

static void fall_asleep_idle(uint32_t worker)
{
    pool__sched_set_idle(&pool->sched, worker);
    pool__sched_clear_awake(&pool->sched, worker);
}

/* It takes the next job and sleeps in the middle of it, as pool__sleeper_sleep does. */
static struct job *begin_job(uint32_t worker)
{
    pool_job_t handle;
    assert_true(pool__sched_pop(&pool->sched, &handle));
    struct job *job = pool__job_begin(pool, handle, worker, 1);
    assert_non_null(job);
    return job;
}

static void block(uint32_t worker)
{
    test_submit(pool, 1);
    begin_job(worker);
    pool__sched_clear_awake(&pool->sched, worker);
    pool__want_relief(pool);
}

static void unblock(uint32_t worker)
{
    pool__sched_set_awake(&pool->sched, worker);
}

static void vacancies_at_the_start_are_all_workers_that_are_wanted(void **state)
{
    (void)state;
    make_pool(4, 0);
    assert_int_equal(vacancies(), 4);
    start();
    start();
    assert_int_equal(vacancies(), 2);
    come_up();
    come_up();
    assert_int_equal(vacancies(), 0);
}

static void max_workers_has_a_default_and_its_limits(void **state)
{
    static const uint32_t cases[][3] = {
        {1, 0, 33}, {1, 1, 1}, {4, 2, 4}, {4, 40, 40}, {120, 0, POOL_WORKERS_MAX}, {127, 127, 127}, {127, 0, 127}};
    (void)state;
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        make_pool(cases[i][0], cases[i][1]);
        assert_int_equal(pool->max_workers, cases[i][2]);
        if (i + 1 < COUNT_OF(cases)) test_pool_free(pool);
    }
}

static void worker_that_died_leaves_a_vacancy(void **state)
{
    (void)state;
    make_pool(2, 0);
    uint32_t first = come_up();
    come_up();
    assert_int_equal(vacancies(), 0);
    coordinator_bury_worker(pool, first, 0, true);
    assert_int_equal(vacancies(), 1);
    struct pool_stats stats;
    assert_int_equal(pool_stats(pool, &stats), 0);
    assert_int_equal(stats.n_lost, 1);
    assert_int_equal(stats.n_workers, 1);
}

/* While every slot rests nobody rings: the coordinator looks again by itself. */
static void vacancy_that_cannot_be_filled_now_is_looked_at_again(void **state)
{
    (void)state;
    make_pool(1, 0);
    assert_true(coordinator_tick(pool) > 0);
    start();
    assert_true(coordinator_tick(pool) == COORDINATOR_IDLE);
}

static void relief_comes_after_5_ms_of_starvation(void **state)
{
    (void)state;
    make_pool(1, 0);
    uint32_t worker = come_up();
    block(worker);
    assert_int_equal(fake.ticks, 0); /* nothing else waits */
    assert_int_equal(vacancies(), 0);
    uint32_t ticks = fake.ticks;
    test_submit(pool, 2);
    assert_int_equal(fake.ticks, ticks + 1); /* whoever queues a job that starves says so */
    assert_true(coordinator_tick(pool) == RELIEF_AFTER_MS);
    assert_int_equal(coordinator_vacancies(pool), 0);
    fake_port_advance_ms(RELIEF_AFTER_MS - 1);
    assert_int_equal(vacancies(), 0);
    fake_port_advance_ms(1);
    assert_int_equal(vacancies(), 1);
}

static void relief_is_asked_for_by_whoever_falls_asleep_last(void **state)
{
    (void)state;
    make_pool(1, 0);
    uint32_t worker = come_up();
    test_submit(pool, 1);
    test_submit(pool, 2);
    begin_job(worker);
    assert_int_equal(fake.ticks, 0); /* it runs: the other job waits its turn */
    pool__sched_clear_awake(&pool->sched, worker);
    pool__want_relief(pool);
    assert_int_equal(fake.ticks, 1);
    pool__want_relief(pool);
    assert_int_equal(fake.ticks, 1); /* once is enough until the coordinator has looked */
}

static void starvation_that_ends_in_time_brings_no_relief_and_counts_anew(void **state)
{
    (void)state;
    make_pool(1, 0);
    uint32_t worker = come_up();
    block(worker);
    test_submit(pool, 2);
    coordinator_tick(pool);
    fake_port_advance_ms(RELIEF_AFTER_MS - 1);
    unblock(worker);
    assert_int_equal(vacancies(), 0);
    assert_int_equal(atomic_load(&pool->x_relief), 0);
    pool__sched_clear_awake(&pool->sched, worker);
    pool__want_relief(pool);
    assert_int_equal(atomic_load(&pool->x_relief), 1);
    fake_port_advance_ms(1);
    assert_int_equal(vacancies(), 0);
    fake_port_advance_ms(RELIEF_AFTER_MS);
    assert_int_equal(vacancies(), 1);
}

static void relief_is_one_worker_at_a_time(void **state)
{
    (void)state;
    make_pool(1, 0);
    block(come_up());
    test_submit(pool, 2);
    test_submit(pool, 2);
    test_submit(pool, 2);
    coordinator_tick(pool);
    fake_port_advance_ms(RELIEF_AFTER_MS);
    assert_int_equal(vacancies(), 1);
    uint32_t second = start();
    fake_port_advance_ms(10 * RELIEF_AFTER_MS);
    assert_int_equal(vacancies(), 0); /* one is on its way */
    atomic_store(&pool->workers[second].x_state, WORKER_RUNTIME);
    pool__sched_set_awake(&pool->sched, second);
    assert_int_equal(vacancies(), 0); /* it is up, and has work */
    begin_job(second);
    pool__sched_clear_awake(&pool->sched, second); /* and blocks as well */
    coordinator_tick(pool);
    fake_port_advance_ms(RELIEF_AFTER_MS);
    assert_int_equal(vacancies(), 1);
}

/* Also where several are missing. */
static void relief_waits_for_the_one_that_is_on_its_way(void **state)
{
    (void)state;
    make_pool(2, 0);
    for (uint32_t i = 0; i < 2; i++) block(come_up());
    for (uint32_t i = 0; i < 5; i++) test_submit(pool, 2);
    coordinator_tick(pool);
    fake_port_advance_ms(RELIEF_AFTER_MS);
    assert_int_equal(vacancies(), 1);
    start();
    fake_port_advance_ms(10 * RELIEF_AFTER_MS);
    assert_int_equal(vacancies(), 0);
}

static void relief_ends_at_max_workers(void **state)
{
    (void)state;
    make_pool(1, 2);
    for (uint32_t i = 0; i < 2; i++) block(come_up());
    test_submit(pool, 2);
    assert_true(coordinator_tick(pool) == COORDINATOR_IDLE); /* it does not look again and again */
    fake_port_advance_ms(10 * RELIEF_AFTER_MS);
    assert_int_equal(vacancies(), 0);
    coordinator_bury_worker(pool, 1, 0, true); /* but when one has died, another may come */
    assert_int_equal(vacancies(), 1);
}

static void idle_worker_needs_no_relief(void **state)
{
    (void)state;
    make_pool(2, 0);
    uint32_t blocked = come_up();
    block(blocked);
    uint32_t idle = come_up();
    fall_asleep_idle(idle);
    test_submit(pool, 2);
    assert_int_equal(vacancies(), 0); /* it has been woken, and is about to look */
    unblock(blocked);
    begin_job(idle);
    fake_port_advance_ms(10 * RELIEF_AFTER_MS);
    assert_int_equal(vacancies(), 0);
}

static void worker_too_many_is_dismissed_after_a_second(void **state)
{
    (void)state;
    make_pool(1, 0);
    for (uint32_t i = 0; i < 3; i++) fall_asleep_idle(come_up());
    assert_true(coordinator_tick(pool) == SURPLUS_AFTER_MS);
    fake_port_advance_ms(SURPLUS_AFTER_MS - 1);
    assert_true(coordinator_tick(pool) == 1);
    assert_false(pool__sched_retire(&pool->sched, 1));
    uint32_t count = pool__bell_arm(&pool->bells[WAITER_WORKER_0 + 1]);
    fake_port_advance_ms(1);
    assert_true(coordinator_tick(pool) == COORDINATOR_IDLE);
    assert_int_not_equal(atomic_load(&pool->bells[WAITER_WORKER_0 + 1].x_count), count);
    assert_true(pool__sched_retire(&pool->sched, 1));
    assert_true(pool__sched_retire(&pool->sched, 2));
    assert_false(pool__sched_retire(&pool->sched, 3)); /* two of three */
}

/* Its thread has to end first, and be buried. */
static void worker_that_leaves_is_not_dismissed_a_second_time(void **state)
{
    (void)state;
    make_pool(1, 0);
    for (uint32_t i = 0; i < 3; i++) fall_asleep_idle(come_up());
    coordinator_tick(pool);
    fake_port_advance_ms(SURPLUS_AFTER_MS);
    coordinator_tick(pool);
    assert_true(pool__sched_retire(&pool->sched, 2));
    coordinator_tick(pool);
    assert_int_equal(atomic_load(&pool->sched.x_retire), 1);
    assert_true(pool__sched_retire(&pool->sched, 3));
    coordinator_tick(pool);
    assert_false(pool__sched_retire(&pool->sched, 1));
    coordinator_bury_worker(pool, 2, 0, false);
    coordinator_tick(pool);
    assert_false(pool__sched_retire(&pool->sched, 1));
    coordinator_bury_worker(pool, 3, 0, false);
    assert_int_equal(vacancies(), 0);
    assert_int_equal(atomic_load(&pool->sched.x_live), 1);
    assert_int_equal(start(), 2); /* it does not leave any more */
    assert_int_equal(start(), 3);
    assert_int_equal(atomic_load(&pool->sched.x_leaving[0]), 0);
}

static void order_to_retire_is_withdrawn_when_workers_are_wanted_again(void **state)
{
    (void)state;
    make_pool(1, 0);
    for (uint32_t i = 0; i < 3; i++) fall_asleep_idle(come_up());
    coordinator_tick(pool);
    fake_port_advance_ms(SURPLUS_AFTER_MS);
    coordinator_tick(pool);
    assert_int_equal(atomic_load(&pool->sched.x_retire), 2);
    assert_int_equal(pool_resize(pool, 3), 0);
    coordinator_tick(pool);
    assert_false(pool__sched_retire(&pool->sched, 1));
}

static void blocked_workers_are_not_too_many(void **state)
{
    (void)state;
    make_pool(1, 0);
    for (uint32_t i = 0; i < 3; i++) block(come_up());
    fall_asleep_idle(come_up());
    assert_true(coordinator_tick(pool) == COORDINATOR_IDLE);
    fake_port_advance_ms(10 * SURPLUS_AFTER_MS);
    coordinator_tick(pool);
    assert_int_equal(atomic_load(&pool->sched.x_retire), 0);
}

/* The coordinator sleeps while the other is blocked, and would not know that it is not any more. */
static void worker_too_many_says_so_when_it_has_nothing_to_do(void **state)
{
    (void)state;
    make_pool(1, 0);
    uint32_t worker = come_up();
    block(worker);
    fall_asleep_idle(come_up());
    assert_true(coordinator_tick(pool) == COORDINATOR_IDLE);
    uint32_t ticks = fake.ticks;
    pool__want_dismissal(pool);
    assert_int_equal(fake.ticks, ticks + 1);
    pool__want_dismissal(pool);
    assert_int_equal(fake.ticks, ticks + 1); /* once is enough until the coordinator has looked */
    assert_true(coordinator_tick(pool) == COORDINATOR_IDLE);
    unblock(worker);
    fall_asleep_idle(worker);
    pool__want_dismissal(pool);
    assert_int_equal(fake.ticks, ticks + 2);
    assert_true(coordinator_tick(pool) == SURPLUS_AFTER_MS);
    fake_port_advance_ms(SURPLUS_AFTER_MS);
    coordinator_tick(pool);
    assert_int_equal(atomic_load(&pool->sched.x_retire), 1);
}

static void resize_up_makes_vacancies_and_down_makes_surplus(void **state)
{
    (void)state;
    make_pool(1, 0);
    come_up();
    uint32_t ticks = fake.ticks;
    assert_int_equal(pool_resize(pool, 4), 0);
    assert_int_equal(fake.ticks, ticks + 1);
    assert_int_equal(vacancies(), 3);
    for (uint32_t i = 0; i < 3; i++) come_up();
    assert_int_equal(vacancies(), 0);
    assert_int_equal(pool_resize(pool, 2), 0);
    assert_int_equal(vacancies(), 0);
    fake_port_advance_ms(SURPLUS_AFTER_MS);
    coordinator_tick(pool);
    assert_int_equal(atomic_load(&pool->sched.x_retire), 2);
}

static void make_elastic_pool(uint32_t min_workers, uint32_t n_workers)
{
    make_pool(n_workers, 0);
    coordinator_set_range(pool, min_workers, IDLE_MS);
}

static void elastic_pool_starts_with_those_that_stay(void **state)
{
    (void)state;
    make_elastic_pool(2, 5);
    assert_int_equal(vacancies(), 2);
    for (uint32_t i = 0; i < 2; i++) fall_asleep_idle(come_up());
    fake_port_advance_ms(10 * IDLE_MS);
    assert_int_equal(vacancies(), 0);
    assert_int_equal(atomic_load(&pool->sched.x_retire), 0);
    coordinator_bury_worker(pool, 1, 0, true);
    assert_int_equal(vacancies(), 1);
}

/* As many as jobs wait, and no more than shall run at the same time. */
static void elastic_pool_grows_while_jobs_wait(void **state)
{
    static const uint32_t cases[][2] = {{1, 1}, {2, 2}, {3, 3}, {9, 3}}; /* queued, started */
    (void)state;
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        make_elastic_pool(1, 4);
        come_up();
        uint32_t ticks = fake.ticks;
        for (uint32_t k = 0; k < cases[i][0]; k++) test_submit(pool, 1);
        assert_int_equal(fake.ticks, ticks + 1); /* it computes, and nobody else is there */
        assert_true(coordinator_tick(pool) == RELIEF_AFTER_MS);
        fake_port_advance_ms(RELIEF_AFTER_MS - 1);
        assert_int_equal(vacancies(), 0);
        fake_port_advance_ms(1);
        assert_int_equal(vacancies(), cases[i][1]);
        for (uint32_t k = 0; k < cases[i][1]; k++) start();
        fake_port_advance_ms(10 * RELIEF_AFTER_MS);
        assert_int_equal(vacancies(), 0); /* they are on their way */
        if (i + 1 < COUNT_OF(cases)) test_pool_free(pool);
    }
}

static void elastic_pool_does_not_grow_while_somebody_is_idle(void **state)
{
    (void)state;
    make_elastic_pool(1, 4);
    fall_asleep_idle(come_up());
    fall_asleep_idle(come_up());
    test_submit(pool, 1);
    fake_port_advance_ms(10 * RELIEF_AFTER_MS);
    assert_int_equal(vacancies(), 0);
}

static void elastic_pool_has_relief_for_blocked_workers_beyond_its_range(void **state)
{
    (void)state;
    make_elastic_pool(1, 2);
    for (uint32_t i = 0; i < 2; i++) block(come_up());
    for (uint32_t i = 0; i < 3; i++) test_submit(pool, 2);
    coordinator_tick(pool);
    fake_port_advance_ms(RELIEF_AFTER_MS);
    assert_int_equal(vacancies(), 1);
}

static void elastic_pool_is_rid_of_those_that_are_idle_for_long(void **state)
{
    (void)state;
    make_elastic_pool(1, 4);
    for (uint32_t i = 0; i < 3; i++) fall_asleep_idle(come_up());
    come_up(); /* one computes on */
    assert_true(coordinator_tick(pool) == IDLE_MS);
    fake_port_advance_ms(IDLE_MS - 1);
    assert_true(coordinator_tick(pool) == 1);
    assert_int_equal(atomic_load(&pool->sched.x_retire), 0);
    fake_port_advance_ms(1);
    assert_true(coordinator_tick(pool) == COORDINATOR_IDLE);
    assert_int_equal(atomic_load(&pool->sched.x_retire), 3);
}

static void elastic_pool_keeps_those_that_stay_of_the_idle(void **state)
{
    (void)state;
    make_elastic_pool(2, 4);
    for (uint32_t i = 0; i < 4; i++) fall_asleep_idle(come_up());
    coordinator_tick(pool);
    fake_port_advance_ms(IDLE_MS);
    coordinator_tick(pool);
    assert_int_equal(atomic_load(&pool->sched.x_retire), 2);
    for (uint32_t i = 3; i <= 4; i++) {
        assert_true(pool__sched_retire(&pool->sched, i));
        coordinator_bury_worker(pool, i, 0, false);
    }
    fake_port_advance_ms(10 * IDLE_MS);
    assert_true(coordinator_tick(pool) == COORDINATOR_IDLE);
    assert_int_equal(atomic_load(&pool->sched.x_retire), 0);
    assert_int_equal(coordinator_vacancies(pool), 0);
}

/* Otherwise it would take the order when its job has ended, however many jobs wait by then. */
static void elastic_pool_takes_an_order_back_when_the_idle_have_work(void **state)
{
    (void)state;
    make_elastic_pool(1, 2);
    uint32_t first = come_up(), second = come_up();
    fall_asleep_idle(first);
    fall_asleep_idle(second);
    coordinator_tick(pool);
    fake_port_advance_ms(IDLE_MS);
    coordinator_tick(pool);
    assert_int_equal(atomic_load(&pool->sched.x_retire), 1);
    pool__sched_clear_idle(&pool->sched, first);
    pool__sched_clear_idle(&pool->sched, second);
    coordinator_tick(pool);
    assert_int_equal(atomic_load(&pool->sched.x_retire), 0);
}

/* The coordinator sleeps while all compute, and would not know that one has nothing to do any more. */
static void elastic_pool_hears_of_whoever_has_nothing_to_do(void **state)
{
    (void)state;
    make_elastic_pool(1, 2);
    come_up();
    uint32_t second = come_up();
    assert_true(coordinator_tick(pool) == COORDINATOR_IDLE);
    uint32_t ticks = fake.ticks;
    fall_asleep_idle(second);
    pool__want_dismissal(pool);
    assert_int_equal(fake.ticks, ticks + 1);
    assert_true(coordinator_tick(pool) == IDLE_MS);
    pool__want_dismissal(pool);
    assert_int_equal(fake.ticks, ticks + 1); /* it knows */
}

static void resize_to_a_range_changes_who_stays(void **state)
{
    (void)state;
    make_pool(3, 0);
    for (uint32_t i = 0; i < 3; i++) fall_asleep_idle(come_up());
    coordinator_set_range(pool, 0, IDLE_MS);
    assert_true(coordinator_tick(pool) == COORDINATOR_IDLE);
    assert_int_equal(pool_resize_range(pool, 1, 3), 0);
    assert_true(coordinator_tick(pool) == IDLE_MS);
    fake_port_advance_ms(IDLE_MS);
    coordinator_tick(pool);
    assert_int_equal(atomic_load(&pool->sched.x_retire), 2);
    assert_int_equal(pool_resize(pool, 3), 0);
    coordinator_tick(pool);
    assert_int_equal(atomic_load(&pool->sched.x_retire), 0);
}

/* Every slot but the one that rests can be filled: as many workers as pool.h allows. */
static void as_many_workers_as_there_may_be_can_be_up(void **state)
{
    (void)state;
    make_pool(POOL_WORKERS_MAX, 0);
    for (uint32_t n = vacancies(); n > 0; n--) come_up();
    assert_int_equal(vacancies(), 0);
    struct pool_stats stats;
    assert_int_equal(pool_stats(pool, &stats), 0);
    assert_int_equal(stats.n_workers, POOL_WORKERS_MAX);
    for (uint32_t i = 1; i <= POOL_WORKERS_MAX; i++) fall_asleep_idle(i);
    assert_int_equal(pool_stats(pool, &stats), 0);
    assert_int_equal(stats.n_idle, POOL_WORKERS_MAX);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, fake_port_setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(vacancies_at_the_start_are_all_workers_that_are_wanted),
        CASE(max_workers_has_a_default_and_its_limits),
        CASE(worker_that_died_leaves_a_vacancy),
        CASE(vacancy_that_cannot_be_filled_now_is_looked_at_again),
        CASE(relief_comes_after_5_ms_of_starvation),
        CASE(relief_is_asked_for_by_whoever_falls_asleep_last),
        CASE(starvation_that_ends_in_time_brings_no_relief_and_counts_anew),
        CASE(relief_is_one_worker_at_a_time),
        CASE(relief_waits_for_the_one_that_is_on_its_way),
        CASE(relief_ends_at_max_workers),
        CASE(idle_worker_needs_no_relief),
        CASE(worker_too_many_is_dismissed_after_a_second),
        CASE(worker_that_leaves_is_not_dismissed_a_second_time),
        CASE(order_to_retire_is_withdrawn_when_workers_are_wanted_again),
        CASE(blocked_workers_are_not_too_many),
        CASE(worker_too_many_says_so_when_it_has_nothing_to_do),
        CASE(resize_up_makes_vacancies_and_down_makes_surplus),
        CASE(elastic_pool_starts_with_those_that_stay),
        CASE(elastic_pool_grows_while_jobs_wait),
        CASE(elastic_pool_does_not_grow_while_somebody_is_idle),
        CASE(elastic_pool_has_relief_for_blocked_workers_beyond_its_range),
        CASE(elastic_pool_is_rid_of_those_that_are_idle_for_long),
        CASE(elastic_pool_keeps_those_that_stay_of_the_idle),
        CASE(elastic_pool_takes_an_order_back_when_the_idle_have_work),
        CASE(elastic_pool_hears_of_whoever_has_nothing_to_do),
        CASE(resize_to_a_range_changes_who_stays),
        CASE(as_many_workers_as_there_may_be_can_be_up),
    };
    return cmocka_run_group_tests_name("headcount", tests, NULL, NULL);
}
