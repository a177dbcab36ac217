/* The native rows. Usage: bench ROUNDS [quick]; writes them as JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "jobs.h"
#include "pipes.h"
#include "rounds.h"

int n_sequential, n_in_flight, n_round_trips;
long n_bytes;

static const struct variant one_at_a_time[] = {
    {"ours", pool_one_at_a_time}, {"plain queue", queue_one_at_a_time}, {"libuv", uv_one_at_a_time}, {0}};
static const struct variant in_flight[] = {
    {"ours", pool_in_flight}, {"plain queue", queue_in_flight}, {"libuv", uv_in_flight}, {0}};
static const struct variant large[] = {{"ours", pool_pipe_large}, {"pipe(2)", posix_pipe_large}, {0}};
static const struct variant small[] = {{"ours", pool_pipe_small}, {"pipe(2)", posix_pipe_small}, {0}};
static const struct variant round_trip[] = {{"ours", pool_pipe_round_trip}, {"pipe(2)", posix_pipe_round_trip}, {0}};

static const struct row rows[] = {
    {"a job, one at a time", "submitted, waited for, released; two threads", "us", false, one_at_a_time},
    {"a job, 512 in flight", "the oldest is waited for, and one more submitted; two threads", "us", false, in_flight},
    {"pipe, 64 KiB", "from this thread to a job", "GB/s", true, large},
    {"pipe, 4 KiB", "from this thread to a job", "GB/s", true, small},
    {"pipe, a byte forth and back", "to a job and from it, one at a time", "us", false, round_trip},
};

int main(int argc, char **argv)
{
    int n_rounds = argc > 1 ? atoi(argv[1]) : 1, is_quick = argc > 2 && strcmp(argv[2], "quick") == 0;
    char n_threads[8];
    snprintf(n_threads, sizeof n_threads, "%d", N_THREADS);
    setenv("UV_THREADPOOL_SIZE", n_threads, 1);
    n_sequential = is_quick ? 500 : 10000;
    n_in_flight = is_quick ? 2000 : 50000;
    n_round_trips = is_quick ? 500 : 10000;
    n_bytes = is_quick ? 1L << 24 : 1L << 28;
    pool_start();
    queue_start();
    printf("{\"version\": \"beside libuv %s\", \"rows\": ", uv_version_string());
    measure_rows(rows, sizeof rows / sizeof *rows, n_rounds);
    printf("}\n");
    queue_end();
    pool_end();
    return 0;
}
