/* A program with -pthread on a browser's main thread, which must not wait. */
#include <emscripten.h>
#include <pool.h>
#include <stdatomic.h>
#include <stdio.h>

static pool_t *pool;
static pool_job_t job;
static _Atomic uint32_t code;
static _Atomic uint32_t holds, may_end;

static void check(bool holds, const char *what)
{
    if (!holds) printf("it does not hold that %s\n", what);
}

static uint32_t work(pool_t *of, void *user)
{
    (void)of, (void)user;
    return 42;
}

/* Keeps its thread until the page has seen that nobody waits for it. */
static uint32_t hold(pool_t *of, void *user)
{
    (void)of, (void)user;
    atomic_store(&holds, 1);
    while (!atomic_load(&may_end)) continue;
    return 0;
}

static void on_end(void *user, pool_t *of, pool_job_t ended, const struct pool_result *result)
{
    (void)user, (void)of, (void)ended;
    atomic_store(&code, result->code);
}

/* The threads end while the page goes on. */
static void end(void)
{
    int status = pool_destroy(pool);
    if (status == POOL_EWOULDBLOCK) return;
    emscripten_cancel_main_loop();
    check(status == 0, "the pool can be destroyed");
    puts("consumer: ok");
}

static void look(void)
{
    struct pool_result result;
    if (atomic_load(&code) == 0 || !atomic_load(&holds)) return;
    emscripten_cancel_main_loop();
    check(code == 42, "the job returned 42");
    check(pool_wait(pool, job, POOL_FOREVER, &result) == 0 && result.code == 42, "an ended job needs no waiting for");
    check(pool_release(pool, job) == 0, "it can be released");
    check(pool_destroy(pool) == POOL_EWOULDBLOCK, "its threads are not waited for");
    atomic_store(&may_end, 1);
    emscripten_set_main_loop(end, 0, false);
}

int main(void)
{
    struct pool_config config = {.n_workers = 2};
    struct pool_job_config what = {.function = work};
    struct pool_job_config held = {.function = hold};
    pool_job_t holder;
    pool_fd_t fds[2];
    char byte;
    check(pool_create(&config, &pool) == 0, "a pool can be made");
    check(pool_submit(pool, &what, &job) == 0, "a job can be submitted");
    check(pool_submit(pool, &held, &holder) == 0, "a second can be submitted");
    check(pool_wait(pool, job, POOL_FOREVER, NULL) == POOL_EWOULDBLOCK, "waiting is refused");
    check(pool_pipe(pool, 0, fds) == 0, "a pipe can be made");
    check(pool_read(pool, fds[0], &byte, 1) == POOL_EWOULDBLOCK, "reading what is not there is refused");
    check(pool_on_end(pool, job, on_end, NULL) == 0, "a callback can be had");
    emscripten_set_main_loop(look, 0, false);
    return 0;
}
