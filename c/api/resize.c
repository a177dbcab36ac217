/* How many jobs shall run at the same time, and how many workers stay when there are none. */
#include "core/check.h"
#include "core/layout.h"
#include "sync/wake.h"

int pool_resize_range(pool_t *pool, uint32_t min_workers, uint32_t n_workers)
{
    if (!pool) return POOL_EINVAL;
    if (atomic_load(&pool->x_closing)) return POOL_ESHUTDOWN;
    if (min_workers == 0 || min_workers > n_workers || n_workers > pool->max_workers) return POOL_EINVAL;
    POOL_ASSERT(n_workers <= WORKERS_MAX);
    atomic_store(&pool->sched.x_floor, min_workers);
    atomic_store(&pool->sched.x_target, n_workers);
    pool__ask_coordinator(pool);
    return 0;
}

int pool_resize(pool_t *pool, uint32_t n_workers)
{
    return pool_resize_range(pool, n_workers, n_workers);
}
