/* Lending a bell of another pool to a worker's job, and waking the job there. */
#include "sync/abroad.h"

#include "core/check.h"
#include "port/port.h"
#include "sync/wake.h"

/* Stands in the place of a lent sleeper while somebody rings its bell: until then it cannot come home, so its pool
 * cannot be destroyed. */
static struct sleeper ringing;

static struct sleeper *_Atomic *abroad_of(const struct sleeper *home)
{
    POOL_ASSERT(home->waiter > WAITER_WORKER_0 && home->waiter < WAITER_LESSEE_0);
    return &home->pool->workers[home->waiter - WAITER_WORKER_0].x_abroad;
}

void pool__go_abroad(struct sleeper *lent, const struct sleeper *home)
{
    POOL_ASSERT(lent->pool != home->pool && !atomic_load(abroad_of(home)));
    lent->home = home;
    atomic_store(abroad_of(home), lent); /* before it looks whether its job is to end */
}

void pool__come_home(struct sleeper *lent)
{
    POOL_ASSERT(lent->home && lent->home->pool != lent->pool);
    struct sleeper *expected = lent;
    while (!atomic_compare_exchange_weak(abroad_of(lent->home), &expected, NULL)) {
        expected = lent;
        port_relax();
    }
}

void pool__wake_worker(struct pool *pool, uint32_t number)
{
    POOL_ASSERT(number >= 1 && number <= WORKERS_MAX);
    pool__wake(pool, WAITER_WORKER_0 + number, 0);
    struct sleeper *_Atomic *abroad = &pool->workers[number].x_abroad;
    for (struct sleeper *lent; (lent = atomic_load(abroad)); port_relax()) {
        if (lent == &ringing || !atomic_compare_exchange_weak(abroad, &lent, &ringing)) continue;
        pool__wake(lent->pool, lent->waiter, 0);
        atomic_store(abroad, lent);
        return;
    }
}
