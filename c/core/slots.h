/* The free slots of a table, the last of which are kept: only some may take them, when the others are gone. */
#ifndef MILLRACE_CORE_SLOTS_H
#define MILLRACE_CORE_SLOTS_H

#include "core/freelist.h"

struct slots {
    struct freelist free;
    struct freelist kept;
    uint32_t first_kept;
};

/* All `n` are free. They are taken from the first to the last. */
void pool__slots_init(struct slots *slots, freelist_link *links, uint32_t n, uint32_t n_kept);

/* Takes a free slot; one that is kept only if no other is left and the caller may. FREELIST_NONE: there is none. */
uint32_t pool__slots_take(struct slots *slots, freelist_link *links, bool may_take_kept);
bool pool__slots_has(const struct slots *slots, bool may_take_kept);

void pool__slots_give(struct slots *slots, freelist_link *links, uint32_t slot);

#endif
