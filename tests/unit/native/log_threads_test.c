/* native/log.c: entries wait for the dispatcher, and are told in their order. */
#include <sched.h>
#include <stdio.h>

#include "native/native.h"
#include "support/native_pool.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/threads.h"

#define WAITING_MAX 64u /* as pool.h says */
#define KEPT_MAX 2000u

static struct pool *pool;
static struct native native_side;
static struct gate gate;
static _Atomic uint32_t x_told;
static bool stops_at_first; /* the callback arrives at the gate with its first entry */

/* What was told; the dispatcher writes, and the test reads once it is over. */
static struct {
    uint32_t n;
    bool on_its_thread;
    struct pool *pool;
    struct kept {
        uint32_t level, worker;
        int32_t code;
        char message[200], name[32];
    } entries[KEPT_MAX];
} told;

static void keep(void *user, pool_t *of, const struct pool_log_entry *entry)
{
    THREAD_CHECK(user == &told && told.n < KEPT_MAX);
    if (stops_at_first && told.n == 0) gate_arrive(&gate);
    struct kept *kept = &told.entries[told.n++];
    *kept = (struct kept){.level = entry->level, .worker = entry->worker, .code = entry->code};
    (void)snprintf(kept->message, sizeof kept->message, "%s", entry->message);
    (void)snprintf(kept->name, sizeof kept->name, "%s", entry->name);
    told.pool = of;
    told.on_its_thread = pool__dispatcher_is_self(&native_side);
    atomic_fetch_add(&x_told, 1);
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

static int setup(void **state)
{
    port_set_hooks(&(struct port_hooks){0});
    *state = pool = test_pool_make(2, 0);
    if (!pool) return -1;
    native_side = (struct native){.pool = pool, .dispatch = &dispatch, .name = "thumbs"};
    pthread_mutex_init(&native_side.lock, NULL);
    gate_init(&gate);
    stops_at_first = false;
    memset(&told, 0, sizeof told);
    atomic_store(&x_told, 0);
    return 0;
}

static int teardown(void **state)
{
    pool__log_free(&native_side);
    pthread_mutex_destroy(&native_side.lock);
    return test_pool_teardown(state);
}

static void open_log(void)
{
    assert_int_equal(pool__log_open(&native_side, keep, &told), 0);
}

/* From here on the test may read what was told. */
static void stop(void)
{
    while (!pool__dispatcher_stop(&native_side)) sched_yield();
    pool__dispatcher_join(&native_side);
}

static void write_numbered(uint32_t from, uint32_t n)
{
    for (uint32_t i = from; i < from + n; i++) pool__log_write(&native_side, POOL_LOG_INFO, 0, i, "entry %u", i);
}

static void entry_is_told_as_it_was_written(void **state)
{
    (void)state;
    open_log();
    pool__log_write(&native_side, POOL_LOG_WARN, POOL_ENOMEM, 7, "%s, %u times", "refused", 3u);
    stop();
    assert_int_equal(told.n, 1);
    assert_int_equal(told.entries[0].level, POOL_LOG_WARN);
    assert_int_equal(told.entries[0].code, POOL_ENOMEM);
    assert_int_equal(told.entries[0].worker, 7);
    assert_string_equal(told.entries[0].message, "refused, 3 times");
    assert_string_equal(told.entries[0].name, "thumbs");
    assert_true(told.on_its_thread);
    assert_null(told.pool); /* it is not made */
}

static void entry_has_the_pool_once_that_is_made(void **state)
{
    (void)state;
    open_log();
    atomic_store(&native_side.x_made, 1);
    write_numbered(0, 1);
    stop();
    assert_ptr_equal(told.pool, pool);
}

static void entries_are_told_in_their_order(void **state)
{
    (void)state;
    open_log();
    for (uint32_t i = 0; i < 10 * WAITING_MAX; i += 10) {
        write_numbered(i, 10);
        while (atomic_load(&x_told) < i + 10) sched_yield(); /* so that none is left out */
    }
    stop();
    assert_int_equal(told.n, 10 * WAITING_MAX);
    for (uint32_t i = 0; i < told.n; i++) assert_int_equal(told.entries[i].worker, i);
}

/* As many wait as may; the others are counted, and later ones are told again. */
static void entries_for_a_slow_callback_are_left_out_and_counted(void **state)
{
    (void)state;
    stops_at_first = true;
    open_log();
    write_numbered(0, 1);
    gate_await_arrival(&gate);
    write_numbered(1, WAITING_MAX + 5);
    gate_open(&gate);
    stop();
    assert_int_equal(told.n, 1 + WAITING_MAX + 1);
    for (uint32_t i = 0; i <= WAITING_MAX; i++) assert_int_equal(told.entries[i].worker, i);
    assert_int_equal(told.entries[told.n - 1].level, POOL_LOG_WARN);
    assert_string_equal(told.entries[told.n - 1].message,
                        "5 entries of this log were left out: its callback is too slow");
}

static void without_a_callback_nothing_is_kept_and_nobody_woken(void **state)
{
    (void)state;
    uint32_t count = pool__bell_arm(&pool->bells[WAITER_CLIENT]);
    write_numbered(0, 3);
    assert_null(native_side.log);
    assert_int_equal(atomic_load(&pool->bells[WAITER_CLIENT].x_count), count);
    assert_false(native_side.dispatches);
    pool__log_tell(&native_side);
    assert_int_equal(told.n, 0);
}

static void text_that_is_too_long_is_cut(void **state)
{
    (void)state;
    char text[500] = {0};
    memset(text, 'x', sizeof text - 1);
    open_log();
    pool__log_write(&native_side, POOL_LOG_DEBUG, 0, 0, "%s", text);
    stop();
    assert_in_range(strlen(told.entries[0].message), 100, 199);
}

#define THREADS 4u
#define EACH 16u /* together no more than may wait */

static void *write_some(void *number)
{
    write_numbered((uint32_t)(uintptr_t)number * EACH, EACH);
    return NULL;
}

static void entries_of_many_threads_are_all_told_once(void **state)
{
    (void)state;
    uint32_t seen[THREADS * EACH] = {0}, last[THREADS] = {0};
    open_log();
    threads_run(THREADS, write_some);
    stop();
    assert_int_equal(told.n, THREADS * EACH);
    for (uint32_t i = 0; i < told.n; i++) {
        uint32_t number = told.entries[i].worker, thread = number / EACH;
        assert_int_equal(seen[number]++, 0);
        assert_true(number % EACH + 1 > last[thread]); /* those of one thread in their order */
        last[thread] = number % EACH + 1;
    }
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(entry_is_told_as_it_was_written),
        CASE(entry_has_the_pool_once_that_is_made),
        CASE(entries_are_told_in_their_order),
        CASE(entries_for_a_slow_callback_are_left_out_and_counted),
        CASE(without_a_callback_nothing_is_kept_and_nobody_woken),
        CASE(text_that_is_too_long_is_cut),
        CASE(entries_of_many_threads_are_all_told_once),
    };
    return cmocka_run_group_tests_name("log_threads", tests, NULL, NULL);
}
