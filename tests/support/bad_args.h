/* Every function of the public headers with arguments that are wrong, in one table, for any build. */
#ifndef MILLRACE_TESTS_BAD_ARGS_H
#define MILLRACE_TESTS_BAD_ARGS_H

#include <stdint.h>

#include "pool.h"

#define BAD_ARGS_WORDS_MAX 24u

/* What the calls are made with: made by whoever runs the table, in whatever way its build has. */
struct bad_args {
    pool_t *pool;
    pool_job_t job; /* has ended, and is not released */
    pool_fd_t read_end;
    pool_fd_t write_end; /* of the same pipe, which is empty */
    pool_volume_t volume;
    pool_module_t module;               /* 0 where there are none */
    uint64_t words[BAD_ARGS_WORDS_MAX]; /* no handle of the pool: released ones, of other pools, of other kinds */
    uint32_t n_words;
};

#define BAD_ARGS_ANY_ERROR INT32_MIN /* as what is wanted: any negative number */

/* What came of one call. */
typedef void bad_args_check(const char *function, const char *call, long long got, long long wanted);

/* Makes all calls of pool.h. */
void bad_args_run(const struct bad_args *args, bad_args_check *check);

/* The same of pool_guest.h, in a C function that runs as a job. */
void bad_args_run_guest(bad_args_check *check);

#endif
