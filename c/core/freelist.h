/* A lock-free stack of slot numbers: the free ones of a table. Any thread may pop and push.
 *
 * A tag beside the top slot changes with every operation, so that a slot which went away and came back while somebody
 * looked is noticed (R. K. Treiber, "Systems Programming: Coping with Parallelism", IBM RJ 5118, 1986).
 */
#ifndef MILLRACE_CORE_FREELIST_H
#define MILLRACE_CORE_FREELIST_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define FREELIST_SLOT_BITS 25u /* the tag has the other 39, so that it does not come round while anybody looks */
#define FREELIST_NONE ((1u << FREELIST_SLOT_BITS) - 1)

struct freelist {
    _Atomic uint64_t x_top; /* tag << FREELIST_SLOT_BITS | slot */
};

typedef _Atomic uint32_t freelist_link; /* a table of these, one a slot, holds the chain */

void pool__freelist_init(struct freelist *list);

/* pre: the slot is not on the list. */
void pool__freelist_push(struct freelist *list, freelist_link *links, uint32_t slot);

bool pool__freelist_is_empty(const struct freelist *list);

/* FREELIST_NONE: it is empty. */
uint32_t pool__freelist_pop(struct freelist *list, freelist_link *links);

/* The slot in a value of `x_top`. */
static inline uint32_t pool__freelist_slot(uint64_t top)
{
    return (uint32_t)top & FREELIST_NONE;
}

/* For tables whose links are in several places. Puts `slot` on top if the top is still `*top`; otherwise fails and sets
 * `*top` to what it is now. */
static inline bool pool__freelist_replace(struct freelist *list, uint64_t *top, uint32_t slot)
{
    uint64_t tag = (*top >> FREELIST_SLOT_BITS) + 1;
    return atomic_compare_exchange_weak(&list->x_top, top, tag << FREELIST_SLOT_BITS | slot);
}

#endif
