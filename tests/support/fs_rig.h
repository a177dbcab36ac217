/* What tests of files have in common: a volume with its root open, and text as paths. */
#ifndef MILLRACE_TESTS_FS_RIG_H
#define MILLRACE_TESTS_FS_RIG_H

#include <string.h>

#include "fs/node.h"

struct fs_rig {
    struct pool *pool;
    struct sleeper sleeper;
    pool_volume_t handle;
    struct fs_open root;
};

/* cmocka setup and teardown: a pool and a volume without limits; all that was taken must be back at the end. */
int fs_rig_setup(void **state);
int fs_rig_teardown(void **state);
extern struct fs_rig fs_rig;

struct fs_path fs_text(const char *text);

/* Without a rig of their own: what was moved, or a failure. */
int32_t fs_read_in(struct pool *pool, const struct fs_open *file, uint64_t offset, void *data, uint32_t size);
int32_t fs_write_in(struct sleeper *sleeper, const struct fs_open *file, uint64_t offset, const void *data,
                    uint32_t size);

/* In the fs_rig. */
int fs_try_open(const char *path, uint32_t flags);
struct fs_open fs_must_open(const char *path, uint32_t flags);
void fs_close(struct fs_open *open);
int32_t fs_read(const struct fs_open *file, uint64_t offset, void *data, uint32_t size);
int32_t fs_write(const struct fs_open *file, uint64_t offset, const void *data, uint32_t size);
struct fs_stat fs_stat_of(const struct fs_open *open);
int fs_try_stat(const char *path, bool follow, struct fs_stat *stat_out);
/* A file with that content; a directory; a symlink. They must be made. */
void fs_put(const char *path, const char *content);
void fs_mkdir(const char *path);
void fs_symlink(const char *target, const char *path);
/* The kind of what a path leads to, nothing followed at its end, or a failure. */
int fs_kind(const char *path);
int fs_rename(const char *path, const char *to);
int fs_unlink(const char *path);
int fs_rmdir(const char *path);
/* Has the coordinator bring more of the smallest blocks than there are from the start. */
void fs_add_small_blocks(void);
/* An operation under way, with the lock. Leaving it gives the lock back, and whatever blocks it has got ready. */
struct fs_work fs_enter(void);
void fs_leave(struct fs_work *work);
/* Gives the rig another volume. */
void fs_renew(uint64_t max_bytes, uint64_t max_nodes);

#endif
