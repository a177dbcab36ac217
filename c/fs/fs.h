/* Files: what can be done to a volume. There is one function for each operation, and each is atomic to every thread
 * that shares the volume.
 *
 * A path begins at a directory that somebody was given, and never leads above it: not by `..`, not as an absolute path,
 * not by a symlink (POOL_EPERM). Paths are UTF-8 without NULs, `/` between names, at most PATH_MAX_BYTES.
 *
 * Functions return 0 or a negative enum pool_error, unless they say otherwise. Where they need memory they may sleep
 * for it by the caller's sleeper, never while they hold the lock: POOL_ENOSPC, the volume's limit is reached;
 * POOL_ENOMEM, the pool's; or as the sleeper is interrupted. Times are nanoseconds since 1970. Reading sets the time of
 * the last access only the first time after a change (`relatime` of Linux).
 */
#ifndef MILLRACE_FS_FS_H
#define MILLRACE_FS_FS_H

#include "core/layout.h"
#include "core/volume.h"
#include "sync/sleep.h"
#include "sync/stream.h"

/* An open file or directory. Whoever has it closes it once; the node lives until then. */
struct fs_open {
    struct volume *volume; /* NULL: not open */
    uint32_t node;
    bool read_only; /* nothing can be changed through it (POOL_EROFS) */
    bool makes;     /* where something is made, missing directories on the way are made too */
};

struct fs_path {
    const char *text;
    uint32_t size;
};

struct fs_stat {
    uint32_t kind; /* enum node_kind */
    uint32_t n_links;
    uint64_t inode;
    uint64_t device; /* the volume's number, from 1 */
    uint64_t size;   /* bytes; of a directory 0 */
    uint64_t accessed_ns;
    uint64_t modified_ns;
    uint64_t changed_ns;
};

/* volume.c: volumes as wholes */

/* Makes an empty volume: its handle, never 0; POOL_ENFILE. 0 for a limit means the default of pool.h; the root is a
 * node as well. */
int pool__volume_make(struct sleeper *sleeper, uint64_t max_bytes, uint64_t max_nodes, pool_volume_t *handle_out);
/* Its owner lets go of it, and frees it if nobody else uses it. */
int pool__volume_drop(struct pool *pool, pool_volume_t handle);
/* Opens its root: POOL_EBADF, POOL_EIO. Keeps the volume until pool__fs_close. */
int pool__volume_open(struct pool *pool, pool_volume_t handle, bool read_only, struct fs_open *root_out);
/* The same for a job's worker: the job uses it (sync/volumes.h), whatever its owner has done since. */
int pool__volume_open_used(struct pool *pool, pool_volume_t handle, bool read_only, struct fs_open *root_out);

/* lock.c */

enum lock_wish {
    LOCK_READ = 0,
    LOCK_CHANGE,
    LOCK_ALWAYS /* as LOCK_CHANGE, and waits even if the job shall end: what is open must be closed */
};

/* Takes a volume's lock. On an error it is not taken: POOL_EIO, somebody died while changing the volume; POOL_ECANCELED
 * or POOL_ESHUTDOWN, the job of the worker that waited shall end; POOL_EAGAIN, this thread must not sleep, and has not
 * got the lock by pool__volume_seize. */
int pool__volume_lock_for(struct volume *volume, enum lock_wish wish);
int pool__volume_lock(struct volume *volume); /* LOCK_CHANGE */
int pool__volume_lock_to_read(struct volume *volume);
void pool__volume_unlock(struct volume *volume);
/* Frees the lock that a worker still has, if any. pre: the worker is dead, or has left our code by unwinding. If it was
 * changing something, the volume is broken from now on (POOL_EIO): what is in it may contradict itself. */
void pool__volume_unlock_for(struct pool *pool, uint32_t worker);
/* For the client and the coordinator, which must not wait: takes the lock for all operations until
 * pool__volume_let_go; those do not take it again. pre: this thread holds no other volume. False: somebody else has the
 * lock, and `waiter` is woken when it is free (the client by SIGNAL_BLOCKS). The volume need not be in use. */
bool pool__volume_seize(struct volume *volume, uint32_t waiter);
void pool__volume_let_go(void);

/* For assertions: whether this thread may change the volume. True also if another thread does. */
bool pool__volume_is_changing(const struct volume *volume);
/* Whether somebody has the lock; for assertions. */
static inline bool pool__volume_is_locked(const struct volume *volume)
{
    return atomic_load_explicit(&volume->x_lock, memory_order_relaxed) != 0;
}

/* sweep.c: taking apart, a slice at a time, what nobody can reach any more: volumes, and directories that were removed
 * with all that was in them. */

/* Does one slice for a volume: 1, there is more; 0, all is done; or an error of the lock. */
int pool__fs_sweep(struct pool *pool, struct volume *volume);
/* Coordinator only. Does one slice for all volumes: 1, there is more; 0, all is done; POOL_EBUSY, there is more once
 * somebody has let go of a lock, which wakes the coordinator. */
int pool__volumes_sweep(struct pool *pool);
/* Leaves the rest to the coordinator. */
void pool__fs_sweep_later(struct pool *pool);

/* path.c: opening by path */

enum fs_open_flags {
    FS_CREATE = 1,
    FS_DIRECTORY = 2, /* it must be one: POOL_ENOTDIR; with FS_CREATE POOL_EINVAL */
    FS_EXCLUSIVE = 4,
    FS_TRUNCATE = 8,
    FS_FOLLOW = 16, /* a symlink at the end of the path; without it POOL_ELOOP */
    FS_WRITE = 32   /* it is to be written: POOL_EISDIR, POOL_EROFS */
};
int pool__fs_open(struct sleeper *sleeper, const struct fs_open *at, struct fs_path path, uint32_t flags,
                  struct fs_open *open_out);
/* Counts `open` once more, for a copy of it: each of the two is closed. */
void pool__fs_dup(struct pool *pool, const struct fs_open *open);
void pool__fs_close(struct pool *pool, struct fs_open *open);

int pool__fs_stat(struct pool *pool, const struct fs_open *open, struct fs_stat *stat_out);
int pool__fs_stat_at(struct pool *pool, const struct fs_open *at, struct fs_path path, bool follow,
                     struct fs_stat *stat_out);
/* UINT64_MAX: leaves a time as it is. */
int pool__fs_set_times(struct pool *pool, const struct fs_open *open, uint64_t accessed_ns, uint64_t modified_ns);
int pool__fs_set_times_at(struct pool *pool, const struct fs_open *at, struct fs_path path, bool follow,
                          uint64_t accessed_ns, uint64_t modified_ns);

/* names.c: changing directories */
int pool__fs_make_directory(struct sleeper *sleeper, const struct fs_open *at, struct fs_path path);
int pool__fs_remove_directory(struct pool *pool, const struct fs_open *at, struct fs_path path); /* POOL_ENOTEMPTY */
int pool__fs_unlink(struct pool *pool, const struct fs_open *at, struct fs_path path);           /* POOL_EISDIR */
/* Removes whatever it is with all that is in it; to everybody else it is gone at once. Sweeping frees its memory. */
int pool__fs_remove_all(struct pool *pool, const struct fs_open *at, struct fs_path path);
int pool__fs_link(struct sleeper *sleeper, const struct fs_open *from, struct fs_path path, bool follow,
                  const struct fs_open *to, struct fs_path to_path); /* POOL_EXDEV, POOL_EPERM: a directory */
int pool__fs_rename(struct sleeper *sleeper, const struct fs_open *from, struct fs_path path, const struct fs_open *to,
                    struct fs_path to_path); /* as rename(2): replaces, POOL_EINVAL into itself, POOL_EXDEV */
/* POOL_EPERM: the target is absolute. */
int pool__fs_symlink(struct sleeper *sleeper, struct fs_path target, const struct fs_open *at, struct fs_path path);
/* Copies as much of the target as fits, and returns how long it is. */
int32_t pool__fs_readlink(struct pool *pool, const struct fs_open *at, struct fs_path path, char *out, uint32_t size);

/* Reads the entry of a directory after the one with `cookie` (0: the first): 1, or 0 at the end. `.` and `..` come
 * first. Cookies survive changes: no entry that stays is left out or comes twice. */
struct fs_entry {
    uint64_t cookie;
    struct fs_stat stat;
    uint32_t name_bytes;
    char name[NAME_MAX_BYTES + 1];
};
int pool__fs_next_entry(struct pool *pool, const struct fs_open *directory, uint64_t cookie,
                        struct fs_entry *entry_out);

/* content.c: files' bytes. The cursor is the caller's memory (sync/stream.h); `cursor->done` says how much was moved.
 */
int pool__fs_read(struct pool *pool, const struct fs_open *file, uint64_t offset, struct cursor *cursor);
/* Writes all of it or nothing: up to 16 MiB, and whatever is appended, in one step; more in steps of that size, after
 * which it ends early if the job is to end or others have cut the file and left no memory. `offset` UINT64_MAX: at the
 * end, atomically, as O_APPEND. `offset_out` gets where the first byte went; it may be NULL. */
int pool__fs_write(struct sleeper *sleeper, const struct fs_open *file, uint64_t offset, struct cursor *cursor,
                   uint64_t *offset_out);
/* Finds where a file has bytes next, from `offset` on: those before are zeros that take no memory. The file's size: no
 * more. */
int pool__fs_next_data(struct pool *pool, const struct fs_open *file, uint64_t offset, uint64_t *data_out);
int pool__fs_set_size(struct sleeper *sleeper, const struct fs_open *file, uint64_t size);
/* As posix_fallocate: takes memory for a range of bytes, and grows the file if the range ends beyond it. */
int pool__fs_allocate(struct sleeper *sleeper, const struct fs_open *file, uint64_t offset, uint64_t size);

#endif
