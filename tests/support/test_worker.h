/* A worker without a thread of its own: the test plays the script around it, and the guest too. */
#ifndef MILLRACE_TESTS_TEST_WORKER_H
#define MILLRACE_TESTS_TEST_WORKER_H

#include "core/layout.h"
#include "worker/worker.h"

#define TEST_GUEST_BYTES (128u * 1024)

/* cmocka setup and teardown: test_pool_setup, a worker on this thread, and a guest's memory. */
int test_worker_setup(void **state);
int test_worker_teardown(void **state);

/* Adds a worker to the pool and makes this thread run as it: its number. */
uint32_t test_worker_join(struct pool *pool);

/* Takes the next job, which must be of `module`, and makes it ready; test_worker_enter lets the guest in as well. */
void test_worker_begin(uint32_t module);
void test_worker_enter(uint32_t module);

/* The guest returns from its main. */
void test_worker_return(uint32_t code);

/* The guest was unwound: ends the job the way that worker_left_by says. */
void test_worker_unwound(void);

/* The state of a worker. */
enum worker_state test_worker_state(struct pool *pool, uint32_t number);

/* What a guest imports. */
uint32_t guest_args_get(uint32_t pointers, uint32_t data);
uint32_t guest_args_sizes_get(uint32_t n, uint32_t size);
uint32_t guest_clock_time_get(uint32_t clock, uint64_t precision, uint32_t time);
uint32_t guest_random_get(uint32_t data, uint32_t size);
uint32_t guest_sched_yield(void);
uint32_t guest_poll_oneoff(uint32_t in, uint32_t out, uint32_t n, uint32_t n_out);
uint32_t guest_fd_read(uint32_t fd, uint32_t iovs, uint32_t n, uint32_t n_out);
uint32_t guest_fd_write(uint32_t fd, uint32_t iovs, uint32_t n, uint32_t n_out);
uint32_t guest_fd_close(uint32_t fd);
uint32_t guest_fd_prestat_get(uint32_t fd, uint32_t stat);
uint32_t guest_fd_tell(uint32_t fd, uint32_t offset);
uint32_t guest_path_create_directory(uint32_t fd, uint32_t path, uint32_t size);
uint32_t guest_sock_shutdown(uint32_t fd, uint32_t how);
uint32_t guest_proc_raise(uint32_t signal);
void guest_proc_exit(uint32_t code);

#endif
