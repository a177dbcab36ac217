/* native/hosts.c: host calls of C functions, answered on the dispatcher's thread or from anywhere. */
#include <sched.h>
#include <stdlib.h>

#include "core/layout.h"
#include "pool_guest.h"
#include "support/native_pool.h"
#include "support/prelude.h"
#include "support/threads.h"

#define LARGE_BYTES (5u << 20)
#define MANY 200u

static int32_t call(const char *name, const void *data, size_t size, void *reply, size_t capacity)
{
    return pool_call(name, strlen(name), data, size, reply, capacity);
}

static int32_t begin(const char *name, const void *data, size_t size)
{
    return pool_call_begin(name, strlen(name), data, size);
}

/* Hosts. */

static void echo(void *user, pool_t *of, pool_call_t handle, const void *data, uint32_t size)
{
    int status;
    (void)user;
    do {
        status = pool_reply(of, handle, 0, data, size);
    } while (status == POOL_EAGAIN && sched_yield() == 0); /* there is memory in a moment */
    THREAD_CHECK(status == 0);
    THREAD_CHECK(pool_reply(of, handle, 0, data, size) == POOL_EBADF);
}

static void refuse(void *user, pool_t *of, pool_call_t handle, const void *data, uint32_t size)
{
    (void)data, (void)size;
    THREAD_CHECK(pool_reply(of, handle, *(const int32_t *)user, NULL, 0) == 0);
}

static void name_itself(void *user, pool_t *of, pool_call_t handle, const void *data, uint32_t size)
{
    (void)data, (void)size;
    THREAD_CHECK(pool_reply(of, handle, 0, user, (uint32_t)strlen(user)) == 0);
}

/* Keeps the call for whoever answers it later. */
static _Atomic uint64_t x_kept;

static void keep(void *user, pool_t *of, pool_call_t handle, const void *data, uint32_t size)
{
    (void)user, (void)of, (void)data, (void)size;
    atomic_store(&x_kept, handle);
    sem_post(&native.gate.arrived);
}

/* Runs a function as a job and gives its exit code; 0: everything in it was as it should be. */
static uint32_t run(pool_function function, void *user)
{
    return native_await(native.pool, native_submit(native.pool, function, user)).code;
}

static uint32_t call_echo(pool_t *of, void *user)
{
    char reply[20] = {0};
    (void)of, (void)user;
    THREAD_CHECK(call("echo", "hello", 5, reply, sizeof reply) == 5);
    THREAD_CHECK(memcmp(reply, "hello", 6) == 0);
    THREAD_CHECK(call("echo", "hello", 5, reply, 2) == 5); /* how large it was, though only two bytes fit */
    THREAD_CHECK(call("echo", "hello", 5, NULL, 0) == 5);
    THREAD_CHECK(call("echo", NULL, 0, reply, sizeof reply) == 0);
    return 0;
}

static void call_is_answered_in_the_handler(void **state)
{
    (void)state;
    assert_int_equal(pool_host_set(native.pool, "echo", echo, NULL), 0);
    assert_int_equal(run(call_echo, NULL), 0);
}

static uint32_t call_anything(pool_t *of, void *user)
{
    char reply[20];
    (void)of;
    return (uint32_t)call(user, "data", 4, reply, sizeof reply);
}

static void call_of_a_name_that_nobody_serves_is_enoent(void **state)
{
    (void)state;
    static char name[] = "nobody";
    assert_int_equal(run(call_anything, name), (uint32_t)POOL_ENOENT); /* there are no hosts at all */
    assert_int_equal(pool_host_set(native.pool, "somebody", echo, NULL), 0);
    assert_int_equal(run(call_anything, name), (uint32_t)POOL_ENOENT);
    assert_int_equal(pool_host_set(native.pool, name, echo, NULL), 0);
    assert_int_equal(run(call_anything, name), 4);
    assert_int_equal(pool_host_set(native.pool, name, NULL, NULL), 0);
    assert_int_equal(pool_host_set(native.pool, name, NULL, NULL), 0);
    assert_int_equal(run(call_anything, name), (uint32_t)POOL_ENOENT);
}

static void call_gets_the_hosts_error(void **state)
{
    (void)state;
    static int32_t errors[] = {-1, -4242, INT32_MIN, POOL_ENOMEM};
    static char name[] = "refuse";
    for (uint32_t i = 0; i < COUNT_OF(errors); i++) {
        assert_int_equal(pool_host_set(native.pool, name, refuse, &errors[i]), 0);
        assert_int_equal(run(call_anything, name), (uint32_t)errors[i]);
    }
}

static uint32_t call_names(pool_t *of, void *user)
{
    static const char *const names[] = {"a", "ab", "b", "\xc3\xa4"};
    (void)of, (void)user;
    for (uint32_t i = 0; i < COUNT_OF(names); i++) {
        char reply[20] = {0};
        THREAD_CHECK(call(names[i], NULL, 0, reply, sizeof reply) == (int32_t)strlen(names[i]));
        THREAD_CHECK(strcmp(reply, names[i]) == 0);
    }
    return 0;
}

static void call_reaches_the_host_of_its_name(void **state)
{
    (void)state;
    static char names[][4] = {"b", "a", "\xc3\xa4", "ab"}, wrong[] = "wrong";
    assert_int_equal(pool_host_set(native.pool, "ab", name_itself, wrong), 0);
    for (uint32_t i = 0; i < COUNT_OF(names); i++) {
        assert_int_equal(pool_host_set(native.pool, names[i], name_itself, names[i]), 0);
    }
    assert_int_equal(run(call_names, NULL), 0);
}

static void host_of_a_wrong_name_is_einval(void **state)
{
    (void)state;
    static char name[POOL_NAME_MAX_BYTES + 2];
    memset(name, 'n', sizeof name - 1);
    assert_int_equal(pool_host_set(native.pool, NULL, echo, NULL), POOL_EINVAL);
    assert_int_equal(pool_host_set(native.pool, "", echo, NULL), POOL_EINVAL);
    assert_int_equal(pool_host_set(native.pool, name, echo, NULL), POOL_EINVAL);
    name[POOL_NAME_MAX_BYTES] = '\0';
    assert_int_equal(pool_host_set(native.pool, name, echo, NULL), 0);
    assert_int_equal(run(call_anything, name), 4);
}

static void call_is_answered_later_from_another_thread(void **state)
{
    (void)state;
    static char name[] = "keep";
    struct pool_stats stats;
    assert_int_equal(pool_host_set(native.pool, name, keep, NULL), 0);
    pool_job_t job = native_submit(native.pool, call_anything, name);
    gate_await_arrival(&native.gate);
    assert_int_equal(pool_wait(native.pool, job, 2, NULL), POOL_ETIMEDOUT);
    assert_int_equal(pool_stats(native.pool, &stats), 0);
    assert_int_equal(stats.n_calls, 1);
    assert_int_equal(pool_reply(native.pool, atomic_load(&x_kept), 0, "later", 5), 0);
    assert_int_equal(native_await(native.pool, job).code, 5);
}

static uint32_t call_large(pool_t *of, void *user)
{
    uint8_t *data = malloc(LARGE_BYTES), *reply = malloc(LARGE_BYTES);
    (void)of, (void)user;
    for (uint32_t i = 0; i < LARGE_BYTES; i++) data[i] = (uint8_t)(i * 167 >> 4);
    THREAD_CHECK(call("echo", data, LARGE_BYTES, reply, LARGE_BYTES) == (int32_t)LARGE_BYTES);
    THREAD_CHECK(memcmp(data, reply, LARGE_BYTES) == 0);
    free(data);
    free(reply);
    return 0;
}

static void call_carries_5_mb_both_ways(void **state)
{
    (void)state;
    assert_int_equal(pool_host_set(native.pool, "echo", echo, NULL), 0);
    for (uint32_t i = 0; i < 3; i++) assert_int_equal(run(call_large, NULL), 0);
}

static uint32_t call_many(pool_t *of, void *user)
{
    static const uint32_t size = 8;
    struct pool_pollfd entries[MANY];
    uint32_t left = MANY;
    (void)user;
    for (uint32_t i = 0; i < MANY; i++) {
        char data[16] = {0};
        memcpy(data, &i, sizeof i);
        int32_t fd = begin("echo", data, size);
        THREAD_CHECK(fd > 0);
        entries[i] = (struct pool_pollfd){(pool_fd_t)fd, POOL_POLLIN, 0};
    }
    while (left > 0) {
        THREAD_CHECK(pool_poll(of, entries, MANY, POOL_FOREVER) > 0);
        for (uint32_t i = 0; i < MANY; i++) {
            uint8_t reply[16];
            if (!entries[i].fd || !(entries[i].revents & POOL_POLLIN)) continue;
            THREAD_CHECK(pool_read(of, entries[i].fd, reply, sizeof reply) == (int32_t)size);
            THREAD_CHECK(memcmp(reply, &i, sizeof i) == 0);
            THREAD_CHECK(pool_read(of, entries[i].fd, reply, sizeof reply) == 0);
            THREAD_CHECK(pool_call_status((int32_t)entries[i].fd) == 0);
            THREAD_CHECK(pool_close(of, entries[i].fd) == 0);
            THREAD_CHECK(pool_call_status((int32_t)entries[i].fd) == POOL_EBADF);
            entries[i].fd = 0;
            left--;
        }
    }
    return 0;
}

static void many_calls_are_under_way_at_once(void **state)
{
    (void)state;
    struct pool_stats stats;
    assert_int_equal(pool_host_set(native.pool, "echo", echo, NULL), 0);
    pool_job_t jobs[3];
    for (uint32_t i = 0; i < 3; i++) jobs[i] = native_submit(native.pool, call_many, NULL);
    for (uint32_t i = 0; i < 3; i++) assert_int_equal(native_await(native.pool, jobs[i]).code, 0);
    assert_int_equal(pool_stats(native.pool, &stats), 0);
    assert_int_equal(stats.n_calls, 0);
    assert_int_equal(stats.n_pipes, 0);
}

static uint32_t begin_and_ask(pool_t *of, void *user)
{
    char reply[10];
    int32_t fd = begin(user, NULL, 0);
    THREAD_CHECK(fd > 0);
    THREAD_CHECK(pool_call_status(fd) == POOL_EAGAIN);
    THREAD_CHECK(pool_set_nonblocking(of, (pool_fd_t)fd, true) == 0);
    THREAD_CHECK(pool_read(of, (pool_fd_t)fd, reply, sizeof reply) == POOL_EAGAIN);
    THREAD_CHECK(pool_set_nonblocking(of, (pool_fd_t)fd, false) == 0);
    gate_arrive(&native.gate);
    THREAD_CHECK(pool_read(of, (pool_fd_t)fd, reply, sizeof reply) == 0); /* an error without a text */
    int32_t status = pool_call_status(fd);
    THREAD_CHECK(pool_close(of, (pool_fd_t)fd) == 0);
    return (uint32_t)status;
}

static void status_is_eagain_until_the_answer(void **state)
{
    (void)state;
    static char name[] = "keep";
    assert_int_equal(pool_host_set(native.pool, name, keep, NULL), 0);
    pool_job_t job = native_submit(native.pool, begin_and_ask, name);
    gate_await_arrival(&native.gate);
    gate_await_arrival(&native.gate); /* the job, and its call */
    assert_false(pool_call_abandoned(native.pool, atomic_load(&x_kept)));
    assert_int_equal(pool_reply(native.pool, atomic_load(&x_kept), -77, NULL, 0), 0);
    gate_open(&native.gate);
    assert_int_equal(native_await(native.pool, job).code, (uint32_t)-77);
}

static uint32_t begin_and_leave(pool_t *of, void *user)
{
    (void)of;
    THREAD_CHECK(begin(user, "abc", 3) > 0); /* and never closed */
    return 3;
}

static void call_that_its_job_leaves_open_is_closed_with_it(void **state)
{
    (void)state;
    static char name[] = "keep";
    struct pool_stats stats;
    assert_int_equal(pool_host_set(native.pool, name, keep, NULL), 0);
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(run(begin_and_leave, name), 3);
        do {
            int status = pool_reply(native.pool, atomic_load(&x_kept), 0, "too late", 8);
            assert_true(status == 0 || status == POOL_EBADF); /* it may never have been taken */
            sched_yield();
            assert_int_equal(pool_stats(native.pool, &stats), 0);
        } while (stats.n_calls);
    }
}

static void caller_that_is_cancelled_is_told_and_the_reply_is_no_error(void **state)
{
    (void)state;
    static char name[] = "keep";
    assert_int_equal(pool_host_set(native.pool, name, keep, NULL), 0);
    pool_job_t job = native_submit(native.pool, call_anything, name);
    gate_await_arrival(&native.gate);
    assert_int_equal(pool_cancel(native.pool, job), 0);
    assert_int_equal(native_await(native.pool, job).outcome, POOL_CANCELLED);
    assert_true(pool_call_abandoned(native.pool, atomic_load(&x_kept)));
    assert_int_equal(pool_reply(native.pool, atomic_load(&x_kept), 0, "too late", 8), 0);
    assert_int_equal(pool_reply(native.pool, atomic_load(&x_kept), 0, "too late", 8), POOL_EBADF);
    assert_false(pool_call_abandoned(native.pool, atomic_load(&x_kept)));
}

static _Atomic int32_t x_status;

static uint32_t call_and_tell(pool_t *of, void *user)
{
    char reply[1];
    (void)of;
    atomic_store(&x_status, call(user, NULL, 0, reply, 1));
    return 0;
}

static void destroy_ends_calls_that_wait(void **state)
{
    (void)state;
    static char name[] = "keep";
    atomic_store(&x_status, 0);
    assert_int_equal(pool_host_set(native.pool, name, keep, NULL), 0);
    native_submit(native.pool, call_and_tell, name);
    gate_await_arrival(&native.gate);
    native_pool_free(native.pool);
    native.pool = NULL;
    assert_int_equal(atomic_load(&x_status), POOL_ECANCELED);
}

static void serve_slowly(void *user, pool_t *of, pool_call_t handle, const void *data, uint32_t size)
{
    gate_arrive(user);
    THREAD_CHECK(pool_reply(of, handle, 0, data, size) == 0);
}

static void *set_hosts(void *unused)
{
    (void)unused;
    for (uint32_t i = 0; i < 500; i++) {
        char name[] = {'a', (char)('a' + i % 20), '\0'};
        THREAD_CHECK(pool_host_set(native.pool, name, i % 3 ? echo : NULL, NULL) == 0);
    }
    return NULL;
}

static uint32_t call_while_hosts_change(pool_t *of, void *user)
{
    (void)of, (void)user;
    for (uint32_t i = 0; i < 500; i++) {
        char name[] = {'a', (char)('a' + i % 20), '\0'}, reply[4];
        int32_t n = call(name, "abcd", 4, reply, 4);
        THREAD_CHECK(n == 4 || n == POOL_ENOENT);
    }
    return 0;
}

static void hosts_may_change_while_they_are_called(void **state)
{
    (void)state;
    pthread_t thread = thread_start(set_hosts, NULL);
    pool_job_t job = native_submit(native.pool, call_while_hosts_change, NULL);
    thread_join(thread);
    assert_int_equal(native_await(native.pool, job).code, 0);
}

/* The dispatcher is in a handler while the pool is destroyed: it is waited for. */
static void *destroy_in_thread(void *unused)
{
    (void)unused;
    return (void *)(intptr_t)pool_destroy(native.pool);
}

static void destroy_waits_for_a_handler(void **state)
{
    (void)state;
    static char name[] = "slow";
    assert_int_equal(pool_host_set(native.pool, name, serve_slowly, &native.gate), 0);
    native_submit(native.pool, call_anything, name);
    gate_await_arrival(&native.gate);
    pthread_t thread = thread_start(destroy_in_thread, NULL);
    while (!atomic_load(&native.pool->x_closing)) sched_yield();
    gate_open(&native.gate);
    assert_int_equal((intptr_t)thread_join(thread), 0);
    native.pool = NULL;
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, native_rig_setup, native_rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(call_is_answered_in_the_handler),
        CASE(call_of_a_name_that_nobody_serves_is_enoent),
        CASE(call_gets_the_hosts_error),
        CASE(call_reaches_the_host_of_its_name),
        CASE(host_of_a_wrong_name_is_einval),
        CASE(call_is_answered_later_from_another_thread),
        CASE(call_carries_5_mb_both_ways),
        CASE(many_calls_are_under_way_at_once),
        CASE(status_is_eagain_until_the_answer),
        CASE(call_that_its_job_leaves_open_is_closed_with_it),
        CASE(caller_that_is_cancelled_is_told_and_the_reply_is_no_error),
        CASE(destroy_ends_calls_that_wait),
        CASE(hosts_may_change_while_they_are_called),
        CASE(destroy_waits_for_a_handler),
    };
    return cmocka_run_group_tests_name("hosts_threads", tests, NULL, NULL);
}
