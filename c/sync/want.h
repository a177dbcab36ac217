/* What callers who do not wait have wanted and not got. sync/room.h says whether it is there by now. */
#ifndef MILLRACE_SYNC_WANT_H
#define MILLRACE_SYNC_WANT_H

#include "core/layout.h"

enum room {
    ROOM_BLOCK_0 = 0,    /* + use * BLOCK_CLASSES + class: memory */
    ROOM_JOBS_SLOT = 58, /* a slot for a job that a job submits */
    ROOM_JOBS_PIPE = 59, /* a pipe that a job opens */
    ROOM_SWEPT = 60,     /* space in a volume that has only to be swept */
    ROOM_SLOT = 61,      /* a slot for a job */
    ROOM_PIPE = 62,
    ROOM_LOCK = 63 /* of volumes that other threads had just then */
};

static inline enum room pool__room_of(enum block_use use, uint32_t class)
{
    return (enum room)(ROOM_BLOCK_0 + use * BLOCK_CLASSES + class);
}

/* Notes that there was none. The signal SIGNAL_BLOCKS follows when there may be some. Look once more after this call.
 */
void pool__room_want(struct pool *pool, enum room room);

#endif
