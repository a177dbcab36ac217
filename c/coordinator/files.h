/* Files for the coordinator's script: it fills volumes and reads them, through memory that it asks for here. */
#ifndef MILLRACE_COORDINATOR_FILES_H
#define MILLRACE_COORDINATOR_FILES_H

#include "core/file_call.h"
#include "core/layout.h"

/* The script's memory for one call, at least `size` bytes. It is always the same. NULL: `size` is more than a MiB and
 * two paths, or there is no memory. */
uint8_t *coordinator_memory(struct pool *pool, uint32_t size);

/* Carries out one call. It takes a few milliseconds at most if its data fits into that memory. It never sleeps for
 * memory, as this thread is the one that hands it out: POOL_ENOMEM, the pool may not have more. Nor does it wait for a
 * volume: POOL_EBUSY, somebody has its lock, and the coordinator's bell rings when it is free. coordinator_sweep frees
 * a volume that is released, and what was in a directory that is removed. */
int32_t coordinator_file_call(struct pool *pool, const struct file_call *call);

/* Frees some of what was removed from volumes, and of volumes that nobody uses: 1, there is more; 0, all is done;
 * POOL_EBUSY, there is more, but somebody has the lock now. coordinator_tick does the same, so nobody has to call it.
 */
int32_t coordinator_sweep(struct pool *pool);

#endif
