/* hammer [MIB] [SEED]: the hammer on this machine. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "hammer/hammer.h"

#define WORKERS 6u
#define WORKERS_MAX_HERE 32u
#define PIPES 15u /* with two jobs each, and one that keeps the time */

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void print_report(const struct hammer_report *report, double seconds)
{
    double mib = (double)report->bytes_read / 1048576;
    printf("%.0f MiB read of %.0f MiB written, in %.1f s: %.0f MiB/s, %" PRIu64 " transfers\n", mib,
           (double)report->bytes_written / 1048576, seconds, mib / seconds, report->n_transfers);
    printf("%u pipes: %u whole, %u closed by their readers, %u whose job was ended, %u taken away; quiet for %u ms\n",
           report->n_rounds, report->n_whole, report->n_stopped, report->n_ended, report->n_taken, report->quiet_ms);
    if (!report->failure) return;
    printf("FAILED: %s: pipe %u (seed %#" PRIx64 "), byte %" PRIu64 ", %" PRId64 "\n", report->failure, report->round,
           report->round_seed, report->position, report->detail);
}

int main(int argc, char **argv)
{
    struct hammer_options options = {.n_pipes = PIPES};
    struct hammer_report report = {0};
    pool_t *pool;
    options.total_bytes = (argc > 1 ? strtoull(argv[1], NULL, 0) : 1024) * 1048576;
    options.seed = argc > 2 ? strtoull(argv[2], NULL, 0) : (uint64_t)time(NULL);
    options.seconds = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 0) : 600;
    printf("hammer %" PRIu64 " %" PRIu64 " %u\n", options.total_bytes / 1048576, options.seed, options.seconds);
    fflush(stdout);

    int result = pool_create(&(struct pool_config){.n_workers = WORKERS, .max_workers = WORKERS_MAX_HERE}, &pool);
    if (result < 0) printf("FAILED: pool_create: %s\n", pool_strerror(result));
    if (result < 0) return 1;
    double begun = now_s();
    result = hammer_run(pool, &options, &report);
    if (result < 0) printf("FAILED: %s\n", pool_strerror(result));
    print_report(&report, now_s() - begun);
    if (result < 0) return 1; /* its jobs may hang, and pool_destroy would with them */
    return pool_destroy(pool) == 0 ? 0 : 1;
}
