/* fd_read and fd_write: bytes go between a stream, or a file, and the guest's memory in one copy. */
#include "wasi/files.h"
#include "wasi/memory.h"
#include "wasi/wasi.h"

/* EBADF for a descriptor that cannot be read or written, whatever its rights. */
static bool reads(const struct fs_fd *fd)
{
    return fd->file.volume ? fd->kind == NODE_FILE : pool__stream_reads(&fd->stream);
}

static bool writes(const struct fs_fd *fd)
{
    return fd->file.volume ? fd->kind == NODE_FILE : pool__stream_writes(&fd->stream);
}

static int move_in(struct wasi_context *c, struct fs_fd *fd, struct cursor *cursor)
{
    if (fd->file.volume) return wasi_file_read(c, fd, cursor);
    return pool__stream_read(c->sleeper, &fd->stream, cursor, fd->flags & WASI_FDFLAG_NONBLOCK);
}

static int move_out(struct wasi_context *c, struct fs_fd *fd, struct cursor *cursor)
{
    if (fd->file.volume) return wasi_file_write(c, fd, cursor);
    return pool__stream_write(c->sleeper, &fd->stream, cursor, fd->flags & WASI_FDFLAG_NONBLOCK);
}

uint32_t wasi_fd_read(struct wasi_context *c, uint32_t number, uint32_t iovs, uint32_t n_iovs, uint32_t n_out)
{
    struct wasi_pieces p;
    struct fs_fd *fd = wasi_fd_of(c, number);
    if (!fd || !reads(fd)) return WASI_EBADF;
    if (!(fd->rights_base & WASI_RIGHT_FD_READ)) return WASI_ENOTCAPABLE;
    uint32_t error = wasi_pieces_init(&p, &c->guest, iovs, n_iovs, n_out, true);
    if (!error) error = wasi_errno_of(move_in(c, fd, &p.at.cursor));
    return error ? error : c->guest.write(n_out, &p.at.cursor.done, sizeof p.at.cursor.done);
}

uint32_t wasi_fd_write(struct wasi_context *c, uint32_t number, uint32_t iovs, uint32_t n_iovs, uint32_t n_out)
{
    struct wasi_pieces p;
    struct fs_fd *fd = wasi_fd_of(c, number);
    if (!fd || !writes(fd)) return WASI_EBADF;
    if (!(fd->rights_base & WASI_RIGHT_FD_WRITE)) return WASI_ENOTCAPABLE;
    uint32_t error = wasi_pieces_init(&p, &c->guest, iovs, n_iovs, n_out, false);
    if (!error) error = wasi_errno_of(move_out(c, fd, &p.at.cursor));
    return error ? error : c->guest.write(n_out, &p.at.cursor.done, sizeof p.at.cursor.done);
}
