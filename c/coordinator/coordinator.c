/* Making and freeing the shared memory, and the tick that does all that the coordinator has to do. */
#include "coordinator/coordinator.h"

#include <string.h>

#include "core/check.h"
#include "fs/fs.h"
#include "port/port.h"

static struct pool *allocate_pool(void)
{
    struct pool *pool = (struct pool *)(void *)port_block(sizeof *pool);
    if (!pool) return NULL;
    memset(pool, 0, sizeof *pool);
    pool->client_stack = port_block(CLIENT_STACK_BYTES);
    pool->client_scratch = port_block(CLIENT_SCRATCH_BYTES);
    if (pool->client_stack && pool->client_scratch) return pool;
    pool__coordinator_destroy(pool);
    return NULL;
}

void pool__coordinator_destroy(struct pool *pool)
{
    uint32_t n_chunks = atomic_load(&pool->blocks.x_n_chunks);
    POOL_ASSERT(n_chunks <= CHUNKS_MAX && atomic_load(&pool->x_inside) == 0); /* nobody is in a call any more */
    for (uint32_t i = 1; i <= n_chunks; i++) port_block_free(pool->blocks.chunks[i].memory);
    for (uint32_t i = 1; i <= WORKERS_MAX; i++) {
        port_block_free(pool->workers[i].stack);
        port_block_free((uint8_t *)pool->workers[i].fds);
    }
    port_block_free(pool->client_stack);
    port_block_free(pool->client_scratch);
    port_block_free(pool->files_memory);
    port_block_free((uint8_t *)pool);
}

static uint32_t max_workers_of(uint32_t n_workers, uint32_t max_workers)
{
    if (max_workers == 0) max_workers = n_workers + POOL_WORKERS_DEFAULT_SPARE;
    if (max_workers < n_workers) max_workers = n_workers;
    return pool__min(max_workers, POOL_WORKERS_MAX);
}

void coordinator_set_range(struct pool *pool, uint32_t min_workers, uint32_t idle_ms)
{
    POOL_ASSERT(min_workers <= atomic_load(&pool->sched.x_target));
    if (min_workers) atomic_store(&pool->sched.x_floor, min_workers);
    pool->idle_ns = (uint64_t)(idle_ms ? idle_ms : POOL_IDLE_DEFAULT_MS) * 1000000;
}

struct pool *coordinator_create(uint32_t n_cores, uint32_t grace_ms, uint32_t blocks_mib, uint32_t n_workers,
                                uint32_t max_workers)
{
    struct pool *pool = allocate_pool();
    if (!pool) return NULL;
    struct pool_limits limits = {.n_cores = n_cores,
                                 .grace_ms = grace_ms,
                                 .blocks_bytes = (uint64_t)blocks_mib << 20,
                                 .n_workers = n_workers,
                                 .max_workers = max_workers_of(n_workers, max_workers)};
    pool__layout_init(pool, &limits);
    coordinator_set_range(pool, n_workers, 0);
    if (!port_random((uint8_t *)&pool->names_key, sizeof pool->names_key)) {
        pool__coordinator_destroy(pool);
        return NULL;
    }
    pool__stock(pool);
    return pool;
}

uint32_t coordinator_arm(struct pool *pool, bool relayed)
{
    if (relayed) atomic_fetch_or(&pool->x_relayed, 1u << WAITER_COORDINATOR);
    return pool__bell_arm(&pool->bells[WAITER_COORDINATOR]);
}

double coordinator_tick(struct pool *pool)
{
    pool__refill(pool);
    uint64_t now = port_now_ns(PORT_MONOTONIC);
    uint64_t next = pool__ladder_climb(pool, now, (uint64_t)pool->grace_ms * 1000000);
    uint64_t headcount = pool__headcount_look(pool, now);
    if (headcount < next) next = headcount;
    if (pool__volumes_sweep(pool) == 1) next = now; /* a slice at a time: the deadlines come between them */
    return next == UINT64_MAX ? COORDINATOR_IDLE : next > now ? (double)(next - now) / 1e6 : 0;
}
