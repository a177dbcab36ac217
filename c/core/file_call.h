/* What pool.h does to a volume, one struct for each call, so that it can be asked for from another memory and by
 * scripts. api/volumes.c fills it in; whoever carries it out is pool__file_call: in api for the pool's own memory, in
 * thin for a program beside it.
 */
#ifndef MILLRACE_CORE_FILE_CALL_H
#define MILLRACE_CORE_FILE_CALL_H

#include "pool.h"

enum file_op {
    FILE_CREATE = 0, /* a volume */
    FILE_RELEASE,
    FILE_STAT,
    FILE_LSTAT,
    FILE_READ,
    FILE_WRITE,
    FILE_TRUNCATE,
    FILE_MKDIR,
    FILE_LIST,
    FILE_SYMLINK,
    FILE_READLINK,
    FILE_RENAME,
    FILE_REMOVE,
    FILE_NEXT_DATA, /* fills in where a file has bytes next, from `number` on; its size: nowhere (uint64_t) */
    FILE_REPLACE,   /* writes a file, or makes it: nothing else is in it then. If it fails, the old bytes are */
    FILE_OPS
};

struct file_call {
    uint32_t op; /* enum file_op */
    pool_volume_t volume;
    const char *path;  /* relative to the root, which is `.`; not NUL-ended */
    const char *other; /* RENAME: the new path; SYMLINK: the target */
    uint32_t path_bytes;
    uint32_t other_bytes;
    uint64_t number;    /* READ, WRITE: the offset; TRUNCATE: the size; LIST: the cookie */
    void *data;         /* what is filled in: bytes; STAT, LSTAT: struct pool_stat; LIST: struct pool_entry, several;
                           CREATE: struct volume_making */
    const void *source; /* WRITE, REPLACE: what is written, instead of `data` */
    uint32_t data_bytes;
};

struct volume_making {
    struct pool_volume_config config;
    pool_volume_t volume; /* is set */
};

/* Returns as the function of pool.h does. */
int32_t pool__file_call(struct pool *pool, const struct file_call *call);

#endif
