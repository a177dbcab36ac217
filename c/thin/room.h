/* Callers who wait for room in a pool. */
#ifndef MILLRACE_THIN_ROOM_H
#define MILLRACE_THIN_ROOM_H

#include "thin/state.h"

/* Calls them back if there is room. */
void pool__thin_tell_room(struct pool *pool);
/* Calls them back in any case. */
void pool__thin_end_rooms(struct pool *pool);

#endif
