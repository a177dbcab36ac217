/* pool.h as a client calls it: every function, with every kind of bad argument. */
#include "client/client.h"

#include "core/handle.h"
#include "port/native.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/property.h"
#include "support/test_pool.h"
#include "sync/ends.h"
#include "sync/jobs.h"

/* What a call that fails must not change. */
struct census {
    uint32_t jobs, pipes, blocks;
    bool queued;
};

static struct census census_of(struct pool *pool)
{
    return (struct census){test_free_jobs(pool), test_free_pipes(pool), (unsigned)test_used_bytes(pool),
                           pool__sched_has_more(&pool->sched)};
}

static void assert_submit_fails(struct pool *pool, const struct pool_job_config *config, int error)
{
    pool_job_t job = 4711;
    struct census before = census_of(pool), after;
    assert_int_equal(pool_submit(pool, config, &job), error);
    assert_int_equal(job, 4711);
    after = census_of(pool);
    assert_memory_equal(&before, &after, sizeof before);
}

/* Ends every job that is queued, as a worker would. */
static void run_queue(struct pool *pool)
{
    for (pool_job_t handle; pool__sched_pop(&pool->sched, &handle);) {
        struct job *job = pool__job_begin(pool, handle, 1, 1);
        if (job) pool__job_end_running(pool, job, POOL_EXITED, 0);
    }
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

/* The record of a config, as the bindings write it. */
static uint32_t write_record(const struct pool_job_config *config, uint8_t *out)
{
    int32_t size = pool__record_size(config);
    assert_in_range(size, 1, 512);
    pool__record_write(config, out);
    return (uint32_t)size;
}

static void submit_of_a_record_is_as_good_as_of_its_config(void **state)
{
    struct pool *pool = *state;
    _Alignas(8) uint8_t bytes[512];
    pool_job_t job;
    struct pool_job_config config = {
        .module = 9, .argv = (const char *const[]){"p", NULL}, .priority = POOL_PRIORITY_HIGH, .timeout_ms = 77};
    uint32_t size = write_record(&config, bytes);
    assert_int_equal(client_submit(pool, bytes, size, &job), 0);
    memset(bytes, 0xff, sizeof bytes);
    const struct job *record = test_job(pool, job);
    assert_int_equal(record->module, 9);
    assert_int_equal(record->priority, POOL_PRIORITY_HIGH);
    assert_int_equal(atomic_load(&record->x_deadline_ns), FAKE_BEGIN_NS + 77 * MS_NS);
    assert_memory_equal(pool__record_strings(pool__job_record(pool, record)), "p", 2);
    assert_int_equal(record->capture_max_bytes, POOL_BYTES_MAX); /* the default */
}

static void assert_record_fails(struct pool *pool, const uint8_t *bytes, uint32_t size, int error)
{
    pool_job_t job = 4711;
    struct census before = census_of(pool), after;
    assert_int_equal(client_submit(pool, bytes, size, &job), error);
    assert_int_equal(job, 4711);
    after = census_of(pool);
    assert_memory_equal(&before, &after, sizeof before);
}

static void submit_of_a_record_that_is_damaged_is_refused(void **state)
{
    struct pool *pool = *state;
    _Alignas(8) uint8_t bytes[512];
    pool_fd_t fds[2];
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    struct pool_job_config config = {.module = 9, .stdio = {{POOL_STDIO_PIPE, fds[0]}}};
    uint32_t size = write_record(&config, bytes);
    for (uint32_t cut = 0; cut < size; cut++) assert_record_fails(pool, bytes, cut, POOL_EINVAL);
    struct record *record = (struct record *)bytes;
    record->module = 0;
    assert_record_fails(pool, bytes, size, POOL_EINVAL);
    record->module = 9;
    record->stdio[0].fd = fds[1];
    assert_record_fails(pool, bytes, size, POOL_EBADF);
    record->stdio[0].fd = fds[0];
    record->n_args = 2;
    assert_record_fails(pool, bytes, size, POOL_EINVAL);
    record->n_args = 1;
    record->input_bytes = 1; /* of which nothing was staged */
    assert_record_fails(pool, bytes, size, POOL_EINVAL);
    assert_int_equal(pool_write(pool, fds[1], "x", 1), 1); /* the ends are still the caller's */
}

static void submit_of_a_record_takes_the_staged_input_once(void **state)
{
    struct pool *pool = *state;
    _Alignas(8) uint8_t bytes[512];
    uint8_t *staged;
    pool_job_t job;
    struct pool_job_config config = {.module = 9, .input = "hello", .input_bytes = 5};
    uint32_t size = write_record(&config, bytes);
    assert_int_equal(client_stage(pool, 300, &staged), 0);
    memcpy(staged, "hello", 5);
    ((struct record *)bytes)->input_bytes = 513; /* more than is staged, as it was rounded up */
    assert_record_fails(pool, bytes, size, POOL_EINVAL);
    ((struct record *)bytes)->input_bytes = 5;
    assert_int_equal(client_submit(pool, bytes, size, &job), 0);
    assert_ptr_equal(pool__block_memory(pool, test_job(pool, job)->input_block), staged);
    assert_record_fails(pool, bytes, size, POOL_EINVAL);
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
    run_queue(pool);
    assert_submit_fails(pool, &(struct pool_job_config){.module = 1}, POOL_EAGAIN); /* ended is not released */
    assert_int_equal(pool_release(pool, jobs[500]), 0);
    pool_job_t again = test_submit(pool, 1);
    assert_int_not_equal(again, jobs[500]);
    assert_submit_fails(pool, &(struct pool_job_config){.module = 1}, POOL_EAGAIN);
    run_queue(pool);
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
    run_queue(pool);
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
    run_queue(pool);
    assert_pool_is_empty(pool);
}

static void submit_without_memory_for_the_arguments_is_eagain_and_a_signal_follows(void **state)
{
    struct pool *pool = *state;
    static uint32_t taken[1024];
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
    atomic_store(&pool->sched.x_awake, TEST_WORKERS); /* or it would be asked whether there are enough */
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

static void pipe_of_any_capacity_is_rounded_up_to_a_power_of_two(void **state)
{
    struct pool *pool = *state;
    static const uint32_t cases[][2] = {
        {0, POOL_PIPE_DEFAULT_BYTES},
        {1, 256},
        {256, 256},
        {257, 512},
        {65535, 65536},
        {65537, 131072},
        {POOL_PIPE_MAX_BYTES - 1, POOL_PIPE_MAX_BYTES},
        {POOL_PIPE_MAX_BYTES, POOL_PIPE_MAX_BYTES},
    };
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        pool_fd_t fds[2];
        assert_int_equal(pool_pipe(pool, cases[i][0], fds), 0);
        assert_int_equal(test_pipe(pool, fds[0])->capacity, cases[i][1]);
    }
}

static void pipe_that_is_too_large_is_einval(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    static const uint32_t cases[] = {POOL_PIPE_MAX_BYTES + 1, 1u << 31, UINT32_MAX};
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) assert_int_equal(pool_pipe(pool, cases[i], fds), POOL_EINVAL);
    assert_pool_is_empty(pool);
}

static void pipe_when_all_are_in_use_is_enfile_until_one_is_closed(void **state)
{
    struct pool *pool = *state;
    static pool_fd_t fds[PIPES_MAX][2];
    pool_fd_t more[2];
    for (uint32_t i = 0; i < PIPES_MAX; i++) assert_int_equal(pool_pipe(pool, 256, fds[i]), 0);
    assert_int_equal(pool_pipe(pool, 256, more), POOL_ENFILE);
    assert_int_equal(pool_close(pool, fds[77][0]), 0);
    assert_int_equal(pool_pipe(pool, 256, more), POOL_ENFILE); /* one end is still open */
    assert_int_equal(pool_close(pool, fds[77][1]), 0);
    assert_int_equal(pool_pipe(pool, 256, more), 0);
}

static void assert_end_is_bad(struct pool *pool, pool_fd_t fd)
{
    uint8_t byte = 0x5a, *at = &byte;
    assert_int_equal(pool_read(pool, fd, &byte, 1), POOL_EBADF);
    assert_int_equal(pool_write(pool, fd, &byte, 1), POOL_EBADF);
    assert_int_equal(pool_close(pool, fd), POOL_EBADF);
    assert_int_equal(client_peek(pool, fd, &at), POOL_EBADF);
    assert_int_equal(client_consume(pool, fd, 0), POOL_EBADF);
    assert_int_equal(client_reserve(pool, fd, 1, &at), POOL_EBADF);
    assert_int_equal(client_commit(pool, fd, 0), POOL_EBADF);
    assert_ptr_equal(at, &byte);
}

static void assert_job_is_bad(struct pool *pool, pool_job_t job)
{
    struct pool_result result;
    assert_int_equal(pool_cancel(pool, job), POOL_EBADF);
    assert_int_equal(pool_wait(pool, job, 0, &result), POOL_EBADF);
    assert_int_equal(pool_release(pool, job), POOL_EBADF);
}

static void handles_that_are_stale_or_nonsense_are_ebadf_everywhere(void **state)
{
    struct pool *pool = *state;
    struct property random = property_begin("handles_that_are_stale_or_nonsense_are_ebadf_everywhere");
    pool_fd_t fds[2];
    pool_job_t job = test_submit(pool, 1);
    run_queue(pool);
    assert_int_equal(pool_release(pool, job), 0);
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(pool_close(pool, fds[i]), 0);
    for (uint32_t i = 0; i < 2; i++) assert_end_is_bad(pool, fds[i]);
    assert_job_is_bad(pool, job);
    assert_job_is_bad(pool, 0);
    assert_end_is_bad(pool, 0);
    for (uint32_t handle = 1; handle < 2 * PIPES_MAX + 2; handle++) { /* slots without a generation */
        assert_job_is_bad(pool, handle);
        assert_end_is_bad(pool, handle);
    }
    for (uint32_t i = 0; i < 100000; i++) {
        uint32_t handle = property_next(&random);
        assert_job_is_bad(pool, handle);
        assert_end_is_bad(pool, handle);
    }
    assert_pool_is_empty(pool);
}

static void ends_of_the_wrong_kind_are_ebadf(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    uint8_t byte, *at;
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    assert_int_equal(pool_read(pool, fds[1], &byte, 1), POOL_EBADF);
    assert_int_equal(pool_write(pool, fds[0], "x", 1), POOL_EBADF);
    assert_int_equal(client_peek(pool, fds[1], &at), POOL_EBADF);
    assert_int_equal(client_reserve(pool, fds[0], 1, &at), POOL_EBADF);
    assert_int_equal(client_consume(pool, fds[1], 0), POOL_EBADF);
    assert_int_equal(client_commit(pool, fds[0], 0), POOL_EBADF);
}

static void consume_and_commit_of_more_than_there_is_are_einval(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    uint8_t *at;
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    assert_int_equal(client_commit(pool, fds[1], 1), POOL_EINVAL); /* there is no ring yet */
    assert_int_equal(client_consume(pool, fds[0], 1), POOL_EINVAL);
    assert_int_equal(client_reserve(pool, fds[1], 1, &at), 256);
    assert_int_equal(client_commit(pool, fds[1], 257), POOL_EINVAL);
    assert_int_equal(client_commit(pool, fds[1], UINT32_MAX), POOL_EINVAL);
    assert_int_equal(client_commit(pool, fds[1], 10), 0);
    assert_int_equal(client_peek(pool, fds[0], &at), 10);
    assert_int_equal(client_consume(pool, fds[0], 11), POOL_EINVAL);
    assert_int_equal(client_consume(pool, fds[0], UINT32_MAX), POOL_EINVAL);
    assert_int_equal(client_consume(pool, fds[0], 10), 0);
}

static void peek_and_reserve_in_vain_are_signalled(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    uint8_t *at;
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    uint32_t signal = SIGNAL_PIPE_0 + (uint32_t)(test_pipe(pool, fds[0]) - pool->pipes) * 2;
    assert_int_equal(client_peek(pool, fds[0], &at), POOL_EAGAIN);
    assert_int_equal(client_reserve(pool, fds[1], 1, &at), 256);
    assert_int_equal(client_commit(pool, fds[1], 256), 0);
    assert_true(test_signalled(pool, signal + PIPE_READ));
    assert_int_equal(client_reserve(pool, fds[1], 100, &at), POOL_EAGAIN);
    assert_int_equal(client_peek(pool, fds[0], &at), 256);
    assert_int_equal(client_consume(pool, fds[0], 99), 0);
    assert_false(test_signalled(pool, signal + PIPE_WRITE)); /* less than is wanted, and than half of the ring */
    assert_int_equal(client_consume(pool, fds[0], 1), 0);
    assert_true(test_signalled(pool, signal + PIPE_WRITE));
    assert_int_equal(client_reserve(pool, fds[1], 100, &at), 100);
    assert_int_equal(pool_close(pool, fds[0]), 0);
    assert_int_equal(client_reserve(pool, fds[1], 100, &at), POOL_EPIPE);
    assert_int_equal(pool_close(pool, fds[1]), 0);
}

static void write_of_more_than_fits_is_partial_then_eagain_then_signalled(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    uint8_t data[300], got[300];
    for (uint32_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)(i * 7);
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    uint32_t signal = SIGNAL_PIPE_0 + (uint32_t)(test_pipe(pool, fds[0]) - pool->pipes) * 2 + PIPE_WRITE;
    assert_int_equal(pool_write(pool, fds[1], data, sizeof data), 256);
    assert_int_equal(pool_write(pool, fds[1], data, 1), POOL_EAGAIN);
    assert_false(test_signalled(pool, signal));
    assert_int_equal(pool_read(pool, fds[0], got, 200), 200);
    assert_true(test_signalled(pool, signal));
    assert_int_equal(pool_write(pool, fds[1], data + 256, 44), 44);
    assert_int_equal(pool_read(pool, fds[0], got + 200, 100), 100);
    assert_memory_equal(data, got, sizeof data);
    assert_int_equal(pool_read(pool, fds[0], got, 1), POOL_EAGAIN);
}

static void read_of_what_is_left_after_close_then_0(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    uint8_t got[10];
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    assert_int_equal(pool_write(pool, fds[1], "abc", 3), 3);
    assert_int_equal(pool_close(pool, fds[1]), 0);
    assert_int_equal(pool_read(pool, fds[0], got, sizeof got), 3);
    for (int i = 0; i < 3; i++) assert_int_equal(pool_read(pool, fds[0], got, sizeof got), 0);
}

static void write_without_a_reader_is_epipe(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    assert_int_equal(pool_close(pool, fds[0]), 0);
    assert_int_equal(pool_write(pool, fds[1], "abc", 3), POOL_EPIPE);
    assert_int_equal(test_used_bytes(pool), 0); /* no ring was taken for it */
}

static void write_without_memory_for_the_ring_is_eagain_and_a_signal_follows(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    assert_int_equal(pool_pipe(pool, 512 * 1024, fds), 0); /* a size that is not kept in stock */
    assert_int_equal(pool_write(pool, fds[1], "abc", 3), POOL_EAGAIN);
    coordinator_tick(pool);
    assert_true(test_signalled(pool, SIGNAL_BLOCKS));
    assert_int_equal(pool_write(pool, fds[1], "abc", 3), 3);
}

static void wait_for_a_job_that_has_not_ended_is_eagain(void **state)
{
    struct pool *pool = *state;
    struct pool_result result = {.outcome = 99};
    pool_job_t job = test_submit(pool, 1);
    pool_job_t popped;
    assert_int_equal(pool_wait(pool, job, 0, &result), POOL_EAGAIN);
    assert_int_equal(pool_release(pool, job), POOL_EBUSY);
    assert_true(pool__sched_pop(&pool->sched, &popped));
    assert_int_equal(popped, job);
    assert_non_null(pool__job_begin(pool, popped, 1, 1));
    assert_int_equal(pool_wait(pool, job, 0, &result), POOL_EAGAIN);
    assert_int_equal(pool_release(pool, job), POOL_EBUSY);
    assert_int_equal(result.outcome, 99);
}

static void result_tells_how_long_it_took(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    pool_job_t popped;
    fake_port_advance_ms(5);
    assert_true(pool__sched_pop(&pool->sched, &popped));
    struct job *begun = pool__job_begin(pool, popped, 3, 1);
    assert_non_null(begun);
    fake_port_advance_ms(70);
    pool__job_end_running(pool, begun, POOL_EXITED, UINT32_MAX);
    struct pool_result result = test_result(pool, job);
    assert_int_equal(result.outcome, POOL_EXITED);
    assert_int_equal(result.code, UINT32_MAX);
    assert_int_equal(result.worker, 3);
    assert_true(result.queued_ms > 4.99 && result.queued_ms < 5.01);
    assert_true(result.run_ms > 69.99 && result.run_ms < 70.01);
    assert_null(result.text);
}

static void cancel_in_the_queue_ends_the_job_at_once(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    fake_port_advance_ms(5);
    assert_int_equal(pool_cancel(pool, job), 0);
    struct pool_result result = test_result(pool, job);
    assert_int_equal(result.outcome, POOL_CANCELLED);
    assert_int_equal(result.worker, 0);
    assert_true(result.queued_ms > 4.99 && result.queued_ms < 5.01);
    assert_true(result.run_ms == 0);
    assert_true(test_signalled(pool, SIGNAL_JOB_0));
    assert_int_equal(pool_cancel(pool, job), 0); /* once more: no effect */
    assert_int_equal(test_result(pool, job).outcome, POOL_CANCELLED);
}

static void cancel_of_a_job_that_has_ended_leaves_it_as_it_is(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    run_queue(pool);
    assert_int_equal(pool_cancel(pool, job), 0);
    assert_int_equal(test_result(pool, job).outcome, POOL_EXITED);
    coordinator_tick(pool);
    assert_int_equal(test_result(pool, job).outcome, POOL_EXITED);
}

static void join_of_another_version_is_eproto(void **state)
{
    struct pool *pool = *state;
    pool->abi = POOL_ABI + 1;
    assert_int_equal(client_join(pool, true), POOL_EPROTO);
    assert_int_equal(atomic_load(&pool->x_relayed) & 1u << WAITER_CLIENT, 0);
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
        CASE(submit_of_a_record_is_as_good_as_of_its_config),
        CASE(submit_of_a_record_that_is_damaged_is_refused),
        CASE(submit_of_a_record_takes_the_staged_input_once),
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
        CASE(pipe_of_any_capacity_is_rounded_up_to_a_power_of_two),
        CASE(pipe_that_is_too_large_is_einval),
        CASE(pipe_when_all_are_in_use_is_enfile_until_one_is_closed),
        CASE(handles_that_are_stale_or_nonsense_are_ebadf_everywhere),
        CASE(ends_of_the_wrong_kind_are_ebadf),
        CASE(consume_and_commit_of_more_than_there_is_are_einval),
        CASE(peek_and_reserve_in_vain_are_signalled),
        CASE(write_of_more_than_fits_is_partial_then_eagain_then_signalled),
        CASE(read_of_what_is_left_after_close_then_0),
        CASE(write_without_a_reader_is_epipe),
        CASE(write_without_memory_for_the_ring_is_eagain_and_a_signal_follows),
        CASE(wait_for_a_job_that_has_not_ended_is_eagain),
        CASE(result_tells_how_long_it_took),
        CASE(cancel_in_the_queue_ends_the_job_at_once),
        CASE(cancel_of_a_job_that_has_ended_leaves_it_as_it_is),
        CASE(join_of_another_version_is_eproto),
    };
    return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
