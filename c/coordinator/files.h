/* Files for the coordinator's script: it fills volumes and reads them, through memory that it asks for here. */
#ifndef MILLRACE_COORDINATOR_FILES_H
#define MILLRACE_COORDINATOR_FILES_H

#include "core/file_call.h"
#include "core/layout.h"

/* The script's memory for one call: at least `size` bytes, always the same. NULL: more than a MiB and two paths, or
 * there is none. */
uint8_t *coordinator_memory(struct pool *pool, uint32_t size);

/* Carries out one call, which takes a few milliseconds at most if its data is no more than that memory. This thread
 * hands out memory, so it never sleeps for any: what lacks memory that the pool may not have is POOL_ENOMEM. Nor does
 * it wait for a volume: POOL_EBUSY, somebody has its lock, and the coordinator's bell rings when it is free. A volume
 * that is released, and what was in a directory that is removed, is given back by coordinator_sweep. */
int32_t coordinator_file_call(struct pool *pool, const struct file_call *call);

/* Gives back some of what was removed from volumes, and of volumes that nobody uses: 1, there is more; 0; POOL_EBUSY:
 * there is, but for now somebody has the lock. coordinator_tick does the same, so that it comes back by itself. */
int32_t coordinator_sweep(struct pool *pool);

#endif
