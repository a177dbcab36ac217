/* native/dispatcher.c: the thread that takes the client's signals. */
#include <semaphore.h>

#include "native/native.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/threads.h"
#include "sync/wake.h"

#define SLOT 37u

static struct pool *pool;
static struct native native_side;
static sem_t told;

/* What the dispatcher did last, written before `told` is posted. */
static struct {
    char what;
    uint32_t slot;
    enum pipe_end end;
    bool on_its_thread;
} last;
static _Atomic uint32_t x_told, x_flushed;

static void tell(struct native *of, char what, uint32_t slot, enum pipe_end end)
{
    THREAD_CHECK(of == &native_side);
    THREAD_CHECK(atomic_load(&x_flushed) == 0); /* that is the last */
    last.what = what;
    last.slot = slot;
    last.end = end;
    last.on_its_thread = pool__dispatcher_is_self(of);
    atomic_fetch_add(&x_told, 1);
    sem_post(&told);
}

static void on_job(struct native *of, uint32_t slot)
{
    tell(of, 'j', slot, 0);
}

static void on_end(struct native *of, uint32_t slot, enum pipe_end end)
{
    tell(of, 'e', slot, end);
}

static void on_call(struct native *of, uint32_t slot)
{
    tell(of, 'c', slot, 0);
}

static void on_room(struct native *of)
{
    tell(of, 'r', 0, 0);
}

static void on_flush(struct native *of)
{
    THREAD_CHECK(of == &native_side);
    atomic_fetch_add(&x_flushed, 1);
}

static const struct dispatch dispatch = {
    .job = on_job, .end = on_end, .call = on_call, .room = on_room, .flush = on_flush};

static int setup(void **state)
{
    port_set_hooks(&(struct port_hooks){0});
    *state = pool = test_pool_make(2, 0);
    if (!pool) return -1;
    native_side = (struct native){.pool = pool, .dispatch = &dispatch};
    pthread_mutex_init(&native_side.lock, NULL);
    sem_init(&told, 0, 0);
    atomic_store(&x_told, 0);
    atomic_store(&x_flushed, 0);
    return 0;
}

static int start(void)
{
    pthread_mutex_lock(&native_side.lock);
    int status = pool__dispatcher_start_locked(&native_side);
    pthread_mutex_unlock(&native_side.lock);
    return status;
}

static void stop(void)
{
    while (!pool__dispatcher_stop(&native_side)) sched_yield();
    pool__dispatcher_join(&native_side);
}

static int teardown(void **state)
{
    pthread_mutex_destroy(&native_side.lock);
    return test_pool_teardown(state);
}

/* Raises a signal, and waits until the dispatcher has told of it. */
static void raise(uint32_t signal)
{
    pool__wake(pool, WAITER_CLIENT, signal);
    while (sem_wait(&told) != 0) continue;
}

static void each_signal_goes_to_whoever_it_is_for(void **state)
{
    (void)state;
    assert_int_equal(start(), 0);
    raise(SIGNAL_JOB_0 + SLOT);
    assert_int_equal(last.what, 'j');
    assert_int_equal(last.slot, SLOT);
    for (enum pipe_end end = PIPE_READ; end <= PIPE_WRITE; end++) {
        raise(SIGNAL_PIPE_0 + 2 * SLOT + end);
        assert_int_equal(last.what, 'e');
        assert_int_equal(last.slot, SLOT);
        assert_int_equal(last.end, end);
    }
    raise(SIGNAL_CALL_0 + SLOT);
    assert_int_equal(last.what, 'c');
    assert_int_equal(last.slot, SLOT);
    raise(SIGNAL_BLOCKS);
    assert_int_equal(last.what, 'r');
    stop();
}

static void first_and_last_of_each_kind_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        uint32_t signal, slot;
        char what;
    } cases[] = {{SIGNAL_JOB_0, 0, 'j'},  {SIGNAL_PIPE_0 - 1, JOBS_MAX - 1, 'j'},
                 {SIGNAL_PIPE_0, 0, 'e'}, {SIGNAL_CALL_0 - 1, PIPES_MAX - 1, 'e'},
                 {SIGNAL_CALL_0, 0, 'c'}, {SIGNAL_BLOCKS - 1, CALLS_MAX - 1, 'c'}};
    assert_int_equal(start(), 0);
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        raise(cases[i].signal);
        assert_int_equal(last.what, cases[i].what);
        assert_int_equal(last.slot, cases[i].slot);
    }
    stop();
}

static void what_was_raised_before_it_started_is_told_too(void **state)
{
    (void)state;
    pool__wake(pool, WAITER_CLIENT, SIGNAL_JOB_0 + SLOT);
    assert_int_equal(start(), 0);
    while (sem_wait(&told) != 0) continue;
    assert_int_equal(last.what, 'j');
    stop();
}

static void start_makes_one_thread_and_a_client_that_serves(void **state)
{
    (void)state;
    assert_int_equal(atomic_load(&pool->x_served), 0);
    assert_int_equal(start(), 0);
    pthread_t thread = native_side.dispatcher;
    assert_int_equal(atomic_load(&pool->x_served), 1);
    assert_int_equal(start(), 0);
    assert_true(pthread_equal(thread, native_side.dispatcher));
    stop();
}

static void only_its_own_thread_is_the_dispatcher(void **state)
{
    (void)state;
    assert_false(pool__dispatcher_is_self(&native_side));
    assert_int_equal(start(), 0);
    assert_false(pool__dispatcher_is_self(&native_side));
    raise(SIGNAL_BLOCKS);
    assert_true(last.on_its_thread);
    stop();
}

/* What was raised before it was told to stop is dispatched before what is owed is flushed. */
static void stop_dispatches_what_there_is_and_flushes_last(void **state)
{
    (void)state;
    assert_int_equal(start(), 0);
    for (uint32_t i = 0; i < 100; i++) pool__wake(pool, WAITER_CLIENT, SIGNAL_JOB_0 + i);
    stop();
    assert_true(atomic_load(&x_told) >= 100);
    assert_int_equal(atomic_load(&x_flushed), 1);
    assert_true(pool__dispatcher_stop(&native_side)); /* again */
    assert_int_equal(start(), POOL_ESHUTDOWN);
}

static void stop_of_what_never_started_is_over_at_once_and_it_starts_no_more(void **state)
{
    (void)state;
    assert_true(pool__dispatcher_stop(&native_side));
    pool__dispatcher_join(&native_side);
    assert_int_equal(start(), POOL_ESHUTDOWN);
    assert_int_equal(atomic_load(&x_flushed), 0);
    assert_int_equal(atomic_load(&pool->x_served), 0);
}

#define THREADS 4u
#define SIGNALS_EACH 200u

static _Atomic uint32_t x_seen[THREADS * SIGNALS_EACH];

static void see_job(struct native *of, uint32_t slot)
{
    (void)of;
    atomic_fetch_add(&x_seen[slot], 1);
}

static void *raise_many(void *number)
{
    for (uint32_t i = 0; i < SIGNALS_EACH; i++) {
        pool__wake(pool, WAITER_CLIENT, SIGNAL_JOB_0 + (uint32_t)(uintptr_t)number * SIGNALS_EACH + i);
    }
    return NULL;
}

static void signals_of_many_threads_are_all_told(void **state)
{
    (void)state;
    const struct dispatch sees = {.job = see_job, .end = on_end, .call = on_call, .room = on_room, .flush = on_flush};
    native_side.dispatch = &sees;
    assert_int_equal(start(), 0);
    threads_run(THREADS, raise_many);
    stop();
    for (uint32_t i = 0; i < COUNT_OF(x_seen); i++) assert_int_equal(atomic_load(&x_seen[i]), 1);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(each_signal_goes_to_whoever_it_is_for),
        CASE(first_and_last_of_each_kind_are_told_apart),
        CASE(what_was_raised_before_it_started_is_told_too),
        CASE(start_makes_one_thread_and_a_client_that_serves),
        CASE(only_its_own_thread_is_the_dispatcher),
        CASE(stop_dispatches_what_there_is_and_flushes_last),
        CASE(stop_of_what_never_started_is_over_at_once_and_it_starts_no_more),
        CASE(signals_of_many_threads_are_all_told),
    };
    return cmocka_run_group_tests_name("dispatcher_threads", tests, NULL, NULL);
}
