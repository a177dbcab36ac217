#include "client/client.h"

int client_join(struct pool *pool, bool relayed)
{
    if (pool->abi != POOL_ABI) return POOL_EPROTO;
    if (relayed) atomic_fetch_or(&pool->x_relayed, 1u << WAITER_CLIENT);
    return 0;
}

int32_t client_take(struct pool *pool)
{
    return pool__signals_take(&pool->signals);
}

uint32_t client_arm(struct pool *pool)
{
    return pool__bell_arm(&pool->bells[WAITER_CLIENT]);
}

void client_disarm(struct pool *pool)
{
    pool__bell_disarm(&pool->bells[WAITER_CLIENT]);
}
