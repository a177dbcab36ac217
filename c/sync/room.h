/* Room: what was wanted in vain by callers who do not wait, and whether it can be had by now. The client is signalled
 * whenever something is given back, and finds out here whether that is of use to anybody.
 */
#ifndef MILLRACE_SYNC_ROOM_H
#define MILLRACE_SYNC_ROOM_H

#include "sync/want.h"

/* Whether something that was wanted can be had now; if nothing was, whether a job can be submitted. What cannot be had
 * is still wanted. */
bool pool__room_look(struct pool *pool);

/* Whether there is a block of that size now, or no use in waiting for one. If not, a signal follows. */
bool pool__room_for(struct pool *pool, enum block_use use, uint32_t size_bytes);

#endif
