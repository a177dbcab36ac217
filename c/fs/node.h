/* What the files of this folder share: an operation under way, the nodes, the entries of directories, paths.
 *
 * An operation is attempted under the lock. If a block is missing, the attempt returns FS_MISSING. Then the lock is
 * freed, the operation waits for a block, keeps it as a spare, and makes the attempt again. A large block is always
 * fetched in this way, so that it is zeroed while nobody waits for the lock. So every step of an attempt before its last
 * possible failure must be idempotent.
 */
#ifndef MILLRACE_FS_NODE_H
#define MILLRACE_FS_NODE_H

#include "core/check.h"
#include "fs/fs.h"
#include "port/port.h"

#define FS_MISSING 1 /* no error: a block is missing */
#define FS_UNSWEPT 2 /* no error: the volume is full, but some of it has only to be swept */
#define FS_MORE 3    /* no error: the lock was held for long enough; the next attempt goes on */
#define FILE_MAX_BYTES ((uint64_t)(1u << BLOCK_MAX_LOG2) / sizeof(uint32_t) << PAGE_LOG2) /* what an index can hold */
#define LINKS_MAX 65000u

/* What a spare block is for; an attempt needs at most one for each. */
enum spare { SPARE_NODE = 0, SPARE_ROOM, SPARE_CONTENT, SPARES };

struct fs_work {
    struct pool *pool;
    struct volume *volume;
    struct sleeper *sleeper; /* NULL: it needs no memory */
    uint64_t now_ns;         /* realtime, of this attempt */
    bool is_locked;
    uint32_t spares[SPARES];
    enum spare missing;
    uint32_t missing_bytes;
};

/* work.c */
struct fs_work pool__fs_work(struct sleeper *sleeper, struct pool *pool, struct volume *volume);
/* Begins an attempt, with the lock unless it fails (POOL_EIO, POOL_EAGAIN). */
int pool__fs_enter(struct fs_work *work);

/* retry.c: ends an attempt. True: it is to be made again. */
bool pool__fs_leave(struct fs_work *work, int *status);

/* The lock is held in all that follows. */

static inline struct node *pool__node(const struct pool *pool, uint32_t number)
{
    struct node *node = (struct node *)(void *)pool__blocks_memory(&pool->blocks, number);
    POOL_ASSERT(number && node->kind != NODE_FREE);
    return node;
}

/* blocks.c */

#define LARGE_BYTES (1u << 20) /* zeroing so many takes 0.1 ms, or more if they are touched for the first time */

/* A block's bytes; 0 for block 0. */
uint32_t pool__node_block_bytes(const struct pool *pool, uint32_t block);
/* Gets a spare of `bytes` bytes ready: 0, or FS_MISSING. */
int pool__fs_need(struct fs_work *work, enum spare spare, uint32_t bytes);
/* The same for content, within the volume's limit (POOL_ENOSPC); a block of `instead` bytes will be given back for it.
 */
int pool__fs_need_content(struct fs_work *work, enum spare spare, uint32_t bytes, uint32_t instead);
/* Takes the spare for content, whose bytes are zeros from `from` on. pre: there is one. Both calls count the volume's
 * bytes. */
uint32_t pool__fs_take_content(struct fs_work *work, enum spare spare, uint32_t from);
void pool__fs_give_content(struct fs_work *work, uint32_t block);
/* Moves what is in the node's block into one of at least `bytes`, and zeroes the rest: POOL_ENOSPC, FS_MISSING. */
int pool__node_grow(struct fs_work *work, struct node *node, uint32_t bytes);
/* Why a volume has no space: POOL_ENOSPC, or FS_UNSWEPT. */
int pool__fs_full(const struct volume *volume);

/* node.c */

/* Whether a node can be made (0, POOL_ENOSPC, FS_UNSWEPT, FS_MISSING); and making it, without a name yet. */
int pool__node_may_make(struct fs_work *work);
uint32_t pool__node_make(struct fs_work *work, enum node_kind kind, uint32_t parent);
/* A name or a descriptor is gone: frees the node if it was the last. */
void pool__node_settle(struct fs_work *work, uint32_t number);
struct fs_stat pool__node_stat(const struct volume *volume, const struct node *node);

/* sweep.c */

/* A directory has lost its name: sweeping takes it apart, with what is in it. */
void pool__fs_doom(struct fs_work *work, uint32_t number);
/* Frees a volume that nobody uses, at once. The lock is not held. */
void pool__volume_free(struct pool *pool, struct volume *volume);

/* directory.c */

struct entry {
    uint64_t cookie;
    uint32_t node; /* 0: it was removed */
    uint32_t hash; /* of its name */
    uint32_t next; /* slot of that chain, + 1 */
    uint32_t name; /* where in the block its name is */
};

#define COOKIE_DOT 1u
#define COOKIE_DOT_DOT 2u
#define COOKIE_FIRST 3u

/* The first entry after a cookie; NULL: there is none. */
struct entry *pool__entry_after(const struct pool *pool, const struct node *directory, uint64_t cookie);
struct fs_path pool__entry_name(const struct pool *pool, const struct node *directory, const struct entry *entry);
/* NULL: there is none of that name. */
struct entry *pool__entry_find(const struct pool *pool, const struct node *directory, struct fs_path name);
/* Makes room for one more: POOL_ENOENT, the directory itself is gone; POOL_ENOSPC; FS_MISSING. */
int pool__entry_reserve(struct fs_work *work, struct node *directory, struct fs_path name);
/* pre: there is room, and there is none of that name. */
void pool__entry_add(struct fs_work *work, struct node *directory, struct fs_path name, uint32_t number);
/* Takes the first entry out of a doomed directory and returns its node; its name stays in the block. 0: there is none,
 * or `*looks` slots have been looked at, and `*looks` is 0 now. */
uint32_t pool__entry_take(const struct pool *pool, struct node *directory, uint32_t *looks);
/* pre: it is there, and `name` does not lie in the directory's own block. */
void pool__entry_remove(struct fs_work *work, struct node *directory, struct fs_path name);

/* pages.c */

struct content_bytes {
    uint8_t *data; /* NULL: a hole */
    uint32_t size;
};

/* What is at an offset: the bytes up to the end of their block, 1 at least. */
struct content_bytes pool__content_at(const struct pool *pool, const struct node *node, uint64_t offset);
/* Where there are bytes next, from an offset on, whatever the file's size; UINT64_MAX: there are only holes. */
uint64_t pool__content_next(const struct pool *pool, const struct node *node, uint64_t offset);
/* Fills all holes from `begin` to `end` with blocks: POOL_EFBIG, POOL_ENOSPC, FS_MISSING, FS_MORE. */
int pool__content_fill(struct fs_work *work, struct node *node, uint64_t begin, uint64_t end);
/* Gives back what is beyond the node's first `size` bytes, and zeroes the rest of the last page. */
void pool__content_cut(struct fs_work *work, struct node *node, uint64_t size);

/* walk.c */

enum walk_end {
    WALK_NODE = 0, /* what the path leads to; a symlink at the end is followed only if a slash comes after it */
    WALK_FOLLOW,   /* a symlink at the end is followed */
    WALK_ENTRY     /* the name itself: a symlink at the end is never followed */
};

/* Where a path leads. */
struct fs_spot {
    uint32_t directory;   /* what the last name is in */
    struct fs_path name;  /* `.` and `..` have none: its size is 0 */
    uint32_t node;        /* 0: there is none of that name */
    bool is_dot_dot;      /* the path ends with that */
    bool needs_directory; /* the path ends with a slash */
};

/* pre: `at` is open in the work's volume. */
int pool__fs_walk(struct fs_work *work, const struct fs_open *at, struct fs_path path, enum walk_end end,
                  struct fs_spot *spot_out);
/* What every path must be: POOL_ENOENT, POOL_ENAMETOOLONG, POOL_EINVAL, POOL_EPERM. */
int pool__fs_check_path(struct fs_path path);
/* spot.c */

/* If `child` is a directory, it is one of `parent` from now on. */
void pool__fs_adopt(const struct fs_work *work, uint32_t parent, uint32_t child);
/* Puts a new node where the path leads: POOL_ENOENT, POOL_ENOSPC, FS_MISSING. pre: there is nothing at the spot. */
int pool__fs_put_new(struct fs_work *work, const struct fs_spot *spot, enum node_kind kind, uint32_t *number_out);

static inline void pool__node_changed(const struct fs_work *work, struct node *node)
{
    POOL_ASSERT(pool__volume_is_changing(work->volume));
    node->changed_ns = work->now_ns;
}

/* Sets the time only the first time after a change: asking for the time takes as long as reading. */
static inline void pool__node_accessed(struct node *node)
{
    if (node->accessed_ns <= node->modified_ns || node->accessed_ns <= node->changed_ns) {
        node->accessed_ns = port_now_ns(PORT_REALTIME);
    }
}

static inline void pool__node_modified(const struct fs_work *work, struct node *node)
{
    POOL_ASSERT(pool__volume_is_changing(work->volume));
    node->modified_ns = node->changed_ns = work->now_ns;
}

#endif
