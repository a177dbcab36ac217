#include "coordinator/coordinator.h"

#include <stdlib.h>
#include <string.h>

#include "port/port.h"

static struct pool *allocate_pool(void)
{
    struct pool *pool = aligned_alloc(_Alignof(struct pool), sizeof *pool);
    if (!pool) return NULL;
    memset(pool, 0, sizeof *pool);
    pool->client_stack = aligned_alloc(16, CLIENT_STACK_BYTES);
    pool->client_scratch = aligned_alloc(16, CLIENT_SCRATCH_BYTES);
    if (pool->client_stack && pool->client_scratch) return pool;
    free(pool->client_stack);
    free(pool->client_scratch);
    free(pool);
    return NULL;
}

struct pool *coordinator_create(uint32_t n_cores, uint32_t grace_ms, uint32_t blocks_mib)
{
    struct pool *pool = allocate_pool();
    if (!pool) return NULL;
    struct pool_limits limits = {n_cores, grace_ms, (uint64_t)blocks_mib << 20};
    pool__layout_init(pool, &limits);
    pool__refill(pool);
    return pool;
}

uint32_t coordinator_arm(struct pool *pool, bool relayed)
{
    if (relayed) atomic_fetch_or(&pool->x_relayed, 1u << WAITER_COORDINATOR);
    return pool__bell_arm(&pool->bells[WAITER_COORDINATOR]);
}

double coordinator_tick(struct pool *pool)
{
    pool__refill(pool);
    uint64_t now = port_now_ns(PORT_MONOTONIC);
    uint64_t next = pool__ladder_climb(pool, now, (uint64_t)pool->grace_ms * 1000000);
    return next == UINT64_MAX ? COORDINATOR_IDLE : next > now ? (double)(next - now) / 1e6 : 0;
}
