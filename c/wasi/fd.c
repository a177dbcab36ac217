#include "wasi/wasi.h"

static void shut(struct wasi_context *c, struct wasi_fd *fd)
{
    pool__stream_close(c->sleeper->pool, &fd->stream);
}

uint32_t wasi_fd_close(struct wasi_context *c, uint32_t number)
{
    struct wasi_fd *fd = wasi_fd_of(c, number);
    if (!fd) return WASI_EBADF;
    shut(c, fd);
    return WASI_SUCCESS;
}

/* Both must be open, as the witx documents have it: a number cannot be made out of nothing. */
uint32_t wasi_fd_renumber(struct wasi_context *c, uint32_t from, uint32_t to)
{
    struct wasi_fd *source = wasi_fd_of(c, from), *target = wasi_fd_of(c, to);
    if (!source || !target) return WASI_EBADF;
    if (source == target) return WASI_SUCCESS;
    shut(c, target);
    *target = *source;
    source->stream.kind = STREAM_CLOSED;
    return WASI_SUCCESS;
}

static uint64_t rights_of(const struct wasi_fd *fd)
{
    uint64_t rights = WASI_RIGHT_FD_FILESTAT_GET | WASI_RIGHT_POLL_FD_READWRITE;
    if (pool__stream_reads(&fd->stream)) rights |= WASI_RIGHT_FD_READ;
    if (pool__stream_writes(&fd->stream)) rights |= WASI_RIGHT_FD_WRITE;
    return rights;
}

uint32_t wasi_fd_fdstat_get(struct wasi_context *c, uint32_t number, uint32_t stat_out)
{
    const struct wasi_fd *fd = wasi_fd_of(c, number);
    if (!fd) return WASI_EBADF;
    struct wasi_fdstat stat = {.filetype = WASI_FILETYPE_UNKNOWN, .flags = fd->flags, .rights_base = rights_of(fd)};
    return c->guest.write(stat_out, &stat, sizeof stat);
}

uint32_t wasi_fd_fdstat_set_flags(struct wasi_context *c, uint32_t number, uint32_t flags)
{
    struct wasi_fd *fd = wasi_fd_of(c, number);
    if (!fd) return WASI_EBADF;
    if (flags & ~WASI_FDFLAG_NONBLOCK) return WASI_EINVAL; /* the others are for files */
    fd->flags = (uint16_t)flags;
    return WASI_SUCCESS;
}

uint32_t wasi_fd_filestat_get(struct wasi_context *c, uint32_t number, uint32_t stat_out)
{
    if (!wasi_fd_of(c, number)) return WASI_EBADF;
    struct wasi_filestat stat = {.inode = number, .filetype = WASI_FILETYPE_UNKNOWN, .n_links = 1};
    return c->guest.write(stat_out, &stat, sizeof stat);
}

uint32_t wasi_fd_seek(struct wasi_context *c, uint32_t number, int64_t offset, uint32_t whence, uint32_t offset_out)
{
    (void)offset, (void)whence, (void)offset_out;
    return wasi_fd_of(c, number) ? WASI_ESPIPE : WASI_EBADF;
}
