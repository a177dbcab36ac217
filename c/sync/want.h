/* What was wanted in vain by callers who do not wait. Whether it can be had by now is sync/room.h's to say. */
#ifndef MILLRACE_SYNC_WANT_H
#define MILLRACE_SYNC_WANT_H

#include "core/layout.h"

enum room {
    ROOM_BLOCK_0 = 0,      /* + use * BLOCK_CLASSES + class: memory */
    ROOM_JOBS_RECORD = 58, /* a record for a job that a job submits */
    ROOM_JOBS_PIPE = 59,   /* a pipe that a job opens */
    ROOM_SWEPT = 60,       /* a volume that was full of what nobody can reach any more */
    ROOM_RECORD = 61,      /* a job's */
    ROOM_PIPE = 62,
    ROOM_LOCK = 63 /* of volumes that other threads had just then */
};

static inline enum room pool__room_of(enum block_use use, uint32_t class)
{
    return (enum room)(ROOM_BLOCK_0 + use * BLOCK_CLASSES + class);
}

/* Notes that there was none. A signal (SIGNAL_BLOCKS) follows when there may be some: look once more after this. */
void pool__room_want(struct pool *pool, enum room room);

#endif
