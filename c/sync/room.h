/* Whether there is by now what callers who do not wait have wanted and not got. The client gets a signal whenever
 * something is given back, and finds out here whether that is of use to anybody.
 */
#ifndef MILLRACE_SYNC_ROOM_H
#define MILLRACE_SYNC_ROOM_H

#include "sync/want.h"

/* Whether something that was wanted is there now; if nothing was wanted, whether a job can be submitted. What is not
 * there stays wanted. */
bool pool__room_look(struct pool *pool);

/* Whether there is a block of that size now, or waiting for one is of no use. If not, a signal follows. */
bool pool__room_for(struct pool *pool, enum block_use use, uint32_t size_bytes);

#endif
