/* A program of somebody else's that emscripten builds without -pthread, with Asyncify or JSPI: it waits where it is. */
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

int main(int argc, char **argv)
{
    pool_t *pool;
    pool_job_t job;
    struct pool_result result;
    struct pool_config config = {.n_workers = 1};
    struct pool_module_config source = {.url = argc == 2 ? argv[1] : "hello.wasm"};
    struct pool_job_config what = {.stdio = {[1] = {.kind = POOL_STDIO_CAPTURE}}};
    must(pool_create(&config, &pool), "pool_create");
    must(pool_module_load(pool, &source, &what.module), "pool_module_load");
    must(pool_submit(pool, &what, &job), "pool_submit");
    must(pool_wait(pool, job, POOL_FOREVER, &result), "pool_wait");
    const struct pool_bytes *out = &result.captured[1];
    bool right = out->size_bytes == strlen(expected) && memcmp(out->data, expected, out->size_bytes) == 0;
    if (result.outcome != POOL_EXITED || !right) return 1;
    must(pool_destroy(pool), "pool_destroy");
    puts("consumer: ok");
    return 0;
}
