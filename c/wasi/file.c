/* fd_*: what holds for files of volumes only, among them offsets and sizes. */
#include "wasi/files.h"

#include "core/check.h"
#include "port/port.h"
#include "wasi/memory.h"
#include "wasi/wasi.h"

#define OFFSET_MAX ((uint64_t)INT64_MAX) /* file sizes are signed */

uint32_t wasi_node_of(struct wasi_context *c, uint32_t number, uint64_t rights, struct fs_fd **fd_out)
{
    struct fs_fd *fd = *fd_out = wasi_fd_of(c, number);
    if (!fd) return WASI_EBADF;
    if (!fd->file.volume) return WASI_ESPIPE;
    return rights & ~fd->rights_base ? WASI_ENOTCAPABLE : WASI_SUCCESS;
}

uint32_t wasi_file_of(struct wasi_context *c, uint32_t number, uint64_t rights, struct fs_fd **fd_out)
{
    uint32_t error = wasi_node_of(c, number, rights, fd_out);
    bool open = error == WASI_SUCCESS || error == WASI_ENOTCAPABLE;
    return open && (*fd_out)->kind != NODE_FILE ? WASI_EBADF : error;
}

uint32_t wasi_directory_of(struct wasi_context *c, uint32_t number, uint64_t rights, struct fs_fd **fd_out)
{
    uint32_t error = wasi_node_of(c, number, rights, fd_out);
    if (error == WASI_EBADF) return error;
    return error == WASI_ESPIPE || (*fd_out)->kind != NODE_DIRECTORY ? WASI_ENOTDIR : error;
}

uint8_t wasi_filetype_of(uint32_t kind)
{
    switch (kind) {
    case NODE_FILE: return WASI_FILETYPE_REGULAR_FILE;
    case NODE_DIRECTORY: return WASI_FILETYPE_DIRECTORY;
    case NODE_SYMLINK: return WASI_FILETYPE_SYMBOLIC_LINK;
    default: return WASI_FILETYPE_UNKNOWN;
    }
}

struct wasi_filestat wasi_filestat_of(const struct fs_stat *stat)
{
    return (struct wasi_filestat){.device = stat->device,
                                  .inode = stat->inode,
                                  .filetype = wasi_filetype_of(stat->kind),
                                  .n_links = stat->n_links,
                                  .size = stat->size,
                                  .accessed_ns = stat->accessed_ns,
                                  .modified_ns = stat->modified_ns,
                                  .changed_ns = stat->changed_ns};
}

/* One of the two times. UINT64_MAX means to leave it as it is, so that time itself cannot be set. */
static uint64_t time_of(uint32_t flags, uint32_t given, uint32_t now, uint64_t time_ns)
{
    if (flags & now) return port_now_ns(PORT_REALTIME);
    if (!(flags & given)) return UINT64_MAX;
    return time_ns == UINT64_MAX ? UINT64_MAX - 1 : time_ns;
}

uint32_t wasi_times_of(uint32_t flags, uint64_t *accessed_ns, uint64_t *modified_ns)
{
    const uint32_t accessed = WASI_FSTFLAG_ATIM | WASI_FSTFLAG_ATIM_NOW;
    const uint32_t modified = WASI_FSTFLAG_MTIM | WASI_FSTFLAG_MTIM_NOW;
    if (flags & ~WASI_FSTFLAGS_ALL) return WASI_EINVAL;
    if ((flags & accessed) == accessed || (flags & modified) == modified) return WASI_EINVAL;
    *accessed_ns = time_of(flags, WASI_FSTFLAG_ATIM, WASI_FSTFLAG_ATIM_NOW, *accessed_ns);
    *modified_ns = time_of(flags, WASI_FSTFLAG_MTIM, WASI_FSTFLAG_MTIM_NOW, *modified_ns);
    return WASI_SUCCESS;
}

int wasi_file_read(struct wasi_context *c, struct fs_fd *fd, struct cursor *cursor)
{
    POOL_ASSERT(fd->file.volume && fd->kind == NODE_FILE);
    int status = pool__fs_read(c->sleeper->pool, &fd->file, fd->offset, cursor);
    if (status == 0) fd->offset += cursor->done;
    return status;
}

int wasi_file_write(struct wasi_context *c, struct fs_fd *fd, struct cursor *cursor)
{
    uint64_t begun = fd->offset;
    POOL_ASSERT(fd->file.volume && fd->kind == NODE_FILE);
    if (cursor->total == 0) return 0;
    uint64_t offset = fd->flags & WASI_FDFLAG_APPEND ? UINT64_MAX : fd->offset;
    int status = pool__fs_write(c->sleeper, &fd->file, offset, cursor, &begun);
    if (status == 0) fd->offset = begun + cursor->done;
    return status;
}

uint32_t wasi_fd_pread(struct wasi_context *c, uint32_t number, uint32_t iovs, uint32_t n_iovs, uint64_t offset,
                       uint32_t n_out)
{
    struct wasi_pieces p;
    struct fs_fd *fd;
    uint32_t error = wasi_file_of(c, number, WASI_RIGHT_FD_READ | WASI_RIGHT_FD_SEEK, &fd);
    if (!error && offset > OFFSET_MAX) error = WASI_EINVAL;
    if (!error) error = wasi_pieces_init(&p, &c->guest, iovs, n_iovs, n_out, true);
    if (!error) error = wasi_errno_of(pool__fs_read(c->sleeper->pool, &fd->file, offset, &p.at.cursor));
    return error ? error : c->guest.write(n_out, &p.at.cursor.done, sizeof p.at.cursor.done);
}

/* Writes at the offset even if the descriptor appends, as POSIX says. */
uint32_t wasi_fd_pwrite(struct wasi_context *c, uint32_t number, uint32_t iovs, uint32_t n_iovs, uint64_t offset,
                        uint32_t n_out)
{
    struct wasi_pieces p;
    struct fs_fd *fd;
    uint32_t error = wasi_file_of(c, number, WASI_RIGHT_FD_WRITE | WASI_RIGHT_FD_SEEK, &fd);
    if (!error && offset > OFFSET_MAX) error = WASI_EINVAL;
    if (!error) error = wasi_pieces_init(&p, &c->guest, iovs, n_iovs, n_out, false);
    if (!error && p.at.cursor.total) {
        error = wasi_errno_of(pool__fs_write(c->sleeper, &fd->file, offset, &p.at.cursor, NULL));
    }
    return error ? error : c->guest.write(n_out, &p.at.cursor.done, sizeof p.at.cursor.done);
}

static uint32_t size_of(struct wasi_context *c, const struct fs_fd *fd, uint64_t *size_out)
{
    struct fs_stat stat;
    int status = pool__fs_stat(c->sleeper->pool, &fd->file, &stat);
    if (status == 0) *size_out = stat.size;
    return wasi_errno_of(status);
}

uint32_t wasi_fd_seek(struct wasi_context *c, uint32_t number, int64_t offset, uint32_t whence, uint32_t offset_out)
{
    struct fs_fd *fd;
    uint64_t base = 0;
    int64_t sum;
    uint32_t error = wasi_file_of(c, number, 0, &fd);
    if (error) return error;
    bool tells = offset == 0 && whence == WASI_WHENCE_CUR && fd->rights_base & WASI_RIGHT_FD_TELL;
    if (!tells && !(fd->rights_base & WASI_RIGHT_FD_SEEK)) return WASI_ENOTCAPABLE;
    if (whence > WASI_WHENCE_END) return WASI_EINVAL;
    POOL_ASSERT(fd->offset <= OFFSET_MAX);
    if (whence == WASI_WHENCE_CUR) base = fd->offset;
    if (whence == WASI_WHENCE_END) error = size_of(c, fd, &base);
    if (error) return error;
    if (__builtin_add_overflow((int64_t)base, offset, &sum) || sum < 0) return WASI_EINVAL;
    error = c->guest.write(offset_out, &sum, sizeof sum);
    if (!error) fd->offset = (uint64_t)sum;
    return error;
}

uint32_t wasi_fd_tell(struct wasi_context *c, uint32_t number, uint32_t offset_out)
{
    struct fs_fd *fd;
    uint32_t error = wasi_file_of(c, number, 0, &fd);
    if (error) return error;
    if (!(fd->rights_base & (WASI_RIGHT_FD_TELL | WASI_RIGHT_FD_SEEK))) return WASI_ENOTCAPABLE;
    return c->guest.write(offset_out, &fd->offset, sizeof fd->offset);
}

/* Nothing to do: a volume is memory only. */
uint32_t wasi_fd_sync(struct wasi_context *c, uint32_t number)
{
    struct fs_fd *fd;
    return wasi_node_of(c, number, WASI_RIGHT_FD_SYNC, &fd);
}

uint32_t wasi_fd_datasync(struct wasi_context *c, uint32_t number)
{
    struct fs_fd *fd;
    return wasi_node_of(c, number, WASI_RIGHT_FD_DATASYNC, &fd);
}

uint32_t wasi_fd_advise(struct wasi_context *c, uint32_t number, uint64_t offset, uint64_t size, uint32_t advice)
{
    struct fs_fd *fd;
    uint32_t error = wasi_file_of(c, number, WASI_RIGHT_FD_ADVISE, &fd);
    if (error) return error;
    return advice > WASI_ADVICE_MAX || offset > OFFSET_MAX || size > OFFSET_MAX ? WASI_EINVAL : WASI_SUCCESS;
}

uint32_t wasi_fd_allocate(struct wasi_context *c, uint32_t number, uint64_t offset, uint64_t size)
{
    struct fs_fd *fd;
    uint32_t error = wasi_file_of(c, number, WASI_RIGHT_FD_ALLOCATE, &fd);
    if (error) return error;
    if (size == 0 || offset > OFFSET_MAX || size > OFFSET_MAX) return WASI_EINVAL;
    if (size > OFFSET_MAX - offset) return WASI_EFBIG;
    return wasi_errno_of(pool__fs_allocate(c->sleeper, &fd->file, offset, size));
}

uint32_t wasi_fd_filestat_set_size(struct wasi_context *c, uint32_t number, uint64_t size)
{
    struct fs_fd *fd;
    uint32_t error = wasi_file_of(c, number, WASI_RIGHT_FD_FILESTAT_SET_SIZE, &fd);
    if (error) return error;
    return size > OFFSET_MAX ? WASI_EINVAL : wasi_errno_of(pool__fs_set_size(c->sleeper, &fd->file, size));
}

uint32_t wasi_fd_filestat_set_times(struct wasi_context *c, uint32_t number, uint64_t accessed_ns, uint64_t modified_ns,
                                    uint32_t flags)
{
    struct fs_fd *fd;
    uint32_t error = wasi_node_of(c, number, WASI_RIGHT_FD_FILESTAT_SET_TIMES, &fd);
    if (!error) error = wasi_times_of(flags, &accessed_ns, &modified_ns);
    if (error) return error;
    return wasi_errno_of(pool__fs_set_times(c->sleeper->pool, &fd->file, accessed_ns, modified_ns));
}
