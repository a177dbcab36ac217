/* Looking whether there is now what somebody wanted and did not get. */
#include "sync/room.h"

#include "core/check.h"
#include "sync/ends.h"
#include "sync/wake.h"

bool pool__room_for(struct pool *pool, enum block_use use, uint32_t size_bytes)
{
    uint32_t block = pool__take_block(pool, use, size_bytes, WAITER_CLIENT);
    pool__give_block(pool, block);
    return block || pool__no_block(pool, use, size_bytes) == POOL_ENOMEM;
}

/* Announces, and looks again. */
static bool has_slot(struct pool *pool, const struct slots *slots, bool kept, enum room room)
{
    if (pool__slots_has(slots, kept)) return true;
    pool__room_want(pool, room);
    return pool__slots_has(slots, kept);
}

static bool is_zero(struct pool *pool, const _Atomic uint32_t *word, enum room room)
{
    if (atomic_load(word) == 0) return true;
    pool__room_want(pool, room);
    return atomic_load(word) == 0;
}

static bool is_there(struct pool *pool, enum room room)
{
    POOL_ASSERT((uint32_t)room < USES * BLOCK_CLASSES || (uint32_t)room >= ROOM_JOBS_SLOT); /* there is no other */
    switch (room) {
    case ROOM_SWEPT: return is_zero(pool, &pool->x_unswept, room);
    case ROOM_LOCK: return is_zero(pool, &pool->x_locks_awaited, room);
    case ROOM_SLOT: return has_slot(pool, &pool->job_slots, true, room);
    case ROOM_JOBS_SLOT: return has_slot(pool, &pool->job_slots, false, room);
    case ROOM_PIPE: return has_slot(pool, &pool->pipe_slots, true, room);
    case ROOM_JOBS_PIPE: return has_slot(pool, &pool->pipe_slots, false, room);
    default: return pool__room_for(pool, (enum block_use)(room / BLOCK_CLASSES), UNIT_BYTES << room % BLOCK_CLASSES);
    }
}

bool pool__room_look(struct pool *pool)
{
    bool found = false;
    uint64_t wanted = atomic_exchange(&pool->x_room_wanted, 0);
    if (!wanted) wanted = (uint64_t)1 << ROOM_SLOT;
    for (; wanted; wanted &= wanted - 1) found |= is_there(pool, (enum room)__builtin_ctzll(wanted));
    return found;
}
