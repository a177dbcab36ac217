/* A guest is given a directory: it reads what this program put there, and this program reads what the guest wrote.
 * Built with Asyncify or JSPI, so calls may wait. Argument: the folder of the guests. */
#include <pool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int32_t must(int32_t status, const char *what)
{
    if (status >= 0) return status;
    fprintf(stderr, "%s: %s\n%s\n", what, pool_strerror(status), pool_error_text());
    exit(1);
}

/* Runs the guest with the volume as its /data. */
static void run(pool_t *pool, pool_module_t module, pool_volume_t volume)
{
    static const char *const arguments[] = {"files", "demo", "/data", NULL};
    struct pool_preopen preopen = {.volume = volume, .path = "/data"};
    struct pool_job_config config = {.module = module, .argv = arguments, .preopens = &preopen, .n_preopens = 1};
    struct pool_result result;
    pool_job_t job;
    config.stdio[1].kind = config.stdio[2].kind = POOL_STDIO_INHERIT;
    must(pool_submit(pool, &config, &job), "pool_submit");
    must(pool_wait(pool, job, POOL_FOREVER, &result), "pool_wait");
    printf("it ended with %u\n", result.code);
    must(pool_release(pool, job), "pool_release");
}

int main(int argc, char **argv)
{
    static const char text[] = "grain";
    char url[1024], back[128];
    pool_t *pool;
    pool_module_t module;
    pool_volume_t volume;
    snprintf(url, sizeof url, "%sfiles.gen.wasm", argc > 1 ? argv[1] : "");
    must(pool_create(NULL, &pool), "pool_create");
    must(pool_module_load(pool, &(struct pool_module_config){.url = url}, &module), url);
    must(pool_volume_create(pool, NULL, &volume), "pool_volume_create");
    must(pool_volume_write(pool, volume, "in.txt", 0, text, strlen(text)), "pool_volume_write");
    run(pool, module, volume);
    int32_t n = must(pool_volume_read(pool, volume, "out.txt", 0, back, sizeof back), "pool_volume_read");
    printf("it wrote: %.*s\n", (int)n, back);
    must(pool_destroy(pool), "pool_destroy");
    return 0;
}
