/* A pool's memory natively: what jobs, pipes, host calls and volumes had comes back, however they end; what one takes
 * leaves the others theirs; and output for which there is no memory is never silence.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/layout.h"
#include "pool_guest.h"
#include "support/native_pool.h"
#include "support/prelude.h"
#include "support/property.h"
#include "support/test_pool.h"
#include "support/threads.h"

#define MIB (1024u * 1024)
#define MEMORY_MIB 32u

static pool_t *pool;

static struct pool_stats stats_of(void)
{
    struct pool_stats stats;
    assert_int_equal(pool_stats(pool, &stats), 0);
    return stats;
}

/* The coordinator frees volumes, the last pipes and the slots of cancelled jobs a little later. */
static void await_nothing_used(void)
{
    while (stats_of().memory_used_bytes > 0 || stats_of().n_pipes > 0) sched_yield();
    struct pool_stats stats = stats_of();
    assert_int_equal(stats.memory_free_bytes, stats.memory_limit_bytes);
    assert_int_equal(stats.memory_largest_bytes, POOL_BYTES_MAX);
}

static int submit(struct pool_job_config *config, pool_job_t *job_out)
{
    int status;
    while ((status = pool_submit(pool, config, job_out)) == POOL_EAGAIN) sched_yield();
    return status;
}

/* -------------------------------------------------------------------------------------------- output that is not lost
 */

/* Writes more and more to stdout, and does not look whether it can be. */
static uint32_t write_blindly(pool_t *of, void *user)
{
    static const uint8_t data[64 * 1024];
    uint32_t size = *(uint32_t *)user;
    for (uint32_t done = 0; done < size; done += sizeof data) {
        if (pool_write(of, POOL_STDOUT, data, sizeof data) < 0) break;
    }
    return 0;
}

static struct pool_result run_blindly(struct pool_job_config config, uint32_t size)
{
    pool_job_t job;
    struct pool_result result;
    config.function = write_blindly;
    config.user = &size;
    assert_int_equal(submit(&config, &job), 0);
    assert_int_equal(pool_wait(pool, job, POOL_FOREVER, &result), 0);
    assert_int_equal(pool_release(pool, job), 0);
    return result;
}

static void output_beyond_the_limit_is_the_jobs_failure(void **state)
{
    (void)state;
    struct pool_job_config config = {.stdio = {[1] = {.kind = POOL_STDIO_CAPTURE}}, .capture_max_bytes = 100000};
    struct pool_result result = run_blindly(config, MIB);
    assert_int_equal(result.outcome, POOL_OUTPUT_LOST);
    assert_int_equal(result.code, -POOL_EFBIG);
    assert_int_equal(result.captured[1].size_bytes, 100000);
}

static void output_without_memory_is_the_jobs_failure(void **state)
{
    (void)state;
    enum { JOBS = 4 };
    pool_job_t jobs[JOBS];
    uint32_t size = 10 * MIB, n_lost = 0;
    struct pool_result result;
    struct pool_job_config config = {
        .function = write_blindly, .user = &size, .stdio = {[1] = {.kind = POOL_STDIO_CAPTURE}}};
    for (uint32_t i = 0; i < JOBS; i++) assert_int_equal(submit(&config, &jobs[i]), 0);
    for (uint32_t i = 0; i < JOBS; i++) {
        assert_int_equal(pool_wait(pool, jobs[i], POOL_FOREVER, &result), 0);
        bool whole = result.outcome == POOL_EXITED && result.captured[1].size_bytes == size;
        bool lost = result.outcome == POOL_OUTPUT_LOST && result.code == -POOL_ENOMEM;
        assert_true(whole || lost);
        n_lost += lost;
    }
    assert_true(n_lost > 0); /* 40 MiB do not fit */
    for (uint32_t i = 0; i < JOBS; i++) assert_int_equal(pool_release(pool, jobs[i]), 0);
    await_nothing_used();
    config.capture_max_bytes = POOL_BYTES_MAX;
    result = run_blindly(config, 6 * MIB);
    assert_int_equal(result.outcome, POOL_EXITED);
}

static void output_that_the_program_cannot_write_is_the_jobs_failure(void **state)
{
    (void)state;
    int full = open("/dev/full", O_WRONLY);
    if (full < 0) skip();
    fflush(NULL);
    int before = dup(STDOUT_FILENO);
    dup2(full, STDOUT_FILENO);
    struct pool_job_config config = {.stdio = {[1] = {.kind = POOL_STDIO_INHERIT}}};
    struct pool_result result = run_blindly(config, 1);
    dup2(before, STDOUT_FILENO);
    close(before);
    close(full);
    assert_int_equal(result.outcome, POOL_OUTPUT_LOST);
    assert_int_equal(result.code, -POOL_ENOSPC);
}

static void output_that_nobody_reads_any_more_is_no_failure(void **state)
{
    (void)state;
    pool_fd_t fds[2];
    assert_int_equal(pool_pipe(pool, 0, fds), 0);
    assert_int_equal(pool_close(pool, fds[0]), 0);
    struct pool_job_config config = {.stdio = {[1] = {POOL_STDIO_PIPE, fds[1]}}};
    assert_int_equal(run_blindly(config, MIB).outcome, POOL_EXITED);
    await_nothing_used();
}

/* ------------------------------------------------------------------------------------------- what one takes from
 * others
 */

/* However much is in files, pipes of every size have their ring. */
static void files_leave_pipes_theirs(void **state)
{
    (void)state;
    static uint8_t data[MIB];
    pool_volume_t volume;
    int32_t n;
    struct pool_volume_config config = {.max_bytes = (uint64_t)1 << 40};
    assert_int_equal(pool_volume_create(pool, &config, &volume), 0);
    while ((n = pool_volume_write(pool, volume, "all", POOL_APPEND, data, sizeof data)) > 0) continue;
    assert_int_equal(n, POOL_ENOMEM);
    while (pool_volume_write(pool, volume, "rest", POOL_APPEND, data, 256) > 0) continue;
    assert_true(stats_of().memory_largest_bytes < sizeof data);
    for (uint32_t capacity = 256; capacity <= POOL_PIPE_MAX_BYTES; capacity *= 2) {
        pool_fd_t fds[2];
        assert_int_equal(pool_pipe(pool, capacity, fds), 0);
        assert_int_equal(pool_write(pool, fds[1], data, capacity), capacity);
        for (uint32_t i = 0; i < 2; i++) assert_int_equal(pool_close(pool, fds[i]), 0);
    }
    pool_job_t job; /* an input is refused, and not left waiting */
    struct pool_job_config input = {
        .function = write_blindly, .stdio = {{.kind = POOL_STDIO_INPUT}}, .input = data, .input_bytes = sizeof data};
    assert_int_equal(submit(&input, &job), POOL_ENOMEM);
    assert_int_equal(pool_volume_release(pool, volume), 0);
    await_nothing_used();
    uint32_t none = 0;
    input.user = &none;
    assert_int_equal(submit(&input, &job), 0);
    native_await(pool, job);
}

/* ------------------------------------------------------------------------------------------------- all of it comes
 * back
 */

static pool_volume_t shared;
static _Atomic pool_call_t unanswered[1000];
static _Atomic uint32_t n_unanswered; /* the callbacks' thread writes */

static void answer_some(void *user, pool_t *of, pool_call_t call, const void *data, uint32_t size)
{
    (void)user;
    if (size % 3 == 0) THREAD_CHECK(pool_reply(of, call, 0, data, size) <= 0);
    if (size % 3 == 1) THREAD_CHECK(pool_reply(of, call, POOL_ENOENT, NULL, 0) == 0);
    if (size % 3 != 2) return;
    unanswered[n_unanswered % COUNT_OF(unanswered)] = call; /* its job is ended before */
    n_unanswered++;
}

/* Every call needs an answer, also if nobody is left to hear it. */
static void answer_the_others(void)
{
    for (uint32_t i = 0; i < n_unanswered; i++) assert_int_equal(pool_reply(pool, unanswered[i], 0, "late", 4), 0);
    n_unanswered = 0;
}

/* Does a little of everything, in an order of its own, until it is to end. */
static uint32_t do_everything(pool_t *of, void *user)
{
    static uint8_t data[30000];
    uint8_t got[1000];
    struct property random = {(uintptr_t)user};
    for (uint32_t i = 0; i < 6 && !pool_interrupted(of); i++) {
        uint32_t size = property_below(&random, sizeof data);
        int32_t n = 0;
        switch (property_below(&random, 5)) {
        case 0: n = pool_write(of, POOL_STDOUT, data, size); break;
        case 1: n = pool_write(of, POOL_STDERR, data, size); break;
        case 2: n = pool_read(of, POOL_STDIN, got, sizeof got); break;
        case 3: n = pool_call("some", 4, data, size, got, sizeof got); break;
        default: n = pool_volume_write(of, shared, "file", POOL_APPEND, data, size);
        }
        THREAD_CHECK(n >= POOL_ECANCELED);
    }
    return 0;
}

/* Submits a job whose stdio is anything: the ends that are left with us. */
static pool_job_t submit_anything(struct property *random, pool_fd_t left[3])
{
    static uint8_t input[50000];
    pool_job_t job = 0;
    struct pool_job_config config = {.function = do_everything,
                                     .user = (void *)(uintptr_t)(property_below(random, 1u << 30) + 1),
                                     .input = input,
                                     .input_bytes = property_below(random, sizeof input) + 1,
                                     .timeout_ms = property_once_in(random, 4) ? 1 : 0};
    for (uint32_t i = 0; i < 3; i++) {
        pool_fd_t fds[2];
        left[i] = 0;
        config.stdio[i].kind = i == 0 ? POOL_STDIO_INPUT : POOL_STDIO_CAPTURE;
        if (property_once_in(random, 2)) continue;
        assert_int_equal(pool_pipe(pool, 1u << property_below(random, 18), fds), 0);
        config.stdio[i] = (struct pool_stdio){POOL_STDIO_PIPE, fds[i == 0 ? 0 : 1]};
        left[i] = fds[i == 0 ? 1 : 0];
    }
    assert_int_equal(submit(&config, &job), 0);
    return job;
}

static void end_one(struct property *random, pool_job_t job, pool_fd_t left[3])
{
    if (left[0] && property_once_in(random, 2)) (void)!pool_write(pool, left[0], "some input", 10);
    if (property_once_in(random, 2)) assert_int_equal(pool_cancel(pool, job), 0);
    for (uint32_t i = 0; i < 3; i++) {
        if (left[i] && property_once_in(random, 2)) assert_int_equal(pool_close(pool, left[i]), 0), left[i] = 0;
    }
    assert_int_equal(pool_cancel(pool, job), 0); /* it may wait for an answer that never comes */
    struct pool_result result;
    assert_int_equal(pool_wait(pool, job, POOL_FOREVER, &result), 0);
    for (uint32_t i = 0; i < 3; i++) {
        if (left[i]) assert_int_equal(pool_close(pool, left[i]), 0);
    }
    assert_int_equal(pool_release(pool, job), 0);
}

static void memory_comes_back_however_jobs_end(void **state)
{
    (void)state;
    enum { AT_ONCE = 24, ROUNDS = 40 };
    struct property random = property_begin("memory_comes_back_however_jobs_end");
    assert_int_equal(pool_host_set(pool, "some", answer_some, NULL), 0);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        pool_job_t jobs[AT_ONCE];
        pool_fd_t left[AT_ONCE][3];
        assert_int_equal(pool_volume_create(pool, NULL, &shared), 0);
        for (uint32_t i = 0; i < AT_ONCE; i++) jobs[i] = submit_anything(&random, left[i]);
        for (uint32_t i = 0; i < AT_ONCE; i++) end_one(&random, jobs[i], left[i]);
        assert_int_equal(pool_volume_release(pool, shared), 0);
        while (stats_of().n_calls > n_unanswered) sched_yield(); /* until the handler has had them */
        answer_the_others();
    }
    await_nothing_used();
}

static int setup(void **state)
{
    (void)state;
    port_set_hooks(&(struct port_hooks){0});
    return pool_create(&(struct pool_config){.n_workers = 2, .max_memory_mib = MEMORY_MIB}, &pool);
}

static int teardown(void **state)
{
    (void)state;
    await_nothing_used();
    assert_pool_is_empty(pool);
    native_pool_free(pool);
    return 0;
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(output_beyond_the_limit_is_the_jobs_failure),
        CASE(output_without_memory_is_the_jobs_failure),
        CASE(output_that_the_program_cannot_write_is_the_jobs_failure),
        CASE(output_that_nobody_reads_any_more_is_no_failure),
        CASE(files_leave_pipes_theirs),
        CASE(memory_comes_back_however_jobs_end),
    };
    return cmocka_run_group_tests_name("memory_threads", tests, NULL, NULL);
}
