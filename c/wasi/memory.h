/* Pieces of a guest's memory that bytes are moved to or from. */
#ifndef MILLRACE_WASI_MEMORY_H
#define MILLRACE_WASI_MEMORY_H

#include "sync/stream.h"
#include "wasi/guest.h"

struct guest_cursor {
    struct cursor cursor; /* first, see stream.h */
    struct wasi_guest *guest;
    const struct wasi_iovec *iovs; /* those not done yet */
    uint32_t n_iovs;
    uint32_t offset; /* into the first of them */
};

/* Begins to go through pieces, and checks all their ranges: WASI_EFAULT; WASI_EINVAL, they are 4 GiB or more together.
 * `reads`: bytes go into the guest's memory. */
uint32_t wasi_cursor_init(struct guest_cursor *at, struct wasi_guest *guest, const struct wasi_iovec *iovs,
                          uint32_t n_iovs, bool reads);

#define WASI_IOVS_MAX 1024u /* as IOV_MAX of Linux; more are a short transfer */

struct wasi_pieces {
    struct guest_cursor at;
    struct wasi_iovec iovs[WASI_IOVS_MAX];
};

/* Copies the iovecs of a call, and checks every range that they name and the address of the result, so that nothing fails
 * half-way. */
uint32_t wasi_pieces_init(struct wasi_pieces *p, struct wasi_guest *guest, uint32_t iovs, uint32_t n_iovs,
                          uint32_t n_out, bool reads);

#endif
