/* The hammer as a job inside coordinator.wasm: what tests/hammer/inside.ts calls from the client's thread. */
#include <inttypes.h>
#include <stdio.h>

#include "hammer/hammer.h"

#define PIPES 12u /* with two jobs each, one that keeps the time, and the hammer itself */

static struct hammer_options options;
static char text[512];

static void say(const struct hammer_report *report, int result)
{
    int n =
        snprintf(text, sizeof text,
                 "%.0f MiB written, %.0f MiB read, %" PRIu64 " transfers; %" PRIu32 " pipes: %" PRIu32
                 " whole, %" PRIu32 " closed by their readers, %" PRIu32 " whose job was ended, %" PRIu32 " taken away",
                 (double)report->bytes_written / 1048576, (double)report->bytes_read / 1048576, report->n_transfers,
                 report->n_rounds, report->n_whole, report->n_stopped, report->n_ended, report->n_taken);
    if (result >= 0 || n < 0 || (size_t)n >= sizeof text) return;
    snprintf(text + n, sizeof text - (size_t)n,
             "; FAILED: %s: %s: pipe %" PRIu32 " (seed %#" PRIx64 "), byte %" PRIu64 ", %" PRId64,
             pool_strerror(result), report->failure ? report->failure : "", report->round, report->round_seed,
             report->position, report->detail);
}

static uint32_t run(pool_t *pool, void *user)
{
    struct hammer_report report = {0};
    (void)user;
    int result = hammer_run(pool, &options, &report);
    say(&report, result);
    return (uint32_t)-result;
}

POOL_API pool_job_t hammer_start(pool_t *pool, uint32_t mib, uint32_t seed, uint32_t seconds);
POOL_API int hammer_result(pool_t *pool, pool_job_t job);
POOL_API const char *hammer_text(void);

/* The job's handle; 0: it could not be submitted. */
pool_job_t hammer_start(pool_t *pool, uint32_t mib, uint32_t seed, uint32_t seconds)
{
    pool_job_t job;
    options =
        (struct hammer_options){.total_bytes = (uint64_t)mib << 20, .n_pipes = PIPES, .seed = seed, .seconds = seconds};
    return pool_submit(pool, &(struct pool_job_config){.function = run}, &job) == 0 ? job : 0;
}

/* 0: it went well; POOL_EAGAIN: it runs; anything else: it did not. */
int hammer_result(pool_t *pool, pool_job_t job)
{
    struct pool_result result;
    int status = pool_wait(pool, job, 0, &result);
    if (status) return status;
    return result.outcome == POOL_EXITED && result.code == 0 ? 0 : POOL_EPROTO;
}

const char *hammer_text(void)
{
    return text;
}
