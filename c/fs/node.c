#include "fs/node.h"

#include <string.h>

#include "port/port.h"
#include "sync/ends.h"
#include "sync/room.h"

_Static_assert(sizeof(struct node) <= 1u << BLOCK_MIN_LOG2, "a node is a block of the smallest kind");

/* ------------------------------------------------------------------------------------------------------- operations */

struct fs_work pool__fs_work(struct sleeper *sleeper, struct pool *pool, struct volume *volume)
{
    return (struct fs_work){.pool = pool, .volume = volume, .sleeper = sleeper};
}

int pool__fs_enter(struct fs_work *work)
{
    work->now_ns = port_now_ns(PORT_REALTIME);
    int status = pool__volume_lock(work->volume);
    work->is_locked = status == 0;
    return status;
}

/* Takes a block without sleeping. Whoever can have memory handed out does, until there is none. */
static int take_now(struct sleeper *sleeper, uint32_t bytes, uint32_t *block_out)
{
    struct pool *pool = sleeper->pool;
    _Atomic uint32_t *refusals = &pool->blocks.x_refusals[USE_CONTENT][pool__blocks_class(bytes)];
    uint32_t had = atomic_load(refusals);
    do {
        *block_out = pool__take_block(pool, USE_CONTENT, bytes, sleeper->waiter);
        if (*block_out) return 0;
        if (!sleeper->refill) return pool__no_block(pool, USE_CONTENT, bytes);
        sleeper->refill(pool);
    } while (atomic_load(refusals) == had);
    return POOL_ENOMEM;
}

/* Has some of what nobody can reach any more given back. */
static int get_swept(struct fs_work *work)
{
    const struct sleeper *sleeper = work->sleeper;
    if (sleeper->waiter == WAITER_CLIENT) {
        pool__fs_sweep_later(work->pool);
        pool__room_want(work->pool, ROOM_SWEPT);
        return POOL_EAGAIN;
    }
    int status = pool__fs_sweep(work->pool, work->volume);
    return status < 0 ? status : 0;
}

static int get_missing(struct fs_work *work)
{
    struct sleeper *sleeper = work->sleeper;
    uint32_t *spare = &work->spares[work->missing];
    bool sleeps = sleeper->waiter > WAITER_CLIENT;
    int status = sleeps ? pool__sleep_on_block(sleeper, USE_CONTENT, work->missing_bytes, spare)
                        : take_now(sleeper, work->missing_bytes, spare);
    return status == POOL_ENOMEM && atomic_load(&work->volume->x_doomed) ? get_swept(work) : status;
}

bool pool__fs_leave(struct fs_work *work, int *status)
{
    if (work->is_locked) pool__volume_unlock(work->volume);
    if (*status > 0) {
        *status = *status == FS_MISSING ? get_missing(work) : get_swept(work);
        if (*status == 0) return true;
    }
    for (uint32_t i = 0; i < SPARES; i++) {
        pool__give_block(work->pool, work->spares[i]);
        work->spares[i] = 0;
    }
    return false;
}

int pool__fs_need(struct fs_work *work, enum spare spare, uint32_t bytes)
{
    uint32_t *block = &work->spares[spare];
    if (*block && pool__blocks_class_of(&work->pool->blocks, *block) == pool__blocks_class(bytes)) return 0;
    if (*block) pool__give_block(work->pool, *block); /* others have changed what is needed, in between */
    *block = pool__take_free_block(work->pool, USE_CONTENT, bytes);
    if (*block) return 0;
    POOL_ASSERT(work->sleeper);
    work->missing = spare;
    work->missing_bytes = bytes;
    return FS_MISSING;
}

/* ---------------------------------------------------------------------------------------------------------- content */

uint32_t pool__node_block_bytes(const struct pool *pool, uint32_t block)
{
    return block ? pool__blocks_bytes(&pool->blocks, block) : 0;
}

static int full(const struct volume *volume)
{
    return atomic_load(&volume->x_doomed) ? FS_UNSWEPT : POOL_ENOSPC;
}

int pool__fs_need_content(struct fs_work *work, enum spare spare, uint32_t bytes, uint32_t instead)
{
    const struct volume *volume = work->volume;
    uint64_t size = (uint64_t)1 << (BLOCK_MIN_LOG2 + pool__blocks_class(bytes));
    POOL_ASSERT(volume->bytes >= instead);
    if (volume->bytes - instead + size > volume->max_bytes) return full(volume);
    return pool__fs_need(work, spare, bytes);
}

uint32_t pool__fs_take_content(struct fs_work *work, enum spare spare, uint32_t from)
{
    uint32_t block = work->spares[spare], size = pool__node_block_bytes(work->pool, block);
    POOL_ASSERT(block && from <= size);
    work->spares[spare] = 0;
    work->volume->bytes += size;
    pool__blocks_filed(&work->pool->blocks, size);
    memset(pool__block_memory(work->pool, block) + from, 0, size - from);
    return block;
}

void pool__fs_give_content(struct fs_work *work, uint32_t block)
{
    if (!block) return;
    uint32_t size = pool__node_block_bytes(work->pool, block);
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
    node->block = block;
    return 0;
}

/* ------------------------------------------------------------------------------------------------------------ nodes */

int pool__node_may_make(struct fs_work *work)
{
    const struct volume *volume = work->volume;
    if (volume->n_nodes >= volume->max_nodes) return full(volume);
    return pool__fs_need(work, SPARE_NODE, sizeof(struct node));
}

uint32_t pool__node_make(struct fs_work *work, enum node_kind kind, uint32_t parent)
{
    uint32_t number = work->spares[SPARE_NODE];
    POOL_ASSERT(number);
    work->spares[SPARE_NODE] = 0;
    work->volume->n_nodes++;
    pool__blocks_filed(&work->pool->blocks, UNIT_BYTES);
    *(struct node *)(void *)pool__block_memory(work->pool, number) = (struct node){.kind = (uint32_t)kind,
                                                                                   .n_links = 1,
                                                                                   .parent = parent ? parent : number,
                                                                                   .inode = work->volume->next_inode++,
                                                                                   .accessed_ns = work->now_ns,
                                                                                   .modified_ns = work->now_ns,
                                                                                   .changed_ns = work->now_ns,
                                                                                   .next_cookie = COOKIE_FIRST};
    return number;
}

void pool__node_settle(struct fs_work *work, uint32_t number)
{
    struct node *node = pool__node(work->pool, number);
    if (node->n_links > 0 || node->n_opens > 0 || node->is_doomed) return;
    pool__content_cut(work, node, 0);
    node->kind = NODE_FREE;
    work->volume->n_nodes--;
    pool__give_block(work->pool, number);
    pool__blocks_filed(&work->pool->blocks, -(int64_t)UNIT_BYTES);
}

struct fs_stat pool__node_stat(const struct volume *volume, const struct node *node)
{
    return (struct fs_stat){.kind = node->kind,
                            .n_links = node->n_links,
                            .inode = node->inode,
                            .device = volume->slot + 1,
                            .size = node->kind == NODE_DIRECTORY ? 0 : node->size,
                            .accessed_ns = node->accessed_ns,
                            .modified_ns = node->modified_ns,
                            .changed_ns = node->changed_ns};
}
