/* A guest's memory, seen from the outside: three functions, and nothing else in this folder touches it.
 *
 * Addresses and sizes come from the guest and may be anything. Each function checks them against the memory's present
 * size with overflow in mind, and does nothing at all unless the whole range lies inside.
 */
#ifndef MILLRACE_WASI_GUEST_H
#define MILLRACE_WASI_GUEST_H

#include <stdint.h>

#include "wasi/types.h"

struct wasi_guest {
    uint32_t (*read)(uint32_t from, void *to, uint32_t size);        /* enum wasi_errno: 0 or WASI_EFAULT */
    uint32_t (*write)(uint32_t to, const void *from, uint32_t size); /* the same */
    uint32_t (*check)(uint32_t address, uint32_t size);              /* the same, without a copy */
    uint64_t known;                                                  /* bytes that it has been seen to have */
};

/* The same as `check`, and cheap where the memory is known already: it never shrinks. */
static inline uint32_t wasi_guest_check(struct wasi_guest *guest, uint32_t address, uint32_t size)
{
    uint64_t end = (uint64_t)address + size;
    if (end <= guest->known) return WASI_SUCCESS;
    uint32_t error = guest->check(address, size);
    if (!error) guest->known = end;
    return error;
}

#endif
