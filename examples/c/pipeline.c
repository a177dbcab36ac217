/* Two jobs joined by a pipe, as `lines | count` in a shell: both run at the same time, and each waits for the other
 * where it has to. What the second writes is captured. */
#include <pool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(int status, const char *what)
{
    if (status >= 0) return;
    fprintf(stderr, "%s: %s\n", what, pool_strerror(status));
    exit(1);
}

/* Writes lines. More than a pipe holds: pool_write waits until the reader has made room. */
static uint32_t lines(pool_t *pool, void *user)
{
    char line[32];
    (void)user;
    for (int i = 0; i < 100000; i++) {
        int size = snprintf(line, sizeof line, "line %d\n", i);
        if (pool_write(pool, POOL_STDOUT, line, (uint32_t)size) != size) return 1; /* nobody reads, or cancelled */
    }
    return 0;
}

/* Counts the lines on its stdin, and writes the number to its stdout. */
static uint32_t count(pool_t *pool, void *user)
{
    static char data[65536];
    unsigned n_lines = 0;
    int32_t n;
    (void)user;
    while ((n = pool_read(pool, POOL_STDIN, data, sizeof data)) > 0) {
        for (const char *at = data; (at = memchr(at, '\n', (size_t)(data + n - at))); at++) n_lines++;
    }
    int size = snprintf(data, sizeof data, "%u lines\n", n_lines);
    return n == 0 && pool_write(pool, POOL_STDOUT, data, (uint32_t)size) == size ? 0 : 1;
}

int main(void)
{
    pool_t *pool;
    pool_fd_t fds[2]; /* a read end and a write end */
    pool_job_t jobs[2];
    struct pool_result result;
    must(pool_create(&(struct pool_config){.n_workers = 2}, &pool), "pool_create");
    must(pool_pipe(pool, 0, fds), "pool_pipe");

    /* From a successful submit on an end belongs to its job, which closes it at its own end. */
    struct pool_job_config writer = {.function = lines};
    writer.stdio[1] = (struct pool_stdio){.kind = POOL_STDIO_PIPE, .fd = fds[1]};
    struct pool_job_config reader = {.function = count};
    reader.stdio[0] = (struct pool_stdio){.kind = POOL_STDIO_PIPE, .fd = fds[0]};
    reader.stdio[1] = (struct pool_stdio){.kind = POOL_STDIO_CAPTURE};
    must(pool_submit(pool, &writer, &jobs[0]), "pool_submit");
    must(pool_submit(pool, &reader, &jobs[1]), "pool_submit");

    must(pool_wait(pool, jobs[1], POOL_FOREVER, &result), "pool_wait");
    printf("%.*s", (int)result.captured[1].size_bytes, (const char *)result.captured[1].data);
    pool_destroy(pool);
    return (int)result.code;
}
