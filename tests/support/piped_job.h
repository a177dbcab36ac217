/* A job for a worker that the test plays, with a pipe for its stdin and one for its stdout. */
#ifndef MILLRACE_TESTS_PIPED_JOB_H
#define MILLRACE_TESTS_PIPED_JOB_H

#include "pool.h"

/* The test's ends of the job that was submitted last; 0: closed. */
extern pool_fd_t test_to_guest, test_from_guest;

/* Submits a job with stdin and stdout, of module 4. */
pool_job_t test_submit_with_pipes(struct pool *pool);

/* Closes both and releases the job; nothing is left in the pool then. */
void test_close_and_release(struct pool *pool, pool_job_t job);

#endif
