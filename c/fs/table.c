#include "fs/table.h"

void pool__fds_close_all(struct pool *pool, struct fd_table *table)
{
    for (uint32_t i = 0; i < table->n_used; i++) {
        if (table->fds[i].file.volume) pool__fs_close(pool, &table->fds[i].file);
    }
    table->n_used = 0;
}

static bool close_now(struct pool *pool, struct fs_open *file)
{
    if (!file->volume) return true;
    if (!pool__volume_hold(file->volume, WAITER_COORDINATOR)) return false;
    pool__fs_close(pool, file);
    pool__volume_let_go();
    return true;
}

bool pool__fds_close_now(struct pool *pool, struct fd_table *table)
{
    if (!table) return true;
    for (uint32_t i = 0; i < table->n_used; i++) {
        if (!close_now(pool, &table->fds[i].file)) return false;
    }
    table->n_used = 0;
    return true;
}
