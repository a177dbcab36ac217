/* A guest runs in a pool; this program never waits, so it needs neither threads nor Asyncify: each step is begun by the
 * callback of the one before. */
#include <emscripten.h>
#include <pool.h>
#include <stdio.h>
#include <stdlib.h>

static void must(int status, const char *what)
{
    if (status >= 0) return;
    fprintf(stderr, "%s: %s\n%s\n", what, pool_strerror(status), pool_error_text());
    exit(1);
}

static void finish(void *user)
{
    must(pool_destroy(user), "pool_destroy");
}

static void on_end(void *user, pool_t *pool, pool_job_t job, const struct pool_result *result)
{
    (void)user;
    printf("it ended with %u\n", result->code);
    must(pool_release(pool, job), "pool_release");
    emscripten_async_call(finish, pool, 0); /* a pool cannot be destroyed in its own callback */
}

static void on_module(void *user, int status, pool_module_t module)
{
    pool_t *pool = user;
    pool_job_t job;
    struct pool_job_config config = {.module = module};
    config.stdio[1].kind = POOL_STDIO_INHERIT; /* what it writes goes to this program's stdout */
    must(status, "pool_module_load_async");
    must(pool_submit(pool, &config, &job), "pool_submit");
    must(pool_on_end(pool, job, on_end, NULL), "pool_on_end");
}

static void on_pool(void *user, int status, pool_t *pool)
{
    const char *guest = user;
    must(status, "pool_create_async"); /* Millrace's files are loaded from millrace/, beside this program's script */
    must(pool_module_load_async(pool, &(struct pool_module_config){.url = guest}, on_module, pool),
         "pool_module_load_async");
}

int main(int argc, char **argv)
{
    static char guest[] = "hello.wasm"; /* relative to the page */
    must(pool_create_async(NULL, on_pool, argc > 1 ? argv[1] : guest), "pool_create_async");
    return 0;
}
