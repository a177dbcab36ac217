#include "coordinator/files.h"

#include "coordinator/coordinator.h"
#include "fs/tree.h"
#include "port/port.h"

#define MEMORY_BYTES ((1u << 20) + (1u << 16)) /* a piece of a file, and two paths */

uint8_t *coordinator_memory(struct pool *pool, uint32_t size)
{
    if (size > MEMORY_BYTES) return NULL;
    if (!pool->files_memory) pool->files_memory = port_block(MEMORY_BYTES);
    return pool->files_memory;
}

int32_t coordinator_file_call(struct pool *pool, const struct file_call *call)
{
    struct sleeper sleeper = {.pool = pool, .refill = pool__refill};
    int32_t result = pool__tree_call(&sleeper, call);
    return result == POOL_EAGAIN ? POOL_ENOMEM : result;
}
