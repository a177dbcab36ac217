/* A program of somebody else's: jobs, a pipe between two of them, a captured output, a host call, a callback, a log. */
#include <pool.h>
#include <pool_guest.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBERS 100000u

static void must(int status, const char *what)
{
    if (status >= 0) return;
    fprintf(stderr, "%s: %s\n", what, pool_strerror(status));
    exit(1);
}

static void check(bool holds, const char *what)
{
    if (holds) return;
    fprintf(stderr, "it does not hold that %s\n", what);
    exit(1);
}

static uint32_t count(pool_t *pool, void *user)
{
    (void)user;
    for (uint32_t i = 1; i <= NUMBERS; i++) {
        if (pool_write(pool, POOL_STDOUT, &i, sizeof i) != sizeof i) return 1;
    }
    return 0;
}

static uint32_t add(pool_t *pool, void *user)
{
    uint64_t *sum = (uint64_t *)user;
    uint32_t number, have = 0;
    int32_t n;
    while ((n = pool_read(pool, POOL_STDIN, (char *)&number + have, (uint32_t)sizeof number - have)) > 0) {
        have += (uint32_t)n;
        if (have < sizeof number) continue;
        *sum += number;
        have = 0;
    }
    return pool_write(pool, POOL_STDOUT, "done", 4) == 4 ? 7 : 1;
}

static void test_pipe(pool_t *pool)
{
    pool_fd_t fds[2];
    pool_job_t jobs[2];
    struct pool_result result;
    uint64_t sum = 0;
    must(pool_pipe(pool, 0, fds), "pool_pipe");
    struct pool_job_config from = {.function = count, .stdio = {[1] = {.kind = POOL_STDIO_PIPE, .fd = fds[1]}}};
    struct pool_job_config to = {
        .function = add,
        .user = &sum,
        .stdio = {{.kind = POOL_STDIO_PIPE, .fd = fds[0]}, {.kind = POOL_STDIO_CAPTURE}},
    };
    must(pool_submit(pool, &from, &jobs[0]), "pool_submit");
    must(pool_submit(pool, &to, &jobs[1]), "pool_submit");
    must(pool_wait(pool, jobs[1], 60000, &result), "pool_wait");
    check(result.outcome == POOL_EXITED && result.code == 7, "the second job exits with 7");
    check(result.captured[1].size_bytes == 4 && memcmp(result.captured[1].data, "done", 4) == 0, "it said done");
    check(sum == (uint64_t)NUMBERS * (NUMBERS + 1) / 2, "the sum is right");
    must(pool_wait(pool, jobs[0], 60000, NULL), "pool_wait");
    must(pool_release(pool, jobs[0]), "pool_release");
    must(pool_release(pool, jobs[1]), "pool_release");
    check(pool_release(pool, jobs[1]) == POOL_EBADF, "a released job is stale");
}

static void twice(void *user, pool_t *pool, pool_call_t call, const void *data, uint32_t size_bytes)
{
    uint32_t number = 0;
    (void)user;
    if (size_bytes == sizeof number) memcpy(&number, data, sizeof number);
    number *= 2;
    must(pool_reply(pool, call, 0, &number, sizeof number), "pool_reply");
}

static uint32_t ask(pool_t *pool, void *user)
{
    uint32_t number = 21;
    (void)pool, (void)user;
    int32_t n = pool_call("twice", 5, &number, sizeof number, &number, sizeof number);
    return n == sizeof number ? number : 0;
}

static void note(void *user, pool_t *pool, pool_job_t job, const struct pool_result *result)
{
    pool_fd_t *fd = (pool_fd_t *)user;
    (void)job;
    must(pool_write(pool, *fd, &result->code, sizeof result->code), "pool_write");
}

static void test_call_and_callback(pool_t *pool)
{
    pool_fd_t fds[2];
    pool_job_t job;
    uint32_t code = 0;
    struct pool_job_config config = {.function = ask};
    must(pool_host_set(pool, "twice", twice, NULL), "pool_host_set");
    must(pool_pipe(pool, 0, fds), "pool_pipe");
    must(pool_submit(pool, &config, &job), "pool_submit");
    must(pool_on_end(pool, job, note, &fds[1]), "pool_on_end");
    check(pool_read(pool, fds[0], &code, sizeof code) == sizeof code && code == 42, "the host doubles 21");
}

static void on_log(void *user, pool_t *pool, const struct pool_log_entry *entry)
{
    (void)pool;
    check(strcmp(entry->name, "consumer") == 0, "an entry has the pool's name");
    *(int *)user += entry->level == POOL_LOG_DEBUG && strstr(entry->message, "has started") != NULL;
}

int main(void)
{
    pool_t *pool;
    int n_started = 0;
    struct pool_config config = {.n_workers = 2, .name = "consumer", .on_log = on_log, .log_user = &n_started};
    must(pool_create(&config, &pool), "pool_create");
    test_pipe(pool);
    test_call_and_callback(pool);
    check(pool_module_unload(pool, 1) < 0, "there are no guests here");
    must(pool_destroy(pool), "pool_destroy");
    check(n_started >= 2, "it told of both workers");
    puts("consumer: ok");
    return 0;
}
