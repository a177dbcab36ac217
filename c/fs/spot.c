/* Putting a node where a path leads. */
#include "fs/node.h"
#include "pool.h"

void pool__fs_adopt(const struct fs_work *work, uint32_t parent, uint32_t child)
{
    struct node *node = pool__node(work->pool, child);
    if (node->kind != NODE_DIRECTORY) return;
    POOL_ASSERT(pool__node(work->pool, parent)->kind == NODE_DIRECTORY && parent != child);
    node->parent = parent;
    pool__node(work->pool, parent)->n_links++;
}

int pool__fs_put_new(struct fs_work *work, const struct fs_spot *spot, enum node_kind kind, uint32_t *number_out)
{
    struct node *directory = pool__node(work->pool, spot->directory);
    POOL_ASSERT(!spot->node && spot->name.size > 0 && kind != NODE_FREE);
    int status = pool__entry_reserve(work, directory, spot->name);
    if (status == 0) status = pool__node_may_make(work);
    if (status != 0) return status;
    uint32_t number = pool__node_make(work, kind, spot->directory);
    pool__entry_add(work, directory, spot->name, number);
    pool__fs_adopt(work, spot->directory, number);
    *number_out = number;
    return 0;
}
