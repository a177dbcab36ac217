/* fd_*: what holds for every descriptor, of a stream or of a volume. */
#include "core/check.h"
#include "wasi/files.h"
#include "wasi/wasi.h"

static void shut(struct wasi_context *c, struct fs_fd *fd)
{
    POOL_ASSERT(pool__fd_is_open(fd));
    if (fd->file.volume) {
        pool__fs_close(c->sleeper->pool, &fd->file);
    } else {
        pool__stream_close(c->sleeper->pool, &fd->stream);
    }
    *fd = (struct fs_fd){0};
}

uint32_t wasi_fd_close(struct wasi_context *c, uint32_t number)
{
    struct fs_fd *fd = wasi_fd_of(c, number);
    if (!fd) return WASI_EBADF;
    shut(c, fd);
    return WASI_SUCCESS;
}

/* Both must be open, as in the witx documents: `to` is never a new number. */
uint32_t wasi_fd_renumber(struct wasi_context *c, uint32_t from, uint32_t to)
{
    struct fs_fd *source = wasi_fd_of(c, from), *target = wasi_fd_of(c, to);
    if (!source || !target) return WASI_EBADF;
    if (source == target) return WASI_SUCCESS;
    shut(c, target);
    struct fs_fd moved = *source;
    *source = (struct fs_fd){0}; /* first: never in both */
    *target = moved;
    return WASI_SUCCESS;
}

/* C libraries take a character device without the rights to seek and to tell, which no stream has, for a terminal. */
static uint8_t filetype_of(const struct fs_fd *fd)
{
    return fd->tty ? WASI_FILETYPE_CHARACTER_DEVICE : wasi_filetype_of(fd->kind);
}

uint32_t wasi_fd_fdstat_get(struct wasi_context *c, uint32_t number, uint32_t stat_out)
{
    const struct fs_fd *fd = wasi_fd_of(c, number);
    if (!fd) return WASI_EBADF;
    struct wasi_fdstat stat = {.filetype = filetype_of(fd),
                               .flags = fd->flags,
                               .rights_base = fd->rights_base,
                               .rights_inheriting = fd->rights_inheriting};
    return c->guest.write(stat_out, &stat, sizeof stat);
}

uint32_t wasi_fd_fdstat_set_flags(struct wasi_context *c, uint32_t number, uint32_t flags)
{
    struct fs_fd *fd = wasi_fd_of(c, number);
    if (!fd) return WASI_EBADF;
    if (!(fd->rights_base & WASI_RIGHT_FD_FDSTAT_SET_FLAGS)) return WASI_ENOTCAPABLE;
    if (flags & ~(fd->file.volume ? WASI_FDFLAGS_ALL : WASI_FDFLAG_NONBLOCK)) return WASI_EINVAL;
    fd->flags = (uint16_t)flags;
    return WASI_SUCCESS;
}

/* A guest can give rights up, and never gets them back. */
uint32_t wasi_fd_fdstat_set_rights(struct wasi_context *c, uint32_t number, uint64_t base, uint64_t inheriting)
{
    struct fs_fd *fd = wasi_fd_of(c, number);
    if (!fd) return WASI_EBADF;
    if (base & ~fd->rights_base || inheriting & ~fd->rights_inheriting) return WASI_ENOTCAPABLE;
    fd->rights_base = base;
    fd->rights_inheriting = inheriting;
    return WASI_SUCCESS;
}

static uint32_t filestat(struct wasi_context *c, const struct fs_fd *fd, uint32_t number,
                         struct wasi_filestat *stat_out)
{
    struct fs_stat stat;
    *stat_out = (struct wasi_filestat){.inode = number, .filetype = filetype_of(fd), .n_links = 1};
    if (!fd->file.volume) return WASI_SUCCESS;
    int status = pool__fs_stat(c->sleeper->pool, &fd->file, &stat);
    if (status == 0) *stat_out = wasi_filestat_of(&stat);
    return wasi_errno_of(status);
}

static uint32_t filestat_get(struct wasi_context *c, uint32_t number, uint32_t stat_out, wasi_stat_writer *write)
{
    struct wasi_filestat stat;
    const struct fs_fd *fd = wasi_fd_of(c, number);
    if (!fd) return WASI_EBADF;
    if (!(fd->rights_base & WASI_RIGHT_FD_FILESTAT_GET)) return WASI_ENOTCAPABLE;
    uint32_t error = filestat(c, fd, number, &stat);
    return error ? error : write(c, stat_out, &stat);
}

uint32_t wasi_fd_filestat_get(struct wasi_context *c, uint32_t number, uint32_t stat_out)
{
    return filestat_get(c, number, stat_out, wasi_write_stat);
}

uint32_t wasi_unstable_fd_filestat_get(struct wasi_context *c, uint32_t number, uint32_t stat_out)
{
    return filestat_get(c, number, stat_out, wasi_write_unstable_stat);
}
