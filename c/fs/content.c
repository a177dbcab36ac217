/* Reading and writing the bytes of files. */
#include "fs/node.h"
#include "pool.h"
#include "sync/self.h"

#define HOLE_BYTES 4096u
/* With the lock held at a time, which takes 2 ms or more. Then others may have it, and the job is asked whether it is
 * to end. */
#define MOVE_BYTES (16u << 20)

/* ------------------------------------------------------------------------------------------------------- operations */

/* Gives back the blocks beyond the file's end that an operation has taken and then failed. */
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

/* Moves bytes of the file from `begin` to `end`, or as many as the cursor has room for. */
static void move(const struct pool *pool, const struct node *node, uint64_t begin, uint64_t end, struct cursor *cursor)
{
    static uint8_t zeros[HOLE_BYTES];
    uint32_t piece;
    while (begin < end && (piece = cursor->piece(cursor)) > 0) {
        struct content_bytes bytes = pool__content_at(pool, node, begin);
        if (!bytes.data) bytes = (struct content_bytes){zeros, pool__min(bytes.size, HOLE_BYTES)};
        uint32_t n = pool__min(bytes.size, piece);
        if (n > end - begin) n = (uint32_t)(end - begin);
        POOL_ASSERT(n > 0); /* or this would never end */
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
        bool is_long = node->size > offset && node->size - offset > MOVE_BYTES;
        move(pool, node, offset, is_long ? offset + MOVE_BYTES : node->size, cursor);
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
        if (status || cursor->done - had < MOVE_BYTES) return status;
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
    uint64_t at = status == 0 ? pool__content_next(pool, node, offset) : 0;
    if (status == 0) *data_out = at < node->size ? at : node->size;
    pool__volume_unlock(file->volume);
    return status;
}

/* Writes a piece, once the file has memory for all that is left, and moves `*at` on. What is appended is one piece. */
static int write_piece(struct fs_work *work, const struct fs_open *file, uint64_t *at, struct cursor *cursor)
{
    struct node *node = pool__node(work->pool, file->node);
    int status = check_file(work, file);
    if (status < 0) return status;
    bool appends = *at == UINT64_MAX;
    uint64_t begin = appends ? node->size : *at, end = begin + (cursor->total - cursor->done), stop = end;
    if (begin == end) {
        *at = begin;
        return 0;
    }
    status = pool__content_fill(work, node, begin, end);
    if (status != 0) return status;
    if (!appends && end - begin > MOVE_BYTES) stop = begin + MOVE_BYTES;
    uint32_t had = cursor->done;
    POOL_ASSERT(begin < stop && stop <= end);
    move(work->pool, node, begin, stop, cursor);
    *at = begin + (cursor->done - had);
    if (*at > node->size) node->size = *at;
    POOL_ASSERT(node->size <= FILE_MAX_BYTES);
    pool__node_modified(work, node);
    return *at == stop && stop < end ? FS_MORE : 0;
}

int pool__fs_write(struct sleeper *sleeper, const struct fs_open *file, uint64_t offset, struct cursor *cursor,
                   uint64_t *offset_out)
{
    int status;
    uint32_t had = cursor->done;
    struct fs_work work = pool__fs_work(sleeper, sleeper->pool, file->volume);
    if (file->read_only) return POOL_EROFS;
    do {
        status = pool__fs_enter(&work);
        if (status == 0) status = write_piece(&work, file, &offset, cursor);
    } while (pool__fs_leave(&work, &status));
    if (status < 0) abandon(&work, file);
    if (status < 0 && cursor->done == had) return status;
    if (offset_out) *offset_out = offset - (cursor->done - had);
    return 0;
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
    if (status == 0) status = pool__content_fill(work, node, offset, offset + size);
    if (status != 0) return status;
    if (offset + size > node->size) node->size = offset + size;
    POOL_ASSERT(node->size <= FILE_MAX_BYTES);
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
