/* api/workers.c: what each worker does now. The test plays the workers. */
#include "client/client.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "sync/jobs.h"

#define REST_MS 1000u

static struct pool *pool;
static struct pool_worker_stats workers[WORKERS_MAX];

static int setup(void **state)
{
    if (test_pool_setup(state)) return -1;
    pool = *state;
    return 0;
}

static uint32_t start(void)
{
    int32_t number = coordinator_add_worker(pool);
    assert_true(number > 0);
    return (uint32_t)number;
}

static void set_state(uint32_t worker, enum worker_state state)
{
    atomic_store(&pool->workers[worker].x_state, pool__worker_word(1, state));
}

static pool_job_t begin_job(uint32_t worker)
{
    pool_job_t job = test_submit(pool, 1), popped;
    assert_true(pool__sched_pop(&pool->sched, &popped));
    assert_non_null(pool__job_begin(pool, popped, worker, 1));
    return job;
}

static void assert_only(enum pool_worker_state state, pool_job_t job, uint32_t n_jobs)
{
    memset(workers, 0xee, sizeof workers);
    assert_int_equal(pool_worker_stats(pool, workers, WORKERS_MAX), 1);
    assert_int_equal(workers[0].number, 1);
    assert_int_equal(workers[0].state, state);
    assert_true(workers[0].job == job);
    assert_int_equal(workers[0].n_jobs, n_jobs);
}

static void arguments_that_cannot_be_are_einval(void **state)
{
    (void)state;
    assert_int_equal(pool_worker_stats(NULL, workers, 1), POOL_EINVAL);
    assert_int_equal(pool_worker_stats(pool, NULL, 1), POOL_EINVAL);
    assert_int_equal(pool_worker_stats(pool, NULL, 0), 0);
    assert_int_equal(pool_worker_stats(pool, workers, WORKERS_MAX), 0);
}

static void life_of_a_worker_shows_in_its_state(void **state)
{
    (void)state;
    uint32_t worker = start();
    assert_only(POOL_WORKER_STARTING, 0, 0);
    set_state(worker, WORKER_RUNTIME);
    assert_only(POOL_WORKER_IDLE, 0, 0);
    pool_job_t job = begin_job(worker);
    assert_only(POOL_WORKER_RUNNING, job, 1);
    set_state(worker, WORKER_GUEST);
    assert_only(POOL_WORKER_RUNNING, job, 1);
    set_state(worker, WORKER_RUNTIME);
    pool__bell_arm(&pool->bells[WAITER_WORKER_0 + worker]);
    assert_only(POOL_WORKER_WAITING, job, 1);
    pool__bell_ring(&pool->bells[WAITER_WORKER_0 + worker]);
    assert_only(POOL_WORKER_RUNNING, job, 1);
    pool__job_end_running(pool, test_job(pool, job), POOL_EXITED, 0);
    assert_only(POOL_WORKER_IDLE, 0, 1);
    begin_job(worker);
    set_state(worker, WORKER_KILLED);
    assert_only(POOL_WORKER_LOST, 0, 2);
    coordinator_bury_worker(pool, worker, REST_MS, true);
    assert_only(POOL_WORKER_LOST, 0, 2);
    fake_port_advance_ms(REST_MS);
    assert_int_equal(pool_worker_stats(pool, workers, WORKERS_MAX), 0);
    assert_int_equal(start(), worker);
    assert_only(POOL_WORKER_STARTING, 0, 0); /* it is another one */
}

static void workers_come_in_order_and_no_more_than_fit(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 5; i++) set_state(start(), WORKER_RUNTIME);
    coordinator_bury_worker(pool, 2, 0, false); /* it has retired, and does not rest */
    pool_job_t job = begin_job(4);
    assert_int_equal(pool_worker_stats(pool, workers, WORKERS_MAX), 4);
    static const uint32_t numbers[] = {1, 3, 4, 5};
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(workers[i].number, numbers[i]);
        assert_true(workers[i].job == (numbers[i] == 4 ? job : 0));
    }
    memset(workers, 0xee, sizeof workers);
    assert_int_equal(pool_worker_stats(pool, workers, 2), 2);
    assert_int_equal(workers[1].number, 3);
    assert_int_equal(workers[2].number, 0xeeeeeeee);
}

/* Those that were taken out of the queue have not begun. */
static void stats_tell_how_long_jobs_wait_and_run(void **state)
{
    (void)state;
    set_state(start(), WORKER_RUNTIME);
    for (uint32_t i = 0; i < 3; i++) {
        pool_job_t job = test_submit(pool, 1), popped;
        fake_port_advance_ms(2);
        assert_true(pool__sched_pop(&pool->sched, &popped));
        assert_non_null(pool__job_begin(pool, popped, 1, 1));
        fake_port_advance_ms(100);
        pool__job_end_running(pool, test_job(pool, job), POOL_EXITED, 0);
    }
    pool_job_t cancelled = test_submit(pool, 1);
    assert_int_equal(pool_cancel(pool, cancelled), 0);
    struct pool_stats stats;
    assert_int_equal(pool_stats(pool, &stats), 0);
    assert_true(stats.waiting.n == 3 && stats.waiting.sum_us == 6000 && stats.waiting.buckets[11] == 3);
    assert_true(stats.running.n == 3 && stats.running.sum_us == 300000 && stats.running.buckets[17] == 3);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, test_pool_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(arguments_that_cannot_be_are_einval),
        CASE(life_of_a_worker_shows_in_its_state),
        CASE(workers_come_in_order_and_no_more_than_fit),
        CASE(stats_tell_how_long_jobs_wait_and_run),
    };
    return cmocka_run_group_tests_name("workers", tests, NULL, NULL);
}
