/* The native rows about pipes: bytes from one thread to another, through libmillrace's and through pipe(2). */
#ifndef BENCH_PIPES_H
#define BENCH_PIPES_H

struct pool;

/* The pool of jobs_pool.c. */
extern struct pool *bench_pool;

/* How much goes through: set once, before anything is measured. */
extern long n_bytes;
extern int n_round_trips;

/* GB/s in pieces of 64 KiB and of 4 KiB, and microseconds for a byte that goes to another thread and comes back. */
double pool_pipe_large(void);
double pool_pipe_small(void);
double pool_pipe_round_trip(void);
double posix_pipe_large(void);
double posix_pipe_small(void);
double posix_pipe_round_trip(void);

#endif
