/* Calls that wait, in functions that events call: while main waits for the pool, while it sleeps, when it has returned.
 * Where the program cannot be suspended they are POOL_EWOULDBLOCK, and do nothing. Arguments: the folder of the guests,
 * and how this program was built. */
#include <emscripten.h>

#include "check.h"

static pool_t *pool;
static pool_module_t hello, sleeper;
static pool_job_t job;
static pool_fd_t fds[2], full[2];
static bool rewrites; /* the program: with Asyncify a call can wait wherever no other does */
static int n_events;

static void would_block(long long got, const char *what, int line)
{
    check_equal(got, POOL_EWOULDBLOCK, what, line);
    check(strstr(pool_error_text(), "wait") != NULL, what, line);
}

#define WOULD_BLOCK(call) would_block(call, #call, __LINE__)

/* Everything that waits, with something that it would have to wait for. */
static void call_all(void)
{
    char data[8] = {0};
    pool_t *made = NULL;
    pool_module_t module = 0;
    uint32_t index = 7;
    struct pool_iovec iov[2] = {{data, 4}, {data + 4, 4}};
    struct pool_pollfd poll = {fds[0], POOL_POLLIN, 0};
    WOULD_BLOCK(pool_create(NULL, &made));
    WOULD_BLOCK(pool_module_load(pool, &(struct pool_module_config){.url = guest("hello")}, &module));
    WOULD_BLOCK(pool_wait(pool, job, 100, NULL));
    WOULD_BLOCK(pool_wait(pool, job, POOL_FOREVER, NULL));
    WOULD_BLOCK(pool_wait_any(pool, &job, 1, POOL_FOREVER, &index));
    WOULD_BLOCK(pool_read(pool, fds[0], data, sizeof data));
    WOULD_BLOCK(pool_readv(pool, fds[0], iov, 2));
    WOULD_BLOCK(pool_write(pool, full[1], data, sizeof data));
    WOULD_BLOCK(pool_writev(pool, full[1], iov, 2));
    WOULD_BLOCK(pool_poll(pool, &poll, 1, POOL_FOREVER));
    EQUAL(pool_wait(pool, job, 0, NULL), POOL_EAGAIN);
    EQUAL(pool_poll(pool, &poll, 1, 0), 0);
    CHECK(!made && !module && index == 7);
}

/* What need not wait goes on as ever, and so does what waits nowhere. */
static void call_what_need_not_wait(void)
{
    char byte = 0;
    pool_volume_t volume = 0;
    EQUAL(pool_write(pool, fds[1], "x", 1), 1);
    EQUAL(pool_read(pool, fds[0], &byte, 1), 1);
    CHECK(byte == 'x');
    EQUAL(pool_volume_create(pool, NULL, &volume), 0);
    EQUAL(pool_volume_write(pool, volume, "a", 0, "text", 4), 4);
    EQUAL(pool_volume_release(pool, volume), 0);
}

static void on_timer(void *user)
{
    (void)user;
    n_events++;
    call_all();
    call_what_need_not_wait();
}

static void on_hello(void *user, pool_t *of, pool_job_t ended, const struct pool_result *result)
{
    (void)user, (void)result;
    n_events++;
    call_all();
    EQUAL(pool_release(of, ended), 0);
}

/* Has an event and a callback of the pool come. */
static void have_events(void)
{
    pool_job_t job_to_end = 0;
    n_events = 0;
    EQUAL(pool_submit(pool, &(struct pool_job_config){.module = hello}, &job_to_end), 0);
    EQUAL(pool_on_end(pool, job_to_end, on_hello, NULL), 0);
    emscripten_async_call(on_timer, NULL, 1);
}

/* When main has returned, nobody waits: a rewritten program can be suspended under an event, too. */
static void on_last_timer(void *user)
{
    (void)user;
    if (!rewrites) call_all();
    struct pool_result result = {0};
    EQUAL(pool_cancel(pool, job), 0);
    if (rewrites) {
        EQUAL(pool_wait(pool, job, POOL_FOREVER, &result), 0);
        EQUAL(result.outcome, POOL_CANCELLED);
    }
    EQUAL(pool_destroy(pool), 0);
    finish();
}

static void prepare(void)
{
    static char data[256];
    EQUAL(pool_create(&(struct pool_config){.n_workers = 2}, &pool), 0);
    EQUAL(pool_module_load(pool, &(struct pool_module_config){.url = guest("hello")}, &hello), 0);
    EQUAL(pool_module_load(pool, &(struct pool_module_config){.url = guest("misbehaving/sleeper")}, &sleeper), 0);
    EQUAL(pool_pipe(pool, 0, fds), 0);
    EQUAL(pool_pipe(pool, sizeof data, full), 0);
    EQUAL(pool_write(pool, full[1], data, sizeof data), sizeof data);
    EQUAL(pool_submit(pool, &(struct pool_job_config){.module = sleeper}, &job), 0);
}

int main(int argc, char **argv)
{
    base = argc > 1 ? argv[1] : "";
    rewrites = argc > 2 && strcmp(argv[2], "asyncify") == 0;
    prepare();
    have_events();
    while (n_events < 2) EQUAL(pool_wait(pool, job, 20, NULL), POOL_ETIMEDOUT);
    have_events();
    while (n_events < 2) emscripten_sleep(20);
    call_what_need_not_wait();
    EQUAL(pool_wait(pool, job, 1, NULL), POOL_ETIMEDOUT); /* main can still wait */
    emscripten_async_call(on_last_timer, NULL, 20);
    return 0;
}
