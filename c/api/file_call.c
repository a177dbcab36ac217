/* Carries out what is asked of volumes, for threads that may block and for those that may not. */
#include "core/file_call.h"

#include "fs/fs.h"
#include "fs/tree.h"
#include "sync/room.h"
#include "sync/self.h"
#include "sync/volumes.h"

/* A large volume takes a while to free: the coordinator has the time. */
static int release(struct pool *pool, pool_volume_t volume)
{
    int status = pool__volume_disown(pool, volume);
    if (status == 0) pool__volume_unuse(pool, pool__volume_at(pool, volume));
    return status;
}

/* What can be done at once. If it is in another thread's hands just now, that one announces room to the client when it
 * lets go of it. */
static int32_t look(struct pool *pool, const struct file_call *call)
{
    if (call->op == FILE_RELEASE) return release(pool, call->volume);
    struct sleeper sleeper = pool__self_look(pool);
    if (!pool__volume_hold(pool__volume_at(pool, call->volume), WAITER_CLIENT)) {
        pool__room_want(pool, ROOM_LOCK);
        return POOL_EAGAIN;
    }
    int32_t result = pool__tree_call(&sleeper, call);
    pool__volume_let_go();
    return result;
}

int32_t pool__file_call(struct pool *pool, const struct file_call *call)
{
    struct sleeper storage, *sleeper = pool ? pool__self_lend(pool, &storage) : NULL;
    if (!pool) return POOL_EINVAL;
    if (!sleeper) return look(pool, call);
    int32_t result = pool__tree_call(sleeper, call);
    pool__self_return(sleeper);
    return result;
}
