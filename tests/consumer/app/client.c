/* A program of somebody else's that emscripten builds without -pthread: a guest runs, and a callback tells how it went.
 */
#include <emscripten.h>
#include <pool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char expected[] = "Hello from WebAssembly text\n";

static void must(int status, const char *what)
{
    if (status >= 0) return;
    fprintf(stderr, "%s: %s %s\n", what, pool_strerror(status), pool_error_text());
    exit(1);
}

static void finish(void *user)
{
    must(pool_destroy((pool_t *)user), "pool_destroy");
    puts("consumer: ok");
}

static void on_end(void *user, pool_t *pool, pool_job_t job, const struct pool_result *result)
{
    (void)user;
    const struct pool_bytes *out = &result->captured[1];
    bool right = out->size_bytes == strlen(expected) && memcmp(out->data, expected, out->size_bytes) == 0;
    if (result->outcome != POOL_EXITED || !right) exit(1);
    must(pool_release(pool, job), "pool_release");
    emscripten_async_call(finish, pool, 0); /* not inside a callback of the pool's */
}

static void on_module(void *user, int status, pool_module_t module)
{
    pool_job_t job;
    pool_t *pool = (pool_t *)user;
    struct pool_job_config config = {.module = module, .stdio = {[1] = {.kind = POOL_STDIO_CAPTURE}}};
    must(status, "pool_module_load_async");
    must(pool_submit(pool, &config, &job), "pool_submit");
    must(pool_on_end(pool, job, on_end, NULL), "pool_on_end");
}

static void on_pool(void *user, int status, pool_t *pool)
{
    struct pool_module_config config = {.url = (const char *)user};
    must(status, "pool_create_async");
    must(pool_module_load_async(pool, &config, on_module, pool), "pool_module_load_async");
}

int main(int argc, char **argv)
{
    static const struct pool_config config = {.n_workers = 1};
    must(argc == 2 ? 0 : POOL_EINVAL, "usage: client GUEST");
    must(pool_create_async(&config, on_pool, argv[1]), "pool_create_async");
    return 0;
}
