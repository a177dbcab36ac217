/* worker/crossing.c: between a guest's code and ours, and how a guest is unwound. */
#include "support/fake_guest.h"
#include "support/fake_port.h"
#include "support/piped_job.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/test_worker.h"

static void worker_is_in_guest_state_exactly_while_the_guest_runs(void **state)
{
    struct pool *pool = *state;
    test_submit(pool, 1);
    assert_int_equal(test_worker_state(pool, 1), WORKER_RUNTIME);
    test_worker_begin(1);
    assert_int_equal(test_worker_state(pool, 1), WORKER_RUNTIME);
    assert_int_equal(worker_enter(), 0);
    assert_int_equal(test_worker_state(pool, 1), WORKER_GUEST);
    assert_int_equal(guest_sched_yield(), WASI_SUCCESS);
    assert_int_equal(test_worker_state(pool, 1), WORKER_GUEST);
    worker_leave();
    assert_int_equal(test_worker_state(pool, 1), WORKER_RUNTIME);
    worker_leave(); /* as after a guest that was unwound in a call of ours */
    assert_int_equal(test_worker_state(pool, 1), WORKER_RUNTIME);
    worker_end(POOL_EXITED, 0, 0);
}

static void stack_that_is_nearly_used_up_ends_a_guest_before_the_call_begins(void **state)
{
    struct pool *pool = *state;
    test_submit(pool, 1);
    test_worker_begin(1);
    assert_int_equal(worker_enter(), 0);
    fake.on_need_stack = fake_port_unwind;
    assert_unwinds(guest_sched_yield());
    assert_int_equal(test_worker_state(pool, 1), WORKER_GUEST);
    fake.on_need_stack = NULL; /* the guest's frames are gone */
    worker_leave();
    assert_int_equal(test_worker_state(pool, 1), WORKER_RUNTIME);
    worker_end(POOL_TRAPPED, POOL_TRAP_STACK_OVERFLOW, 0);
}

static struct pool *pool_meanwhile;

static void cancel_before_the_guest_runs_keeps_it_from_running(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    test_worker_begin(1);
    assert_int_equal(pool_cancel(pool, job), 0);
    assert_int_equal(worker_enter(), POOL_ECANCELED);
    assert_int_equal(worker_left_by(), POOL_CANCELLED);
    worker_end(POOL_CANCELLED, 0, 0);
    assert_int_equal(test_result(pool, job).outcome, POOL_CANCELLED);
}

/* What a guest can call, each with arguments that make it succeed or fail at once. */
static void call_sched_yield(void)
{
    guest_sched_yield();
}

static void call_args_get(void)
{
    guest_args_get(0, 64);
}

static void call_args_sizes_get(void)
{
    guest_args_sizes_get(0, 4);
}

static void call_clock_time_get(void)
{
    guest_clock_time_get(0, 0, 0);
}

static void call_random_get(void)
{
    guest_random_get(0, 16);
}

static void call_fd_write(void)
{
    guest_fd_write(1, 0, 0, 0);
}

static void call_fd_read(void)
{
    guest_fd_read(0, 0, 0, 0);
}

static void call_fd_close(void)
{
    guest_fd_close(9);
}

static void call_fd_tell(void)
{
    guest_fd_tell(1, 0);
}

static void call_fd_prestat_get(void)
{
    guest_fd_prestat_get(3, 0);
}

static void call_path_create_directory(void)
{
    guest_path_create_directory(3, 0, 0);
}

static void call_sock_shutdown(void)
{
    guest_sock_shutdown(0, 0);
}

static void call_proc_raise(void)
{
    guest_proc_raise(9);
}

static void call_poll_oneoff(void)
{
    guest_poll_oneoff(0, 0, 0, 0);
}

static void call_with_a_bad_pointer(void)
{
    guest_args_sizes_get(UINT32_MAX, UINT32_MAX);
}

static void call_that_would_sleep(void)
{
    guest_fd_read(0, fake_guest_iovec(64, 8), 1, 0);
}

static void (*const calls[])(void) = {
    call_sched_yield,
    call_args_get,
    call_args_sizes_get,
    call_clock_time_get,
    call_random_get,
    call_fd_write,
    call_fd_read,
    call_fd_close,
    call_fd_tell,
    call_fd_prestat_get,
    call_proc_raise,
    call_poll_oneoff,
    call_sock_shutdown,
    call_path_create_directory,
    call_with_a_bad_pointer,
    call_that_would_sleep,
};

static void check_cancel_at(struct pool *pool, void (*call)(void))
{
    pool_job_t job = test_submit_with_pipes(pool);
    test_worker_enter(4);
    assert_int_equal(pool_cancel(pool, job), 0);
    assert_unwinds((call(), 0));
    assert_int_equal(test_worker_state(pool, 1), WORKER_RUNTIME);
    test_worker_unwound();
    assert_int_equal(test_result(pool, job).outcome, POOL_CANCELLED);
    assert_int_equal(coordinator_next_kill(pool), 0);
    test_close_and_release(pool, job);
}

static void cancel_unwinds_the_guest_at_whatever_it_calls_next(void **state)
{
    struct pool *pool = *state;
    for (uint32_t i = 0; i < COUNT_OF(calls); i++) {
        ROUND("%u", i);
        check_cancel_at(pool, calls[i]);
    }
}

static pool_job_t cancelled_meanwhile;

static void cancel_meanwhile(void)
{
    fake.on_look = NULL;
    assert_int_equal(pool_cancel(pool_meanwhile, cancelled_meanwhile), 0);
}

static void cancel_during_a_call_unwinds_at_its_end(void **state)
{
    struct pool *pool = pool_meanwhile = *state;
    pool_job_t job = cancelled_meanwhile = test_submit_with_pipes(pool);
    test_worker_enter(4);
    fake.on_look = cancel_meanwhile;
    assert_unwinds(guest_clock_time_get(0, 0, 0));
    test_worker_unwound();
    assert_int_equal(test_result(pool, job).outcome, POOL_CANCELLED);
    test_close_and_release(pool, job);
}

static void cancel_of_one_job_does_not_touch_the_next_on_that_worker(void **state)
{
    struct pool *pool = *state;
    for (uint32_t i = 0; i < 10000; i++) {
        pool_job_t first = test_submit(pool, 1);
        test_worker_enter(1);
        pool_job_t second = test_submit(pool, 2);
        if (i % 2) assert_int_equal(pool_cancel(pool, first), 0);
        test_worker_return(1);
        test_worker_enter(2);
        if (i % 2 == 0) assert_int_equal(pool_cancel(pool, first), 0);
        assert_int_equal(guest_sched_yield(), WASI_SUCCESS);
        test_worker_return(2);
        assert_int_equal(test_result(pool, first).code, 1);
        assert_int_equal(test_result(pool, second).code, 2);
        assert_int_equal(pool_release(pool, first), 0);
        assert_int_equal(pool_release(pool, second), 0);
    }
    assert_pool_is_empty(pool);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, test_worker_setup, test_worker_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(worker_is_in_guest_state_exactly_while_the_guest_runs),
        CASE(stack_that_is_nearly_used_up_ends_a_guest_before_the_call_begins),
        CASE(cancel_before_the_guest_runs_keeps_it_from_running),
        CASE(cancel_unwinds_the_guest_at_whatever_it_calls_next),
        CASE(cancel_during_a_call_unwinds_at_its_end),
        CASE(cancel_of_one_job_does_not_touch_the_next_on_that_worker),
    };
    return cmocka_run_group_tests_name("crossing", tests, NULL, NULL);
}
