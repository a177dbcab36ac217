/* worker/worker.c: a worker's life on one thread. The test plays the script and the guest. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/client.h"
#include "support/fake_guest.h"
#include "support/fake_port.h"
#include "support/piped_job.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/test_worker.h"

static void worker_runs_a_job_from_submit_to_result(void **state)
{
    struct pool *pool = *state;
    uint8_t got[10];
    pool_job_t job = test_submit_with_pipes(pool);
    assert_int_equal(pool_write(pool, test_to_guest, "hello", 5), 5);
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
    assert_int_equal(pool_read(pool, test_from_guest, got, sizeof got), 5);
    assert_memory_equal(got, "hello", 5);
    assert_int_equal(pool_read(pool, test_from_guest, got, sizeof got), 0);
    test_close_and_release(pool, job);
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
    uint32_t number = (uint32_t)coordinator_add_worker(pool), awake = pool__sched_count_awake(&pool->sched);
    coordinator_bury_worker(pool, number, -1, true);
    assert_true(worker_join(pool, number) < 0);
    assert_int_equal(test_worker_state(pool, number), WORKER_DEAD);
    assert_int_equal(pool__sched_count_awake(&pool->sched), awake);
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

static void worker_that_is_idle_says_so_once_if_it_is_to(void **state)
{
    struct pool *pool = *state;
    worker_tell_idle(1);
    pool_job_t job = test_submit(pool, 1);
    test_worker_enter(1); /* it has something to do */
    test_worker_return(0);
    assert_int_equal(test_result(pool, job).outcome, POOL_EXITED);
    assert_int_equal(worker_next(), POOL_EAGAIN);
    assert_int_equal(pool__this_worker()->idle_ns, 0);
    job = test_submit(pool, 2);
    test_worker_enter(2);
    test_worker_return(0);
    assert_int_equal(test_result(pool, job).outcome, POOL_EXITED);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, test_worker_setup, test_worker_teardown)

/* Whether this thread never comes back from `call`: it is tried in a process of its own, which is ended then. */
static bool sleeps_for_ever(void (*call)(void))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        alarm(1);
        call();
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
}

static void take_a_job(void)
{
    worker_next();
}

static void end_the_job(void)
{
    worker_leave();
    worker_end(POOL_EXITED, 0, 0);
}

static void call_the_runtime(void)
{
    guest_sched_yield();
}

static void thread_that_was_buried_alive_takes_no_job(void **state)
{
    struct pool *pool = *state;
    coordinator_bury_worker(pool, 1, 0, true);
    pool_job_t job = test_submit(pool, 1);
    assert_true(sleeps_for_ever(take_a_job));
    assert_int_equal(test_worker_join(pool), 1); /* its place has a new life */
    test_worker_enter(1);
    test_worker_return(3);
    assert_int_equal(test_result(pool, job).code, 3);
}

static struct pool *stage;
static bool is_over;

/* The worker has found no job, looks for one for a moment, and is given up for dead before it says that it is idle. */
static void give_up(void)
{
    if (is_over) return;
    is_over = true;
    coordinator_bury_worker(stage, 1, -1, true);
}

/* In the child: it sleeps for ever, and nobody would choose it for a job. */
static void exit_if_off_the_list(int signal)
{
    (void)signal;
    bool is_off = is_over && !pool__sched_is_idle(&stage->sched, 1);
    _exit(is_off ? 7 : 1);
}

static void thread_that_was_buried_alive_is_not_idle(void **state)
{
    stage = *state;
    stage->n_cores = WORKERS_MAX; /* or looking is not worth it */
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        fake.on_look = give_up;
        signal(SIGALRM, exit_if_off_the_list);
        alarm(1);
        worker_next();
        _exit(2);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 7);
}

static void thread_that_was_buried_alive_ends_no_job(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    test_worker_enter(1);
    coordinator_bury_worker(pool, 1, 0, true);
    assert_int_equal(test_result(pool, job).outcome, POOL_LOST);
    assert_true(sleeps_for_ever(end_the_job));
    assert_true(sleeps_for_ever(call_the_runtime));
}

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
        CASE(worker_turn_counts_its_jobs),
        CASE(worker_turn_does_not_come_round),
        CASE(thread_that_was_buried_alive_takes_no_job),
        CASE(thread_that_was_buried_alive_is_not_idle),
        CASE(thread_that_was_buried_alive_ends_no_job),
        CASE(worker_runs_functions_by_itself),
        CASE(worker_that_is_to_retire_takes_no_more_jobs),
        CASE(worker_that_is_idle_says_so_once_if_it_is_to),
    };
    return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
