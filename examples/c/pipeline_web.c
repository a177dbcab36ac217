/* Two guests joined by a pipe, as `cat | wordcount` in a shell. Built with Asyncify or JSPI, so calls may wait, as in
 * pipeline.c; the page goes on living meanwhile. Arguments: the folder of the guests. */
#include <pool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char text[] = "the mill grinds the grain\nthe stream turns the wheel\n";

static void must(int status, const char *what)
{
    if (status >= 0) return;
    fprintf(stderr, "%s: %s\n%s\n", what, pool_strerror(status), pool_error_text());
    exit(1);
}

/* Fetches and compiles a guest, once for all workers. */
static pool_module_t load(pool_t *pool, const char *folder, const char *name)
{
    char url[1024];
    pool_module_t module;
    snprintf(url, sizeof url, "%s%s", folder, name);
    must(pool_module_load(pool, &(struct pool_module_config){.url = url}, &module), url);
    return module;
}

int main(int argc, char **argv)
{
    const char *folder = argc > 1 ? argv[1] : "";
    pool_t *pool;
    pool_fd_t fds[2]; /* a read end and a write end */
    pool_job_t jobs[2];
    struct pool_result result;
    must(pool_create(&(struct pool_config){.n_workers = 2}, &pool), "pool_create");
    must(pool_pipe(pool, 0, fds), "pool_pipe");

    struct pool_job_config cat = {.module = load(pool, folder, "cat.gen.wasm")};
    cat.input = text;
    cat.input_bytes = strlen(text);
    cat.stdio[0].kind = POOL_STDIO_INPUT;
    cat.stdio[1] = (struct pool_stdio){.kind = POOL_STDIO_PIPE, .fd = fds[1]};
    must(pool_submit(pool, &cat, &jobs[0]), "pool_submit");

    static const char *const arguments[] = {"wordcount", "-n", "1", NULL};
    struct pool_job_config wordcount = {.module = load(pool, folder, "wordcount.gen.wasm"), .argv = arguments};
    wordcount.stdio[0] = (struct pool_stdio){.kind = POOL_STDIO_PIPE, .fd = fds[0]};
    wordcount.stdio[1].kind = POOL_STDIO_CAPTURE;
    must(pool_submit(pool, &wordcount, &jobs[1]), "pool_submit");

    must(pool_wait(pool, jobs[1], POOL_FOREVER, &result), "pool_wait");
    printf("%.*s", (int)result.captured[1].size_bytes, (const char *)result.captured[1].data);
    must(pool_destroy(pool), "pool_destroy");
    return 0;
}
