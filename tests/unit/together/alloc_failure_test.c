/* One program's use of a pool, with each of its allocations failing in turn, and each of its threads: it succeeds all
 * the same, or is told by an error that pool.h names. Nothing leaks, nothing hangs, and the next run works.
 */
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>

#include "pool.h"
#include "pool_guest.h"
#include "port/native.h"
#include "support/failing_alloc.h"
#include "support/prelude.h"
#include "support/threads.h"

#define STREAM_BYTES (1u << 20)
#define CAPTURE_BYTES 700000u
#define INPUT_BYTES 3000u
#define RUNS_MAX 2000u

static sem_t ended;
static uint32_t told; /* how the callback was told that the job ended */

static bool is_named(int status)
{
    return status == POOL_ENOMEM || status == POOL_EAGAIN;
}

static void echo(void *user, pool_t *pool, pool_call_t call, const void *data, uint32_t size)
{
    (void)user;
    int status = pool_reply(pool, call, 0, data, size);
    if (status == 0) return;
    THREAD_CHECK(is_named(status));
    THREAD_CHECK(pool_reply(pool, call, status == POOL_EAGAIN ? POOL_ENOMEM : status, NULL, 0) == 0);
}

static int32_t write_all(pool_t *pool, pool_fd_t fd, const uint8_t *data, uint32_t size, uint32_t total)
{
    for (uint32_t done = 0; done < total;) {
        int32_t n = pool_write(pool, fd, data, total - done < size ? total - done : size);
        if (n < 0) return n;
        done += (uint32_t)n;
    }
    return 0;
}

/* Reads its input, has the host send it back, and writes it many times to both of its outputs. */
static uint32_t work(pool_t *pool, void *user)
{
    uint8_t data[INPUT_BYTES + 1], reply[INPUT_BYTES];
    (void)user;
    THREAD_CHECK(pool_read(pool, POOL_STDIN, data, sizeof data) == INPUT_BYTES);
    int32_t status = pool_call("echo", 4, data, INPUT_BYTES, reply, sizeof reply);
    if (status < 0) return (uint32_t)status;
    THREAD_CHECK(status == INPUT_BYTES && memcmp(data, reply, INPUT_BYTES) == 0);
    status = write_all(pool, POOL_STDOUT, data, INPUT_BYTES, STREAM_BYTES);
    if (status == 0) status = write_all(pool, POOL_STDERR, data, INPUT_BYTES, CAPTURE_BYTES);
    return (uint32_t)status;
}

static void on_end(void *user, pool_t *pool, pool_job_t job, const struct pool_result *result)
{
    (void)user, (void)pool, (void)job;
    told = result->outcome;
    sem_post(&ended);
}

static int submit(pool_t *pool, pool_fd_t out, pool_job_t *job_out)
{
    static const char *const argv[] = {"work", "-v", NULL}, *const envp[] = {"A=1", NULL};
    static uint8_t input[INPUT_BYTES] = "to be said again and again";
    struct pool_job_config config = {
        .function = work, .argv = argv, .envp = envp, .input = input, .input_bytes = sizeof input};
    config.stdio[0].kind = POOL_STDIO_INPUT;
    config.stdio[1] = (struct pool_stdio){POOL_STDIO_PIPE, out};
    config.stdio[2].kind = POOL_STDIO_CAPTURE;
    return pool_submit(pool, &config, job_out);
}

static uint32_t read_all(pool_t *pool, pool_fd_t fd)
{
    uint8_t data[5000];
    uint32_t total = 0;
    int32_t n;
    while ((n = pool_read(pool, fd, data, sizeof data)) > 0) total += (uint32_t)n;
    assert_int_equal(n, 0);
    return total;
}

/* How the job went: 0, or the error that it met. */
static int judge(pool_t *pool, pool_job_t job, uint32_t streamed)
{
    struct pool_result result;
    assert_int_equal(pool_wait(pool, job, POOL_FOREVER, &result), 0);
    assert_int_equal(result.outcome, POOL_EXITED);
    int status = (int)result.code;
    if (status == 0) {
        assert_int_equal(streamed, STREAM_BYTES);
        assert_int_equal(result.captured[2].size_bytes, CAPTURE_BYTES);
    }
    assert_int_equal(pool_release(pool, job), 0);
    return status;
}

static int use(pool_t *pool)
{
    pool_fd_t fds[2];
    pool_job_t job;
    int status = pool_host_set(pool, "echo", echo, NULL);
    if (status) return status;
    assert_int_equal(pool_pipe(pool, 0, fds), 0);
    status = submit(pool, fds[1], &job);
    if (status) {
        for (uint32_t i = 0; i < 2; i++) assert_int_equal(pool_close(pool, fds[i]), 0); /* both are still ours */
        return status;
    }
    told = 0;
    int watched = pool_on_end(pool, job, on_end, NULL);
    uint32_t streamed = read_all(pool, fds[0]);
    status = judge(pool, job, streamed);
    if (watched == 0) {
        while (sem_wait(&ended) != 0) continue;
        assert_int_equal(told, POOL_EXITED);
    }
    assert_int_equal(pool_close(pool, fds[0]), 0);
    return status ? status : watched;
}

/* What was told, on the pool's own thread. */
static struct {
    _Atomic uint32_t x_not_started, x_gave_up, x_came;
    _Atomic uint32_t x_without_pool; /* of those: before the pool was made */
} log_of;

static void on_log(void *user, pool_t *pool, const struct pool_log_entry *entry)
{
    THREAD_CHECK(user == &log_of && strcmp(entry->name, "failing") == 0);
    bool is_refusal = entry->level == POOL_LOG_WARN && strstr(entry->message, "could not be started, and another is");
    bool gives_up =
        entry->level == POOL_LOG_ERROR && strstr(entry->message, "no further worker can be started for now");
    if (is_refusal || gives_up) THREAD_CHECK(is_named(entry->code));
    if (gives_up) THREAD_CHECK(strstr(entry->message, "goes on with 1:")); /* the one that there is */
    if (!pool) atomic_fetch_add(&log_of.x_without_pool, 1);
    atomic_fetch_add(&log_of.x_came, entry->level == POOL_LOG_DEBUG);
    atomic_fetch_add(&log_of.x_gave_up, gives_up);
    atomic_fetch_add(&log_of.x_not_started, is_refusal); /* last */
}

static int run(void)
{
    pool_t *pool = (pool_t *)&ended;
    struct pool_config config = {
        .n_workers = 2, .max_memory_mib = 32, .name = "failing", .on_log = on_log, .log_user = &log_of};
    int status = pool_create(&config, &pool);
    if (status) {
        assert_ptr_equal(pool, &ended);
        return status;
    }
    status = use(pool);
    assert_int_equal(pool_destroy(pool), 0);
    return status;
}

static void fail_in_turn(enum failing what, bool for_good)
{
    uint32_t nth = 1, refused = 0;
    for (bool failed = true; failed; nth++) {
        assert_true(nth < RUNS_MAX);
        failing_alloc_arm(what, nth, for_good);
        int status = run();
        failed = failing_alloc_disarm();
        if (status && !is_named(status)) fail_msg("number %u: %d, %s", nth, status, pool_strerror(status));
        if (status) assert_true(failed);
        refused += status != 0;
    }
    print_message("[          ] %u runs, %u of them refused\n", nth - 1, refused);
    assert_true(refused > 0);
    assert_int_equal(run(), 0);
}

static void each_allocation_may_fail(void **state)
{
    (void)state;
    fail_in_turn(FAILING_MEMORY, false);
}

static void all_allocations_may_fail_from_any_on(void **state)
{
    (void)state;
    fail_in_turn(FAILING_MEMORY, true);
}

static void each_thread_may_fail_to_start(void **state)
{
    (void)state;
    fail_in_turn(FAILING_THREADS, false);
}

static void all_threads_may_fail_to_start_from_any_on(void **state)
{
    (void)state;
    fail_in_turn(FAILING_THREADS, true);
}

static void on_room(void *user, pool_t *pool)
{
    (void)pool;
    sem_post(user);
}

static void on_ready(void *user, pool_t *pool, pool_fd_t fd, int status)
{
    (void)user, (void)pool, (void)fd, (void)status;
}

static uint32_t return_at_once(pool_t *pool, void *user)
{
    (void)pool, (void)user;
    return 0;
}

/* Whatever wants a callback first wants its thread: a failure changes nothing, and the next time it works. */
static void thread_for_callbacks_may_fail_to_start(void **state)
{
    (void)state;
    pool_t *pool;
    pool_fd_t fds[2];
    pool_job_t job;
    uint8_t byte;
    struct pool_job_config config = {.function = return_at_once};
    assert_int_equal(pool_create(&(struct pool_config){.n_workers = 1, .max_workers = 1}, &pool), 0);
    assert_int_equal(pool_submit(pool, &config, &job), 0);
    assert_int_equal(pool_wait(pool, job, POOL_FOREVER, NULL), 0); /* no more threads are started now */
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    failing_alloc_arm(FAILING_THREADS, 1, true);
    assert_int_equal(pool_on_room(pool, on_room, &ended), POOL_ENOMEM);
    assert_int_equal(pool_on_end(pool, job, on_end, NULL), POOL_ENOMEM);
    assert_int_equal(pool_on_ready(pool, fds[0], on_ready, NULL), POOL_ENOMEM);
    assert_int_equal(pool_host_set(pool, "echo", echo, NULL), POOL_ENOMEM);
    assert_true(failing_alloc_disarm());
    assert_int_equal(pool_write(pool, fds[1], "x", 1), 1);
    assert_int_equal(pool_read(pool, fds[0], &byte, 1), 1); /* it is not watched */
    assert_int_equal(pool_on_end(pool, job, on_end, NULL), 0);
    while (sem_wait(&ended) != 0) continue;
    assert_int_equal(pool_release(pool, job), 0);
    assert_int_equal(pool_destroy(pool), 0);
}

static void clear_log(void)
{
    atomic_store(&log_of.x_not_started, 0);
    atomic_store(&log_of.x_gave_up, 0);
    atomic_store(&log_of.x_came, 0);
    atomic_store(&log_of.x_without_pool, 0);
}

static void await_number(_Atomic uint32_t *x_number, uint32_t n)
{
    while (atomic_load(x_number) < n) sched_yield();
}

/* The pool goes on with the worker that it has, tells so, and has the other one when that can be had. */
static void workers_that_cannot_be_started_are_told_of(void **state)
{
    (void)state;
    pool_t *pool;
    pool_job_t job;
    struct pool_job_config config = {.function = return_at_once};
    struct pool_config named = {
        .n_workers = 1, .max_workers = 2, .name = "failing", .on_log = on_log, .log_user = &log_of};
    clear_log();
    assert_int_equal(pool_create(&named, &pool), 0);
    await_number(&log_of.x_came, 1);
    failing_alloc_arm(FAILING_THREADS, 1, true);
    assert_int_equal(pool_resize(pool, 2), 0);
    await_number(&log_of.x_gave_up, 1);
    await_number(&log_of.x_not_started, 3);
    assert_int_equal(pool_submit(pool, &config, &job), 0);
    assert_int_equal(pool_wait(pool, job, POOL_FOREVER, NULL), 0);
    assert_int_equal(pool_release(pool, job), 0);
    assert_int_equal(atomic_load(&log_of.x_came), 1);
    assert_true(failing_alloc_disarm());
    await_number(&log_of.x_came, 2);
    assert_int_equal(pool_destroy(pool), 0);
    assert_int_equal(atomic_load(&log_of.x_not_started), 3); /* more would not help */
    assert_int_equal(atomic_load(&log_of.x_gave_up), 1);
}

static _Atomic uint64_t x_now_ns;

static uint64_t now_stands_still(enum port_clock clock)
{
    (void)clock;
    return atomic_load(&x_now_ns);
}

/* However often the coordinator is rung: a system that has no thread to give is not asked over and over. */
static void failed_start_is_not_tried_again_at_once(void **state)
{
    (void)state;
    pool_t *pool;
    struct pool_job_config config = {.function = return_at_once};
    struct pool_config named = {
        .n_workers = 1, .max_workers = 2, .name = "failing", .on_log = on_log, .log_user = &log_of};
    clear_log();
    atomic_store(&x_now_ns, 1000000000u);
    port_set_hooks(&(struct port_hooks){.now_ns = now_stands_still});
    assert_int_equal(pool_create(&named, &pool), 0);
    failing_alloc_arm(FAILING_THREADS, 1, true);
    assert_int_equal(pool_resize(pool, 2), 0);
    await_number(&log_of.x_not_started, 1);
    for (uint32_t i = 0; i < 100; i++) {
        pool_job_t job;
        assert_int_equal(pool_submit(pool, &config, &job), 0);
        assert_int_equal(pool_resize(pool, 2), 0); /* it rings */
        assert_int_equal(pool_wait(pool, job, POOL_FOREVER, NULL), 0);
        assert_int_equal(pool_release(pool, job), 0);
    }
    assert_int_equal(atomic_load(&log_of.x_not_started), 1);
    atomic_fetch_add(&x_now_ns, 500000000u);
    await_number(&log_of.x_not_started, 2);
    assert_true(failing_alloc_disarm());
    assert_int_equal(pool_destroy(pool), 0);
    port_set_hooks(&(struct port_hooks){0});
}

/* What is told of a pool that cannot be made has come when pool_create returns, and has no pool. */
static void pool_that_cannot_be_made_tells_why_first(void **state)
{
    (void)state;
    clear_log();
    failing_alloc_arm(FAILING_THREADS, 2, true); /* the first one calls back */
    assert_int_equal(run(), POOL_EAGAIN);
    assert_true(failing_alloc_disarm());
    assert_int_equal(atomic_load(&log_of.x_not_started), 1);
    assert_int_equal(atomic_load(&log_of.x_without_pool), 1);
    assert_int_equal(atomic_load(&log_of.x_came), 0);
    failing_alloc_arm(FAILING_THREADS, 1, true); /* nor can that */
    assert_int_equal(run(), POOL_EAGAIN);
    assert_true(failing_alloc_disarm());
    assert_int_equal(atomic_load(&log_of.x_not_started), 1);
}

static int setup(void **state)
{
    (void)state;
    port_set_hooks(&(struct port_hooks){0});
    sem_init(&ended, 0, 0);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_may_fail),
        cmocka_unit_test(all_allocations_may_fail_from_any_on),
        cmocka_unit_test(each_thread_may_fail_to_start),
        cmocka_unit_test(all_threads_may_fail_to_start_from_any_on),
        cmocka_unit_test(thread_for_callbacks_may_fail_to_start),
        cmocka_unit_test(workers_that_cannot_be_started_are_told_of),
        cmocka_unit_test(failed_start_is_not_tried_again_at_once),
        cmocka_unit_test(pool_that_cannot_be_made_tells_why_first),
    };
    return cmocka_run_group_tests_name("alloc_failure", tests, setup, NULL);
}
