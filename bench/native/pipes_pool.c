/* Pipes of libmillrace, between this thread and a job. */
#include "pipes.h"

#include <pool.h>
#include <string.h>

#include "rounds.h"

enum { LARGE = 65536, SMALL = 4096, CAPACITY = 1 << 18 };

static size_t chunk;

/* Reads to the end, and returns how many KiB came. */
static uint32_t drain(pool_t *pool, void *user)
{
    static char data[LARGE];
    long total = 0;
    (void)user;
    for (int32_t n; (n = pool_read(pool, POOL_STDIN, data, (uint32_t)chunk)) != 0; total += n) must(n > 0, "pool_read");
    return (uint32_t)(total / 1024);
}

static uint32_t echo(pool_t *pool, void *user)
{
    char byte;
    (void)user;
    while (pool_read(pool, POOL_STDIN, &byte, 1) == 1) must(pool_write(pool, POOL_STDOUT, &byte, 1) == 1, "pool_write");
    return 0;
}

static uint32_t finish(pool_job_t job)
{
    struct pool_result result;
    must(pool_wait(bench_pool, job, POOL_FOREVER, &result) == 0 && result.outcome == POOL_EXITED, "pool_wait");
    uint32_t code = result.code;
    must(pool_release(bench_pool, job) == 0, "pool_release");
    return code;
}

static double throughput(size_t size)
{
    static char data[LARGE];
    pool_fd_t fds[2];
    pool_job_t job;
    chunk = size;
    memset(data, 'x', sizeof data);
    must(pool_pipe(bench_pool, CAPACITY, fds) == 0, "pool_pipe");
    struct pool_job_config config = {.function = drain, .stdio = {{POOL_STDIO_PIPE, fds[0]}}};
    double begin = seconds();
    must(pool_submit(bench_pool, &config, &job) == 0, "pool_submit");
    for (long done = 0; done < n_bytes; done += (long)size)
        must(pool_write(bench_pool, fds[1], data, (uint32_t)size) == (int32_t)size, "pool_write");
    must(pool_close(bench_pool, fds[1]) == 0, "pool_close");
    must(finish(job) == n_bytes / 1024, "how much came");
    return (double)n_bytes / 1e9 / (seconds() - begin);
}

double pool_pipe_large(void)
{
    return throughput(LARGE);
}

double pool_pipe_small(void)
{
    return throughput(SMALL);
}

double pool_pipe_round_trip(void)
{
    pool_fd_t to[2], from[2];
    pool_job_t job;
    must(pool_pipe(bench_pool, 0, to) == 0 && pool_pipe(bench_pool, 0, from) == 0, "pool_pipe");
    struct pool_job_config config = {.function = echo, .stdio = {{POOL_STDIO_PIPE, to[0]}, {POOL_STDIO_PIPE, from[1]}}};
    must(pool_submit(bench_pool, &config, &job) == 0, "pool_submit");
    double begin = seconds();
    for (int i = 0; i < n_round_trips; i++) {
        char byte = (char)i, back;
        must(pool_write(bench_pool, to[1], &byte, 1) == 1, "pool_write");
        must(pool_read(bench_pool, from[0], &back, 1) == 1 && back == byte, "the byte that came back");
    }
    double end = seconds();
    must(pool_close(bench_pool, to[1]) == 0 && finish(job) == 0 && pool_close(bench_pool, from[0]) == 0, "the end");
    return (end - begin) * 1e6 / n_round_trips;
}
