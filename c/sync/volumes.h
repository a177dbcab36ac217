/* Who uses a volume: its owner, jobs that are given it, and whatever is open in it. The last of them frees it.
 *
 * Nothing here waits or takes a lock, so that jobs can be submitted and ended by every thread.
 */
#ifndef MILLRACE_SYNC_VOLUMES_H
#define MILLRACE_SYNC_VOLUMES_H

#include "core/layout.h"
#include "core/record.h"

/* The slot of a volume's handle, whether the handle is stale or not. */
struct volume *pool__volume_at(struct pool *pool, pool_volume_t handle);

/* Counts one user more: 0, POOL_EBADF (the handle is stale). */
int pool__volume_use(struct pool *pool, pool_volume_t handle);

/* Makes the handle stale. The owner, who calls this, is still a user: 0, POOL_EBADF. */
int pool__volume_disown(struct pool *pool, pool_volume_t handle);

/* Its owner lets go of it: 0, POOL_EBADF. The coordinator frees it after the last user: a large one takes a while. */
int pool__volume_release(struct pool *pool, pool_volume_t handle);

/* Counts one user less. The coordinator frees the volume after the last. */
void pool__volume_unuse(struct pool *pool, struct volume *volume);

/* Counts a job as a user of all volumes that its record names, or of none: 0, POOL_EBADF. */
int pool__job_use_volumes(struct pool *pool, struct job *job, const struct record *record);
/* Lets go of the job's volumes. Idempotent, also when called by several threads. The job still has its record. */
void pool__job_unuse_volumes(struct pool *pool, struct job *job);

#endif
