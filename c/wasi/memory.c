/* Copying between a stream or a file and the pieces of a guest's memory. */
#include "wasi/memory.h"

#include "core/check.h"

static uint32_t piece(struct cursor *cursor)
{
    struct guest_cursor *at = (struct guest_cursor *)cursor;
    while (at->n_iovs && at->offset == at->iovs->size) {
        at->iovs++;
        at->n_iovs--;
        at->offset = 0;
    }
    POOL_ASSERT(!at->n_iovs || at->offset < at->iovs->size);
    return at->n_iovs ? at->iovs->size - at->offset : 0;
}

/* The ranges were checked beforehand, and memory never shrinks. */
static void copy_in(struct cursor *cursor, uint8_t *data, uint32_t size)
{
    struct guest_cursor *at = (struct guest_cursor *)cursor;
    POOL_ASSERT(at->n_iovs && size <= at->iovs->size - at->offset);
    at->guest->write(at->iovs->data + at->offset, data, size);
    at->offset += size;
}

static void copy_out(struct cursor *cursor, uint8_t *data, uint32_t size)
{
    struct guest_cursor *at = (struct guest_cursor *)cursor;
    POOL_ASSERT(at->n_iovs && size <= at->iovs->size - at->offset);
    at->guest->read(at->iovs->data + at->offset, data, size);
    at->offset += size;
}

uint32_t wasi_cursor_init(struct guest_cursor *at, struct wasi_guest *guest, const struct wasi_iovec *iovs,
                          uint32_t n_iovs, bool reads)
{
    struct cursor cursor = {.piece = piece, .copy = reads ? copy_in : copy_out};
    for (uint32_t i = 0; i < n_iovs; i++) {
        if (wasi_guest_check(guest, iovs[i].data, iovs[i].size)) return WASI_EFAULT;
        if (pool__add_overflows(cursor.total, iovs[i].size, &cursor.total)) return WASI_EINVAL;
    }
    *at = (struct guest_cursor){.cursor = cursor, .guest = guest, .iovs = iovs, .n_iovs = n_iovs};
    return WASI_SUCCESS;
}

uint32_t wasi_pieces_init(struct wasi_pieces *p, struct wasi_guest *guest, uint32_t iovs, uint32_t n_iovs,
                          uint32_t n_out, bool reads)
{
    uint32_t n = pool__min(n_iovs, WASI_IOVS_MAX);
    if (wasi_guest_check(guest, n_out, sizeof p->at.cursor.done)) return WASI_EFAULT;
    if (guest->read(iovs, p->iovs, n * (uint32_t)sizeof p->iovs[0])) return WASI_EFAULT;
    uint32_t error = wasi_cursor_init(&p->at, guest, p->iovs, n, reads);
    if (error) return error;
    bool like_eof = n_iovs > WASI_IOVS_MAX && p->at.cursor.total == 0;
    return like_eof ? WASI_EINVAL : WASI_SUCCESS;
}
