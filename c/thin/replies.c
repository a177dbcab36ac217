/* Sends replies to host calls. */
#include "thin/replies.h"

#include "core/check.h"
#include "thin/bridge.h"
#include "thin/scratch.h"

void pool__thin_refuse_call(struct pool *pool, pool_call_t call, int status)
{
    POOL_ASSERT(status < 0 && status != POOL_EAGAIN);
    pool__thin_call(pool->id, THIN_CALL_REPLY, (double)call, (uint32_t)status, 0);
}

/* Puts a reply where the pool can reach it. */
static int stage(struct pool *pool, pool_call_t call, const struct pool_bytes pieces[2])
{
    uint32_t size = pieces[0].size_bytes + pieces[1].size_bytes, scratch = pool__thin_scratch(pool->id);
    int error = pool__thin_call(pool->id, THIN_CALL_REPLY_ROOM, (double)call, size, scratch);
    if (error) return error;
    uint32_t at = pool__thin_out(pool, 0);
    for (int i = 0; i < 2; i++) {
        if (pieces[i].size_bytes) pool__thin_write(pool->id, at, pieces[i].data, pieces[i].size_bytes);
        at += pieces[i].size_bytes;
    }
    return 0;
}

int pool__thin_send_reply(struct pool *pool, pool_call_t call, int32_t status, const struct pool_bytes pieces[2])
{
    POOL_ASSERT(status <= 0 && status != POOL_EAGAIN);
    uint32_t size = pieces[0].size_bytes + pieces[1].size_bytes;
    int error = size ? stage(pool, call, pieces) : 0;
    if (error == POOL_EAGAIN) return error;
    if (error) {
        pool__thin_refuse_call(pool, call, status ? status : error);
        return error == POOL_EPIPE ? 0 : error; /* that the caller has gone is none */
    }
    return pool__thin_call(pool->id, THIN_CALL_REPLY, (double)call, (uint32_t)status, size);
}
