/* How jobs ended. */
#ifndef MILLRACE_THIN_RESULTS_H
#define MILLRACE_THIN_RESULTS_H

#include "thin/job.h"
#include "thin/state.h"

/* Copies how a job ended, once: 0 or POOL_ENOMEM. */
int pool__thin_copy_result(struct pool *pool, struct thin_job *job);

#endif
