/* Makes pools for tests, looks into them, and checks that nothing is left. */
#include "support/test_pool.h"

#include "client/client.h"
#include "core/handle.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "sync/jobs.h"

int test_pool_setup(void **state)
{
    fake_port_setup(state);
    struct pool *pool = *state = test_pool_make(TEST_CORES, TEST_WORKERS);
    if (!pool) return -1;
    fake.coordinator = &pool->bells[WAITER_COORDINATOR];
    coordinator_arm(pool, true);
    return 0;
}

int test_pool_teardown(void **state)
{
    test_pool_free(*state);
    return 0;
}

struct pool *test_pool_make(uint32_t n_cores, uint32_t n_workers)
{
    return coordinator_create(n_cores, TEST_GRACE_MS, TEST_BLOCKS_MIB, n_workers, 0);
}

void test_pool_free(struct pool *pool)
{
    pool__coordinator_destroy(pool);
}

static uint32_t length(const struct freelist *list, freelist_link *links, uint32_t max)
{
    uint32_t n = 0;
    for (uint32_t slot = (uint32_t)atomic_load(&list->x_top) & FREELIST_NONE; slot != FREELIST_NONE;
         slot = atomic_load(&links[slot])) {
        assert_true(n++ < max); /* a list that is longer than its table has a ring in it */
    }
    return n;
}

static uint32_t length_of(const struct slots *slots, freelist_link *links, uint32_t max)
{
    return length(&slots->free, links, max) + length(&slots->kept, links, max);
}

uint32_t test_free_jobs(struct pool *pool)
{
    return length_of(&pool->job_slots, pool->job_links, JOBS_MAX);
}

uint32_t test_free_pipes(struct pool *pool)
{
    return length_of(&pool->pipe_slots, pool->pipe_links, PIPES_MAX);
}

uint64_t test_used_bytes(struct pool *pool)
{
    return pool__blocks_used(&pool->blocks, ZONE_RESERVE) + pool__blocks_used(&pool->blocks, ZONE_COMMON);
}

void test_merge_blocks(struct pool *pool)
{
    uint32_t n[ZONES][BLOCK_CLASSES];
    for (enum block_zone zone = 0; zone < ZONES; zone++) pool__blocks_drain(&pool->blocks, zone, n[zone]);
    for (uint32_t i = 1; i <= pool->blocks.x_n_chunks; i++) {
        const struct chunk *chunk = &pool->blocks.chunks[i];
        uint32_t left = chunk->n_units, class = chunk->buddy.height;
        while (!(left >> class & 1)) class --;
        assert_int_equal(chunk->buddy.tree[1], class + 1); /* as when it was new */
        for (uint32_t unit = 0; unit < chunk->n_units; unit++) assert_int_equal(chunk->x_taken[unit], 0);
    }
    for (enum block_zone zone = 0; zone < ZONES; zone++) {
        for (uint32_t class = BLOCK_CLASSES; class -- > 0;) {
            while (n[zone][class]-- > 0) assert_true(pool__blocks_carve(&pool->blocks, zone, class));
        }
    }
}

uint32_t test_free_calls(struct pool *pool)
{
    return length_of(&pool->call_slots, pool->call_links, CALLS_MAX);
}

void assert_pool_is_empty(struct pool *pool)
{
    assert_int_equal(test_free_jobs(pool), JOBS_MAX);
    assert_int_equal(test_free_pipes(pool), PIPES_MAX);
    assert_int_equal(test_free_calls(pool), CALLS_MAX);
    for (uint32_t i = 0; i < CALLS_MAX; i++) assert_int_equal(pool__call_state(&pool->calls[i]), CALL_FREE);
    assert_int_equal(length(&pool->free_lessees, pool->lessee_links, LESSEES_MAX), LESSEES_MAX);
    for (uint32_t i = 0; i < VOLUMES_MAX; i++) assert_int_equal(atomic_load(&pool->volumes[i].x_generation) % 2, 0);
    assert_int_equal(test_used_bytes(pool), 0);
    assert_int_equal(pool->blocks.x_file_bytes, 0);
    if (!pool->owner) test_merge_blocks(pool); /* only its coordinator may, and one of its own runs meanwhile */
}

struct test_census test_census(struct pool *pool)
{
    return (struct test_census){test_free_jobs(pool), test_free_pipes(pool), (unsigned)test_used_bytes(pool),
                                pool__sched_has_more(&pool->sched)};
}

struct job *test_job(struct pool *pool, pool_job_t handle)
{
    return &pool->jobs[pool__handle_slot(handle, HANDLE_JOB_BITS)];
}

struct pipe *test_pipe(struct pool *pool, pool_fd_t fd)
{
    return &pool->pipes[pool__handle_slot(fd, HANDLE_PIPE_BITS) >> 1];
}

void test_hold(struct pipe *pipe, enum pipe_end end, enum end_hold hold)
{
    pool__pipe_pass(pipe, end, pool__pipe_held(pipe, end), hold);
}

pool_job_t test_submit(struct pool *pool, uint32_t module)
{
    pool_job_t job = 0;
    assert_int_equal(pool_submit(pool, &(struct pool_job_config){.module = module}, &job), 0);
    assert_int_not_equal(job, 0);
    return job;
}

pool_job_t test_submit_bare(struct pool *pool)
{
    static const char *const none[] = {NULL};
    pool_job_t job = 0;
    assert_int_equal(pool_submit(pool, &(struct pool_job_config){.module = 1, .argv = none}, &job), 0);
    return job;
}

struct pool_result test_result(struct pool *pool, pool_job_t job)
{
    struct pool_result result;
    assert_int_equal(pool_wait(pool, job, 0, &result), 0);
    return result;
}

pool_call_t test_take_call(struct pool *pool, pool_job_t job)
{
    struct client_call taken;
    uint32_t slot = 0;
    while (client_call(pool, slot, &taken) != 0) assert_true(++slot < CALLS_MAX);
    assert_int_equal(taken.name_bytes, 4);
    assert_memory_equal(taken.name, "host", 4);
    assert_int_equal(taken.size_bytes, 8);
    assert_memory_equal(taken.data, "question", 8);
    assert_int_equal(taken.job, job);
    return taken.call;
}

bool test_signalled(struct pool *pool, uint32_t signal)
{
    bool found = false;
    for (int32_t taken = client_take(pool); taken >= 0; taken = client_take(pool)) found |= (uint32_t)taken == signal;
    return found;
}

uint32_t test_drain_blocks(struct pool *pool, uint32_t size_bytes, uint32_t *taken, uint32_t max)
{
    uint32_t class = pool__blocks_class(size_bytes), n = 0;
    while (n < max && (taken[n] = pool__blocks_take(&pool->blocks, USE_CONTROL, class))) n++;
    assert_true(n < max);
    return n;
}

void test_undrain_blocks(struct pool *pool, const uint32_t *taken, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) pool__blocks_give(&pool->blocks, taken[i]);
}

uint32_t test_take_all(struct pool *pool, uint32_t *taken, uint32_t max)
{
    uint32_t n = 0;
    for (enum block_zone zone = 0; zone < ZONES; zone++) {
        pool->blocks.zones[zone].limit_bytes = pool->blocks.zones[zone].x_total_bytes;
    }
    for (uint32_t class = BLOCK_CLASSES; class -- > 0;) {
        while (pool__blocks_carve(&pool->blocks, ZONE_RESERVE, class)) continue;
        while (pool__blocks_carve(&pool->blocks, ZONE_COMMON, class)) continue;
        n += test_drain_blocks(pool, 1u << (BLOCK_MIN_LOG2 + class), taken + n, max - n);
    }
    return n;
}

void test_run_queue(struct pool *pool)
{
    for (pool_job_t handle; pool__sched_pop(&pool->sched, &handle);) {
        struct job *job = pool__job_begin(pool, handle, 1, 1);
        if (job) pool__job_end_running(pool, job, POOL_EXITED, 0);
    }
}
