#include "coordinator/files.h"

#include <stdlib.h>

#include "coordinator/coordinator.h"
#include "fs/tree.h"

uint8_t *coordinator_memory(uint8_t *old, uint32_t size)
{
    if (size) return realloc(old, size);
    free(old);
    return NULL;
}

int32_t coordinator_file_call(struct pool *pool, const struct file_call *call)
{
    struct sleeper sleeper = {.pool = pool, .refill = pool__refill};
    int32_t result = pool__tree_call(&sleeper, call);
    return result == POOL_EAGAIN ? POOL_ENOMEM : result;
}
