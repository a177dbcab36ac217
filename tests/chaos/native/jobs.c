/* Jobs without pipes: they compute, sleep, wait for each other, and come in crowds. */
#include <stdlib.h>

#include "chaos/native/settle.h"

#define CROWD_MAX 600u
#define DEPTH_MAX 5u
#define WORKERS_MOST 6u

struct sum {
    uint32_t rounds;
    uint64_t seed;
};

static uint32_t sum_of(const struct sum *sum, pool_t *pool)
{
    struct property random = {sum->seed};
    uint32_t total = 0;
    for (uint32_t i = 0; i < sum->rounds; i++) {
        total += property_next(&random);
        if (pool && i % 1024 == 0 && pool_interrupted(pool)) return 0;
    }
    return total;
}

static uint32_t compute(pool_t *pool, void *user)
{
    return sum_of(user, pool);
}

void chaos_compute(struct op *op)
{
    struct sum sum = {property_size(&op->random, 1u << 20), op->number};
    static const char *const argv[] = {"compute", "with", "arguments", NULL}; /* its record takes memory */
    struct pool_job_config config = {
        .function = compute, .user = &sum, .argv = argv, .priority = property_below(&op->random, 3)};
    chaos_finish(op, chaos_submit(op, &config), sum_of(&sum, NULL));
}

static uint32_t sleep_in_poll(pool_t *pool, void *user)
{
    const int32_t *ms = user;
    return (uint32_t)pool_poll(pool, NULL, 0, *ms);
}

static void run_sleeper(struct op *op, int32_t ms)
{
    struct pool_job_config config = {.function = sleep_in_poll, .user = &ms};
    chaos_finish(op, chaos_submit(op, &config), 0);
}

void chaos_sleep(struct op *op)
{
    run_sleeper(op, (int32_t)property_below(&op->random, 30));
}

static uint32_t loop(pool_t *pool, void *user)
{
    (void)user;
    while (!pool_interrupted(pool)) continue;
    return 0;
}

void chaos_endless(struct op *op)
{
    struct pool_job_config config = {.function = loop};
    if (property_once_in(&op->random, 2)) return run_sleeper(op, POOL_FOREVER);
    chaos_finish(op, chaos_submit(op, &config), 0);
}

/* A job that submits one, which submits one. */
struct nest {
    struct nest *inner; /* NULL: the innermost */
    pool_job_t job;     /* of the inner one; 0: it was not submitted, or is released */
};

static uint32_t run_nested(pool_t *pool, void *user)
{
    struct nest *nest = user;
    struct pool_result result;
    struct pool_job_config config = {.function = run_nested, .user = nest->inner};
    if (!nest->inner) return 1;
    pool_job_t job;
    int status = pool_submit(pool, &config, &job);
    if (status < 0) return (uint32_t)status;
    nest->job = job;
    status = pool_wait(pool, job, POOL_FOREVER, &result);
    if (status < 0) return (uint32_t)status; /* this one is to end: who made it sees to the inner one */
    uint32_t code = result.code + 1;
    status = pool_release(pool, job);
    nest->job = 0;
    return status < 0 ? (uint32_t)status : code;
}

void chaos_nested(struct op *op)
{
    struct nest nests[DEPTH_MAX] = {0};
    uint32_t depth = 1 + property_below(&op->random, DEPTH_MAX);
    for (uint32_t i = 0; i + 1 < depth; i++) nests[i].inner = &nests[i + 1];
    struct pool_job_config config = {.function = run_nested, .user = nests};
    chaos_finish(op, chaos_submit(op, &config), depth);
    for (uint32_t i = 0; i + 1 < depth; i++) {
        if (!nests[i].job) continue;
        int status = pool_cancel(op->pool, nests[i].job);
        if (status == 0) status = pool_wait(op->pool, nests[i].job, POOL_FOREVER, NULL);
        if (status == 0) status = pool_release(op->pool, nests[i].job);
        CHAOS_CHECK(op, status == 0, "a job that lost who waited for it: %d", status);
    }
}

static uint32_t do_nothing(pool_t *pool, void *user)
{
    (void)pool, (void)user;
    return 9;
}

/* As many as fit, of which every third is cancelled before anybody looks. */
void chaos_crowd(struct op *op)
{
    pool_job_t *jobs = malloc(CROWD_MAX * sizeof *jobs);
    struct pool_job_config config = {.function = do_nothing};
    uint32_t most = property_size(&op->random, CROWD_MAX), n = 0;
    struct pool_result result;
    if (!jobs) return;
    while (n < most && pool_submit(op->pool, &config, &jobs[n]) == 0) n++;
    for (uint32_t i = 0; i < n; i += 3) {
        int status = pool_cancel(op->pool, jobs[i]);
        CHAOS_CHECK(op, status == 0, "pool_cancel: %d", status);
    }
    for (uint32_t i = n; i-- > 0;) {
        int status = pool_wait(op->pool, jobs[i], POOL_FOREVER, &result);
        bool whole = result.outcome == POOL_EXITED && result.code == 9;
        bool cut = result.outcome == POOL_CANCELLED && i % 3 == 0;
        CHAOS_CHECK(op, status == 0 && (whole || cut), "job %u: %d, outcome %u", i, status, result.outcome);
        chaos_release(op, jobs[i]);
    }
    free(jobs);
}

void chaos_resize(struct op *op)
{
    int status = pool_resize(op->pool, 1 + property_below(&op->random, WORKERS_MOST));
    CHAOS_CHECK(op, status == 0, "pool_resize: %d", status);
}
