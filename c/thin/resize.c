/* pool_resize in the thin client. */
#include "pool.h"
#include "thin/bridge.h"
#include "thin/explain.h"
#include "thin/state.h"

int pool_resize(pool_t *pool, uint32_t n_workers)
{
    pool__thin_begin();
    if (!pool || n_workers == 0 || n_workers > POOL_WORKERS_MAX) return POOL_EINVAL;
    if (pool->closing) return POOL_ESHUTDOWN;
    return pool__thin_call(pool->id, THIN_CALL_RESIZE, n_workers, 0, 0);
}
