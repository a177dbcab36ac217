/* Opening and closing pipes, and taking and giving back blocks, with the wake-ups that belong to them. */
#include "sync/ends.h"

#include "core/check.h"
#include "core/handle.h"
#include "port/port.h"
#include "sync/call_slots.h"
#include "sync/wake.h"
#include "sync/want.h"

struct pipe *pool__end_of(struct pool *pool, pool_fd_t fd, enum pipe_end end)
{
    uint32_t slot = pool__handle_slot(fd, HANDLE_PIPE_BITS) >> 1;
    struct pipe *pipe = &pool->pipes[slot];
    if (fd != pool__handle_of_end(slot, end, atomic_load(&pipe->x_generation))) return NULL;
    uint32_t ends = atomic_load(&pipe->x_ends);
    return (end == PIPE_READ ? ends & 0xffff : ends >> 16) ? pipe : NULL;
}

int pool__open_pipe(struct pool *pool, uint32_t capacity, bool may_take_kept, pool_fd_t fds_out[2])
{
    uint32_t slot = pool__slots_take(&pool->pipe_slots, pool->pipe_links, may_take_kept);
    if (slot == FREELIST_NONE) {
        pool__room_want(pool, may_take_kept ? ROOM_PIPE : ROOM_JOBS_PIPE);
        slot = pool__slots_take(&pool->pipe_slots, pool->pipe_links, may_take_kept);
    }
    if (slot == FREELIST_NONE) return POOL_ENFILE;
    POOL_ASSERT(slot < PIPES_MAX && (may_take_kept || slot < PIPES_MAX - PIPES_KEPT));
    struct pipe *pipe = &pool->pipes[slot];
    pool__pipe_open(pipe, capacity, 0);
    for (enum pipe_end end = PIPE_READ; end <= PIPE_WRITE; end++) {
        fds_out[end] = pool__handle_of_end(slot, end, atomic_load(&pipe->x_generation));
        pool__pipe_hold(pipe, end, pool__handle_shown(fds_out[end]), END_FREE);
    }
    return 0;
}

int pool__end_take(struct pool *pool, pool_fd_t fd, enum pipe_end end, enum end_hold hold, struct pipe **pipe_out)
{
    struct pipe *pipe = &pool->pipes[pool__handle_slot(fd, HANDLE_PIPE_BITS) >> 1];
    POOL_ASSERT(hold == END_IN_CALL || hold == END_WATCHED || hold == END_GIVEN);
    if ((fd & 1) != (uint32_t)end || pool__handle_shown(fd) == 0) return POOL_EBADF; /* no handle shows 0 */
    switch (pool__pipe_take(pipe, end, pool__handle_shown(fd), hold)) {
    case END_FREE: *pipe_out = pipe; return 0;
    case END_IN_CALL:
    case END_WATCHED: return POOL_EBUSY;
    default: return POOL_EBADF;
    }
}

int pool__end_look(struct pipe *pipe, enum pipe_end end, uint32_t wants)
{
    int status = pool__pipe_status(pipe, end);
    if (status != POOL_EAGAIN) return status;
    pool__pipe_announce(pipe, end, WAITER_CLIENT, wants);
    status = pool__pipe_status(pipe, end);
    if (status != POOL_EAGAIN) pool__pipe_announce(pipe, end, 0, 0);
    return status;
}

uint32_t pool__take_free_block(struct pool *pool, enum block_use use, uint32_t size_bytes)
{
    uint32_t block = pool__blocks_take(&pool->blocks, use, pool__blocks_class(size_bytes));
    POOL_ASSERT(!block || pool__blocks_bytes(&pool->blocks, block) >= size_bytes);
    if (block) port_unpoison(pool__block_memory(pool, block), pool__blocks_bytes(&pool->blocks, block));
    return block;
}

uint32_t pool__take_block(struct pool *pool, enum block_use use, uint32_t size_bytes, uint32_t waiter)
{
    uint32_t block = pool__take_free_block(pool, use, size_bytes);
    if (block) return block;

    /* Announce, look again: a block given back in between would wake nobody. */
    uint32_t class = pool__blocks_class(size_bytes);
    if (waiter > WAITER_CLIENT) {
        pool__starve(pool, waiter);
    } else {
        pool__room_want(pool, pool__room_of(use, class)); /* the client is told when there is one */
    }
    block = pool__take_free_block(pool, use, size_bytes);
    if (block) return block;
    pool__blocks_want(&pool->blocks, use, class);
    pool__ask_coordinator(pool);
    return 0;
}

void pool__give_block(struct pool *pool, uint32_t block)
{
    if (!block) return;
    port_poison(pool__block_memory(pool, block), pool__blocks_bytes(&pool->blocks, block));
    pool__blocks_give(&pool->blocks, block);
    pool__wake_starved(pool);
}

int pool__no_block(struct pool *pool, enum block_use use, uint32_t size_bytes)
{
    bool hopeless = atomic_load(&pool->blocks.x_hopeless[use][pool__blocks_class(size_bytes)]);
    return hopeless ? POOL_ENOMEM : POOL_EAGAIN;
}

int pool__attach_ring(struct pool *pool, struct pipe *pipe, uint32_t waiter)
{
    POOL_ASSERT(pool__pipe_has_writer(pipe)); /* only the writer may */
    if (pipe->data) return 0;
    uint32_t block = pool__take_block(pool, USE_CONTROL, pipe->capacity, waiter);
    if (!block) return pool__no_block(pool, USE_CONTROL, pipe->capacity);
    pool__pipe_attach(pipe, block, pool__block_memory(pool, block));
    return 0;
}

#define PIPE_ROOMS ((uint64_t)1 << ROOM_PIPE | (uint64_t)1 << ROOM_JOBS_PIPE)

static void recycle(struct pool *pool, struct pipe *pipe)
{
    POOL_ASSERT(atomic_load(&pipe->x_ends) == 0);
    uint64_t generation = atomic_fetch_add(&pipe->x_generation, 1) + 1;
    uint32_t block = atomic_load(&pipe->x_block), slot = (uint32_t)(pipe - pool->pipes);
    if (slot >= PIPES_MAX) {
        pool__call_slot_give(pool, slot - PIPES_MAX);
        pool__give_block(pool, block);
        return;
    }
    if (!pool__is_used_up(generation)) pool__slots_give(&pool->pipe_slots, pool->pipe_links, slot);
    pool__give_block(pool, block);
    if (atomic_load(&pool->x_room_wanted) & PIPE_ROOMS) pool__wake_starved(pool);
}

static void leave_caller(struct pool *pool, struct pipe *pipe)
{
    pool_job_t caller = atomic_exchange(&pipe->x_caller, 0);
    if (!caller) return;
    uint32_t had = atomic_fetch_sub(&pool->jobs[pool__handle_slot(caller, HANDLE_JOB_BITS)].x_calls, 1);
    POOL_ASSERT(had > 0);
    (void)had;
}

void pool__close_end(struct pool *pool, struct pipe *pipe, enum pipe_end end)
{
    bool last;
    if (end == PIPE_READ) leave_caller(pool, pipe);
    pool__pipe_pass(pipe, end, pool__pipe_held(pipe, end), END_CLOSED); /* the pipe may be another one in a moment */
    POOL_ASSERT(pool__pipe_held(pipe, end) == END_CLOSED);              /* or somebody else was using it */
    uint32_t waiter = pool__pipe_close(pipe, end, &last);
    if (last) {
        recycle(pool, pipe);
    } else {
        pool__wake_end(pool, pipe, end == PIPE_READ ? PIPE_WRITE : PIPE_READ, waiter);
    }
}

void pool__close_calls(struct pool *pool, struct job *job)
{
    pool_job_t handle = pool__handle_of_job((uint32_t)(job - pool->jobs), pool__job_generation(job));
    for (uint32_t i = 0; i < CALLS_MAX && atomic_load(&job->x_calls) > 0; i++) {
        struct pipe *pipe = pool__reply_pipe(pool, i);
        if (atomic_load(&pipe->x_caller) == handle && atomic_load(&pipe->x_ends) & 0xffff)
            pool__close_end(pool, pipe, PIPE_READ);
    }
}
