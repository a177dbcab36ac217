/* Carries out the calls of pool.h on volumes, for threads that may block and for those that must not. */
#include "core/file_call.h"

#include "core/check.h"

#include "fs/fs.h"
#include "fs/tree.h"
#include "sync/room.h"
#include "sync/self.h"
#include "sync/volumes.h"

/* Does what can be done at once. If another thread has the volume's lock now, the client gets a signal when it is free.
 */
static int32_t look(struct pool *pool, const struct file_call *call)
{
    if (call->op == FILE_RELEASE) return pool__volume_release(pool, call->volume);
    struct sleeper sleeper = pool__self_look(pool);
    POOL_ASSERT(!pool__self(pool)); /* a worker has a bell, and waits */
    if (!pool__volume_seize(pool__volume_at(pool, call->volume), WAITER_CLIENT)) {
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
