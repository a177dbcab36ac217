/* Ending an attempt, and getting what it lacked before the next: a block, or space in the volume. */
#include <string.h>

#include "fs/node.h"
#include "pool.h"
#include "sync/ends.h"
#include "sync/want.h"

/* Takes a block without sleeping. The coordinator, whose sleeper can refill, hands out memory until there is none. */
static int take_now(struct sleeper *sleeper, uint32_t bytes, uint32_t *block_out)
{
    struct pool *pool = sleeper->pool;
    _Atomic uint32_t *refusals = &pool->blocks.x_refusals[USE_CONTENT][pool__blocks_class(bytes)];
    uint32_t had = atomic_load(refusals);
    POOL_ASSERT(sleeper->waiter <= WAITER_CLIENT); /* whoever has a bell sleeps */
    do {
        *block_out = pool__take_block(pool, USE_CONTENT, bytes, sleeper->waiter);
        if (*block_out) return 0;
        if (!sleeper->refill) return pool__no_block(pool, USE_CONTENT, bytes);
        sleeper->refill(pool);
    } while (atomic_load(refusals) == had);
    return POOL_ENOMEM;
}

/* Gets some memory back that nobody can reach any more: 0, try again; POOL_EAGAIN, the coordinator does it. */
static int get_swept(struct fs_work *work)
{
    const struct sleeper *sleeper = work->sleeper;
    POOL_ASSERT(sleeper);
    if (sleeper->waiter == WAITER_CLIENT) {
        pool__fs_sweep_later(work->pool);
        pool__room_want(work->pool, ROOM_SWEPT);
        return POOL_EAGAIN;
    }
    int status = pool__fs_sweep(work->pool, work->volume);
    return status < 0 ? status : 0;
}

/* Now, while nobody waits for the lock. */
static void zero_large(const struct pool *pool, uint32_t block)
{
    uint32_t size = pool__node_block_bytes(pool, block);
    if (size >= LARGE_BYTES) memset(pool__block_memory(pool, block), 0, size);
}

static int get_missing(struct fs_work *work)
{
    struct sleeper *sleeper = work->sleeper;
    uint32_t *spare = &work->spares[work->missing];
    POOL_ASSERT(work->missing < SPARES && work->missing_bytes > 0);
    bool sleeps = sleeper->waiter > WAITER_CLIENT;
    int status = sleeps ? pool__sleep_on_block(sleeper, USE_CONTENT, work->missing_bytes, spare)
                        : take_now(sleeper, work->missing_bytes, spare);
    if (status == 0) zero_large(work->pool, *spare);
    return status == POOL_ENOMEM && atomic_load(&work->volume->x_doomed) ? get_swept(work) : status;
}

/* What kept the attempt from going on is seen to: 0, or why not. */
static int get_on(struct fs_work *work, int status)
{
    switch (status) {
    case FS_MISSING: return get_missing(work);
    case FS_UNSWEPT: return get_swept(work);
    default: POOL_ASSERT(status == FS_MORE); return pool__sleeper_interrupted(work->sleeper);
    }
}

bool pool__fs_leave(struct fs_work *work, int *status)
{
    if (work->is_locked) pool__volume_unlock(work->volume);
    work->is_locked = false;
    if (*status > 0) {
        *status = get_on(work, *status);
        if (*status == 0) return true;
    }
    for (uint32_t i = 0; i < SPARES; i++) {
        pool__give_block(work->pool, work->spares[i]);
        work->spares[i] = 0;
    }
    return false;
}
