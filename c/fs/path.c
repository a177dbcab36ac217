/* Opening by path, closing, and the stat and times of nodes. */
#include "fs/node.h"
#include "pool.h"
#include "sync/volumes.h"

/* ---------------------------------------------------------------------------------------------------------- opening */

static int open_new(struct fs_work *work, const struct fs_open *at, struct fs_spot *spot, uint32_t flags)
{
    if (!(flags & FS_CREATE)) return POOL_ENOENT;
    if (at->read_only) return POOL_EROFS;
    if (spot->needs_directory) return POOL_EISDIR;
    return pool__fs_put_new(work, spot, NODE_FILE, &spot->node);
}

static int open_directory(uint32_t flags)
{
    if (flags & (FS_WRITE | FS_TRUNCATE)) return POOL_EISDIR;
    return (flags & (FS_CREATE | FS_DIRECTORY)) == FS_CREATE ? POOL_EISDIR : 0;
}

static int open_old(struct fs_work *work, const struct fs_open *at, uint32_t number, uint32_t flags)
{
    struct node *node = pool__node(work->pool, number);
    if (flags & FS_CREATE && flags & FS_EXCLUSIVE) return POOL_EEXIST;
    if (node->kind == NODE_DIRECTORY) return open_directory(flags);
    if (flags & FS_DIRECTORY) return POOL_ENOTDIR;
    if (node->kind == NODE_SYMLINK) return POOL_ELOOP; /* as Linux, if it is not to be followed */
    if (!(flags & (FS_WRITE | FS_TRUNCATE))) return 0;
    if (at->read_only) return POOL_EROFS;
    if (!(flags & FS_TRUNCATE)) return 0;
    pool__content_cut(work, node, 0);
    node->size = 0;
    pool__node_modified(work, node);
    return 0;
}

static int open_at(struct fs_work *work, const struct fs_open *at, struct fs_path path, uint32_t flags,
                   uint32_t *number_out)
{
    struct fs_spot spot;
    bool exclusive = flags & FS_CREATE && flags & FS_EXCLUSIVE;
    enum walk_end end = exclusive ? WALK_ENTRY : flags & FS_FOLLOW ? WALK_FOLLOW : WALK_NODE;
    int status = pool__fs_walk(work, at, path, end, &spot);
    if (status == 0) status = spot.node ? open_old(work, at, spot.node, flags) : open_new(work, at, &spot, flags);
    if (status != 0) return status;
    pool__node(work->pool, spot.node)->n_opens++;
    *number_out = spot.node;
    return 0;
}

int pool__fs_open(struct sleeper *sleeper, const struct fs_open *at, struct fs_path path, uint32_t flags,
                  struct fs_open *open_out)
{
    int status;
    uint32_t number = 0;
    struct fs_work work = pool__fs_work(sleeper, sleeper->pool, at->volume);
    if (flags & FS_CREATE && flags & FS_DIRECTORY) return POOL_EINVAL;
    do {
        status = pool__fs_enter(&work);
        if (status == 0) status = open_at(&work, at, path, flags, &number);
    } while (pool__fs_leave(&work, &status));
    if (status < 0) return status;
    uint32_t users = atomic_fetch_add(&at->volume->x_users, 1);
    POOL_ASSERT(number && users > 0); /* `at` keeps the volume, so it has not been freed since */
    (void)users;
    *open_out = (struct fs_open){.volume = at->volume, .node = number, .read_only = at->read_only};
    return 0;
}

void pool__fs_dup(struct pool *pool, const struct fs_open *open)
{
    uint32_t users = atomic_fetch_add(&open->volume->x_users, 1);
    POOL_ASSERT(users > 0); /* what is open keeps it */
    (void)users;
    if (pool__volume_lock_for(open->volume, LOCK_ALWAYS)) return;
    POOL_ASSERT(pool__node(pool, open->node)->n_opens > 0);
    pool__node(pool, open->node)->n_opens++;
    pool__volume_unlock(open->volume);
}

void pool__fs_close(struct pool *pool, struct fs_open *open)
{
    struct volume *volume = open->volume;
    if (!volume) return;
    int status = pool__volume_lock_for(volume, LOCK_ALWAYS); /* the stack may run out in here: then it is still open */
    open->volume = NULL; /* from now on nobody must close it a second time, if this thread dies */
    if (status == 0) {
        struct fs_work work = pool__fs_work(NULL, pool, volume);
        struct node *node = pool__node(pool, open->node);
        POOL_ASSERT(node->n_opens > 0);
        node->n_opens--;
        pool__node_settle(&work, open->node);
        pool__volume_unlock(volume);
    }
    pool__volume_unuse(pool, volume);
}

/* ------------------------------------------------------------------------------------------------ what nodes tell */

int pool__fs_stat(struct pool *pool, const struct fs_open *open, struct fs_stat *stat_out)
{
    int status = pool__volume_lock_to_read(open->volume);
    if (status < 0) return status;
    *stat_out = pool__node_stat(open->volume, pool__node(pool, open->node));
    pool__volume_unlock(open->volume);
    return 0;
}

/* Finds the node of a path; POOL_ENOENT: there is none. pre: the lock is held. */
static int find(struct fs_work *work, const struct fs_open *at, struct fs_path path, bool follows, uint32_t *number_out)
{
    struct fs_spot spot;
    int status = pool__fs_walk(work, at, path, follows ? WALK_FOLLOW : WALK_NODE, &spot);
    if (status == 0 && !spot.node) status = POOL_ENOENT;
    if (status == 0) *number_out = spot.node;
    return status;
}

int pool__fs_stat_at(struct pool *pool, const struct fs_open *at, struct fs_path path, bool follows,
                     struct fs_stat *stat_out)
{
    uint32_t number;
    struct fs_work work = pool__fs_work(NULL, pool, at->volume);
    int status = pool__volume_lock_to_read(at->volume);
    if (status < 0) return status;
    status = find(&work, at, path, follows, &number);
    if (status == 0) *stat_out = pool__node_stat(at->volume, pool__node(pool, number));
    pool__volume_unlock(at->volume);
    return status;
}

static void set_times(const struct fs_work *work, uint32_t number, uint64_t accessed_ns, uint64_t modified_ns)
{
    struct node *node = pool__node(work->pool, number);
    if (accessed_ns != UINT64_MAX) node->accessed_ns = accessed_ns;
    if (modified_ns != UINT64_MAX) node->modified_ns = modified_ns;
    pool__node_changed(work, node);
}

int pool__fs_set_times(struct pool *pool, const struct fs_open *open, uint64_t accessed_ns, uint64_t modified_ns)
{
    struct fs_work work = pool__fs_work(NULL, pool, open->volume);
    if (open->read_only) return POOL_EROFS;
    int status = pool__fs_enter(&work);
    if (status < 0) return status;
    set_times(&work, open->node, accessed_ns, modified_ns);
    pool__volume_unlock(open->volume);
    return 0;
}

int pool__fs_set_times_at(struct pool *pool, const struct fs_open *at, struct fs_path path, bool follows,
                          uint64_t accessed_ns, uint64_t modified_ns)
{
    uint32_t number;
    struct fs_work work = pool__fs_work(NULL, pool, at->volume);
    if (at->read_only) return POOL_EROFS;
    int status = pool__fs_enter(&work);
    if (status < 0) return status;
    status = find(&work, at, path, follows, &number);
    if (status == 0) set_times(&work, number, accessed_ns, modified_ns);
    pool__volume_unlock(at->volume);
    return status;
}
