/* Those who wait for room. */
#ifndef MILLRACE_THIN_ROOM_H
#define MILLRACE_THIN_ROOM_H

#include "thin/state.h"

/* Calls them, if there is some. */
void pool__thin_tell_room(struct pool *pool);
/* Calls them whether there is or not. */
void pool__thin_end_rooms(struct pool *pool);

#endif
