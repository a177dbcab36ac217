/* Nodes: making one, freeing it with its last name and descriptor, and what stat tells of it. */
#include "fs/node.h"

#include "pool.h"
#include "sync/ends.h"

_Static_assert(sizeof(struct node) <= 1u << BLOCK_MIN_LOG2, "a node is a block of the smallest kind");

int pool__node_may_make(struct fs_work *work)
{
    const struct volume *volume = work->volume;
    POOL_ASSERT(volume->n_nodes <= volume->max_nodes);
    if (volume->n_nodes >= volume->max_nodes) return pool__fs_full(volume);
    return pool__fs_need(work, SPARE_NODE, sizeof(struct node));
}

uint32_t pool__node_make(struct fs_work *work, enum node_kind kind, uint32_t parent)
{
    uint32_t number = work->spares[SPARE_NODE];
    POOL_ASSERT(number && kind != NODE_FREE && pool__volume_is_changing(work->volume));
    POOL_ASSERT(work->volume->n_nodes < work->volume->max_nodes);
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
    POOL_ASSERT(pool__volume_is_changing(work->volume) && work->volume->n_nodes > 0);
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
