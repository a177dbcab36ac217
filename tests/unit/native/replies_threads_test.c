/* native/replies.c: replies of any size reach their callers, whatever memory there is. */
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "pool_guest.h"
#include "support/native_pool.h"
#include "support/prelude.h"
#include "support/threads.h"

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
    assert_int_equal(pool_host_set(native.pool, "much", answer_much, NULL), 0);
    for (uint32_t i = 0; i < COUNT_OF(jobs); i++) {
        jobs[i] = native_submit(native.pool, call_for_much, (void *)(uintptr_t)sizes[i % COUNT_OF(sizes)]);
    }
    for (uint32_t i = 0; i < COUNT_OF(jobs); i++) assert_int_equal(native_await(native.pool, jobs[i]).code, 0);
}

/* Memory is in the hands of others when the host answers: the caller waits, and has it when they give it back. */
static void reply_waits_for_memory_that_others_have(void **state)
{
    (void)state;
    static const char byte = 1;
    pool_fd_t full[32][2];
    uint32_t n = 0;
    struct pool_stats stats;
    pool_t *small = NULL, *whole = native.pool;
    assert_int_equal(pool_create(&(struct pool_config){.n_workers = 1, .max_memory_mib = 32}, &small), 0);
    native.pool = small;
    assert_int_equal(pool_host_set(native.pool, "much", answer_much, NULL), 0);
    int32_t status = 1;
    while (n < COUNT_OF(full) && status == 1) { /* a MiB each, until there is no more */
        assert_int_equal(pool_pipe(native.pool, POOL_PIPE_MAX_BYTES, full[n]), 0);
        assert_int_equal(pool_set_nonblocking(native.pool, full[n][1], true), 0);
        for (uint32_t tries = 0; tries < 300 && (status = pool_write(native.pool, full[n][1], &byte, 1)) < 0; tries++) {
            usleep(1000);
        }
        n++;
    }
    assert_true(status < 0);
    pool_job_t job = native_submit(native.pool, call_for_much, (void *)(uintptr_t)POOL_PIPE_MAX_BYTES);
    do {
        sched_yield();
        assert_int_equal(pool_stats(native.pool, &stats), 0);
    } while (stats.n_calls == 0);
    assert_int_equal(pool_wait(native.pool, job, 20, NULL), POOL_ETIMEDOUT);
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t end = 0; end < 2; end++) assert_int_equal(pool_close(native.pool, full[i][end]), 0);
    }
    assert_int_equal(native_await(native.pool, job).code, 0);
    assert_int_equal(pool_destroy(small), 0);
    native.pool = whole;
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, native_rig_setup, native_rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(reply_of_any_size_reaches_its_caller),
        CASE(reply_waits_for_memory_that_others_have),
    };
    return cmocka_run_group_tests_name("replies_threads", tests, NULL, NULL);
}
