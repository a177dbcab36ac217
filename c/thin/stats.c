/* pool_stats in the thin client. */
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
