/* Jobs of an operation: submitted, harmed, waited for in all ways, judged and released. */
#ifndef MILLRACE_TESTS_CHAOS_SETTLE_H
#define MILLRACE_TESTS_CHAOS_SETTLE_H

#include "chaos/native/chaos.h"

/* Submits a job, and waits for room if there is none. A harm by time limit is set here. */
pool_job_t chaos_submit(struct op *op, struct pool_job_config *config);

/* Opens a pipe, and waits for room if there is none. */
void chaos_pipe(struct op *op, uint32_t capacity_bytes, pool_fd_t fds_out[2]);

/* Does to a job what is to be done to it. Once for each job, at any time. */
void chaos_strike(struct op *op, pool_job_t job);

/* Waits until a job has ended, in one of several ways, and checks that it ended once, and as it may: by itself with
 * that code, or by its harm. True: by itself. `result_out` is valid until the job is released. */
bool chaos_settle(struct op *op, pool_job_t job, uint32_t code, struct pool_result *result_out);

/* Releases a job that has ended, and checks that its handle is stale. */
void chaos_release(struct op *op, pool_job_t job);

/* Strikes, settles and releases. True: it ended by itself. */
bool chaos_finish(struct op *op, pool_job_t job, uint32_t code);

/* Closes an end that this thread has. */
void chaos_close(struct op *op, pool_fd_t fd);

/* Some bytes that follow from `seed`. The caller frees them. */
uint8_t *chaos_bytes(uint64_t seed, uint32_t size_bytes);

/* Sleeps, beside all pools. */
void chaos_pause(uint32_t ms);

#endif
