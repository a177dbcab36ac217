/* Takes and gives back the free slots of a table, the last of which are kept for some. */
#include "core/slots.h"

#include "core/check.h"

static void free_some(struct freelist *list, freelist_link *links, uint32_t first, uint32_t end)
{
    pool__freelist_init(list);
    while (end > first) pool__freelist_push(list, links, --end);
}

void pool__slots_init(struct slots *slots, freelist_link *links, uint32_t n, uint32_t n_kept)
{
    POOL_ASSERT(n_kept <= n && n < FREELIST_NONE);
    slots->first_kept = n - n_kept;
    free_some(&slots->free, links, 0, slots->first_kept);
    free_some(&slots->kept, links, slots->first_kept, n);
}

uint32_t pool__slots_take(struct slots *slots, freelist_link *links, bool may_take_kept)
{
    uint32_t slot = pool__freelist_pop(&slots->free, links);
    POOL_ASSERT(slot == FREELIST_NONE || slot < slots->first_kept);
    if (slot != FREELIST_NONE || !may_take_kept) return slot;
    slot = pool__freelist_pop(&slots->kept, links);
    POOL_ASSERT(slot >= slots->first_kept);
    return slot;
}

bool pool__slots_has(const struct slots *slots, bool may_take_kept)
{
    return !pool__freelist_is_empty(&slots->free) || (may_take_kept && !pool__freelist_is_empty(&slots->kept));
}

void pool__slots_give(struct slots *slots, freelist_link *links, uint32_t slot)
{
    pool__freelist_push(slot < slots->first_kept ? &slots->free : &slots->kept, links, slot);
}
