/* worker/link_call.c: a host call that a script makes in the midst of a guest's call. The test is the host as well; it
 * answers while the script waits, at a look at the clock.
 */
#include "worker/link_call.h"

#include "client/client.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/test_worker.h"

static struct pool *pool;
static pool_job_t job;
static int32_t status;

static void answer_meanwhile(void)
{
    fake.on_look = NULL;
    pool_call_t call = test_take_call(pool, job);
    assert_int_equal(pool_reply(pool, call, status, "answer", 6), 0);
}

static int setup(void **state)
{
    if (test_worker_setup(state)) return -1;
    pool = *state;
    assert_int_equal(client_join(pool, false), 0);
    job = test_submit(pool, 1);
    test_worker_enter(1);
    pool->n_cores = 4; /* so that it looks before it sleeps */
    fake.step_ns = MS_NS / 10;
    return 0;
}

static int teardown(void **state)
{
    fake.on_look = NULL;
    if (test_worker_state(pool, 1) == WORKER_GUEST) test_worker_return(0);
    assert_int_equal(test_free_calls(pool), POOL_CALLS_MAX);
    return test_worker_teardown(state);
}

static void put(const struct link_call *call)
{
    assert_int_equal(call->status, 0);
    assert_int_equal(test_worker_state(pool, 1), WORKER_RUNTIME);
    memcpy(call->at, "hostquestion", 12);
}

static void script_gets_the_reply_and_the_hosts_error(void **state)
{
    (void)state;
    static const int32_t statuses[] = {0, POOL_ENOENT, -4242};
    for (uint32_t i = 0; i < COUNT_OF(statuses); i++) {
        status = statuses[i];
        put(link_begin(4, 8));
        fake.on_look = answer_meanwhile;
        struct link_call *call = link_send();
        assert_int_equal(call->status, status);
        assert_int_equal(call->size_bytes, 6);
        assert_memory_equal(call->at, "answer", 6);
        link_end();
        assert_int_equal(test_worker_state(pool, 1), WORKER_GUEST);
    }
}

static void call_that_cannot_be_begun_is_over(void **state)
{
    (void)state;
    assert_int_equal(link_begin(0, 8)->status, POOL_EINVAL);
    assert_int_equal(link_begin(POOL_NAME_MAX_BYTES + 1, 0)->status, POOL_EINVAL);
    assert_int_equal(link_begin(4, POOL_BYTES_MAX)->status, POOL_E2BIG);
    assert_int_equal(test_worker_state(pool, 1), WORKER_GUEST);
}

static void name_that_is_not_utf8_is_einval(void **state)
{
    (void)state;
    memcpy(link_begin(1, 0)->at, "\xff", 1);
    assert_int_equal(link_send()->status, POOL_EINVAL);
    link_end();
    assert_int_equal(test_worker_state(pool, 1), WORKER_GUEST);
}

static void cancel_meanwhile(void)
{
    fake.on_look = NULL;
    assert_int_equal(pool_cancel(pool, job), 0);
}

static void cancel_is_a_status_and_unwinds_only_the_guests_next_call(void **state)
{
    (void)state;
    put(link_begin(4, 8));
    fake.on_look = cancel_meanwhile;
    assert_int_equal(link_send()->status, POOL_ECANCELED);
    link_end();
    assert_int_equal(test_worker_state(pool, 1), WORKER_GUEST);
    assert_int_equal(link_begin(4, 8)->status, POOL_ECANCELED);
    assert_int_equal(test_worker_state(pool, 1), WORKER_GUEST);
    assert_unwinds(guest_sched_yield());
    test_worker_unwound();
    assert_int_equal(test_result(pool, job).outcome, POOL_CANCELLED);
    struct client_call call;
    assert_int_equal(client_call(pool, 0, &call), POOL_EBADF); /* nobody waits for it: the host gives its place back */
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(script_gets_the_reply_and_the_hosts_error),
        CASE(call_that_cannot_be_begun_is_over),
        CASE(name_that_is_not_utf8_is_einval),
        CASE(cancel_is_a_status_and_unwinds_only_the_guests_next_call),
    };
    return cmocka_run_group_tests_name("link_call", tests, NULL, NULL);
}
