/* Directories: their entries, and which of them a guest is given. */
#include <string.h>

#include "core/check.h"
#include "wasi/files.h"
#include "wasi/wasi.h"

#define ENTRIES_A_CHECK 256u /* after so many it looks whether the job shall end: a directory may have millions */

/* Where entries are put, one behind the other; the last one may not fit. */
struct listing {
    struct wasi_context *c;
    uint32_t at;
    uint32_t left;
};

static void put(struct listing *listing, const void *data, uint32_t size)
{
    uint32_t n = pool__min(size, listing->left);
    listing->c->guest.write(listing->at, data, n);
    listing->at += n;
    listing->left -= n;
}

static void put_entry(struct listing *listing, const struct fs_entry *entry)
{
    POOL_ASSERT(entry->cookie > 0 && entry->name_bytes > 0); /* 0 would begin anew */
    struct wasi_dirent dirent = {.next = entry->cookie,
                                 .inode = entry->stat.inode,
                                 .name_bytes = entry->name_bytes,
                                 .filetype = wasi_filetype_of(entry->stat.kind)};
    put(listing, &dirent, sizeof dirent);
    put(listing, entry->name, entry->name_bytes);
}

static int list(struct listing *listing, const struct fs_open *directory, uint64_t cookie)
{
    struct fs_entry entry = {.cookie = cookie};
    for (uint32_t i = 1; listing->left > 0; i++) {
        int status = pool__fs_next_entry(listing->c->sleeper->pool, directory, entry.cookie, &entry);
        if (status <= 0) return status;
        put_entry(listing, &entry);
        if (i % ENTRIES_A_CHECK == 0 && pool__sleeper_interrupted(listing->c->sleeper)) return POOL_ECANCELED;
    }
    return 0;
}

uint32_t wasi_fd_readdir(struct wasi_context *c, uint32_t number, uint32_t data, uint32_t size, uint64_t cookie,
                         uint32_t size_out)
{
    struct fs_fd *fd;
    struct listing listing = {c, data, size};
    uint32_t error = wasi_directory_of(c, number, WASI_RIGHT_FD_READDIR, &fd);
    if (error) return error;
    if (c->guest.check(data, size) || c->guest.check(size_out, sizeof size)) return WASI_EFAULT;
    error = wasi_errno_of(list(&listing, &fd->file, cookie));
    uint32_t used = size - listing.left;
    return error ? error : c->guest.write(size_out, &used, sizeof used);
}

/* WASI_EBADF is how guests learn that there are no more. */
static const struct fs_fd *preopen_of(struct wasi_context *c, uint32_t number)
{
    const struct fs_fd *fd = wasi_fd_of(c, number);
    return fd && fd->preopen ? fd : NULL;
}

uint32_t wasi_fd_prestat_get(struct wasi_context *c, uint32_t number, uint32_t stat_out)
{
    const struct fs_fd *fd = preopen_of(c, number);
    if (!fd) return WASI_EBADF;
    struct wasi_prestat stat = {.name_bytes = (uint32_t)strlen(fd->preopen)};
    return c->guest.write(stat_out, &stat, sizeof stat);
}

uint32_t wasi_fd_prestat_dir_name(struct wasi_context *c, uint32_t number, uint32_t path, uint32_t size)
{
    const struct fs_fd *fd = preopen_of(c, number);
    if (!fd) return WASI_EBADF;
    uint32_t name_bytes = (uint32_t)strlen(fd->preopen);
    if (c->guest.check(path, size)) return WASI_EFAULT;
    return size < name_bytes ? WASI_ENAMETOOLONG : c->guest.write(path, fd->preopen, name_bytes);
}
