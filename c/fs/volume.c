/* Volumes as wholes: making one, dropping it, and opening its root. */
#include "core/handle.h"
#include "fs/node.h"
#include "pool.h"
#include "sync/ends.h"
#include "sync/volumes.h"

#define BYTES_A_NODE 512u /* of the default limit */

static struct volume *claim(struct pool *pool)
{
    for (uint32_t slot = 0; slot < VOLUMES_MAX; slot++) {
        struct volume *volume = &pool->volumes[slot];
        uint64_t generation = atomic_load(&volume->x_generation);
        if (pool__is_used_up(generation) || generation % 2) continue;
        if (!atomic_compare_exchange_strong(&volume->x_generation, &generation, generation + 1)) continue;
        POOL_ASSERT(atomic_load(&volume->x_users) == 0 && atomic_load(&volume->x_orphaned) == ORPHAN_NONE);
        return volume;
    }
    return NULL;
}

static int make_root(struct fs_work *work)
{
    int status = pool__node_may_make(work);
    if (status == 0) work->volume->root = pool__node_make(work, NODE_DIRECTORY, 0);
    return status;
}

/* Half of the pool's memory: one volume does not fill the pool, unless its owner asks for that. */
static uint64_t default_bytes(const struct pool *pool)
{
    return pool__blocks_limit(&pool->blocks) / 2;
}

int pool__volume_make(struct sleeper *sleeper, uint64_t max_bytes, uint64_t max_nodes, pool_volume_t *handle_out)
{
    int status;
    struct volume *volume = claim(sleeper->pool);
    if (!volume) return POOL_ENFILE;
    volume->next_inode = 1;
    volume->n_nodes = volume->bytes = 0;
    volume->max_bytes = max_bytes ? max_bytes : default_bytes(sleeper->pool);
    volume->max_nodes = max_nodes ? max_nodes : default_bytes(sleeper->pool) / BYTES_A_NODE;
    volume->is_broken = 0;
    struct fs_work work = pool__fs_work(sleeper, sleeper->pool, volume);
    do {
        status = pool__fs_enter(&work);
        if (status == 0) status = make_root(&work);
    } while (pool__fs_leave(&work, &status));
    if (status < 0) {
        atomic_fetch_add(&volume->x_generation, 1);
        return status;
    }
    *handle_out = pool__handle_of_volume(volume->slot, atomic_load(&volume->x_generation));
    atomic_store(&volume->x_users, 1);
    return 0;
}

int pool__volume_drop(struct pool *pool, pool_volume_t handle)
{
    int status = pool__volume_disown(pool, handle);
    if (status) return status;
    struct volume *volume = pool__volume_at(pool, handle);
    if (atomic_fetch_sub(&volume->x_users, 1) == 1) pool__volume_free(pool, volume);
    return 0;
}

/* pre: the caller has counted one more user of the volume, which this takes back if it fails. */
static int open_root(struct pool *pool, struct volume *volume, bool read_only, struct fs_open *root_out)
{
    int status = pool__volume_lock(volume);
    if (status < 0) {
        pool__volume_unuse(pool, volume);
        return status;
    }
    POOL_ASSERT(pool__node(pool, volume->root)->kind == NODE_DIRECTORY);
    pool__node(pool, volume->root)->n_opens++;
    pool__volume_unlock(volume);
    *root_out = (struct fs_open){.volume = volume, .node = volume->root, .read_only = read_only};
    return 0;
}

int pool__volume_open(struct pool *pool, pool_volume_t handle, bool read_only, struct fs_open *root_out)
{
    int status = pool__volume_use(pool, handle);
    return status < 0 ? status : open_root(pool, pool__volume_at(pool, handle), read_only, root_out);
}

int pool__volume_open_used(struct pool *pool, pool_volume_t handle, bool read_only, struct fs_open *root_out)
{
    struct volume *volume = pool__volume_at(pool, handle);
    uint32_t users = atomic_fetch_add(&volume->x_users, 1);
    POOL_ASSERT(users > 0); /* the job's own use of it keeps it */
    (void)users;
    return open_root(pool, volume, read_only, root_out);
}
