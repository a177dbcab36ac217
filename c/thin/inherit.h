/* POOL_STDIO_INHERIT: a job's output goes to the program's own stdout and stderr. */
#ifndef MILLRACE_THIN_INHERIT_H
#define MILLRACE_THIN_INHERIT_H

#include "thin/job.h"
#include "thin/state.h"

/* Puts pipes in place of the stdio that is inherited, and keeps our ends in the job. After an error, call
 * pool__thin_disinherit: some may be open. */
int pool__thin_inherit(struct pool *pool, struct pool_job_config *config, struct thin_job *job);
/* The job does not begin: closes both ends. */
void pool__thin_disinherit(struct pool *pool, struct pool_job_config *config, struct thin_job *job);
void pool__thin_start_pumps(struct pool *pool, struct thin_job *job);
/* Writes what is left of a job that has ended, or never will, and closes our ends. */
void pool__thin_drain(struct pool *pool, struct thin_job *job);

#endif
