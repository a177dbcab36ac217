/* A host call from its draft to its reply. Only the owner of a state changes it, see core/call.h. */
#include "sync/calls.h"

#include <string.h>

#include "core/check.h"
#include "core/handle.h"
#include "port/port.h"
#include "sync/call_slots.h"
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

/* The reply goes in one piece, so its pipe needs no ring until then, and never wraps. No handle shows its ends. */
static void open_reply(struct sleeper *sleeper, struct call_draft *draft)
{
    struct pool *pool = sleeper->pool;
    uint32_t slot = slot_of(pool, draft->call);
    draft->pipe = pool__reply_pipe(pool, slot);
    draft->reply = OWN_REPLY_0 + slot;
    pool__pipe_open(draft->pipe, POOL_BYTES_MAX, 0);
    for (enum pipe_end end = PIPE_READ; end <= PIPE_WRITE; end++) {
        pool__pipe_hold(draft->pipe, end, atomic_load(&draft->pipe->x_generation) + 1, END_GIVEN);
    }
    if (!sleeper->job) return;
    atomic_store(&draft->pipe->x_caller, draft->call->job);
    atomic_fetch_add(&pool->jobs[sleeper->job - pool->jobs].x_calls, 1);
}

/* The call is over. Its slot is free again when both ends of the reply are closed too. */
static void end_call(struct pool *pool, struct call *call, enum call_state from)
{
    uint32_t block = call->block;
    move(call, from, CALL_FREE);
    pool__give_block(pool, block);
}

static int draft_call(struct sleeper *sleeper, uint64_t name_bytes, uint64_t size_bytes, struct call_draft *draft_out)
{
    struct pool *pool = sleeper->pool;
    if (size_bytes > POOL_BYTES_MAX - name_bytes) return POOL_E2BIG;
    if (!atomic_load(&pool->x_served)) return POOL_ENOENT;
    pool_job_t job = sleeper->job ? pool__job_handle(pool, sleeper->job) : 0;
    uint32_t slot, block, bytes = (uint32_t)(name_bytes + size_bytes);
    int error = pool__call_slot_take(pool, job, pool__units_of(bytes), &slot);
    if (error) return error;

    struct call_draft draft = {.call = &pool->calls[slot]};
    move(draft.call, CALL_FREE, CALL_FILLING);
    draft.call->job = job;
    draft.call->n_units = pool__units_of(bytes);
    draft.call->name_bytes = (uint32_t)name_bytes;
    draft.call->size_bytes = (uint32_t)size_bytes;
    error = pool__sleep_on_block(sleeper, pool__use_of(bytes), bytes, &block);
    if (error) {
        draft.call->block = 0;
        end_call(pool, draft.call, CALL_FILLING);
        pool__call_slot_give(pool, slot);
        return error;
    }
    draft.call->block = block;
    draft.memory = pool__block_memory(pool, block);
    open_reply(sleeper, &draft);
    *draft_out = draft;
    return 0;
}

int pool__call_draft(struct sleeper *sleeper, uint64_t name_bytes, uint64_t size_bytes, struct call_draft *draft_out)
{
    if (name_bytes == 0 || name_bytes > POOL_NAME_MAX_BYTES) return POOL_EINVAL;
    return draft_call(sleeper, name_bytes, size_bytes, draft_out);
}

int pool__call_draft_unnamed(struct sleeper *sleeper, uint64_t size_bytes, struct call_draft *draft_out)
{
    return draft_call(sleeper, 0, size_bytes, draft_out);
}

void pool__call_send(struct sleeper *sleeper, const struct call_draft *draft)
{
    move(draft->call, CALL_FILLING, CALL_WAITING);
    pool__wake(sleeper->pool, WAITER_CLIENT, SIGNAL_CALL_0 + slot_of(sleeper->pool, draft->call));
}

static struct pipe *reply_of(struct pool *pool, const struct call *call)
{
    return pool__reply_pipe(pool, slot_of(pool, call));
}

void pool__call_drop(struct sleeper *sleeper, const struct call_draft *draft)
{
    pool__close_end(sleeper->pool, draft->pipe, PIPE_READ);
    end_call(sleeper->pool, draft->call, CALL_FILLING);
    pool__close_end(sleeper->pool, draft->pipe, PIPE_WRITE);
}

/* Nobody reads the reply: its job has ended, or has closed it. */
static bool is_given_up(struct pool *pool, const struct call *call)
{
    return pool__pipe_write_status(reply_of(pool, call)) == POOL_EPIPE;
}

int pool__call_take(struct pool *pool, uint32_t slot, struct client_call *call_out)
{
    POOL_ASSERT(slot < CALLS_MAX);
    struct call *call = &pool->calls[slot];
    uint64_t generation = pool__call_generation(call);
    if (!pool__call_move(call, generation, CALL_WAITING, CALL_TAKEN)) return POOL_EBADF;
    if (is_given_up(pool, call)) {
        /* Whoever guesses its handle may have claimed it at this moment, and answers it. */
        if (!pool__call_move(call, generation, CALL_TAKEN, CALL_REPLYING)) return POOL_EBADF;
        end_call(pool, call, CALL_REPLYING);
        pool__close_end(pool, reply_of(pool, call), PIPE_WRITE);
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

/* Puts the reply where its reader finds it: the ring, the bytes, the status. The end of file follows. */
static void publish(struct pool *pool, struct pipe *pipe, int32_t status, uint32_t block, uint32_t size_bytes)
{
    if (block) pool__pipe_attach(pipe, block, pool__block_memory(pool, block));
    atomic_store(&pipe->x_reply, status);
    if (size_bytes) pool__wake_end(pool, pipe, PIPE_READ, pool__pipe_commit(pipe, size_bytes));
}

/* Counts the reply's memory for the job instead of the question's, if the reply is larger. */
static int charge(struct pool *pool, struct call *call, uint32_t size_bytes)
{
    uint32_t n_units = size_bytes ? pool__units_of(size_bytes) : 0;
    if (n_units <= call->n_units) return 0;
    int error = pool__job_charge(pool, call->job, n_units - call->n_units);
    if (!error) call->n_units = n_units;
    return error;
}

/* The same if it is smaller. */
static void discharge(struct pool *pool, struct call *call, uint32_t block)
{
    uint32_t n_units = block ? pool__units_of(block_bytes(pool, block)) : 0;
    if (n_units >= call->n_units) return;
    pool__job_discharge(pool, call->job, call->n_units - n_units);
    call->n_units = n_units;
}

/* A block for the reply, counted for the job. POOL_EBADF: the job has just ended; or as pool__call_carry. */
static int take_room(struct pool *pool, struct call *call, uint32_t size_bytes, uint32_t *block_out)
{
    int error = charge(pool, call, size_bytes);
    if (error) return error;
    *block_out = pool__take_block(pool, pool__use_of(size_bytes), size_bytes, WAITER_CLIENT);
    return *block_out ? 0 : pool__no_block(pool, pool__use_of(size_bytes), size_bytes);
}

int pool__call_carry(struct pool *pool, struct call *call, const void *data, uint32_t size_bytes, uint32_t *block_out)
{
    *block_out = 0;
    if (is_given_up(pool, call)) return 0;
    if (size_bytes <= block_bytes(pool, call->block)) { /* the question has been read: its block can hold the answer */
        *block_out = call->block;
        call->block = 0;
    } else {
        int error = take_room(pool, call, size_bytes, block_out);
        if (error) return error == POOL_EBADF ? 0 : error;
    }
    memmove(pool__block_memory(pool, *block_out), data, size_bytes);
    return 0;
}

/* The call of a handle; NULL: it is over. */
static struct call *call_of(struct pool *pool, pool_call_t handle)
{
    uint32_t slot = pool__handle_slot(handle, HANDLE_CALL_BITS);
    if (slot >= CALLS_MAX) return NULL;
    struct call *call = &pool->calls[slot];
    return handle == pool__handle_of_call(slot, pool__call_generation(call)) ? call : NULL;
}

struct call *pool__call_claim(struct pool *pool, pool_call_t handle)
{
    struct call *call = call_of(pool, handle);
    uint64_t generation = (handle >> HANDLE_CALL_BITS) - 1;
    return call && pool__call_move(call, generation, CALL_TAKEN, CALL_REPLYING) ? call : NULL;
}

void pool__call_answer(struct pool *pool, struct call *call, int32_t status, uint32_t block, uint32_t size_bytes)
{
    struct pipe *pipe = reply_of(pool, call);
    POOL_ASSERT(!block || size_bytes <= block_bytes(pool, block));
    discharge(pool, call, block);
    publish(pool, pipe, status, block, block ? size_bytes : 0);
    end_call(pool, call, CALL_REPLYING);
    pool__close_end(pool, pipe, PIPE_WRITE);
}

/* The call of a handle, if it is in the hands of its handler. */
static struct call *taken_call(struct pool *pool, pool_call_t handle)
{
    struct call *call = call_of(pool, handle);
    return call && pool__call_state(call) == CALL_TAKEN ? call : NULL;
}

bool pool__call_is_abandoned(struct pool *pool, pool_call_t handle)
{
    const struct call *call = taken_call(pool, handle);
    bool given_up = call && is_given_up(pool, call);
    return given_up && taken_call(pool, handle); /* and not answered meanwhile, by another thread */
}

int pool__call_watch(struct pool *pool, pool_call_t handle)
{
    struct call *call = taken_call(pool, handle);
    if (!call) return POOL_EBADF;
    pool__pipe_announce(reply_of(pool, call), PIPE_WRITE, WAITER_CLIENT, PIPE_WANTS_CLOSE);
    return is_given_up(pool, call) ? POOL_EPIPE : POOL_EAGAIN;
}

int pool__call_room(struct pool *pool, pool_call_t handle, uint32_t size_bytes, uint8_t **address_out)
{
    if (size_bytes > POOL_BYTES_MAX) return POOL_E2BIG;
    struct call *call = taken_call(pool, handle);
    if (!call) return POOL_EBADF;
    if (is_given_up(pool, call)) return POOL_EPIPE;
    if (size_bytes > block_bytes(pool, call->block)) {
        pool__give_block(pool, call->block); /* or replies would wait for what questions hold, which nobody reads */
        call->block = 0;
        int error = take_room(pool, call, size_bytes, &call->block);
        if (error) return error == POOL_EBADF ? POOL_EPIPE : error;
    }
    *address_out = pool__block_memory(pool, call->block);
    return 0;
}

int pool__call_reply(struct pool *pool, pool_call_t handle, int32_t status, uint32_t size_bytes)
{
    if (status > 0 || status == POOL_EAGAIN) return POOL_EINVAL;
    const struct call *taken = taken_call(pool, handle);
    if (taken && size_bytes > block_bytes(pool, taken->block)) return POOL_EINVAL;
    struct call *call = pool__call_claim(pool, handle);
    if (!call) return POOL_EBADF;
    uint32_t block = size_bytes ? call->block : 0;
    if (block) call->block = 0;
    pool__call_answer(pool, call, status, block, size_bytes);
    return 0;
}
