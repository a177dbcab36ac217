/* A job that the test runs itself: the test plays its worker, below the worker's loop. */
#ifndef MILLRACE_TESTS_RUNNING_JOB_H
#define MILLRACE_TESTS_RUNNING_JOB_H

#include "sync/jobs.h"
#include "sync/sleep.h"

struct running_job {
    struct pool *pool;
    pool_job_t handle;
    struct job *job;        /* its slot, also after its end */
    struct sleeper sleeper; /* with no job: none runs */
};

extern struct running_job running;

/* cmocka setup and teardown: a pool as test_pool.h has it, and the sleeper of worker 1. At the end the job ends if it
 * still runs, and all that was taken must be back. */
int running_job_setup(void **state);
int running_job_teardown(void **state);

/* The same, with a client that has joined and a pipe of 256 bytes, whose ends the test may close. */
int running_job_setup_with_ends(void **state, pool_fd_t fds_out[2]);
int running_job_teardown_with_ends(void **state, const pool_fd_t fds[2]);

/* Submits a job, and begins it. Ends it, and releases it. */
void running_job_begin(const struct pool_job_config *config);
void running_job_end(void);

/* Begins a job that takes no memory; one with a new pipe of that capacity as one of its stdio: the pipe's ends. */
void running_job_begin_bare(void);
void running_job_begin_with_pipe(uint32_t index, uint32_t capacity, pool_fd_t fds_out[2]);

/* From here on this thread calls as the job does, until the job ends. */
void running_job_become(void);

/* Wishes it ended. */
void running_job_cancel(void);

#endif
