/* pool_stats and pool_worker_stats in the thin client. */
#include "pool.h"
#include "thin/bridge.h"
#include "thin/explain.h"
#include "thin/state.h"

int pool_stats(pool_t *pool, struct pool_stats *stats_out)
{
    pool__thin_begin();
    if (!pool || !stats_out) return POOL_EINVAL;
    uint32_t scratch = pool__thin_scratch(pool->id);
    int status = pool__thin_call(pool->id, THIN_CALL_STATS, scratch, 0, 0);
    if (status == 0) pool__thin_read(pool->id, scratch, stats_out, sizeof *stats_out);
    return status;
}

int32_t pool_worker_stats(pool_t *pool, struct pool_worker_stats *workers_out, uint32_t n_workers)
{
    pool__thin_begin();
    if (!pool || (n_workers && !workers_out)) return POOL_EINVAL;
    if (n_workers > POOL_WORKERS_MAX + 1) n_workers = POOL_WORKERS_MAX + 1;
    uint32_t scratch = pool__thin_scratch(pool->id);
    int32_t n = pool__thin_call(pool->id, THIN_CALL_WORKERS, scratch, n_workers, 0);
    if (n > 0) pool__thin_read(pool->id, scratch, workers_out, (uint32_t)n * (uint32_t)sizeof *workers_out);
    return n;
}
