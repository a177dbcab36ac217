/* No function of the public headers crashes on arguments that are wrong, and none does anything with them. */
#include <stdio.h>

#include "core/layout.h"
#include "support/bad_args.h"
#include "support/native_pool.h"
#include "support/prelude.h"
#include "support/threads.h"

#define FUNCTIONS_MAX 128u

static const char *called[FUNCTIONS_MAX];
static uint32_t n_called, n_wrong;

static void note(const char *function)
{
    while (*function == '*' || *function == '!') function++;
    for (uint32_t i = 0; i < n_called; i++) {
        if (strcmp(called[i], function) == 0) return;
    }
    THREAD_CHECK(n_called < FUNCTIONS_MAX);
    called[n_called++] = function;
}

static void check(const char *function, const char *call, long long got, long long wanted)
{
    note(function);
    if (wanted == BAD_ARGS_ANY_ERROR ? got < 0 : got == wanted) return;
    print_error("%s is %lld, not %lld\n", call, got, wanted);
    n_wrong++;
}

static uint32_t end_at_once(pool_t *pool, void *user)
{
    (void)pool, (void)user;
    return 0;
}

static uint32_t call_wrongly(pool_t *pool, void *user)
{
    (void)pool, (void)user;
    bad_args_run_guest(check);
    return 0;
}

static void add(struct bad_args *args, uint64_t word)
{
    args->words[args->n_words++] = word;
}

static pool_job_t ended_job(pool_t *pool)
{
    pool_job_t job = native_submit(pool, end_at_once, NULL);
    assert_int_equal(pool_wait(pool, job, POOL_FOREVER, NULL), 0);
    return job;
}

/* Handles that were good, and are released. */
static void add_stale(struct bad_args *args)
{
    pool_fd_t fds[2];
    pool_volume_t volume;
    pool_job_t job = ended_job(args->pool);
    assert_int_equal(pool_release(args->pool, job), 0);
    assert_int_equal(pool_pipe(args->pool, 0, fds), 0);
    assert_int_equal(pool_close(args->pool, fds[0]), 0);
    assert_int_equal(pool_close(args->pool, fds[1]), 0);
    assert_int_equal(pool_volume_create(args->pool, NULL, &volume), 0);
    assert_int_equal(pool_volume_release(args->pool, volume), 0);
    add(args, job), add(args, fds[0]), add(args, fds[1]), add(args, volume);
}

/* Handles of a pool that has more of them. */
static void add_foreign(struct bad_args *args, pool_t *other)
{
    pool_fd_t fds[2];
    for (uint32_t i = 0; i < 20; i++) assert_int_equal(pool_pipe(other, 0, fds), 0);
    add(args, fds[0]), add(args, fds[1]);
}

static void make(struct bad_args *args)
{
    static const uint64_t plain[] = {0, 1, 2, 3, 4, UINT32_MAX, 1u << 31, UINT64_MAX, (uint64_t)1 << 63};
    pool_fd_t fds[2];
    *args = (struct bad_args){.pool = native_pool_make(1, 0)};
    add_stale(args);
    args->job = ended_job(args->pool);
    assert_int_equal(pool_pipe(args->pool, 0, fds), 0);
    args->read_end = fds[0], args->write_end = fds[1];
    assert_int_equal(pool_volume_create(args->pool, NULL, &args->volume), 0);
    assert_int_equal(pool_volume_write(args->pool, args->volume, "file", 0, "", 0), 0);
    for (uint32_t i = 0; i < COUNT_OF(plain); i++) add(args, plain[i]);
}

static void wrong_arguments_are_errors(void **state)
{
    (void)state;
    struct bad_args args;
    struct pool_stats before, after;
    make(&args);
    pool_t *other = native_pool_make_beside(1);
    add_foreign(&args, other);
    assert_int_equal(pool_stats(args.pool, &before), 0);
    bad_args_run(&args, check);
    assert_int_equal(pool_stats(args.pool, &after), 0);
    assert_int_equal(native_await(args.pool, native_submit(args.pool, call_wrongly, NULL)).code, 0);
    assert_int_equal(n_wrong, 0);
    assert_int_equal(after.n_pipes, before.n_pipes);
    assert_int_equal(after.n_ended, before.n_ended);
    assert_int_equal(after.n_calls, 0);
    native_pool_free(other);
    native_pool_free(args.pool);
}

static bool is_called(const char *function)
{
    for (uint32_t i = 0; i < n_called; i++) {
        if (strcmp(called[i], function) == 0) return true;
    }
    return false;
}

static void every_function_of_the_interface_has_a_row(void **state)
{
    (void)state;
    char header[32], function[64];
    uint32_t n_missing = 0, n = 0;
    FILE *list = fopen("tests/abi/symbols.txt", "r");
    assert_non_null(list);
    while (fscanf(list, "%31s %63s", header, function) == 2) {
        n++;
        if (is_called(function)) continue;
        print_error("%s has no row\n", function);
        n_missing++;
    }
    fclose(list);
    assert_true(n > 40);
    assert_int_equal(n_missing, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_arguments_are_errors),
        cmocka_unit_test(every_function_of_the_interface_has_a_row), /* after the first */
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
