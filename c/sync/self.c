/* The calling thread's sleeper: a worker's own, or one that the pool lends. */
#include "sync/self.h"

#include "core/check.h"
#include "port/port.h"
#include "sync/abroad.h"

static _Thread_local struct sleeper *self;

void pool__self_set(struct sleeper *sleeper)
{
    POOL_ASSERT(!sleeper || (sleeper->waiter > WAITER_WORKER_0 && sleeper->waiter < WAITER_LESSEE_0));
    self = sleeper;
}

struct sleeper *pool__self(const struct pool *pool)
{
    return self && self->pool == pool ? self : NULL;
}

struct sleeper *pool__self_any(void)
{
    return self;
}

bool pool__self_runs_job(const struct pool *pool)
{
    return self && self->pool == pool && self->job;
}

struct sleeper pool__self_look(struct pool *pool)
{
    return (struct sleeper){.pool = pool, .waiter = port_may_block() ? 0 : WAITER_CLIENT};
}

struct sleeper *pool__self_lend(struct pool *pool, struct sleeper *storage)
{
    struct sleeper *own = pool__self(pool);
    if (own) return own;
    if (!port_may_block()) return NULL;
    uint32_t slot = pool__freelist_pop(&pool->free_lessees, pool->lessee_links);
    if (slot == FREELIST_NONE) return NULL;
    POOL_ASSERT(slot < LESSEES_MAX);
    atomic_fetch_add(&pool->x_inside, 1);
    pool__sleeper_init(storage, pool, WAITER_LESSEE_0 + slot);
    if (self && self->job) pool__go_abroad(storage, self);
    return storage;
}

void pool__self_return(struct sleeper *sleeper)
{
    POOL_ASSERT(sleeper->waiter > WAITER_CLIENT && sleeper->waiter < WAITERS_MAX);
    if (sleeper->waiter < WAITER_LESSEE_0) return;
    struct pool *pool = sleeper->pool;
    if (sleeper->home) pool__come_home(sleeper);
    pool__freelist_push(&pool->free_lessees, pool->lessee_links, sleeper->waiter - WAITER_LESSEE_0);
    uint32_t inside = atomic_fetch_sub(&pool->x_inside, 1);
    POOL_ASSERT(inside > 0);
    if (inside == 1) port_wake(&pool->x_inside); /* pool_destroy waits for the last */
}
