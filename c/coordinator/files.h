/* Files for the coordinator's script: it fills volumes and reads them, through memory that it asks for here. */
#ifndef MILLRACE_COORDINATOR_FILES_H
#define MILLRACE_COORDINATOR_FILES_H

#include "core/file_call.h"
#include "core/layout.h"

/* Memory of `size` bytes, with what was in `old` as far as it fits; 0 bytes: none, and `old` is freed. NULL: there is
 * none, and `old` stays. */
uint8_t *coordinator_memory(uint8_t *old, uint32_t size);

/* Carries out one call. This thread hands out memory, so it never sleeps for any: what lacks memory that the pool may
 * not have is POOL_ENOMEM. */
int32_t coordinator_file_call(struct pool *pool, const struct file_call *call);

#endif
