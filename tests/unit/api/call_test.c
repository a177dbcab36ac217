/* api/call.c: host calls that C functions make. The test is the host as well; it answers while the job waits, at a look at
 * the clock.
 */
#include "client/client.h"
#include "core/handle.h"
#include "pool_guest.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/running_job.h"
#include "support/test_pool.h"
#include "sync/calls.h"
#include "sync/self.h"

static struct pool *pool;

static int setup(void **state)
{
    if (running_job_setup(state)) return -1;
    pool = *state;
    fake.step_ns = MS_NS / 10; /* time goes on, so that waiting ends */
    assert_int_equal(client_join(pool, false), 0);
    running_job_begin_bare();
    running_job_become();
    return 0;
}

static int32_t call(void *reply_out, size_t capacity)
{
    return pool_call("host", 4, "question", 8, reply_out, capacity);
}

static pool_call_t take(void)
{
    return test_take_call(pool, running.handle);
}

static int32_t answer_status;
static const char *error_text = "";

static void answer_meanwhile(void)
{
    fake.on_look = NULL;
    const char *text = answer_status ? error_text : "answer";
    assert_int_equal(pool_reply(pool, take(), answer_status, text, (uint32_t)strlen(text)), 0);
}

static void answer(int32_t status)
{
    answer_status = status;
    fake.on_look = answer_meanwhile;
}

static void call_gets_the_reply(void **state)
{
    (void)state;
    char reply[10] = {0};
    answer(0);
    assert_int_equal(call(reply, sizeof reply), 6);
    assert_string_equal(reply, "answer");
}

static void call_gets_as_much_of_the_reply_as_fits_and_how_large_it_was(void **state)
{
    (void)state;
    char reply[10] = {0};
    answer(0);
    assert_int_equal(call(reply, 3), 6);
    assert_string_equal(reply, "ans");
    answer(0);
    assert_int_equal(call(NULL, 0), 6);
}

static void call_gets_the_hosts_error(void **state)
{
    (void)state;
    static const int32_t errors[] = {-1, POOL_ENOENT, -4242, INT32_MIN};
    for (uint32_t i = 0; i < COUNT_OF(errors); i++) {
        char reply[] = "something";
        answer(errors[i]);
        assert_int_equal(call(reply, sizeof reply), errors[i]);
        assert_string_equal(reply, "");
    }
}

static void call_gets_the_text_of_the_hosts_error_cut_to_fit(void **state)
{
    (void)state;
    static const struct {
        size_t capacity;
        const char *expected;
    } cases[] = {{10, "no luck\0+"}, {8, "no luck\0+"}, {7, "no luc\0++"}, {1, "\0++++++++"}, {0, "+++++++++"}};
    error_text = "no luck";
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        char reply[] = "++++++++++";
        answer(-77);
        assert_int_equal(call(reply, cases[i].capacity), -77);
        assert_memory_equal(reply, cases[i].expected, 9);
    }
    error_text = "";
}

static void call_that_is_refused_leaves_an_empty_text(void **state)
{
    (void)state;
    char reply[] = "something";
    assert_int_equal(pool_call("", 0, NULL, 0, reply, sizeof reply), POOL_EINVAL);
    assert_string_equal(reply, "");
}

/* Without an answer the other end is gone: whoever served has stopped. */
static void close_meanwhile(void)
{
    fake.on_look = NULL;
    pool__call_answer(pool, pool__call_claim(pool, take()), POOL_EAGAIN, 0, 0);
}

static void call_that_is_never_answered_is_epipe(void **state)
{
    (void)state;
    fake.on_look = close_meanwhile;
    assert_int_equal(call(NULL, 0), POOL_EPIPE);
    assert_int_equal(test_free_calls(pool), CALLS_MAX);
}

static void call_of_a_cancelled_job_is_ecanceled_and_given_up(void **state)
{
    (void)state;
    struct client_call taken;
    running_job_cancel();
    assert_int_equal(call(NULL, 0), POOL_ECANCELED);
    assert_int_equal(client_call(pool, 0, &taken), POOL_EBADF); /* nobody wants its reply any more */
    assert_int_equal(test_free_calls(pool), CALLS_MAX);
}

static void call_when_nobody_serves_is_enoent(void **state)
{
    (void)state;
    atomic_store(&pool->x_served, 0);
    assert_int_equal(call(NULL, 0), POOL_ENOENT);
    assert_int_equal(pool_call_begin("host", 4, NULL, 0), POOL_ENOENT);
}

static void assert_enosys(void)
{
    assert_int_equal(call(NULL, 0), POOL_ENOSYS);
    assert_int_equal(pool_call_begin("host", 4, NULL, 0), POOL_ENOSYS);
    assert_int_equal(pool_call_status(OWN_REPLY_0), POOL_EBADF);
}

static void only_jobs_call(void **state)
{
    (void)state;
    struct sleeper worker = {.pool = pool, .waiter = WAITER_WORKER_0 + 2};
    pool__self_set(NULL);
    assert_enosys();
    pool__self_set(&worker); /* a worker that runs nothing */
    assert_enosys();
    running_job_become();
}

static void call_that_is_wrong_is_refused_and_is_none(void **state)
{
    (void)state;
    static char name[POOL_NAME_MAX_BYTES + 1], data[1];
    memset(name, 'n', sizeof name);
    static const struct {
        const char *name;
        size_t name_bytes;
        const void *data;
        size_t size_bytes;
        int error;
    } cases[] = {
        {"x", 0, NULL, 0, POOL_EINVAL},
        {NULL, 0, NULL, 0, POOL_EINVAL},
        {NULL, 1, NULL, 0, POOL_EINVAL},
        {name, sizeof name, NULL, 0, POOL_EINVAL},
        {name, SIZE_MAX, NULL, 0, POOL_EINVAL},
        {name, (size_t)1 << 32 | 4, NULL, 0, POOL_EINVAL}, /* the lower half alone would do */
        {"\xff", 1, NULL, 0, POOL_EINVAL},
        {"echo\xc3", 5, NULL, 0, POOL_EINVAL},
        {"echo", 4, NULL, 1, POOL_EINVAL},
        {"echo", 4, data, POOL_BYTES_MAX - 3, POOL_E2BIG}, /* with the name */
        {"echo", 4, data, POOL_BYTES_MAX + 1, POOL_E2BIG},
        {"echo", 4, data, (size_t)1 << 32, POOL_E2BIG},
        {"echo", 4, data, SIZE_MAX, POOL_E2BIG},
    };
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        ROUND("%u", i);
        int error = cases[i].error;
        assert_int_equal(pool_call(cases[i].name, cases[i].name_bytes, cases[i].data, cases[i].size_bytes, NULL, 0),
                         error);
        assert_int_equal(pool_call_begin(cases[i].name, cases[i].name_bytes, cases[i].data, cases[i].size_bytes),
                         error);
    }
    assert_int_equal(call(NULL, 1), POOL_EINVAL);
    assert_int_equal(client_take(pool), -1); /* the host has heard of none */
    assert_int_equal(test_free_calls(pool), CALLS_MAX);
}

static void longest_name_and_any_text_are_names(void **state)
{
    (void)state;
    static char name[POOL_NAME_MAX_BYTES];
    memset(name, 'n', sizeof name);
    int32_t fds[] = {pool_call_begin(name, sizeof name, NULL, 0), pool_call_begin("\xc3\xa4", 2, NULL, 0)};
    for (uint32_t i = 0; i < 2; i++) {
        assert_true(fds[i] > 0);
        assert_int_equal(pool_close(pool, (pool_fd_t)fds[i]), 0);
    }
    struct client_call taken;
    for (uint32_t slot = 0; slot < 2; slot++) assert_int_equal(client_call(pool, slot, &taken), POOL_EBADF);
}

static void begun_call_is_a_descriptor_that_has_the_reply(void **state)
{
    (void)state;
    char reply[10] = {0};
    int32_t fd = pool_call_begin("host", 4, "question", 8);
    assert_true(fd > 0);
    assert_int_equal(pool_call_status(fd), POOL_EAGAIN);
    assert_int_equal(pool_reply(pool, take(), 0, "answer", 6), 0);
    assert_int_equal(pool_call_status(fd), 0);
    assert_int_equal(pool_read(pool, (pool_fd_t)fd, reply, sizeof reply), 6);
    assert_string_equal(reply, "answer");
    assert_int_equal(pool_read(pool, (pool_fd_t)fd, reply, sizeof reply), 0);
    assert_int_equal(pool_call_status(fd), 0);
    assert_int_equal(pool_close(pool, (pool_fd_t)fd), 0);
    assert_int_equal(pool_call_status(fd), POOL_EBADF);
}

static void status_is_the_hosts_error_or_epipe_without_an_answer(void **state)
{
    (void)state;
    int32_t fd = pool_call_begin("host", 4, "question", 8);
    assert_int_equal(pool_reply(pool, take(), -77, NULL, 0), 0);
    assert_int_equal(pool_call_status(fd), -77);
    assert_int_equal(pool_close(pool, (pool_fd_t)fd), 0);
    fd = pool_call_begin("host", 4, "question", 8);
    close_meanwhile();
    assert_int_equal(pool_call_status(fd), POOL_EPIPE);
    assert_int_equal(pool_close(pool, (pool_fd_t)fd), 0);
}

static void status_of_what_is_no_call_is_ebadf(void **state)
{
    (void)state;
    static const int32_t none[] = {
        0, -1, INT32_MIN, POOL_STDIN, POOL_STDERR, OWN_REPLY_0, OWN_REPLY_0 + CALLS_MAX, INT32_MAX};
    for (uint32_t i = 0; i < COUNT_OF(none); i++) assert_int_equal(pool_call_status(none[i]), POOL_EBADF);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, running_job_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(call_gets_the_reply),
        CASE(call_gets_as_much_of_the_reply_as_fits_and_how_large_it_was),
        CASE(call_gets_the_hosts_error),
        CASE(call_gets_the_text_of_the_hosts_error_cut_to_fit),
        CASE(call_that_is_refused_leaves_an_empty_text),
        CASE(call_that_is_never_answered_is_epipe),
        CASE(call_of_a_cancelled_job_is_ecanceled_and_given_up),
        CASE(call_when_nobody_serves_is_enoent),
        CASE(only_jobs_call),
        CASE(call_that_is_wrong_is_refused_and_is_none),
        CASE(longest_name_and_any_text_are_names),
        CASE(begun_call_is_a_descriptor_that_has_the_reply),
        CASE(status_is_the_hosts_error_or_epipe_without_an_answer),
        CASE(status_of_what_is_no_call_is_ebadf),
    };
    return cmocka_run_group_tests_name("call", tests, NULL, NULL);
}
