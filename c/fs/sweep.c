/* Taking apart what nobody can reach any more.
 *
 * A directory that is removed with all that is in it loses its name in one step, so to everybody else it is gone at
 * once. It becomes the first of the volume's doomed directories. A slice takes entries out of the first of these, one
 * after the other; a directory that it takes out becomes the first itself. So the cost is the number of entries,
 * however deep they are, and it needs no memory. A volume is taken apart in the same way, from its root on.
 */
#include "fs/node.h"
#include "pool.h"
#include "sync/ends.h"
#include "sync/volumes.h"
#include "sync/wake.h"

#define STEPS_A_SLICE 1024u  /* about as many nodes: some tens of microseconds */
#define STEP_BYTES_LOG2 12   /* giving back so many bytes of content counts as one more step */
#define LOOKS_A_SLICE 16384u /* slots of directories, including those of entries that were removed before */

void pool__fs_doom(struct fs_work *work, uint32_t number)
{
    struct node *directory = pool__node(work->pool, number);
    POOL_ASSERT(directory->kind == NODE_DIRECTORY && !directory->is_doomed);
    POOL_ASSERT(pool__volume_is_changing(work->volume));
    directory->n_links = 0;
    directory->is_doomed = 1;
    directory->next_doomed = atomic_load(&work->volume->x_doomed);
    atomic_store(&work->volume->x_doomed, number);
}

/* A doomed directory has no entries left: frees it, unless somebody has it open. */
static void finish(struct fs_work *work, uint32_t number)
{
    struct node *directory = pool__node(work->pool, number);
    POOL_ASSERT(directory->is_doomed && directory->size == 0);
    atomic_store(&work->volume->x_doomed, directory->next_doomed);
    directory->is_doomed = 0;
    pool__content_cut(work, directory, 0);
    pool__node_settle(work, number);
}

/* A node was in a doomed directory: it has one name less, or, if it is a directory, is doomed too. */
static void let_go(struct fs_work *work, uint32_t number)
{
    struct node *node = pool__node(work->pool, number);
    pool__node_changed(work, node);
    if (node->kind == NODE_DIRECTORY) {
        pool__fs_doom(work, number);
    } else {
        POOL_ASSERT(node->n_links > 0);
        node->n_links--;
        pool__node_settle(work, number);
    }
}

/* The lock is held. True: there is more. */
static bool sweep(struct fs_work *work)
{
    const struct volume *volume = work->volume;
    uint32_t number, looks = LOOKS_A_SLICE;
    uint64_t steps = 0, had = volume->bytes;
    while ((number = atomic_load(&volume->x_doomed))) {
        if (steps + ((had - volume->bytes) >> STEP_BYTES_LOG2) >= STEPS_A_SLICE || looks == 0) return true;
        uint32_t child = pool__entry_take(work->pool, pool__node(work->pool, number), &looks);
        if (child) {
            let_go(work, child);
        } else if (looks > 0) {
            finish(work, number);
        }
        steps++;
    }
    return false;
}

int pool__fs_sweep(struct pool *pool, struct volume *volume)
{
    struct fs_work work = pool__fs_work(NULL, pool, volume);
    if (!atomic_load(&volume->x_doomed)) return 0;
    int status = pool__fs_enter(&work);
    if (status < 0) return status;
    bool more = sweep(&work);
    pool__volume_unlock(volume);
    return more;
}

/* --------------------------------------------------------------------------------------------------------- volumes */

/* Nobody uses the volume any more: takes the first step of taking it apart. A broken volume is left as it is. */
static void doom_root(struct pool *pool, struct volume *volume)
{
    struct fs_work work = pool__fs_work(NULL, pool, volume);
    POOL_ASSERT(atomic_load(&volume->x_users) == 0);
    if (pool__fs_enter(&work) < 0) return;
    pool__fs_doom(&work, volume->root);
    pool__volume_unlock(volume);
}

/* The last step: the slot is free for another volume. */
static void forget(struct volume *volume)
{
    POOL_ASSERT(atomic_load(&volume->x_users) == 0 && atomic_load(&volume->x_generation) % 2 == 1);
    POOL_ASSERT(volume->is_broken || (volume->n_nodes == 0 && volume->bytes == 0));
    atomic_store(&volume->x_doomed, 0);
    atomic_fetch_add(&volume->x_generation, 1);
}

void pool__volume_free(struct pool *pool, struct volume *volume)
{
    doom_root(pool, volume);
    while (pool__fs_sweep(pool, volume) > 0) continue;
    forget(volume);
}

/* The lock is held. */
static bool sweep_orphan(struct pool *pool, struct volume *volume)
{
    POOL_ASSERT(pool__volume_is_changing(volume));
    if (atomic_load(&volume->x_orphaned) == ORPHAN_WHOLE) {
        atomic_store(&volume->x_orphaned, ORPHAN_DOOMED);
        doom_root(pool, volume);
    }
    return pool__fs_sweep(pool, volume) > 0;
}

static int sweep_volume(struct pool *pool, struct volume *volume)
{
    if (!pool__volume_seize(volume, WAITER_COORDINATOR)) return POOL_EBUSY;
    bool is_orphan = atomic_load(&volume->x_orphaned) != ORPHAN_NONE;
    bool more = is_orphan ? sweep_orphan(pool, volume) : pool__fs_sweep(pool, volume) > 0;
    pool__volume_let_go();
    if (!is_orphan || more) return more;
    atomic_store(&volume->x_orphaned, ORPHAN_NONE);
    forget(volume);
    return 0;
}

int pool__volumes_sweep(struct pool *pool)
{
    int result = 0;
    if (!atomic_load(&pool->x_unswept)) return 0;
    atomic_store(&pool->x_unswept, 0);
    for (uint32_t slot = 0; slot < VOLUMES_MAX; slot++) {
        struct volume *volume = &pool->volumes[slot];
        if (!atomic_load(&volume->x_orphaned) && !atomic_load(&volume->x_doomed)) continue;
        int status = sweep_volume(pool, volume);
        if (status == 0) continue;
        atomic_store(&pool->x_unswept, 1);
        result = status;
        if (status == 1) return 1; /* one slice is done */
    }
    if (result == 0) pool__wake_starved(pool); /* those who wait for the sweep, not for a block */
    return result;
}

void pool__fs_sweep_later(struct pool *pool)
{
    atomic_store(&pool->x_unswept, 1);
    pool__ask_coordinator(pool);
}
