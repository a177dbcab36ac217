/* random_get. */
#include "core/check.h"
#include "port/port.h"
#include "wasi/wasi.h"

#define PIECE_BYTES 4096u

uint32_t wasi_random_get(struct wasi_context *c, uint32_t data_out, uint32_t size)
{
    uint8_t piece[PIECE_BYTES];
    if (c->guest.check(data_out, size)) return WASI_EFAULT;
    for (uint32_t done = 0; done < size;) {
        uint32_t n = pool__min(size - done, sizeof piece);
        if (!port_random(piece, n)) return WASI_EIO;
        c->guest.write(data_out + done, piece, n);
        done += n;
        if (pool__sleeper_interrupted(c->sleeper)) return WASI_ECANCELED; /* a guest may ask for gigabytes */
    }
    return WASI_SUCCESS;
}
