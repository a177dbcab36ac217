/* What one job may have of the pool: jobs that open host calls without end, carry much with them, and read no reply.
 * The next job runs all the same, and afterwards everything is where it was.
 */
#include <semaphore.h>
#include <stdlib.h>

#include "core/layout.h"
#include "pool_guest.h"
#include "support/native_pool.h"
#include "support/prelude.h"
#include "support/threads.h"

#define GREEDY 3u

static pool_t *pool;
static struct gate gate;
static struct pool_stats before;

/* What the host was asked and has not answered; the dispatcher writes. */
static pool_call_t kept[POOL_CALLS_MAX];
static _Atomic uint32_t x_n_kept;

static void keep(void *user, pool_t *of, pool_call_t call, const void *data, uint32_t size)
{
    (void)user, (void)of, (void)data, (void)size;
    uint32_t n = atomic_load(&x_n_kept);
    THREAD_CHECK(n < COUNT_OF(kept));
    kept[n] = call;
    atomic_store(&x_n_kept, n + 1);
}

static void echo(void *user, pool_t *of, pool_call_t call, const void *data, uint32_t size)
{
    (void)user;
    THREAD_CHECK(pool_reply(of, call, 0, data, size) == 0);
}

static int setup(void **state)
{
    (void)state;
    pool = native_pool_make(GREEDY + 1, 0);
    gate_init(&gate);
    atomic_store(&x_n_kept, 0);
    assert_int_equal(pool_host_set(pool, "keep", keep, NULL), 0);
    assert_int_equal(pool_host_set(pool, "echo", echo, NULL), 0);
    assert_int_equal(pool_stats(pool, &before), 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < GREEDY; i++) gate_open(&gate); /* a test that failed may have left jobs there */
    native_pool_free(pool);
    return 0;
}

/* What jobs and calls leave behind, in numbers. */
static bool is_as_before(void)
{
    struct pool_stats now;
    assert_int_equal(pool_stats(pool, &now), 0);
    return now.n_pipes == before.n_pipes && now.n_calls == before.n_calls && now.n_open_calls == before.n_open_calls &&
           now.n_jobs == before.n_jobs && now.memory_used_bytes == before.memory_used_bytes;
}

/* The host answers what it has kept, also to those who have gone; what it has not come to yet it drops. */
static void assert_all_comes_back(void)
{
    for (uint32_t i = 0, n = 0; !is_as_before(); i++) {
        assert_true(i < 20000);
        for (; n < atomic_load(&x_n_kept); n++) assert_int_equal(pool_reply(pool, kept[n], 0, "late", 4), 0);
        port_wait(&x_n_kept, n, 1000000);
    }
}

static uint32_t call_echo(pool_t *of, void *user)
{
    static const char question[] = "is there room?";
    char reply[sizeof question];
    (void)of, (void)user;
    if (pool_call("echo", 4, question, sizeof question, reply, sizeof reply) != sizeof reply) return 1;
    return memcmp(reply, question, sizeof reply) == 0 ? 0 : 2;
}

/* A job with pipes for all its stdio and a host call. */
static void assert_next_job_runs(void)
{
    char bytes[8];
    pool_fd_t in[2], out[2];
    assert_int_equal(native_await(pool, native_submit(pool, call_echo, NULL)).code, 0);
    assert_int_equal(pool_pipe(pool, 0, in), 0);
    assert_int_equal(pool_pipe(pool, 0, out), 0);
    struct pool_job_config config = {.function = job_that_echoes,
                                     .stdio = {{POOL_STDIO_PIPE, in[0]}, {POOL_STDIO_PIPE, out[1]}}};
    pool_job_t job;
    assert_int_equal(pool_submit(pool, &config, &job), 0);
    assert_int_equal(pool_write(pool, in[1], "hello", 5), 5);
    assert_int_equal(pool_close(pool, in[1]), 0);
    assert_int_equal(pool_read(pool, out[0], bytes, sizeof bytes), 5);
    assert_int_equal(pool_close(pool, out[0]), 0);
    assert_int_equal(native_await(pool, job).code, 5);
}

/* What a greedy job opens, without end. */
struct greed {
    const char *name;
    uint32_t size_bytes;
    bool gives_up; /* closes each call at once */
};

/* Opens calls until it gets no more, and stays: why it got no more. */
static uint32_t open_without_end(pool_t *of, void *user)
{
    const struct greed *greed = user;
    uint8_t *data = calloc(1, greed->size_bytes + 1);
    int32_t fd;
    while ((fd = pool_call_begin(greed->name, 4, data, greed->size_bytes)) > 0 && !pool_interrupted(of)) {
        if (greed->gives_up) THREAD_CHECK(pool_close(of, (pool_fd_t)fd) == 0);
    }
    free(data);
    gate_arrive(&gate);
    return (uint32_t)-fd;
}

static void assert_others_run_beside(struct greed greed, int error)
{
    pool_job_t jobs[GREEDY];
    for (uint32_t i = 0; i < GREEDY; i++) jobs[i] = native_submit(pool, open_without_end, &greed);
    for (uint32_t i = 0; i < GREEDY; i++) gate_await_arrival(&gate);
    assert_next_job_runs();
    for (uint32_t i = 0; i < GREEDY; i++) gate_open(&gate);
    for (uint32_t i = 0; i < GREEDY; i++) assert_int_equal(native_await(pool, jobs[i]).code, -error);
    assert_next_job_runs();
    assert_all_comes_back();
}

static void calls_that_nobody_answers_starve_nobody(void **state)
{
    (void)state;
    assert_others_run_beside((struct greed){.name = "keep"}, POOL_EMFILE);
    assert_int_equal(atomic_load(&x_n_kept), GREEDY * POOL_JOB_CALLS_DEFAULT);
}

static void replies_that_nobody_reads_starve_nobody(void **state)
{
    (void)state;
    assert_others_run_beside((struct greed){.name = "echo", .size_bytes = 1000}, POOL_EMFILE);
}

static void calls_that_are_given_up_starve_nobody(void **state)
{
    (void)state;
    pool_job_t jobs[GREEDY];
    struct greed greed = {.name = "keep", .gives_up = true};
    for (uint32_t i = 0; i < GREEDY; i++) jobs[i] = native_submit(pool, open_without_end, &greed);
    for (uint32_t i = 0; i < 4; i++) assert_next_job_runs(); /* as the host drops what was given up, they may go on */
    for (uint32_t i = 0; i < GREEDY; i++) assert_int_equal(pool_cancel(pool, jobs[i]), 0);
    for (uint32_t i = 0; i < GREEDY; i++) gate_open(&gate);
    for (uint32_t i = 0; i < GREEDY; i++) assert_int_equal(native_await(pool, jobs[i]).outcome, POOL_CANCELLED);
    assert_next_job_runs();
    assert_all_comes_back();
}

static void calls_that_carry_much_starve_nobody(void **state)
{
    (void)state;
    assert_others_run_beside((struct greed){.name = "keep", .size_bytes = 15u << 20}, POOL_EDQUOT);
}

/* Every job that can be queued is: what they do not use is nobody's. */
static void jobs_of_all_records_have_calls(void **state)
{
    (void)state;
    static pool_job_t jobs[POOL_JOBS_MAX];
    struct pool_stats stats;
    for (uint32_t i = 0; i < COUNT_OF(jobs); i++) jobs[i] = native_submit(pool, call_echo, NULL);
    assert_int_equal(pool_stats(pool, &stats), 0);
    assert_int_equal(stats.n_jobs, POOL_JOBS_MAX);
    for (uint32_t i = 0; i < COUNT_OF(jobs); i++) assert_int_equal(native_await(pool, jobs[i]).code, 0);
    assert_all_comes_back();
}

static void all_pipes_in_use_keep_no_job_from_calling(void **state)
{
    (void)state;
    static pool_fd_t fds[POOL_PIPES_MAX][2];
    pool_fd_t more[2];
    struct pool_stats stats;
    for (uint32_t i = 0; i < COUNT_OF(fds); i++) assert_int_equal(pool_pipe(pool, 256, fds[i]), 0);
    assert_int_equal(pool_pipe(pool, 256, more), POOL_ENFILE);
    assert_int_equal(pool_stats(pool, &stats), 0);
    assert_int_equal(stats.n_pipes, POOL_PIPES_MAX);
    assert_int_equal(native_await(pool, native_submit(pool, call_echo, NULL)).code, 0);
    for (uint32_t i = 0; i < 2 * COUNT_OF(fds); i++) assert_int_equal(pool_close(pool, fds[i / 2][i % 2]), 0);
    assert_all_comes_back();
}

static uint32_t call_for_much(pool_t *of, void *user)
{
    static char reply[1];
    (void)of, (void)user;
    return (uint32_t)-pool_call("much", 4, NULL, 0, reply, sizeof reply);
}

static void answer_much(void *user, pool_t *of, pool_call_t call, const void *data, uint32_t size)
{
    static const uint8_t much[(1 << 20) + 1];
    (void)user, (void)data, (void)size;
    THREAD_CHECK(pool_reply(of, call, 0, much, sizeof much) == POOL_EDQUOT);
    THREAD_CHECK(pool_reply(of, call, 0, much, 1) == POOL_EBADF);
}

static uint32_t write_much(pool_t *of, void *user)
{
    static const uint8_t much[3 << 20];
    (void)user;
    int32_t n = pool_write(of, POOL_STDOUT, much, sizeof much), status = pool_write(of, POOL_STDOUT, much, 1);
    return n == 1 << 20 && status == POOL_EDQUOT ? 0 : 1;
}

static struct pool_result run_with_a_mib(pool_function function)
{
    pool_job_t job;
    struct pool_job_config config = {.function = function, .max_memory_mib = 1, .stdio[1].kind = POOL_STDIO_CAPTURE};
    assert_int_equal(pool_submit(pool, &config, &job), 0);
    return native_await(pool, job);
}

static void job_has_as_much_memory_as_it_may(void **state)
{
    (void)state;
    assert_int_equal(pool_host_set(pool, "much", answer_much, NULL), 0);
    assert_int_equal(run_with_a_mib(call_for_much).code, -POOL_EDQUOT);
    struct pool_result result = run_with_a_mib(write_much);
    assert_int_equal(result.outcome, POOL_OUTPUT_LOST);
    assert_int_equal(result.code, -POOL_EDQUOT);
    assert_int_equal(result.captured[1].size_bytes, 1 << 20);
    assert_all_comes_back();
}

static uint32_t open_two(pool_t *of, void *user)
{
    (void)of, (void)user;
    if (pool_call_begin("keep", 4, NULL, 0) < 0 || pool_call_begin("keep", 4, NULL, 0) < 0) return 1;
    return (uint32_t)-pool_call_begin("keep", 4, NULL, 0);
}

static void job_has_as_many_calls_as_it_may(void **state)
{
    (void)state;
    pool_job_t job;
    struct pool_job_config config = {.function = open_two, .max_calls = 2};
    assert_int_equal(pool_submit(pool, &config, &job), 0);
    assert_int_equal(native_await(pool, job).code, -POOL_EMFILE);
    assert_all_comes_back();
    config.max_calls = POOL_CALLS_MAX + 1;
    assert_int_equal(pool_submit(pool, &config, &job), POOL_EINVAL);
    config = (struct pool_job_config){.function = open_two, .max_memory_mib = POOL_MEMORY_MAX_MIB + 1};
    assert_int_equal(pool_submit(pool, &config, &job), POOL_EINVAL);
}

static uint32_t do_nothing(pool_t *of, void *user)
{
    (void)of, (void)user;
    return 9;
}

static pool_fd_t opened[POOL_PIPES_MAX][2];
static pool_job_t submitted[POOL_JOBS_MAX];
static uint32_t n_opened, n_submitted;

/* Takes all that a job can have, and stays. What is in the queue cannot begin: it runs on the only worker. */
static uint32_t take_all(pool_t *of, void *user)
{
    (void)user;
    int error = 0;
    struct pool_job_config config = {.function = do_nothing};
    for (n_opened = 0; (error = pool_pipe(of, 256, opened[n_opened])) == 0;) n_opened++;
    THREAD_CHECK(error == POOL_ENFILE);
    for (n_submitted = 0; (error = pool_submit(of, &config, &submitted[n_submitted])) == 0;) n_submitted++;
    THREAD_CHECK(error == POOL_EAGAIN);
    gate_arrive(&gate);
    return 0;
}

static void job_that_takes_all_records_and_pipes_leaves_some_to_those_who_run_none(void **state)
{
    (void)state;
    native_pool_free(pool);
    pool = native_pool_make(1, 1);
    pool_fd_t fds[2];
    pool_job_t job = native_submit(pool, take_all, NULL), next = 0;
    gate_await_arrival(&gate);
    assert_int_equal(n_opened, POOL_PIPES_MAX - POOL_PIPES_KEPT);
    assert_int_equal(n_submitted, POOL_JOBS_MAX - POOL_JOBS_KEPT - 1);
    assert_int_equal(pool_pipe(pool, 0, fds), 0);
    struct pool_job_config config = {
        .function = job_that_reads, .priority = POOL_PRIORITY_HIGH, .stdio[0] = {POOL_STDIO_PIPE, fds[0]}};
    assert_int_equal(pool_submit(pool, &config, &next), 0);
    assert_int_equal(pool_write(pool, fds[1], "hello", 5), 5);
    assert_int_equal(pool_close(pool, fds[1]), 0);
    gate_open(&gate);
    assert_int_equal(native_await(pool, next).code, 5);
    assert_int_equal(native_await(pool, job).code, 0);
    for (uint32_t i = 0; i < n_submitted; i++) assert_int_equal(native_await(pool, submitted[i]).code, 9);
    for (uint32_t i = 0; i < 2 * n_opened; i++) assert_int_equal(pool_close(pool, opened[i / 2][i % 2]), 0);
    assert_all_comes_back();
}

static void note_room(void *user, pool_t *of)
{
    (void)of;
    sem_post(user);
}

/* A job is called back when there is room for jobs, and not because there is some for others. */
static uint32_t await_room(pool_t *of, void *user)
{
    sem_t *room = user;
    take_all(of, NULL);
    THREAD_CHECK(pool_on_room(of, note_room, room) == 0);
    gate_arrive(&gate);
    return 0;
}

static void room_for_a_job_is_none_that_is_kept_for_others(void **state)
{
    (void)state;
    sem_t room;
    sem_init(&room, 0, 0);
    native_pool_free(pool);
    pool = native_pool_make(1, 1);
    pool_fd_t fds[2];
    pool_job_t job = native_submit(pool, await_room, &room);
    for (uint32_t i = 0; i < 2; i++) {
        gate_await_arrival(&gate);
        if (i == 0) gate_open(&gate);
    }
    assert_int_equal(pool_pipe(pool, 0, fds), 0);
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(pool_close(pool, fds[i]), 0); /* one that was kept comes back */
    assert_int_not_equal(sem_trywait(&room), 0);
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(pool_close(pool, opened[0][i]), 0);
    while (sem_wait(&room) != 0) continue;
    gate_open(&gate);
    assert_int_equal(native_await(pool, job).code, 0);
    sem_destroy(&room);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(calls_that_nobody_answers_starve_nobody),
        CASE(replies_that_nobody_reads_starve_nobody),
        CASE(calls_that_are_given_up_starve_nobody),
        CASE(calls_that_carry_much_starve_nobody),
        CASE(jobs_of_all_records_have_calls),
        CASE(all_pipes_in_use_keep_no_job_from_calling),
        CASE(job_has_as_much_memory_as_it_may),
        CASE(job_has_as_many_calls_as_it_may),
        CASE(job_that_takes_all_records_and_pipes_leaves_some_to_those_who_run_none),
        CASE(room_for_a_job_is_none_that_is_kept_for_others),
    };
    return cmocka_run_group_tests_name("shares", tests, NULL, NULL);
}
