/* A directory's entries, all of them in one block:
 *
 *   heads   a sixteenth of it: for each remainder of a name's hash, the first slot of a chain; 0: none
 *   slots   in the order of their cookies, one behind the other; those of removed entries stay among them
 *   names   from the block's end downwards, each behind a byte that says how long it is
 *
 * So a name is found by its hash, and what comes after a cookie by bisection. When there is no room for one more, the
 * entries that are left move into another block.
 */
#include <string.h>

#include "fs/node.h"
#include "sync/ends.h"

#define BLOCK_BYTES_MAX (1u << BLOCK_MAX_LOG2)

static uint32_t heads_bytes(uint32_t block_bytes)
{
    return block_bytes / 16;
}

/* A directory's block with its parts. */
struct table {
    uint8_t *block;
    uint32_t *heads;
    struct entry *slots;
    uint32_t n_heads; /* a power of two */
};

static struct table table_of(const struct pool *pool, const struct node *directory)
{
    POOL_ASSERT(directory->kind == NODE_DIRECTORY && directory->block && directory->first_slot <= directory->n_slots);
    uint8_t *block = pool__block_memory(pool, directory->block);
    uint32_t bytes = heads_bytes(pool__node_block_bytes(pool, directory->block));
    return (struct table){.block = block,
                          .heads = (uint32_t *)(void *)block,
                          .slots = (struct entry *)(void *)(block + bytes),
                          .n_heads = bytes / (uint32_t)sizeof(uint32_t)};
}

/* Where a name's chain begins. */
static uint32_t *head_of(const struct table *table, uint32_t hash)
{
    POOL_ASSERT(table->n_heads > 0 && (table->n_heads & (table->n_heads - 1)) == 0);
    return &table->heads[hash & (table->n_heads - 1)];
}

static struct entry *slots_of(const struct pool *pool, const struct node *directory)
{
    return table_of(pool, directory).slots;
}

/* Under the pool's own key: guests choose names, and could otherwise choose some that all go into one chain. */
static uint32_t hash_of(const struct pool *pool, struct fs_path name)
{
    return (uint32_t)pool__siphash(&pool->names_key, (const uint8_t *)name.text, name.size);
}

struct fs_path pool__entry_name(const struct pool *pool, const struct node *directory, const struct entry *entry)
{
    const uint8_t *at = pool__block_memory(pool, directory->block) + entry->name;
    POOL_ASSERT(entry->name >= directory->names_at);
    POOL_ASSERT(entry->name + 1 + *at <= pool__node_block_bytes(pool, directory->block));
    return (struct fs_path){(const char *)at + 1, *at};
}

/* The link of a chain that leads to a name's slot; NULL: there is none of that name. */
static uint32_t *find_link(const struct pool *pool, const struct node *directory, struct fs_path name)
{
    if (!directory->block || directory->n_links == 0) return NULL; /* a directory that is removed has no names */
    struct table table = table_of(pool, directory);
    uint32_t hash = hash_of(pool, name), *link = head_of(&table, hash);
    for (; *link; link = &table.slots[*link - 1].next) {
        const struct entry *entry = &table.slots[*link - 1];
        if (entry->hash != hash) continue;
        struct fs_path found = pool__entry_name(pool, directory, entry);
        if (found.size == name.size && memcmp(found.text, name.text, name.size) == 0) return link;
    }
    return NULL;
}

struct entry *pool__entry_find(const struct pool *pool, const struct node *directory, struct fs_path name)
{
    const uint32_t *link = find_link(pool, directory, name);
    return link ? &slots_of(pool, directory)[*link - 1] : NULL;
}

struct entry *pool__entry_after(const struct pool *pool, const struct node *directory, uint64_t cookie)
{
    POOL_ASSERT(directory->kind == NODE_DIRECTORY);
    if (!directory->block) return NULL;
    struct entry *slots = slots_of(pool, directory);
    uint32_t low = directory->first_slot, high = directory->n_slots;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (slots[middle].cookie <= cookie) low = middle + 1;
        if (slots[middle].cookie > cookie) high = middle;
    }
    while (low < directory->n_slots && !slots[low].node) low++;
    return low < directory->n_slots ? &slots[low] : NULL;
}

uint32_t pool__entry_take(const struct pool *pool, struct node *directory, uint32_t *looks)
{
    POOL_ASSERT(directory->is_doomed);
    if (!directory->block) return 0;
    struct entry *slots = slots_of(pool, directory);
    while (*looks > 0 && directory->first_slot < directory->n_slots) {
        struct entry *entry = &slots[directory->first_slot++];
        uint32_t number = entry->node;
        --*looks;
        entry->node = 0;
        if (!number) continue;
        POOL_ASSERT(directory->size > 0);
        directory->size--;
        return number;
    }
    return 0;
}

/* ------------------------------------------------------------------------------------------------------------- room */

/* The smallest block that holds so many slots and bytes of names; 0: none does. */
static uint32_t block_for(uint64_t n_slots, uint64_t names_bytes)
{
    uint32_t bytes = 1u << BLOCK_MIN_LOG2;
    while (heads_bytes(bytes) + n_slots * sizeof(struct entry) + names_bytes > bytes) {
        if (bytes == BLOCK_BYTES_MAX) return 0;
        bytes *= 2;
    }
    return bytes;
}

/* memcpy for names, which are short: a call of the engine's for each would take most of the time of moving them. */
static void copy_name(uint8_t *to, const uint8_t *from, uint32_t size)
{
    uint64_t word;
    uint32_t at = 0;
    for (; at + sizeof word <= size; at += sizeof word) {
        memcpy(&word, from + at, sizeof word);
        memcpy(to + at, &word, sizeof word);
    }
    for (; at < size; at++) to[at] = from[at];
}

/* pre: there is room, and there is none of that name. */
static void append(const struct table *table, struct node *directory, struct fs_path name, struct entry entry)
{
    POOL_ASSERT(name.size > 0 && name.size <= NAME_MAX_BYTES && directory->names_at > name.size);
    uint32_t *head = head_of(table, entry.hash);
    directory->names_at -= name.size + 1;
    directory->names_bytes += name.size + 1;
    table->block[directory->names_at] = (uint8_t)name.size;
    copy_name(table->block + directory->names_at + 1, (const uint8_t *)name.text, name.size);
    entry.name = directory->names_at;
    entry.next = *head;
    table->slots[directory->n_slots++] = entry;
    *head = directory->n_slots;
    directory->size++;
}

/* Moves the entries that are left into the spare block. There may be half a million, and the lock is held. */
static void move_entries(struct fs_work *work, struct node *directory)
{
    struct node old = *directory, new = old;
    new.block = pool__fs_take_content(work, SPARE_ROOM, 0);
    new.names_at = pool__node_block_bytes(work->pool, new.block);
    new.n_slots = new.first_slot = new.names_bytes = 0;
    new.size = 0;
    if (old.block) {
        struct table from = table_of(work->pool, &old), to = table_of(work->pool, &new);
        for (uint32_t i = old.first_slot; i < old.n_slots; i++) {
            const uint8_t *name = from.block + from.slots[i].name;
            struct fs_path path = {(const char *)name + 1, *name};
            if (from.slots[i].node) append(&to, &new, path, from.slots[i]);
        }
    }
    POOL_ASSERT(new.size == old.size &&new.names_bytes == old.names_bytes);
    *directory = new;
    pool__fs_give_content(work, old.block);
}

static int move_to(struct fs_work *work, struct node *directory, uint32_t bytes)
{
    if (!bytes) return POOL_ENOSPC;
    uint32_t had = pool__node_block_bytes(work->pool, directory->block);
    int status = pool__fs_need_content(work, SPARE_ROOM, bytes, had);
    if (status == 0) move_entries(work, directory);
    POOL_ASSERT(status != 0 || work->volume->bytes <= work->volume->max_bytes);
    return status;
}

static bool has_room(const struct pool *pool, const struct node *directory, struct fs_path name)
{
    if (!directory->block) return false;
    uint64_t slots_end = heads_bytes(pool__node_block_bytes(pool, directory->block)) +
                         (directory->n_slots + (uint64_t)1) * sizeof(struct entry);
    return slots_end + name.size + 1 <= directory->names_at;
}

int pool__entry_reserve(struct fs_work *work, struct node *directory, struct fs_path name)
{
    POOL_ASSERT(directory->kind == NODE_DIRECTORY && pool__volume_is_changing(work->volume));
    if (directory->n_links == 0) return POOL_ENOENT;
    if (has_room(work->pool, directory, name)) return 0;
    uint64_t n = directory->size + 1, names_bytes = (uint64_t)directory->names_bytes + name.size + 1;
    /* A quarter more, so that it is long until the next time; or, if that is too much, only what is needed. */
    int status = move_to(work, directory, block_for(n + n / 4, names_bytes + names_bytes / 4));
    return status == POOL_ENOSPC ? move_to(work, directory, block_for(n, names_bytes)) : status;
}

/* --------------------------------------------------------------------------------------------------------- changing */

void pool__entry_add(struct fs_work *work, struct node *directory, struct fs_path name, uint32_t number)
{
    POOL_ASSERT(number && has_room(work->pool, directory, name) && !find_link(work->pool, directory, name));
    struct entry entry = {.cookie = directory->next_cookie++, .node = number, .hash = hash_of(work->pool, name)};
    struct table table = table_of(work->pool, directory);
    append(&table, directory, name, entry);
    pool__node_modified(work, directory);
}

/* Shortens the slots and the names at the end where an entry is gone, and skips empty slots at the beginning. */
static void trim(const struct pool *pool, struct node *directory, const struct entry *gone, uint32_t name_bytes)
{
    const struct entry *slots = slots_of(pool, directory);
    if (gone->name == directory->names_at) directory->names_at += name_bytes;
    if (gone == &slots[directory->n_slots - 1]) directory->n_slots--;
    POOL_ASSERT(directory->first_slot <= directory->n_slots);
    while (directory->first_slot < directory->n_slots && !slots[directory->first_slot].node) directory->first_slot++;
}

void pool__entry_remove(struct fs_work *work, struct node *directory, struct fs_path name)
{
    uint32_t *link = find_link(work->pool, directory, name);
    POOL_ASSERT(link && directory->size > 0 && directory->names_bytes > name.size);
    struct entry *entry = &slots_of(work->pool, directory)[*link - 1];
    *link = entry->next;
    entry->node = 0;
    directory->size--;
    directory->names_bytes -= name.size + 1;
    trim(work->pool, directory, entry, name.size + 1);
    pool__node_modified(work, directory);
    if (directory->size > 0) return;
    pool__fs_give_content(work, directory->block);
    directory->block = 0;
}
