/* Counting the users of volumes. */
#include "sync/volumes.h"

#include "core/check.h"
#include "core/handle.h"
#include "sync/record.h"
#include "sync/wake.h"

_Static_assert(VOLUMES_MAX == 1u << HANDLE_VOLUME_BITS, "every slot that a handle can show is there");

struct volume *pool__volume_at(struct pool *pool, pool_volume_t handle)
{
    return &pool->volumes[pool__handle_slot(handle, HANDLE_VOLUME_BITS)];
}

static bool is_stale(const struct volume *volume, pool_volume_t handle)
{
    uint64_t generation = atomic_load(&volume->x_generation);
    return generation % 2 == 0 || handle >> HANDLE_VOLUME_BITS != generation;
}

int pool__volume_use(struct pool *pool, pool_volume_t handle)
{
    struct volume *volume = pool__volume_at(pool, handle);
    uint32_t users = atomic_load(&volume->x_users);
    do {
        if (users == 0 || is_stale(volume, handle)) return POOL_EBADF;
    } while (!atomic_compare_exchange_weak(&volume->x_users, &users, users + 1));
    if (!is_stale(volume, handle)) return 0;
    pool__volume_unuse(pool, volume); /* it was dropped since, and the slot may have another volume */
    return POOL_EBADF;
}

int pool__volume_disown(struct pool *pool, pool_volume_t handle)
{
    struct volume *volume = pool__volume_at(pool, handle);
    uint64_t generation = atomic_load(&volume->x_generation);
    if (is_stale(volume, handle) || atomic_load(&volume->x_users) == 0) return POOL_EBADF;
    /* Still odd, so still in use by whoever else has it; but nobody has this generation's handle. */
    return atomic_compare_exchange_strong(&volume->x_generation, &generation, generation + 2) ? 0 : POOL_EBADF;
}

void pool__volume_unuse(struct pool *pool, struct volume *volume)
{
    uint32_t had = atomic_fetch_sub(&volume->x_users, 1);
    POOL_ASSERT(had > 0);
    if (had != 1) return;
    POOL_ASSERT(atomic_load(&volume->x_orphaned) == ORPHAN_NONE);
    atomic_store(&volume->x_orphaned, ORPHAN_WHOLE);
    atomic_store(&pool->x_unswept, 1);
    pool__ask_coordinator(pool);
}

int pool__volume_release(struct pool *pool, pool_volume_t handle)
{
    int status = pool__volume_disown(pool, handle);
    if (status == 0) pool__volume_unuse(pool, pool__volume_at(pool, handle));
    return status;
}

int pool__job_use_volumes(struct pool *pool, struct job *job, const struct record *record)
{
    POOL_ASSERT(atomic_load(&job->x_volumes) == 0 && record->n_preopens <= POOL_PREOPENS_MAX);
    for (uint32_t i = 0; i < record->n_preopens; i++) {
        int error = pool__volume_use(pool, pool__record_preopens(record)[i].volume);
        if (!error) atomic_store(&job->x_volumes, i + 1);
        if (error) pool__job_unuse_volumes(pool, job);
        if (error) return error;
    }
    return 0;
}

void pool__job_unuse_volumes(struct pool *pool, struct job *job)
{
    uint32_t n = atomic_load(&job->x_volumes);
    while (n > 0) {
        pool_volume_t handle = pool__record_preopens(pool__job_record(pool, job))[n - 1].volume;
        POOL_ASSERT(n <= pool__job_record(pool, job)->n_preopens);
        if (!atomic_compare_exchange_strong(&job->x_volumes, &n, n - 1)) continue; /* somebody else is at it */
        pool__volume_unuse(pool, pool__volume_at(pool, handle));
        n--;
    }
}
