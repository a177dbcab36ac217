/* A call of pool.h on a volume, as one struct, so that a program with another memory and a script can make it too.
 * api/volumes.c fills it in. pool__file_call carries it out: in api for a program in the pool's own memory, in thin for
 * one beside it.
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
    FILE_NEXT_DATA, /* fills in (uint64_t) where the next bytes are, from `number` on; the file's size: no more */
    FILE_REPLACE,   /* gives a file, new or old, these bytes only. If it fails, the old bytes stay */
    FILE_LINK,      /* gives what is there one more name, `other` */
    FILE_SET_TIMES, /* those of a struct pool_stat: accessed, modified. Of a symlink, its own */
    FILE_OPS
};

struct file_call {
    uint32_t op; /* enum file_op */
    pool_volume_t volume;
    const char *path;  /* relative to the root, which is `.`; not NUL-ended */
    const char *other; /* RENAME, LINK: the new path; SYMLINK: the target */
    uint32_t path_bytes;
    uint32_t other_bytes;
    uint64_t number;    /* READ, WRITE: the offset; TRUNCATE: the size; LIST: the cookie */
    void *data;         /* what is filled in: bytes; STAT, LSTAT: struct pool_stat; LIST: struct pool_entry, several;
                           CREATE: struct volume_making */
    const void *source; /* WRITE, REPLACE, SET_TIMES: what is written, instead of `data` */
    uint32_t data_bytes;
};

struct volume_making {
    struct pool_volume_config config;
    pool_volume_t volume; /* is set */
};

/* Returns as the function of pool.h does. */
int32_t pool__file_call(struct pool *pool, const struct file_call *call);

#endif
