/* The lock of a volume. Its word says who has it, so that it can be taken from a worker that died with it, or whose
 * guest ran out of stack in the middle of an operation.
 */
#include "core/check.h"
#include "fs/node.h"
#include "port/port.h"
#include "sync/self.h"
#include "sync/volumes.h"
#include "sync/wake.h"

#define LOOKS 100u              /* before it sleeps: most operations take less time than going to sleep */
#define LOOK_AGAIN_NS 20000000u /* how often a worker that waits looks whether its job shall end */

/* The word: 0, or the holder's waiter << HOLDER_SHIFT | these. */
#define AWAITED 1u
#define CHANGING 2u
#define CLIENT_AWAITS 4u /* client and coordinator never sleep here: they are told when it is free */
#define COORDINATOR_AWAITS 8u
#define HOLDER_SHIFT 4

static struct pool *pool_of(struct volume *volume)
{
    POOL_ASSERT(volume->slot < VOLUMES_MAX);
    return (struct pool *)(void *)((uint8_t *)(volume - volume->slot) - offsetof(struct pool, volumes));
}

/* This thread's word. A worker notes which volume it locks, so that somebody can free the lock if the worker dies.
 * Other threads do not die: they share one number. */
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
    POOL_ASSERT(word >> HOLDER_SHIFT);
    return atomic_compare_exchange_strong(&volume->x_lock, &free, word);
}

static void tell_client(struct pool *pool)
{
    uint32_t had = atomic_fetch_sub(&pool->x_locks_awaited, 1);
    POOL_ASSERT(had > 0);
    (void)had;
    pool__wake(pool, WAITER_CLIENT, SIGNAL_BLOCKS);
}

/* Leaves the waiter's bit with whoever has the lock. False: nobody has it. */
static bool await_lock(struct volume *volume, uint32_t bit)
{
    uint32_t had = atomic_load(&volume->x_lock);
    _Atomic uint32_t *count = &pool_of(volume)->x_locks_awaited;
    if (!had || had & bit) return had;
    if (bit == CLIENT_AWAITS) atomic_fetch_add(count, 1);
    if (atomic_compare_exchange_strong(&volume->x_lock, &had, had | bit)) return true;
    if (bit == CLIENT_AWAITS) atomic_fetch_sub(count, 1);
    return false;
}

static void unlock(struct volume *volume)
{
    uint32_t had = atomic_exchange(&volume->x_lock, 0);
    POOL_ASSERT(had >> HOLDER_SHIFT); /* or nobody had it */
    if (had & AWAITED) port_wake(&volume->x_lock);
    if (had & CLIENT_AWAITS) tell_client(pool_of(volume));
    if (had & COORDINATOR_AWAITS) pool__ask_coordinator(pool_of(volume));
}

static bool look_for_lock(struct volume *volume, uint32_t word)
{
    for (uint32_t looks = 0; looks < LOOKS; looks++) {
        if (try_lock(volume, word)) return true;
        port_relax();
    }
    return false;
}

/* The volume that this thread has seized; NULL: none. */
static _Thread_local struct volume *seized;

bool pool__volume_seize(struct volume *volume, uint32_t waiter)
{
    uint32_t word = waiter << HOLDER_SHIFT;
    uint32_t awaits = waiter == WAITER_COORDINATOR ? COORDINATOR_AWAITS : CLIENT_AWAITS;
    POOL_ASSERT(!seized && (waiter == WAITER_CLIENT || waiter == WAITER_COORDINATOR));
    while (!look_for_lock(volume, word)) {
        if (await_lock(volume, awaits)) return false;
    }
    seized = volume;
    return true;
}

void pool__volume_let_go(void)
{
    struct volume *volume = seized;
    POOL_ASSERT(volume);
    seized = NULL;
    unlock(volume);
}

bool pool__volume_is_changing(const struct volume *volume)
{
    uint32_t word = atomic_load_explicit(&volume->x_lock, memory_order_relaxed);
    return volume == seized ? word : word & CHANGING;
}

/* Why a thread need not wait any longer; 0: it must. */
static int interrupted(enum lock_wish wish)
{
    const struct sleeper *self = pool__self_any();
    return self && wish != LOCK_ALWAYS ? pool__sleeper_interrupted(self) : 0;
}

static int sleep_until_locked(struct volume *volume, uint32_t word, enum lock_wish wish)
{
    while (!try_lock(volume, word | AWAITED)) { /* AWAITED: others may sleep, and this thread wakes them later */
        uint32_t had = atomic_load(&volume->x_lock);
        if (!had) continue;
        if (!(had & AWAITED) && !atomic_compare_exchange_strong(&volume->x_lock, &had, had | AWAITED)) continue;
        int reason = interrupted(wish);
        if (reason) return reason;
        port_wait(&volume->x_lock, had | AWAITED, LOOK_AGAIN_NS);
    }
    return 0;
}

static int wait_for_lock(struct volume *volume, uint32_t word, enum lock_wish wish)
{
    POOL_ASSERT(word >> HOLDER_SHIFT != atomic_load(&volume->x_lock) >> HOLDER_SHIFT ||
                word >> HOLDER_SHIFT <= WAITER_WORKER_0); /* a worker would wait for itself */
    if (look_for_lock(volume, word)) return 0;
    if (!pool__self_any() && !port_may_block()) return POOL_EAGAIN;
    return sleep_until_locked(volume, word, wish);
}

int pool__volume_lock_for(struct volume *volume, enum lock_wish wish)
{
    if (volume != seized) {
        uint32_t word = word_for(volume, wish == LOCK_READ ? 0 : CHANGING);
        int status = try_lock(volume, word) ? 0 : wait_for_lock(volume, word, wish);
        if (status) return status;
    }
    if (!volume->is_broken) return 0;
    pool__volume_unlock(volume);
    return POOL_EIO;
}

int pool__volume_lock(struct volume *volume)
{
    return pool__volume_lock_for(volume, LOCK_CHANGE);
}

int pool__volume_lock_to_read(struct volume *volume)
{
    return pool__volume_lock_for(volume, LOCK_READ);
}

void pool__volume_unlock(struct volume *volume)
{
    POOL_ASSERT(pool__volume_is_locked(volume));
    if (volume != seized) unlock(volume);
}

void pool__volume_unlock_for(struct pool *pool, uint32_t worker)
{
    POOL_ASSERT(worker >= 1 && worker <= WORKERS_MAX);
    uint32_t slot_plus_1 = atomic_load(&pool->workers[worker].x_volume);
    if (!slot_plus_1) return; /* it never had one */
    POOL_ASSERT(slot_plus_1 <= VOLUMES_MAX);
    struct volume *volume = &pool->volumes[slot_plus_1 - 1];
    uint32_t word = atomic_load(&volume->x_lock);
    if (word >> HOLDER_SHIFT != WAITER_WORKER_0 + worker) return;
    if (word & CHANGING) volume->is_broken = 1;
    unlock(volume);
}
