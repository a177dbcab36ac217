/* native/hosts.c and api/call.c: host calls of C functions, answered on the dispatcher's thread or from anywhere. */
#include <sched.h>
#include <stdlib.h>

#include <sched.h>
#include <unistd.h>

#include "core/layout.h"
#include "pool_guest.h"
#include "support/native_pool.h"
#include "support/prelude.h"
#include "support/threads.h"

#define LARGE_BYTES (5u << 20)
#define MANY 200u

static pool_t *pool;
static struct gate gate;

static int setup(void **state)
{
    (void)state;
    pool = native_pool_make(2, 0);
    gate_init(&gate);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    if (pool) native_pool_free(pool);
    return 0;
}

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
    sem_post(&gate.arrived);
}

/* Runs a function as a job and gives its exit code; 0: everything in it was as it should be. */
static uint32_t run(pool_function function, void *user)
{
    return native_await(pool, native_submit(pool, function, user)).code;
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
    assert_int_equal(pool_host_set(pool, "echo", echo, NULL), 0);
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
    assert_int_equal(pool_host_set(pool, "somebody", echo, NULL), 0);
    assert_int_equal(run(call_anything, name), (uint32_t)POOL_ENOENT);
    assert_int_equal(pool_host_set(pool, name, echo, NULL), 0);
    assert_int_equal(run(call_anything, name), 4);
    assert_int_equal(pool_host_set(pool, name, NULL, NULL), 0);
    assert_int_equal(pool_host_set(pool, name, NULL, NULL), 0);
    assert_int_equal(run(call_anything, name), (uint32_t)POOL_ENOENT);
}

static void call_gets_the_hosts_error(void **state)
{
    (void)state;
    static int32_t errors[] = {-1, -4242, INT32_MIN, POOL_ENOMEM};
    static char name[] = "refuse";
    for (uint32_t i = 0; i < COUNT_OF(errors); i++) {
        assert_int_equal(pool_host_set(pool, name, refuse, &errors[i]), 0);
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
    assert_int_equal(pool_host_set(pool, "ab", name_itself, wrong), 0);
    for (uint32_t i = 0; i < COUNT_OF(names); i++) {
        assert_int_equal(pool_host_set(pool, names[i], name_itself, names[i]), 0);
    }
    assert_int_equal(run(call_names, NULL), 0);
}

static void host_of_a_wrong_name_is_einval(void **state)
{
    (void)state;
    static char name[POOL_NAME_MAX_BYTES + 2];
    memset(name, 'n', sizeof name - 1);
    assert_int_equal(pool_host_set(pool, NULL, echo, NULL), POOL_EINVAL);
    assert_int_equal(pool_host_set(pool, "", echo, NULL), POOL_EINVAL);
    assert_int_equal(pool_host_set(pool, name, echo, NULL), POOL_EINVAL);
    name[POOL_NAME_MAX_BYTES] = '\0';
    assert_int_equal(pool_host_set(pool, name, echo, NULL), 0);
    assert_int_equal(run(call_anything, name), 4);
}

static uint32_t call_wrongly(pool_t *of, void *user)
{
    static char data[1];
    (void)of, (void)user;
    THREAD_CHECK(pool_call("x", 0, NULL, 0, NULL, 0) == POOL_EINVAL);
    THREAD_CHECK(pool_call(NULL, 1, NULL, 0, NULL, 0) == POOL_EINVAL);
    THREAD_CHECK(pool_call("x", POOL_NAME_MAX_BYTES + 1, NULL, 0, NULL, 0) == POOL_EINVAL);
    THREAD_CHECK(pool_call("echo", 4, NULL, 1, NULL, 0) == POOL_EINVAL);
    THREAD_CHECK(pool_call("echo", 4, data, POOL_BYTES_MAX + 1, NULL, 0) == POOL_E2BIG);
    THREAD_CHECK(pool_call_begin("echo", 4, data, SIZE_MAX) == POOL_E2BIG);
    THREAD_CHECK(pool_call_status(0) == POOL_EBADF);
    THREAD_CHECK(pool_call_status(-1) == POOL_EBADF);
    return 0;
}

static void call_that_is_wrong_is_refused(void **state)
{
    (void)state;
    char reply[1];
    assert_int_equal(pool_host_set(pool, "echo", echo, NULL), 0);
    assert_int_equal(run(call_wrongly, NULL), 0);
    assert_int_equal(call("echo", NULL, 0, reply, 1), POOL_ENOSYS); /* this thread runs no job */
    assert_int_equal(begin("echo", NULL, 0), POOL_ENOSYS);
    assert_int_equal(pool_call_status(12345), POOL_EBADF);
    assert_int_equal(pool_reply(pool, 12345, 0, NULL, 0), POOL_EBADF);
}

static void call_is_answered_later_from_another_thread(void **state)
{
    (void)state;
    static char name[] = "keep";
    struct pool_stats stats;
    assert_int_equal(pool_host_set(pool, name, keep, NULL), 0);
    pool_job_t job = native_submit(pool, call_anything, name);
    gate_await_arrival(&gate);
    assert_int_equal(pool_wait(pool, job, 2, NULL), POOL_ETIMEDOUT);
    assert_int_equal(pool_stats(pool, &stats), 0);
    assert_int_equal(stats.n_calls, 1);
    assert_int_equal(pool_reply(pool, atomic_load(&x_kept), 0, "later", 5), 0);
    assert_int_equal(native_await(pool, job).code, 5);
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
    assert_int_equal(pool_host_set(pool, "echo", echo, NULL), 0);
    for (uint32_t i = 0; i < 3; i++) assert_int_equal(run(call_large, NULL), 0);
}

/* A call without data, so that its memory does not hold the answer. */
static uint32_t call_for_much(pool_t *of, void *user)
{
    uint32_t size = (uint32_t)(uintptr_t)user;
    uint8_t *reply = malloc(size);
    (void)of;
    int32_t got = pool_call("much", 4, &size, sizeof size, reply, size);
    for (uint32_t i = 0; i < size && got == (int32_t)size; i++) THREAD_CHECK(reply[i] == (uint8_t)(i * 31));
    free(reply);
    return got == (int32_t)size ? 0 : (uint32_t)-got;
}

static void answer_much(void *user, pool_t *of, pool_call_t handle, const void *data, uint32_t size)
{
    uint32_t n;
    (void)user;
    THREAD_CHECK(size == sizeof n);
    memcpy(&n, data, sizeof n);
    uint8_t *reply = malloc(n);
    for (uint32_t i = 0; i < n; i++) reply[i] = (uint8_t)(i * 31);
    THREAD_CHECK(pool_reply(of, handle, 0, reply, n) == 0); /* whether there is memory now or not */
    THREAD_CHECK(pool_reply(of, handle, 0, reply, n) == POOL_EBADF);
    free(reply); /* it was copied */
}

/* Every caller gets its reply, of any size, from a handler that keeps nothing. */
static void reply_of_any_size_reaches_its_caller(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {1, 256, 257, 65536, 1 << 20, 5 << 20, POOL_BYTES_MAX - 1, POOL_BYTES_MAX};
    pool_job_t jobs[3 * COUNT_OF(sizes)];
    assert_int_equal(pool_host_set(pool, "much", answer_much, NULL), 0);
    for (uint32_t i = 0; i < COUNT_OF(jobs); i++) {
        jobs[i] = native_submit(pool, call_for_much, (void *)(uintptr_t)sizes[i % COUNT_OF(sizes)]);
    }
    for (uint32_t i = 0; i < COUNT_OF(jobs); i++) assert_int_equal(native_await(pool, jobs[i]).code, 0);
}

/* Memory is in the hands of others when the host answers: the caller waits, and has it when they give it back. */
static void reply_waits_for_memory_that_others_have(void **state)
{
    (void)state;
    static const char byte = 1;
    pool_fd_t full[32][2];
    uint32_t n = 0;
    struct pool_stats stats;
    pool_t *small = NULL, *whole = pool;
    assert_int_equal(pool_create(&(struct pool_config){.n_workers = 1, .max_memory_mib = 32}, &small), 0);
    pool = small;
    assert_int_equal(pool_host_set(pool, "much", answer_much, NULL), 0);
    int32_t status = 1;
    while (n < COUNT_OF(full) && status == 1) { /* a MiB each, until there is no more */
        assert_int_equal(pool_pipe(pool, POOL_PIPE_MAX_BYTES, full[n]), 0);
        assert_int_equal(pool_set_nonblocking(pool, full[n][1], true), 0);
        for (uint32_t tries = 0; tries < 300 && (status = pool_write(pool, full[n][1], &byte, 1)) < 0; tries++) {
            usleep(1000);
        }
        n++;
    }
    assert_true(status < 0);
    pool_job_t job = native_submit(pool, call_for_much, (void *)(uintptr_t)POOL_PIPE_MAX_BYTES);
    do {
        sched_yield();
        assert_int_equal(pool_stats(pool, &stats), 0);
    } while (stats.n_calls == 0);
    assert_int_equal(pool_wait(pool, job, 20, NULL), POOL_ETIMEDOUT);
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t end = 0; end < 2; end++) assert_int_equal(pool_close(pool, full[i][end]), 0);
    }
    assert_int_equal(native_await(pool, job).code, 0);
    assert_int_equal(pool_destroy(small), 0);
    pool = whole;
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
    assert_int_equal(pool_host_set(pool, "echo", echo, NULL), 0);
    pool_job_t jobs[3];
    for (uint32_t i = 0; i < 3; i++) jobs[i] = native_submit(pool, call_many, NULL);
    for (uint32_t i = 0; i < 3; i++) assert_int_equal(native_await(pool, jobs[i]).code, 0);
    assert_int_equal(pool_stats(pool, &stats), 0);
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
    gate_arrive(&gate);
    THREAD_CHECK(pool_read(of, (pool_fd_t)fd, reply, sizeof reply) == 0); /* an error has no data */
    int32_t status = pool_call_status(fd);
    THREAD_CHECK(pool_close(of, (pool_fd_t)fd) == 0);
    return (uint32_t)status;
}

static void status_is_eagain_until_the_answer(void **state)
{
    (void)state;
    static char name[] = "keep";
    assert_int_equal(pool_host_set(pool, name, keep, NULL), 0);
    pool_job_t job = native_submit(pool, begin_and_ask, name);
    gate_await_arrival(&gate);
    gate_await_arrival(&gate); /* the job, and its call */
    assert_int_equal(pool_reply(pool, atomic_load(&x_kept), -77, NULL, 0), 0);
    gate_open(&gate);
    assert_int_equal(native_await(pool, job).code, (uint32_t)-77);
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
    assert_int_equal(pool_host_set(pool, name, keep, NULL), 0);
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(run(begin_and_leave, name), 3);
        do {
            int status = pool_reply(pool, atomic_load(&x_kept), 0, "too late", 8);
            assert_true(status == 0 || status == POOL_EBADF); /* it may never have been taken */
            sched_yield();
            assert_int_equal(pool_stats(pool, &stats), 0);
        } while (stats.n_calls);
    }
}

static void caller_that_is_cancelled_is_told_and_the_reply_is_no_error(void **state)
{
    (void)state;
    static char name[] = "keep";
    assert_int_equal(pool_host_set(pool, name, keep, NULL), 0);
    pool_job_t job = native_submit(pool, call_anything, name);
    gate_await_arrival(&gate);
    assert_int_equal(pool_cancel(pool, job), 0);
    assert_int_equal(native_await(pool, job).outcome, POOL_CANCELLED);
    assert_int_equal(pool_reply(pool, atomic_load(&x_kept), 0, "too late", 8), 0);
    assert_int_equal(pool_reply(pool, atomic_load(&x_kept), 0, "too late", 8), POOL_EBADF);
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
    assert_int_equal(pool_host_set(pool, name, keep, NULL), 0);
    native_submit(pool, call_and_tell, name);
    gate_await_arrival(&gate);
    native_pool_free(pool);
    pool = NULL;
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
        THREAD_CHECK(pool_host_set(pool, name, i % 3 ? echo : NULL, NULL) == 0);
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
    pool_job_t job = native_submit(pool, call_while_hosts_change, NULL);
    thread_join(thread);
    assert_int_equal(native_await(pool, job).code, 0);
}

/* The dispatcher is in a handler while the pool is destroyed: it is waited for. */
static void *destroy_in_thread(void *unused)
{
    (void)unused;
    return (void *)(intptr_t)pool_destroy(pool);
}

static void destroy_waits_for_a_handler(void **state)
{
    (void)state;
    static char name[] = "slow";
    assert_int_equal(pool_host_set(pool, name, serve_slowly, &gate), 0);
    native_submit(pool, call_anything, name);
    gate_await_arrival(&gate);
    pthread_t thread = thread_start(destroy_in_thread, NULL);
    while (!atomic_load(&pool->x_closing)) sched_yield();
    gate_open(&gate);
    assert_int_equal((intptr_t)thread_join(thread), 0);
    pool = NULL;
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(call_is_answered_in_the_handler),
        CASE(call_of_a_name_that_nobody_serves_is_enoent),
        CASE(call_gets_the_hosts_error),
        CASE(call_reaches_the_host_of_its_name),
        CASE(host_of_a_wrong_name_is_einval),
        CASE(call_that_is_wrong_is_refused),
        CASE(call_is_answered_later_from_another_thread),
        CASE(call_carries_5_mb_both_ways),
        CASE(reply_of_any_size_reaches_its_caller),
        CASE(reply_waits_for_memory_that_others_have),
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
