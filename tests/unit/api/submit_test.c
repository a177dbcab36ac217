/* api/submit.c: what is submitted, what is refused, and what happens when there is no room. */
#include "client/client.h"

#include "port/native.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "sync/jobs.h"

static void assert_submit_fails(struct pool *pool, const struct pool_job_config *config, int error)
{
    pool_job_t job = 4711;
    struct test_census before = test_census(pool), after;
    assert_int_equal(pool_submit(pool, config, &job), error);
    assert_int_equal(job, 4711);
    after = test_census(pool);
    assert_memory_equal(&before, &after, sizeof before);
}

static uint32_t do_nothing(pool_t *pool, void *user)
{
    (void)pool, (void)user;
    return 0;
}

static void submit_with_arguments_that_do_not_fit_is_refused(void **state)
{
    static char text[POOL_ARGS_MAX_BYTES + 1];
    memset(text, 'a', sizeof text - 1);
    const char *const strings[] = {text, NULL}, *const none[] = {NULL};
    const struct {
        const char *name;
        struct pool_job_config config;
    } cases[] = {
        {"arguments, one byte too many", {.module = 1, .argv = strings}},
        {"environment, one byte too many", {.module = 1, .argv = none, .envp = strings}},
        {"environment beside the default name", {.module = 1, .envp = (const char *const[]){text + 1, NULL}}},
        {"name of an export, one byte too many", {.module = 1, .argv = none, .export_name = text}},
        {"of a function, too", {.function = do_nothing, .argv = strings}},
    };
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        ROUND("%s", cases[i].name);
        assert_submit_fails(*state, &cases[i].config, POOL_E2BIG);
    }
}

static void submit_with_the_largest_arguments_is_accepted(void **state)
{
    struct pool *pool = *state;
    static char text[POOL_ARGS_MAX_BYTES];
    static const char *strings[POOL_ARGS_MAX_BYTES - 4];
    pool_job_t job;
    memset(text, 'a', sizeof text - 1);
    struct pool_job_config config = {.module = 1, .argv = (const char *const[]){text, NULL}};
    assert_int_equal(pool_submit(pool, &config, &job), POOL_EAGAIN); /* a size that is not kept in stock */
    coordinator_tick(pool);
    assert_int_equal(pool_submit(pool, &config, &job), 0);
    const struct record *record = pool__job_record(pool, test_job(pool, job));
    assert_memory_equal(pool__record_strings(record), text, sizeof text);
    for (uint32_t i = 0; i < COUNT_OF(strings) - 1; i++) strings[i] = ""; /* nothing but empty strings */
    config.argv = strings;
    config.envp = (const char *const[]){"", "", "", "", "", NULL};
    assert_int_equal(pool_submit(pool, &config, &job), POOL_EAGAIN);
    coordinator_tick(pool);
    assert_int_equal(pool_submit(pool, &config, &job), 0);
    record = pool__job_record(pool, test_job(pool, job));
    assert_int_equal(record->n_args, COUNT_OF(strings) - 1);
    assert_int_equal(record->n_env, 5);
    assert_int_equal(record->strings_bytes, POOL_ARGS_MAX_BYTES);
}

static void submit_copies_everything_that_the_config_points_to(void **state)
{
    struct pool *pool = *state;
    char text[] = "prog", variable[] = "A=1", name[] = "export", input[] = "input";
    const char *argv[] = {text, "-v", NULL}, *envp[] = {variable, NULL};
    struct pool_value values[] = {{POOL_I64, {.i64 = -5}}};
    pool_job_t job;
    struct pool_job_config config = {.module = 1, .export_name = name, .values = values, .n_values = 1, .argv = argv};
    config.envp = envp;
    config.stdio[0].kind = POOL_STDIO_INPUT;
    config.input = input;
    config.input_bytes = 5;
    assert_int_equal(pool_submit(pool, &config, &job), 0);
    memset(text, 'x', 4), memset(variable, 'x', 3), memset(name, 'x', 6), memset(input, 'x', 5);
    argv[0] = argv[1] = NULL;
    values[0].of.i64 = 0;
    const struct record *record = pool__job_record(pool, test_job(pool, job));
    assert_memory_equal(pool__record_strings(record), "prog\0-v\0A=1", 12);
    assert_memory_equal(pool__record_name(record), "export", 7);
    assert_int_equal(pool__record_values(record)->of.i64, -5);
    assert_memory_equal(pool__block_memory(pool, test_job(pool, job)->input_block), "input", 5);
}

/* A guest, or a function; and what neither of them has. */
static void submit_of_what_cannot_be_run_is_refused(void **state)
{
    struct pool *pool = *state;
    const struct pool_value value = {.type = POOL_I32}, nonsense = {.type = 0x7b};
    const struct {
        const char *name;
        struct pool_job_config config;
        int error;
    } cases[] = {
        {"nothing", {0}, POOL_EINVAL},
        {"both", {.module = 1, .function = do_nothing}, POOL_EINVAL},
        {"values without an export", {.module = 1, .values = &value, .n_values = 1}, POOL_EINVAL},
        {"values of nothing", {.module = 1, .export_name = "f", .n_values = 1}, POOL_EINVAL},
        {"values of no type", {.module = 1, .export_name = "f", .values = &nonsense, .n_values = 1}, POOL_EINVAL},
        {"too many values", {.module = 1, .export_name = "f", .values = &value, .n_values = 17}, POOL_EINVAL},
        {"no such priority", {.module = 1, .priority = 3}, POOL_EINVAL},
        {"input of nothing", {.module = 1, .stdio = {{POOL_STDIO_INPUT, 0}}, .input_bytes = 1}, POOL_EINVAL},
        {"input on stdout", {.module = 1, .stdio = {[1] = {POOL_STDIO_INPUT, 0}}}, POOL_EINVAL},
        {"input on stderr", {.module = 1, .stdio = {[2] = {POOL_STDIO_INPUT, 0}}}, POOL_EINVAL},
        {"capture on stdin", {.module = 1, .stdio = {{POOL_STDIO_CAPTURE, 0}}}, POOL_EINVAL},
        {"no such stdio", {.module = 1, .stdio = {[2] = {5, 0}}}, POOL_EINVAL},
        {"too much input", {.module = 1, .input = "", .input_bytes = POOL_BYTES_MAX + 1}, POOL_E2BIG},
        {"too much output", {.module = 1, .capture_max_bytes = POOL_BYTES_MAX + 1}, POOL_E2BIG},
    };
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        ROUND("%s", cases[i].name);
        assert_submit_fails(pool, &cases[i].config, cases[i].error);
    }
}

static void submit_of_a_guest_where_none_run_is_enosys(void **state)
{
    port_set_hooks(&(struct port_hooks){0});
    assert_submit_fails(*state, &(struct pool_job_config){.module = 1}, POOL_ENOSYS);
}

static void submit_with_ends_that_are_not_open_is_refused(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2], stale[2];
    assert_int_equal(pool_pipe(pool, 256, stale), 0);
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(pool_close(pool, stale[i]), 0);
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    const struct {
        uint32_t index;
        pool_fd_t fd;
    } cases[] = {{0, fds[1]},     {1, fds[0]}, {2, fds[0]}, {0, stale[0]},   {1, stale[1]}, {0, UINT32_MAX},
                 {1, UINT32_MAX}, {0, 0},      {1, 0},      {0, fds[0] ^ 2}, {0, 1},        {1, 2}};
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        ROUND("%u", i);
        struct pool_job_config config = {.module = 1, .stdio = {{POOL_STDIO_PIPE, fds[0]}}};
        config.stdio[cases[i].index] = (struct pool_stdio){POOL_STDIO_PIPE, cases[i].fd};
        assert_submit_fails(pool, &config, POOL_EBADF);
    }
    assert_int_equal(pool_write(pool, fds[1], "x", 1), 1); /* they are still the caller's */
    assert_int_equal(pool_read(pool, fds[0], stale, 1), 1);
}

/* Or one job could write into a pipe that another was given, and close it under its feet. */
static void submit_takes_the_ends_away_from_the_caller(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    pool_job_t job, other;
    struct pool_job_config config = {.module = 1};
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    config.stdio[1] = (struct pool_stdio){POOL_STDIO_PIPE, fds[1]};
    assert_int_equal(pool_submit(pool, &config, &job), 0);
    assert_int_equal(pool_write(pool, fds[1], "x", 1), POOL_EBADF);
    assert_int_equal(client_commit(pool, fds[1], 0), POOL_EBADF);
    assert_int_equal(pool_close(pool, fds[1]), POOL_EBADF);
    assert_int_equal(pool_submit(pool, &config, &other), POOL_EBADF);
    assert_int_equal(pool_close(pool, fds[0]), 0); /* the other end is still the caller's */
}

/* Two descriptors of one end would close it twice. */
static void submit_with_one_end_twice_is_refused(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    struct pool_job_config config = {.module = 1};
    config.stdio[1] = config.stdio[2] = (struct pool_stdio){POOL_STDIO_PIPE, fds[1]};
    assert_submit_fails(pool, &config, POOL_EINVAL);
    assert_int_equal(pool_write(pool, fds[1], "x", 1), 1);
}

static void submit_of_more_jobs_than_records_is_eagain_until_one_is_released(void **state)
{
    struct pool *pool = *state;
    static pool_job_t jobs[JOBS_MAX];
    for (uint32_t i = 0; i < JOBS_MAX; i++) jobs[i] = test_submit_bare(pool);
    assert_submit_fails(pool, &(struct pool_job_config){.module = 1}, POOL_EAGAIN);
    test_run_queue(pool);
    assert_submit_fails(pool, &(struct pool_job_config){.module = 1}, POOL_EAGAIN); /* ended is not released */
    assert_int_equal(pool_release(pool, jobs[500]), 0);
    pool_job_t again = test_submit(pool, 1);
    assert_int_not_equal(again, jobs[500]);
    assert_submit_fails(pool, &(struct pool_job_config){.module = 1}, POOL_EAGAIN);
    test_run_queue(pool);
    jobs[500] = again;
    for (uint32_t i = 0; i < JOBS_MAX; i++) assert_int_equal(pool_release(pool, jobs[i]), 0);
    assert_pool_is_empty(pool);
}

/* Nobody comes by to throw away what the run queue has of them. */
static void submit_after_any_number_of_cancelled_jobs_goes_on(void **state)
{
    struct pool *pool = *state;
    for (uint32_t i = 0; i < 5 * QUEUE_CELLS; i++) {
        pool_job_t job = test_submit_bare(pool);
        assert_int_equal(pool_cancel(pool, job), 0);
        assert_int_equal(pool_release(pool, job), 0);
    }
    assert_int_equal(test_free_jobs(pool), JOBS_MAX);
    test_run_queue(pool);
}

/* What is swept is only what was cancelled, and the others keep their order. */
static void submit_into_a_queue_of_cancelled_jobs_keeps_the_others_in_order(void **state)
{
    struct pool *pool = *state;
    pool_job_t kept[JOBS_MAX / 2];
    for (uint32_t i = 0; i < COUNT_OF(kept); i++) {
        kept[i] = test_submit_bare(pool);
        for (uint32_t n = 0; n < 7; n++) {
            pool_job_t cancelled = test_submit_bare(pool);
            assert_int_equal(pool_cancel(pool, cancelled), 0);
            assert_int_equal(pool_release(pool, cancelled), 0);
        }
    }
    for (uint32_t popped = 0; popped < COUNT_OF(kept);) {
        pool_job_t job;
        assert_true(pool__sched_pop(&pool->sched, &job));
        if (!pool__job_begin(pool, job, 1, 1)) continue;
        assert_int_equal(job, kept[popped++]);
        pool__job_end_running(pool, test_job(pool, job), POOL_EXITED, 0);
        assert_int_equal(pool_release(pool, job), 0);
    }
    test_run_queue(pool);
    assert_pool_is_empty(pool);
}

static void submit_without_memory_for_the_arguments_is_eagain_and_a_signal_follows(void **state)
{
    struct pool *pool = *state;
    static uint32_t taken[TEST_BLOCKS_MAX];
    pool_job_t job;
    struct pool_job_config config = {.module = 1};
    test_drain_blocks(pool, (uint32_t)pool__record_size(&config), taken, COUNT_OF(taken));
    assert_submit_fails(pool, &config, POOL_EAGAIN);
    assert_int_equal(fake.ticks, 1);
    coordinator_tick(pool);
    assert_true(test_signalled(pool, SIGNAL_BLOCKS));
    assert_int_equal(pool_submit(pool, &config, &job), 0);
}

static void submit_asks_for_a_tick_only_if_there_is_a_deadline(void **state)
{
    struct pool *pool = *state;
    pool_job_t job;
    for (uint32_t i = 1; i <= TEST_WORKERS; i++)
        pool__sched_set_awake(&pool->sched, i); /* or it would be asked whether there are enough */
    test_submit(pool, 1);
    assert_int_equal(fake.ticks, 0);
    assert_int_equal(pool_submit(pool, &(struct pool_job_config){.module = 1, .timeout_ms = UINT32_MAX}, &job), 0);
    assert_int_equal(fake.ticks, 1);
    assert_int_equal(atomic_load(&test_job(pool, job)->x_deadline_ns), FAKE_BEGIN_NS + (uint64_t)UINT32_MAX * MS_NS);
}

static void submit_and_pipe_while_closing_are_eshutdown(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2] = {7, 8};
    coordinator_close(pool);
    assert_submit_fails(pool, &(struct pool_job_config){.module = 1}, POOL_ESHUTDOWN);
    assert_int_equal(pool_pipe(pool, 0, fds), POOL_ESHUTDOWN);
    assert_int_equal(fds[0], 7);
    assert_pool_is_empty(pool);
}

static struct pool *closing;

static void close_behind_the_back(void)
{
    fake.on_look = NULL;
    coordinator_close(closing);
}

/* The pool is closed after pool_submit has looked and before the job is queued: it settles all the same. */
static void submit_that_meets_a_close_settles(void **state)
{
    struct pool *pool = closing = *state;
    pool_job_t job;
    fake.on_look = close_behind_the_back;
    int status = pool_submit(pool, &(struct pool_job_config){.module = 1}, &job);
    assert_null(fake.on_look);
    if (status == 0)
        assert_int_equal(test_result(pool, job).outcome, POOL_CANCELLED);
    else
        assert_int_equal(status, POOL_ESHUTDOWN);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, test_pool_setup, test_pool_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(submit_with_arguments_that_do_not_fit_is_refused),
        CASE(submit_with_the_largest_arguments_is_accepted),
        CASE(submit_copies_everything_that_the_config_points_to),
        CASE(submit_of_what_cannot_be_run_is_refused),
        CASE(submit_of_a_guest_where_none_run_is_enosys),
        CASE(submit_with_ends_that_are_not_open_is_refused),
        CASE(submit_with_one_end_twice_is_refused),
        CASE(submit_takes_the_ends_away_from_the_caller),
        CASE(submit_of_more_jobs_than_records_is_eagain_until_one_is_released),
        CASE(submit_after_any_number_of_cancelled_jobs_goes_on),
        CASE(submit_into_a_queue_of_cancelled_jobs_keeps_the_others_in_order),
        CASE(submit_without_memory_for_the_arguments_is_eagain_and_a_signal_follows),
        CASE(submit_asks_for_a_tick_only_if_there_is_a_deadline),
        CASE(submit_and_pipe_while_closing_are_eshutdown),
        CASE(submit_that_meets_a_close_settles),
    };
    return cmocka_run_group_tests_name("submit", tests, NULL, NULL);
}
