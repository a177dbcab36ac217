/* What the client does beside the calls of pool.h. Its submissions and replies come from another memory, through
 * records and staged blocks. Nothing here waits, takes a lock or allocates: POOL_EAGAIN means that there is no room
 * now, and a signal follows when there is.
 */
#include "client/client.h"

#include "api/api.h"
#include "core/check.h"
#include "sync/calls.h"
#include "sync/ends.h"
#include "sync/room.h"
#include "sync/wake.h"

int client_stage(struct pool *pool, uint32_t size_bytes, uint8_t **address_out)
{
    if (size_bytes > POOL_BYTES_MAX) return POOL_E2BIG;
    pool__give_block(pool, pool->staged_block);
    pool->staged_block = 0;
    uint32_t block = pool__take_block(pool, pool__use_of(size_bytes), size_bytes, WAITER_CLIENT);
    if (!block) return pool__no_block(pool, pool__use_of(size_bytes), size_bytes);
    POOL_ASSERT(size_bytes <= pool__blocks_bytes(&pool->blocks, block));
    pool->staged_block = block;
    *address_out = pool__block_memory(pool, block);
    return 0;
}

int client_room(struct pool *pool)
{
    return pool__room_look(pool);
}

/* Whether at least `size_bytes` have been staged. */
static bool is_staged(const struct pool *pool, uint32_t size_bytes)
{
    uint32_t block = pool->staged_block;
    return block && size_bytes <= pool__blocks_bytes(&pool->blocks, block);
}

int client_submit(struct pool *pool, const uint8_t *bytes, uint32_t size, pool_job_t *job_out)
{
    int error = pool__record_check(bytes, size);
    if (error) return error;
    const struct record *record = (const struct record *)bytes;
    POOL_ASSERT(size >= sizeof *record); /* it was checked */
    struct submission submission = {.record = record, .record_bytes = size, .wakes_nobody = pool->client_holds};
    if (!record->module) return POOL_EINVAL;
    if (record->input_bytes && !is_staged(pool, record->input_bytes)) return POOL_EINVAL;
    if (record->input_bytes) submission.input_block = pool->staged_block;
    POOL_ASSERT(!record->input_bytes == !submission.input_block);
    error = pool__submit(pool, &submission, job_out);
    if (!error && record->input_bytes) pool->staged_block = 0;
    return error;
}

void client_hold(struct pool *pool, uint32_t holds)
{
    pool->client_holds = holds;
    if (!holds) pool__wake_idle(pool);
}

bool client_has_rings(struct pool *pool, uint32_t ring_bytes, uint32_t n)
{
    POOL_ASSERT(ring_bytes <= POOL_PIPE_MAX_BYTES);
    if (atomic_load(&pool->blocks.x_file_bytes) == 0) return true; /* everything else comes back by itself */
    uint32_t class = pool__blocks_class(ring_bytes);
    if (pool__blocks_has_places(&pool->blocks, class, n)) return true;
    pool__room_want(pool, pool__room_of(USE_CONTROL, class));
    return pool__blocks_has_places(&pool->blocks, class, n);
}

void client_promise(struct pool *pool, uint32_t bytes)
{
    atomic_store(&pool->blocks.x_promised, bytes);
}

void client_told(struct pool *pool, uint64_t told_ns)
{
    pool__raise_told(pool, told_ns);
}

int client_call(struct pool *pool, uint32_t slot, struct client_call *call_out)
{
    return slot < CALLS_MAX ? pool__call_take(pool, slot, call_out) : POOL_EBADF;
}

int client_reply_room(struct pool *pool, pool_call_t call, uint32_t size_bytes, uint8_t **address_out)
{
    return pool__call_room(pool, call, size_bytes, address_out);
}

int client_reply(struct pool *pool, pool_call_t call, int32_t status, uint32_t size_bytes)
{
    return pool__call_reply(pool, call, status, size_bytes);
}

int client_watch_caller(struct pool *pool, pool_call_t call)
{
    return pool__call_watch(pool, call);
}

int32_t client_file_call(struct pool *pool, const struct file_call *call)
{
    return pool__file_call(pool, call);
}

int client_poll(struct pool *pool, struct pool_pollfd *fds, uint32_t n_fds)
{
    return pool__poll_announced(pool, fds, n_fds);
}
