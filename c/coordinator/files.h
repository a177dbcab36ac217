/* Files for the coordinator's script: it fills volumes and reads them, through memory that it asks for here. */
#ifndef MILLRACE_COORDINATOR_FILES_H
#define MILLRACE_COORDINATOR_FILES_H

#include "core/file_call.h"
#include "core/layout.h"

/* The script's memory for one call: at least `size` bytes, always the same. NULL: more than a MiB and two paths, or
 * there is none. */
uint8_t *coordinator_memory(struct pool *pool, uint32_t size);

/* Carries out one call. This thread hands out memory, so it never sleeps for any: what lacks memory that the pool may
 * not have is POOL_ENOMEM. */
int32_t coordinator_file_call(struct pool *pool, const struct file_call *call);

#endif
