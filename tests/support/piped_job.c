/* Submits a job with pipes, and lets go of it. */
#include "support/piped_job.h"

#include "support/prelude.h"
#include "support/test_pool.h"

pool_fd_t test_to_guest, test_from_guest;

pool_job_t test_submit_with_pipes(struct pool *pool)
{
    pool_fd_t in[2], out[2];
    pool_job_t job;
    assert_int_equal(pool_pipe(pool, 256, in), 0);
    assert_int_equal(pool_pipe(pool, 256, out), 0);
    struct pool_job_config config = {.module = 4,
                                     .stdio = {{POOL_STDIO_PIPE, in[0]}, {POOL_STDIO_PIPE, out[1]}},
                                     .argv = (const char *const[]){"prog", "-v", NULL},
                                     .envp = (const char *const[]){"A=1", NULL}};
    assert_int_equal(pool_submit(pool, &config, &job), 0);
    test_to_guest = in[1];
    test_from_guest = out[0];
    return job;
}

void test_close_and_release(struct pool *pool, pool_job_t job)
{
    if (test_to_guest) assert_int_equal(pool_close(pool, test_to_guest), 0);
    if (test_from_guest) assert_int_equal(pool_close(pool, test_from_guest), 0);
    test_to_guest = test_from_guest = 0;
    assert_int_equal(pool_release(pool, job), 0);
    assert_pool_is_empty(pool);
}
