/* What signals, and the end of a pool, do to jobs. */
#ifndef MILLRACE_THIN_JOBS_H
#define MILLRACE_THIN_JOBS_H

#include "thin/job.h"

/* The job of a handle; NULL: the handle is stale. */
struct thin_job *pool__thin_job_of(struct pool *pool, pool_job_t handle);
/* Whether a job has ended, or was even released. */
bool pool__thin_job_ended(struct pool *pool, pool_job_t handle);
/* pool_submit; `serves`: an instance, over the pipes that are its stdin and stdout. */
int pool__thin_submit(struct pool *pool, const struct pool_job_config *config, bool serves, pool_job_t *job_out);

/* Whether a signal of a slot may be about a job. */
bool pool__thin_job_has_slot(pool_job_t handle, uint32_t slot);
void pool__thin_job_signal(struct pool *pool, uint32_t slot);
/* Ends every job that has not ended, because its worker will never say so. `text` is copied, and may be empty. */
void pool__thin_end_jobs(struct pool *pool, enum pool_outcome outcome, const char *text);
void pool__thin_free_jobs(struct pool *pool);

#endif
