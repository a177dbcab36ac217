#include "fs/fs.h"
#include "port/port.h"
#include "sync/self.h"

#define LOOKS 100u       /* before it sleeps: most operations take less than going to sleep does */
#define HOLD_LOOKS 1000u /* before a thread that must not wait gives up: some microseconds */

enum { LOCK_FREE = 0, LOCK_HELD, LOCK_AWAITED };

static bool try_lock(struct volume *volume)
{
    uint32_t free = LOCK_FREE;
    return atomic_compare_exchange_strong(&volume->x_lock, &free, LOCK_HELD);
}

/* What this thread holds over several operations. */
static _Thread_local struct volume *held;

bool pool__volume_hold(struct pool *pool, uint32_t handle)
{
    struct volume *volume = pool__volume_at(pool, handle);
    for (uint32_t looks = 0; looks < HOLD_LOOKS; looks++) {
        if (try_lock(volume)) {
            held = volume;
            return true;
        }
        port_relax();
    }
    return false;
}

static void unlock(struct volume *volume)
{
    if (atomic_exchange(&volume->x_lock, LOCK_FREE) == LOCK_AWAITED) port_wake(&volume->x_lock);
}

void pool__volume_let_go(void)
{
    struct volume *volume = held;
    held = NULL;
    unlock(volume);
}

void pool__volume_lock(struct volume *volume)
{
    if (volume == held) return;
    /* Whoever must not sleep looks for as long as it takes: nobody sleeps with the lock, so that is short. */
    bool may_sleep = pool__self_any() || port_may_block();
    for (uint32_t looks = 0; looks < LOOKS || !may_sleep; looks++) {
        if (try_lock(volume)) return;
        port_relax();
    }
    while (atomic_exchange(&volume->x_lock, LOCK_AWAITED) != LOCK_FREE) {
        port_wait(&volume->x_lock, LOCK_AWAITED, PORT_FOREVER);
    }
}

void pool__volume_unlock(struct volume *volume)
{
    if (volume != held) unlock(volume);
}
