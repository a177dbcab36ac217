/* A volume's blocks: taken, accounted for within its limit, and given back. */
#include <string.h>

#include "fs/node.h"
#include "pool.h"
#include "sync/ends.h"

/* How large a block is that holds `bytes`. */
static uint32_t rounded(uint32_t bytes)
{
    return 1u << (BLOCK_MIN_LOG2 + pool__blocks_class(bytes));
}

int pool__fs_need(struct fs_work *work, enum spare spare, uint32_t bytes)
{
    uint32_t *block = &work->spares[spare];
    POOL_ASSERT(spare < SPARES && bytes <= 1u << BLOCK_MAX_LOG2);
    if (*block && pool__blocks_class_of(&work->pool->blocks, *block) == pool__blocks_class(bytes)) return 0;
    if (*block) pool__give_block(work->pool, *block); /* another size is needed now: others have changed something */
    if (!pool__blocks_may_file(&work->pool->blocks, rounded(bytes))) {
        *block = 0;
        return atomic_load(&work->volume->x_doomed) ? FS_UNSWEPT : POOL_ENOMEM;
    }
    *block = rounded(bytes) < LARGE_BYTES ? pool__take_free_block(work->pool, USE_CONTENT, bytes) : 0;
    if (*block) return 0;
    POOL_ASSERT(work->sleeper);
    work->missing = spare;
    work->missing_bytes = bytes;
    return FS_MISSING;
}

uint32_t pool__node_block_bytes(const struct pool *pool, uint32_t block)
{
    return block ? pool__blocks_bytes(&pool->blocks, block) : 0;
}

int pool__fs_full(const struct volume *volume)
{
    return atomic_load(&volume->x_doomed) ? FS_UNSWEPT : POOL_ENOSPC;
}

int pool__fs_need_content(struct fs_work *work, enum spare spare, uint32_t bytes, uint32_t instead)
{
    const struct volume *volume = work->volume;
    POOL_ASSERT(volume->bytes >= instead);
    if (volume->bytes - instead + rounded(bytes) > volume->max_bytes) return pool__fs_full(volume);
    return pool__fs_need(work, spare, bytes);
}

uint32_t pool__fs_take_content(struct fs_work *work, enum spare spare, uint32_t from)
{
    uint32_t block = work->spares[spare], size = pool__node_block_bytes(work->pool, block);
    POOL_ASSERT(block && from <= size);
    POOL_ASSERT(pool__volume_is_changing(work->volume));
    work->spares[spare] = 0;
    work->volume->bytes += size;
    pool__blocks_filed(&work->pool->blocks, size);
    if (size < LARGE_BYTES) memset(pool__block_memory(work->pool, block) + from, 0, size - from);
    return block;
}

void pool__fs_give_content(struct fs_work *work, uint32_t block)
{
    if (!block) return;
    uint32_t size = pool__node_block_bytes(work->pool, block);
    POOL_ASSERT(pool__volume_is_changing(work->volume) && work->volume->bytes >= size);
    work->volume->bytes -= size;
    pool__give_block(work->pool, block);
    pool__blocks_filed(&work->pool->blocks, -(int64_t)size);
}

int pool__node_grow(struct fs_work *work, struct node *node, uint32_t bytes)
{
    uint32_t had = pool__node_block_bytes(work->pool, node->block);
    if (bytes <= had) return 0;
    int status = pool__fs_need_content(work, SPARE_ROOM, bytes, had);
    if (status) return status;
    uint32_t block = pool__fs_take_content(work, SPARE_ROOM, had);
    if (had) memcpy(pool__block_memory(work->pool, block), pool__block_memory(work->pool, node->block), had);
    pool__fs_give_content(work, node->block);
    POOL_ASSERT(work->volume->bytes <= work->volume->max_bytes);
    node->block = block;
    return 0;
}
