/* pool_on_room: callers who wait for room in a pool. */
#include "thin/room.h"

#include <stdlib.h>

#include "thin/bridge.h"
#include "thin/explain.h"

struct thin_room {
    struct thin_room *next;
    pool_room_callback callback;
    void *user;
};

int pool_on_room(pool_t *pool, pool_room_callback callback, void *user)
{
    pool__thin_begin();
    if (!pool || !callback) return POOL_EINVAL;
    if (pool->closing) return POOL_ESHUTDOWN;
    struct thin_room *room = malloc(sizeof *room);
    if (!room) return POOL_ENOMEM;
    *room = (struct thin_room){NULL, callback, user};
    struct thin_room **last = &pool->rooms;
    while (*last) last = &(*last)->next;
    *last = room;
    pool__thin_owe(pool->id, 1);
    pool__thin_post(pool->id, THIN_SIGNAL_ROOM); /* there may be room already */
    return 0;
}

void pool__thin_end_rooms(struct pool *pool)
{
    struct thin_room *rooms = pool->rooms;
    pool->rooms = NULL; /* a callback may ask again: for the next time */
    while (rooms) {
        struct thin_room room = *rooms;
        free(rooms);
        rooms = room.next;
        pool__thin_owe(pool->id, -1);
        room.callback(room.user, pool);
    }
}

void pool__thin_tell_room(struct pool *pool)
{
    if (pool->rooms && pool__thin_call(pool->id, THIN_CALL_ROOM, 0, 0, 0) > 0) pool__thin_end_rooms(pool);
}
