/* Pools for tests: made as the coordinator makes them, looked into, and taken apart. */
#ifndef MILLRACE_TESTS_TEST_POOL_H
#define MILLRACE_TESTS_TEST_POOL_H

#include "coordinator/coordinator.h"
#include "core/layout.h"

#define TEST_CORES 1u
#define TEST_GRACE_MS 50u
#define TEST_BLOCKS_MIB 64u
#define TEST_WORKERS 1u

/* cmocka setup and teardown: a fake platform, and a pool in `*state`. */
int test_pool_setup(void **state);
int test_pool_teardown(void **state);

/* A pool as the tests have it, for so many workers: on whatever platform is set. */
struct pool *test_pool_make(uint32_t n_cores, uint32_t n_workers);

/* Frees a pool that no thread uses any more. */
void test_pool_free(struct pool *pool);

/* The length of a free list. */
uint32_t test_free_jobs(struct pool *pool);
uint32_t test_free_pipes(struct pool *pool);
uint64_t test_used_bytes(struct pool *pool); /* of blocks that somebody has */
uint32_t test_free_calls(struct pool *pool);

/* Fails unless every job, pipe, call, volume and block is back where it came from. */
void assert_pool_is_empty(struct pool *pool);

/* What a call that fails must not change. */
struct test_census {
    uint32_t jobs, pipes, blocks;
    bool queued;
};
struct test_census test_census(struct pool *pool);

/* A job's slot behind a handle. */
struct job *test_job(struct pool *pool, pool_job_t handle);

/* A pipe behind an end's handle, open or not. */
struct pipe *test_pipe(struct pool *pool, pool_fd_t fd);

/* Says that somebody has an end. */
void test_hold(struct pipe *pipe, enum pipe_end end, enum end_hold hold);

/* Submits a job of a module with nothing else: its handle. */
pool_job_t test_submit(struct pool *pool, uint32_t module);

/* Submits a job of module 1 without so much as a name: it takes no memory. */
pool_job_t test_submit_bare(struct pool *pool);

/* How a job ended; it must have. */
struct pool_result test_result(struct pool *pool, pool_job_t job);

/* Takes the one host call that waits, as its host does: of that job, by the name "host", with "question". */
pool_call_t test_take_call(struct pool *pool, pool_job_t job);

/* Takes every signal that is there. True: `signal` was among them. */
bool test_signalled(struct pool *pool, uint32_t signal);

/* More blocks than a new pool has ready. */
enum { TEST_BLOCKS_MAX = 4000 };

/* Takes every free block of a class, so that the next one is asked for in vain; then gives all of them back. */
uint32_t test_drain_blocks(struct pool *pool, uint32_t size_bytes, uint32_t *taken, uint32_t max);
void test_undrain_blocks(struct pool *pool, const uint32_t *taken, uint32_t n);

/* Takes everything that the pool has and may have; test_undrain_blocks gives it back. */
uint32_t test_take_all(struct pool *pool, uint32_t *taken, uint32_t max);

/* Checks that free blocks merge to nothing but whole chunks. */
void test_merge_blocks(struct pool *pool);

/* Ends every job that is queued, as a worker would. */
void test_run_queue(struct pool *pool);

#endif
