/* Pieces of a guest's memory that bytes are moved to or from. */
#ifndef MILLRACE_WASI_MEMORY_H
#define MILLRACE_WASI_MEMORY_H

#include "sync/stream.h"
#include "wasi/guest.h"

struct guest_cursor {
    struct cursor cursor; /* first, see stream.h */
    const struct wasi_guest *guest;
    const struct wasi_iovec *iovs; /* those not done yet */
    uint32_t n_iovs;
    uint32_t offset; /* into the first of them */
};

/* Goes through pieces, whose ranges are checked here: WASI_EFAULT; WASI_EINVAL, they are 4 GiB or more. `reads`: bytes
 * go into the guest's memory. */
uint32_t wasi_cursor_init(struct guest_cursor *at, const struct wasi_guest *guest, const struct wasi_iovec *iovs,
                          uint32_t n_iovs, bool reads);

#endif
