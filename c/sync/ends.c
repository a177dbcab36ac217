#include "sync/ends.h"

#include "core/handle.h"
#include "sync/wake.h"

struct pipe *pool__end_of(struct pool *pool, pool_fd_t fd, enum pipe_end end)
{
    uint32_t slot = (fd & ((1u << HANDLE_PIPE_BITS) - 1)) >> 1;
    struct pipe *pipe = &pool->pipes[slot];
    if (fd != pool__handle_of_end(slot, end, atomic_load(&pipe->x_generation))) return NULL;
    uint32_t ends = atomic_load(&pipe->x_ends);
    return (end == PIPE_READ ? ends & 0xffff : ends >> 16) ? pipe : NULL;
}

uint32_t pool__take_block(struct pool *pool, uint32_t size_bytes, uint32_t waiter)
{
    uint32_t kind = pool__blocks_class(size_bytes);
    uint32_t block = pool__blocks_take(&pool->blocks, kind);
    if (block) return block;

    /* Announce, look again: a block given back in between would wake nobody. */
    pool__starve(pool, waiter);
    block = pool__blocks_take(&pool->blocks, kind);
    if (block) return block;
    pool__blocks_want(&pool->blocks, kind);
    pool__ask_coordinator(pool);
    return 0;
}

void pool__give_block(struct pool *pool, uint32_t block)
{
    if (!block) return;
    pool__blocks_give(&pool->blocks, block);
    pool__wake_starved(pool);
}

int pool__no_block(struct pool *pool, uint32_t size_bytes)
{
    return pool__blocks_refused(&pool->blocks, pool__blocks_class(size_bytes)) ? POOL_ENOMEM : POOL_EAGAIN;
}

int pool__attach_ring(struct pool *pool, struct pipe *pipe, uint32_t waiter)
{
    if (pipe->data) return 0;
    uint32_t block = pool__take_block(pool, pipe->capacity, waiter);
    if (!block) return pool__no_block(pool, pipe->capacity);
    pool__pipe_attach(pipe, block, pool->blocks.memory[block]);
    return 0;
}

static void recycle(struct pool *pool, struct pipe *pipe)
{
    atomic_fetch_add(&pipe->x_generation, 1);
    pool__give_block(pool, atomic_load(&pipe->x_block));
    pool__freelist_push(&pool->free_pipes, pool->pipe_links, (uint32_t)(pipe - pool->pipes));
}

void pool__close_end(struct pool *pool, struct pipe *pipe, enum pipe_end end)
{
    bool last;
    uint32_t waiter = pool__pipe_close(pipe, end, &last);
    if (last) {
        recycle(pool, pipe);
    } else {
        pool__wake_end(pool, pipe, end == PIPE_READ ? PIPE_WRITE : PIPE_READ, waiter);
    }
}
