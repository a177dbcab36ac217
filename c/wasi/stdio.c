/* fd_read and fd_write: bytes go between a stream and the guest's memory in one copy. */
#include "core/check.h"
#include "wasi/memory.h"
#include "wasi/wasi.h"

#define IOVS_MAX 1024u /* as IOV_MAX of Linux; more are a short transfer */

struct pieces {
    struct guest_cursor at;
    struct wasi_iovec iovs[IOVS_MAX];
};

/* Fetches the iovecs and checks every range that they name, so that nothing fails half-way. */
static uint32_t begin(struct pieces *p, struct wasi_context *c, uint32_t iovs, uint32_t n_iovs, uint32_t n_out,
                      bool reads)
{
    uint32_t n = pool__min(n_iovs, IOVS_MAX);
    if (c->guest.check(n_out, sizeof p->at.cursor.done)) return WASI_EFAULT;
    if (c->guest.read(iovs, p->iovs, n * (uint32_t)sizeof p->iovs[0])) return WASI_EFAULT;
    uint32_t error = wasi_cursor_init(&p->at, &c->guest, p->iovs, n, reads);
    if (error) return error;
    bool like_eof = n_iovs > IOVS_MAX && p->at.cursor.total == 0;
    return like_eof ? WASI_EINVAL : WASI_SUCCESS;
}

uint32_t wasi_errno_of(int status)
{
    switch (status) {
    case 0: return WASI_SUCCESS;
    case POOL_EPIPE: return WASI_EPIPE;
    case POOL_EAGAIN: return WASI_EAGAIN;
    case POOL_ECANCELED: return WASI_ECANCELED;
    case POOL_ENOMEM: return WASI_ENOMEM;
    case POOL_EFBIG: return WASI_EFBIG;
    default: return WASI_EIO;
    }
}

uint32_t wasi_fd_read(struct wasi_context *c, uint32_t number, uint32_t iovs, uint32_t n_iovs, uint32_t n_out)
{
    struct pieces p;
    struct wasi_fd *fd = wasi_fd_of(c, number);
    if (!fd || !pool__stream_reads(&fd->stream)) return WASI_EBADF;
    uint32_t error = begin(&p, c, iovs, n_iovs, n_out, true);
    if (error) return error;
    bool nonblocking = fd->flags & WASI_FDFLAG_NONBLOCK;
    error = wasi_errno_of(pool__stream_read(c->sleeper, &fd->stream, &p.at.cursor, nonblocking));
    return error ? error : c->guest.write(n_out, &p.at.cursor.done, sizeof p.at.cursor.done);
}

uint32_t wasi_fd_write(struct wasi_context *c, uint32_t number, uint32_t iovs, uint32_t n_iovs, uint32_t n_out)
{
    struct pieces p;
    struct wasi_fd *fd = wasi_fd_of(c, number);
    if (!fd || !pool__stream_writes(&fd->stream)) return WASI_EBADF;
    uint32_t error = begin(&p, c, iovs, n_iovs, n_out, false);
    if (error) return error;
    bool nonblocking = fd->flags & WASI_FDFLAG_NONBLOCK;
    error = wasi_errno_of(pool__stream_write(c->sleeper, &fd->stream, &p.at.cursor, nonblocking));
    return error ? error : c->guest.write(n_out, &p.at.cursor.done, sizeof p.at.cursor.done);
}
