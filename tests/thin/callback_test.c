/* pool.h in any program: nothing here waits, each step is begun by the callback of the one before. Arguments: the
 * folder of the guests, and how this program was built. */
#include <emscripten.h>

#include "check.h"

static pool_t *pool;
static pool_module_t hello, hostcall, sleeper;
static pool_fd_t fds[2];
static int asked;

static void on_host(void *user, pool_t *of, pool_call_t call, const void *data, uint32_t size)
{
    (void)user;
    asked++;
    EQUAL(pool_reply(of, call, 0, data, size), 0);
}

/* --- the last step: jobs in flight when the pool is destroyed */

static int cancelled;

static void on_cancelled(void *user, pool_t *of, pool_job_t job, const struct pool_result *result)
{
    (void)user;
    cancelled++;
    EQUAL(result->outcome, POOL_CANCELLED);
    EQUAL(pool_destroy(of), POOL_EBUSY);
    EQUAL(pool_release(of, job), 0);
}

/* Two ends with callbacks, each of which closes the other's end: the second is told all the same. */
static pool_fd_t couple[2][2];
static int told;

static void on_parted(void *user, pool_t *of, pool_fd_t fd, int status)
{
    told++;
    CHECK(fd == couple[0][0] || fd == couple[1][0]);
    CHECK(status == POOL_ESHUTDOWN || status == POOL_EBADF);
    EQUAL(pool_close(of, *(pool_fd_t *)user), 0);
}

static void wait_as_a_couple(void)
{
    for (int i = 0; i < 2; i++) EQUAL(pool_pipe(pool, 0, couple[i]), 0);
    for (int i = 0; i < 2; i++) EQUAL(pool_on_ready(pool, couple[i][0], on_parted, &couple[1 - i][0]), 0);
}

static void last(void *user)
{
    (void)user;
    pool_job_t jobs[3];
    wait_as_a_couple();
    for (int i = 0; i < 3; i++) {
        EQUAL(pool_submit(pool, &(struct pool_job_config){.module = sleeper}, &jobs[i]), 0);
        EQUAL(pool_on_end(pool, jobs[i], on_cancelled, NULL), 0);
    }
    EQUAL(pool_destroy(pool), 0);
    EQUAL(cancelled, 3);
    EQUAL(told, 2);
    finish();
}

/* --- pipes */

static void on_written(void *user, pool_t *of, pool_fd_t fd, int status)
{
    char data[8];
    (void)user;
    EQUAL(status, 0);
    EQUAL(pool_read(of, fd, data, sizeof data), 5);
    EQUAL(pool_read(of, fd, data, sizeof data), POOL_EWOULDBLOCK);
    EQUAL(pool_poll(of, &(struct pool_pollfd){fd, POOL_POLLIN, 0}, 1, 0), 0);
    EQUAL(pool_close(of, fds[0]), 0);
    EQUAL(pool_write(of, fds[1], "x", 1), POOL_EPIPE);
    EQUAL(pool_close(of, fds[1]), 0);
    emscripten_async_call(last, NULL, 0); /* a pool cannot be destroyed in one of its callbacks */
}

static void pipes(void)
{
    EQUAL(pool_pipe(pool, 0, fds), 0);
    EQUAL(pool_on_ready(pool, fds[0], on_written, NULL), 0);
    EQUAL(pool_write(pool, fds[1], "hello", 5), 5);
}

/* --- jobs */

static void on_called(void *user, pool_t *of, pool_job_t job, const struct pool_result *result)
{
    (void)user;
    EQUAL(result->outcome, POOL_EXITED);
    CHECK(same(result->captured[1].data, result->captured[1].size_bytes, "4 ping\n"));
    EQUAL(asked, 1);
    EQUAL(pool_release(of, job), 0);
    pipes();
}

static void call_host(void)
{
    const char *argv[] = {"hostcall", "echo", "ping", NULL};
    struct pool_job_config config = {
        .module = hostcall, .argv = argv, .stdio = {{0}, {.kind = POOL_STDIO_CAPTURE}, {0}}};
    pool_job_t job = 0;
    EQUAL(pool_host_set(pool, "echo", on_host, NULL), 0);
    EQUAL(pool_submit(pool, &config, &job), 0);
    EQUAL(pool_on_end(pool, job, on_called, NULL), 0);
}

static void on_hello(void *user, pool_t *of, pool_job_t job, const struct pool_result *result)
{
    EQUAL(*(int *)user, 7);
    printf("ended %u\n", (unsigned)result->code);
    EQUAL(result->outcome, POOL_EXITED);
    EQUAL(pool_wait(of, job, POOL_FOREVER, NULL), 0);
    EQUAL(pool_release(of, job), 0);
    call_host();
}

static void say_hello(void)
{
    static int seven = 7;
    struct pool_job_config config = {.module = hello, .stdio = {{0}, {.kind = POOL_STDIO_INHERIT}, {0}}};
    pool_job_t job = 0;
    EQUAL(pool_submit(pool, &config, &job), 0);
    EQUAL(pool_on_end(pool, job, on_hello, &seven), 0);
}

/* --- modules and the pool */

static void on_loaded(void *user, int status, pool_module_t module);

static void load(const char *name, pool_module_t *module)
{
    EQUAL(pool_module_load_async(pool, &(struct pool_module_config){.url = guest(name)}, on_loaded, module), 0);
}

static void on_loaded(void *user, int status, pool_module_t module)
{
    EQUAL(status, 0);
    *(pool_module_t *)user = module;
    if (user == &hello)
        load("hostcall", &hostcall);
    else if (user == &hostcall)
        load("misbehaving/sleeper", &sleeper);
    else
        say_hello();
}

static void on_bad(void *user, int status, pool_module_t module)
{
    (void)user;
    EQUAL(status, POOL_EINVAL);
    EQUAL(module, 0);
    CHECK(strlen(pool_error_text()) > 0);
    load("hello", &hello);
}

static void on_created(void *user, int status, pool_t *created)
{
    CHECK(user == &pool);
    if (!EQUAL(status, 0)) finish();
    pool = created;
    EQUAL(pool_create(NULL, &created), POOL_EWOULDBLOCK); /* in a callback, in whatever build */
    CHECK(strlen(pool_error_text()) > 0);
    const struct pool_module_config bad = {.bytes = "bad", .size_bytes = 3};
    EQUAL(pool_module_load_async(pool, &bad, on_bad, NULL), 0);
}

static void on_missing(void *user, int status, pool_t *created)
{
    (void)user;
    EQUAL(status, POOL_EIO);
    CHECK(created == NULL && strstr(pool_error_text(), "nowhere") != NULL);
    EQUAL(pool_create_async(&(struct pool_config){.n_workers = 2}, on_created, &pool), 0);
    CHECK(pool == NULL);
}

int main(int argc, char **argv)
{
    base = argc > 1 ? argv[1] : "";
    if (argc > 2 && strcmp(argv[2], "plain") == 0) EQUAL(pool_create(NULL, &pool), POOL_EWOULDBLOCK);
    EQUAL(pool_create_async(NULL, NULL, NULL), POOL_EINVAL);
    EQUAL(pool_create_async(&(struct pool_config){.url = "nowhere/"}, on_missing, NULL), 0);
    return 0;
}
