/* c/native: pools of threads that run C functions, from pool_create to pool_destroy. */
#include <sched.h>

#include "core/layout.h"
#include "port/port.h"
#include "support/native_pool.h"
#include "support/prelude.h"
#include "support/threads.h"

static pool_t *pool;
static struct gate gate;

static int setup(void **state)
{
    (void)state;
    gate_init(&gate);
    pool = NULL;
    port_set_hooks(&(struct port_hooks){0});
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    native_pool_free(pool); /* NULL: the test has done it */
    return 0;
}

/* ---------------------------------------------------------------------------------------------------------- create */

static bool default_workers_are_up(const struct pool_stats *stats)
{
    uint32_t cores = port_cores();
    return stats->n_workers == (cores > 2 ? cores - 1 : 1) && stats->n_idle == stats->n_workers;
}

static void create_without_a_config_has_the_defaults(void **state)
{
    (void)state;
    assert_int_equal(pool_create(NULL, &pool), 0);
    native_await_stats(pool, default_workers_are_up);
    assert_int_equal(pool->grace_ms, 50);
    assert_in_range(pool__blocks_limit(&pool->blocks), (uint64_t)248 << 20, (uint64_t)256 << 20);
    assert_int_equal(pool->max_workers, atomic_load(&pool->sched.x_target) + 32);
}

static void create_with_a_config_out_of_range_is_einval(void **state)
{
    (void)state;
    static const struct pool_config configs[] = {{.n_workers = POOL_WORKERS_MAX + 1},
                                                 {.n_workers = UINT32_MAX},
                                                 {.max_workers = POOL_WORKERS_MAX + 1},
                                                 {.n_workers = 4, .max_workers = 3},
                                                 {.max_memory_mib = 31},
                                                 {.max_memory_mib = 4097},
                                                 {.n_workers = 2, .min_workers = 3},
                                                 {.min_workers = POOL_WORKERS_MAX + 1}};
    pool_t *none = (pool_t *)&gate;
    for (uint32_t i = 0; i < COUNT_OF(configs); i++) assert_int_equal(pool_create(&configs[i], &none), POOL_EINVAL);
    assert_ptr_equal(none, &gate);
}

static void note_creation(void *user, int status, pool_t *created)
{
    *(int *)user = status;
    pool = created;
}

static void create_async_calls_back_before_it_returns(void **state)
{
    (void)state;
    int status = 99;
    struct pool_config config = {.n_workers = 1};
    assert_int_equal(pool_create_async(&config, note_creation, &status), 0);
    assert_int_equal(status, 0);
    assert_non_null(pool);
    assert_int_equal(pool_destroy(pool), 0);
    pool = NULL;
    config.max_memory_mib = 1;
    assert_int_equal(pool_create_async(&config, note_creation, &status), POOL_EINVAL);
    assert_int_equal(status, 0);
    assert_null(pool);
    assert_int_equal(pool_create_async(&config, NULL, NULL), POOL_EINVAL);
}

static void many_pools_come_and_go(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 50; i++) {
        pool = native_pool_make(1 + i % 4, 0);
        if (i % 3) native_submit(pool, job_that_computes, NULL);
        native_pool_free(pool);
    }
    pool = NULL;
}

/* ------------------------------------------------------------------------------------------------------------ jobs */

static void function_is_called_with_its_user_and_gives_the_exit_code(void **state)
{
    (void)state;
    pool = native_pool_make(2, 0);
    pool_job_t job = native_submit(pool, job_at_gate, &gate);
    gate_open(&gate);
    struct pool_result result = native_await(pool, job);
    assert_int_equal(result.outcome, POOL_EXITED);
    assert_int_equal(result.code, 7);
    assert_in_range(result.worker, 1, 2);
    assert_int_equal(result.killed, 0);
    assert_null(result.text);
    assert_int_equal(result.n_values, 0);
}

static void function_has_its_input_and_its_output_is_captured(void **state)
{
    (void)state;
    pool = native_pool_make(2, 0);
    struct pool_job_config config = {.function = job_that_echoes, .input = "what was said", .input_bytes = 13};
    config.stdio[0].kind = POOL_STDIO_INPUT;
    config.stdio[1].kind = POOL_STDIO_CAPTURE;
    struct pool_result result;
    pool_job_t job;
    assert_int_equal(pool_submit(pool, &config, &job), 0);
    assert_int_equal(pool_wait(pool, job, POOL_FOREVER, &result), 0);
    assert_int_equal(result.code, 13);
    assert_int_equal(result.captured[1].size_bytes, 13);
    assert_memory_equal(result.captured[1].data, "what was said", 13);
    assert_int_equal(pool_release(pool, job), 0);
}

static struct {
    _Atomic uint32_t x_n;
    uint32_t order[16];
} begun;

static uint32_t note_beginning(pool_t *of, void *user)
{
    (void)of;
    begun.order[atomic_fetch_add(&begun.x_n, 1)] = (uint32_t)(uintptr_t)user;
    return 0;
}

static void jobs_begin_by_priority_and_then_in_their_order(void **state)
{
    (void)state;
    static const uint32_t priorities[] = {POOL_PRIORITY_LOW,   POOL_PRIORITY_NORMAL, POOL_PRIORITY_HIGH,
                                          POOL_PRIORITY_LOW,   POOL_PRIORITY_HIGH,   POOL_PRIORITY_NORMAL,
                                          POOL_PRIORITY_NORMAL};
    static const uint32_t expected[] = {2, 4, 1, 5, 6, 0, 3};
    pool_job_t jobs[COUNT_OF(priorities)];
    pool = native_pool_make(1, 1);
    atomic_store(&begun.x_n, 0);
    pool_job_t first = native_submit(pool, job_at_gate, &gate);
    gate_await_arrival(&gate);
    for (uint32_t i = 0; i < COUNT_OF(jobs); i++) {
        struct pool_job_config config = {
            .function = note_beginning, .user = (void *)(uintptr_t)i, .priority = priorities[i]};
        assert_int_equal(pool_submit(pool, &config, &jobs[i]), 0);
    }
    gate_open(&gate);
    for (uint32_t i = 0; i < COUNT_OF(jobs); i++) native_await(pool, jobs[i]);
    native_await(pool, first);
    assert_memory_equal(begun.order, expected, sizeof expected);
}

/* How a job ends that is to end after 3 ms. */
static struct pool_result run_until_timeout(pool_function function, void *user)
{
    pool_job_t job;
    struct pool_job_config config = {.function = function, .user = user, .timeout_ms = 3};
    assert_int_equal(pool_submit(pool, &config, &job), 0);
    return native_await(pool, job);
}

static _Atomic int32_t x_status;

static uint32_t read_and_tell(pool_t *of, void *user)
{
    uint8_t byte;
    atomic_store(&x_status, pool_read(of, *(const pool_fd_t *)user, &byte, 1));
    return 5;
}

static uint32_t write_and_tell(pool_t *of, void *user)
{
    static uint8_t data[1000];
    int32_t n = pool_write(of, *(const pool_fd_t *)user, data, sizeof data); /* more than there is room for */
    if (n >= 0) n = pool_write(of, *(const pool_fd_t *)user, data, 1);
    atomic_store(&x_status, n);
    return 5;
}

static uint32_t poll_and_tell(pool_t *of, void *user)
{
    struct pool_pollfd entry = {*(const pool_fd_t *)user, POOL_POLLIN, 0};
    atomic_store(&x_status, pool_poll(of, &entry, 1, POOL_FOREVER));
    return 5;
}

static void timeout_ends_a_function_that_blocks_or_asks(void **state)
{
    (void)state;
    pool_fd_t fds[2];
    pool = native_pool_make(1, 0);
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    pool_function functions[] = {read_and_tell, write_and_tell, poll_and_tell};
    for (uint32_t i = 0; i < COUNT_OF(functions); i++) {
        atomic_store(&x_status, POOL_ECANCELED); /* or its time ran out in the queue */
        uint32_t end = i == 1 ? 1 : 0;
        struct pool_result result = run_until_timeout(functions[i], &fds[end]);
        assert_int_equal(result.outcome, POOL_TIMED_OUT);
        assert_int_equal(result.code, 0);
        assert_int_equal(atomic_load(&x_status), POOL_ECANCELED);
        uint8_t got[300];
        while (pool_set_nonblocking(pool, fds[0], true) == 0 && pool_read(pool, fds[0], got, 300) > 0) continue;
        assert_int_equal(pool_set_nonblocking(pool, fds[0], false), 0);
    }
    assert_int_equal(run_until_timeout(job_that_computes, NULL).outcome, POOL_TIMED_OUT);
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(pool_close(pool, fds[i]), 0);
}

static void timeout_counts_in_the_queue(void **state)
{
    (void)state;
    pool = native_pool_make(1, 1);
    pool_job_t first = native_submit(pool, job_at_gate, &gate);
    gate_await_arrival(&gate);
    struct pool_result result = run_until_timeout(note_beginning, NULL);
    assert_int_equal(result.outcome, POOL_TIMED_OUT);
    assert_int_equal(result.worker, 0);
    gate_open(&gate);
    assert_int_equal(native_await(pool, first).outcome, POOL_EXITED);
}

static void cancel_of_a_function_that_asks_ends_it(void **state)
{
    (void)state;
    pool = native_pool_make(1, 0);
    pool_job_t job = native_submit(pool, job_that_computes, &gate);
    gate_await_arrival(&gate);
    assert_int_equal(pool_cancel(pool, job), 0);
    struct pool_result result = native_await(pool, job);
    assert_int_equal(result.outcome, POOL_CANCELLED);
    assert_int_equal(result.code, 0);
    assert_int_equal(pool_cancel(pool, job), POOL_EBADF);
}

/* A thread of our own program is never ended from outside: however long after the grace time. */
static void cancel_of_a_function_that_does_not_ask_waits_for_it(void **state)
{
    (void)state;
    pool = native_pool_make(1, 0);
    pool_job_t job = native_submit(pool, job_at_gate, &gate);
    gate_await_arrival(&gate);
    assert_int_equal(pool_cancel(pool, job), 0);
    assert_int_equal(pool_release(pool, job), POOL_EBUSY); /* what it uses must stay */
    assert_int_equal(pool_wait(pool, job, 80, NULL), POOL_ETIMEDOUT);
    assert_int_equal(pool_release(pool, job), POOL_EBUSY);
    gate_open(&gate);
    struct pool_result result = native_await(pool, job);
    assert_int_equal(result.outcome, POOL_CANCELLED);
    assert_int_equal(result.killed, 0);
}

/* ----------------------------------------------------------------------------------------------------------- pipes */

static void *read_in_thread(void *argument)
{
    uint8_t byte;
    return (void *)(intptr_t)pool_read(pool, *(pool_fd_t *)argument, &byte, 1);
}

static void await_inside(uint32_t n)
{
    while (atomic_load(&pool->x_inside) != n) sched_yield();
}

static void end_that_a_thread_waits_at_is_ebusy_for_others(void **state)
{
    (void)state;
    pool_fd_t fds[2];
    uint8_t byte;
    pool = native_pool_make(1, 0);
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    pthread_t thread = thread_start(read_in_thread, &fds[0]);
    await_inside(1);
    assert_int_equal(pool_read(pool, fds[0], &byte, 1), POOL_EBUSY);
    assert_int_equal(pool_close(pool, fds[0]), POOL_EBUSY);
    struct pool_pollfd entry = {fds[0], POOL_POLLIN, 0};
    assert_int_equal(pool_poll(pool, &entry, 1, POOL_FOREVER), 1);
    assert_int_equal(entry.revents, POOL_POLLNVAL);
    assert_int_equal(pool_write(pool, fds[1], "x", 1), 1);
    assert_int_equal((intptr_t)thread_join(thread), 1);
    thread = thread_start(read_in_thread, &fds[0]);
    await_inside(1);
    assert_int_equal(pool_close(pool, fds[1]), 0); /* closing the other end lets it go */
    assert_int_equal((intptr_t)thread_join(thread), 0);
    assert_int_equal(pool_close(pool, fds[0]), 0);
}

static void poll_waits_for_whichever_end_is_first(void **state)
{
    (void)state;
    pool_fd_t fds[3][2];
    struct pool_pollfd entries[3];
    pool = native_pool_make(2, 0);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(pool_pipe(pool, 256, fds[i]), 0);
        entries[i] = (struct pool_pollfd){fds[i][0], POOL_POLLIN, 0};
    }
    assert_int_equal(pool_poll(pool, entries, 3, 1), 0);
    struct pool_job_config config = {.function = job_that_echoes, .input = "x", .input_bytes = 1};
    config.stdio[0].kind = POOL_STDIO_INPUT;
    config.stdio[1] = (struct pool_stdio){POOL_STDIO_PIPE, fds[2][1]};
    pool_job_t job;
    assert_int_equal(pool_submit(pool, &config, &job), 0);
    assert_int_equal(pool_poll(pool, entries, 3, POOL_FOREVER), 1);
    assert_true(entries[2].revents & POOL_POLLIN);
    native_await(pool, job);
    assert_int_equal(pool_poll(pool, entries, 3, POOL_FOREVER), 1);
    assert_int_equal(entries[2].revents, POOL_POLLIN | POOL_POLLHUP);
    for (uint32_t i = 0; i < 3; i++) assert_int_equal(pool_close(pool, fds[i][0]), 0);
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(pool_close(pool, fds[i][1]), 0);
}

/* ----------------------------------------------------------------------------------------------------------- workers */

/* A pipeline of jobs, each of which needs the one before it; this thread feeds the first and reads from the last. */
static void submit_pipeline(pool_job_t *jobs, uint32_t n, pool_fd_t *to_out, pool_fd_t *from_out)
{
    pool_fd_t fds[2], before;
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    before = fds[0];
    *to_out = fds[1];
    for (uint32_t i = 0; i < n; i++) {
        assert_int_equal(pool_pipe(pool, 256, fds), 0);
        struct pool_job_config config = {.function = job_that_echoes};
        config.stdio[0] = (struct pool_stdio){POOL_STDIO_PIPE, before};
        config.stdio[1] = (struct pool_stdio){POOL_STDIO_PIPE, fds[1]};
        assert_int_equal(pool_submit(pool, &config, &jobs[i]), 0);
        before = fds[0];
    }
    *from_out = before;
}

static void *feed(void *argument)
{
    static uint8_t data[100000];
    pool_fd_t fd = *(const pool_fd_t *)argument;
    for (uint32_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)(i * 7);
    THREAD_CHECK(pool_write(pool, fd, data, sizeof data) == sizeof data);
    THREAD_CHECK(pool_close(pool, fd) == 0);
    return NULL;
}

static void pipeline_longer_than_the_workers_gets_relief(void **state)
{
    (void)state;
    pool_job_t jobs[5];
    pool_fd_t to, from;
    uint8_t got[1000];
    uint32_t total = 0;
    pool = native_pool_make(1, 0);
    submit_pipeline(jobs, 5, &to, &from);
    pthread_t feeder = thread_start(feed, &to);
    for (int32_t n; (n = pool_read(pool, from, got, sizeof got)) != 0; total += (uint32_t)n) {
        assert_true(n > 0);
        for (int32_t i = 0; i < n; i++) assert_int_equal(got[i], (uint8_t)((total + (uint32_t)i) * 7));
    }
    thread_join(feeder);
    assert_int_equal(total, 100000);
    for (uint32_t i = 0; i < 5; i++) assert_int_equal(native_await(pool, jobs[i]).code, 100000);
    assert_int_equal(pool_close(pool, from), 0);
}

static bool one_of_three_runs(const struct pool_stats *stats)
{
    return stats->n_workers == 1 && stats->n_running == 1 && stats->n_queued == 2;
}

/* Two jobs wait for each other: the second does not begin. */
static void pipeline_with_as_many_workers_as_there_may_be_gets_none(void **state)
{
    (void)state;
    pool_job_t jobs[3];
    pool_fd_t to, from;
    pool = native_pool_make(1, 1);
    submit_pipeline(jobs, 3, &to, &from);
    native_await_stats(pool, one_of_three_runs);
    assert_int_equal(pool_wait(pool, jobs[0], 30, NULL), POOL_ETIMEDOUT);
    native_await_stats(pool, one_of_three_runs);
    for (uint32_t i = 3; i > 0; i--) assert_int_equal(pool_cancel(pool, jobs[i - 1]), 0);
    for (uint32_t i = 0; i < 3; i++) assert_int_equal(native_await(pool, jobs[i]).outcome, POOL_CANCELLED);
    assert_int_equal(pool_close(pool, to), 0);
    assert_int_equal(pool_close(pool, from), 0);
}

static uint32_t wait_for_chain(pool_t *of, void *user)
{
    uintptr_t depth = (uintptr_t)user;
    struct pool_result result;
    if (depth == 0) return 1;
    pool_job_t job;
    struct pool_job_config config = {.function = wait_for_chain, .user = (void *)(depth - 1)};
    if (pool_submit(of, &config, &job) != 0 || pool_wait(of, job, POOL_FOREVER, &result) != 0) return 0;
    return pool_release(of, job) == 0 ? result.code + 1 : 0;
}

static void jobs_that_wait_for_jobs_of_their_own_get_relief(void **state)
{
    (void)state;
    pool = native_pool_make(1, 0);
    pool_job_t job = native_submit(pool, wait_for_chain, (void *)(uintptr_t)10);
    assert_int_equal(native_await(pool, job).code, 11);
}

/* --------------------------------------------------------------------------------------------------------- destroy */

static _Atomic uint32_t x_cancelled;

static void count_cancelled(void *user, pool_t *of, pool_job_t job, const struct pool_result *result)
{
    (void)user, (void)of, (void)job;
    atomic_fetch_add(&x_cancelled, result->outcome == POOL_CANCELLED);
}

static void *wait_in_thread(void *argument)
{
    struct pool_result result;
    THREAD_CHECK(pool_wait(pool, *(const pool_job_t *)argument, POOL_FOREVER, &result) == 0);
    return (void *)(uintptr_t)result.outcome;
}

static void *poll_in_thread(void *argument)
{
    struct pool_pollfd entry = {*(const pool_fd_t *)argument, POOL_POLLIN, 0};
    return (void *)(intptr_t)pool_poll(pool, &entry, 1, POOL_FOREVER);
}

static void destroy_ends_every_job_every_wait_and_calls_back(void **state)
{
    (void)state;
    pool_fd_t fds[3][2];
    pool_job_t jobs[40];
    pool = native_pool_make(2, 4);
    atomic_store(&x_cancelled, 0);
    for (uint32_t i = 0; i < 3; i++) assert_int_equal(pool_pipe(pool, 256, fds[i]), 0);
    jobs[0] = native_submit(pool, job_that_computes, &gate);
    gate_await_arrival(&gate);
    for (uint32_t i = 1; i < 40; i++) {
        struct pool_job_config config = {.function = i % 2 ? job_that_blocks : job_that_computes};
        if (i % 2) config.user = &fds[0][0]; /* one of them waits, the others are told that it is busy */
        assert_int_equal(pool_submit(pool, &config, &jobs[i]), 0);
    }
    for (uint32_t i = 0; i < 40; i += 2) assert_int_equal(pool_on_end(pool, jobs[i], count_cancelled, NULL), 0);
    pthread_t waiting = thread_start(wait_in_thread, &jobs[38]), reading = thread_start(read_in_thread, &fds[1][0]),
              polling = thread_start(poll_in_thread, &fds[2][0]);
    await_inside(3);
    native_pool_free(pool);
    assert_int_equal((uintptr_t)thread_join(waiting), POOL_CANCELLED);
    assert_int_equal((intptr_t)thread_join(reading), POOL_ESHUTDOWN);
    assert_int_equal((intptr_t)thread_join(polling), POOL_ESHUTDOWN);
    assert_int_equal(atomic_load(&x_cancelled), 20);
    pool = NULL;
}

static void *destroy_in_thread(void *unused)
{
    (void)unused;
    return (void *)(intptr_t)pool_destroy(pool);
}

static void destroy_waits_for_a_function_that_does_not_ask(void **state)
{
    (void)state;
    pool = native_pool_make(1, 0);
    native_submit(pool, job_at_gate, &gate);
    gate_await_arrival(&gate);
    pthread_t thread = thread_start(destroy_in_thread, NULL);
    while (!atomic_load(&pool->x_closing)) sched_yield();
    gate_open(&gate);
    assert_int_equal((intptr_t)thread_join(thread), 0);
    pool = NULL;
}

static uint32_t destroy_in_job(pool_t *of, void *user)
{
    (void)user;
    return (uint32_t)pool_destroy(of);
}

static void destroy_in_callback(void *user, pool_t *of, pool_job_t job, const struct pool_result *result)
{
    (void)job, (void)result;
    *(int *)user = pool_destroy(of);
    gate_arrive(&gate);
}

static void destroy_from_inside_is_ebusy(void **state)
{
    (void)state;
    int status = 0;
    pool = native_pool_make(1, 0);
    pool_job_t job = native_submit(pool, destroy_in_job, NULL);
    assert_int_equal(pool_on_end(pool, job, destroy_in_callback, &status), 0);
    gate_await_arrival(&gate);
    assert_int_equal(status, POOL_EBUSY);
    gate_open(&gate);
    assert_int_equal(native_await(pool, job).code, (uint32_t)POOL_EBUSY);
}

/* As on a page's main thread. The function does not end before the second try, so that cannot succeed. */
static void destroy_where_nobody_may_wait_is_ewouldblock_until_it_is_over(void **state)
{
    (void)state;
    port_set_hooks(&(struct port_hooks){.must_not_block = true});
    assert_int_equal(pool_create(&(struct pool_config){.n_workers = 2}, &pool), 0);
    native_submit(pool, job_at_gate, &gate);
    gate_await_arrival(&gate);
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(pool_destroy(pool), POOL_EWOULDBLOCK);
    gate_open(&gate);
    native_pool_free(pool);
    pool = NULL;
    port_set_hooks(&(struct port_hooks){0});
}

static void destroy_of_null_is_nothing(void **state)
{
    (void)state;
    assert_int_equal(pool_destroy(NULL), 0);
}

static uint32_t submit_to_the_last(pool_t *of, void *user)
{
    struct pool_job_config config = {.function = submit_to_the_last};
    pool_job_t job;
    (void)user;
    while (!pool_interrupted(of)) {
        if (pool_submit(of, &config, &job) == 0) pool_cancel(of, job), pool_release(of, job);
    }
    int status = pool_submit(of, &config, &job);
    return status < 0 ? (uint32_t)status : 0;
}

/* Jobs that submit jobs while the pool closes: each of those is refused or ends. */
static void destroy_while_jobs_submit_jobs_settles_all(void **state)
{
    (void)state;
    pool_job_t job;
    struct pool_job_config config = {.function = submit_to_the_last};
    for (uint32_t i = 0; i < 20; i++) {
        pool = native_pool_make(2, 0);
        native_submit(pool, submit_to_the_last, NULL);
        while (pool_submit(pool, &config, &job) == POOL_EAGAIN)
            sched_yield(); /* the first has the pool full at times */
        native_pool_free(pool);
    }
    pool = NULL;
}

static _Atomic pool_job_t x_shared; /* 0: no more come */

static uint32_t return_5(pool_t *of, void *user)
{
    (void)of, (void)user;
    return 5;
}

static void *wait_for_the_shared(void *argument)
{
    (void)argument;
    for (pool_job_t job; (job = atomic_load(&x_shared));) {
        struct pool_result result;
        int status = pool_wait(pool, job, POOL_FOREVER, &result);
        THREAD_CHECK(status == POOL_EBADF || (status == 0 && result.outcome == POOL_EXITED && result.code == 5));
    }
    return NULL;
}

/* Another job takes its place at once. */
static void wait_for_what_another_thread_releases_tells_how_it_ended_or_that_it_is_gone(void **state)
{
    (void)state;
    pthread_t thread = 0;
    pool = native_pool_make(2, 0);
    for (uint32_t i = 0; i < 3000; i++) {
        pool_job_t job = native_submit(pool, return_5, NULL);
        atomic_store(&x_shared, job);
        if (i == 0) thread = thread_start(wait_for_the_shared, NULL);
        assert_int_equal(native_await(pool, job).code, 5);
    }
    atomic_store(&x_shared, 0);
    thread_join(thread);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(create_without_a_config_has_the_defaults),
        CASE(create_with_a_config_out_of_range_is_einval),
        CASE(create_async_calls_back_before_it_returns),
        CASE(many_pools_come_and_go),
        CASE(function_is_called_with_its_user_and_gives_the_exit_code),
        CASE(function_has_its_input_and_its_output_is_captured),
        CASE(jobs_begin_by_priority_and_then_in_their_order),
        CASE(timeout_ends_a_function_that_blocks_or_asks),
        CASE(timeout_counts_in_the_queue),
        CASE(cancel_of_a_function_that_asks_ends_it),
        CASE(cancel_of_a_function_that_does_not_ask_waits_for_it),
        CASE(end_that_a_thread_waits_at_is_ebusy_for_others),
        CASE(poll_waits_for_whichever_end_is_first),
        CASE(pipeline_longer_than_the_workers_gets_relief),
        CASE(pipeline_with_as_many_workers_as_there_may_be_gets_none),
        CASE(jobs_that_wait_for_jobs_of_their_own_get_relief),
        CASE(destroy_ends_every_job_every_wait_and_calls_back),
        CASE(destroy_waits_for_a_function_that_does_not_ask),
        CASE(destroy_from_inside_is_ebusy),
        CASE(destroy_where_nobody_may_wait_is_ewouldblock_until_it_is_over),
        CASE(destroy_of_null_is_nothing),
        CASE(destroy_while_jobs_submit_jobs_settles_all),
        CASE(wait_for_what_another_thread_releases_tells_how_it_ended_or_that_it_is_gone),
    };
    return cmocka_run_group_tests_name("native_threads", tests, NULL, NULL);
}
