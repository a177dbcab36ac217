/* Computations that report how far they are, watched all at once; the one that would take hours is cancelled. */
#include <pool.h>
#include <stdio.h>
#include <stdlib.h>

#define N_JOBS 3
#define REPORT_EVERY 10000u

static uint32_t limits[N_JOBS] = {1000000, 4000000000, 500000};

static void must(int status, const char *what)
{
    if (status >= 0) return;
    fprintf(stderr, "%s: %s\n", what, pool_strerror(status));
    exit(1);
}

/* Counts the primes below a limit, and writes how far it is now and then. */
static uint32_t count_primes(pool_t *pool, void *user)
{
    const uint32_t *limit = user;
    uint32_t n_primes = 0;
    for (uint32_t number = 2; number < *limit; number++) {
        uint32_t divisor = 2;
        while (divisor * divisor <= number && number % divisor != 0) divisor++;
        if (divisor * divisor > number) n_primes++;
        if (number % REPORT_EVERY != 0) continue;
        if (pool_interrupted(pool)) return 0; /* who computes has to ask whether it is to end; who waits is told */
        if (pool_write(pool, POOL_STDOUT, &number, sizeof number) != sizeof number) return 0;
    }
    return n_primes;
}

/* Takes one report. A write of no more than POOL_PIPE_BUF bytes is in the pipe whole or not at all. */
static void read_report(pool_t *pool, pool_job_t job, struct pool_pollfd *report, int i)
{
    uint32_t number;
    if (pool_read(pool, report->fd, &number, sizeof number) == sizeof number) {
        fprintf(stderr, "job %d is at %u\n", i, number);
        if (i == 1 && number == 500000) must(pool_cancel(pool, job), "pool_cancel");
        return;
    }
    must(pool_close(pool, report->fd), "pool_close"); /* end of file: the job has ended */
    report->fd = 0;                                   /* pool_poll skips it from now on */
}

int main(void)
{
    pool_t *pool;
    pool_job_t jobs[N_JOBS];
    struct pool_pollfd reports[N_JOBS];
    must(pool_create(&(struct pool_config){.n_workers = N_JOBS}, &pool), "pool_create");
    for (int i = 0; i < N_JOBS; i++) {
        pool_fd_t fds[2];
        struct pool_job_config config = {.function = count_primes, .user = &limits[i]};
        must(pool_pipe(pool, 256, fds), "pool_pipe"); /* small: nobody runs far ahead of its reader */
        config.stdio[1] = (struct pool_stdio){.kind = POOL_STDIO_PIPE, .fd = fds[1]};
        must(pool_submit(pool, &config, &jobs[i]), "pool_submit");
        reports[i] = (struct pool_pollfd){.fd = fds[0], .events = POOL_POLLIN};
    }
    while (reports[0].fd || reports[1].fd || reports[2].fd) {
        must(pool_poll(pool, reports, N_JOBS, POOL_FOREVER), "pool_poll");
        for (int i = 0; i < N_JOBS; i++) {
            if (reports[i].fd && reports[i].revents) read_report(pool, jobs[i], &reports[i], i);
        }
    }
    for (int i = 0; i < N_JOBS; i++) {
        struct pool_result result;
        must(pool_wait(pool, jobs[i], POOL_FOREVER, &result), "pool_wait");
        if (result.outcome == POOL_EXITED) printf("job %d: %u primes below %u\n", i, result.code, limits[i]);
        if (result.outcome == POOL_CANCELLED) printf("job %d: cancelled\n", i);
    }
    return pool_destroy(pool);
}
