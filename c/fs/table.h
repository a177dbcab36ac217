/* A guest's descriptors: streams, and what it has open of volumes.
 *
 * A table belongs to a worker but lies in the coordinator's memory, so that the coordinator can close what a guest had
 * open after its worker died. Only our own code changes it, in such an order that a thread that dies in between may
 * leave something open, but nothing that would be closed twice.
 */
#ifndef MILLRACE_FS_TABLE_H
#define MILLRACE_FS_TABLE_H

#include "fs/fs.h"

#define FDS_MAX 2048u

struct fs_fd {
    struct stream stream;       /* STREAM_CLOSED, and no `file`: the number is free */
    struct fs_open file;        /* of a volume; then `stream` is closed */
    uint64_t offset;            /* a file's, of the next byte to be read or written */
    uint64_t rights_base;       /* WASI_RIGHT_*: what may be done with it */
    uint64_t rights_inheriting; /* and at most with what is opened beneath it */
    const char *preopen;        /* the path that the guest was given it as; NULL: it opened it itself */
    uint32_t kind;              /* enum node_kind of `file` */
    uint16_t flags;             /* WASI_FDFLAG_* */
    bool tty;                   /* a stream that says it is a terminal */
};

struct fd_table {
    uint32_t n_used; /* numbers from here on were never used, and their slots hold nothing yet */
    struct fs_fd fds[FDS_MAX];
};

static inline bool pool__fd_is_open(const struct fs_fd *fd)
{
    return fd->file.volume || fd->stream.kind != STREAM_CLOSED;
}

/* Closes what is open of volumes, and forgets everything else: streams are closed with their job. */
void pool__fds_close_all(struct pool *pool, struct fd_table *table);
/* The same for the coordinator, after the guest's worker died, without waiting for a volume's lock. False: somebody has
 * one of the locks, and wakes the coordinator when it is free. */
bool pool__fds_close_now(struct pool *pool, struct fd_table *table);

#endif
