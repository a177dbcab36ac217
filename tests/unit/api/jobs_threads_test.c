/* pool_wait and pool_wait_any: from threads of the program's own, and from jobs. */
#include <sched.h>

#include "support/native_pool.h"
#include "support/prelude.h"
#include "support/threads.h"

#define WAITERS 8u

static void wait_looks_only_with_timeout_0(void **state)
{
    (void)state;
    struct pool_result result = {.outcome = 99};
    pool_job_t job = native_submit(native.pool, job_at_gate, &native.gate);
    gate_await_arrival(&native.gate);
    assert_int_equal(pool_wait(native.pool, job, 0, &result), POOL_EAGAIN);
    assert_int_equal(result.outcome, 99);
    assert_int_equal(pool_release(native.pool, job), POOL_EBUSY);
    gate_open(&native.gate);
    assert_int_equal(pool_wait(native.pool, job, POOL_FOREVER, NULL), 0);
    for (uint32_t i = 0; i < 3; i++) { /* again and again, until it is released */
        assert_int_equal(pool_wait(native.pool, job, 0, &result), 0);
        assert_int_equal(result.outcome, POOL_EXITED);
        assert_int_equal(result.code, 7);
    }
    assert_int_equal(pool_release(native.pool, job), 0);
    assert_int_equal(pool_wait(native.pool, job, 0, &result), POOL_EBADF);
    assert_int_equal(pool_release(native.pool, job), POOL_EBADF);
}

static void wait_whose_time_runs_out_is_etimedout(void **state)
{
    (void)state;
    uint32_t index = 99;
    pool_job_t job = native_submit(native.pool, job_at_gate, &native.gate);
    assert_int_equal(pool_wait(native.pool, job, 5, NULL), POOL_ETIMEDOUT);
    assert_int_equal(pool_wait_any(native.pool, &job, 1, 1, &index), POOL_ETIMEDOUT);
    assert_int_equal(index, 99);
    gate_open(&native.gate);
    native_await(native.pool, job);
}

static void wait_for_nonsense_is_refused(void **state)
{
    (void)state;
    uint32_t index = 99;
    pool_job_t jobs[3] = {0, 0, 0};
    assert_int_equal(pool_wait(native.pool, 0, POOL_FOREVER, NULL), POOL_EBADF);
    assert_int_equal(pool_wait(native.pool, 12345, POOL_FOREVER, NULL), POOL_EBADF);
    assert_int_equal(pool_wait_any(native.pool, jobs, 3, POOL_FOREVER, &index), POOL_EINVAL);
    assert_int_equal(pool_wait_any(native.pool, NULL, 0, POOL_FOREVER, &index), POOL_EINVAL);
    jobs[1] = 12345;
    assert_int_equal(pool_wait_any(native.pool, jobs, 3, POOL_FOREVER, &index), POOL_EBADF);
    assert_int_equal(index, 99);
}

static void wait_any_tells_the_first_that_has_ended(void **state)
{
    (void)state;
    struct gate other;
    uint32_t index = 99;
    gate_init(&other);
    pool_job_t jobs[] = {0, native_submit(native.pool, job_at_gate, &native.gate), 0,
                         native_submit(native.pool, job_at_gate, &other)};
    assert_int_equal(pool_wait_any(native.pool, jobs, 4, 0, &index), POOL_EAGAIN);
    gate_open(&other);
    assert_int_equal(pool_wait_any(native.pool, jobs, 4, POOL_FOREVER, &index), 0);
    assert_int_equal(index, 3);
    gate_open(&native.gate);
    assert_int_equal(pool_wait(native.pool, jobs[1], POOL_FOREVER, NULL), 0);
    assert_int_equal(pool_wait_any(native.pool, jobs, 4, POOL_FOREVER, &index), 0);
    assert_int_equal(index, 1);
    for (uint32_t i = 1; i < 4; i += 2) assert_int_equal(pool_release(native.pool, jobs[i]), 0);
}

struct waiter {
    pthread_t thread;
    pool_job_t job;
    uint32_t code;
};

static void *wait_for_job(void *argument)
{
    struct waiter *waiter = argument;
    struct pool_result result;
    THREAD_CHECK(pool_wait(native.pool, waiter->job, POOL_FOREVER, &result) == 0);
    waiter->code = result.code;
    return NULL;
}

static void several_threads_can_wait_for_one_job(void **state)
{
    (void)state;
    struct waiter waiters[WAITERS];
    pool_job_t job = native_submit(native.pool, job_at_gate, &native.gate);
    for (uint32_t i = 0; i < WAITERS; i++) {
        waiters[i].job = job;
        waiters[i].thread = thread_start(wait_for_job, &waiters[i]);
    }
    gate_open(&native.gate);
    for (uint32_t i = 0; i < WAITERS; i++) {
        thread_join(waiters[i].thread);
        assert_int_equal(waiters[i].code, 7);
    }
    assert_int_equal(pool_release(native.pool, job), 0);
}

static uint32_t return_user(pool_t *of, void *user)
{
    (void)of;
    return (uint32_t)(uintptr_t)user;
}

/* Each as soon as it was submitted: just when it is about to end. */
static void *submit_and_wait(void *argument)
{
    uint32_t base = (uint32_t)(uintptr_t)argument * 100000;
    for (uint32_t i = 0; i < 1000; i++) {
        struct pool_job_config config = {.function = return_user, .user = (void *)(uintptr_t)(base + i)};
        struct pool_result result;
        pool_job_t job;
        THREAD_CHECK(pool_submit(native.pool, &config, &job) == 0);
        THREAD_CHECK(pool_wait(native.pool, job, POOL_FOREVER, &result) == 0);
        THREAD_CHECK(result.code == base + i && result.outcome == POOL_EXITED);
        THREAD_CHECK(pool_release(native.pool, job) == 0);
    }
    return NULL;
}

static void many_threads_wait_for_jobs_of_their_own(void **state)
{
    (void)state;
    pthread_t threads[WAITERS];
    for (uint32_t i = 0; i < WAITERS; i++) threads[i] = thread_start(submit_and_wait, (void *)(uintptr_t)(i + 1));
    for (uint32_t i = 0; i < WAITERS; i++) thread_join(threads[i]);
}

static pool_job_t waited_for;

static uint32_t wait_in_job(pool_t *of, void *user)
{
    struct pool_result result = {.code = 0};
    (void)user;
    int status = pool_wait(of, waited_for, POOL_FOREVER, &result);
    return status < 0 ? (uint32_t)status : result.code;
}

static void job_can_wait_for_another(void **state)
{
    (void)state;
    waited_for = native_submit(native.pool, job_at_gate, &native.gate);
    pool_job_t job = native_submit(native.pool, wait_in_job, NULL);
    assert_int_equal(pool_wait(native.pool, job, 1, NULL), POOL_ETIMEDOUT);
    gate_open(&native.gate);
    assert_int_equal(native_await(native.pool, job).code, 7);
    native_await(native.pool, waited_for);
}

static _Atomic int32_t x_status;

static uint32_t wait_and_tell(pool_t *of, void *user)
{
    (void)user;
    atomic_store(&x_status, pool_wait(of, waited_for, POOL_FOREVER, NULL));
    return 0;
}

static void job_that_is_cancelled_while_it_waits_is_told_so(void **state)
{
    (void)state;
    waited_for = native_submit(native.pool, job_at_gate, &native.gate);
    gate_await_arrival(&native.gate);
    pool_job_t job = native_submit(native.pool, wait_and_tell, NULL);
    assert_int_equal(pool_wait(native.pool, job, 2, NULL), POOL_ETIMEDOUT);
    assert_int_equal(pool_cancel(native.pool, job), 0);
    assert_int_equal(native_await(native.pool, job).outcome, POOL_CANCELLED);
    if (atomic_load(&x_status)) assert_int_equal(atomic_load(&x_status), POOL_ECANCELED); /* 0: it had not begun */
    gate_open(&native.gate);
    native_await(native.pool, waited_for);
}

static uint32_t wait_for_self(pool_t *of, void *user)
{
    return (uint32_t)pool_wait(of, *(const pool_job_t *)user, 1, NULL);
}

static void job_that_waits_for_itself_runs_out_of_time(void **state)
{
    (void)state;
    static pool_job_t job;
    pool_job_t first = native_submit(native.pool, job_at_gate, &native.gate),
               second = native_submit(native.pool, job_at_gate, &native.gate);
    gate_await_arrival(&native.gate);
    gate_await_arrival(&native.gate); /* both workers are busy, so that `job` is set before it begins */
    job = native_submit(native.pool, wait_for_self, &job);
    gate_open(&native.gate);
    gate_open(&native.gate);
    assert_int_equal(native_await(native.pool, job).code, (uint32_t)POOL_ETIMEDOUT);
    native_await(native.pool, first);
    native_await(native.pool, second);
}

static void *release_job(void *argument)
{
    const struct waiter *waiter = argument;
    int status = pool_wait(native.pool, waiter->job, POOL_FOREVER, NULL);
    THREAD_CHECK(status == 0 || status == POOL_EBADF);
    status = pool_release(native.pool, waiter->job);
    THREAD_CHECK(status == 0 || status == POOL_EBADF);
    return (void *)(uintptr_t)(status == 0);
}

/* A handle is released once, whoever comes first, and the others are told. */
static void release_from_several_threads_succeeds_once(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 200; round++) {
        struct waiter waiters[4];
        uintptr_t released = 0;
        pool_job_t job = native_submit(native.pool, return_user, NULL);
        for (uint32_t i = 0; i < 4; i++) {
            waiters[i].job = job;
            waiters[i].thread = thread_start(release_job, &waiters[i]);
        }
        for (uint32_t i = 0; i < 4; i++) released += (uintptr_t)thread_join(waiters[i].thread);
        assert_int_equal(released, 1);
    }
}

static void wait_where_threads_must_not_block_is_ewouldblock(void **state)
{
    (void)state;
    uint32_t index;
    pool_job_t job = native_submit(native.pool, job_at_gate, &native.gate);
    gate_await_arrival(&native.gate);
    assert_int_equal(pool_wait(native.pool, job, 0, NULL), POOL_EAGAIN);
    gate_open(&native.gate);
    assert_int_equal(pool_wait(native.pool, job, POOL_FOREVER, NULL), 0);
    native_pool_free(native.pool); /* nobody reads the hooks any more */
    port_set_hooks(&(struct port_hooks){.must_not_block = true});
    assert_int_equal(pool_create(&(struct pool_config){.n_workers = 1}, &native.pool), 0);
    job = native_submit(native.pool, job_at_gate, &native.gate);
    assert_int_equal(pool_wait(native.pool, job, POOL_FOREVER, NULL), POOL_EWOULDBLOCK);
    assert_int_equal(pool_wait_any(native.pool, &job, 1, 1, &index), POOL_EWOULDBLOCK);
    gate_open(&native.gate);
    while (pool_wait(native.pool, job, 0, NULL) == POOL_EAGAIN) sched_yield();
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, native_rig_setup, native_rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(wait_looks_only_with_timeout_0),
        CASE(wait_whose_time_runs_out_is_etimedout),
        CASE(wait_for_nonsense_is_refused),
        CASE(wait_any_tells_the_first_that_has_ended),
        CASE(several_threads_can_wait_for_one_job),
        CASE(many_threads_wait_for_jobs_of_their_own),
        CASE(job_can_wait_for_another),
        CASE(job_that_is_cancelled_while_it_waits_is_told_so),
        CASE(job_that_waits_for_itself_runs_out_of_time),
        CASE(release_from_several_threads_succeeds_once),
        CASE(wait_where_threads_must_not_block_is_ewouldblock),
    };
    return cmocka_run_group_tests_name("wait_threads", tests, NULL, NULL);
}
