/* Pools of threads for tests, as pool_create makes them, and the jobs that many tests want: C functions. */
#ifndef MILLRACE_TESTS_NATIVE_POOL_H
#define MILLRACE_TESTS_NATIVE_POOL_H

#include <semaphore.h>
#include <stdbool.h>

#include "pool.h"

/* A pool of so many workers, on the real platform; `max_workers` 0: the default. */
pool_t *native_pool_make(uint32_t n_workers, uint32_t max_workers);
pool_t *native_pool_make_beside(uint32_t n_workers); /* the same while another pool runs */
void native_pool_free(pool_t *pool);

/* Waits until the pool's numbers are as they should become. */
void native_await_stats(pool_t *pool, bool (*are_there)(const struct pool_stats *));

/* Submits a function with nothing else: its handle. */
pool_job_t native_submit(pool_t *pool, pool_function function, void *user);

/* Waits until a job has ended, and releases it: how it ended. What the result points to is gone. */
struct pool_result native_await(pool_t *pool, pool_job_t job);

/* A place where one thread waits for another, beside the pool: neither is asleep there as far as the pool can tell. */
struct gate {
    sem_t arrived;
    sem_t opened;
};

void gate_init(struct gate *gate);
void gate_arrive(struct gate *gate);        /* tells that this thread is here, and waits until it may go on */
void gate_await_arrival(struct gate *gate); /* until a thread is here */
void gate_open(struct gate *gate);          /* for one thread */

/* For tests that want no more than this: cmocka setup and teardown of a pool of two workers, and a gate. A test that has
 * freed the pool sets it to NULL. */
struct native_rig {
    pool_t *pool;
    struct gate gate;
};
extern struct native_rig native;
int native_rig_setup(void **state);
int native_rig_teardown(void **state);

/* Functions for jobs. `user` is a struct gate: arrives there and returns 7; one that asks pool_interrupted after it has
 * arrived, until it is to end: returns 8. */
uint32_t job_at_gate(pool_t *pool, void *user);
uint32_t job_that_computes(pool_t *pool, void *user);

/* Reads POOL_STDIN to its end: how many bytes, or a failure. */
uint32_t job_that_reads(pool_t *pool, void *user);

/* Copies POOL_STDIN to POOL_STDOUT: how many bytes, or a failure. */
uint32_t job_that_echoes(pool_t *pool, void *user);

/* Waits until `*user`, a pool_fd_t, can be read, or for ever: what pool_read returned. */
uint32_t job_that_blocks(pool_t *pool, void *user);

#endif
