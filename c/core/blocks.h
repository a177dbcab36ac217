/* The store of memory blocks: rings of pipes, arguments of jobs. Sizes are powers of two.
 *
 * Taking and giving back are lock-free and open to every thread, also to those that must neither wait nor allocate.
 * Only the coordinator adds blocks. A block's number is its slot in `memory`; number 0 is never used, so that 0 can
 * mean "no block".
 */
#ifndef MILLRACE_CORE_BLOCKS_H
#define MILLRACE_CORE_BLOCKS_H

#include "core/freelist.h"

#include <stdbool.h>

#define BLOCK_MIN_LOG2 8u
#define BLOCK_MAX_LOG2 24u
#define BLOCK_CLASSES (BLOCK_MAX_LOG2 - BLOCK_MIN_LOG2 + 1)
#define BLOCKS_MAX 65536u

struct blocks {
    struct freelist free[BLOCK_CLASSES];
    freelist_link links[BLOCKS_MAX];
    _Atomic uint32_t x_wanted[BLOCK_CLASSES];  /* how many were asked for in vain since the last refill */
    _Atomic uint32_t x_refused[BLOCK_CLASSES]; /* 1: there is none of this size, and no memory for one */
    /* coordinator writes, others read behind a block's number */
    uint8_t *memory[BLOCKS_MAX];
    uint8_t size_class[BLOCKS_MAX];
    uint32_t n_blocks;
    _Atomic uint64_t x_total_bytes;
    uint64_t limit_bytes;
};

void pool__blocks_init(struct blocks *blocks, uint64_t limit_bytes);

/* The class of the smallest block that holds `size_bytes`, which is 1 << BLOCK_MAX_LOG2 at most. */
uint32_t pool__blocks_class(uint32_t size_bytes);

/* 0: none is free. */
uint32_t pool__blocks_take(struct blocks *blocks, uint32_t size_class);

/* Notes for the coordinator that one more is needed. */
void pool__blocks_want(struct blocks *blocks, uint32_t size_class);
/* True: waiting for one is in vain, because the limit is reached by other sizes. */
bool pool__blocks_refused(struct blocks *blocks, uint32_t size_class);

void pool__blocks_give(struct blocks *blocks, uint32_t block);

/* Coordinator only. Adds memory of `1 << (BLOCK_MIN_LOG2 + size_class)` bytes, which the store keeps from now on.
 * pool__blocks_may_add says beforehand whether there is room for it. */
bool pool__blocks_may_add(const struct blocks *blocks, uint32_t size_class);
void pool__blocks_add(struct blocks *blocks, uint32_t size_class, uint8_t *memory);

/* Coordinator only. No memory can be had for a block of that size: if there is none that may come back either, whoever
 * waits for one must give up. True: that is news. */
bool pool__blocks_refuse(struct blocks *blocks, uint32_t size_class);

#endif
