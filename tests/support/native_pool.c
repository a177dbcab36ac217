/* Pools of threads for tests, and functions to run in them. */
#include "support/native_pool.h"

#include <sched.h>

#include "support/prelude.h"
#include "support/threads.h"

static pool_t *make(uint32_t n_workers, uint32_t max_workers)
{
    pool_t *pool;
    struct pool_config config = {.n_workers = n_workers, .max_workers = max_workers};
    assert_int_equal(pool_create(&config, &pool), 0);
    return pool;
}

pool_t *native_pool_make(uint32_t n_workers, uint32_t max_workers)
{
    port_set_hooks(&(struct port_hooks){0});
    return make(n_workers, max_workers);
}

pool_t *native_pool_make_beside(uint32_t n_workers)
{
    return make(n_workers, 0);
}

void native_pool_free(pool_t *pool)
{
    int status;
    while ((status = pool_destroy(pool)) == POOL_EWOULDBLOCK) sched_yield(); /* where the hooks say so */
    assert_int_equal(status, 0);
}

void native_await_stats(pool_t *pool, bool (*are_there)(const struct pool_stats *))
{
    struct pool_stats stats;
    do {
        sched_yield();
        assert_int_equal(pool_stats(pool, &stats), 0);
    } while (!are_there(&stats));
}

pool_job_t native_submit(pool_t *pool, pool_function function, void *user)
{
    pool_job_t job = 0;
    struct pool_job_config config = {.function = function, .user = user};
    assert_int_equal(pool_submit(pool, &config, &job), 0);
    return job;
}

struct pool_result native_await(pool_t *pool, pool_job_t job)
{
    struct pool_result result;
    assert_int_equal(pool_wait(pool, job, POOL_FOREVER, &result), 0);
    assert_int_equal(pool_release(pool, job), 0);
    return result;
}

void gate_init(struct gate *gate)
{
    sem_init(&gate->arrived, 0, 0);
    sem_init(&gate->opened, 0, 0);
}

struct native_rig native;

int native_rig_setup(void **state)
{
    (void)state;
    native.pool = native_pool_make(2, 0);
    gate_init(&native.gate);
    return 0;
}

int native_rig_teardown(void **state)
{
    (void)state;
    native_pool_free(native.pool);
    return 0;
}

static void wait_for(sem_t *semaphore)
{
    while (sem_wait(semaphore) != 0) continue; /* a signal may interrupt it */
}

void gate_arrive(struct gate *gate)
{
    sem_post(&gate->arrived);
    wait_for(&gate->opened);
}

void gate_await_arrival(struct gate *gate)
{
    wait_for(&gate->arrived);
}

void gate_open(struct gate *gate)
{
    sem_post(&gate->opened);
}

uint32_t job_at_gate(pool_t *pool, void *user)
{
    (void)pool;
    gate_arrive(user);
    return 7;
}

uint32_t job_that_computes(pool_t *pool, void *user)
{
    struct gate *gate = user;
    if (gate) sem_post(&gate->arrived);
    while (!pool_interrupted(pool)) continue;
    return 8;
}

/* Reads stdin to its end, and writes it to stdout if it is to: how many bytes, or a failure. */
static uint32_t read_all(pool_t *pool, bool writes)
{
    uint8_t bytes[4096];
    uint32_t total = 0;
    for (;;) {
        int32_t n = pool_read(pool, POOL_STDIN, bytes, sizeof bytes);
        if (n <= 0) return n < 0 ? (uint32_t)n : total;
        if (writes && pool_write(pool, POOL_STDOUT, bytes, (uint32_t)n) != n) return (uint32_t)POOL_EPIPE;
        total += (uint32_t)n;
    }
}

uint32_t job_that_reads(pool_t *pool, void *user)
{
    (void)user;
    return read_all(pool, false);
}

uint32_t job_that_echoes(pool_t *pool, void *user)
{
    (void)user;
    return read_all(pool, true);
}

uint32_t job_that_blocks(pool_t *pool, void *user)
{
    const pool_fd_t *fd = user;
    uint8_t byte;
    return (uint32_t)pool_read(pool, *fd, &byte, 1);
}
