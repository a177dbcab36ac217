#include "core/blocks.h"

#include "core/check.h"

void pool__blocks_init(struct blocks *blocks, uint64_t limit_bytes)
{
    for (uint32_t kind = 0; kind < BLOCK_CLASSES; kind++) {
        pool__freelist_init(&blocks->free[kind]);
        atomic_init(&blocks->x_wanted[kind], 0);
        atomic_init(&blocks->x_refused[kind], 0);
    }
    blocks->n_blocks = 1; /* 0 means "no block" */
    blocks->x_total_bytes = 0;
    blocks->limit_bytes = limit_bytes;
}

uint32_t pool__blocks_class(uint32_t size_bytes)
{
    uint32_t log2 = pool__log2_ceil(size_bytes);
    POOL_ASSERT(log2 <= BLOCK_MAX_LOG2);
    return log2 <= BLOCK_MIN_LOG2 ? 0 : log2 - BLOCK_MIN_LOG2;
}

uint32_t pool__blocks_take(struct blocks *blocks, uint32_t size_class)
{
    uint32_t block = pool__freelist_pop(&blocks->free[size_class], blocks->links);
    return block == FREELIST_NONE ? 0 : block;
}

void pool__blocks_want(struct blocks *blocks, uint32_t size_class)
{
    atomic_fetch_add(&blocks->x_wanted[size_class], 1);
}

void pool__blocks_give(struct blocks *blocks, uint32_t block)
{
    POOL_ASSERT(block > 0 && block < BLOCKS_MAX);
    pool__freelist_push(&blocks->free[blocks->size_class[block]], blocks->links, block);
}

bool pool__blocks_may_add(const struct blocks *blocks, uint32_t size_class)
{
    uint64_t size = (uint64_t)1 << (BLOCK_MIN_LOG2 + size_class);
    return blocks->n_blocks < BLOCKS_MAX && blocks->x_total_bytes + size <= blocks->limit_bytes;
}

void pool__blocks_add(struct blocks *blocks, uint32_t size_class, uint8_t *memory)
{
    uint32_t block = blocks->n_blocks++;
    blocks->memory[block] = memory;
    blocks->size_class[block] = (uint8_t)size_class;
    blocks->x_total_bytes += (uint64_t)1 << (BLOCK_MIN_LOG2 + size_class);
    atomic_store(&blocks->x_refused[size_class], 0); /* there was memory after all */
    pool__blocks_give(blocks, block);
}

bool pool__blocks_refused(struct blocks *blocks, uint32_t size_class)
{
    return atomic_load(&blocks->x_refused[size_class]) != 0;
}

bool pool__blocks_refuse(struct blocks *blocks, uint32_t size_class)
{
    for (uint32_t block = 1; block < blocks->n_blocks; block++) {
        if (blocks->size_class[block] == size_class) return false;
    }
    return atomic_exchange(&blocks->x_refused[size_class], 1) == 0;
}
