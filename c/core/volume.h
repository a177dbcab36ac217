/* A volume: a file system in shared memory, from which guests are given directories.
 *
 * All of it is in blocks (core/blocks.h): a node is a block of the smallest kind, and its number is the node's; what a
 * file, a directory or a symlink contains is in further blocks. Numbers instead of pointers, because every thread sees
 * the memory at an address of its own choosing.
 *
 * One lock a volume makes each operation atomic. Whoever holds it never waits for anything: what an operation needs is
 * taken before.
 */
#ifndef MILLRACE_CORE_VOLUME_H
#define MILLRACE_CORE_VOLUME_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pool.h"

#define VOLUMES_MAX POOL_VOLUMES_MAX
#define NAME_MAX_BYTES 255u
#define PATH_MAX_BYTES 4096u
#define SYMLINKS_MAX 40u /* followed in one path, as Linux */

#define PAGE_LOG2 16u /* files larger than a page are kept in pages of 64 KiB, with holes */
#define PAGE_BYTES (1u << PAGE_LOG2)

enum node_kind { NODE_FREE = 0, NODE_FILE, NODE_DIRECTORY, NODE_SYMLINK };

/* In a block of BLOCK_MIN bytes. The lock of its volume protects all of it. */
struct node {
    uint32_t kind;
    uint32_t n_links; /* names; a directory: 1, and 1 for each directory in it */
    uint32_t n_opens; /* descriptors. A node without names is freed when the last is closed */
    uint32_t parent;  /* a directory's; its own number for the root */
    uint64_t inode;   /* never used twice in a volume */
    uint64_t size;    /* a file's bytes, a symlink's target, a directory's number of entries */
    uint64_t accessed_ns;
    uint64_t modified_ns;
    uint64_t changed_ns;
    uint64_t next_cookie; /* a directory's: larger than any cookie that was given out */
    uint32_t block;       /* content up to a page; or, of a larger file, the numbers of its pages; 0: none */
    uint32_t is_paged;    /* 1: `block` lists pages */
    uint32_t is_doomed;   /* 1: a directory that is taken apart, see fs/sweep.c */
    uint32_t next_doomed; /* the one after it; 0: none */
    /* a directory's, see fs/directory.c */
    uint32_t n_slots;     /* including those of removed entries */
    uint32_t first_slot;  /* all slots before it are of removed entries */
    uint32_t names_at;    /* where in its block the names begin */
    uint32_t names_bytes; /* of the entries that it has */
};

/* What is left to do for a volume that nobody uses any more. */
enum orphan { ORPHAN_NONE = 0, ORPHAN_WHOLE, ORPHAN_DOOMED };

struct volume {
    _Atomic uint64_t x_generation; /* odd: in use */
    _Atomic uint32_t x_lock;       /* 0: free; otherwise who has it, see fs/lock.c */
    _Atomic uint32_t x_users;      /* its owner, jobs, and whatever is open in it; the last frees it */
    _Atomic uint32_t x_orphaned;   /* enum orphan; not 0: nobody uses it, and the coordinator frees it */
    _Atomic uint32_t x_doomed;     /* the first directory that is to be taken apart; the lock is held to change it */
    /* the lock */
    uint32_t is_broken; /* 1: somebody died while changing it */
    uint32_t root;
    uint32_t slot; /* its index in the pool's table of volumes */
    uint64_t next_inode;
    uint64_t n_nodes;
    uint64_t max_nodes;
    uint64_t bytes; /* in blocks of content */
    uint64_t max_bytes;
};

#endif
