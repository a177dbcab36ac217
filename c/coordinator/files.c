/* The coordinator's script reads and writes volumes. */
#include "coordinator/files.h"

#include "coordinator/coordinator.h"
#include "fs/fs.h"
#include "fs/tree.h"
#include "port/port.h"
#include "sync/volumes.h"

#define MEMORY_BYTES ((1u << 20) + (1u << 16)) /* a piece of a file, and two paths */

uint8_t *coordinator_memory(struct pool *pool, uint32_t size)
{
    if (size > MEMORY_BYTES) return NULL;
    if (!pool->files_memory) pool->files_memory = port_block(MEMORY_BYTES);
    return pool->files_memory;
}

static bool has_volume(const struct file_call *call)
{
    return call->op != FILE_CREATE && call->op != FILE_RELEASE;
}

int32_t coordinator_file_call(struct pool *pool, const struct file_call *call)
{
    struct sleeper sleeper = {.pool = pool, .refill = pool__refill};
    struct volume *volume = pool__volume_at(pool, call->volume);
    if (call->op == FILE_RELEASE) return pool__volume_release(pool, call->volume);
    if (has_volume(call) && !pool__volume_seize(volume, WAITER_COORDINATOR)) return POOL_EBUSY;
    int32_t result = pool__tree_call(&sleeper, call);
    if (has_volume(call)) pool__volume_let_go();
    return result == POOL_EAGAIN ? POOL_ENOMEM : result;
}

int32_t coordinator_sweep(struct pool *pool)
{
    return pool__volumes_sweep(pool);
}
