/* The lock of a volume. Its word says who has it, so that it can be taken from a worker that died with it, or whose
 * guest ran out of stack in the middle of an operation.
 */
#include "core/check.h"
#include "fs/node.h"
#include "port/port.h"
#include "sync/self.h"
#include "sync/volumes.h"

#define LOOKS 100u              /* before it sleeps: most operations take less than going to sleep does */
#define HOLD_LOOKS 1000u        /* before a thread that must not wait gives up: some microseconds */
#define PATIENCE_NS 1000000000u /* of one that must not sleep either, when who has the lock may be dead */

/* The word: 0, or the holder's waiter << HOLDER_SHIFT | these. */
#define AWAITED 1u
#define CHANGING 2u
#define HOLDER_SHIFT 2

static struct pool *pool_of(struct volume *volume)
{
    return (struct pool *)(void *)((uint8_t *)(volume - volume->slot) - offsetof(struct pool, volumes));
}

/* This thread's word. A worker leaves behind where it is. Other threads do not die, and need no names. */
static uint32_t word_for(struct volume *volume, uint32_t changing)
{
    struct pool *pool = pool_of(volume);
    const struct sleeper *self = pool__self(pool);
    if (!self) return WAITER_CLIENT << HOLDER_SHIFT | changing;
    atomic_store_explicit(&pool->workers[self->waiter - WAITER_WORKER_0].x_volume, volume->slot + 1,
                          memory_order_relaxed);
    return self->waiter << HOLDER_SHIFT | changing;
}

static bool try_lock(struct volume *volume, uint32_t word)
{
    uint32_t free = 0;
    return atomic_compare_exchange_strong(&volume->x_lock, &free, word);
}

static void unlock(struct volume *volume)
{
    if (atomic_exchange(&volume->x_lock, 0) & AWAITED) port_wake(&volume->x_lock);
}

/* What this thread holds over several operations. */
static _Thread_local struct volume *held;

bool pool__volume_hold(struct pool *pool, pool_volume_t handle)
{
    struct volume *volume = pool__volume_at(pool, handle);
    for (uint32_t looks = 0; looks < HOLD_LOOKS; looks++) {
        if (try_lock(volume, WAITER_CLIENT << HOLDER_SHIFT)) {
            held = volume;
            return true;
        }
        port_relax();
    }
    return false;
}

void pool__volume_let_go(void)
{
    struct volume *volume = held;
    held = NULL;
    unlock(volume);
}

static void sleep_until_locked(struct volume *volume, uint32_t word)
{
    while (!try_lock(volume, word | AWAITED)) { /* the others that sleep are to be woken by this one */
        uint32_t had = atomic_load(&volume->x_lock);
        if (!had) continue;
        if (!(had & AWAITED) && !atomic_compare_exchange_strong(&volume->x_lock, &had, had | AWAITED)) continue;
        port_wait(&volume->x_lock, had | AWAITED, PORT_FOREVER);
    }
}

/* Nobody sleeps with the lock, so a while is enough, unless its holder is dead: POOL_EAGAIN. */
static int look_until_locked(struct volume *volume, uint32_t word)
{
    uint64_t begin = port_now_ns(PORT_MONOTONIC);
    do {
        for (uint32_t looks = 0; looks < HOLD_LOOKS; looks++) {
            if (try_lock(volume, word)) return 0;
            port_relax();
        }
    } while (port_now_ns(PORT_MONOTONIC) - begin < PATIENCE_NS);
    return POOL_EAGAIN;
}

static int wait_for_lock(struct volume *volume, uint32_t word)
{
    for (uint32_t looks = 0; looks < LOOKS; looks++) {
        if (try_lock(volume, word)) return 0;
        port_relax();
    }
    if (!pool__self_any() && !port_may_block()) return look_until_locked(volume, word);
    sleep_until_locked(volume, word);
    return 0;
}

static int lock(struct volume *volume, uint32_t changing)
{
    if (volume != held) {
        if (pool__self_any()) port_need_stack(); /* now: the guest may have used up nearly all of it */
        uint32_t word = word_for(volume, changing);
        int status = try_lock(volume, word) ? 0 : wait_for_lock(volume, word);
        if (status) return status;
    }
    if (!volume->is_broken) return 0;
    pool__volume_unlock(volume);
    return POOL_EIO;
}

int pool__volume_lock(struct volume *volume)
{
    return lock(volume, CHANGING);
}

int pool__volume_lock_to_read(struct volume *volume)
{
    return lock(volume, 0);
}

void pool__volume_unlock(struct volume *volume)
{
    if (volume != held) unlock(volume);
}

void pool__volume_unlock_for(struct pool *pool, uint32_t worker)
{
    uint32_t place = atomic_load(&pool->workers[worker].x_volume);
    struct volume *volume = place ? &pool->volumes[place - 1] : NULL;
    uint32_t word = volume ? atomic_load(&volume->x_lock) : 0;
    if (word >> HOLDER_SHIFT != WAITER_WORKER_0 + worker) return;
    if (word & CHANGING) volume->is_broken = 1;
    unlock(volume);
}
