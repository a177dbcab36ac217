/* Beginning an operation on a volume. */
#include "fs/node.h"
#include "port/port.h"

struct fs_work pool__fs_work(struct sleeper *sleeper, struct pool *pool, struct volume *volume)
{
    return (struct fs_work){.pool = pool, .volume = volume, .sleeper = sleeper};
}

int pool__fs_enter(struct fs_work *work)
{
    POOL_ASSERT(!work->is_locked); /* the last attempt has ended */
    work->now_ns = port_now_ns(PORT_REALTIME);
    int status = pool__volume_lock(work->volume);
    work->is_locked = status == 0;
    return status;
}
