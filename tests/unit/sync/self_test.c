/* sync/self.c: who the calling thread is to a pool, and what it may sleep on. */
#include "sync/self.h"

#include "port/native.h"
#include "support/prelude.h"
#include "support/test_pool.h"

static struct pool *pool;
static struct sleeper worker;

static int setup(void **state)
{
    if (test_pool_setup(state)) return -1;
    pool = *state;
    pool__sleeper_init(&worker, pool, WAITER_WORKER_0 + 1);
    return 0;
}

static int teardown(void **state)
{
    pool__self_set(NULL);
    return test_pool_teardown(state);
}

/* This thread is from now on one of those that may block. */
static void may_block(void)
{
    port_set_hooks(&(struct port_hooks){0});
}

static void thread_that_is_no_worker_is_nobody(void **state)
{
    (void)state;
    assert_null(pool__self(pool));
    assert_null(pool__self_any());
    assert_false(pool__self_runs_job(pool));
}

static void worker_is_one_of_its_own_pool_only(void **state)
{
    (void)state;
    struct pool *other = test_pool_make(TEST_CORES, TEST_WORKERS);
    pool__self_set(&worker);
    assert_ptr_equal(pool__self(pool), &worker);
    assert_null(pool__self(other));
    assert_ptr_equal(pool__self_any(), &worker);
    worker.job = &pool->jobs[0];
    assert_true(pool__self_runs_job(pool));
    assert_false(pool__self_runs_job(other));
    worker.job = NULL;
    assert_false(pool__self_runs_job(pool));
    test_pool_free(other);
}

static void look_of_a_thread_that_must_not_block_is_the_clients(void **state)
{
    (void)state;
    struct sleeper look = pool__self_look(pool);
    assert_ptr_equal(look.pool, pool);
    assert_int_equal(look.waiter, WAITER_CLIENT); /* a signal follows */
    assert_null(look.job);
    may_block();
    assert_int_equal(pool__self_look(pool).waiter, 0);
}

static void thread_that_must_not_block_is_lent_nothing(void **state)
{
    (void)state;
    struct sleeper storage;
    assert_null(pool__self_lend(pool, &storage));
    assert_int_equal(atomic_load(&pool->x_inside), 0);
}

/* Also where other threads must not block: a worker may. */
static void worker_sleeps_by_its_own(void **state)
{
    (void)state;
    struct sleeper storage;
    pool__self_set(&worker);
    assert_ptr_equal(pool__self_lend(pool, &storage), &worker);
    assert_int_equal(atomic_load(&pool->x_inside), 0);
    pool__self_return(&worker);
    assert_int_equal(atomic_load(&pool->x_inside), 0);
    assert_ptr_equal(pool__self(pool), &worker);
}

static void threads_are_lent_a_bell_each_until_there_are_no_more(void **state)
{
    (void)state;
    static struct sleeper storage[LESSEES_MAX + 1];
    static bool seen[WAITERS_MAX];
    memset(seen, 0, sizeof seen);
    may_block();
    for (uint32_t i = 0; i < LESSEES_MAX; i++) {
        assert_ptr_equal(pool__self_lend(pool, &storage[i]), &storage[i]);
        assert_ptr_equal(storage[i].pool, pool);
        assert_true(storage[i].waiter >= WAITER_LESSEE_0 && storage[i].waiter < WAITERS_MAX);
        assert_false(seen[storage[i].waiter]);
        seen[storage[i].waiter] = true;
        assert_int_equal(atomic_load(&pool->x_inside), i + 1);
    }
    assert_null(pool__self_lend(pool, &storage[LESSEES_MAX]));
    pool__self_return(&storage[7]);
    assert_ptr_equal(pool__self_lend(pool, &storage[LESSEES_MAX]), &storage[LESSEES_MAX]);
    assert_int_equal(storage[LESSEES_MAX].waiter, storage[7].waiter);
    storage[7] = storage[LESSEES_MAX];
    for (uint32_t i = 0; i < LESSEES_MAX; i++) pool__self_return(&storage[i]);
    assert_int_equal(atomic_load(&pool->x_inside), 0);
    assert_pool_is_empty(pool);
}

static void job_that_waits_in_another_pool_is_known_there_until_it_is_back(void **state)
{
    (void)state;
    struct sleeper storage;
    struct pool *other = test_pool_make(TEST_CORES, TEST_WORKERS);
    may_block();
    pool__self_set(&worker);
    worker.job = &pool->jobs[0];
    assert_ptr_equal(pool__self_lend(other, &storage), &storage);
    assert_ptr_equal(storage.home, &worker);
    assert_ptr_equal(atomic_load(&pool->workers[1].x_abroad), &storage);
    pool__self_return(&storage);
    assert_null(atomic_load(&pool->workers[1].x_abroad));
    worker.job = NULL;
    assert_ptr_equal(pool__self_lend(other, &storage), &storage); /* a worker without a job has nothing to hear of */
    assert_null(storage.home);
    pool__self_return(&storage);
    test_pool_free(other);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(thread_that_is_no_worker_is_nobody),
        CASE(worker_is_one_of_its_own_pool_only),
        CASE(look_of_a_thread_that_must_not_block_is_the_clients),
        CASE(thread_that_must_not_block_is_lent_nothing),
        CASE(worker_sleeps_by_its_own),
        CASE(threads_are_lent_a_bell_each_until_there_are_no_more),
        CASE(job_that_waits_in_another_pool_is_known_there_until_it_is_back),
    };
    return cmocka_run_group_tests_name("self", tests, NULL, NULL);
}
