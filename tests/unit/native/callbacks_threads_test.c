/* native/callbacks.c: pool_on_end, pool_on_ready and pool_on_room, called on a thread of the pool's own. */
#include <sched.h>
#include <unistd.h>

#include "core/layout.h"
#include "native/native.h"
#include "support/native_pool.h"
#include "support/prelude.h"
#include "support/threads.h"

static pool_t *pool;
static struct gate gate;
static pool_fd_t fds[2];

/* What a callback was told: written by it, and read once it has posted. */
static struct {
    sem_t called;
    _Atomic uint32_t x_n;
    void *user;
    uint64_t handle;
    struct pool_result result;
    int status;
} told;

static int setup(void **state)
{
    (void)state;
    pool = native_pool_make(2, 0);
    gate_init(&gate);
    memset(&told, 0, sizeof told);
    sem_init(&told.called, 0, 0);
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    if (pool) native_pool_free(pool);
    return 0;
}

static void await_call(void)
{
    while (sem_wait(&told.called) != 0) continue;
}

static void note(void *user, uint64_t handle)
{
    told.user = user;
    told.handle = handle;
    atomic_fetch_add(&told.x_n, 1);
    sem_post(&told.called);
}

static void on_end(void *user, pool_t *of, pool_job_t job, const struct pool_result *result)
{
    THREAD_CHECK(of == pool);
    told.result = *result;
    note(user, job);
}

static void on_ready(void *user, pool_t *of, pool_fd_t fd, int status)
{
    THREAD_CHECK(of == pool);
    told.status = status;
    note(user, fd);
}

static void on_room(void *user, pool_t *of)
{
    THREAD_CHECK(of == pool);
    note(user, 0);
}

/* The dispatcher has done everything that was there before: it does one thing after the other. */
static void flush(void)
{
    static uint32_t mark;
    pool_job_t job = native_submit(pool, job_at_gate, &gate);
    gate_await_arrival(&gate);
    gate_open(&gate);
    assert_int_equal(pool_wait(pool, job, POOL_FOREVER, NULL), 0);
    assert_int_equal(pool_on_end(pool, job, on_end, &mark), 0);
    await_call();
    assert_ptr_equal(told.user, &mark);
    atomic_fetch_sub(&told.x_n, 1);
    assert_int_equal(pool_release(pool, job), 0);
}

/* ------------------------------------------------------------------------------------------------------------- end */

static void end_is_told_when_the_job_ends(void **state)
{
    (void)state;
    int user;
    pool_job_t job = native_submit(pool, job_at_gate, &gate);
    gate_await_arrival(&gate);
    assert_int_equal(pool_on_end(pool, job, on_end, &user), 0);
    assert_int_equal(atomic_load(&told.x_n), 0);
    gate_open(&gate);
    await_call();
    assert_ptr_equal(told.user, &user);
    assert_int_equal(told.handle, job);
    assert_int_equal(told.result.outcome, POOL_EXITED);
    assert_int_equal(told.result.code, 7);
    assert_int_equal(pool_release(pool, job), 0); /* the callback did not */
    flush();
    assert_int_equal(atomic_load(&told.x_n), 1); /* once */
}

static void end_of_a_job_that_has_ended_already_is_told_too(void **state)
{
    (void)state;
    pool_job_t job = native_submit(pool, job_at_gate, &gate);
    gate_open(&gate);
    assert_int_equal(pool_wait(pool, job, POOL_FOREVER, NULL), 0);
    for (uint32_t i = 0; i < 3; i++) { /* each time anew */
        assert_int_equal(pool_on_end(pool, job, on_end, NULL), 0);
        await_call();
        assert_int_equal(told.result.code, 7);
    }
    assert_int_equal(pool_release(pool, job), 0);
}

static void end_is_told_to_the_last_callback_only(void **state)
{
    (void)state;
    int first, second;
    pool_job_t job = native_submit(pool, job_at_gate, &gate);
    assert_int_equal(pool_on_end(pool, job, on_end, &first), 0);
    assert_int_equal(pool_on_end(pool, job, on_end, &second), 0);
    gate_open(&gate);
    await_call();
    assert_ptr_equal(told.user, &second);
    flush();
    assert_int_equal(atomic_load(&told.x_n), 1);
    assert_int_equal(pool_release(pool, job), 0);
}

/* The dispatcher hears of a job without a callback, and while it waits for the lock another job takes that one's place. */
static void end_is_not_told_for_the_job_before_in_its_place(void **state)
{
    (void)state;
    pthread_mutex_t *lock = &native_of(pool)->lock;
    flush(); /* the dispatcher runs */
    for (uint32_t i = 0; i < 20; i++) {
        pool_job_t first = native_submit(pool, job_at_gate, &gate);
        gate_await_arrival(&gate);
        pthread_mutex_lock(lock);
        gate_open(&gate);
        assert_int_equal(pool_wait(pool, first, POOL_FOREVER, NULL), 0);
        usleep(1000);
        assert_int_equal(pool_release(pool, first), 0);
        pool_job_t second = native_submit(pool, job_at_gate, &gate);
        pthread_mutex_unlock(lock);
        assert_int_equal(pool_on_end(pool, second, on_end, NULL), 0);
        gate_await_arrival(&gate);
        gate_open(&gate);
        await_call();
        assert_int_equal(told.handle, second);
        assert_int_equal(told.result.outcome, POOL_EXITED);
        assert_int_equal(told.result.code, 7);
        assert_int_equal(pool_release(pool, second), 0);
    }
}

static void end_callback_that_is_taken_back_is_not_called(void **state)
{
    (void)state;
    pool_job_t job = native_submit(pool, job_at_gate, &gate);
    assert_int_equal(pool_on_end(pool, job, NULL, NULL), 0); /* there is none */
    assert_int_equal(pool_on_end(pool, job, on_end, NULL), 0);
    assert_int_equal(pool_on_end(pool, job, NULL, NULL), 0);
    gate_open(&gate);
    assert_int_equal(pool_wait(pool, job, POOL_FOREVER, NULL), 0);
    gate_init(&gate);
    flush();
    assert_int_equal(atomic_load(&told.x_n), 0);
    assert_int_equal(pool_release(pool, job), 0);
}

static void stall(void *user, pool_t *of, pool_job_t job, const struct pool_result *result)
{
    (void)of, (void)job, (void)result;
    gate_arrive(user);
}

/* The dispatcher is busy; until it comes to it the job's slot is kept for the callback. */
static void end_of_a_job_released_before_is_told_with_its_result(void **state)
{
    (void)state;
    struct gate dispatcher;
    gate_init(&dispatcher);
    pool_job_t busy = native_submit(pool, job_at_gate, &gate);
    assert_int_equal(pool_on_end(pool, busy, stall, &dispatcher), 0);
    gate_open(&gate);
    gate_await_arrival(&dispatcher);
    struct pool_job_config config = {.function = job_that_echoes, .input = "kept", .input_bytes = 4};
    config.stdio[0].kind = POOL_STDIO_INPUT;
    pool_job_t job;
    assert_int_equal(pool_submit(pool, &config, &job), 0);
    assert_int_equal(pool_on_end(pool, job, on_end, NULL), 0);
    native_await(pool, job);
    assert_int_equal(pool_on_end(pool, job, on_end, NULL), POOL_EBADF); /* stale by now */
    gate_open(&dispatcher);
    await_call();
    assert_int_equal(told.handle, job);
    assert_int_equal(told.result.outcome, POOL_EXITED);
    assert_int_equal(told.result.code, 4);
    native_await(pool, busy);
}

static void end_of_nonsense_is_ebadf(void **state)
{
    (void)state;
    assert_int_equal(pool_on_end(pool, 0, on_end, NULL), POOL_EBADF);
    assert_int_equal(pool_on_end(pool, 4711, on_end, NULL), POOL_EBADF);
    assert_int_equal(pool_on_end(pool, 4711, NULL, NULL), POOL_EBADF);
}

static _Atomic uint64_t x_job;
static _Atomic uint32_t x_stop, x_owed;

static void count_call(void *user, pool_t *of, pool_job_t job, const struct pool_result *result)
{
    (void)user, (void)of, (void)job;
    THREAD_CHECK(result->outcome == POOL_EXITED || result->outcome == POOL_CANCELLED);
    atomic_fetch_sub(&x_owed, 1);
}

/* Always a little late: the job may have been released, and its slot used again. */
static void *watch_and_cancel(void *unused)
{
    (void)unused;
    while (!atomic_load(&x_stop)) {
        pool_job_t job = atomic_load(&x_job);
        atomic_fetch_add(&x_owed, 1);
        int status = pool_on_end(pool, job, count_call, NULL);
        THREAD_CHECK(status == 0 || status == POOL_EBADF);
        if (status) atomic_fetch_sub(&x_owed, 1);
        status = pool_cancel(pool, job);
        THREAD_CHECK(status == 0 || status == POOL_EBADF);
        while (atomic_load(&x_owed) > 100 && !atomic_load(&x_stop)) sched_yield();
    }
    return NULL;
}

static uint32_t return_user(pool_t *of, void *user);

static void handles_that_go_stale_meanwhile_are_ebadf(void **state)
{
    (void)state;
    struct pool_result result;
    atomic_store(&x_stop, 0);
    atomic_store(&x_job, 0);
    pthread_t thread = thread_start(watch_and_cancel, NULL);
    for (uint32_t i = 0; i < 5000; i++) {
        pool_job_t job = native_submit(pool, return_user, NULL);
        atomic_store(&x_job, job);
        assert_int_equal(pool_wait(pool, job, POOL_FOREVER, &result), 0);
        assert_int_equal(pool_release(pool, job), 0);
    }
    atomic_store(&x_stop, 1);
    thread_join(thread);
}

static _Atomic uint32_t x_left;

static uint32_t return_user(pool_t *of, void *user)
{
    (void)of;
    return (uint32_t)(uintptr_t)user;
}

/* The next job is submitted, and this one released, in the callback. */
static void chain(void *user, pool_t *of, pool_job_t job, const struct pool_result *result)
{
    (void)user;
    THREAD_CHECK(result->code == atomic_load(&x_left));
    THREAD_CHECK(pool_release(of, job) == 0);
    uint32_t left = atomic_fetch_sub(&x_left, 1) - 1;
    if (left == 0) {
        sem_post(&told.called);
        return;
    }
    struct pool_job_config config = {.function = return_user, .user = (void *)(uintptr_t)left};
    THREAD_CHECK(pool_submit(of, &config, &job) == 0);
    THREAD_CHECK(pool_on_end(of, job, chain, NULL) == 0);
}

static void end_callback_may_release_and_submit(void **state)
{
    (void)state;
    atomic_store(&x_left, 2000);
    pool_job_t job = native_submit(pool, return_user, (void *)(uintptr_t)2000);
    assert_int_equal(pool_on_end(pool, job, chain, NULL), 0);
    await_call();
    assert_int_equal(atomic_load(&x_left), 0);
}

/* ----------------------------------------------------------------------------------------------------------- ready */

static void ready_to_read_is_told_when_there_is_something(void **state)
{
    (void)state;
    int user;
    uint8_t byte;
    assert_int_equal(pool_on_ready(pool, fds[0], on_ready, &user), 0);
    assert_int_equal(pool_read(pool, fds[0], &byte, 1), POOL_EBUSY);
    struct pool_pollfd entry = {fds[0], POOL_POLLIN, 0};
    assert_int_equal(pool_poll(pool, &entry, 1, 0), 1);
    assert_int_equal(entry.revents, POOL_POLLNVAL);
    assert_int_equal(atomic_load(&told.x_n), 0);
    assert_int_equal(pool_write(pool, fds[1], "x", 1), 1);
    await_call();
    assert_ptr_equal(told.user, &user);
    assert_int_equal(told.handle, fds[0]);
    assert_int_equal(told.status, 0);
    assert_int_equal(pool_read(pool, fds[0], &byte, 1), 1);
    assert_int_equal(pool_write(pool, fds[1], "x", 1), 1);
    flush();
    assert_int_equal(atomic_load(&told.x_n), 1);
}

static void ready_already_is_told_too(void **state)
{
    (void)state;
    assert_int_equal(pool_on_ready(pool, fds[1], on_ready, NULL), 0);
    await_call();
    assert_int_equal(told.handle, fds[1]);
    assert_int_equal(told.status, 0);
    assert_int_equal(pool_write(pool, fds[1], "x", 1), 1);
    assert_int_equal(pool_on_ready(pool, fds[0], on_ready, NULL), 0);
    await_call();
    assert_int_equal(told.handle, fds[0]);
}

static void ready_to_write_is_told_when_there_is_room(void **state)
{
    (void)state;
    uint8_t data[256] = {0};
    assert_int_equal(pool_write(pool, fds[1], data, 256), 256);
    assert_int_equal(pool_on_ready(pool, fds[1], on_ready, NULL), 0);
    assert_int_equal(pool_read(pool, fds[0], data, 255), 255);
    flush();
    assert_int_equal(atomic_load(&told.x_n), 0); /* the whole of a small pipe must fit, as with pool_poll */
    assert_int_equal(pool_read(pool, fds[0], data, 1), 1);
    await_call();
    assert_int_equal(told.status, 0);
}

static void ready_is_told_when_the_other_side_goes(void **state)
{
    (void)state;
    uint8_t data[256] = {0};
    for (uint32_t end = 0; end < 2; end++) {
        if (end == 1) assert_int_equal(pool_write(pool, fds[1], data, 256), 256);
        assert_int_equal(pool_on_ready(pool, fds[end], on_ready, NULL), 0);
        flush();
        assert_int_equal(atomic_load(&told.x_n), end);
        assert_int_equal(pool_close(pool, fds[1 - end]), 0);
        await_call();
        assert_int_equal(told.handle, fds[end]);
        assert_int_equal(told.status, 0);
        assert_int_equal(pool_close(pool, fds[end]), 0);
        assert_int_equal(pool_pipe(pool, 256, fds), 0);
    }
}

static void ready_is_told_ebadf_when_the_end_is_closed_here(void **state)
{
    (void)state;
    assert_int_equal(pool_on_ready(pool, fds[0], on_ready, NULL), 0);
    flush();
    assert_int_equal(atomic_load(&told.x_n), 0);
    assert_int_equal(pool_close(pool, fds[0]), 0);
    await_call();
    assert_int_equal(told.status, POOL_EBADF);
    assert_int_equal(pool_close(pool, fds[0]), POOL_EBADF);
    assert_int_equal(pool_write(pool, fds[1], "x", 1), POOL_EPIPE);
}

static void ready_callback_is_replaced_and_taken_back(void **state)
{
    (void)state;
    int first, second;
    uint8_t byte;
    assert_int_equal(pool_on_ready(pool, fds[0], on_ready, &first), 0);
    assert_int_equal(pool_on_ready(pool, fds[0], on_ready, &second), 0);
    assert_int_equal(pool_write(pool, fds[1], "x", 1), 1);
    await_call();
    assert_ptr_equal(told.user, &second);
    assert_int_equal(pool_read(pool, fds[0], &byte, 1), 1);
    assert_int_equal(pool_on_ready(pool, fds[0], on_ready, &first), 0);
    assert_int_equal(pool_on_ready(pool, fds[0], NULL, NULL), 0);
    assert_int_equal(pool_on_ready(pool, fds[0], NULL, NULL), 0);
    assert_int_equal(pool_write(pool, fds[1], "x", 1), 1);
    assert_int_equal(pool_read(pool, fds[0], &byte, 1), 1); /* it is not in use any more */
    flush();
    assert_int_equal(atomic_load(&told.x_n), 1);
}

static void *read_in_thread(void *unused)
{
    uint8_t byte;
    (void)unused;
    return (void *)(intptr_t)pool_read(pool, fds[0], &byte, 1);
}

/* Takes all there is, if the end is not watched again. */
static void on_ready_drain(void *user, pool_t *of, pool_fd_t fd, int status)
{
    char bytes[256];
    THREAD_CHECK(of == pool);
    (void)status;
    (void)!pool_read(of, fd, bytes, sizeof bytes);
    atomic_store((_Atomic uint32_t *)user, 1);
}

/* The second callback comes while the first is being called, and replaces it or not: until it is told, it has the end. */
static void ready_callback_that_comes_while_one_is_called_has_the_end(void **state)
{
    (void)state;
    assert_int_equal(pool_set_nonblocking(pool, fds[0], true), 0);
    for (uint32_t i = 0; i < 300; i++) {
        _Atomic uint32_t x_first = 0, x_second = 0;
        char byte;
        assert_int_equal(pool_on_ready(pool, fds[0], on_ready_drain, &x_first), 0);
        assert_int_equal(pool_write(pool, fds[1], "x", 1), 1);
        for (uint32_t spins = i * 8; spins > 0; spins--) (void)atomic_load(&x_first);
        int error;
        do error = pool_on_ready(pool, fds[0], on_ready_drain, &x_second);
        while (error == POOL_EBUSY); /* the first one reads */
        assert_int_equal(error, 0);
        flush();
        flush(); /* after the first all that was raised before has begun, after the second it has ended */
        int32_t n = pool_read(pool, fds[0], &byte, 1);
        assert_int_equal(n, atomic_load(&x_second) ? POOL_EAGAIN : POOL_EBUSY);
        assert_int_equal(pool_on_ready(pool, fds[0], NULL, NULL), 0);
        flush(); /* nobody has the addresses any more */
    }
}

/* Asks again each time, and does nothing about it. */
static void on_ready_again(void *user, pool_t *of, pool_fd_t fd, int status)
{
    atomic_fetch_add((_Atomic uint32_t *)user, 1);
    if (status == 0) (void)pool_on_ready(of, fd, on_ready_again, user);
}

static void ready_callback_that_asks_again_leaves_all_others_their_turn(void **state)
{
    (void)state;
    _Atomic uint32_t x_n = 0;
    assert_int_equal(pool_on_ready(pool, fds[1], on_ready_again, &x_n), 0);
    flush();
    assert_int_equal(pool_on_room(pool, on_room, NULL), 0);
    await_call();
    for (uint32_t n = atomic_load(&x_n); atomic_load(&x_n) == n;) sched_yield(); /* it has its own turn as well */
    native_pool_free(pool);
    pool = NULL;
}

static void ready_of_what_is_in_use_or_not_open_is_refused(void **state)
{
    (void)state;
    assert_int_equal(pool_on_ready(pool, 0, on_ready, NULL), POOL_EBADF);
    assert_int_equal(pool_on_ready(pool, UINT32_MAX, on_ready, NULL), POOL_EBADF);
    assert_int_equal(pool_on_ready(pool, POOL_STDIN, on_ready, NULL), POOL_EBADF);
    pthread_t thread = thread_start(read_in_thread, NULL);
    while (atomic_load(&pool->x_inside) != 1) sched_yield();
    assert_int_equal(pool_on_ready(pool, fds[0], on_ready, NULL), POOL_EBUSY);
    assert_int_equal(pool_write(pool, fds[1], "x", 1), 1);
    assert_int_equal((intptr_t)thread_join(thread), 1);
    struct pool_job_config config = {.function = job_that_reads};
    config.stdio[0] = (struct pool_stdio){POOL_STDIO_PIPE, fds[0]};
    assert_int_equal(pool_on_ready(pool, fds[0], on_ready, NULL), 0);
    pool_job_t job = 5;
    assert_int_equal(pool_submit(pool, &config, &job), POOL_EBUSY);
    assert_int_equal(pool_on_ready(pool, fds[0], NULL, NULL), 0);
    assert_int_equal(pool_submit(pool, &config, &job), 0);
    assert_int_equal(pool_on_ready(pool, fds[0], on_ready, NULL), POOL_EBADF); /* it is the job's */
    assert_int_equal(pool_close(pool, fds[1]), 0);
    native_await(pool, job);
}

#define STREAM_BYTES 100000u

static struct {
    uint32_t sent, got;
} stream;

static void send_more(void *user, pool_t *of, pool_fd_t fd, int status)
{
    uint8_t data[100];
    (void)user;
    THREAD_CHECK(status == 0);
    int32_t n;
    do {
        uint32_t size = STREAM_BYTES - stream.sent < sizeof data ? STREAM_BYTES - stream.sent : sizeof data;
        for (uint32_t i = 0; i < size; i++) data[i] = (uint8_t)((stream.sent + i) * 13);
        n = size ? pool_write(of, fd, data, size) : 0;
        if (n > 0) stream.sent += (uint32_t)n;
    } while (n > 0);
    if (n == POOL_EAGAIN) THREAD_CHECK(pool_on_ready(of, fd, send_more, NULL) == 0);
    if (n == 0) THREAD_CHECK(pool_close(of, fd) == 0);
}

static void receive_more(void *user, pool_t *of, pool_fd_t fd, int status)
{
    uint8_t data[70];
    int32_t n;
    (void)user;
    THREAD_CHECK(status == 0);
    while ((n = pool_read(of, fd, data, sizeof data)) > 0) {
        for (int32_t i = 0; i < n; i++) THREAD_CHECK(data[i] == (uint8_t)((stream.got + (uint32_t)i) * 13));
        stream.got += (uint32_t)n;
    }
    if (n == POOL_EAGAIN) THREAD_CHECK(pool_on_ready(of, fd, receive_more, NULL) == 0);
    if (n == 0) sem_post(&told.called);
}

/* Through a job and back, and both ends by callbacks. */
static void ready_callbacks_move_a_stream(void **state)
{
    (void)state;
    pool_fd_t back[2];
    pool_job_t job;
    stream.sent = stream.got = 0;
    assert_int_equal(pool_pipe(pool, 1024, back), 0);
    struct pool_job_config config = {.function = job_that_echoes};
    config.stdio[0] = (struct pool_stdio){POOL_STDIO_PIPE, fds[0]};
    config.stdio[1] = (struct pool_stdio){POOL_STDIO_PIPE, back[1]};
    assert_int_equal(pool_submit(pool, &config, &job), 0);
    assert_int_equal(pool_set_nonblocking(pool, fds[1], true), 0);
    assert_int_equal(pool_set_nonblocking(pool, back[0], true), 0);
    assert_int_equal(pool_on_ready(pool, back[0], receive_more, NULL), 0);
    assert_int_equal(pool_on_ready(pool, fds[1], send_more, NULL), 0);
    await_call();
    assert_int_equal(stream.got, STREAM_BYTES);
    assert_int_equal(native_await(pool, job).code, STREAM_BYTES);
    assert_int_equal(pool_close(pool, back[0]), 0);
}

/* ------------------------------------------------------------------------------------------------------------ room */

static void room_is_told_when_a_record_is_released(void **state)
{
    (void)state;
    static pool_job_t jobs[JOBS_MAX];
    pool_job_t more = 5;
    struct pool_job_config config = {.function = return_user};
    for (uint32_t i = 0; i < JOBS_MAX; i++) jobs[i] = native_submit(pool, return_user, NULL);
    assert_int_equal(pool_submit(pool, &config, &more), POOL_EAGAIN);
    assert_int_equal(pool_on_room(pool, on_room, &more), 0);
    for (uint32_t i = 0; i < JOBS_MAX; i++) assert_int_equal(pool_wait(pool, jobs[i], POOL_FOREVER, NULL), 0);
    while (atomic_load(&pool->signals.x_any)) sched_yield();
    assert_int_equal(atomic_load(&told.x_n), 0); /* they have ended, but their slots are not to be had */
    assert_int_equal(pool_release(pool, jobs[7]), 0);
    await_call();
    assert_ptr_equal(told.user, &more);
    assert_int_equal(pool_submit(pool, &config, &jobs[7]), 0);
    for (uint32_t i = 0; i < JOBS_MAX; i++) native_await(pool, jobs[i]);
    assert_int_equal(atomic_load(&told.x_n), 1);
}

static void room_is_told_when_memory_is_added(void **state)
{
    (void)state;
    static uint8_t input[4 << 20];
    pool_job_t job = 0;
    struct pool_job_config config = {.function = return_user, .input = input, .input_bytes = sizeof input};
    int status;
    while ((status = pool_submit(pool, &config, &job)) == POOL_EAGAIN) {
        assert_int_equal(pool_on_room(pool, on_room, NULL), 0);
        await_call();
    }
    assert_int_equal(status, 0);
    native_await(pool, job);
}

static void room_is_told_when_a_pipe_is_closed(void **state)
{
    (void)state;
    static pool_fd_t all[PIPES_MAX][2];
    pool_fd_t more[2];
    uint32_t n = 0;
    while (pool_pipe(pool, 256, all[n]) == 0) n++;
    assert_int_equal(pool_pipe(pool, 256, more), POOL_ENFILE);
    assert_int_equal(pool_on_room(pool, on_room, NULL), 0);
    flush();
    assert_int_equal(atomic_load(&told.x_n), 0);
    for (uint32_t end = 0; end < 2; end++) assert_int_equal(pool_close(pool, all[5][end]), 0); /* it had no memory */
    await_call();
    assert_int_equal(pool_pipe(pool, 256, all[5]), 0);
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t end = 0; end < 2; end++) assert_int_equal(pool_close(pool, all[i][end]), 0);
    }
}

/* Room that came after the call which failed, and before the callback was set, is not missed. */
static void room_that_is_there_already_is_told_soon(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 3; i++) { /* each time anew */
        assert_int_equal(pool_on_room(pool, on_room, NULL), 0);
        await_call();
    }
    assert_int_equal(atomic_load(&told.x_n), 3);
}

/* ---------------------------------------------------------------------------------------------------------- memory */

struct full {
    pool_t *pool;
    pool_fd_t fds[64][2];
    uint32_t n;
};

/* A pool whose memory is all in the rings of pipes; the last pipe has found none. */
static void fill(struct full *full)
{
    int32_t status = 1;
    *full = (struct full){0};
    assert_int_equal(pool_create(&(struct pool_config){.n_workers = 1, .max_memory_mib = 32}, &full->pool), 0);
    while (status == 1) {
        pool_fd_t *ends = full->fds[full->n++];
        assert_true(full->n < COUNT_OF(full->fds));
        assert_int_equal(pool_pipe(full->pool, POOL_PIPE_MAX_BYTES, ends), 0);
        assert_int_equal(pool_set_nonblocking(full->pool, ends[1], true), 0);
        for (uint32_t i = 0; i < 300 && (status = pool_write(full->pool, ends[1], "x", 1)) < 0; i++) usleep(1000);
    }
    assert_int_equal(status, POOL_EAGAIN);
}

static void close_pipe(const struct full *full, uint32_t i)
{
    for (uint32_t end = 0; end < 2; end++) assert_int_equal(pool_close(full->pool, full->fds[i][end]), 0);
}

static struct {
    _Atomic uint32_t x_calls, x_in_vain, x_done, x_rooms;
} memory;

static void write_when_ready(void *user, pool_t *of, pool_fd_t fd, int status)
{
    atomic_fetch_add(&memory.x_calls, 1);
    if (status) return;
    int32_t n = pool_write(of, fd, "x", 1);
    if (n == 1) atomic_fetch_add(&memory.x_done, 1);
    if (n != POOL_EAGAIN) return;
    atomic_fetch_add(&memory.x_in_vain, 1);
    THREAD_CHECK(pool_on_ready(of, fd, write_when_ready, user) == 0);
}

static void count_rooms(void *user, pool_t *of)
{
    (void)user, (void)of;
    atomic_fetch_add(&memory.x_rooms, 1);
}

/* While memory is used up nobody is told anything, whatever else happens; once it is given back, each is told. */
static void ready_and_room_wait_for_memory(void **state)
{
    (void)state;
    static struct full full;
    memset(&memory, 0, sizeof memory);
    fill(&full);
    pool_fd_t last = full.fds[full.n - 1][1];
    struct pool_pollfd poll = {last, POOL_POLLOUT, 0};
    assert_int_equal(pool_poll(full.pool, &poll, 1, 5), 0);
    assert_int_equal(pool_on_room(full.pool, count_rooms, NULL), 0);
    assert_int_equal(pool_on_ready(full.pool, last, write_when_ready, NULL), 0);
    for (uint32_t i = 0; i < 20; i++) native_await(full.pool, native_submit(full.pool, return_user, NULL));
    while (atomic_load(&full.pool->signals.x_any)) sched_yield();
    assert_int_equal(atomic_load(&memory.x_calls), 0);
    assert_int_equal(atomic_load(&memory.x_rooms), 0);
    for (uint32_t i = 0; i < 2; i++) close_pipe(&full, i); /* for each of them */
    while (!atomic_load(&memory.x_done)) sched_yield();
    while (!atomic_load(&memory.x_rooms)) sched_yield();
    assert_int_equal(atomic_load(&memory.x_calls), 1 + atomic_load(&memory.x_in_vain));
    assert_true(atomic_load(&memory.x_in_vain) <= 1);
    assert_int_equal(pool_destroy(full.pool), 0);
}

/* ------------------------------------------------------------------------------------------------------------ more */

static void room_callbacks_are_called_once_each(void **state)
{
    (void)state;
    int users[2];
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(pool_on_room(pool, on_room, &users[i]), 0);
    assert_int_equal(pool_on_room(pool, NULL, NULL), POOL_EINVAL);
    pool_job_t job = native_submit(pool, return_user, NULL);
    for (uint32_t i = 0; i < 2; i++) await_call();
    native_await(pool, job);
    flush();
    assert_int_equal(atomic_load(&told.x_n), 2);
}

/* --------------------------------------------------------------------------------------------------------- destroy */

static struct {
    _Atomic uint32_t x_ends, x_readies, x_rooms;
} owed;

static void count_end(void *user, pool_t *of, pool_job_t job, const struct pool_result *result)
{
    (void)user, (void)of, (void)job;
    THREAD_CHECK(result->outcome == POOL_CANCELLED);
    atomic_fetch_add(&owed.x_ends, 1);
}

static void count_ready(void *user, pool_t *of, pool_fd_t fd, int status)
{
    (void)user, (void)of, (void)fd;
    THREAD_CHECK(status == POOL_ESHUTDOWN);
    atomic_fetch_add(&owed.x_readies, 1);
}

static void count_room(void *user, pool_t *of)
{
    (void)user, (void)of;
    atomic_fetch_add(&owed.x_rooms, 1);
}

static void destroy_calls_whatever_is_owed(void **state)
{
    (void)state;
    memset(&owed, 0, sizeof owed);
    for (uint32_t i = 0; i < 20; i++) {
        pool_job_t job = native_submit(pool, job_that_computes, NULL);
        assert_int_equal(pool_on_end(pool, job, count_end, NULL), 0);
    }
    pool_fd_t others[2];
    assert_int_equal(pool_pipe(pool, 256, others), 0);
    assert_int_equal(pool_on_ready(pool, fds[0], count_ready, NULL), 0);
    assert_int_equal(pool_on_ready(pool, others[0], count_ready, NULL), 0);
    assert_int_equal(pool_on_room(pool, count_room, NULL), 0);
    native_pool_free(pool);
    pool = NULL;
    assert_int_equal(atomic_load(&owed.x_ends), 20);
    assert_int_equal(atomic_load(&owed.x_readies), 2);
    assert_int_equal(atomic_load(&owed.x_rooms), 1);
}

/* Each asks for another of its kind, as those that retry do: there is none any more, and destroying ends. */
static struct {
    _Atomic uint32_t x_ends, x_readies, x_rooms;
} again;

static void ask_for_ends(void *user, pool_t *of, pool_job_t job, const struct pool_result *result)
{
    (void)result;
    atomic_fetch_add(&again.x_ends, 1);
    int status = pool_on_end(of, job, ask_for_ends, user);
    THREAD_CHECK(status == 0 || status == POOL_ESHUTDOWN);
}

static void ask_for_ready(void *user, pool_t *of, pool_fd_t fd, int status)
{
    THREAD_CHECK(status == POOL_ESHUTDOWN && atomic_fetch_add(&again.x_readies, 1) == 0);
    THREAD_CHECK(pool_on_ready(of, fd, ask_for_ready, user) == POOL_ESHUTDOWN);
}

static void ask_for_room(void *user, pool_t *of)
{
    atomic_fetch_add(&again.x_rooms, 1);
    int status = pool_on_room(of, ask_for_room, user);
    THREAD_CHECK(status == 0 || status == POOL_ESHUTDOWN);
}

static void destroy_ends_though_each_callback_asks_for_another(void **state)
{
    (void)state;
    memset(&again, 0, sizeof again);
    static struct full full; /* nobody is told of room before the end */
    fill(&full);
    pool_job_t job = native_submit(full.pool, job_that_computes, NULL);
    assert_int_equal(pool_on_room(full.pool, ask_for_room, NULL), 0);
    assert_int_equal(pool_on_ready(full.pool, full.fds[full.n - 1][1], ask_for_ready, NULL), 0);
    assert_int_equal(pool_on_end(full.pool, job, ask_for_ends, NULL), 0);
    native_pool_free(full.pool);
    assert_true(atomic_load(&again.x_ends) >= 1);
    assert_int_equal(atomic_load(&again.x_readies), 1);
    assert_true(atomic_load(&again.x_rooms) >= 1);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(end_is_told_when_the_job_ends),
        CASE(end_of_a_job_that_has_ended_already_is_told_too),
        CASE(end_is_told_to_the_last_callback_only),
        CASE(end_is_not_told_for_the_job_before_in_its_place),
        CASE(end_callback_that_is_taken_back_is_not_called),
        CASE(end_of_a_job_released_before_is_told_with_its_result),
        CASE(end_of_nonsense_is_ebadf),
        CASE(handles_that_go_stale_meanwhile_are_ebadf),
        CASE(end_callback_may_release_and_submit),
        CASE(ready_to_read_is_told_when_there_is_something),
        CASE(ready_already_is_told_too),
        CASE(ready_to_write_is_told_when_there_is_room),
        CASE(ready_is_told_when_the_other_side_goes),
        CASE(ready_is_told_ebadf_when_the_end_is_closed_here),
        CASE(ready_callback_is_replaced_and_taken_back),
        CASE(ready_callback_that_comes_while_one_is_called_has_the_end),
        CASE(ready_callback_that_asks_again_leaves_all_others_their_turn),
        CASE(ready_of_what_is_in_use_or_not_open_is_refused),
        CASE(ready_callbacks_move_a_stream),
        CASE(room_is_told_when_a_record_is_released),
        CASE(room_is_told_when_memory_is_added),
        CASE(room_is_told_when_a_pipe_is_closed),
        CASE(room_that_is_there_already_is_told_soon),
        CASE(ready_and_room_wait_for_memory),
        CASE(room_callbacks_are_called_once_each),
        CASE(destroy_calls_whatever_is_owed),
        CASE(destroy_ends_though_each_callback_asks_for_another),
    };
    return cmocka_run_group_tests_name("callbacks_threads", tests, NULL, NULL);
}
