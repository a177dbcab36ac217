/* pool_resize and pool_resize_range in the thin client. */
#include "pool.h"
#include "thin/bridge.h"
#include "thin/explain.h"
#include "thin/state.h"

int pool_resize_range(pool_t *pool, uint32_t min_workers, uint32_t n_workers)
{
    pool__thin_begin();
    if (!pool || min_workers == 0 || min_workers > n_workers || n_workers > POOL_WORKERS_MAX) return POOL_EINVAL;
    if (pool->closing) return POOL_ESHUTDOWN;
    return pool__thin_call(pool->id, THIN_CALL_RESIZE, min_workers, n_workers, 0);
}

int pool_resize(pool_t *pool, uint32_t n_workers)
{
    return pool_resize_range(pool, n_workers, n_workers);
}
