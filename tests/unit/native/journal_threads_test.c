/* native/journal.c: what is told of, and how often. */
#include <sched.h>
#include <stdio.h>

#include "coordinator/coordinator.h"
#include "native/native.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/threads.h"

#define KEPT_MAX 16u

static struct pool *pool;
static struct native native_side;
static _Atomic uint64_t x_now_ns;

/* What was told; the dispatcher writes, and the test reads once it is over. */
static struct {
    uint32_t n;
    struct kept {
        uint32_t level, worker;
        int32_t code;
        char message[200];
    } entries[KEPT_MAX];
} told;

static void keep(void *user, pool_t *of, const struct pool_log_entry *entry)
{
    (void)user, (void)of;
    THREAD_CHECK(told.n < KEPT_MAX);
    struct kept *kept = &told.entries[told.n++];
    *kept = (struct kept){.level = entry->level, .worker = entry->worker, .code = entry->code};
    (void)snprintf(kept->message, sizeof kept->message, "%s", entry->message);
}

static void tell(struct native *of)
{
    pool__log_tell(of);
}

static void ignore(struct native *of)
{
    (void)of;
}

static const struct dispatch dispatch = {.room = tell, .flush = ignore};

static uint64_t fake_now(enum port_clock clock)
{
    (void)clock;
    return atomic_load(&x_now_ns);
}

static int setup(void **state)
{
    port_set_hooks(&(struct port_hooks){.now_ns = fake_now});
    atomic_store(&x_now_ns, 5000000000u);
    *state = pool = test_pool_make(2, 0);
    if (!pool) return -1;
    native_side = (struct native){.pool = pool, .dispatch = &dispatch, .name = "thumbs"};
    pthread_mutex_init(&native_side.lock, NULL);
    memset(&told, 0, sizeof told);
    return pool__log_open(&native_side, keep, NULL);
}

static int teardown(void **state)
{
    pool__log_free(&native_side);
    pthread_mutex_destroy(&native_side.lock);
    return test_pool_teardown(state);
}

/* From here on the test may read what was told. */
static void stop(void)
{
    while (!pool__dispatcher_stop(&native_side)) sched_yield();
    pool__dispatcher_join(&native_side);
}

static void assert_told(uint32_t i, enum pool_log_level level, int32_t code, uint32_t worker, const char *message)
{
    assert_true(i < told.n);
    assert_string_equal(told.entries[i].message, message);
    assert_int_equal(told.entries[i].level, level);
    assert_int_equal(told.entries[i].code, code);
    assert_int_equal(told.entries[i].worker, worker);
}

static void workers_come_and_go(void **state)
{
    (void)state;
    pool__journal_started(&native_side, 3);
    pool__journal_retired(&native_side, 3);
    stop();
    assert_int_equal(told.n, 2);
    assert_told(0, POOL_LOG_DEBUG, 0, 3, "worker 3 has started");
    assert_told(1, POOL_LOG_DEBUG, 0, 3, "worker 3 has ended: the pool has enough others");
}

static void failed_starts_are_told_of_until_it_is_clear_that_none_works(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 10; i++) pool__journal_not_started(&native_side, 2, POOL_EAGAIN, "there is none");
    stop();
    assert_int_equal(told.n, 4);
    for (uint32_t i = 0; i < 3; i++) {
        assert_told(i, POOL_LOG_WARN, POOL_EAGAIN, 2,
                    "a worker could not be started, and another is tried: there is none");
    }
    assert_told(3, POOL_LOG_ERROR, POOL_EAGAIN, 0,
                "no further worker can be started for now; the pool goes on with 0: there is none");
}

static void failed_starts_are_told_of_again_after_one_that_worked(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 3; i++) pool__journal_not_started(&native_side, 0, POOL_ENOMEM, "no memory");
    pool__journal_starts(&native_side);
    pool__journal_not_started(&native_side, 0, POOL_ENOMEM, "no memory");
    stop();
    assert_int_equal(told.n, 5);
    assert_told(4, POOL_LOG_WARN, POOL_ENOMEM, 0, "a worker could not be started, and another is tried: no memory");
}

static void want_of_slots_is_told_of_once_until_a_worker_starts(void **state)
{
    (void)state;
    pool__journal_no_slot(&native_side);
    pool__journal_no_slot(&native_side);
    pool__journal_starts(&native_side);
    pool__journal_no_slot(&native_side);
    stop();
    assert_int_equal(told.n, 2);
    for (uint32_t i = 0; i < 2; i++) {
        assert_told(i, POOL_LOG_WARN, 0, 0, "every slot for a worker is taken: no further one can start for now");
    }
}

/* Asks for memory in vain, once. */
static void refuse_memory(void)
{
    uint32_t before = coordinator_refusals(pool);
    atomic_fetch_add(&pool->blocks.x_refusals[0][0], 1);
    assert_int_equal(coordinator_refusals(pool), before + 1);
}

static void memory_that_was_refused_is_told_of_once_a_second(void **state)
{
    (void)state;
    pool__journal_memory(&native_side); /* none was */
    refuse_memory();
    pool__journal_memory(&native_side);
    refuse_memory();
    refuse_memory();
    pool__journal_memory(&native_side);
    atomic_fetch_add(&x_now_ns, 999999999u);
    pool__journal_memory(&native_side);
    atomic_fetch_add(&x_now_ns, 1);
    pool__journal_memory(&native_side);
    atomic_fetch_add(&x_now_ns, 5000000000u);
    pool__journal_memory(&native_side); /* nothing new */
    stop();
    assert_int_equal(told.n, 2);
    assert_told(0, POOL_LOG_WARN, POOL_ENOMEM, 0,
                "memory was refused, 1 times so far: the pool has as much as it may have (max_memory_mib), or as there "
                "is");
    assert_told(1, POOL_LOG_WARN, POOL_ENOMEM, 0,
                "memory was refused, 3 times so far: the pool has as much as it may have (max_memory_mib), or as there "
                "is");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(workers_come_and_go),
        CASE(failed_starts_are_told_of_until_it_is_clear_that_none_works),
        CASE(failed_starts_are_told_of_again_after_one_that_worked),
        CASE(want_of_slots_is_told_of_once_until_a_worker_starts),
        CASE(memory_that_was_refused_is_told_of_once_a_second),
    };
    return cmocka_run_group_tests_name("journal_threads", tests, NULL, NULL);
}
