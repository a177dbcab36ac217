/* The scratch memory: arguments and results cross from one memory into the other through it. */
#include "thin/scratch.h"

#include "core/check.h"
#include "thin/bridge.h"

uint32_t pool__thin_out(struct pool *pool, uint32_t index)
{
    uint32_t word = 0;
    POOL_ASSERT((index + 1) * sizeof word <= SCRATCH_RECORD); /* what is behind is a record */
    pool__thin_read(pool->id, pool__thin_scratch(pool->id) + index * 4, &word, sizeof word);
    return word;
}

uint64_t pool__thin_handle_out(struct pool *pool, uint32_t index)
{
    uint64_t handle = 0;
    POOL_ASSERT((index + 1) * sizeof handle <= SCRATCH_RECORD);
    pool__thin_read(pool->id, pool__thin_scratch(pool->id) + index * 8, &handle, sizeof handle);
    return handle;
}

int pool__thin_stage(struct pool *pool, const void *data, uint32_t size)
{
    POOL_ASSERT(data && size > 0);
    int status = pool__thin_call(pool->id, THIN_CALL_STAGE, size, pool__thin_scratch(pool->id), 0);
    if (status == 0) pool__thin_write(pool->id, pool__thin_out(pool, 0), data, size);
    return status;
}
