/* A guest that imports a function of its own, `env.log`: it is served here, with a text out of the guest's memory. */
#include <pool.h>
#include <stdio.h>
#include <stdlib.h>

static void must(int status, const char *what)
{
    if (status >= 0) return;
    fprintf(stderr, "%s: %s\n%s\n", what, pool_strerror(status), pool_error_text());
    exit(1);
}

static void on_text(void *user, pool_t *pool, pool_call_t call, int status, const void *data, uint64_t size_bytes)
{
    int *n_lines = user;
    if (status) {
        must(pool_import_fail(pool, call, "there is no such text"), "pool_import_fail");
        return;
    }
    printf("line %d: %.*s\n", ++*n_lines, (int)size_bytes, (const char *)data);
    must(pool_import_return(pool, call, NULL, 0), "pool_import_return"); /* now the guest goes on */
}

/* The guest gives an address and a size, and waits. */
static void on_log(void *user, pool_t *pool, pool_call_t call, pool_job_t job, const struct pool_value *values,
                   uint32_t n_values)
{
    (void)job;
    uint32_t address = n_values == 2 ? (uint32_t)values[0].of.i32 : 0;
    uint32_t size_bytes = n_values == 2 ? (uint32_t)values[1].of.i32 : 0;
    must(pool_import_read(pool, call, address, size_bytes, on_text, user), "pool_import_read");
}

int main(int argc, char **argv)
{
    char url[512];
    pool_t *pool;
    pool_job_t job;
    struct pool_result result;
    int n_lines = 0;
    struct pool_job_config config = {0};
    snprintf(url, sizeof url, "%slogger.gen.wasm", argc > 1 ? argv[1] : ""); /* relative to the page */
    must(pool_create(NULL, &pool), "pool_create");
    must(pool_module_load(pool, &(struct pool_module_config){.url = url}, &config.module), url);
    must(pool_import_set(pool, "env", "log", on_log, &n_lines), "pool_import_set");
    must(pool_submit(pool, &config, &job), "pool_submit");
    must(pool_wait(pool, job, POOL_FOREVER, &result), "pool_wait");
    printf("it has logged %d lines and ended with %u\n", n_lines, result.code);
    must(pool_destroy(pool), "pool_destroy");
    return 0;
}
