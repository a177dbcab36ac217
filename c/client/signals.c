/* Joining as the client, taking its signals, and arming its bell. */
#include "client/client.h"
#include "core/check.h"

int client_join(struct pool *pool, bool relayed)
{
    if (pool->abi != POOL_ABI) return POOL_EPROTO;
    if (relayed) atomic_fetch_or(&pool->x_relayed, 1u << WAITER_CLIENT);
    atomic_store(&pool->x_served, 1);
    return 0;
}

void client_shut(struct pool *pool)
{
    atomic_store(&pool->x_closing, 1);
}

int32_t client_take(struct pool *pool)
{
    int32_t signal = pool__signals_take(&pool->signals);
    POOL_ASSERT(signal >= -1 && signal < (int32_t)SIGNALS_USED);
    if (signal >= (int32_t)SIGNAL_PIPE_0 && signal < (int32_t)SIGNAL_CALL_0) {
        /* One announcement brings one signal: for another the client looks again, and announces itself again. */
        uint32_t end = (uint32_t)signal - SIGNAL_PIPE_0;
        pool__pipe_retract(&pool->pipes[end / 2], (enum pipe_end)(end % 2), WAITER_CLIENT);
    }
    return signal;
}

uint32_t client_arm(struct pool *pool)
{
    return pool__bell_arm(&pool->bells[WAITER_CLIENT]);
}

void client_disarm(struct pool *pool)
{
    pool__bell_disarm(&pool->bells[WAITER_CLIENT]);
}
