/* Noting what somebody wanted and did not get. */
#include "sync/want.h"

#include "core/check.h"
#include "sync/wake.h"

_Static_assert(USES *BLOCK_CLASSES <= ROOM_JOBS_SLOT, "each has its bit");

void pool__room_want(struct pool *pool, enum room room)
{
    POOL_ASSERT((uint32_t)room < 64);
    atomic_fetch_or(&pool->x_room_wanted, (uint64_t)1 << room);
    pool__starve(pool, WAITER_CLIENT);
}
