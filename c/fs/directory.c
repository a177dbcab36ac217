/* A directory's entries: one after the other in its block, in the order of their cookies. */
#include <string.h>

#include "fs/node.h"
#include "sync/ends.h"

static uint32_t bytes_for(uint32_t name_bytes)
{
    return (uint32_t)(sizeof(struct entry) + name_bytes + 7) & ~7u;
}

struct entry *pool__entry_at(const struct pool *pool, const struct node *directory, uint64_t at)
{
    POOL_ASSERT(directory->kind == NODE_DIRECTORY && at < directory->size);
    return (struct entry *)(void *)(pool__block_memory(pool, directory->block) + at);
}

uint64_t pool__entry_next(const struct entry *entry, uint64_t at)
{
    return at + bytes_for(entry->name_bytes);
}

struct entry *pool__entry_find(const struct pool *pool, const struct node *directory, struct fs_path name)
{
    struct entry *entry;
    for (uint64_t at = 0; at < directory->size; at = pool__entry_next(entry, at)) {
        entry = pool__entry_at(pool, directory, at);
        if (entry->name_bytes == name.size && memcmp(entry->name, name.text, name.size) == 0) return entry;
    }
    return NULL;
}

int pool__entry_reserve(struct fs_work *work, struct node *directory, struct fs_path name)
{
    if (directory->n_links == 0) return POOL_ENOENT;
    uint64_t bytes = directory->size + bytes_for(name.size);
    if (bytes > 1u << BLOCK_MAX_LOG2) return POOL_ENOSPC;
    return pool__node_grow(work, directory, (uint32_t)bytes);
}

void pool__entry_add(struct fs_work *work, struct node *directory, struct fs_path name, uint32_t number)
{
    uint64_t at = directory->size;
    directory->size += bytes_for(name.size);
    POOL_ASSERT(directory->size <= pool__node_block_bytes(work->pool, directory->block));
    struct entry *entry = pool__entry_at(work->pool, directory, at);
    entry->cookie = directory->next_cookie++;
    entry->node = number;
    entry->name_bytes = name.size;
    memcpy(entry->name, name.text, name.size);
    pool__node_modified(work, directory);
}

void pool__entry_remove(struct fs_work *work, struct node *directory, struct entry *entry)
{
    uint8_t *begin = pool__block_memory(work->pool, directory->block), *gone = (uint8_t *)entry;
    uint32_t bytes = bytes_for(entry->name_bytes);
    size_t rest = (size_t)directory->size - (size_t)(gone - begin) - bytes;
    memmove(gone, gone + bytes, rest);
    directory->size -= bytes;
    pool__node_modified(work, directory);
    if (directory->size > 0) return;
    pool__fs_give_content(work, directory->block);
    directory->block = 0;
}
