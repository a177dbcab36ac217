/* Where the bytes of files are: in one block, or in pages that an index lists. A hole, where there is no block, reads
 * as zeros. What a block has beyond the file's end is zero too, so that a file grows by changing its size alone.
 */
#include <string.h>

#include "fs/node.h"
#include "pool.h"
#include "sync/ends.h"

#define WANTED_MAX 63u /* how many more pages are asked for at once */
#define FILLED_MAX 64u /* how many are put in before others may have the lock */

static uint32_t *index_of(const struct pool *pool, const struct node *node)
{
    POOL_ASSERT(node->is_paged && node->block);
    return (uint32_t *)(void *)pool__block_memory(pool, node->block);
}

static uint32_t index_size(const struct pool *pool, const struct node *node)
{
    return pool__node_block_bytes(pool, node->block) / (uint32_t)sizeof(uint32_t);
}

struct content_bytes pool__content_at(const struct pool *pool, const struct node *node, uint64_t offset)
{
    uint64_t page = offset >> PAGE_LOG2;
    uint32_t block = node->block, in_page = (uint32_t)offset & (PAGE_BYTES - 1);
    if (node->is_paged) {
        block = page < index_size(pool, node) ? index_of(pool, node)[page] : 0;
    } else if (page > 0) {
        block = 0;
    }
    uint32_t size = pool__node_block_bytes(pool, block);
    POOL_ASSERT(!node->is_paged || !block || size == PAGE_BYTES);
    if (in_page < size) return (struct content_bytes){pool__block_memory(pool, block) + in_page, size - in_page};
    return (struct content_bytes){NULL, PAGE_BYTES - in_page};
}

/* The first page from `page` on that is there; `n`: none. Looks at eight at once, for there may be millions of holes. */
static uint32_t next_page(const uint32_t *index, uint32_t page, uint32_t n)
{
    for (; page + 8 <= n; page += 8) {
        const uint32_t *p = index + page;
        if (p[0] | p[1] | p[2] | p[3] | p[4] | p[5] | p[6] | p[7]) break;
    }
    while (page < n && !index[page]) page++;
    return page;
}

uint64_t pool__content_next(const struct pool *pool, const struct node *node, uint64_t offset)
{
    uint64_t page = offset >> PAGE_LOG2;
    if (!node->is_paged) return offset < pool__node_block_bytes(pool, node->block) ? offset : UINT64_MAX;
    const uint32_t *index = index_of(pool, node);
    uint32_t n = index_size(pool, node);
    if (page >= n) return UINT64_MAX;
    uint32_t found = next_page(index, (uint32_t)page, n);
    if (found == n) return UINT64_MAX;
    return found == page ? offset : (uint64_t)found << PAGE_LOG2;
}

static void cut_pages(struct fs_work *work, struct node *node, uint64_t size)
{
    uint32_t *index = index_of(work->pool, node), n = index_size(work->pool, node);
    POOL_ASSERT(n > 0);
    uint64_t first = (size + PAGE_BYTES - 1) >> PAGE_LOG2;
    if (first >= n) return;
    for (uint32_t page = next_page(index, (uint32_t)first, n); page < n; page = next_page(index, page + 1, n)) {
        pool__fs_give_content(work, index[page]);
        index[page] = 0;
    }
}

void pool__content_cut(struct fs_work *work, struct node *node, uint64_t size)
{
    POOL_ASSERT(pool__volume_is_changing(work->volume));
    if (node->is_paged) cut_pages(work, node, size);
    if (size == 0) {
        pool__fs_give_content(work, node->block);
        node->block = node->is_paged = 0;
        return;
    }
    if (size >= node->size || (node->is_paged && size % PAGE_BYTES == 0)) return;
    struct content_bytes rest = pool__content_at(work->pool, node, size);
    if (rest.data) memset(rest.data, 0, rest.size);
}

/* A file of one block gets an index; the block becomes its first page. */
static int make_index(struct fs_work *work, struct node *node, uint32_t bytes)
{
    POOL_ASSERT(!node->is_paged);
    int status = node->block ? pool__node_grow(work, node, PAGE_BYTES) : 0;
    if (status == 0) status = pool__fs_need_content(work, SPARE_ROOM, bytes, 0);
    if (status != 0) return status;
    uint32_t first = node->block;
    node->block = pool__fs_take_content(work, SPARE_ROOM, 0);
    node->is_paged = 1;
    index_of(work->pool, node)[0] = first;
    return 0;
}

/* Tells the coordinator that more pages will be needed after the one that is missing, so that it gets them together. */
static void want_more(struct fs_work *work, const uint32_t *index, uint64_t page, uint64_t last)
{
    if (last > page + WANTED_MAX) last = page + WANTED_MAX;
    while (++page <= last) {
        if (!index[page]) pool__blocks_want(&work->pool->blocks, USE_CONTENT, pool__blocks_class(PAGE_BYTES));
    }
}

static int fill_pages(struct fs_work *work, struct node *node, uint64_t begin, uint64_t end)
{
    uint32_t *index = index_of(work->pool, node);
    uint64_t last = (end - 1) >> PAGE_LOG2;
    uint32_t n_filled = 0;
    POOL_ASSERT(begin < end && last < index_size(work->pool, node));
    for (uint64_t page = begin >> PAGE_LOG2; page <= last; page++) {
        if (index[page]) continue;
        if (n_filled++ == FILLED_MAX) return FS_MORE;
        int status = pool__fs_need_content(work, SPARE_CONTENT, PAGE_BYTES, 0);
        if (status == FS_MISSING) want_more(work, index, page, last);
        if (status != 0) return status;
        index[page] = pool__fs_take_content(work, SPARE_CONTENT, 0);
        POOL_ASSERT(work->volume->bytes <= work->volume->max_bytes);
    }
    return 0;
}

int pool__content_fill(struct fs_work *work, struct node *node, uint64_t begin, uint64_t end)
{
    if (end > FILE_MAX_BYTES || end < begin) return POOL_EFBIG;
    if (!node->is_paged && end <= PAGE_BYTES) return pool__node_grow(work, node, (uint32_t)end);
    uint32_t bytes = (uint32_t)(((end - 1) >> PAGE_LOG2) + 1) * (uint32_t)sizeof(uint32_t);
    int status = node->is_paged ? pool__node_grow(work, node, bytes) : make_index(work, node, bytes);
    return status ? status : fill_pages(work, node, begin, end);
}
