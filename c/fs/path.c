#include <string.h>

#include "fs/node.h"
#include "pool.h"
#include "sync/ends.h"
#include "sync/volumes.h"

/* ---------------------------------------------------------------------------------------------------------- walking */

/* What is left of the path, and of the symlinks that it led through, the innermost last. */
struct walk {
    struct fs_work *work;
    uint32_t base; /* never left */
    bool makes;    /* the directories that are missing */
    uint32_t directory;
    uint32_t n_links;
    uint32_t n_rest;
    struct fs_path rest[SYMLINKS_MAX + 1];
};

/* A name on the way. */
struct step {
    struct fs_path name;
    bool is_last;
    bool has_slash; /* after it */
};

int pool__fs_check_path(struct fs_path path)
{
    if (path.size == 0) return POOL_ENOENT;
    if (path.size > PATH_MAX_BYTES) return POOL_ENAMETOOLONG;
    if (memchr(path.text, 0, path.size)) return POOL_EINVAL;
    return path.text[0] == '/' ? POOL_EPERM : 0;
}

static bool is_name(struct fs_path name, const char *text)
{
    return name.size == strlen(text) && memcmp(name.text, text, name.size) == 0;
}

static struct step next_step(struct walk *walk)
{
    struct fs_path *rest = &walk->rest[walk->n_rest - 1];
    struct step step = {.name = {rest->text, 0}};
    while (step.name.size < rest->size && rest->text[step.name.size] != '/') step.name.size++;
    uint32_t done = step.name.size;
    while (done < rest->size && rest->text[done] == '/') done++;
    step.has_slash = done > step.name.size;
    rest->text += done;
    rest->size -= done;
    while (walk->n_rest > 0 && walk->rest[walk->n_rest - 1].size == 0) walk->n_rest--;
    step.is_last = walk->n_rest == 0;
    return step;
}

static int follow(struct walk *walk, const struct node *link)
{
    struct fs_path target = {(const char *)pool__block_memory(walk->work->pool, link->block), (uint32_t)link->size};
    if (++walk->n_links > SYMLINKS_MAX) return POOL_ELOOP;
    if (!target.text) return POOL_ENOENT; /* of an empty one, which nobody can make */
    if (target.text[0] == '/') return POOL_EPERM;
    walk->rest[walk->n_rest++] = target;
    return 0;
}

/* `.` and `..`: 1, it was one of them; 0; POOL_EPERM. */
static int step_dots(struct walk *walk, const struct step *step, struct fs_spot *spot)
{
    bool is_dot_dot = is_name(step->name, "..");
    if (!is_dot_dot && !is_name(step->name, ".")) return 0;
    if (is_dot_dot) {
        if (walk->directory == walk->base) return POOL_EPERM;
        walk->directory = pool__node(walk->work->pool, walk->directory)->parent;
    }
    *spot = (struct fs_spot){
        .directory = walk->directory, .node = walk->directory, .is_dot_dot = is_dot_dot, .needs_directory = true};
    return 1;
}

/* The last name: whatever it stands for, unless that is a symlink to be followed. */
static bool ends_here(const struct node *node, enum walk_end end, bool slash_follows)
{
    if (!node || node->kind != NODE_SYMLINK || end == WALK_ENTRY) return true;
    return end == WALK_NODE && !slash_follows;
}

/* Makes the directory that is missing on the way, and goes on from there. */
static int step_new(struct walk *walk, const struct step *step)
{
    struct fs_spot spot = {.directory = walk->directory, .name = step->name};
    if (step->is_last || !walk->makes) return POOL_ENOENT;
    return pool__fs_put_new(walk->work, &spot, NODE_DIRECTORY, &walk->directory);
}

/* Goes on from a name that is not where the path ends. */
static int step_into(struct walk *walk, const struct step *step, uint32_t number)
{
    if (!number) return step_new(walk, step);
    const struct node *node = pool__node(walk->work->pool, number);
    if (node->kind == NODE_SYMLINK) return follow(walk, node);
    if (node->kind != NODE_DIRECTORY) return POOL_ENOTDIR;
    walk->directory = number;
    return 0;
}

static int walk_on(struct walk *walk, enum walk_end end, struct fs_spot *spot)
{
    bool slash_follows = false; /* that of a symlink at the end holds for what it leads to */
    while (walk->n_rest > 0) {
        struct step step = next_step(walk);
        int status = step_dots(walk, &step, spot);
        if (status < 0) return status;
        if (status > 0) continue;
        if (step.name.size > NAME_MAX_BYTES) return POOL_ENAMETOOLONG;
        const struct pool *pool = walk->work->pool;
        struct entry *entry = pool__entry_find(pool, pool__node(pool, walk->directory), step.name);
        const struct node *node = entry ? pool__node(pool, entry->node) : NULL;
        slash_follows |= step.is_last && step.has_slash;
        if (step.is_last && ends_here(node, end, slash_follows)) {
            *spot = (struct fs_spot){.directory = walk->directory,
                                     .name = step.name,
                                     .node = entry ? entry->node : 0,
                                     .needs_directory = slash_follows};
            return 0;
        }
        status = step_into(walk, &step, entry ? entry->node : 0);
        if (status != 0) return status;
    }
    return 0;
}

int pool__fs_walk(struct fs_work *work, const struct fs_open *at, struct fs_path path, enum walk_end end,
                  struct fs_spot *spot_out)
{
    struct walk walk = {.work = work,
                        .base = at->node,
                        .makes = at->makes && end != WALK_NODE,
                        .directory = at->node,
                        .n_rest = 1,
                        .rest = {path}};
    POOL_ASSERT(at->volume == work->volume);
    *spot_out = (struct fs_spot){.directory = at->node};
    if (pool__node(work->pool, at->node)->kind != NODE_DIRECTORY) return POOL_ENOTDIR;
    int status = pool__fs_check_path(path);
    if (status == 0) status = walk_on(&walk, end, spot_out);
    if (status != 0 || end == WALK_ENTRY || !spot_out->node || !spot_out->needs_directory) return status;
    return pool__node(work->pool, spot_out->node)->kind == NODE_DIRECTORY ? 0 : POOL_ENOTDIR;
}

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
    atomic_fetch_add(&at->volume->x_users, 1); /* `at` has it too, so it is not freed */
    *open_out = (struct fs_open){.volume = at->volume, .node = number, .read_only = at->read_only};
    return 0;
}

void pool__fs_dup(struct pool *pool, const struct fs_open *open)
{
    atomic_fetch_add(&open->volume->x_users, 1);
    if (pool__volume_lock_for(open->volume, LOCK_ALWAYS)) return;
    pool__node(pool, open->node)->n_opens++;
    pool__volume_unlock(open->volume);
}

void pool__fs_close(struct pool *pool, struct fs_open *open)
{
    struct volume *volume = open->volume;
    if (!volume) return;
    open->volume = NULL; /* first: if this thread dies in here, nobody closes it again */
    if (pool__volume_lock_for(volume, LOCK_ALWAYS) == 0) {
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

/* The lock is held. The node of a path that must be there. */
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
