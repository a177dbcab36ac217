/* Waking waiters: one, those of a set, or everybody. */
#include "sync/wake.h"

#include "core/check.h"
#include "port/port.h"

void pool__wake(struct pool *pool, uint32_t waiter, uint32_t signal)
{
    if (!waiter) return;
    POOL_ASSERT(waiter < WAITERS_MAX && (waiter != WAITER_CLIENT || signal < SIGNALS_USED));
    if (waiter == WAITER_CLIENT) pool__signals_raise(&pool->signals, signal);
    struct bell *bell = &pool->bells[waiter];
    if (!pool__bell_ring(bell)) return;
    port_wake(&bell->x_count);
    if (waiter < 32 && atomic_load(&pool->x_relayed) & 1u << waiter) port_relay(waiter);
}

void pool__ask_coordinator(struct pool *pool)
{
    pool__wake(pool, WAITER_COORDINATOR, 0);
}

void pool__wake_end(struct pool *pool, const struct pipe *pipe, enum pipe_end end, uint32_t waiter)
{
    uint32_t slot = (uint32_t)(pipe - pool->pipes);
    POOL_ASSERT(slot < POOL_COUNT_OF(pool->pipes));
    bool is_reply = slot >= PIPES_MAX; /* of which the client has one end only, and one signal with the call */
    pool__wake(pool, waiter, is_reply ? SIGNAL_CALL_0 + slot - PIPES_MAX : SIGNAL_PIPE_0 + slot * 2 + (uint32_t)end);
}

void pool__wake_idle(struct pool *pool)
{
    if (pool__sched_is_watched(&pool->sched)) return;
    uint32_t worker = pool__sched_pick(&pool->sched);
    POOL_ASSERT(worker <= WORKERS_MAX);
    if (worker) {
        pool__wake(pool, WAITER_WORKER_0 + worker, 0);
    } else {
        pool__want_relief(pool);
    }
}

void pool__want_relief(struct pool *pool)
{
    struct sched *sched = &pool->sched;
    if (pool__sched_count_awake(sched) >= atomic_load(&sched->x_target)) return;
    if (pool__sched_has_more(sched) && !atomic_exchange(&pool->x_relief, 1)) pool__ask_coordinator(pool);
}

void pool__want_dismissal(struct pool *pool)
{
    struct sched *sched = &pool->sched;
    if (atomic_load(&sched->x_live) <= atomic_load(&sched->x_floor)) return;
    if (!atomic_exchange(&pool->x_surplus, 1)) pool__ask_coordinator(pool);
}

void pool__wake_everybody(struct pool *pool)
{
    pool__signals_mend(&pool->signals);
    for (uint32_t waiter = 1; waiter < WAITERS_MAX; waiter++) {
        pool__bell_ring(&pool->bells[waiter]);
        port_wake(
            &pool->bells[waiter]
                 .x_count); /* even if it has rung already: the thread that died may not have got as far as this */
    }
}

void pool__starve(struct pool *pool, uint32_t waiter)
{
    POOL_ASSERT(waiter > 0 && waiter < WAITERS_MAX);
    atomic_fetch_or(&pool->x_starved[waiter / 32], 1u << waiter % 32);
}

static void wake_word(struct pool *pool, uint32_t first, uint32_t bits)
{
    for (; bits; bits &= bits - 1) pool__wake(pool, first + (uint32_t)__builtin_ctz(bits), SIGNAL_BLOCKS);
}

static void wake_set(struct pool *pool, _Atomic uint32_t set[WAITER_WORDS])
{
    for (uint32_t i = 0; i < WAITER_WORDS; i++) {
        if (atomic_load(&set[i])) wake_word(pool, i * 32, atomic_exchange(&set[i], 0));
    }
}

void pool__wake_starved(struct pool *pool)
{
    wake_set(pool, pool->x_starved);
}

void pool__ask(struct pool *pool, uint32_t waiter)
{
    POOL_ASSERT(waiter > 0 && waiter < WAITERS_MAX);
    atomic_fetch_or(&pool->x_asking[waiter / 32], 1u << waiter % 32);
}

void pool__wake_asking(struct pool *pool)
{
    wake_set(pool, pool->x_asking);
}

void pool__wake_job_waiters(struct pool *pool)
{
    for (uint32_t i = 0; i < POOL_COUNT_OF(pool->x_job_waiters); i++) {
        wake_word(pool, i * 32, atomic_load(&pool->x_job_waiters[i]));
    }
}
