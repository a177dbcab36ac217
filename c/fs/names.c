/* Names in directories: making, removing, linking, renaming, listing them. */
#include <string.h>

#include "fs/node.h"
#include "pool.h"
#include "sync/ends.h"

/* ----------------------------------------------------------------------------------------------------------- making */

static int make_directory(struct fs_work *work, const struct fs_open *at, struct fs_path path)
{
    uint32_t number;
    struct fs_spot spot;
    int status = pool__fs_walk(work, at, path, WALK_ENTRY, &spot);
    if (status != 0) return status;
    return spot.node ? POOL_EEXIST : pool__fs_put_new(work, &spot, NODE_DIRECTORY, &number);
}

int pool__fs_make_directory(struct sleeper *sleeper, const struct fs_open *at, struct fs_path path)
{
    int status;
    struct fs_work work = pool__fs_work(sleeper, sleeper->pool, at->volume);
    if (at->read_only) return POOL_EROFS;
    do {
        status = pool__fs_enter(&work);
        if (status == 0) status = make_directory(&work, at, path);
    } while (pool__fs_leave(&work, &status));
    return status;
}

/* Finds a free spot for a name that is not a directory's: a slash at the end would say that it is. */
static int walk_to_free(struct fs_work *work, const struct fs_open *at, struct fs_path path, struct fs_spot *spot)
{
    int status = pool__fs_walk(work, at, path, WALK_ENTRY, spot);
    if (status != 0) return status;
    if (spot->node) return POOL_EEXIST;
    return spot->needs_directory ? POOL_ENOENT : 0;
}

static int make_symlink(struct fs_work *work, struct fs_path target, const struct fs_open *at, struct fs_path path)
{
    uint32_t number;
    struct fs_spot spot;
    int status = walk_to_free(work, at, path, &spot);
    if (status == 0) status = pool__entry_reserve(work, pool__node(work->pool, spot.directory), spot.name);
    if (status == 0) status = pool__fs_need_content(work, SPARE_CONTENT, target.size, 0);
    if (status == 0) status = pool__fs_put_new(work, &spot, NODE_SYMLINK, &number);
    if (status != 0) return status;
    struct node *node = pool__node(work->pool, number);
    node->block = pool__fs_take_content(work, SPARE_CONTENT, target.size);
    node->size = target.size;
    memcpy(pool__block_memory(work->pool, node->block), target.text, target.size);
    return 0;
}

int pool__fs_symlink(struct sleeper *sleeper, struct fs_path target, const struct fs_open *at, struct fs_path path)
{
    struct fs_work work = pool__fs_work(sleeper, sleeper->pool, at->volume);
    int status = at->read_only ? POOL_EROFS : pool__fs_check_path(target);
    if (status < 0) return status;
    do {
        status = pool__fs_enter(&work);
        if (status == 0) status = make_symlink(&work, target, at, path);
    } while (pool__fs_leave(&work, &status));
    return status;
}

int32_t pool__fs_readlink(struct pool *pool, const struct fs_open *at, struct fs_path path, char *out, uint32_t size)
{
    struct fs_spot spot;
    struct fs_work work = pool__fs_work(NULL, pool, at->volume);
    int32_t status = pool__volume_lock_to_read(at->volume);
    if (status < 0) return status;
    status = pool__fs_walk(&work, at, path, WALK_NODE, &spot);
    if (status == 0 && !spot.node) status = POOL_ENOENT;
    struct node *node = status == 0 ? pool__node(pool, spot.node) : NULL;
    if (node && node->kind != NODE_SYMLINK) status = POOL_EINVAL;
    if (status == 0) {
        POOL_ASSERT(node->block && node->size > 0 && node->size <= PATH_MAX_BYTES);
        memcpy(out, pool__block_memory(pool, node->block), pool__min(size, (uint32_t)node->size));
        if (!at->read_only) pool__node_accessed(node);
        status = (int32_t)node->size;
    }
    pool__volume_unlock(at->volume);
    return status;
}

/* --------------------------------------------------------------------------------------------------------- removing */

/* A node has lost a name. A directory loses all that is in it, too. */
static void orphan(struct fs_work *work, uint32_t parent, uint32_t child)
{
    struct node *node = pool__node(work->pool, child);
    pool__node_changed(work, node);
    POOL_ASSERT(node->n_links > 0 && (node->kind != NODE_DIRECTORY || pool__node(work->pool, parent)->n_links > 1));
    if (node->kind == NODE_DIRECTORY) pool__node(work->pool, parent)->n_links--;
    if (node->kind == NODE_DIRECTORY && node->size > 0) {
        pool__fs_doom(work, child);
    } else {
        node->n_links--;
        POOL_ASSERT(node->kind != NODE_DIRECTORY || node->n_links == 0);
        pool__node_settle(work, child);
    }
}

static void take_out(struct fs_work *work, const struct fs_spot *spot)
{
    POOL_ASSERT(spot->node && spot->name.size > 0);
    pool__entry_remove(work, pool__node(work->pool, spot->directory), spot->name);
}

/* Three checks of what is to be removed: as an empty directory, as anything but a directory, as anything. 0: it can be.
 */
static int check_directory(const struct fs_work *work, const struct fs_spot *spot)
{
    const struct node *node = pool__node(work->pool, spot->node);
    if (spot->name.size == 0) return spot->is_dot_dot ? POOL_ENOTEMPTY : POOL_EINVAL;
    if (node->kind != NODE_DIRECTORY) return POOL_ENOTDIR;
    return node->size > 0 ? POOL_ENOTEMPTY : 0;
}

static int check_no_directory(const struct fs_work *work, const struct fs_spot *spot)
{
    if (pool__node(work->pool, spot->node)->kind == NODE_DIRECTORY) return POOL_EISDIR;
    return spot->needs_directory ? POOL_ENOTDIR : 0;
}

static int check_any(const struct fs_work *work, const struct fs_spot *spot)
{
    if (spot->name.size == 0) return POOL_EINVAL; /* `.` or `..` */
    bool is_directory = pool__node(work->pool, spot->node)->kind == NODE_DIRECTORY;
    return spot->needs_directory && !is_directory ? POOL_ENOTDIR : 0;
}

typedef int (*check_spot)(const struct fs_work *work, const struct fs_spot *spot);

static int remove_name(struct fs_work *work, const struct fs_open *at, struct fs_path path, check_spot check)
{
    struct fs_spot spot;
    int status = pool__fs_walk(work, at, path, WALK_ENTRY, &spot);
    if (status == 0) status = spot.node ? check(work, &spot) : POOL_ENOENT;
    if (status < 0) return status;
    take_out(work, &spot);
    orphan(work, spot.directory, spot.node);
    return 0;
}

static int remove_checked(struct pool *pool, const struct fs_open *at, struct fs_path path, check_spot check)
{
    struct fs_work work = pool__fs_work(NULL, pool, at->volume);
    if (at->read_only) return POOL_EROFS;
    int status = pool__fs_enter(&work);
    if (status < 0) return status;
    status = remove_name(&work, at, path, check);
    pool__volume_unlock(at->volume);
    return status;
}

int pool__fs_remove_directory(struct pool *pool, const struct fs_open *at, struct fs_path path)
{
    return remove_checked(pool, at, path, check_directory);
}

int pool__fs_remove_all(struct pool *pool, const struct fs_open *at, struct fs_path path)
{
    return remove_checked(pool, at, path, check_any);
}

int pool__fs_unlink(struct pool *pool, const struct fs_open *at, struct fs_path path)
{
    return remove_checked(pool, at, path, check_no_directory);
}

/* ---------------------------------------------------------------------------------------------------------- linking */

static int link_name(struct fs_work *work, const struct fs_open *from, struct fs_path path, enum walk_end end,
                     const struct fs_open *to, struct fs_path to_path)
{
    struct fs_spot old, new;
    int status = pool__fs_walk(work, from, path, end, &old);
    if (status == 0 && !old.node) status = POOL_ENOENT;
    if (status == 0) status = walk_to_free(work, to, to_path, &new);
    if (status != 0) return status;
    struct node *node = pool__node(work->pool, old.node), *directory = pool__node(work->pool, new.directory);
    if (node->kind == NODE_DIRECTORY) return POOL_EPERM;
    POOL_ASSERT(node->n_links > 0); /* the name that led to it */
    if (node->n_links >= LINKS_MAX) return POOL_EMLINK;
    status = pool__entry_reserve(work, directory, new.name);
    if (status != 0) return status;
    pool__entry_add(work, directory, new.name, old.node);
    node->n_links++;
    pool__node_changed(work, node);
    return 0;
}

int pool__fs_link(struct sleeper *sleeper, const struct fs_open *from, struct fs_path path, bool follow,
                  const struct fs_open *to, struct fs_path to_path)
{
    int status;
    struct fs_work work = pool__fs_work(sleeper, sleeper->pool, to->volume);
    if (from->volume != to->volume) return POOL_EXDEV;
    if (from->read_only || to->read_only) return POOL_EROFS;
    do {
        status = pool__fs_enter(&work);
        if (status == 0) status = link_name(&work, from, path, follow ? WALK_FOLLOW : WALK_NODE, to, to_path);
    } while (pool__fs_leave(&work, &status));
    return status;
}

/* --------------------------------------------------------------------------------------------------------- renaming */

/* Whether `directory` is `above`, or somewhere in it. */
static bool is_in(const struct pool *pool, uint32_t directory, uint32_t above)
{
    for (;;) {
        if (directory == above) return true;
        uint32_t parent = pool__node(pool, directory)->parent;
        if (parent == directory || pool__node(pool, directory)->n_links == 0) return false;
        directory = parent;
    }
}

/* Whether `node` can replace what is there: 0, or why not. */
static int may_replace(const struct node *node, const struct node *there)
{
    if (node->kind != NODE_DIRECTORY) return there->kind == NODE_DIRECTORY ? POOL_EISDIR : 0;
    if (there->kind != NODE_DIRECTORY) return POOL_ENOTDIR;
    return there->size > 0 ? POOL_ENOTEMPTY : 0;
}

static int may_rename(const struct pool *pool, const struct fs_spot *old, const struct fs_spot *new)
{
    if (!old->node) return POOL_ENOENT;
    if (old->name.size == 0 || new->name.size == 0) return POOL_EINVAL; /* `.` or `..` */
    const struct node *node = pool__node(pool, old->node);
    if (node->kind == NODE_DIRECTORY) return is_in(pool, new->directory, old->node) ? POOL_EINVAL : 0;
    return old->needs_directory || new->needs_directory ? POOL_ENOTDIR : 0;
}

static void replace(struct fs_work *work, const struct fs_spot *spot, uint32_t number)
{
    struct node *directory = pool__node(work->pool, spot->directory);
    struct entry *entry = pool__entry_find(work->pool, directory, spot->name);
    POOL_ASSERT(entry && entry->node == spot->node);
    entry->node = number;
    pool__node_modified(work, directory);
    orphan(work, spot->directory, spot->node);
}

static int rename_name(struct fs_work *work, const struct fs_open *from, struct fs_path path, const struct fs_open *to,
                       struct fs_path to_path)
{
    struct fs_spot old = {0}, new = {0};
    int status = pool__fs_walk(work, from, path, WALK_ENTRY, &old);
    if (status == 0) status = pool__fs_walk(work, to, to_path, WALK_ENTRY, &new);
    if (status == 0) status = may_rename(work->pool, &old, &new);
    if (status != 0 || old.node == new.node) return status;
    struct node *node = pool__node(work->pool, old.node), *directory = pool__node(work->pool, new.directory);
    if (new.node) {
        status = may_replace(node, pool__node(work->pool, new.node));
    } else {
        status = pool__entry_reserve(work, directory, new.name);
    }
    if (status != 0) return status;
    if (new.node) replace(work, &new, old.node);
    if (!new.node) pool__entry_add(work, directory, new.name, old.node);
    POOL_ASSERT(node->kind != NODE_DIRECTORY || pool__node(work->pool, old.directory)->n_links > 1);
    take_out(work, &old); /* last: a directory that gets empty gives its block back */
    if (node->kind == NODE_DIRECTORY) pool__node(work->pool, old.directory)->n_links--;
    pool__fs_adopt(work, new.directory, old.node);
    pool__node_changed(work, node);
    return 0;
}

int pool__fs_rename(struct sleeper *sleeper, const struct fs_open *from, struct fs_path path, const struct fs_open *to,
                    struct fs_path to_path)
{
    int status;
    struct fs_work work = pool__fs_work(sleeper, sleeper->pool, to->volume);
    if (from->volume != to->volume) return POOL_EXDEV;
    if (from->read_only || to->read_only) return POOL_EROFS;
    do {
        status = pool__fs_enter(&work);
        if (status == 0) status = rename_name(&work, from, path, to, to_path);
    } while (pool__fs_leave(&work, &status));
    return status;
}

/* ---------------------------------------------------------------------------------------------------------- listing */

static void put_entry(const struct volume *volume, const struct node *node, uint64_t cookie, struct fs_path name,
                      struct fs_entry *entry_out)
{
    POOL_ASSERT(name.size <= NAME_MAX_BYTES);
    entry_out->cookie = cookie;
    entry_out->stat = pool__node_stat(volume, node);
    entry_out->name_bytes = name.size;
    memcpy(entry_out->name, name.text, name.size);
    entry_out->name[name.size] = 0;
}

static int list_next(const struct pool *pool, const struct fs_open *directory, uint64_t cookie,
                     struct fs_entry *entry_out)
{
    const struct node *node = pool__node(pool, directory->node);
    if (node->kind != NODE_DIRECTORY) return POOL_ENOTDIR;
    if (node->n_links == 0) return 0; /* removed: its parent may be gone too */
    if (cookie < COOKIE_DOT_DOT) {
        uint32_t dots = (uint32_t)cookie + 1;
        const struct node *there = dots == COOKIE_DOT ? node : pool__node(pool, node->parent);
        put_entry(directory->volume, there, dots, (struct fs_path){"..", dots}, entry_out);
        return 1;
    }
    const struct entry *entry = pool__entry_after(pool, node, cookie);
    if (!entry) return 0;
    put_entry(directory->volume, pool__node(pool, entry->node), entry->cookie, pool__entry_name(pool, node, entry),
              entry_out);
    return 1;
}

int pool__fs_next_entry(struct pool *pool, const struct fs_open *directory, uint64_t cookie, struct fs_entry *entry_out)
{
    int status = pool__volume_lock_to_read(directory->volume);
    if (status < 0) return status;
    status = list_next(pool, directory, cookie, entry_out);
    if (status >= 0 && !directory->read_only) pool__node_accessed(pool__node(pool, directory->node));
    pool__volume_unlock(directory->volume);
    return status;
}
