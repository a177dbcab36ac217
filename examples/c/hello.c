/* A C function that runs as a job, and its result. */
#include <pool.h>
#include <stdio.h>

/* Runs on one of the pool's threads; what it returns is the job's exit code. */
static uint32_t square(pool_t *pool, void *user)
{
    const uint32_t *number = user;
    (void)pool;
    return *number * *number;
}

int main(void)
{
    pool_t *pool;
    pool_job_t job;
    struct pool_result result;
    uint32_t number = 12;
    struct pool_job_config config = {.function = square, .user = &number};

    /* 0 or a negative enum pool_error; NULL: the defaults, a worker for each core but one. */
    int status = pool_create(NULL, &pool);
    if (status == 0) status = pool_submit(pool, &config, &job);
    if (status == 0) status = pool_wait(pool, job, POOL_FOREVER, &result);
    if (status != 0) {
        fprintf(stderr, "%s\n", pool_strerror(status));
        return 1;
    }
    printf("%u squared is %u\n", number, result.code);
    pool_destroy(pool); /* also releases the job */
    return 0;
}
