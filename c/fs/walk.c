/* Where a path leads. It never leaves the directory that it begins in. */
#include <string.h>

#include "fs/node.h"
#include "pool.h"
#include "sync/ends.h"

/* A path on its way. `rest` is what is left of it, and of the symlinks that it has led through, the innermost last. */
struct walk {
    struct fs_work *work;
    uint32_t base; /* never left */
    bool makes;    /* directories that are missing are made */
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
    POOL_ASSERT(walk->n_rest > 0 && rest->size > 0);
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
    if (!target.text) return POOL_ENOENT; /* an empty symlink, which nobody can make */
    if (target.text[0] == '/') return POOL_EPERM;
    POOL_ASSERT(walk->n_rest <= SYMLINKS_MAX); /* each that was followed is in it once, at most */
    walk->rest[walk->n_rest++] = target;
    return 0;
}

/* Goes on by `.` or `..`: 1, it was one of them; 0, it is another name; POOL_EPERM, it would lead outside. */
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

/* Whether the walk ends at its last name: it does, unless that is a symlink to be followed. */
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
    bool slash_follows = false; /* a slash after a symlink at the end holds for what the symlink leads to */
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
    POOL_ASSERT(at->volume == work->volume && pool__volume_is_locked(work->volume));
    *spot_out = (struct fs_spot){.directory = at->node};
    if (pool__node(work->pool, at->node)->kind != NODE_DIRECTORY) return POOL_ENOTDIR;
    int status = pool__fs_check_path(path);
    if (status == 0) status = walk_on(&walk, end, spot_out);
    POOL_ASSERT(status != 0 || !spot_out->name.size == (spot_out->node == spot_out->directory)); /* `.` and `..` */
    if (status != 0 || end == WALK_ENTRY || !spot_out->node || !spot_out->needs_directory) return status;
    return pool__node(work->pool, spot_out->node)->kind == NODE_DIRECTORY ? 0 : POOL_ENOTDIR;
}
