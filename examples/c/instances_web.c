/* A guest that is kept, and asked again and again: numbers and texts go into its exports, and come out. */
#include <pool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(int status, const char *what)
{
    if (status >= 0) return;
    fprintf(stderr, "%s: %s\n%s\n", what, pool_strerror(status), pool_error_text());
    exit(1);
}

static struct pool_value text(const char *value)
{
    return (struct pool_value){.type = POOL_BYTES, .of.bytes = {value, (uint32_t)strlen(value)}};
}

static pool_job_t keep(pool_t *pool, const char *folder, const char *name)
{
    char url[512];
    pool_module_t module;
    pool_job_t instance;
    snprintf(url, sizeof url, "%s%s.gen.wasm", folder, name);
    must(pool_module_load(pool, &(struct pool_module_config){.url = url}, &module), url);
    must(pool_instance_open(pool, &(struct pool_job_config){.module = module}, &instance), "pool_instance_open");
    return instance;
}

static void count(pool_t *pool, pool_job_t counter)
{
    struct pool_answer answer;
    for (int i = 1; i <= 3; i++) {
        struct pool_value step = {.type = POOL_I32, .of.i32 = i};
        struct pool_question add = {.export_name = "add", .values = &step, .n_values = 1};
        must(pool_instance_ask(pool, counter, &add, &answer), "add");
        printf("the count is %d\n", (int)answer.values[0].of.i32);
    }
}

static void shout(pool_t *pool, pool_job_t texts)
{
    struct pool_answer answer;
    struct pool_value value = text("to be or not to be");
    struct pool_question upper = {.export_name = "upper", .values = &value, .n_values = 1, .returns_bytes = true};
    must(pool_instance_ask(pool, texts, &upper, &answer), "upper");
    printf("%.*s\n", (int)answer.bytes.size_bytes, (const char *)answer.bytes.data);
    struct pool_question lower = {.export_name = "lower", .values = &value, .n_values = 1};
    if (pool_instance_ask(pool, texts, &lower, &answer) == POOL_ENOENT) printf("%s\n", pool_error_text());
}

int main(int argc, char **argv)
{
    const char *folder = argc > 1 ? argv[1] : ""; /* of the guests, relative to the page */
    pool_t *pool;
    must(pool_create(NULL, &pool), "pool_create");
    pool_job_t counter = keep(pool, folder, "counter"), texts = keep(pool, folder, "bytes");
    count(pool, counter);
    shout(pool, texts);
    must(pool_instance_close(pool, counter), "pool_instance_close");
    struct pool_result result;
    must(pool_wait(pool, counter, POOL_FOREVER, &result), "pool_wait");
    printf("the counter ended with %u\n", result.code);
    must(pool_destroy(pool), "pool_destroy"); /* which ends the other one */
    return 0;
}
