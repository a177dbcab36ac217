/* Hostile callers of pool.h: the input is a program of calls with handles that are open, stale, somebody else's or made
 * up. One thread plays the client and, by taking jobs off the queue, the workers; the guests of these make host calls.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "client/client.h"
#include "core/handle.h"
#include "fuzz/fuzz.h"
#include "support/fake_port.h"
#include "support/test_pool.h"
#include "sync/calls.h"
#include "sync/ends.h"
#include "sync/jobs.h"

enum kind { FD, JOB, CALL };

#define STEPS_MAX 512u
#define KEPT 16u
#define WAITS_MAX 16u

static struct {
    struct fuzz_input input;
    struct pool *pool;
    uint64_t fds[KEPT], jobs[KEPT], calls[KEPT]; /* the last handles that were given out, open or not */
    uint32_t n_fds, n_jobs, n_calls;
    uint64_t stale[3][KEPT]; /* the last handles of each kind that were given back */
    uint32_t n_stale[3];
    struct job *running;
    struct sleeper sleeper;
    uint32_t waits; /* of one call */
} run;

/* A handle that was given out, or one that differs in some bits, or anything. */
static uint64_t take_handle(const uint64_t kept[KEPT])
{
    uint8_t form = fuzz_take_byte(&run.input);
    uint64_t handle = kept[form % KEPT];
    if (form < 0xc0) return handle;
    return form < 0xe0 ? handle ^ (uint64_t)1 << fuzz_take_byte(&run.input) % 64 : fuzz_take_u32(&run.input);
}

static void keep(uint64_t kept[KEPT], uint32_t *n, uint64_t handle)
{
    kept[(*n)++ % KEPT] = handle;
}

static bool is_error(int64_t status)
{
#define IS_ERROR(name, value, message) || status == (value)
    return false POOL_ERROR_MAP(IS_ERROR);
}

static void require_status(int64_t status, int64_t most)
{
    REQUIRE(is_error(status) || (status >= 0 && status <= most));
}

/* What a call with a handle returned: a stale one is POOL_EBADF, whoever has its slot by now. */
static void require_of(enum kind kind, uint64_t handle, int64_t status, int64_t most)
{
    require_status(status, most);
    for (uint32_t i = 0; i < KEPT; i++) REQUIRE(handle == 0 || run.stale[kind][i] != handle || status == POOL_EBADF);
}

/* The same, for a call that gives the handle back. */
static void require_gone(enum kind kind, uint64_t handle, int64_t status)
{
    require_of(kind, handle, status, 0);
    if (kind == FD && pool__fd_is_own(handle)) return; /* a job's own descriptors are given out again */
    if (status == 0) keep(run.stale[kind], &run.n_stale[kind], handle);
}

/* ------------------------------------------------------------------------------------------------------------ pipes */

static void step_pipe(void)
{
    pool_fd_t fds[2];
    int status = pool_pipe(run.pool, fuzz_take_u16(&run.input), fds);
    require_status(status, 0);
    if (status) return;
    keep(run.fds, &run.n_fds, fds[0]);
    keep(run.fds, &run.n_fds, fds[1]);
}

static void step_read(void)
{
    uint8_t bytes[512];
    pool_fd_t fd = take_handle(run.fds);
    uint32_t size = fuzz_take_u16(&run.input) % sizeof bytes;
    require_of(FD, fd, pool_read(run.pool, fd, bytes, size), size);
}

static void step_write(void)
{
    static const uint8_t bytes[8192];
    pool_fd_t fd = take_handle(run.fds);
    uint32_t size = fuzz_take_u16(&run.input) % sizeof bytes;
    require_of(FD, fd, pool_write(run.pool, fd, bytes, size), size);
}

static void step_close(void)
{
    pool_fd_t fd = take_handle(run.fds);
    require_gone(FD, fd, pool_close(run.pool, fd));
}

static void step_poll(void)
{
    struct pool_pollfd fds[8] = {{0}};
    uint32_t n = fuzz_take_byte(&run.input) % 8;
    for (uint32_t i = 0; i < n; i++) {
        fds[i] = (struct pool_pollfd){.fd = take_handle(run.fds), .events = fuzz_take_byte(&run.input)};
    }
    require_status(fuzz_take_byte(&run.input) % 2 ? pool_poll(run.pool, fds, n, 0) : client_poll(run.pool, fds, n), n);
}

static void step_span(void)
{
    uint8_t *data = NULL;
    pool_fd_t fd = take_handle(run.fds);
    uint32_t size = fuzz_take_u16(&run.input);
    bool reads = fuzz_take_byte(&run.input) % 2;
    int32_t n = reads ? client_peek(run.pool, fd, &data) : client_reserve(run.pool, fd, size, &data);
    require_of(FD, fd, n, POOL_BYTES_MAX);
    if (n > 0 && !reads) memset(data, 1, (uint32_t)n); /* all of it is there */
    require_status(reads ? client_consume(run.pool, fd, size) : client_commit(run.pool, fd, size), 0);
}

/* ------------------------------------------------------------------------------------------------------------- jobs */

static void take_stdio(struct pool_stdio *stdio)
{
    for (uint32_t i = 0; i < 3; i++) {
        stdio[i] = (struct pool_stdio){.kind = fuzz_take_byte(&run.input) % 6, .fd = take_handle(run.fds)};
    }
}

static void step_submit(void)
{
    static const char *const strings[] = {"one", "", "two", NULL};
    pool_job_t job = 0;
    struct pool_job_config config = {.module = fuzz_take_byte(&run.input) % 2,
                                     .argv = fuzz_take_byte(&run.input) % 2 ? strings : NULL,
                                     .priority = fuzz_take_byte(&run.input) % 4,
                                     .input = strings,
                                     .input_bytes = fuzz_take_byte(&run.input) % sizeof strings,
                                     .capture_max_bytes = fuzz_take_u32(&run.input),
                                     .timeout_ms = fuzz_take_u16(&run.input)};
    take_stdio(config.stdio);
    int status = pool_submit(run.pool, &config, &job);
    require_status(status, 0);
    if (status == 0) keep(run.jobs, &run.n_jobs, job);
}

static void step_submit_record(void)
{
    _Alignas(struct record) uint8_t bytes[sizeof(struct record) + 128];
    uint8_t *staged = NULL;
    pool_job_t job = 0;
    uint32_t size = fuzz_take_byte(&run.input) % sizeof bytes;
    require_status(client_stage(run.pool, fuzz_take_u16(&run.input), &staged), 0);
    for (uint32_t i = 0; i < size; i++) bytes[i] = fuzz_take_byte(&run.input);
    int status = client_submit(run.pool, bytes, size, &job);
    require_status(status, 0);
    if (status == 0) keep(run.jobs, &run.n_jobs, job);
}

static void step_wait(void)
{
    struct pool_result result = {0};
    uint32_t index = 0;
    pool_job_t jobs[] = {take_handle(run.jobs), take_handle(run.jobs), take_handle(run.jobs)};
    int status = pool_wait(run.pool, jobs[0], 0, &result);
    require_of(JOB, jobs[0], status, 0);
    if (status == 0) REQUIRE(result.outcome >= POOL_EXITED && result.outcome <= POOL_NOT_STARTED);
    status = pool_wait_any(run.pool, jobs, fuzz_take_byte(&run.input) % 4, (int8_t)fuzz_take_byte(&run.input), &index);
    require_status(status, 0);
    REQUIRE(index < 3);
}

static void step_cancel(void)
{
    pool_job_t job = take_handle(run.jobs);
    require_of(JOB, job, pool_cancel(run.pool, job), 0);
}

static void step_release(void)
{
    pool_job_t job = take_handle(run.jobs);
    require_gone(JOB, job, pool_release(run.pool, job));
}

/* A worker takes a job, or ends the one it has. */
static void step_work(void)
{
    pool_job_t popped;
    if (run.running) {
        pool__job_end_running(run.pool, run.running, POOL_EXITED, fuzz_take_byte(&run.input));
        run.running = NULL;
    } else if (pool__sched_pop(&run.pool->sched, &popped)) {
        run.running = pool__job_begin(run.pool, popped, 1, 1);
    }
    run.sleeper.job = run.running;
}

/* ------------------------------------------------------------------------------------------------------- host calls */

/* In place of sleeping: the coordinator comes by, and if that does not help the job is cancelled. */
void __wrap_port_wait(_Atomic uint32_t *word, uint32_t expected, uint64_t timeout_ns);
void __wrap_port_wait(_Atomic uint32_t *word, uint32_t expected, uint64_t timeout_ns)
{
    (void)timeout_ns;
    if (atomic_load(word) != expected) return;
    REQUIRE(run.waits++ < WAITS_MAX); /* it does not heed that it was cancelled */
    coordinator_tick(run.pool);
    if (run.waits == WAITS_MAX / 2) pool__job_wish(run.running, pool__job_generation(run.running), POOL_CANCELLED);
}

static void step_call(void)
{
    struct call_draft draft;
    uint32_t name = fuzz_take_byte(&run.input), size = fuzz_take_u16(&run.input);
    if (!run.running || pool__job_wished(run.running)) return;
    run.waits = 0;
    int status = pool__call_draft(&run.sleeper, name, size, &draft);
    require_status(status, 0);
    if (status) return;
    memset(draft.memory, 'n', name + size);
    keep(run.fds, &run.n_fds, draft.reply); /* it is the job's: everybody else gets EBADF */
    if (fuzz_take_byte(&run.input) % 8) {
        pool__call_send(&run.sleeper, &draft);
    } else {
        pool__call_drop(&run.sleeper, &draft);
    }
}

static void step_serve(void)
{
    struct client_call call = {0};
    int32_t signal = client_take(run.pool);
    if (signal < (int32_t)SIGNAL_CALL_0 || signal >= (int32_t)SIGNAL_BLOCKS) return;
    int status = client_call(run.pool, (uint32_t)signal - SIGNAL_CALL_0, &call);
    require_status(status, 0);
    if (status) return;
    for (uint32_t i = 0; i < call.name_bytes; i++) REQUIRE(call.name[i] == 'n');
    keep(run.calls, &run.n_calls, call.call);
}

/* As pool_reply of a pool that has a host; one for which there is no memory is not kept, but refused. */
static int reply_with(pool_call_t handle, int32_t status, const uint8_t *data, uint32_t size)
{
    uint32_t block;
    if (status > 0 || status == POOL_EAGAIN) return POOL_EINVAL;
    if (size == 0) return pool__call_reply(run.pool, handle, status, 0);
    struct call *call = pool__call_claim(run.pool, handle);
    if (!call) return POOL_EBADF;
    int error = pool__call_carry(run.pool, call, data, size, &block);
    pool__call_answer(run.pool, call,
                      status                 ? status
                      : error == POOL_EAGAIN ? POOL_ENOMEM
                                             : error,
                      block, error ? 0 : size);
    return 0;
}

static void step_reply(void)
{
    static const uint8_t bytes[65536];
    uint8_t *room = NULL;
    pool_call_t call = take_handle(run.calls);
    int32_t reply = -(int32_t)fuzz_take_byte(&run.input) + 1;
    uint32_t size = fuzz_take_u16(&run.input);
    if (fuzz_take_byte(&run.input) % 2) {
        int status = reply_with(call, reply, bytes, size);
        if (status != POOL_EINVAL) require_gone(CALL, call, status); /* whatever the handle */
    } else {
        require_status(client_reply_room(run.pool, call, size, &room), 0);
        if (room) memcpy(room, bytes, size);
        require_status(client_reply(run.pool, call, reply, size), 0);
    }
}

/* -------------------------------------------------------------------------------------------------------------- all */

static void step(void)
{
    switch (fuzz_take_byte(&run.input) % 20) {
    case 0: step_pipe(); return;
    case 1: step_read(); return;
    case 2: step_write(); return;
    case 3: step_poll(); return;
    case 4: step_span(); return;
    case 5: step_close(); return;
    case 6:
        require_status(pool_set_nonblocking(run.pool, take_handle(run.fds), fuzz_take_byte(&run.input) % 2), 0);
        return;
    case 7: step_submit(); return;
    case 8: step_submit_record(); return;
    case 9: step_wait(); return;
    case 10: step_cancel(); return;
    case 11: step_release(); return;
    case 12:
    case 13: step_work(); return;
    case 14:
    case 15: step_call(); return;
    case 16: step_serve(); return;
    case 17: step_reply(); return;
    case 18: require_status(pool_resize(run.pool, fuzz_take_byte(&run.input)), 0); return;
    default: coordinator_tick(run.pool); return;
    }
}

/* Ends every job, answers every call and closes every end, by whatever handles there are: then nothing is left. */
static void tear_down(void)
{
    pool_job_t popped;
    if (run.running) step_work();
    coordinator_close(run.pool);
    while (pool__sched_pop(&run.pool->sched, &popped)) pool__job_begin(run.pool, popped, 1, 1);
    for (uint32_t i = 0; i < JOBS_MAX; i++) {
        pool_release(run.pool, pool__handle_of_job(i, pool__job_generation(&run.pool->jobs[i])));
    }
    for (uint32_t i = 0; i < CALLS_MAX; i++) {
        struct client_call call;
        client_call(run.pool, i, &call);
        pool_reply(run.pool, pool__handle_of_call(i, pool__call_generation(&run.pool->calls[i])), 0, NULL, 0);
    }
    for (uint32_t i = 0; i < PIPES_MAX; i++) {
        uint64_t generation = atomic_load(&run.pool->pipes[i].x_generation);
        pool_close(run.pool, pool__handle_of_end(i, PIPE_READ, generation));
        pool_close(run.pool, pool__handle_of_end(i, PIPE_WRITE, generation));
    }
    uint8_t *staged;
    client_stage(run.pool, 1, &staged);
    pool__give_block(run.pool, run.pool->staged_block);
    assert_pool_is_empty(run.pool);
    test_pool_free(run.pool);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *state = NULL;
    memset(&run, 0, sizeof run);
    run.input = (struct fuzz_input){data, size};
    REQUIRE(test_pool_setup(&state) == 0);
    run.pool = state;
    REQUIRE(client_join(run.pool, false) == 0);
    pool__sleeper_init(&run.sleeper, run.pool, WAITER_WORKER_0 + 1);
    for (uint32_t i = 0; i < STEPS_MAX && run.input.left > 0; i++) step();
    tear_down();
    return 0;
}
