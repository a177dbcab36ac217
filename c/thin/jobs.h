/* What signals, and the end of a pool, do to jobs. */
#ifndef MILLRACE_THIN_JOBS_H
#define MILLRACE_THIN_JOBS_H

#include "thin/state.h"

void pool__thin_job_signal(struct pool *pool, uint32_t slot);
/* Ends every job that has not ended, because its worker will never say so. `text` is copied, and may be empty. */
void pool__thin_end_jobs(struct pool *pool, enum pool_outcome outcome, const char *text);
void pool__thin_free_jobs(struct pool *pool);

#endif
