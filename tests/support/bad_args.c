/* The table of wrong arguments, and running it. */
#include "support/bad_args.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define ANY BAD_ARGS_ANY_ERROR
#define NAME_BYTES (POOL_NAME_MAX_BYTES + 1u)
#define PATH_BYTES 4097u /* one more than a path may have */
#define NOT_UTF8 "a\xc3("
#define SURROGATE "\xed\xa0\x80"
#define N_RANDOM 64u

/* Texts without a NUL, of just as many bytes as may be looked at. On the heap, so that a sanitizer sees one byte more.
 */
struct unended {
    char *name, *path, *argument;
};

static char *unended_of(size_t size)
{
    char *text = malloc(size);
    if (!text) abort();
    memset(text, 'a', size);
    return text;
}

static void never_room(void *user, pool_t *pool)
{
    (void)user, (void)pool;
    abort();
}

static void never_created(void *user, int status, pool_t *pool)
{
    (void)user, (void)status, (void)pool;
    abort();
}

static void never_loaded(void *user, int status, pool_module_t module)
{
    (void)user, (void)status, (void)module;
    abort();
}

static void never_ended(void *user, pool_t *pool, pool_job_t job, const struct pool_result *result)
{
    (void)user, (void)pool, (void)job, (void)result;
    abort();
}

static void never_answered(void *user, pool_t *pool, pool_job_t instance, int status, const struct pool_answer *answer)
{
    (void)user, (void)pool, (void)instance, (void)status, (void)answer;
    abort();
}

static void never_ready(void *user, pool_t *pool, pool_fd_t fd, int status)
{
    (void)user, (void)pool, (void)fd, (void)status;
    abort();
}

static void never_called(void *user, pool_t *pool, pool_call_t call, const void *data, uint32_t size)
{
    (void)user, (void)pool, (void)call, (void)data, (void)size;
    abort();
}

static void never_served(void *user, pool_t *pool, pool_call_t call, pool_job_t job, const struct pool_value *values,
                         uint32_t n_values)
{
    (void)user, (void)pool, (void)call, (void)job, (void)values, (void)n_values;
    abort();
}

static void never_moved(void *user, pool_t *pool, pool_call_t call, int status, const void *data, uint64_t size_bytes)
{
    (void)user, (void)pool, (void)call, (void)status, (void)data, (void)size_bytes;
    abort();
}

#define ROW(function, wanted, arguments) check(#function, #function #arguments, (long long)function arguments, wanted);

static void run_pools(pool_t *pool, const struct unended *text, bad_args_check *check)
{
    pool_t *made = NULL;
    struct pool_config many = {.n_workers = UINT32_MAX}, more = {.max_workers = POOL_WORKERS_MAX + 1},
                       fewer = {.n_workers = 3, .max_workers = 2}, little = {.max_memory_mib = 31},
                       much = {.max_memory_mib = UINT32_MAX}, lower = {.n_workers = 2, .min_workers = 3},
                       unnamed = {.name = ""}, named_long = {.name = text->name}, named_badly = {.name = NOT_UTF8},
                       named_by_half = {.name = SURROGATE};
    ROW(pool_create, POOL_EINVAL, (NULL, NULL))
    const struct pool_config *const bad[] = {&many,  &more,    &fewer,      &little,      &much,
                                             &lower, &unnamed, &named_long, &named_badly, &named_by_half};
    for (uint32_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ROW(pool_create, POOL_EINVAL, (bad[i], &made))
        ROW(pool_create_async, POOL_EINVAL, (bad[i], never_created, NULL))
    }
    ROW(pool_create_async, POOL_EINVAL, (NULL, NULL, NULL))
    ROW(pool_destroy, 0, (NULL))
    ROW(pool_resize, POOL_EINVAL, (NULL, 1))
    ROW(pool_resize, POOL_EINVAL, (pool, 0))
    ROW(pool_resize, POOL_EINVAL, (pool, UINT32_MAX))
    ROW(pool_resize_range, POOL_EINVAL, (NULL, 1, 1))
    ROW(pool_resize_range, POOL_EINVAL, (pool, 0, 1))
    ROW(pool_resize_range, POOL_EINVAL, (pool, 2, 1))
    ROW(pool_resize_range, POOL_EINVAL, (pool, 1, UINT32_MAX))
    ROW(pool_worker_stats, POOL_EINVAL, (NULL, NULL, 0))
    ROW(pool_worker_stats, POOL_EINVAL, (pool, NULL, 1))
    ROW(pool_stats, POOL_EINVAL, (NULL, &(struct pool_stats){0}))
    ROW(pool_stats, POOL_EINVAL, (pool, NULL))
    ROW(pool_on_room, POOL_EINVAL, (NULL, never_room, NULL))
    ROW(pool_on_room, POOL_EINVAL, (pool, NULL, NULL))
    ROW(*pool_strerror, 'u', (INT_MIN)) /* nknown error */
    ROW(*pool_strerror, 'u', (INT_MAX))
    ROW(!pool_error_text, 0, ())
}

/* Builds without modules have none to give wrong arguments to. */
static void run_modules(pool_t *pool, bad_args_check *check)
{
    pool_module_t module = 0;
    struct pool_module_config none = {0}, both = {.bytes = "x", .size_bytes = 1, .url = "x"}, one = {.url = "x"};
    ROW(pool_module_load, ANY, (NULL, &one, &module))
    ROW(pool_module_load, ANY, (pool, NULL, &module))
    ROW(pool_module_load, ANY, (pool, &one, NULL))
    ROW(pool_module_load, ANY, (pool, &none, &module))
    ROW(pool_module_load, ANY, (pool, &both, &module))
    ROW(pool_module_load_async, ANY, (NULL, &one, never_loaded, NULL))
    ROW(pool_module_load_async, ANY, (pool, NULL, never_loaded, NULL))
    ROW(pool_module_load_async, ANY, (pool, &one, NULL, NULL))
    ROW(pool_module_load_async, ANY, (pool, &none, never_loaded, NULL))
    ROW(pool_module_load_async, ANY, (pool, &both, never_loaded, NULL))
    ROW(pool_module_unload, ANY, (NULL, 1))
}

/* Nor have they instances. */
static void run_instances(pool_t *pool, bad_args_check *check)
{
    pool_job_t instance = 0;
    struct pool_answer answer;
    struct pool_job_config none = {0};
    struct pool_question add = {.export_name = "add"}, odd = {.kind = UINT32_MAX};
    ROW(pool_instance_open, ANY, (NULL, &none, &instance))
    ROW(pool_instance_open, ANY, (pool, NULL, &instance))
    ROW(pool_instance_open, ANY, (pool, &none, NULL))
    ROW(pool_instance_open, ANY, (pool, &none, &instance))
    ROW(pool_instance_ask, ANY, (NULL, 1, &add, &answer))
    ROW(pool_instance_ask, ANY, (pool, 1, NULL, &answer))
    ROW(pool_instance_ask, ANY, (pool, UINT64_MAX, &add, &answer))
    ROW(pool_instance_ask, ANY, (pool, 1, &odd, NULL))
    ROW(pool_instance_ask_async, ANY, (NULL, 1, &add, never_answered, NULL))
    ROW(pool_instance_ask_async, ANY, (pool, 1, NULL, never_answered, NULL))
    ROW(pool_instance_ask_async, ANY, (pool, 1, &add, NULL, NULL))
    ROW(pool_instance_ask_async, ANY, (pool, UINT64_MAX, &add, never_answered, NULL))
    ROW(pool_question_cancel, ANY, (NULL, 1, never_answered, NULL))
    ROW(pool_question_cancel, ANY, (pool, 1, NULL, NULL))
    ROW(pool_question_cancel, ANY, (pool, 0, never_answered, NULL))
    ROW(pool_question_cancel, ANY, (pool, UINT64_MAX, never_answered, NULL))
    ROW(pool_instance_close, ANY, (NULL, 1))
    ROW(pool_instance_close, ANY, (pool, 0))
}

#define BOTH_PATHS(function, ...)                                             \
    ROW(function, POOL_EINVAL, (pool, volume, NULL, __VA_ARGS__))             \
    ROW(function, POOL_EINVAL, (pool, volume, NOT_UTF8, __VA_ARGS__))         \
    ROW(function, POOL_EINVAL, (pool, volume, SURROGATE, __VA_ARGS__))        \
    ROW(function, POOL_ENAMETOOLONG, (pool, volume, text->path, __VA_ARGS__)) \
    ROW(function, POOL_EINVAL, (NULL, volume, "a", __VA_ARGS__))

static void run_files(pool_t *pool, pool_volume_t volume, const struct unended *text, bad_args_check *check)
{
    char data[8];
    struct pool_stat stat;
    struct pool_entry entry;
    BOTH_PATHS(pool_volume_stat, &stat)
    BOTH_PATHS(pool_volume_lstat, &stat)
    BOTH_PATHS(pool_volume_read, 0, data, sizeof data)
    BOTH_PATHS(pool_volume_write, 0, data, sizeof data)
    BOTH_PATHS(pool_volume_truncate, 0)
    BOTH_PATHS(pool_volume_list, 0, &entry, 1)
    BOTH_PATHS(pool_volume_readlink, data, sizeof data)
    ROW(pool_volume_stat, POOL_EINVAL, (pool, volume, ".", NULL))
    ROW(pool_volume_lstat, POOL_EINVAL, (pool, volume, ".", NULL))
    ROW(pool_volume_read, POOL_EINVAL, (pool, volume, "a", 0, NULL, 1))
    ROW(pool_volume_read, POOL_EINVAL, (pool, volume, "a", 0, data, UINT32_MAX))
    ROW(pool_volume_read, 0, (pool, volume, "file", UINT64_MAX, data, sizeof data))
    ROW(pool_volume_read, 0, (pool, volume, "file", 0, NULL, 0))
    ROW(pool_volume_write, POOL_EINVAL, (pool, volume, "a", 0, NULL, 1))
    ROW(pool_volume_write, POOL_EINVAL, (pool, volume, "a", 0, data, UINT32_MAX))
    ROW(pool_volume_write, ANY, (pool, volume, "file", UINT64_MAX - 1, data, sizeof data))
    ROW(pool_volume_write, 0, (pool, volume, "file", 0, NULL, 0))
    ROW(pool_volume_truncate, ANY, (pool, volume, "file", UINT64_MAX))
    ROW(pool_volume_list, POOL_EINVAL, (pool, volume, ".", 0, NULL, 1))
    ROW(pool_volume_list, POOL_EINVAL, (pool, volume, ".", 0, &entry, 0))
    ROW(pool_volume_list, POOL_EINVAL, (pool, volume, ".", 0, NULL, UINT32_MAX))
    ROW(pool_volume_list, 0, (pool, volume, ".", UINT64_MAX, &entry, 1))
    ROW(pool_volume_readlink, POOL_EINVAL, (pool, volume, "a", NULL, 1))
}

static void run_names(pool_t *pool, pool_volume_t volume, const struct unended *text, bad_args_check *check)
{
    const char *const bad[] = {NULL, NOT_UTF8, SURROGATE, text->path};
    const int wanted[] = {POOL_EINVAL, POOL_EINVAL, POOL_EINVAL, POOL_ENAMETOOLONG};
    for (uint32_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ROW(pool_volume_mkdir, wanted[i], (pool, volume, bad[i]))
        ROW(pool_volume_remove, wanted[i], (pool, volume, bad[i]))
        ROW(pool_volume_symlink, wanted[i], (pool, volume, bad[i], "a"))
        ROW(pool_volume_symlink, wanted[i], (pool, volume, "a", bad[i]))
        ROW(pool_volume_rename, wanted[i], (pool, volume, bad[i], "a"))
        ROW(pool_volume_rename, wanted[i], (pool, volume, "file", bad[i]))
    }
    ROW(pool_volume_mkdir, POOL_EINVAL, (NULL, volume, "a"))
    ROW(pool_volume_remove, POOL_EINVAL, (NULL, volume, "a"))
    ROW(pool_volume_symlink, POOL_EINVAL, (NULL, volume, "a", "b"))
    ROW(pool_volume_rename, POOL_EINVAL, (NULL, volume, "a", "b"))
    ROW(pool_volume_create, POOL_EINVAL, (NULL, NULL, &volume))
    ROW(pool_volume_create, POOL_EINVAL, (pool, NULL, NULL))
    ROW(pool_volume_release, POOL_EINVAL, (NULL, volume))
}

/* What is wrong with any job, whether it is a guest or a function. */
static void run_configs(const struct bad_args *args, const struct unended *text, bad_args_check *check)
{
    static const struct pool_value values[1] = {{.type = 0}}, one[1] = {{.type = POOL_I32}};
    const char *const bad_text[] = {NOT_UTF8, NULL}, *const bad_pair[] = {"A=" SURROGATE, NULL},
                      *const long_text[] = {text->argument, NULL};
    const struct pool_preopen unnamed[1] = {{.volume = args->volume}}, misnamed[1] = {{args->volume, NOT_UTF8, false}},
                              nowhere[1] = {{.path = "a"}}, endless[1] = {{args->volume, text->argument, false}};
    const struct pool_job_config bad[] = {
        {0},
        {.priority = UINT32_MAX},
        {.argv = bad_text},
        {.envp = bad_pair},
        {.argv = long_text},
        {.envp = long_text},
        {.export_name = NOT_UTF8},
        {.export_name = text->argument},
        {.export_name = "f", .values = values, .n_values = 1},
        {.export_name = "f", .values = NULL, .n_values = 1},
        {.export_name = "f", .values = one, .n_values = UINT32_MAX},
        {.values = one, .n_values = 1},
        {.preopens = unnamed, .n_preopens = 1},
        {.preopens = misnamed, .n_preopens = 1},
        {.preopens = nowhere, .n_preopens = 1},
        {.preopens = endless, .n_preopens = 1},
        {.preopens = NULL, .n_preopens = 1},
        {.preopens = misnamed, .n_preopens = UINT32_MAX},
        {.input = NULL, .input_bytes = 1},
        {.input = "x", .input_bytes = UINT32_MAX},
        {.capture_max_bytes = UINT32_MAX},
        {.stdio = {{.kind = UINT32_MAX}}},
        {.stdio = {{.kind = POOL_STDIO_CAPTURE}}},
        {.stdio = {{0}, {.kind = POOL_STDIO_INPUT}}},
        {.stdio = {{.kind = POOL_STDIO_PIPE}}},
        {.stdio = {{.kind = POOL_STDIO_PIPE, .fd = args->write_end}}},
        {.stdio = {{0}, {POOL_STDIO_PIPE, args->write_end}, {POOL_STDIO_PIPE, args->write_end}}},
    };
    for (uint32_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        pool_job_t job = 0;
        struct pool_job_config config = bad[i];
        ROW(pool_submit, ANY, (args->pool, &config, &job)) /* at least because it runs nothing */
        config.module = UINT32_MAX;
        ROW(pool_submit, ANY, (args->pool, &config, &job))
    }
}

static uint32_t never_run(pool_t *pool, void *user)
{
    (void)pool, (void)user;
    abort();
}

static void run_jobs(const struct bad_args *args, bad_args_check *check)
{
    pool_t *pool = args->pool;
    pool_job_t job = args->job;
    uint32_t index;
    struct pool_result result;
    const struct pool_job_config config = {.function = never_run};
    ROW(pool_submit, POOL_EINVAL, (NULL, &config, &job))
    ROW(pool_submit, POOL_EINVAL, (pool, NULL, &job))
    ROW(pool_submit, POOL_EINVAL, (pool, &config, NULL))
    ROW(pool_wait, POOL_EINVAL, (NULL, job, 0, &result))
    ROW(pool_wait, POOL_EINVAL, (pool, job, POOL_FOREVER - 1, &result))
    ROW(pool_wait, POOL_EINVAL, (pool, job, INT32_MIN, &result))
    ROW(pool_wait, POOL_EBADF, (pool, 0, 0, &result))
    ROW(pool_wait, 0, (pool, job, 0, NULL))
    ROW(pool_wait_any, POOL_EINVAL, (NULL, &job, 1, 0, &index))
    ROW(pool_wait_any, POOL_EINVAL, (pool, NULL, 1, 0, &index))
    ROW(pool_wait_any, POOL_EINVAL, (pool, &job, 1, 0, NULL))
    ROW(pool_wait_any, POOL_EINVAL, (pool, &job, 1, POOL_FOREVER - 1, &index))
    ROW(pool_wait_any, POOL_EINVAL, (pool, NULL, 0, 0, &index))
    ROW(pool_wait_any, POOL_EINVAL, (pool, &job, 1u << 30, 0, &index))
    ROW(pool_wait_any, POOL_EINVAL, (pool, &job, UINT32_MAX, POOL_FOREVER, &index))
    ROW(pool_on_end, POOL_EINVAL, (NULL, job, never_ended, NULL))
    ROW(pool_on_end, POOL_EINVAL, (NULL, job, NULL, NULL))
    ROW(pool_cancel, POOL_EINVAL, (NULL, job))
    ROW(pool_release, POOL_EINVAL, (NULL, job))
    ROW(pool_interrupted, false, (NULL))
    ROW(pool_interrupted, false, (pool))
}

static void run_bytes(const struct bad_args *args, bad_args_check *check)
{
    char data[8] = {0};
    pool_t *pool = args->pool;
    pool_fd_t fd = args->read_end, to = args->write_end;
    struct pool_iovec none[1] = {{NULL, 0}}, bad[1] = {{NULL, 1}};
    static struct pool_iovec huge[3] = {{huge, INT32_MAX}, {huge, INT32_MAX}, {huge, 2}};
    ROW(pool_read, POOL_EINVAL, (NULL, fd, data, 1))
    ROW(pool_read, POOL_EINVAL, (pool, fd, NULL, 1))
    ROW(pool_read, 0, (pool, fd, NULL, 0))
    ROW(pool_read, POOL_EBADF, (pool, to, data, 1))
    ROW(pool_write, POOL_EINVAL, (NULL, to, data, 1))
    ROW(pool_write, POOL_EINVAL, (pool, to, NULL, 1))
    ROW(pool_write, 0, (pool, to, NULL, 0))
    ROW(pool_write, POOL_EBADF, (pool, fd, data, 1))
    ROW(pool_readv, POOL_EINVAL, (NULL, fd, none, 1))
    ROW(pool_readv, POOL_EINVAL, (pool, fd, NULL, 1))
    ROW(pool_readv, POOL_EINVAL, (pool, fd, bad, 1))
    ROW(pool_readv, POOL_EINVAL, (pool, fd, huge, 3))
    ROW(pool_readv, POOL_EINVAL, (pool, fd, none, UINT32_MAX))
    ROW(pool_readv, 0, (pool, fd, NULL, 0))
    ROW(pool_readv, 0, (pool, fd, none, 1))
    ROW(pool_writev, POOL_EINVAL, (NULL, to, none, 1))
    ROW(pool_writev, POOL_EINVAL, (pool, to, NULL, 1))
    ROW(pool_writev, POOL_EINVAL, (pool, to, bad, 1))
    ROW(pool_writev, POOL_EINVAL, (pool, to, huge, 3))
    ROW(pool_writev, POOL_EINVAL, (pool, to, none, UINT32_MAX))
    ROW(pool_writev, 0, (pool, to, NULL, 0))
    ROW(pool_writev, 0, (pool, to, none, 1))
}

static void run_pipes(const struct bad_args *args, bad_args_check *check)
{
    pool_t *pool = args->pool;
    pool_fd_t fd = args->read_end, fds[2];
    struct pool_pollfd poll = {fd, POOL_POLLIN, 0};
    ROW(pool_pipe, POOL_EINVAL, (NULL, 0, fds))
    ROW(pool_pipe, POOL_EINVAL, (pool, 0, NULL))
    ROW(pool_pipe, POOL_EINVAL, (pool, POOL_PIPE_MAX_BYTES + 1, fds))
    ROW(pool_pipe, POOL_EINVAL, (pool, UINT32_MAX, fds))
    ROW(pool_set_nonblocking, POOL_EINVAL, (NULL, fd, true))
    ROW(pool_poll, POOL_EINVAL, (NULL, &poll, 1, 0))
    ROW(pool_poll, POOL_EINVAL, (pool, NULL, 1, 0))
    ROW(pool_poll, POOL_EINVAL, (pool, &poll, 1, POOL_FOREVER - 1))
    ROW(pool_poll, POOL_EINVAL, (pool, &poll, UINT32_MAX, 0))
    ROW(pool_poll, POOL_EINVAL, (pool, &poll, 1u << 29, 0))
    ROW(pool_poll, 0, (pool, NULL, 0, 0))
    ROW(pool_on_ready, POOL_EINVAL, (NULL, fd, never_ready, NULL))
    ROW(pool_on_ready, POOL_EINVAL, (NULL, fd, NULL, NULL))
    ROW(pool_close, POOL_EINVAL, (NULL, fd))
    ROW(pool_abort_write, POOL_EINVAL, (NULL, fd))
}

static void run_hosts(pool_t *pool, const struct unended *text, bad_args_check *check)
{
    const char *const bad[] = {NULL, "", NOT_UTF8, SURROGATE, text->name};
    for (uint32_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ROW(pool_host_set, POOL_EINVAL, (pool, bad[i], never_called, NULL))
        ROW(pool_host_set, POOL_EINVAL, (pool, bad[i], NULL, NULL))
    }
    ROW(pool_host_set, POOL_EINVAL, (NULL, "a", never_called, NULL))
    ROW(pool_call_abandoned, false, (NULL, 1))
    ROW(pool_reply, POOL_EINVAL, (NULL, 1, 0, NULL, 0))
    ROW(pool_reply, POOL_EINVAL, (pool, 1, 0, NULL, 1))
    ROW(pool_reply, POOL_EINVAL, (pool, 1, 1, NULL, 0))
    ROW(pool_reply, POOL_EINVAL, (pool, 1, POOL_EAGAIN, NULL, 0))
    ROW(pool_reply, POOL_E2BIG, (pool, 1, 0, "", UINT32_MAX))
}

/* Builds without guests have no imports. */
static void run_imports(pool_t *pool, const struct unended *text, bad_args_check *check)
{
    const char *const bad[] = {NULL, NOT_UTF8, SURROGATE, text->name};
    for (uint32_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ROW(pool_import_set, ANY, (pool, bad[i], "a", never_served, NULL))
        ROW(pool_import_set, ANY, (pool, "a", bad[i], never_served, NULL))
        ROW(pool_import_set, ANY, (pool, "a", bad[i], NULL, NULL))
    }
    ROW(pool_import_set, ANY, (NULL, "a", "a", never_served, NULL))
    const char *const texts[] = {NULL, NOT_UTF8, SURROGATE, text->path};
    for (uint32_t i = 0; i < sizeof texts / sizeof *texts; i++) ROW(pool_import_fail, ANY, (pool, 1, texts[i]))
    ROW(pool_import_fail, ANY, (NULL, 1, "a"))
    ROW(pool_import_return, ANY, (NULL, 1, NULL, 0))
    ROW(pool_import_return, ANY, (pool, 1, NULL, 1))
    ROW(pool_import_return, ANY, (pool, 1, &(struct pool_value){.type = POOL_I32}, UINT32_MAX))
    ROW(pool_import_read, ANY, (NULL, 1, 0, 0, never_moved, NULL))
    ROW(pool_import_read, ANY, (pool, 1, 0, 0, NULL, NULL))
    ROW(pool_import_read, ANY, (pool, 1, 0, UINT32_MAX, never_moved, NULL))
    ROW(pool_import_write, ANY, (NULL, 1, 0, "", 0, never_moved, NULL))
    ROW(pool_import_write, ANY, (pool, 1, 0, "", 0, NULL, NULL))
    ROW(pool_import_write, ANY, (pool, 1, 0, NULL, 1, never_moved, NULL))
    ROW(pool_import_write, ANY, (pool, 1, 0, "", UINT32_MAX, never_moved, NULL))
    ROW(pool_import_size, ANY, (NULL, 1, never_moved, NULL))
    ROW(pool_import_size, ANY, (pool, 1, NULL, NULL))
}

#define FD ((pool_fd_t)word)
#define JOB ((pool_job_t)word)

static void run_word(const struct bad_args *args, uint64_t word, bad_args_check *check)
{
    char data[8] = {0};
    pool_t *pool = args->pool;
    uint32_t index;
    struct pool_iovec iov[1] = {{data, sizeof data}};
    struct pool_stat stat;
    if (!word || (pool_module_t)word != args->module) ROW(pool_module_unload, ANY, (pool, (pool_module_t)word))
    ROW(pool_volume_release, ANY, (pool, (pool_volume_t)word))
    ROW(pool_volume_stat, ANY, (pool, (pool_volume_t)word, ".", &stat))
    ROW(pool_wait, ANY, (pool, JOB, 0, NULL))
    ROW(pool_wait, ANY, (pool, JOB, POOL_FOREVER, NULL))
    ROW(pool_wait_any, ANY, (pool, &(pool_job_t){JOB}, 1, POOL_FOREVER, &index))
    ROW(pool_on_end, ANY, (pool, JOB, never_ended, NULL))
    ROW(pool_on_end, ANY, (pool, JOB, NULL, NULL))
    ROW(pool_cancel, ANY, (pool, JOB))
    ROW(pool_release, ANY, (pool, JOB))
    ROW(pool_read, ANY, (pool, FD, data, sizeof data))
    ROW(pool_write, ANY, (pool, FD, data, sizeof data))
    ROW(pool_readv, ANY, (pool, FD, iov, 1))
    ROW(pool_writev, ANY, (pool, FD, iov, 1))
    ROW(pool_set_nonblocking, ANY, (pool, FD, true))
    ROW(pool_on_ready, ANY, (pool, FD, never_ready, NULL))
    ROW(pool_on_ready, ANY, (pool, FD, NULL, NULL))
    ROW(pool_close, ANY, (pool, FD))
    ROW(pool_abort_write, ANY, (pool, FD))
    ROW(pool_reply, ANY, (pool, (pool_call_t)word, 0, NULL, 0))
    ROW(pool_call_abandoned, false, (pool, (pool_call_t)word))
    ROW(pool_import_return, ANY, (pool, (pool_call_t)word, NULL, 0))
    ROW(pool_import_fail, ANY, (pool, (pool_call_t)word, "a"))
    ROW(pool_import_read, ANY, (pool, (pool_call_t)word, 0, 1, never_moved, NULL))
    ROW(pool_import_write, ANY, (pool, (pool_call_t)word, 0, "a", 1, never_moved, NULL))
    ROW(pool_import_size, ANY, (pool, (pool_call_t)word, never_moved, NULL))
    struct pool_pollfd poll = {FD, POOL_POLLIN | POOL_POLLOUT, 0};
    if (!FD) return; /* skipped */
    ROW(pool_poll, 1, (pool, &poll, 1, POOL_FOREVER))
    check("pool_poll", "revents", poll.revents, POOL_POLLNVAL);
}

/* Words that a program may have by mistake, with a generation that no slot has yet. */
static void run_random(const struct bad_args *args, bad_args_check *check)
{
    uint64_t word = 0x9e3779b97f4a7c15u;
    for (uint32_t i = 0; i < N_RANDOM; i++) {
        word ^= word << 13, word ^= word >> 7, word ^= word << 17;
        run_word(args, word | 0x8000000080000000u, check);
    }
}

void bad_args_run(const struct bad_args *args, bad_args_check *check)
{
    const struct unended text = {unended_of(NAME_BYTES), unended_of(PATH_BYTES), unended_of(POOL_ARGS_MAX_BYTES)};
    run_pools(args->pool, &text, check);
    run_modules(args->pool, check);
    run_instances(args->pool, check);
    run_files(args->pool, args->volume, &text, check);
    run_names(args->pool, args->volume, &text, check);
    run_configs(args, &text, check);
    run_jobs(args, check);
    run_bytes(args, check);
    run_pipes(args, check);
    run_hosts(args->pool, &text, check);
    run_imports(args->pool, &text, check);
    for (uint32_t i = 0; i < args->n_words; i++) {
        if (args->words[i] != args->job) run_word(args, args->words[i], check); /* kinds may share their numbers */
    }
    run_random(args, check);
    free(text.name), free(text.path), free(text.argument);
}
