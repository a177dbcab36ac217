/* pool.h with arguments that are wrong: the same table as in native tests. Arguments: the folder of the guests. */
#include <emscripten.h>

#include "check.h"
#include "support/bad_args.h"

static struct bad_args args;
static pool_module_t hello;

static void add(uint64_t word)
{
    args.words[args.n_words++] = word;
}

static void check_call(const char *function, const char *call, long long got, long long wanted)
{
    (void)function;
    checks++;
    if (wanted == BAD_ARGS_ANY_ERROR ? got < 0 : got == wanted) return;
    failures++;
    printf("FAILED %s is %lld, not %lld (%s)\n", call, got, wanted, pool_error_text());
}

/* Handles that were good, and are released. */
static void add_stale(pool_job_t job)
{
    static const uint64_t plain[] = {0, 1, 2, 3, 4, UINT32_MAX, 1u << 31, UINT64_MAX, (uint64_t)1 << 63};
    pool_fd_t fds[2];
    pool_volume_t volume = 0;
    EQUAL(pool_release(args.pool, job), 0);
    EQUAL(pool_pipe(args.pool, 0, fds), 0);
    EQUAL(pool_close(args.pool, fds[0]), 0);
    EQUAL(pool_close(args.pool, fds[1]), 0);
    EQUAL(pool_volume_create(args.pool, NULL, &volume), 0);
    EQUAL(pool_volume_release(args.pool, volume), 0);
    add(job), add(fds[0]), add(fds[1]), add(volume);
    for (uint32_t i = 0; i < sizeof plain / sizeof *plain; i++) add(plain[i]);
}

static void on_second(void *user, pool_t *pool, pool_job_t job, const struct pool_result *result)
{
    (void)user;
    struct pool_stats before, after;
    pool_fd_t fds[2] = {0};
    EQUAL(result->outcome, POOL_EXITED);
    args.job = job;
    EQUAL(pool_pipe(pool, 0, fds), 0);
    args.read_end = fds[0], args.write_end = fds[1];
    EQUAL(pool_volume_create(pool, NULL, &args.volume), 0);
    EQUAL(pool_volume_write(pool, args.volume, "file", 0, "", 0), 0);
    EQUAL(pool_stats(pool, &before), 0);
    bad_args_run(&args, check_call);
    EQUAL(pool_stats(pool, &after), 0);
    EQUAL(after.n_pipes, before.n_pipes);
    EQUAL(after.n_ended, before.n_ended);
    finish();
}

static void run(pool_end_callback then)
{
    pool_job_t job = 0;
    EQUAL(pool_submit(args.pool, &(struct pool_job_config){.module = hello}, &job), 0);
    EQUAL(pool_on_end(args.pool, job, then, NULL), 0);
}

static void on_first(void *user, pool_t *pool, pool_job_t job, const struct pool_result *result)
{
    (void)user, (void)pool;
    EQUAL(result->outcome, POOL_EXITED);
    add_stale(job);
    run(on_second);
}

static void on_loaded(void *user, int status, pool_module_t module)
{
    (void)user;
    if (!EQUAL(status, 0)) finish();
    CHECK(module != 0);
    hello = args.module = module;
    run(on_first);
}

static void on_created(void *user, int status, pool_t *pool)
{
    (void)user;
    if (!EQUAL(status, 0)) finish();
    args.pool = pool;
    EQUAL(pool_module_load_async(pool, &(struct pool_module_config){.url = guest("hello")}, on_loaded, NULL), 0);
}

int main(int argc, char **argv)
{
    base = argc > 1 ? argv[1] : "";
    EQUAL(pool_create_async(&(struct pool_config){.n_workers = 1}, on_created, NULL), 0);
    return 0;
}
