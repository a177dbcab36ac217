/* Pushing and popping the slots of a table. */
#include "core/freelist.h"

#include "core/check.h"

void pool__freelist_init(struct freelist *list)
{
    atomic_init(&list->x_top, FREELIST_NONE);
}

void pool__freelist_push(struct freelist *list, freelist_link *links, uint32_t slot)
{
    uint64_t top = atomic_load(&list->x_top);
    POOL_ASSERT(slot < FREELIST_NONE);
    do {
        POOL_ASSERT(pool__freelist_slot(top) != slot); /* or it was pushed twice */
        atomic_store_explicit(&links[slot], pool__freelist_slot(top), memory_order_relaxed);
    } while (!pool__freelist_replace(list, &top, slot));
}

bool pool__freelist_is_empty(const struct freelist *list)
{
    return pool__freelist_slot(atomic_load(&list->x_top)) == FREELIST_NONE;
}

uint32_t pool__freelist_pop(struct freelist *list, freelist_link *links)
{
    uint64_t top = atomic_load(&list->x_top);
    uint32_t slot, next;
    do {
        slot = pool__freelist_slot(top);
        if (slot == FREELIST_NONE) return FREELIST_NONE;
        /* Stale if another thread has popped it since; then the tag differs, and the exchange fails. */
        next = atomic_load_explicit(&links[slot], memory_order_relaxed);
    } while (!pool__freelist_replace(list, &top, next));
    POOL_ASSERT(next != slot); /* or it was pushed twice */
    return slot;
}
