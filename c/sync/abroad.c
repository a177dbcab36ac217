#include "sync/abroad.h"

#include "port/port.h"
#include "sync/wake.h"

static struct sleeper ringing; /* stands for one that is being rung: so long it cannot go home, nor its pool away */

static struct sleeper *_Atomic *place_of(const struct sleeper *home)
{
    return &home->pool->workers[home->waiter - WAITER_WORKER_0].x_abroad;
}

void pool__go_abroad(struct sleeper *lent, const struct sleeper *home)
{
    lent->home = home;
    atomic_store(place_of(home), lent); /* before it looks whether its job is to end */
}

void pool__come_home(struct sleeper *lent)
{
    struct sleeper *expected = lent;
    while (!atomic_compare_exchange_weak(place_of(lent->home), &expected, NULL)) {
        expected = lent;
        port_relax();
    }
}

void pool__wake_worker(struct pool *pool, uint32_t number)
{
    pool__wake(pool, WAITER_WORKER_0 + number, 0);
    struct sleeper *_Atomic *place = &pool->workers[number].x_abroad;
    for (struct sleeper *lent; (lent = atomic_load(place)); port_relax()) {
        if (lent == &ringing || !atomic_compare_exchange_weak(place, &lent, &ringing)) continue;
        pool__wake(lent->pool, lent->waiter, 0);
        atomic_store(place, lent);
        return;
    }
}
