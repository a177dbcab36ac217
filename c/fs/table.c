#include "fs/table.h"

void pool__fds_close_all(struct pool *pool, struct fd_table *table)
{
    for (uint32_t i = 0; i < table->n_used; i++) {
        if (table->fds[i].file.volume) pool__fs_close(pool, &table->fds[i].file);
    }
    table->n_used = 0;
}
