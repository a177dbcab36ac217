/* How the pool is doing. */
#include "core/check.h"
#include "core/layout.h"

static void count_jobs(struct pool *pool, struct pool_stats *stats)
{
    for (uint32_t i = 0; i < JOBS_MAX; i++) {
        switch (pool__job_state(&pool->jobs[i])) {
        case JOB_QUEUED: stats->n_queued++; break;
        case JOB_RUNNING: stats->n_running++; break;
        case JOB_ENDED: stats->n_ended++; break;
        default: break;
        }
        stats->n_jobs += pool__job_state(&pool->jobs[i]) != JOB_FREE;
    }
}

static uint32_t count_open(struct pool *pool, uint32_t first, uint32_t n)
{
    uint32_t n_open = 0;
    for (uint32_t i = first; i < first + n; i++) n_open += atomic_load(&pool->pipes[i].x_ends) != 0;
    return n_open;
}

static void count_others(struct pool *pool, struct pool_stats *stats)
{
    stats->n_pipes = count_open(pool, 0, PIPES_MAX);
    stats->n_open_calls = count_open(pool, PIPES_MAX, CALLS_MAX);
    for (uint32_t i = 0; i < CALLS_MAX; i++) stats->n_calls += pool__call_state(&pool->calls[i]) != CALL_FREE;
    for (uint32_t i = 0; i < VOLUMES_MAX; i++) stats->n_volumes += atomic_load(&pool->volumes[i].x_generation) % 2 != 0;
    stats->n_waiting = atomic_load(&pool->x_inside);
}

static uint32_t count_workers(struct pool *pool)
{
    uint32_t n = 0;
    for (uint32_t i = 1; i <= WORKERS_MAX; i++) {
        enum worker_state state = pool__worker_state(&pool->workers[i]);
        n += state == WORKER_RUNTIME || state == WORKER_GUEST;
    }
    return n;
}

static void measure_memory(const struct blocks *blocks, struct pool_stats *stats)
{
    stats->memory_limit_bytes = pool__blocks_limit(blocks);
    for (enum block_zone zone = 0; zone < ZONES; zone++) {
        stats->memory_bytes += atomic_load(&blocks->zones[zone].x_total_bytes);
        stats->memory_used_bytes += pool__blocks_used(blocks, zone);
    }
    POOL_ASSERT(stats->memory_bytes <= stats->memory_limit_bytes);
    uint64_t limit = stats->memory_limit_bytes, used = stats->memory_used_bytes;
    stats->memory_free_bytes = used < limit ? limit - used : 0; /* what moved meanwhile may have been counted twice */
    stats->memory_largest_bytes = pool__blocks_largest(blocks);
}

int pool_stats(pool_t *pool, struct pool_stats *stats_out)
{
    if (!pool || !stats_out) return POOL_EINVAL;
    struct pool_stats stats = {.n_workers = count_workers(pool),
                               .n_idle = pool__sched_count_idle(&pool->sched),
                               .n_lost = atomic_load(&pool->x_lost)};
    count_jobs(pool, &stats);
    measure_memory(&pool->blocks, &stats);
    count_others(pool, &stats);
    pool__histograms_read(pool->waiting, POOL_COUNT_OF(pool->waiting), &stats.waiting);
    pool__histograms_read(pool->running, POOL_COUNT_OF(pool->running), &stats.running);
    stats.written_bytes = atomic_load_explicit(&pool->x_bytes_written, memory_order_relaxed);
    stats.read_bytes = atomic_load_explicit(&pool->x_bytes_read, memory_order_relaxed);
    *stats_out = stats;
    return 0;
}
