/* Who uses a volume: its owner, jobs that are given it, and whatever is open in it. The last of them frees it.
 *
 * Nothing here waits or takes a lock, so that jobs can be submitted and ended by every thread.
 */
#ifndef MILLRACE_SYNC_VOLUMES_H
#define MILLRACE_SYNC_VOLUMES_H

#include "core/layout.h"
#include "core/record.h"

/* Where the volume of a handle is, whether or not there is one. */
struct volume *pool__volume_at(struct pool *pool, pool_volume_t handle);

/* One more user, by a handle that is not stale: 0, POOL_EBADF. */
int pool__volume_use(struct pool *pool, pool_volume_t handle);

/* Makes the handle stale. The owner, who calls this, is still a user: 0, POOL_EBADF. */
int pool__volume_disown(struct pool *pool, pool_volume_t handle);

/* One user less. What was used last is freed by the coordinator. */
void pool__volume_unuse(struct pool *pool, struct volume *volume);

/* Uses what a job of that record is given, all or nothing: 0, POOL_EBADF. */
int pool__job_use_volumes(struct pool *pool, struct job *job, const struct record *record);
/* Lets go of the job's volumes. Idempotent, also when called by several threads. The job still has its record. */
void pool__job_unuse_volumes(struct pool *pool, struct job *job);

#endif
