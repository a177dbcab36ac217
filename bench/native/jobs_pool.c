/* Jobs of libmillrace. */
#include <pool.h>
#include <stdatomic.h>

#include "jobs.h"
#include "pipes.h"
#include "rounds.h"

pool_t *bench_pool;

static atomic_int n_done;

static uint32_t work(pool_t *pool, void *user)
{
    (void)pool;
    (void)user;
    atomic_fetch_add_explicit(&n_done, 1, memory_order_relaxed);
    return 7;
}

void pool_start(void)
{
    must(pool_create(&(struct pool_config){.n_workers = N_THREADS}, &bench_pool) == 0, "pool_create");
}

void pool_end(void)
{
    must(pool_destroy(bench_pool) == 0, "pool_destroy");
}

static pool_job_t submit(void)
{
    struct pool_job_config config = {.function = work};
    pool_job_t job;
    must(pool_submit(bench_pool, &config, &job) == 0, "pool_submit");
    return job;
}

static void finish(pool_job_t job)
{
    struct pool_result result;
    must(pool_wait(bench_pool, job, POOL_FOREVER, &result) == 0, "pool_wait");
    must(result.outcome == POOL_EXITED && result.code == 7, "the result of a job");
    must(pool_release(bench_pool, job) == 0, "pool_release");
}

double pool_one_at_a_time(void)
{
    atomic_store(&n_done, 0);
    double begin = seconds();
    for (int i = 0; i < n_sequential; i++) finish(submit());
    double end = seconds();
    must(atomic_load(&n_done) == n_sequential, "how many jobs ran");
    return (end - begin) * 1e6 / n_sequential;
}

double pool_in_flight(void)
{
    static pool_job_t jobs[IN_FLIGHT];
    atomic_store(&n_done, 0);
    double begin = seconds();
    for (int i = 0; i < n_in_flight; i++) {
        if (i >= IN_FLIGHT) finish(jobs[i % IN_FLIGHT]);
        jobs[i % IN_FLIGHT] = submit();
    }
    for (int i = n_in_flight - IN_FLIGHT; i < n_in_flight; i++) finish(jobs[i % IN_FLIGHT]);
    double end = seconds();
    must(atomic_load(&n_done) == n_in_flight, "how many jobs ran");
    return (end - begin) * 1e6 / n_in_flight;
}
