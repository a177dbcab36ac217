#include "sync/calls.h"

#include <string.h>

#include "core/check.h"
#include "core/handle.h"
#include "port/port.h"
#include "sync/ends.h"
#include "sync/jobs.h"
#include "sync/wake.h"

static uint32_t slot_of(const struct pool *pool, const struct call *call)
{
    return (uint32_t)(call - pool->calls);
}

static void move(struct call *call, enum call_state from, enum call_state to)
{
    bool moved = pool__call_move(call, pool__call_generation(call), from, to);
    POOL_ASSERT(moved);
    (void)moved;
}

static void put_back(struct pool *pool, struct call *call, enum call_state from)
{
    uint32_t block = call->block;
    move(call, from, CALL_FREE);
    if (!pool__is_used_up(pool__call_generation(call))) {
        pool__freelist_push(&pool->free_calls, pool->call_links, slot_of(pool, call));
    }
    pool__give_block(pool, block);
}

/* The reply goes in one piece, so its pipe needs no ring until then, and never wraps. */
static int open_reply(struct sleeper *sleeper, struct call_draft *draft)
{
    struct pool *pool = sleeper->pool;
    pool_fd_t fds[2];
    int error = pool__open_pipe(pool, POOL_BYTES_MAX, END_GIVEN, fds);
    if (error) return error;
    draft->call->reply = fds[PIPE_WRITE];
    draft->pipe = pool__end_of(pool, fds[PIPE_READ], PIPE_READ);
    draft->reply = OWN_REPLY_0 + (pool_fd_t)(draft->pipe - pool->pipes);
    if (sleeper->job) {
        draft->call->job = pool__job_handle(pool, sleeper->job);
        atomic_store(&draft->pipe->x_caller, draft->call->job);
        atomic_fetch_add(&pool->jobs[sleeper->job - pool->jobs].x_calls, 1);
    }
    return 0;
}

int pool__call_draft(struct sleeper *sleeper, uint64_t name_bytes, uint64_t size_bytes, struct call_draft *draft_out)
{
    struct pool *pool = sleeper->pool;
    if (name_bytes == 0 || name_bytes > POOL_NAME_MAX_BYTES) return POOL_EINVAL;
    if (size_bytes > POOL_BYTES_MAX - name_bytes) return POOL_E2BIG;
    if (!atomic_load(&pool->x_served)) return POOL_ENOENT;
    uint32_t slot = pool__freelist_pop(&pool->free_calls, pool->call_links), block;
    if (slot == FREELIST_NONE) return POOL_EAGAIN;

    struct call_draft draft = {.call = &pool->calls[slot]};
    move(draft.call, CALL_FREE, CALL_FILLING);
    draft.call->block = 0;
    draft.call->job = 0;
    draft.call->name_bytes = (uint32_t)name_bytes;
    draft.call->size_bytes = (uint32_t)size_bytes;
    uint32_t bytes = (uint32_t)(name_bytes + size_bytes);
    int error = pool__sleep_on_block(sleeper, pool__use_of(bytes), bytes, &block);
    if (!error) {
        draft.call->block = block;
        draft.memory = pool__block_memory(pool, block);
        error = open_reply(sleeper, &draft);
    }
    if (error) {
        put_back(pool, draft.call, CALL_FILLING);
        return error;
    }
    *draft_out = draft;
    return 0;
}

void pool__call_send(struct sleeper *sleeper, const struct call_draft *draft)
{
    move(draft->call, CALL_FILLING, CALL_WAITING);
    pool__wake(sleeper->pool, WAITER_CLIENT, SIGNAL_CALL_0 + slot_of(sleeper->pool, draft->call));
}

static void close_write_end(struct pool *pool, const struct call *call)
{
    struct pipe *pipe = pool__end_of(pool, call->reply, PIPE_WRITE);
    if (pipe) pool__close_end(pool, pipe, PIPE_WRITE);
}

void pool__call_drop(struct sleeper *sleeper, const struct call_draft *draft)
{
    pool__close_end(sleeper->pool, draft->pipe, PIPE_READ);
    close_write_end(sleeper->pool, draft->call);
    put_back(sleeper->pool, draft->call, CALL_FILLING);
}

/* Nobody reads the reply: its job has ended, or has closed it. */
static bool is_given_up(struct pool *pool, const struct call *call)
{
    struct pipe *pipe = pool__end_of(pool, call->reply, PIPE_WRITE);
    return !pipe || pool__pipe_write_status(pipe) == POOL_EPIPE;
}

int pool__call_take(struct pool *pool, uint32_t slot, struct client_call *call_out)
{
    struct call *call = &pool->calls[slot];
    uint64_t generation = pool__call_generation(call);
    if (!pool__call_move(call, generation, CALL_WAITING, CALL_TAKEN)) return POOL_EBADF;
    if (is_given_up(pool, call)) {
        close_write_end(pool, call);
        put_back(pool, call, CALL_TAKEN);
        return POOL_EBADF;
    }
    const uint8_t *memory = pool__block_memory(pool, call->block);
    *call_out = (struct client_call){.call = pool__handle_of_call(slot, generation),
                                     .job = call->job,
                                     .name = (const char *)memory,
                                     .name_bytes = call->name_bytes,
                                     .data = memory + call->name_bytes,
                                     .size_bytes = call->size_bytes};
    return 0;
}

static uint32_t block_bytes(const struct pool *pool, uint32_t block)
{
    return block ? pool__blocks_bytes(&pool->blocks, block) : 0;
}

/* Puts the reply where its reader finds it: the ring, the bytes, the status, and then the end of file. */
static void publish(struct pool *pool, struct call *call, int32_t status, uint32_t block, uint32_t size_bytes)
{
    struct pipe *pipe = pool__end_of(pool, call->reply, PIPE_WRITE);
    if (!pipe) {
        pool__give_block(pool, block);
        return;
    }
    if (block) pool__pipe_attach(pipe, block, pool__block_memory(pool, block));
    atomic_store(&pipe->x_reply, status);
    if (size_bytes) pool__wake_end(pool, pipe, PIPE_READ, pool__pipe_commit(pipe, size_bytes));
    pool__close_end(pool, pipe, PIPE_WRITE);
}

int pool__call_carry(struct pool *pool, struct call *call, const void *data, uint32_t size_bytes, uint32_t *block_out)
{
    *block_out = 0;
    if (is_given_up(pool, call)) return 0;
    if (size_bytes <= block_bytes(pool, call->block)) { /* what was asked is not needed any more, but by the answer */
        *block_out = call->block;
        call->block = 0;
    } else {
        *block_out = pool__take_block(pool, pool__use_of(size_bytes), size_bytes, WAITER_CLIENT);
        if (!*block_out) return pool__no_block(pool, pool__use_of(size_bytes), size_bytes);
    }
    memmove(pool__block_memory(pool, *block_out), data, size_bytes);
    return 0;
}

struct call *pool__call_claim(struct pool *pool, pool_call_t handle)
{
    uint32_t slot = pool__handle_slot(handle, HANDLE_CALL_BITS);
    if (slot >= CALLS_MAX) return NULL;
    struct call *call = &pool->calls[slot];
    uint64_t generation = pool__call_generation(call);
    if (handle != pool__handle_of_call(slot, generation)) return NULL;
    return pool__call_move(call, generation, CALL_TAKEN, CALL_REPLYING) ? call : NULL;
}

void pool__call_answer(struct pool *pool, struct call *call, int32_t status, uint32_t block, uint32_t size_bytes)
{
    publish(pool, call, status, block, block ? size_bytes : 0);
    put_back(pool, call, CALL_REPLYING);
}

int pool__call_reply(struct pool *pool, pool_call_t handle, int32_t status, uint32_t block, uint32_t size_bytes)
{
    if (status > 0 || status == POOL_EAGAIN || (status < 0 && size_bytes)) return POOL_EINVAL;
    if (size_bytes > POOL_BYTES_MAX) return POOL_E2BIG;
    struct call *call = pool__call_claim(pool, handle);
    if (!call) return POOL_EBADF;
    pool__call_answer(pool, call, status, block, size_bytes);
    return 0;
}
