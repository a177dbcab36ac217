/* A whole pool with real threads: a client, a coordinator, three workers. Guests are C functions that call what a wasm
 * guest would import. Every job must settle exactly once, and nothing may be left over.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/client.h"
#include "core/handle.h"
#include "fs/fs.h"
#include "support/fake_guest.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/property.h"
#include "support/test_pool.h"
#include "support/test_worker.h"
#include "support/threads.h"
#include "sync/jobs.h"
#include "sync/wake.h"

#define WORKERS 3u
#define GRACE_MS 3u
#define GUEST_BYTES 16384u
#define IN_FLIGHT 12u
#define FAILED 0x80000000u
#define ROUNDS 40u

/* What a guest does, by its module's number. */
enum kind { ECHO = 1, SOURCE, SINK, EXIT, WAIT, CALL, COMPUTE, KINDS };

static struct {
    struct pool *pool;
    pthread_t coordinator;
    pthread_t workers[WORKERS_MAX + 1]; /* by number; the coordinator's */
    _Atomic uint32_t x_stop;
    _Atomic uint32_t x_kills;
    _Atomic uint32_t x_computing[WORKERS_MAX + 1]; /* 1: it is in its endless loop, where a thread can be ended */
    uint32_t n_parked;                             /* threads that were killed and never end */
    _Atomic uint32_t x_seeds;
    uint64_t seed;
} house;

/* The guests. */

static uint8_t byte_at(uint32_t position)
{
    return (uint8_t)(position * 167 + (position >> 8));
}

static uint32_t argument(void)
{
    uint32_t pointers = fake_guest_new(8), data = fake_guest_new(32);
    THREAD_CHECK(guest_args_get(pointers, data) == 0);
    return (uint32_t)strtoul((const char *)fake_guest_at(data), NULL, 10);
}

static uint32_t run_echo(struct property *random)
{
    uint32_t size = property_size(random, GUEST_BYTES / 4), data = fake_guest_new(size), n_at = fake_guest_new(4);
    uint32_t iov = fake_guest_iovec(data, size), total = 0;
    for (;;) {
        uint32_t error = guest_fd_read(0, iov, 1, n_at), n = fake_guest_u32(n_at);
        if (error) return FAILED | error;
        if (n == 0) return total;
        memcpy(fake_guest_at(iov), &(struct wasi_iovec){data, n}, sizeof(struct wasi_iovec));
        error = guest_fd_write(1, iov, 1, n_at);
        if (error) return FAILED | error;
        memcpy(fake_guest_at(iov), &(struct wasi_iovec){data, size}, sizeof(struct wasi_iovec));
        total += n;
    }
}

static uint32_t run_source(struct property *random)
{
    uint32_t total = argument(), n_at = fake_guest_new(4), data = fake_guest_new(GUEST_BYTES / 2),
             iov = fake_guest_new(8);
    for (uint32_t done = 0; done < total;) {
        uint32_t n = property_size(random, GUEST_BYTES / 2);
        if (n > total - done) n = total - done;
        for (uint32_t i = 0; i < n; i++) *fake_guest_at(data + i) = byte_at(done + i);
        memcpy(fake_guest_at(iov), &(struct wasi_iovec){data, n}, sizeof(struct wasi_iovec));
        uint32_t error = guest_fd_write(1, iov, 1, n_at);
        if (error) return FAILED | error;
        done += n;
    }
    return total;
}

static uint32_t run_sink(struct property *random)
{
    uint32_t size = property_size(random, GUEST_BYTES / 2), data = fake_guest_new(size), n_at = fake_guest_new(4);
    uint32_t iov = fake_guest_iovec(data, size), total = 0;
    for (;;) {
        uint32_t error = guest_fd_read(0, iov, 1, n_at), n = fake_guest_u32(n_at);
        if (error) return FAILED | error;
        if (n == 0) return total;
        for (uint32_t i = 0; i < n; i++) THREAD_CHECK(*fake_guest_at(data + i) == byte_at(total + i));
        total += n;
    }
}

static _Noreturn void run_calls(void)
{
    uint32_t at = fake_guest_new(16), n_at = fake_guest_new(4);
    for (;;) {
        guest_sched_yield();
        guest_clock_time_get(1, 0, at);
        guest_random_get(at, 16);
        guest_fd_write(2, 0, 0, n_at);
    }
}

/* An endless loop without a call. The sanitizers have no part in it, as its thread may be ended at any instruction. */
__attribute__((noinline, no_sanitize("thread", "address"))) static _Noreturn void loop_for_ever(void)
{
    for (;;) __asm__ volatile("" ::: "memory");
}

static _Noreturn void run_computation(void)
{
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    atomic_store(&house.x_computing[pool__this_worker()->number], 1);
    loop_for_ever();
}

static uint32_t run_guest(enum kind kind, struct property *random)
{
    switch (kind) {
    case ECHO: return run_echo(random);
    case SOURCE: return run_source(random);
    case SINK: return run_sink(random);
    case EXIT: guest_proc_exit(argument()); return FAILED;
    case WAIT: return run_sink(random); /* from a pipe that nobody writes to */
    case CALL: run_calls();
    case COMPUTE: run_computation();
    default: THREAD_CHECK(false); return 0;
    }
}

/* The script around a worker. */

static void run_job(enum kind kind, struct property *random)
{
    struct wasi_guest guest = fake_guest_calls();
    volatile uint32_t outcome = 0, code = 0; /* they outlive the unwinding */
    fake_guest_reset();
    worker_begin(guest.read, guest.write, guest.check);
    if (worker_enter() == 0) {
        if (setjmp(fake_unwound) == 0) {
            code = run_guest(kind, random);
            outcome = POOL_EXITED;
        }
        worker_leave();
    }
    if (outcome == 0) {
        outcome = worker_left_by();
        code = worker_exit_code();
        THREAD_CHECK(outcome != 0);
    }
    worker_end(outcome, code, 0);
}

/* A short while, up to some microseconds, so that who comes first is left to chance. */
static void dawdle(struct property *random)
{
    for (uint32_t n = property_size(random, 512); n > 1; n--) port_relax();
}

static void free_guest(void *unused)
{
    (void)unused;
    fake_guest_free();
}

/* Without AddressSanitizer: a thread that is cancelled comes back to here from a frame further down, which the
 * sanitizer still thinks to be in use, and it takes its own looking at the stack for a mistake of ours. */
static __attribute__((no_sanitize("address"))) void *run_worker(void *argument)
{
    struct property random = {house.seed + atomic_fetch_add(&house.x_seeds, 1)};
    THREAD_CHECK(worker_join(house.pool, (uint32_t)(uintptr_t)argument) == 0);
    fake_guest_make(GUEST_BYTES);
    pthread_cleanup_push(free_guest, NULL);
    for (double module = worker_next(); module >= 0; module = worker_next()) {
        run_job((enum kind)(int)module, &random);
        dawdle(&random);
    }
    pthread_cleanup_pop(1);
    return NULL;
}

/* The script around the coordinator. */

static void add_worker(void)
{
    int32_t number = coordinator_add_worker(house.pool);
    THREAD_CHECK(number > 0);
    atomic_store(&house.x_computing[number], 0);
    house.workers[number] = thread_start(run_worker, (void *)(uintptr_t)number);
}

/* As terminate() does: a thread that computes is gone then. One that calls parks for ever, and its slot with it. */
static void end_killed_worker(uint32_t number)
{
    bool ends = atomic_load(&house.x_computing[number]);
    THREAD_CHECK(pthread_cancel(house.workers[number]) == 0);
    if (ends)
        THREAD_CHECK(thread_join(house.workers[number]) == PTHREAD_CANCELED);
    else
        THREAD_CHECK(pthread_detach(house.workers[number]) == 0);
    house.n_parked += !ends;
    coordinator_bury_worker(house.pool, number, ends ? 0 : -1, true);
    atomic_fetch_add(&house.x_kills, 1);
}

static uint32_t end_killed_workers(void)
{
    uint32_t ended = 0, number;
    for (; (number = coordinator_next_kill(house.pool)) != 0; ended++) end_killed_worker(number);
    return ended;
}

static void *run_coordinator(void *unused)
{
    (void)unused;
    for (;;) {
        uint32_t count = coordinator_arm(house.pool, false);
        if (atomic_load(&house.x_stop)) return NULL;
        double next_ms = coordinator_tick(house.pool);
        for (uint32_t n = end_killed_workers(); n > 0; n--) add_worker();
        uint64_t next_ns = next_ms < 0 ? PORT_FOREVER : (uint64_t)(next_ms * 1e6);
        port_wait(&house.pool->bells[WAITER_COORDINATOR].x_count, count, next_ns);
    }
}

static void open_house(struct property *random, uint32_t n_workers)
{
    house.pool = coordinator_create(2, GRACE_MS, TEST_BLOCKS_MIB, n_workers, n_workers);
    house.seed = property_fork(random).state;
    house.n_parked = 0;
    atomic_store(&house.x_stop, 0);
    for (uint32_t i = 0; i < n_workers; i++) add_worker();
    house.coordinator = thread_start(run_coordinator, NULL);
}

static void stop_coordinator(void)
{
    atomic_store(&house.x_stop, 1);
    pool__ask_coordinator(house.pool);
    thread_join(house.coordinator);
}

static bool is_alive(uint32_t number)
{
    enum worker_state state = test_worker_state(house.pool, number);
    return state != WORKER_NONE && state != WORKER_DEAD;
}

/* From here on this thread is the coordinator. */
static void close_house(void)
{
    stop_coordinator();
    while (coordinator_close(house.pool) > 0) sched_yield();
    end_killed_workers();
    for (uint32_t n = 1; n <= WORKERS_MAX; n++) {
        if (!is_alive(n)) continue;
        thread_join(house.workers[n]);
        coordinator_bury_worker(house.pool, n, 0, false);
    }
}

/* Lets go of the numbers of cancelled jobs that no worker came by to throw away. */
static void sweep_queue(void)
{
    for (pool_job_t job; pool__sched_pop(&house.pool->sched, &job);) {
        THREAD_CHECK(!pool__job_begin(house.pool, job, 1, 1));
    }
}

/* Pools in which a killed thread is parked: it sleeps on a word of theirs as long as the program runs. */
static struct pool *kept[ROUNDS + 2];
static uint32_t n_kept;

static void take_house_down(void)
{
    sweep_queue();
    while (pool__volumes_sweep(house.pool) == 1) continue;
    assert_pool_is_empty(house.pool);
    assert_int_equal(pool__sched_count_awake(&house.pool->sched), 0);
    if (house.n_parked == 0)
        test_pool_free(house.pool);
    else
        kept[n_kept++] = house.pool;
    assert_true(n_kept < COUNT_OF(kept));
}

/* The client. */

struct flight {
    pool_job_t job; /* 0: this place is free */
    enum kind kind;
    uint32_t total;    /* bytes that it shall pass */
    bool disturbed;    /* it, or a job that it is connected to, was cancelled */
    uint32_t partners; /* which pipeline it belongs to; 0: none */
    pool_fd_t to;      /* the client feeds it here */
    uint32_t fed;
    pool_fd_t from; /* and reads its output here */
    uint32_t got;
};

static struct {
    struct flight flights[IN_FLIGHT];
    struct property random;
    uint32_t in_flight;
    uint32_t submitted;
    uint32_t settled;
    uint32_t outcomes[POOL_NOT_STARTED + 1];
    uint32_t pipelines;
} client;

static pool_volume_t make_volume(void)
{
    pool_volume_t volume;
    struct sleeper sleeper = {.pool = house.pool, .waiter = WAITER_CLIENT};
    int status;
    while ((status = pool__volume_make(&sleeper, 0, 0, &volume)) == POOL_EAGAIN) sched_yield();
    assert_int_equal(status, 0);
    return volume;
}

/* With a directory that only the job has from then on. */
static void submit_with_volume(struct pool_job_config *config, pool_job_t *job_out)
{
    pool_volume_t volume = make_volume();
    struct pool_preopen preopens[] = {{volume, "/data", false}, {volume, "/same", true}};
    config->preopens = preopens;
    config->n_preopens = COUNT_OF(preopens);
    int status; /* what ended jobs had may not be back yet */
    while ((status = pool_submit(house.pool, config, job_out)) == POOL_EAGAIN) sched_yield();
    assert_int_equal(status, 0);
    assert_int_equal(pool__volume_drop(house.pool, volume), 0);
}

static struct flight *submit(enum kind kind, pool_fd_t in, pool_fd_t out, uint32_t total, uint32_t timeout_ms)
{
    char text[16];
    const char *const argv[] = {text, NULL};
    struct flight *flight = client.flights;
    while (flight->job) flight++;
    *flight = (struct flight){.kind = kind, .total = total};
    snprintf(text, sizeof text, "%u", total);
    struct pool_job_config config = {.module = kind, .argv = argv, .timeout_ms = timeout_ms};
    if (in) config.stdio[0] = (struct pool_stdio){POOL_STDIO_PIPE, in};
    if (out) config.stdio[1] = (struct pool_stdio){POOL_STDIO_PIPE, out};
    submit_with_volume(&config, &flight->job);
    client.in_flight++;
    client.submitted++;
    return flight;
}

static void open_pipe(pool_fd_t fds[2])
{
    assert_int_equal(pool_pipe(house.pool, 256u << property_below(&client.random, 9), fds), 0);
}

static uint32_t random_total(void)
{
    return property_size(&client.random, 200000);
}

static void submit_pipeline(void)
{
    pool_fd_t first[2], second[2];
    uint32_t total = random_total();
    open_pipe(first);
    open_pipe(second);
    struct flight *parts[3] = {submit(SOURCE, 0, first[1], total, 0), submit(ECHO, first[0], second[1], total, 0),
                               submit(SINK, second[0], 0, total, 0)};
    client.pipelines++;
    for (uint32_t i = 0; i < 3; i++) parts[i]->partners = client.pipelines;
}

static void submit_conversation(void)
{
    pool_fd_t in[2], out[2];
    open_pipe(in);
    open_pipe(out);
    struct flight *flight = submit(ECHO, in[0], out[1], random_total(), 0);
    flight->to = in[1];
    flight->from = out[0];
}

/* A job that only a deadline or the client ends. */
static void submit_endless(enum kind kind)
{
    pool_fd_t fds[2] = {0, 0};
    if (kind == WAIT) open_pipe(fds);
    struct flight *flight = submit(kind, fds[0], 0, 1, 1 + property_below(&client.random, 20));
    flight->to = fds[1];
    flight->fed = flight->total;
}

static void submit_something(void)
{
    switch (property_below(&client.random, 8)) {
    case 0:
    case 1: submit_pipeline(); break;
    case 2:
    case 3:
    case 4: submit_conversation(); break;
    case 5: submit(EXIT, 0, 0, property_next(&client.random), 0); break;
    case 6: submit_endless(property_once_in(&client.random, 2) ? WAIT : CALL); break;
    default: submit_endless(COMPUTE); break;
    }
}

static void disturb(const struct flight *flight)
{
    for (uint32_t i = 0; i < IN_FLIGHT; i++) {
        struct flight *other = &client.flights[i];
        if (other == flight || (flight->partners && other->partners == flight->partners)) other->disturbed = true;
    }
}

static void cancel_somebody(void)
{
    struct flight *flight = &client.flights[property_below(&client.random, IN_FLIGHT)];
    if (!flight->job) return;
    disturb(flight);
    assert_int_equal(pool_cancel(house.pool, flight->job), 0);
}

static void close_fd(pool_fd_t *fd)
{
    if (*fd) assert_int_equal(pool_close(house.pool, *fd), 0);
    *fd = 0;
}

/* True: something was moved. */
static bool feed(struct flight *flight)
{
    uint8_t data[5000];
    uint32_t size = property_size(&client.random, sizeof data);
    if (!flight->to || flight->kind == WAIT) return false;
    if (size > flight->total - flight->fed) size = flight->total - flight->fed;
    for (uint32_t i = 0; i < size; i++) data[i] = byte_at(flight->fed + i);
    int32_t n = size ? pool_write(house.pool, flight->to, data, size) : 0;
    if (n == POOL_EAGAIN) return false;
    if (n > 0)
        flight->fed += (uint32_t)n;
    else
        assert_true(n == 0 || (n == POOL_EPIPE && flight->disturbed));
    if (n < 0 || flight->fed == flight->total) close_fd(&flight->to);
    return true;
}

static bool drain(struct flight *flight)
{
    uint8_t data[5000];
    if (!flight->from) return false;
    int32_t n = pool_read(house.pool, flight->from, data, property_size(&client.random, sizeof data));
    if (n == POOL_EAGAIN) return false;
    assert_true(n >= 0);
    for (int32_t i = 0; i < n; i++) assert_int_equal(data[i], byte_at(flight->got + (uint32_t)i));
    flight->got += (uint32_t)n;
    if (n == 0) close_fd(&flight->from);
    return true;
}

static bool move_bytes(void)
{
    bool moved = false;
    for (uint32_t i = 0; i < IN_FLIGHT; i++) {
        if (!client.flights[i].job) continue;
        moved |= feed(&client.flights[i]);
        moved |= drain(&client.flights[i]);
    }
    return moved;
}

static void check_result(struct flight *flight, const struct pool_result *result)
{
    if (result->outcome == POOL_TIMED_OUT)
        assert_in_range(flight->kind, WAIT, COMPUTE);
    else if (result->outcome == POOL_CANCELLED)
        assert_true(flight->disturbed);
    else
        assert_int_equal(result->outcome, POOL_EXITED);
    if (result->outcome != POOL_EXITED || flight->disturbed) return;
    assert_in_range(flight->kind, ECHO, EXIT);
    assert_int_equal(result->code, flight->total);
}

static void settle(uint32_t slot)
{
    struct flight *flight = client.flights;
    while (flight < client.flights + IN_FLIGHT &&
           (!flight->job || test_job(house.pool, flight->job) != &house.pool->jobs[slot])) {
        flight++;
    }
    assert_true(flight < client.flights + IN_FLIGHT); /* else it has settled twice */
    struct pool_result result = test_result(house.pool, flight->job);
    check_result(flight, &result);
    while (drain(flight)) continue; /* its output is complete */
    if (!flight->disturbed && flight->kind == ECHO && !flight->partners) assert_int_equal(flight->got, flight->total);
    close_fd(&flight->to);
    close_fd(&flight->from);
    assert_int_equal(pool_release(house.pool, flight->job), 0);
    assert_int_equal(pool_release(house.pool, flight->job), POOL_EBADF);
    client.outcomes[result.outcome]++;
    client.settled++;
    client.in_flight--;
    flight->job = 0;
}

static bool take_signals(void)
{
    bool taken = false;
    for (int32_t signal = client_take(house.pool); signal >= 0; signal = client_take(house.pool)) {
        if ((uint32_t)signal < SIGNAL_JOB_0 + JOBS_MAX) settle((uint32_t)signal - SIGNAL_JOB_0);
        taken = true;
    }
    return taken;
}

/* Arms, looks again, sleeps. */
static void wait_for_something(void)
{
    struct bell *bell = &house.pool->bells[WAITER_CLIENT];
    uint32_t count = client_arm(house.pool);
    bool found = take_signals();
    found |= move_bytes();
    if (!found) port_wait(&bell->x_count, count, PORT_FOREVER);
    client_disarm(house.pool);
}

static void begin_client(struct property *random, uint32_t n_workers)
{
    memset(&client, 0, sizeof client);
    client.random = property_fork(random);
    atomic_store(&house.x_kills, 0);
    open_house(&client.random, n_workers);
    assert_int_equal(client_join(house.pool, false), 0);
}

static void run_client(uint32_t n_jobs)
{
    while (client.settled < client.submitted || client.submitted < n_jobs) {
        if (client.in_flight + 3 <= IN_FLIGHT && client.submitted < n_jobs) submit_something();
        if (property_once_in(&client.random, 60)) cancel_somebody();
        bool found = take_signals();
        found |= move_bytes();
        if (!found) wait_for_something();
    }
}

static void tell_outcomes(void)
{
    print_message("[          ] %u jobs: %u exited, %u cancelled, %u timed out; %u workers killed\n", client.settled,
                  client.outcomes[POOL_EXITED], client.outcomes[POOL_CANCELLED], client.outcomes[POOL_TIMED_OUT],
                  atomic_load(&house.x_kills));
}

static void pool_settles_every_job_exactly_once(void **state)
{
    (void)state;
    struct property random = property_begin("pool_settles_every_job_exactly_once");
    begin_client(&random, WORKERS);
    run_client(1000);
    assert_int_equal(client.settled, client.submitted);
    assert_int_equal(client_take(house.pool), -1);
    close_house();
    tell_outcomes();
    take_house_down();
}

/* Each as soon as the last has ended: just when the workers go to sleep. */
static void pool_runs_one_job_after_another(void **state)
{
    (void)state;
    struct property random = property_begin("pool_runs_one_job_after_another");
    for (uint32_t n_workers = 1; n_workers <= 2; n_workers++) {
        begin_client(&random, n_workers);
        for (uint32_t i = 0; i < 10000; i++) {
            submit(EXIT, 0, 0, i, 0);
            while (client.in_flight) {
                if (!take_signals()) sched_yield(); /* awake, so as to be quicker than whoever goes to sleep */
            }
            dawdle(&client.random);
        }
        close_house();
        take_house_down();
    }
}

static void check_all_settled(void)
{
    for (uint32_t i = 0; i < IN_FLIGHT; i++) {
        struct flight *flight = &client.flights[i];
        if (!flight->job) continue;
        flight->disturbed = true;
        struct pool_result result = test_result(house.pool, flight->job);
        assert_in_range(result.outcome, POOL_EXITED, POOL_TIMED_OUT);
    }
}

static void pool_closed_at_any_moment_settles_every_job_exactly_once(void **state)
{
    (void)state;
    struct property random = property_begin("pool_closed_at_any_moment_settles_every_job_exactly_once");
    for (uint32_t round = 0; round < ROUNDS; round++) {
        begin_client(&random, WORKERS);
        for (uint32_t n = property_below(&client.random, 60); n > 0; n--) {
            if (client.in_flight + 3 <= IN_FLIGHT) submit_something();
            take_signals();
            move_bytes();
        }
        close_house();
        check_all_settled();
        while (take_signals()) continue;
        assert_int_equal(client.settled, client.submitted);
        take_house_down();
    }
}

/* Once: a worker that was killed may come back at any time, and then it looks for stack before it sees that. */
static int set_hooks(void **state)
{
    (void)state;
    port_set_hooks(&(struct port_hooks){.unwind = fake_port_unwind, .runs_guests = true, .must_not_block = true});
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pool_settles_every_job_exactly_once),
        cmocka_unit_test(pool_runs_one_job_after_another),
        cmocka_unit_test(pool_closed_at_any_moment_settles_every_job_exactly_once),
    };
    return cmocka_run_group_tests_name("pool_threads", tests, set_hooks, NULL);
}
