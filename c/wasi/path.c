/* path_*: each path begins at a directory that the guest has open. */
#include <string.h>

#include "core/check.h"
#include "core/utf8.h"
#include "wasi/files.h"
#include "wasi/wasi.h"

struct guest_path {
    struct fs_path path; /* of `text` */
    char text[PATH_MAX_BYTES + 1];
};

/* Copies a path: nobody can change it between the look at it and its use. */
static uint32_t take_path(struct wasi_context *c, uint32_t address, uint32_t size, struct guest_path *out)
{
    if (c->guest.check(address, size)) return WASI_EFAULT;
    if (size > PATH_MAX_BYTES) return WASI_ENAMETOOLONG;
    c->guest.read(address, out->text, size);
    out->text[size] = '\0';
    out->path = (struct fs_path){out->text, size};
    if (!pool__is_utf8(out->text, size)) return WASI_EILSEQ;
    return memchr(out->text, '\0', size) ? WASI_EINVAL : WASI_SUCCESS;
}

/* A directory and a path from there, as openat(2) takes them; the directory allows `rights`. */
static uint32_t take_at(struct wasi_context *c, uint32_t number, uint64_t rights, uint32_t path, uint32_t size,
                        struct fs_fd **fd_out, struct guest_path *path_out)
{
    uint32_t error = wasi_directory_of(c, number, rights, fd_out);
    return error ? error : take_path(c, path, size, path_out);
}

static uint32_t check_lookup(uint32_t flags)
{
    return flags & ~WASI_LOOKUP_SYMLINK_FOLLOW ? WASI_EINVAL : WASI_SUCCESS;
}

static bool follows(uint32_t flags)
{
    return flags & WASI_LOOKUP_SYMLINK_FOLLOW;
}

/* path_open */

/* The rights of the directory that opening needs. */
static uint64_t rights_to_open(uint32_t oflags)
{
    uint64_t rights = WASI_RIGHT_PATH_OPEN;
    if (oflags & WASI_OFLAG_CREAT) rights |= WASI_RIGHT_PATH_CREATE_FILE;
    if (oflags & WASI_OFLAG_TRUNC) rights |= WASI_RIGHT_PATH_FILESTAT_SET_SIZE;
    return rights;
}

static uint32_t check_opening(uint32_t lookup, uint32_t oflags, uint32_t flags)
{
    const uint32_t for_files = WASI_OFLAG_CREAT | WASI_OFLAG_EXCL | WASI_OFLAG_TRUNC;
    if (check_lookup(lookup) || oflags & ~WASI_OFLAGS_ALL || flags & ~WASI_FDFLAGS_ALL) return WASI_EINVAL;
    return oflags & WASI_OFLAG_DIRECTORY && oflags & for_files ? WASI_EINVAL : WASI_SUCCESS;
}

/* Opening a directory for writing is WASI_EISDIR, as in POSIX. */
static uint32_t open_flags(uint32_t lookup, uint32_t oflags, uint64_t rights)
{
    uint32_t flags = follows(lookup) ? FS_FOLLOW : 0;
    if (oflags & WASI_OFLAG_CREAT) flags |= FS_CREATE;
    if (oflags & WASI_OFLAG_DIRECTORY) flags |= FS_DIRECTORY;
    if (oflags & WASI_OFLAG_EXCL) flags |= FS_EXCLUSIVE;
    if (oflags & WASI_OFLAG_TRUNC) flags |= FS_TRUNCATE | FS_WRITE;
    return rights & WASI_RIGHT_FD_WRITE ? flags | FS_WRITE : flags;
}

/* Leaves out the rights that make no sense for what was opened. */
static void narrow(struct fs_fd *fd, uint64_t base, uint64_t inheriting)
{
    bool directory = fd->kind == NODE_DIRECTORY;
    fd->rights_base = base & (directory ? WASI_RIGHTS_DIRECTORY : WASI_RIGHTS_FILE);
    fd->rights_inheriting = directory ? inheriting & WASI_RIGHTS_ALL : 0;
}

/* `fd` is in the table already: what it opens is closed with the rest, also if the stack runs out in here. */
static int open_node(struct wasi_context *c, const struct fs_open *at, struct fs_path path, uint32_t flags,
                     struct fs_fd *fd)
{
    struct fs_stat stat;
    POOL_ASSERT(!pool__fd_is_open(fd));
    int status = pool__fs_open(c->sleeper, at, path, flags, &fd->file);
    if (status) return status;
    status = pool__fs_stat(c->sleeper->pool, &fd->file, &stat);
    if (status) pool__fs_close(c->sleeper->pool, &fd->file);
    if (status == 0) fd->kind = stat.kind;
    return status;
}

uint32_t wasi_path_open(struct wasi_context *c, uint32_t number, uint32_t lookup, uint32_t path, uint32_t size,
                        uint32_t oflags, uint64_t base, uint64_t inheriting, uint32_t flags, uint32_t fd_out)
{
    struct guest_path taken;
    struct fs_fd *at;
    uint32_t error = wasi_directory_of(c, number, rights_to_open(oflags), &at);
    if (!error) error = check_opening(lookup, oflags, flags);
    if (error) return error;
    if ((base | inheriting) & WASI_RIGHTS_ALL & ~at->rights_inheriting) return WASI_ENOTCAPABLE;
    if (c->guest.check(fd_out, sizeof number)) return WASI_EFAULT;
    error = take_path(c, path, size, &taken);
    if (error) return error;
    int32_t opened = wasi_fd_free(c); /* first: without a number for it, no file must be made */
    if (opened < 0) return WASI_EMFILE;
    struct fs_fd *fd = &c->table->fds[opened];
    *fd = (struct fs_fd){.flags = (uint16_t)flags};
    error = wasi_errno_of(open_node(c, &at->file, taken.path, open_flags(lookup, oflags, base), fd));
    if (error) return error;
    narrow(fd, base, inheriting);
    return c->guest.write(fd_out, &opened, sizeof opened);
}

uint32_t wasi_path_create_directory(struct wasi_context *c, uint32_t number, uint32_t path, uint32_t size)
{
    struct guest_path taken;
    struct fs_fd *at;
    uint32_t error = take_at(c, number, WASI_RIGHT_PATH_CREATE_DIRECTORY, path, size, &at, &taken);
    return error ? error : wasi_errno_of(pool__fs_make_directory(c->sleeper, &at->file, taken.path));
}

uint32_t wasi_path_remove_directory(struct wasi_context *c, uint32_t number, uint32_t path, uint32_t size)
{
    struct guest_path taken;
    struct fs_fd *at;
    uint32_t error = take_at(c, number, WASI_RIGHT_PATH_REMOVE_DIRECTORY, path, size, &at, &taken);
    return error ? error : wasi_errno_of(pool__fs_remove_directory(c->sleeper->pool, &at->file, taken.path));
}

uint32_t wasi_path_unlink_file(struct wasi_context *c, uint32_t number, uint32_t path, uint32_t size)
{
    struct guest_path taken;
    struct fs_fd *at;
    uint32_t error = take_at(c, number, WASI_RIGHT_PATH_UNLINK_FILE, path, size, &at, &taken);
    return error ? error : wasi_errno_of(pool__fs_unlink(c->sleeper->pool, &at->file, taken.path));
}

static uint32_t stat_path(struct wasi_context *c, uint32_t number, uint32_t lookup, uint32_t path, uint32_t size,
                          struct wasi_filestat *stat_out)
{
    struct guest_path taken;
    struct fs_fd *at;
    struct fs_stat stat;
    uint32_t error = take_at(c, number, WASI_RIGHT_PATH_FILESTAT_GET, path, size, &at, &taken);
    if (!error) error = check_lookup(lookup);
    if (error) return error;
    int status = pool__fs_stat_at(c->sleeper->pool, &at->file, taken.path, follows(lookup), &stat);
    if (status == 0) *stat_out = wasi_filestat_of(&stat);
    return wasi_errno_of(status);
}

uint32_t wasi_path_filestat_get(struct wasi_context *c, uint32_t number, uint32_t lookup, uint32_t path, uint32_t size,
                                uint32_t stat_out)
{
    struct wasi_filestat stat;
    uint32_t error = stat_path(c, number, lookup, path, size, &stat);
    return error ? error : wasi_write_stat(c, stat_out, &stat);
}

uint32_t wasi_unstable_path_filestat_get(struct wasi_context *c, uint32_t number, uint32_t lookup, uint32_t path,
                                         uint32_t size, uint32_t stat_out)
{
    struct wasi_filestat stat;
    uint32_t error = stat_path(c, number, lookup, path, size, &stat);
    return error ? error : wasi_write_unstable_stat(c, stat_out, &stat);
}

uint32_t wasi_path_filestat_set_times(struct wasi_context *c, uint32_t number, uint32_t lookup, uint32_t path,
                                      uint32_t size, uint64_t accessed_ns, uint64_t modified_ns, uint32_t flags)
{
    struct guest_path taken;
    struct fs_fd *at;
    uint32_t error = take_at(c, number, WASI_RIGHT_PATH_FILESTAT_SET_TIMES, path, size, &at, &taken);
    if (!error) error = check_lookup(lookup);
    if (!error) error = wasi_times_of(flags, &accessed_ns, &modified_ns);
    if (error) return error;
    return wasi_errno_of(
        pool__fs_set_times_at(c->sleeper->pool, &at->file, taken.path, follows(lookup), accessed_ns, modified_ns));
}

uint32_t wasi_path_link(struct wasi_context *c, uint32_t from, uint32_t lookup, uint32_t path, uint32_t size,
                        uint32_t to, uint32_t to_path, uint32_t to_size)
{
    struct guest_path taken, to_taken;
    struct fs_fd *at, *to_at;
    uint32_t error = take_at(c, from, WASI_RIGHT_PATH_LINK_SOURCE, path, size, &at, &taken);
    if (!error) error = take_at(c, to, WASI_RIGHT_PATH_LINK_TARGET, to_path, to_size, &to_at, &to_taken);
    if (!error) error = check_lookup(lookup);
    if (error) return error;
    return wasi_errno_of(
        pool__fs_link(c->sleeper, &at->file, taken.path, follows(lookup), &to_at->file, to_taken.path));
}

uint32_t wasi_path_rename(struct wasi_context *c, uint32_t from, uint32_t path, uint32_t size, uint32_t to,
                          uint32_t to_path, uint32_t to_size)
{
    struct guest_path taken, to_taken;
    struct fs_fd *at, *to_at;
    uint32_t error = take_at(c, from, WASI_RIGHT_PATH_RENAME_SOURCE, path, size, &at, &taken);
    if (!error) error = take_at(c, to, WASI_RIGHT_PATH_RENAME_TARGET, to_path, to_size, &to_at, &to_taken);
    if (error) return error;
    return wasi_errno_of(pool__fs_rename(c->sleeper, &at->file, taken.path, &to_at->file, to_taken.path));
}

uint32_t wasi_path_symlink(struct wasi_context *c, uint32_t target, uint32_t target_size, uint32_t number,
                           uint32_t path, uint32_t size)
{
    struct guest_path taken, pointed;
    struct fs_fd *at;
    uint32_t error = take_at(c, number, WASI_RIGHT_PATH_SYMLINK, path, size, &at, &taken);
    if (!error) error = take_path(c, target, target_size, &pointed);
    if (error) return error;
    if (target_size == 0) return WASI_ENOENT;
    return wasi_errno_of(pool__fs_symlink(c->sleeper, pointed.path, &at->file, taken.path));
}

uint32_t wasi_path_readlink(struct wasi_context *c, uint32_t number, uint32_t path, uint32_t size, uint32_t data,
                            uint32_t data_size, uint32_t size_out)
{
    char target[PATH_MAX_BYTES];
    struct guest_path taken;
    struct fs_fd *at;
    uint32_t error = take_at(c, number, WASI_RIGHT_PATH_READLINK, path, size, &at, &taken);
    if (error) return error;
    if (c->guest.check(data, data_size) || c->guest.check(size_out, sizeof size)) return WASI_EFAULT;
    uint32_t room = pool__min(data_size, sizeof target);
    int32_t length = pool__fs_readlink(c->sleeper->pool, &at->file, taken.path, target, room);
    if (length < 0) return wasi_errno_of(length);
    uint32_t used = pool__min((uint32_t)length, room);
    c->guest.write(data, target, used);
    return c->guest.write(size_out, &used, sizeof used);
}
