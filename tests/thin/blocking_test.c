/* pool.h in a program that can be suspended: everything that waits. Arguments: the folder of the guests. */
#include <emscripten.h>
#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include "check.h"

#define LOOKS 6000 /* of 10 ms: what has not happened by then never will */

static pool_t *pool;
static pool_module_t hello, cat, adder, values, hostcall, forever, spin, sleeper, echoargs, terminal;

static pool_module_t load(pool_t *of, const char *name)
{
    pool_module_t module = 0;
    struct pool_module_config config = {.url = guest(name)};
    EQUAL(pool_module_load(of, &config, &module), 0);
    CHECK(module != 0);
    return module;
}

static void on_some_room(void *user, pool_t *of)
{
    CHECK(of == pool);
    *(bool *)user = true;
}

/* Submits as soon as there is memory for what goes with it. */
static int submit(const struct pool_job_config *config, pool_job_t *job)
{
    for (int tries = 0;; tries++) {
        int status = pool_submit(pool, config, job);
        if (status != POOL_EAGAIN || tries == 1000) return status;
        bool room = false;
        EQUAL(pool_on_room(pool, on_some_room, &room), 0);
        while (!room) emscripten_sleep(1);
    }
}

/* Runs a job to its end. */
static pool_job_t run(const struct pool_job_config *config, struct pool_result *result)
{
    pool_job_t job = 0;
    *result = (struct pool_result){0};
    EQUAL(submit(config, &job), 0);
    EQUAL(pool_wait(pool, job, POOL_FOREVER, result), 0);
    return job;
}

/* --- pools and modules */

static void test_create(void)
{
    pool_t *none = NULL;
    EQUAL(pool_create(&(struct pool_config){.n_workers = 1000}, &none), POOL_EINVAL);
    EQUAL(pool_create(&(struct pool_config){.max_memory_mib = 7}, &none), POOL_EINVAL);
    EQUAL(pool_create(NULL, NULL), POOL_EINVAL);
    EQUAL(pool_create(&(struct pool_config){.url = "nowhere/"}, &none), POOL_EIO);
    CHECK(none == NULL && strstr(pool_error_text(), "nowhere/thin") != NULL);
    EQUAL(pool_create(&(struct pool_config){.n_workers = 2}, &pool), 0);
    struct pool_stats stats;
    EQUAL(pool_stats(pool, &stats), 0);
    EQUAL(stats.n_workers, 2);
    EQUAL(stats.n_running + stats.n_queued + stats.n_ended, 0);
}

static void test_modules(void)
{
    static const uint8_t tiny[] = {0, 'a', 's', 'm', 1, 0, 0,   0, 1, 5,  1, 0x60, 0, 1, 0x7f, 3, 2,
                                   1, 0,   7,   5,   1, 1, 'f', 0, 0, 10, 6, 1,    4, 0, 0x41, 7, 0x0b};
    pool_module_t module = 0;
    EQUAL(pool_module_load(pool, &(struct pool_module_config){0}, &module), POOL_EINVAL);
    EQUAL(pool_module_load(pool, &(struct pool_module_config){.bytes = "junk", .size_bytes = 4}, &module), POOL_EINVAL);
    CHECK(strlen(pool_error_text()) > 0);
    EQUAL(pool_module_load(pool, &(struct pool_module_config){.url = guest("no-such")}, &module), POOL_EIO);
    CHECK(strlen(pool_error_text()) > 0);
    EQUAL(pool_module_load(pool, &(struct pool_module_config){.bytes = tiny, .size_bytes = sizeof tiny}, &module), 0);
    struct pool_result result;
    pool_job_t job = run(&(struct pool_job_config){.module = module, .export_name = "f"}, &result);
    EQUAL(result.outcome, POOL_EXITED);
    CHECK(result.n_values == 1 && result.values[0].type == POOL_I32 && result.values[0].of.i32 == 7);
    EQUAL(pool_release(pool, job), 0);
    EQUAL(pool_submit(pool, &(struct pool_job_config){.module = module, .export_name = "f"}, &job), 0);
    EQUAL(pool_module_unload(pool, module), 0);
    EQUAL(pool_wait(pool, job, POOL_FOREVER, &result), 0);
    EQUAL(result.outcome, POOL_EXITED);
    EQUAL(pool_release(pool, job), 0);
    EQUAL(pool_module_unload(pool, module), POOL_EBADF);
    EQUAL(pool_submit(pool, &(struct pool_job_config){.module = module}, &job), POOL_EBADF);
}

/* --- commands */

static void test_capture(void)
{
    struct pool_result result, again;
    struct pool_job_config config = {.module = hello, .stdio = {{0}, {.kind = POOL_STDIO_CAPTURE}, {0}}};
    pool_job_t job = run(&config, &result);
    EQUAL(result.outcome, POOL_EXITED);
    EQUAL(result.code, 0);
    CHECK(same(result.captured[1].data, result.captured[1].size_bytes, "Hello from WebAssembly text\n"));
    EQUAL(pool_wait(pool, job, 0, &again), 0);
    CHECK(again.captured[1].data == result.captured[1].data);
    EQUAL(pool_cancel(pool, job), 0);
    EQUAL(pool_release(pool, job), 0);
    EQUAL(pool_release(pool, job), POOL_EBADF);
    EQUAL(pool_wait(pool, job, 0, NULL), POOL_EBADF);
    EQUAL(pool_cancel(pool, job), POOL_EBADF);
    EQUAL(pool_on_end(pool, job, NULL, NULL), POOL_EBADF);
}

static void test_arguments(void)
{
    struct pool_result result;
    const char *argv[] = {"name", "one", "", "zwei und drei", NULL}, *envp[] = {"A=1", "B=", NULL};
    struct pool_job_config config = {
        .module = echoargs, .argv = argv, .envp = envp, .stdio = {{0}, {.kind = POOL_STDIO_CAPTURE}, {0}}};
    pool_job_t job = run(&config, &result);
    CHECK(result.captured[1].size_bytes > 0);
    char *text = calloc(1, result.captured[1].size_bytes + 1);
    memcpy(text, result.captured[1].data, result.captured[1].size_bytes);
    CHECK(strstr(text, "zwei und drei") && strstr(text, "A=1") && strstr(text, "name"));
    free(text);
    EQUAL(pool_release(pool, job), 0);
}

/* What it is connected with makes no difference. */
static void test_terminal(bool tty)
{
    struct pool_result result;
    const char *envp[] = {"COLUMNS=99", NULL}, *expected = tty ? "1 1 1\n99 x none\n" : "0 0 0\n99 x none\n";
    struct pool_job_config config = {
        .module = terminal, .envp = envp, .tty = tty, .stdio = {{0}, {.kind = POOL_STDIO_CAPTURE}, {0}}};
    pool_job_t job = run(&config, &result);
    CHECK(result.captured[1].size_bytes == strlen(expected));
    CHECK(!memcmp(result.captured[1].data, expected, strlen(expected)));
    EQUAL(pool_release(pool, job), 0);
}

static void test_input(uint32_t size)
{
    uint8_t *data = malloc(size + 1);
    for (uint32_t i = 0; i < size; i++) data[i] = (uint8_t)(i % 251);
    struct pool_result result;
    struct pool_job_config config = {.module = cat,
                                     .input = data,
                                     .input_bytes = size,
                                     .stdio = {{.kind = POOL_STDIO_INPUT}, {.kind = POOL_STDIO_CAPTURE}, {0}}};
    pool_job_t job = run(&config, &result);
    EQUAL(result.outcome, POOL_EXITED);
    EQUAL(result.captured[1].size_bytes, size);
    CHECK(size == 0 || memcmp(result.captured[1].data, data, size) == 0);
    EQUAL(pool_release(pool, job), 0);
    config.input_bytes = POOL_BYTES_MAX + 1;
    EQUAL(pool_submit(pool, &config, &job), POOL_E2BIG);
    free(data);
}

static void test_inherit(void)
{
    struct pool_result result;
    struct pool_job_config config = {.module = hello,
                                     .stdio = {{.kind = POOL_STDIO_INHERIT}, {.kind = POOL_STDIO_INHERIT}, {0}}};
    for (int i = 0; i < 3; i++) {
        pool_job_t job = run(&config, &result);
        EQUAL(result.outcome, POOL_EXITED);
        printf("inherited %d\n", i);
        EQUAL(pool_release(pool, job), 0);
    }
}

static struct pool_result run_with_inherited(pool_module_t module, int from, int stream)
{
    struct pool_result result;
    struct pool_job_config config = {.module = module};
    config.stdio[stream].kind = POOL_STDIO_INHERIT;
    fflush(NULL);
    int before = dup(stream);
    dup2(from, stream);
    pool_job_t job = run(&config, &result);
    dup2(before, stream);
    close(before);
    EQUAL(pool_release(pool, job), 0);
    return result;
}

/* What the program itself cannot write has not been carried. */
static void test_inherited_that_cannot_be_written(void)
{
    fclose(fopen("/tmp/refuses", "w"));
    int refuses = open("/tmp/refuses", O_RDONLY), takes = open("/tmp/takes", O_RDWR | O_CREAT | O_TRUNC, 0600);
    char text[64] = {0};
    struct pool_result result = run_with_inherited(hello, refuses, STDOUT_FILENO);
    EQUAL(result.outcome, POOL_OUTPUT_LOST);
    EQUAL(result.code, -POOL_EIO);
    result = run_with_inherited(hello, refuses, STDERR_FILENO); /* it writes nothing there */
    EQUAL(result.outcome, POOL_EXITED);
    result = run_with_inherited(hello, takes, STDOUT_FILENO);
    EQUAL(result.outcome, POOL_EXITED);
    CHECK(lseek(takes, 0, SEEK_SET) == 0 && read(takes, text, sizeof text - 1) == 28);
    CHECK(strcmp(text, "Hello from WebAssembly text\n") == 0);
    close(refuses);
    close(takes);
    unlink("/tmp/refuses");
    unlink("/tmp/takes");
}

/* A program that fails tells its reader so: what was written comes first. */
static void test_abort_write(void)
{
    pool_fd_t fds[2];
    struct pool_result result;
    char data[8];
    EQUAL(pool_pipe(pool, 0, fds), 0);
    EQUAL(pool_abort_write(pool, fds[0]), POOL_EBADF); /* no write end */
    EQUAL(pool_abort_write(NULL, fds[1]), POOL_EINVAL);
    EQUAL(pool_write(pool, fds[1], "abc", 3), 3);
    EQUAL(pool_abort_write(pool, fds[1]), 0);
    EQUAL(pool_abort_write(pool, fds[1]), POOL_EBADF);
    EQUAL(pool_close(pool, fds[1]), POOL_EBADF);
    EQUAL(pool_read(pool, fds[0], data, sizeof data), 3);
    EQUAL(pool_read(pool, fds[0], data, sizeof data), POOL_EIO);
    EQUAL(pool_close(pool, fds[0]), 0);
    EQUAL(pool_pipe(pool, 0, fds), 0);
    EQUAL(pool_write(pool, fds[1], "abc", 3), 3);
    EQUAL(pool_abort_write(pool, fds[1]), 0);
    struct pool_job_config config = {.module = cat, .stdio = {{POOL_STDIO_PIPE, fds[0]}, {.kind = POOL_STDIO_CAPTURE}}};
    pool_job_t job = run(&config, &result);
    CHECK(result.outcome != POOL_EXITED || result.code != 0); /* it has not read to an end of file */
    CHECK(same(result.captured[1].data, result.captured[1].size_bytes, "abc"));
    EQUAL(pool_release(pool, job), 0);
}

static void test_refusals(void)
{
    pool_job_t job = 0;
    EQUAL(pool_submit(pool, &(struct pool_job_config){0}, &job), POOL_EINVAL);
    EQUAL(pool_submit(pool, NULL, &job), POOL_EINVAL);
    EQUAL(pool_submit(pool, &(struct pool_job_config){.module = hello}, NULL), POOL_EINVAL);
    EQUAL(pool_submit(pool, &(struct pool_job_config){.function = (pool_function)(void *)test_refusals}, &job),
          POOL_ENOSYS);
    EQUAL(pool_submit(pool, &(struct pool_job_config){.module = hello, .stdio = {{POOL_STDIO_PIPE, 77}}}, &job),
          POOL_EBADF);
    EQUAL(pool_submit(pool, &(struct pool_job_config){.module = hello, .priority = 9}, &job), POOL_EINVAL);
    CHECK(!pool_interrupted(pool));
    CHECK(strcmp(pool_strerror(POOL_EPIPE), "unknown error") != 0);
}

/* --- exports */

static pool_job_t call(pool_module_t module, const char *name, const struct pool_value *with, uint32_t n,
                       struct pool_result *result)
{
    return run(&(struct pool_job_config){.module = module, .export_name = name, .values = with, .n_values = n}, result);
}

static void test_exports(void)
{
    struct pool_result result;
    const struct pool_value ints[] = {{POOL_I32, {.i32 = 40}}, {POOL_I32, {.i32 = -50}}};
    pool_job_t job = call(adder, "add", ints, 2, &result);
    EQUAL(result.outcome, POOL_EXITED);
    CHECK(result.n_values == 1 && result.values[0].type == POOL_I32);
    EQUAL(result.values[0].of.i32, -10);
    pool_release(pool, job);
    const struct pool_value longs[] = {{POOL_I64, {.i64 = 1ll << 40}}, {POOL_I64, {.i64 = -1}}};
    job = call(adder, "add64", longs, 2, &result);
    CHECK(result.n_values == 1 && result.values[0].type == POOL_I64);
    EQUAL(result.values[0].of.i64, (1ll << 40) - 1);
    pool_release(pool, job);
    job = call(adder, "half", &(struct pool_value){POOL_F32, {.f32 = 3.f}}, 1, &result);
    CHECK(result.n_values == 1 && result.values[0].type == POOL_F32 && result.values[0].of.f32 == 1.5f);
    pool_release(pool, job);
    job = call(adder, "root", &(struct pool_value){POOL_F64, {.f64 = 2}}, 1, &result);
    CHECK(result.n_values == 1 && result.values[0].of.f64 > 1.41 && result.values[0].of.f64 < 1.42);
    pool_release(pool, job);
    job = call(adder, "was_initialised", NULL, 0, &result);
    CHECK(result.n_values == 1 && result.values[0].of.i32 == 42);
    pool_release(pool, job);
    job = call(values, "swap", (struct pool_value[]){{POOL_I32, {.i32 = 5}}, {POOL_I64, {.i64 = 6}}}, 2, &result);
    CHECK(result.n_values == 2 && result.values[0].of.i64 == 6 && result.values[1].of.i32 == 5);
    pool_release(pool, job);
    job = call(values, "nothing", NULL, 0, &result);
    CHECK(result.outcome == POOL_EXITED && result.n_values == 0 && result.values == NULL);
    pool_release(pool, job);
}

static bool contains(const struct pool_result *result, const char *part)
{
    char text[512] = {0};
    if (result->text) memcpy(text, result->text, result->text_bytes < 511 ? result->text_bytes : 511);
    if (strstr(text, part)) return true;
    printf("text: %s\n", text);
    return false;
}

static void test_bad_exports(void)
{
    struct pool_result result;
    pool_job_t job = call(adder, "add", &(struct pool_value){POOL_I64, {.i64 = 1}}, 1, &result);
    EQUAL(result.outcome, POOL_NOT_STARTED);
    EQUAL(result.code, -POOL_EINVAL);
    CHECK(contains(&result, "add takes (i32, i32) and was given (i64)"));
    pool_release(pool, job);
    job = call(adder, "subtract", NULL, 0, &result);
    EQUAL(result.outcome, POOL_NOT_STARTED);
    EQUAL(result.code, -POOL_ENOENT);
    pool_release(pool, job);
    job = call(values, "number", NULL, 0, &result);
    EQUAL(result.code, -POOL_ENOENT);
    pool_release(pool, job);
    job = call(adder, "divide", (struct pool_value[]){{POOL_I32, {.i32 = 1}}, {POOL_I32, {.i32 = 0}}}, 2, &result);
    EQUAL(result.outcome, POOL_TRAPPED);
    EQUAL(result.code, POOL_TRAP_DIVIDE_BY_ZERO);
    CHECK(result.text_bytes > 0);
    pool_release(pool, job);
    job = call(adder, "leave", &(struct pool_value){POOL_I32, {.i32 = 9}}, 1, &result);
    EQUAL(result.outcome, POOL_EXITED);
    EQUAL(result.code, 9);
    pool_release(pool, job);
    job = run(&(struct pool_job_config){.module = adder}, &result);
    EQUAL(result.outcome, POOL_NOT_STARTED);
    CHECK(contains(&result, "_start"));
    pool_release(pool, job);
}

static void test_missing_imports(void)
{
    pool_module_t logger = load(pool, "logger");
    struct pool_result result;
    pool_job_t job = run(&(struct pool_job_config){.module = logger}, &result);
    EQUAL(result.outcome, POOL_NOT_STARTED);
    EQUAL(result.code, -POOL_EINVAL);
    CHECK(contains(&result, "env.log (i32, i32) -> ()"));
    pool_release(pool, job);
    job = run(&(struct pool_job_config){.module = logger, .trap_missing_imports = true}, &result);
    EQUAL(result.outcome, POOL_TRAPPED);
    EQUAL(result.code, POOL_TRAP_IMPORT);
    CHECK(contains(&result, "env.log"));
    pool_release(pool, job);
    EQUAL(pool_module_unload(pool, logger), 0);
}

/* --- pipes */

static void test_own_pipe(void)
{
    pool_fd_t fds[2];
    char data[64];
    EQUAL(pool_pipe(pool, 300, fds), 0);
    EQUAL(pool_set_nonblocking(pool, fds[0], true), 0);
    EQUAL(pool_read(pool, fds[0], data, sizeof data), POOL_EAGAIN);
    EQUAL(pool_write(pool, fds[1], "abcdef", 6), 6);
    const struct pool_iovec in[] = {{data, 2}, {data + 10, 0}, {data + 20, 30}};
    EQUAL(pool_readv(pool, fds[0], in, 3), 6);
    CHECK(memcmp(data, "ab", 2) == 0 && memcmp(data + 20, "cdef", 4) == 0);
    const struct pool_iovec out[] = {{"12", 2}, {NULL, 0}, {"345", 3}};
    EQUAL(pool_writev(pool, fds[1], out, 3), 5);
    EQUAL(pool_read(pool, fds[0], data, 3), 3);
    EQUAL(pool_read(pool, fds[0], data, 64), 2);
    EQUAL(pool_set_nonblocking(pool, fds[1], true), 0);
    uint8_t large[1000] = {0};
    EQUAL(pool_write(pool, fds[1], large, 500), 500);
    EQUAL(pool_write(pool, fds[1], large, 100), POOL_EAGAIN);
    EQUAL(pool_read(pool, fds[1], data, 1), POOL_EBADF);
    EQUAL(pool_write(pool, fds[0], data, 1), POOL_EBADF);
    EQUAL(pool_close(pool, fds[1]), 0);
    EQUAL(pool_read(pool, fds[0], large, 1000), 500);
    EQUAL(pool_read(pool, fds[0], large, 1000), 0);
    EQUAL(pool_close(pool, fds[0]), 0);
    EQUAL(pool_close(pool, fds[0]), POOL_EBADF);
    EQUAL(pool_set_nonblocking(pool, fds[0], true), POOL_EBADF);
    EQUAL(pool_pipe(pool, POOL_PIPE_MAX_BYTES + 1, fds), POOL_EINVAL);
}

static void test_pipes_of_a_job(void)
{
    enum { SIZE = 200000 };
    pool_fd_t in[2], out[2];
    EQUAL(pool_pipe(pool, 4096, in), 0);
    EQUAL(pool_pipe(pool, 1 << 18, out), 0);
    pool_job_t job = 0;
    struct pool_job_config config = {.module = cat,
                                     .stdio = {{POOL_STDIO_PIPE, in[0]}, {POOL_STDIO_PIPE, out[1]}, {0}}};
    struct pool_stats before, after;
    EQUAL(pool_stats(pool, &before), 0);
    EQUAL(pool_submit(pool, &config, &job), 0);
    EQUAL(pool_close(pool, in[0]), POOL_EBADF);
    uint8_t *data = malloc(SIZE), *back = malloc(SIZE);
    for (int i = 0; i < SIZE; i++) data[i] = (uint8_t)(i * 7 % 256);
    EQUAL(pool_write(pool, in[1], data, SIZE), SIZE); /* waits many times for 4 KiB */
    EQUAL(pool_close(pool, in[1]), 0);
    uint32_t done = 0;
    for (int32_t n; (n = pool_read(pool, out[0], back + done, SIZE - done)) > 0;) done += (uint32_t)n;
    EQUAL(done, SIZE);
    CHECK(memcmp(data, back, SIZE) == 0);
    EQUAL(pool_stats(pool, &after), 0);
    EQUAL(after.written_bytes - before.written_bytes, SIZE);
    EQUAL(after.read_bytes - before.read_bytes, SIZE);
    EQUAL(pool_wait(pool, job, POOL_FOREVER, NULL), 0);
    EQUAL(pool_release(pool, job), 0);
    EQUAL(pool_close(pool, out[0]), 0);
    free(data);
    free(back);
}

static void test_poll(void)
{
    pool_fd_t in[2], out[2];
    EQUAL(pool_pipe(pool, 0, in), 0);
    EQUAL(pool_pipe(pool, 0, out), 0);
    pool_job_t job = 0;
    struct pool_job_config config = {.module = cat,
                                     .stdio = {{POOL_STDIO_PIPE, in[0]}, {POOL_STDIO_PIPE, out[1]}, {0}}};
    EQUAL(pool_submit(pool, &config, &job), 0);
    struct pool_pollfd fds[] = {{out[0], POOL_POLLIN, 0}, {0, POOL_POLLIN, 0}, {in[1], POOL_POLLOUT, 0}};
    EQUAL(pool_poll(pool, fds, 3, 0), 1);
    CHECK(fds[0].revents == 0 && fds[2].revents == POOL_POLLOUT);
    EQUAL(pool_poll(pool, fds, 1, 20), 0);
    EQUAL(pool_write(pool, in[1], "x", 1), 1);
    EQUAL(pool_poll(pool, fds, 1, POOL_FOREVER), 1);
    CHECK(fds[0].revents & POOL_POLLIN);
    char data[8];
    EQUAL(pool_read(pool, out[0], data, 8), 1);
    EQUAL(pool_close(pool, in[1]), 0);
    EQUAL(pool_poll(pool, fds, 1, POOL_FOREVER), 1);
    CHECK(fds[0].revents & POOL_POLLHUP);
    fds[2].fd = in[1];
    EQUAL(pool_poll(pool, fds + 2, 1, 0), 1);
    CHECK(fds[2].revents & POOL_POLLNVAL);
    EQUAL(pool_close(pool, out[0]), 0);
    EQUAL(pool_wait(pool, job, POOL_FOREVER, NULL), 0);
    EQUAL(pool_release(pool, job), 0);
}

/* --- ending */

static void cancel_one_that_computes(struct pool_result *result)
{
    pool_fd_t out[2];
    pool_job_t job = 0;
    char dot;
    EQUAL(pool_pipe(pool, 0, out), 0);
    struct pool_job_config config = {.module = spin, .stdio[1] = {POOL_STDIO_PIPE, out[1]}};
    EQUAL(pool_submit(pool, &config, &job), 0);
    EQUAL(pool_wait(pool, job, 0, NULL), POOL_EAGAIN);
    EQUAL(pool_read(pool, out[0], &dot, 1), 1);
    EQUAL(pool_wait(pool, job, 5, NULL), POOL_ETIMEDOUT);
    EQUAL(pool_release(pool, job), POOL_EBUSY);
    EQUAL(pool_cancel(pool, job), 0);
    EQUAL(pool_wait(pool, job, POOL_FOREVER, result), 0);
    EQUAL(result->outcome, POOL_CANCELLED);
    EQUAL(pool_release(pool, job), 0);
    EQUAL(pool_close(pool, out[0]), 0);
}

static void test_cancel(void)
{
    struct pool_result result = {0};
    while (!result.killed) cancel_one_that_computes(&result); /* it may still have been in its write */
    pool_job_t job = run(&(struct pool_job_config){.module = forever, .timeout_ms = 50}, &result);
    EQUAL(result.outcome, POOL_TIMED_OUT);
    const uint32_t n_lost =
        1 + result.killed; /* on a busy machine it may never have begun, and others start too late */
    EQUAL(pool_release(pool, job), 0);
    struct pool_stats stats = {0};
    for (int i = 0; i < LOOKS && stats.n_lost < n_lost; i++) {
        emscripten_sleep(10); /* their jobs end a moment before they are buried */
        EQUAL(pool_stats(pool, &stats), 0);
    }
    CHECK(stats.n_lost >= n_lost);
}

static void test_wait_any(void)
{
    pool_job_t jobs[3] = {0};
    uint32_t index = 9;
    EQUAL(pool_wait_any(pool, jobs, 3, 0, &index), POOL_EINVAL);
    EQUAL(pool_submit(pool, &(struct pool_job_config){.module = sleeper}, &jobs[1]), 0);
    EQUAL(pool_wait_any(pool, jobs, 3, 0, &index), POOL_EAGAIN);
    EQUAL(pool_wait_any(pool, jobs, 3, 20, &index), POOL_ETIMEDOUT);
    EQUAL(pool_submit(pool, &(struct pool_job_config){.module = hello}, &jobs[2]), 0);
    EQUAL(pool_wait_any(pool, jobs, 3, POOL_FOREVER, &index), 0);
    EQUAL(index, 2);
    EQUAL(pool_cancel(pool, jobs[1]), 0);
    EQUAL(pool_wait(pool, jobs[1], POOL_FOREVER, NULL), 0);
    EQUAL(pool_release(pool, jobs[1]), 0);
    EQUAL(pool_release(pool, jobs[2]), 0);
    EQUAL(pool_wait_any(pool, jobs, 3, POOL_FOREVER, &index), POOL_EBADF);
}

static void test_resize(void)
{
    struct pool_stats stats = {0};
    EQUAL(pool_resize(pool, 0), POOL_EINVAL);
    EQUAL(pool_resize(pool, 3), 0);
    for (int i = 0; i < LOOKS && stats.n_workers != 3; i++) {
        emscripten_sleep(10);
        pool_stats(pool, &stats);
    }
    EQUAL(stats.n_workers, 3);
    EQUAL(pool_resize(pool, 2), 0);
    EQUAL(pool_resize_range(pool, 2, 1), POOL_EINVAL);
    EQUAL(pool_resize_range(pool, 0, 1), POOL_EINVAL);
    EQUAL(pool_resize_range(pool, 1, 2), 0);
    EQUAL(pool_resize(pool, 2), 0);
}

static void test_worker_stats(void)
{
    static struct pool_worker_stats workers[POOL_WORKERS_MAX + 1];
    struct pool_stats stats;
    uint64_t n_jobs = 0;
    EQUAL(pool_worker_stats(pool, NULL, 1), POOL_EINVAL);
    EQUAL(pool_worker_stats(NULL, workers, 1), POOL_EINVAL);
    EQUAL(pool_worker_stats(pool, workers, 1), 1);
    int32_t n = pool_worker_stats(pool, workers, UINT32_MAX);
    CHECK(n >= 2 && n <= (int32_t)POOL_WORKERS_MAX + 1);
    for (int32_t i = 0; i < n; i++) {
        CHECK(workers[i].number > 0 && workers[i].state >= POOL_WORKER_STARTING);
        CHECK(workers[i].state <= POOL_WORKER_LOST && (i == 0 || workers[i].number > workers[i - 1].number));
        n_jobs += workers[i].n_jobs;
    }
    EQUAL(pool_stats(pool, &stats), 0);
    CHECK(n_jobs > 0 && stats.waiting.n >= n_jobs && stats.running.n > 0 && stats.running.sum_us > 0);
}

/* --- callbacks */

struct heard {
    int n;
    int status;
    uint32_t outcome;
    pool_t *pool;
};

static void on_end(void *user, pool_t *of, pool_job_t job, const struct pool_result *result)
{
    struct heard *heard = user;
    heard->n++;
    heard->outcome = result->outcome;
    EQUAL(pool_wait(of, job, 0, NULL), 0);
    CHECK(pool_wait(of, 1, POOL_FOREVER, NULL) < 0);
    EQUAL(pool_destroy(of), POOL_EBUSY);
    EQUAL(pool_release(of, job), result->outcome == POOL_EXITED || result->outcome == POOL_CANCELLED ? 0 : POOL_EBADF);
}

static void on_ready(void *user, pool_t *of, pool_fd_t fd, int status)
{
    struct heard *heard = user;
    heard->n++;
    heard->status = status;
    heard->pool = of;
    CHECK(fd != 0);
}

static void on_room(void *user, pool_t *of)
{
    ((struct heard *)user)->n++;
    ((struct heard *)user)->pool = of;
}

static void wait_for(const struct heard *heard, int n)
{
    for (int i = 0; i < LOOKS && heard->n < n; i++) emscripten_sleep(10);
    EQUAL(heard->n, n);
}

static void test_on_end(void)
{
    struct heard heard = {0}, room = {0};
    pool_job_t job = 0;
    EQUAL(pool_on_room(pool, on_room, &room), 0);
    EQUAL(pool_submit(pool, &(struct pool_job_config){.module = hello}, &job), 0);
    EQUAL(pool_on_end(pool, job, on_end, NULL), 0);
    EQUAL(pool_on_end(pool, job, on_end, &heard), 0); /* replaces */
    wait_for(&heard, 1);
    EQUAL(heard.outcome, POOL_EXITED);
    wait_for(&room, 1);
    EQUAL(pool_wait(pool, job, 0, NULL), POOL_EBADF);
    EQUAL(pool_submit(pool, &(struct pool_job_config){.module = hello}, &job), 0);
    EQUAL(pool_wait(pool, job, POOL_FOREVER, NULL), 0);
    EQUAL(pool_on_end(pool, job, on_end, &heard), 0); /* has ended, and is told later */
    EQUAL(heard.n, 1);
    wait_for(&heard, 2);
}

static void test_on_ready(void)
{
    struct heard heard = {0};
    pool_fd_t fds[2];
    char data[4];
    EQUAL(pool_pipe(pool, 0, fds), 0);
    EQUAL(pool_on_ready(pool, fds[0], on_ready, NULL), 0);
    EQUAL(pool_on_ready(pool, fds[0], on_ready, &heard), 0); /* replaces */
    EQUAL(pool_read(pool, fds[0], data, 4), POOL_EBUSY);
    EQUAL(pool_on_ready(pool, fds[0], NULL, NULL), 0);
    EQUAL(pool_on_ready(pool, fds[0], on_ready, &heard), 0);
    EQUAL(pool_write(pool, fds[1], "hm", 2), 2);
    EQUAL(heard.n, 0);
    wait_for(&heard, 1);
    EQUAL(heard.status, 0);
    EQUAL(pool_on_ready(pool, fds[1], on_ready, &heard), 0);
    EQUAL(heard.n, 1);
    wait_for(&heard, 2);
    EQUAL(pool_read(pool, fds[0], data, 4), 2);
    EQUAL(pool_on_ready(pool, fds[0], on_ready, &heard), 0);
    EQUAL(pool_close(pool, fds[0]), 0);
    wait_for(&heard, 3);
    EQUAL(heard.status, POOL_EBADF);
    EQUAL(pool_close(pool, fds[1]), 0);
    EQUAL(pool_on_ready(pool, fds[1], on_ready, &heard), POOL_EBADF);
}

/* --- host calls */

static pool_call_t later;

static void on_later(void *user)
{
    (void)user;
    EQUAL(pool_reply(pool, later, 0, "late", 4), 0);
    EQUAL(pool_reply(pool, later, 0, "late", 4), POOL_EBADF);
}

static void serve(void *user, pool_t *of, pool_call_t asked, const void *data, uint32_t size)
{
    const char *how = user;
    CHECK(of == pool);
    if (strcmp(how, "echo") == 0) EQUAL(pool_reply(of, asked, 0, data, size), 0);
    if (strcmp(how, "fail") == 0) EQUAL(pool_reply(of, asked, -1234, NULL, 0), 0);
    if (strcmp(how, "tell") == 0) EQUAL(pool_reply(of, asked, -1234, "no luck", 7), 0);
    CHECK(!pool_call_abandoned(of, asked));
    if (strcmp(how, "late") == 0) {
        later = asked;
        emscripten_async_call(on_later, NULL, 20);
    }
}

static void test_host_call(const char *const *argv, const char *wanted)
{
    struct pool_result result;
    struct pool_job_config config = {
        .module = hostcall, .argv = argv, .stdio = {{0}, {.kind = POOL_STDIO_CAPTURE}, {0}}};
    pool_job_t job = run(&config, &result);
    EQUAL(result.outcome, POOL_EXITED);
    if (!CHECK(same(result.captured[1].data, result.captured[1].size_bytes, wanted))) {
        printf("%.*s", (int)result.captured[1].size_bytes, (const char *)result.captured[1].data);
    }
    EQUAL(pool_release(pool, job), 0);
}

static void test_host_calls(void)
{
    EQUAL(pool_host_set(pool, "", serve, "echo"), POOL_EINVAL);
    EQUAL(pool_host_set(pool, "echo", serve, "echo"), 0);
    EQUAL(pool_host_set(pool, "fail", serve, "fail"), 0);
    EQUAL(pool_host_set(pool, "tell", serve, "tell"), 0);
    EQUAL(pool_host_set(pool, "late", serve, "late"), 0);
    EQUAL(pool_reply(pool, 77, 0, NULL, 0), POOL_EBADF);
    test_host_call((const char *[]){"hostcall", "echo", "ping", NULL}, "4 ping\n");
    test_host_call((const char *[]){"hostcall", "echo", NULL}, "0 \n");
    test_host_call((const char *[]){"hostcall", "fail", "x", NULL}, "error -1234\n");
    test_host_call((const char *[]){"hostcall", "tell", "x", NULL}, "error -1234: no luck\n");
    test_host_call((const char *[]){"hostcall", "-n", "2", "tell", "x", NULL}, "error -1234: no luck\n");
    test_host_call((const char *[]){"hostcall", "late", "x", NULL}, "4 late\n");
    test_host_call((const char *[]){"hostcall", "nobody", "x", NULL}, "error -2\n");
    test_host_call((const char *[]){"hostcall", "-n", "100", "echo", "abc", NULL}, "300\n");
    test_host_call((const char *[]){"hostcall", "-z", "echo", "3000000", NULL}, "3000000\n");
    EQUAL(pool_host_set(pool, "echo", NULL, NULL), 0);
    test_host_call((const char *[]){"hostcall", "echo", "x", NULL}, "error -2\n");
}

/* --- what one job may have */

static pool_call_t kept[4];
static unsigned n_kept;

static void keep_call(void *user, pool_t *of, pool_call_t call, const void *data, uint32_t size)
{
    (void)user, (void)of, (void)data, (void)size;
    if (CHECK(n_kept < sizeof kept / sizeof *kept)) kept[n_kept++] = call;
}

static void answer_too_much(void *user, pool_t *of, pool_call_t call, const void *data, uint32_t size)
{
    static const char much[(2 << 20) + 1];
    (void)user, (void)data, (void)size;
    EQUAL(pool_reply(of, call, 0, much, sizeof much), POOL_EDQUOT);
    EQUAL(pool_reply(of, call, 0, NULL, 0), POOL_EBADF);
}

static void test_share(const char *const *argv, const char *wanted)
{
    struct pool_result result;
    struct pool_job_config config = {.module = hostcall,
                                     .argv = argv,
                                     .max_calls = 3,
                                     .max_memory_mib = 3,
                                     .stdio = {{0}, {.kind = POOL_STDIO_CAPTURE}, {0}}};
    pool_job_t job = run(&config, &result);
    EQUAL(result.outcome, POOL_EXITED);
    CHECK(same(result.captured[1].data, result.captured[1].size_bytes, wanted));
    EQUAL(pool_release(pool, job), 0);
}

static void test_shares(void)
{
    struct pool_stats stats;
    n_kept = 0;
    EQUAL(pool_host_set(pool, "keep", keep_call, NULL), 0);
    EQUAL(pool_host_set(pool, "much", answer_too_much, NULL), 0);
    test_share((const char *[]){"hostcall", "-l", "keep", NULL}, "3 calls, then error -24\n");
    test_share((const char *[]){"hostcall", "-l", "keep", "2000000", NULL}, "1 calls, then error -122\n");
    test_share((const char *[]){"hostcall", "much", NULL}, "error -122\n");
    for (unsigned i = 0; i < n_kept; i++) {
        CHECK(pool_call_abandoned(pool, kept[i]));
        EQUAL(pool_reply(pool, kept[i], 0, "late", 4), 0); /* to who has gone */
        CHECK(!pool_call_abandoned(pool, kept[i]));
    }
    EQUAL(pool_host_set(pool, "keep", NULL, NULL), 0);
    EQUAL(pool_host_set(pool, "much", NULL, NULL), 0);
    EQUAL(pool_stats(pool, &stats), 0);
    EQUAL(stats.n_open_calls, 0);
}

/* --- destroying, and several pools */

static void load_all(void)
{
    hello = load(pool, "hello");
    cat = load(pool, "cat");
    adder = load(pool, "adder");
    values = load(pool, "values");
    hostcall = load(pool, "hostcall");
    sleeper = load(pool, "misbehaving/sleeper");
    echoargs = load(pool, "misbehaving/echoargs");
    terminal = load(pool, "terminal");
}

static void test_two_pools(void)
{
    pool_t *other = NULL;
    struct heard end = {0}, ready = {0}, room = {0};
    EQUAL(pool_create(&(struct pool_config){.n_workers = 1, .max_memory_mib = 32}, &other), 0);
    pool_module_t sleep = load(other, "misbehaving/sleeper");
    pool_job_t jobs[2] = {0};
    pool_fd_t fds[2];
    for (int i = 0; i < 2; i++) {
        EQUAL(pool_submit(other, &(struct pool_job_config){.module = sleep}, &jobs[i]), 0);
        EQUAL(pool_on_end(other, jobs[i], on_end, &end), 0);
    }
    EQUAL(pool_pipe(other, 0, fds), 0);
    EQUAL(pool_on_ready(other, fds[0], on_ready, &ready), 0);
    EQUAL(pool_on_room(other, on_room, &room), 0);
    EQUAL(pool_destroy(other), 0);
    EQUAL(end.n, 2);
    EQUAL(end.outcome, POOL_CANCELLED);
    EQUAL(ready.status, POOL_ESHUTDOWN);
    EQUAL(room.n, 1);
    test_capture();
}

static void destroy_it(void *doomed)
{
    EQUAL(pool_destroy(doomed), 0);
}

/* Somebody destroys the pool while this program waits in it. */
static void test_destroyed_under_a_wait(void)
{
    pool_t *doomed = NULL;
    pool_job_t job = 0;
    pool_fd_t fds[2];
    char byte;
    for (int i = 0; i < 3; i++) {
        EQUAL(pool_create(&(struct pool_config){.n_workers = 1, .max_memory_mib = 32}, &doomed), 0);
        pool_module_t module = load(doomed, "misbehaving/sleeper");
        EQUAL(pool_submit(doomed, &(struct pool_job_config){.module = module}, &job), 0);
        EQUAL(pool_pipe(doomed, 0, fds), 0);
        emscripten_async_call(destroy_it, doomed, 20);
        if (i == 0) EQUAL(pool_wait(doomed, job, POOL_FOREVER, NULL), POOL_ESHUTDOWN);
        if (i == 1) EQUAL(pool_read(doomed, fds[0], &byte, 1), POOL_ESHUTDOWN);
        if (i == 2) EQUAL(pool_poll(doomed, &(struct pool_pollfd){fds[0], POOL_POLLIN, 0}, 1, 60000), POOL_ESHUTDOWN);
    }
}

static void on_one_of_many(void *user, pool_t *of, pool_job_t job, const struct pool_result *result)
{
    ((struct heard *)user)->n += result->outcome == POOL_EXITED;
    EQUAL(pool_release(of, job), 0);
}

/* More jobs than the pool can hold. */
static void test_full(void)
{
    struct heard heard = {0};
    int refused = 0;
    for (int i = 0; i < 1500; i++) {
        pool_job_t job = 0;
        int status = pool_submit(pool, &(struct pool_job_config){.module = hello}, &job);
        if (status == POOL_EAGAIN) {
            refused++;
            status = submit(&(struct pool_job_config){.module = hello}, &job);
        }
        if (!EQUAL(status, 0)) return;
        EQUAL(pool_on_end(pool, job, on_one_of_many, &heard), 0);
    }
    CHECK(refused > 0);
    wait_for(&heard, 1500);
}

static void run_all(void)
{
    test_create();
    load_all();
    test_modules();
    test_capture();
    test_arguments();
    test_terminal(true);
    test_terminal(false);
    test_input(0);
    test_input(10);
    test_input(3000000);
    test_inherit();
    test_inherited_that_cannot_be_written();
    test_abort_write();
    test_refusals();
    test_exports();
    test_bad_exports();
    test_missing_imports();
    test_own_pipe();
    test_pipes_of_a_job();
    test_poll();
    test_wait_any();
    test_resize();
    test_worker_stats();
    test_on_end();
    test_on_ready();
    test_host_calls();
    test_shares();
    test_two_pools();
    test_destroyed_under_a_wait();
    test_full();
    struct pool_stats stats;
    EQUAL(pool_stats(pool, &stats), 0);
    EQUAL(stats.n_queued + stats.n_running + stats.n_ended, 0);
    EQUAL(stats.n_pipes, 0);
    EQUAL(stats.n_calls, 0);
    EQUAL(pool_destroy(pool), 0);
    EQUAL(pool_destroy(NULL), 0);
}

int main(int argc, char **argv)
{
    base = argc > 1 ? argv[1] : "";
    run_all();
    int used = mallinfo().uordblks;
    run_all();
    EQUAL(mallinfo().uordblks, used); /* nothing is left of the second time */

    EQUAL(pool_create(&(struct pool_config){.n_workers = 2}, &pool), 0);
    forever = load(pool, "misbehaving/forever");
    spin = load(pool, "misbehaving/spin");
    test_cancel(); /* last: in WebKit its guests compute on until the page goes */
    EQUAL(pool_destroy(pool), 0);
    finish();
}
