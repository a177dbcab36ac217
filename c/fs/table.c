/* Closing all that a guest has open in volumes. */
#include "fs/table.h"

#include "core/check.h"

void pool__fds_close_all(struct pool *pool, struct fd_table *table)
{
    POOL_ASSERT(table->n_used <= FDS_MAX);
    for (uint32_t i = 0; i < table->n_used; i++) {
        if (table->fds[i].file.volume) pool__fs_close(pool, &table->fds[i].file);
    }
    table->n_used = 0;
}

static bool close_now(struct pool *pool, struct fs_open *file)
{
    if (!file->volume) return true;
    if (!pool__volume_seize(file->volume, WAITER_COORDINATOR)) return false;
    pool__fs_close(pool, file);
    POOL_ASSERT(!file->volume); /* it will not be closed twice */
    pool__volume_let_go();
    return true;
}

bool pool__fds_close_now(struct pool *pool, struct fd_table *table)
{
    if (!table) return true;
    POOL_ASSERT(table->n_used <= FDS_MAX);
    for (uint32_t i = 0; i < table->n_used; i++) {
        if (!close_now(pool, &table->fds[i].file)) return false;
    }
    table->n_used = 0;
    return true;
}
