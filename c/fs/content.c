/* Bytes of files. Where there is no block there are zeros; and what a block has beyond the file's end is zero as well,
 * so that a file grows by its size alone.
 */
#include <string.h>

#include "fs/node.h"
#include "pool.h"
#include "sync/ends.h"
#include "sync/self.h"

#define HOLE_BYTES 4096u
#define WANTED_MAX 63u         /* pages at a time; what comes of it comes at once */
#define READ_BYTES (16u << 20) /* with the lock held, and before looking whether the job shall end: milliseconds */

/* ---------------------------------------------------------------------------------------------------------- blocks */

struct bytes {
    uint8_t *data; /* NULL: a hole */
    uint32_t size;
};

static uint32_t *index_of(const struct pool *pool, const struct node *node)
{
    POOL_ASSERT(node->is_paged);
    return (uint32_t *)(void *)pool__block_memory(pool, node->block);
}

static uint32_t index_size(const struct pool *pool, const struct node *node)
{
    return pool__node_block_bytes(pool, node->block) / (uint32_t)sizeof(uint32_t);
}

/* What is at an offset, as far as it is in one piece. */
static struct bytes bytes_at(const struct pool *pool, const struct node *node, uint64_t offset)
{
    uint64_t page = offset >> PAGE_LOG2;
    uint32_t block = node->block, in_page = (uint32_t)offset & (PAGE_BYTES - 1);
    if (node->is_paged) {
        block = page < index_size(pool, node) ? index_of(pool, node)[page] : 0;
    } else if (page > 0) {
        block = 0;
    }
    uint32_t size = pool__node_block_bytes(pool, block);
    if (in_page < size) return (struct bytes){pool__block_memory(pool, block) + in_page, size - in_page};
    return (struct bytes){NULL, PAGE_BYTES - in_page};
}

/* Beyond it there are only holes, whatever the file's size. */
static uint64_t held_end(const struct pool *pool, const struct node *node)
{
    return node->is_paged ? (uint64_t)index_size(pool, node) << PAGE_LOG2 : pool__node_block_bytes(pool, node->block);
}

static void cut_pages(struct fs_work *work, struct node *node, uint64_t size)
{
    uint32_t *index = index_of(work->pool, node), n = index_size(work->pool, node);
    for (uint64_t page = (size + PAGE_BYTES - 1) >> PAGE_LOG2; page < n; page++) {
        pool__fs_give_content(work, index[page]);
        index[page] = 0;
    }
}

void pool__content_cut(struct fs_work *work, struct node *node, uint64_t size)
{
    if (node->is_paged) cut_pages(work, node, size);
    if (size == 0) {
        pool__fs_give_content(work, node->block);
        node->block = node->is_paged = 0;
        return;
    }
    if (size >= node->size || (node->is_paged && size % PAGE_BYTES == 0)) return;
    struct bytes rest = bytes_at(work->pool, node, size);
    if (rest.data) memset(rest.data, 0, rest.size);
}

/* A file of one block gets an index, in which that is its first page. */
static int make_index(struct fs_work *work, struct node *node, uint32_t bytes)
{
    int status = node->block ? pool__node_grow(work, node, PAGE_BYTES) : 0;
    if (status == 0) status = pool__fs_need_content(work, SPARE_ROOM, bytes, 0);
    if (status != 0) return status;
    uint32_t first = node->block;
    node->block = pool__fs_take_content(work, SPARE_ROOM, 0);
    node->is_paged = 1;
    index_of(work->pool, node)[0] = first;
    return 0;
}

/* Tells the coordinator how many pages are wanted after the one that is missing: they come together. */
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
    for (uint64_t page = begin >> PAGE_LOG2; page <= last; page++) {
        if (index[page]) continue;
        int status = pool__fs_need_content(work, SPARE_CONTENT, PAGE_BYTES, 0);
        if (status == FS_MISSING) want_more(work, index, page, last);
        if (status != 0) return status;
        index[page] = pool__fs_take_content(work, SPARE_CONTENT, 0);
    }
    return 0;
}

/* Has blocks for everything from `begin` to `end`: POOL_EFBIG, POOL_ENOSPC, FS_MISSING. */
static int fill(struct fs_work *work, struct node *node, uint64_t begin, uint64_t end)
{
    if (end > FILE_MAX_BYTES || end < begin) return POOL_EFBIG;
    if (!node->is_paged && end <= PAGE_BYTES) return pool__node_grow(work, node, (uint32_t)end);
    uint32_t bytes = (uint32_t)(((end - 1) >> PAGE_LOG2) + 1) * (uint32_t)sizeof(uint32_t);
    int status = node->is_paged ? pool__node_grow(work, node, bytes) : make_index(work, node, bytes);
    return status ? status : fill_pages(work, node, begin, end);
}

/* ------------------------------------------------------------------------------------------------------- operations */

/* Gives back what an operation that failed has taken beyond the file's end. */
static void abandon(struct fs_work *work, const struct fs_open *file)
{
    if (pool__volume_lock_for(work->volume, LOCK_ALWAYS)) return;
    struct node *node = pool__node(work->pool, file->node);
    if (node->kind == NODE_FILE) pool__content_cut(work, node, node->size);
    pool__volume_unlock(work->volume);
}

static int check_file(const struct fs_work *work, const struct fs_open *file)
{
    const struct node *node = pool__node(work->pool, file->node);
    return node->kind == NODE_FILE ? 0 : node->kind == NODE_DIRECTORY ? POOL_EISDIR : POOL_EINVAL;
}

/* Moves as much as the cursor and the file have. */
static void move(const struct pool *pool, const struct node *node, uint64_t begin, uint64_t end, struct cursor *cursor)
{
    static uint8_t zeros[HOLE_BYTES];
    uint32_t piece;
    while (begin < end && (piece = cursor->piece(cursor)) > 0) {
        struct bytes bytes = bytes_at(pool, node, begin);
        if (!bytes.data) bytes = (struct bytes){zeros, pool__min(bytes.size, HOLE_BYTES)};
        uint32_t n = pool__min(bytes.size, piece);
        if (n > end - begin) n = (uint32_t)(end - begin);
        cursor->copy(cursor, bytes.data, n);
        cursor->done += n;
        begin += n;
    }
}

static int read_some(struct pool *pool, const struct fs_open *file, uint64_t offset, struct cursor *cursor)
{
    struct fs_work work = pool__fs_work(NULL, pool, file->volume);
    int status = pool__volume_lock_to_read(file->volume);
    if (status < 0) return status;
    struct node *node = pool__node(pool, file->node);
    status = check_file(&work, file);
    if (status == 0 && cursor->piece(cursor) > 0) {
        bool is_long = node->size > offset && node->size - offset > READ_BYTES;
        move(pool, node, offset, is_long ? offset + READ_BYTES : node->size, cursor);
        if (!file->read_only) pool__node_accessed(node);
    }
    pool__volume_unlock(file->volume);
    return status;
}

int pool__fs_read(struct pool *pool, const struct fs_open *file, uint64_t offset, struct cursor *cursor)
{
    const struct sleeper *self = pool__self(pool);
    for (;;) {
        uint32_t had = cursor->done;
        int status = read_some(pool, file, offset, cursor);
        if (status || cursor->done - had < READ_BYTES) return status;
        offset += cursor->done - had;
        status = self ? pool__sleeper_interrupted(self) : 0;
        if (status) return status;
    }
}

int pool__fs_next_data(struct pool *pool, const struct fs_open *file, uint64_t offset, uint64_t *data_out)
{
    struct fs_work work = pool__fs_work(NULL, pool, file->volume);
    int status = pool__volume_lock_to_read(file->volume);
    if (status < 0) return status;
    const struct node *node = pool__node(pool, file->node);
    status = check_file(&work, file);
    uint64_t at = offset, end = status == 0 ? held_end(pool, node) : 0;
    while (status == 0 && at < end && !bytes_at(pool, node, at).data) at = (at / PAGE_BYTES + 1) * PAGE_BYTES;
    if (status == 0) *data_out = at < end && at < node->size ? at : node->size;
    pool__volume_unlock(file->volume);
    return status;
}

static int write_at(struct fs_work *work, const struct fs_open *file, uint64_t offset, struct cursor *cursor,
                    uint64_t *offset_out)
{
    struct node *node = pool__node(work->pool, file->node);
    int status = check_file(work, file);
    if (status < 0) return status;
    uint64_t begin = offset == UINT64_MAX ? node->size : offset, end = begin + (cursor->total - cursor->done);
    if (begin != end) {
        status = fill(work, node, begin, end);
        if (status != 0) return status;
        uint32_t had = cursor->done;
        move(work->pool, node, begin, end, cursor);
        end = begin + (cursor->done - had);
        if (end > node->size) node->size = end;
        pool__node_modified(work, node);
    }
    if (offset_out) *offset_out = begin;
    return 0;
}

int pool__fs_write(struct sleeper *sleeper, const struct fs_open *file, uint64_t offset, struct cursor *cursor,
                   uint64_t *offset_out)
{
    int status;
    struct fs_work work = pool__fs_work(sleeper, sleeper->pool, file->volume);
    if (file->read_only) return POOL_EROFS;
    do {
        status = pool__fs_enter(&work);
        if (status == 0) status = write_at(&work, file, offset, cursor, offset_out);
    } while (pool__fs_leave(&work, &status));
    if (status < 0) abandon(&work, file);
    return status;
}

int pool__fs_set_size(struct sleeper *sleeper, const struct fs_open *file, uint64_t size)
{
    struct fs_work work = pool__fs_work(sleeper, sleeper->pool, file->volume);
    if (file->read_only) return POOL_EROFS;
    if (size > FILE_MAX_BYTES) return POOL_EFBIG;
    int status = pool__fs_enter(&work);
    if (status < 0) return status;
    struct node *node = pool__node(work.pool, file->node);
    status = check_file(&work, file);
    if (status == 0) {
        if (size < node->size) pool__content_cut(&work, node, size);
        node->size = size;
        pool__node_modified(&work, node);
    }
    pool__volume_unlock(file->volume);
    return status;
}

static int allocate(struct fs_work *work, const struct fs_open *file, uint64_t offset, uint64_t size)
{
    struct node *node = pool__node(work->pool, file->node);
    int status = check_file(work, file);
    if (status == 0) status = fill(work, node, offset, offset + size);
    if (status != 0) return status;
    if (offset + size > node->size) node->size = offset + size;
    pool__node_changed(work, node);
    return 0;
}

int pool__fs_allocate(struct sleeper *sleeper, const struct fs_open *file, uint64_t offset, uint64_t size)
{
    int status;
    struct fs_work work = pool__fs_work(sleeper, sleeper->pool, file->volume);
    if (file->read_only) return POOL_EROFS;
    if (size == 0) return POOL_EINVAL;
    do {
        status = pool__fs_enter(&work);
        if (status == 0) status = allocate(&work, file, offset, size);
    } while (pool__fs_leave(&work, &status));
    if (status < 0) abandon(&work, file);
    return status;
}
