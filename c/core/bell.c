/* Arming, disarming and ringing a bell. */
#include "core/bell.h"

#include "core/check.h"

void pool__bell_init(struct bell *bell)
{
    atomic_init(&bell->x_count, 0);
    atomic_init(&bell->x_armed, UINT32_MAX);
}

uint32_t pool__bell_arm(struct bell *bell)
{
    uint32_t count = atomic_load(&bell->x_count);
    atomic_store(&bell->x_armed, count);
    return count;
}

void pool__bell_disarm(struct bell *bell)
{
    /* One behind the count is never equal to it: a late ringer moves the count further away, not closer. */
    atomic_store(&bell->x_armed, atomic_load(&bell->x_count) - 1);
    POOL_ASSERT(atomic_load(&bell->x_armed) != atomic_load(&bell->x_count));
}

bool pool__bell_ring(struct bell *bell)
{
    uint32_t armed = atomic_load(&bell->x_armed);
    return atomic_load(&bell->x_count) == armed && atomic_compare_exchange_strong(&bell->x_count, &armed, armed + 1);
}
