/* A worker's life on one thread: the test plays the script and the guest. */
#include "client/client.h"
#include "support/fake_guest.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/test_worker.h"
#include "sync/sleep.h"
#include "sync/wake.h"
#include "wasi/types.h"

#define TEXT_BYTES 200000u

static pool_fd_t to_guest, from_guest;

/* Submits a job with stdin and stdout. */
static pool_job_t submit_with_pipes(struct pool *pool)
{
    pool_fd_t in[2], out[2];
    pool_job_t job;
    assert_int_equal(pool_pipe(pool, 256, in), 0);
    assert_int_equal(pool_pipe(pool, 256, out), 0);
    struct pool_job_config config = {.module = 4,
                                     .stdio = {{POOL_STDIO_PIPE, in[0]}, {POOL_STDIO_PIPE, out[1]}},
                                     .argv = (const char *const[]){"prog", "-v", NULL},
                                     .envp = (const char *const[]){"A=1", NULL}};
    assert_int_equal(pool_submit(pool, &config, &job), 0);
    to_guest = in[1];
    from_guest = out[0];
    return job;
}

static void close_and_release(struct pool *pool, pool_job_t job)
{
    if (to_guest) assert_int_equal(pool_close(pool, to_guest), 0);
    if (from_guest) assert_int_equal(pool_close(pool, from_guest), 0);
    to_guest = from_guest = 0;
    assert_int_equal(pool_release(pool, job), 0);
    assert_pool_is_empty(pool);
}

static void worker_runs_a_job_from_submit_to_result(void **state)
{
    struct pool *pool = *state;
    uint8_t got[10];
    pool_job_t job = submit_with_pipes(pool);
    assert_int_equal(pool_write(pool, to_guest, "hello", 5), 5);
    test_worker_enter(4);
    uint32_t data = fake_guest_new(10), n = fake_guest_new(4);
    assert_int_equal(guest_fd_read(0, fake_guest_iovec(data, 10), 1, n), WASI_SUCCESS);
    assert_int_equal(fake_guest_u32(n), 5);
    assert_int_equal(guest_fd_write(1, fake_guest_iovec(data, 5), 1, n), WASI_SUCCESS);
    test_worker_return(7);
    struct pool_result result = test_result(pool, job);
    assert_int_equal(result.outcome, POOL_EXITED);
    assert_int_equal(result.code, 7);
    assert_int_equal(result.worker, 1);
    assert_int_equal(pool_read(pool, from_guest, got, sizeof got), 5);
    assert_memory_equal(got, "hello", 5);
    assert_int_equal(pool_read(pool, from_guest, got, sizeof got), 0);
    close_and_release(pool, job);
}

static void worker_takes_jobs_in_their_order(void **state)
{
    struct pool *pool = *state;
    pool_job_t jobs[20];
    for (uint32_t i = 0; i < COUNT_OF(jobs); i++) jobs[i] = test_submit(pool, 100 + i);
    for (uint32_t i = 0; i < COUNT_OF(jobs); i++) {
        test_worker_enter(100 + i);
        test_worker_return(i);
        assert_int_equal(test_result(pool, jobs[i]).code, i);
        assert_int_equal(pool_release(pool, jobs[i]), 0);
    }
    assert_pool_is_empty(pool);
}

static void worker_steps_over_cancelled_jobs(void **state)
{
    struct pool *pool = *state;
    pool_job_t first = test_submit(pool, 1), second = test_submit(pool, 2), third = test_submit(pool, 3);
    assert_int_equal(pool_cancel(pool, first), 0);
    assert_int_equal(pool_cancel(pool, second), 0);
    assert_int_equal(pool_release(pool, second), 0);
    test_worker_enter(3);
    test_worker_return(0);
    assert_int_equal(test_result(pool, first).outcome, POOL_CANCELLED);
    assert_int_equal(test_result(pool, third).outcome, POOL_EXITED);
    assert_int_equal(pool_release(pool, first), 0);
    assert_int_equal(pool_release(pool, third), 0);
    assert_pool_is_empty(pool);
}

/* The wake-up for the second job may have been spent on this worker, which had found the first by itself. */
static void worker_that_takes_a_job_wakes_another_for_the_next(void **state)
{
    struct pool *pool = *state;
    uint32_t other = (uint32_t)coordinator_add_worker(pool);
    test_submit(pool, 1);
    test_submit(pool, 2);
    pool__sched_set_idle(&pool->sched, other);
    uint32_t count = pool__bell_arm(&pool->bells[WAITER_WORKER_0 + other]);
    test_worker_enter(1);
    assert_int_not_equal(atomic_load(&pool->bells[WAITER_WORKER_0 + other].x_count), count);
    test_worker_return(0);
    test_worker_enter(2);
    test_worker_return(0);
}

/* Or a worker that becomes free while the client cancels one job after the other would begin one of them. */
static void worker_next_after_the_client_has_shut_begins_nothing(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    client_shut(pool);
    assert_int_equal(worker_next(), POOL_ESHUTDOWN);
    assert_int_equal(pool_cancel(pool, job), 0);
    assert_int_equal(test_result(pool, job).outcome, POOL_CANCELLED);
}

static void worker_next_while_closing_is_eshutdown(void **state)
{
    coordinator_close(*state);
    assert_int_equal(worker_next(), POOL_ESHUTDOWN);
}

static void worker_join_of_another_version_is_eproto(void **state)
{
    struct pool *pool = *state;
    int32_t number = coordinator_add_worker(pool);
    pool->abi = POOL_ABI + 1;
    assert_int_equal(worker_join(pool, (uint32_t)number), POOL_EPROTO);
    assert_int_equal(test_worker_state(pool, (uint32_t)number), WORKER_STARTING);
}

static void worker_join_of_a_number_out_of_range_is_einval(void **state)
{
    assert_int_equal(worker_join(*state, 0), POOL_EINVAL);
    assert_int_equal(worker_join(*state, WORKERS_MAX + 1), POOL_EINVAL);
    assert_int_equal(worker_join(*state, UINT32_MAX), POOL_EINVAL);
}

/* A thread that starts after its time was up, and was buried: it must not live on in a slot that is no longer its own.
 */
static void worker_join_after_burial_is_refused(void **state)
{
    struct pool *pool = *state;
    uint32_t number = (uint32_t)coordinator_add_worker(pool), awake = atomic_load(&pool->sched.x_awake);
    coordinator_bury_worker(pool, number, -1, true);
    assert_true(worker_join(pool, number) < 0);
    assert_int_equal(test_worker_state(pool, number), WORKER_DEAD);
    assert_int_equal(atomic_load(&pool->sched.x_awake), awake);
}

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

static void worker_turn_counts_its_jobs(void **state)
{
    struct pool *pool = *state;
    uint64_t before = pool__worker_turn(&pool->workers[1]);
    for (uint32_t i = 1; i <= 3; i++) {
        test_submit(pool, 1);
        test_worker_enter(1);
        assert_int_equal(pool__worker_turn(&pool->workers[1]), before + i);
        test_worker_return(0);
    }
}

static void worker_turn_does_not_come_round(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    pool__this_worker()->turn = 0xffffff;
    atomic_store(&pool->workers[1].x_state, pool__worker_word(0xffffff, WORKER_RUNTIME));
    test_worker_enter(1);
    assert_int_equal(pool__worker_turn(&pool->workers[1]), 0x1000000);
    assert_int_equal(test_worker_state(pool, 1), WORKER_GUEST);
    assert_int_equal(guest_sched_yield(), WASI_SUCCESS);
    assert_int_equal(pool_cancel(pool, job), 0);
    coordinator_tick(pool);
    fake_port_advance_ms(TEST_GRACE_MS);
    coordinator_tick(pool);
    assert_int_equal(coordinator_next_kill(pool), 1);
    assert_int_equal(test_result(pool, job).outcome, POOL_CANCELLED);
}

static void proc_exit_unwinds_with_its_code(void **state)
{
    struct pool *pool = *state;
    static const uint32_t codes[] = {0, 1, 125, 255, 256, 0x7fffffff, 0x80000000, UINT32_MAX};
    for (volatile uint32_t i = 0; i < COUNT_OF(codes); i++) {
        pool_job_t job = test_submit(pool, 1);
        test_worker_enter(1);
        assert_unwinds((guest_proc_exit(codes[i]), 0));
        test_worker_unwound();
        assert_int_equal(test_result(pool, job).outcome, POOL_EXITED);
        assert_int_equal(test_result(pool, job).code, codes[i]);
    }
}

static void worker_left_by_a_trap_of_the_guest_is_0(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    test_worker_enter(1);
    assert_unwinds((guest_proc_exit(3), 0)); /* must not be remembered by the next job */
    test_worker_unwound();
    pool_job_t next = test_submit(pool, 1);
    test_worker_enter(1);
    worker_leave();
    assert_int_equal(worker_left_by(), 0);
    worker_end(POOL_TRAPPED, POOL_TRAP_DIVIDE_BY_ZERO, 0);
    assert_int_equal(test_result(pool, next).outcome, POOL_TRAPPED);
    assert_int_equal(test_result(pool, next).code, POOL_TRAP_DIVIDE_BY_ZERO);
    assert_int_equal(test_result(pool, job).code, 3);
}

/* A job may end before worker_begin, when its module turns out to be none. */
static void worker_left_by_without_a_guest_is_not_what_the_last_guest_did(void **state)
{
    struct pool *pool = *state;
    test_submit(pool, 1);
    test_worker_enter(1);
    assert_unwinds((guest_proc_exit(3), 0));
    test_worker_unwound();
    test_submit(pool, 2);
    assert_int_equal(worker_next(), 2);
    assert_int_equal(worker_call()->name_bytes, 0);
    assert_int_equal(worker_left_by(), 0);
    worker_end(POOL_NOT_STARTED, 0, 0);
}

static void worker_text_reaches_the_result_and_goes_with_the_job(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = submit_with_pipes(pool);
    test_worker_enter(4);
    worker_leave();
    uint8_t *text = worker_text(200);
    assert_non_null(text);
    memcpy(text, "unreachable executed", 20);
    worker_end(POOL_TRAPPED, POOL_TRAP_UNREACHABLE, 20);
    struct pool_result result = test_result(pool, job);
    assert_int_equal(result.text_bytes, 20);
    assert_memory_equal(result.text, "unreachable executed", 20);
    close_and_release(pool, job);
}

static void worker_text_that_is_too_long_is_null(void **state)
{
    struct pool *pool = *state;
    test_submit(pool, 1);
    test_worker_enter(1);
    worker_leave();
    assert_null(worker_text(POOL_ARGS_MAX_BYTES + 1));
    assert_null(worker_text(UINT32_MAX));
    assert_non_null(worker_text(0));
    worker_end(POOL_TRAPPED, 0, 0);
}

/* Libraries of C forget at exit that a write failed. */
static void guest_whose_output_was_lost_has_not_just_exited(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    test_worker_enter(1);
    test_job(pool, job)->output_error = POOL_EFBIG;
    test_worker_return(0);
    struct pool_result result = test_result(pool, job);
    assert_int_equal(result.outcome, POOL_OUTPUT_LOST);
    assert_int_equal(result.code, -POOL_EFBIG);
    assert_int_equal(pool_release(pool, job), 0);
    job = test_submit(pool, 1); /* and the next one in that record has nothing to do with it */
    test_worker_enter(1);
    test_worker_return(3);
    assert_int_equal(test_result(pool, job).outcome, POOL_EXITED);
}

static struct pool *pool_meanwhile;

static void tick_meanwhile(void)
{
    coordinator_tick(pool_meanwhile);
}

static void worker_text_waits_for_memory_that_is_to_come(void **state)
{
    struct pool *pool = pool_meanwhile = *state;
    pool_job_t job = submit_with_pipes(pool);
    test_worker_enter(4);
    worker_leave();
    uint32_t taken[64], n = test_drain_blocks(pool, TEXT_BYTES, taken, COUNT_OF(taken));
    fake.on_tick = tick_meanwhile;
    uint8_t *text = worker_text(TEXT_BYTES);
    assert_non_null(text);
    memset(text, 'a', TEXT_BYTES);
    worker_end(POOL_TRAPPED, 1, TEXT_BYTES);
    assert_int_equal(test_result(pool, job).text_bytes, TEXT_BYTES);
    test_undrain_blocks(pool, taken, n);
    close_and_release(pool, job);
}

static void worker_text_without_memory_is_null(void **state)
{
    struct pool *pool = pool_meanwhile = *state;
    pool_job_t job = submit_with_pipes(pool);
    test_worker_enter(4);
    worker_leave();
    uint32_t taken[2000], n = test_take_all(pool, taken, COUNT_OF(taken));
    fake.on_tick = tick_meanwhile;
    assert_null(worker_text(TEXT_BYTES));
    worker_end(POOL_TRAPPED, 1, 0);
    assert_null(test_result(pool, job).text);
    test_undrain_blocks(pool, taken, n);
    close_and_release(pool, job);
}

/* The worker dies while it waits: its arguments were given back already, and only once. */
static void bury_meanwhile(void)
{
    fake.on_tick = NULL;
    coordinator_bury_worker(pool_meanwhile, 1, -1, true);
    coordinator_tick(pool_meanwhile);
}

static void worker_that_dies_waiting_for_text_gives_its_block_back_once(void **state)
{
    struct pool *pool = pool_meanwhile = *state;
    pool_job_t job = submit_with_pipes(pool);
    test_worker_enter(4);
    worker_leave();
    uint32_t taken[2000], n = test_take_all(pool, taken, COUNT_OF(taken));
    fake.on_tick = bury_meanwhile;
    assert_null(worker_text(TEXT_BYTES));
    assert_int_equal(test_result(pool, job).outcome, POOL_LOST);
    test_undrain_blocks(pool, taken, n);
    close_and_release(pool, job);
}

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
    pool_job_t job = submit_with_pipes(pool);
    test_worker_enter(4);
    assert_int_equal(pool_cancel(pool, job), 0);
    assert_unwinds((call(), 0));
    assert_int_equal(test_worker_state(pool, 1), WORKER_RUNTIME);
    test_worker_unwound();
    assert_int_equal(test_result(pool, job).outcome, POOL_CANCELLED);
    assert_int_equal(coordinator_next_kill(pool), 0);
    close_and_release(pool, job);
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
    pool_job_t job = cancelled_meanwhile = submit_with_pipes(pool);
    test_worker_enter(4);
    fake.on_look = cancel_meanwhile;
    assert_unwinds(guest_clock_time_get(0, 0, 0));
    test_worker_unwound();
    assert_int_equal(test_result(pool, job).outcome, POOL_CANCELLED);
    close_and_release(pool, job);
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

static uint32_t runs;

static uint32_t add_to(pool_t *pool, void *user)
{
    (void)pool;
    runs++;
    return (uint32_t)(uintptr_t)user;
}

/* Functions are run in worker_next, which comes back with the next guest. */
static void worker_runs_functions_by_itself(void **state)
{
    struct pool *pool = *state;
    pool_job_t jobs[3];
    runs = 0;
    for (uint32_t i = 0; i < 3; i++) {
        struct pool_job_config config = {.function = add_to, .user = (void *)(uintptr_t)(i + 40)};
        assert_int_equal(pool_submit(pool, &config, &jobs[i]), 0);
    }
    pool_job_t guest = test_submit(pool, 6);
    test_worker_enter(6);
    assert_int_equal(runs, 3);
    for (uint32_t i = 0; i < 3; i++) assert_int_equal(test_result(pool, jobs[i]).code, i + 40);
    test_worker_return(1);
    assert_int_equal(test_result(pool, guest).code, 1);
}

static void worker_that_is_to_retire_takes_no_more_jobs(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    atomic_store(&pool->sched.x_retire, 1);
    assert_int_equal(worker_next(), POOL_ETIMEDOUT);
    assert_int_equal(atomic_load(&pool->sched.x_retire), 0);
    assert_int_equal(pool_wait(pool, job, 0, NULL), POOL_EAGAIN);
    test_worker_enter(1);
    test_worker_return(0);
}

static void worker_call_tells_the_export_and_its_values(void **state)
{
    struct pool *pool = *state;
    static const struct pool_value values[] = {{POOL_I32, {.i32 = -3}}, {POOL_F64, {.f64 = 2.5}}};
    pool_job_t job;
    struct pool_job_config config = {.module = 1, .export_name = "answer", .values = values, .n_values = 2};
    assert_int_equal(pool_submit(pool, &config, &job), 0);
    assert_int_equal(worker_next(), 1);
    const struct worker_call *call = worker_call();
    assert_int_equal(call->name_bytes, 6);
    assert_memory_equal(call->name, "answer", 6);
    assert_int_equal(call->n_values, 2);
    assert_int_equal(call->values[0].of.i32, -3);
    assert_true(call->values[1].of.f64 == 2.5);
    worker_end(POOL_EXITED, 0, 0);
    test_submit(pool, 2);
    assert_int_equal(worker_next(), 2);
    assert_int_equal(worker_call()->name_bytes, 0); /* a command */
    assert_int_equal(worker_call()->n_values, 0);
    worker_end(POOL_EXITED, 0, 0);
}

static void worker_results_reach_the_result_and_go_with_the_job(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = submit_with_pipes(pool);
    test_worker_enter(4);
    worker_leave();
    assert_null(worker_results(0));
    assert_null(worker_results(POOL_VALUES_MAX + 1));
    assert_null(worker_results(UINT32_MAX));
    struct pool_value *values = worker_results(POOL_VALUES_MAX);
    assert_non_null(values);
    for (uint32_t i = 0; i < POOL_VALUES_MAX; i++) values[i] = (struct pool_value){POOL_I64, {.i64 = -(int64_t)i}};
    worker_end(POOL_EXITED, 0, 0);
    struct pool_result result = test_result(pool, job);
    assert_int_equal(result.n_values, POOL_VALUES_MAX);
    assert_int_equal(result.values[15].of.i64, -15);
    assert_null(result.text);
    close_and_release(pool, job);
}

/* What the parser finds is module_test's to say. */
static void worker_signature_is_what_the_modules_head_says(void **state)
{
    (void)state;
    static const uint8_t module[] = {0,    'a', 's', 'm', 1, 0, 0, 0, 1, 5, 1,   0x60, 1,
                                     0x7f, 0,   3,   2,   1, 0, 7, 5, 1, 1, 'f', 0,    0};
    struct module_signature signature;
    assert_int_equal(worker_signature(module, sizeof module, "f", 1, &signature), 0);
    assert_int_equal(signature.n_params, 1);
    assert_int_equal(signature.types[0], POOL_I32);
    assert_int_equal(worker_signature(module, sizeof module, "g", 1, &signature), POOL_ENOENT);
    assert_int_equal(worker_signature(module, 5, "f", 1, &signature), POOL_EINVAL);
}

static void worker_borrows_one_piece_at_a_time(void **state)
{
    struct pool *pool = *state;
    uint64_t before = test_used_bytes(pool);
    test_submit(pool, 1);
    test_worker_begin(1);
    uint64_t running = test_used_bytes(pool);
    assert_non_null(worker_borrow(100));
    assert_non_null(worker_borrow(5000)); /* instead of the first */
    assert_int_equal(test_used_bytes(pool), running + 8192);
    assert_null(worker_borrow(POOL_BYTES_MAX + 1));
    assert_int_equal(test_used_bytes(pool), running);
    worker_return();
    worker_return();
    assert_int_equal(test_used_bytes(pool), running);
    assert_int_equal(running, before + 256); /* its record */
    worker_end(POOL_EXITED, 0, 0);
}

/* sync/sleep.c */

static void sleep_on_a_pipe_that_is_ready_does_not_sleep(void **state)
{
    struct pool *pool = *state;
    struct sleeper sleeper;
    pool_fd_t fds[2];
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    pool__sleeper_init(&sleeper, pool, WAITER_WORKER_0 + 5);
    struct pipe *pipe = test_pipe(pool, fds[0]);
    assert_int_equal(pool__sleep_on_pipe(&sleeper, pipe, PIPE_WRITE, 1), 1);
    assert_int_equal(pool_write(pool, fds[1], "x", 1), 1);
    assert_int_equal(pool__sleep_on_pipe(&sleeper, pipe, PIPE_READ, 0), 1);
    assert_int_equal(pool_close(pool, fds[0]), 0);
    assert_int_equal(pool__sleep_on_pipe(&sleeper, pipe, PIPE_WRITE, 1), POOL_EPIPE);
}

static void sleep_of_a_cancelled_job_is_ecanceled_and_takes_its_announcement_back(void **state)
{
    struct pool *pool = *state;
    struct sleeper sleeper;
    pool_fd_t fds[2];
    struct job *job = test_job(pool, test_submit(pool, 1));
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    pool__sleeper_init(&sleeper, pool, WAITER_WORKER_0 + 5);
    sleeper.job = job;
    assert_true(pool__job_wish(job, pool__job_generation(job), POOL_TIMED_OUT));
    struct pipe *pipe = test_pipe(pool, fds[0]);
    assert_int_equal(pool__sleep_on_pipe(&sleeper, pipe, PIPE_READ, 0), POOL_ECANCELED);
    assert_int_equal(atomic_load(&pipe->x_reader_waits), 0);
    assert_false(pool__bell_ring(&pool->bells[WAITER_WORKER_0 + 5]));
    uint32_t taken[16], n = test_drain_blocks(pool, POOL_PIPE_DEFAULT_BYTES, taken, 16);
    pipe->capacity = POOL_PIPE_DEFAULT_BYTES;
    assert_int_equal(pool__sleep_on_ring(&sleeper, pipe), POOL_ECANCELED);
    pipe->capacity = 256;
    assert_int_equal(pool__sleep_on_ring(&sleeper, pipe), 0);
    test_undrain_blocks(pool, taken, n);
}

static void sleep_lets_go_of_a_core_and_takes_it_back(void **state)
{
    struct pool *pool = *state;
    struct sleeper sleeper;
    uint32_t awake = atomic_load(&pool->sched.x_awake);
    pool__sleeper_init(&sleeper, pool, WAITER_WORKER_0 + 5);
    for (uint32_t i = 0; i < 200; i++) {
        uint32_t count = pool__sleeper_arm(&sleeper);
        if (i % 2) pool__wake(pool, sleeper.waiter, 0);
        pool__sleeper_sleep(&sleeper, count, 1000);
    }
    assert_int_equal(atomic_load(&pool->sched.x_awake), awake);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, test_worker_setup, test_worker_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(worker_runs_a_job_from_submit_to_result),
        CASE(worker_takes_jobs_in_their_order),
        CASE(worker_steps_over_cancelled_jobs),
        CASE(worker_that_takes_a_job_wakes_another_for_the_next),
        CASE(worker_next_after_the_client_has_shut_begins_nothing),
        CASE(worker_next_while_closing_is_eshutdown),
        CASE(worker_join_of_another_version_is_eproto),
        CASE(worker_join_of_a_number_out_of_range_is_einval),
        CASE(worker_join_after_burial_is_refused),
        CASE(worker_is_in_guest_state_exactly_while_the_guest_runs),
        CASE(worker_turn_counts_its_jobs),
        CASE(worker_turn_does_not_come_round),
        CASE(proc_exit_unwinds_with_its_code),
        CASE(worker_left_by_a_trap_of_the_guest_is_0),
        CASE(worker_left_by_without_a_guest_is_not_what_the_last_guest_did),
        CASE(worker_text_reaches_the_result_and_goes_with_the_job),
        CASE(worker_text_that_is_too_long_is_null),
        CASE(worker_text_waits_for_memory_that_is_to_come),
        CASE(guest_whose_output_was_lost_has_not_just_exited),
        CASE(worker_text_without_memory_is_null),
        CASE(worker_that_dies_waiting_for_text_gives_its_block_back_once),
        CASE(cancel_before_the_guest_runs_keeps_it_from_running),
        CASE(cancel_unwinds_the_guest_at_whatever_it_calls_next),
        CASE(cancel_during_a_call_unwinds_at_its_end),
        CASE(cancel_of_one_job_does_not_touch_the_next_on_that_worker),
        CASE(worker_runs_functions_by_itself),
        CASE(worker_that_is_to_retire_takes_no_more_jobs),
        CASE(worker_call_tells_the_export_and_its_values),
        CASE(worker_results_reach_the_result_and_go_with_the_job),
        CASE(worker_signature_is_what_the_modules_head_says),
        CASE(worker_borrows_one_piece_at_a_time),
        CASE(sleep_on_a_pipe_that_is_ready_does_not_sleep),
        CASE(sleep_of_a_cancelled_job_is_ecanceled_and_takes_its_announcement_back),
        CASE(sleep_lets_go_of_a_core_and_takes_it_back),
    };
    return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
