/* Laying out an empty pool, and what the sizes of its tables must satisfy. */
#include "core/layout.h"

#include "core/check.h"
#include "core/handle.h"

_Static_assert(SIGNALS_USED <= SIGNALS_MAX, "every signal has its bit");
_Static_assert(JOBS_MAX <= 1u << HANDLE_JOB_BITS, "a job's handle holds its slot");
_Static_assert(POOL_STDERR + CALLS_MAX < 1u << HANDLE_PIPE_BITS, "a job's own descriptors are no handles");
_Static_assert(CALLS_MAX <= 1u << HANDLE_CALL_BITS, "a call's handle holds its slot");
_Static_assert(((CHUNKS_MAX + 1) << UNITS_LOG2) <= FREELIST_NONE && PIPES_MAX < FREELIST_NONE,
               "a free list holds every slot");
_Static_assert(PIPES_MAX * 2 <= 1u << HANDLE_PIPE_BITS, "an end's handle holds its slot");
_Static_assert(JOBS_MAX < QUEUE_CELLS, "the run queue holds every job, and when it is full some of it is stale");
_Static_assert(POOL_BYTES_MAX == 1u << BLOCK_MAX_LOG2, "a block holds whatever is carried in one piece");
_Static_assert(CLIENT_SCRATCH_BYTES >= sizeof(struct pool_stats) &&
                   CLIENT_SCRATCH_BYTES >= WORKERS_MAX * sizeof(struct pool_worker_stats),
               "scripts get their results there");
_Static_assert(POOL_WORKERS_MAX < WORKERS_MAX, "one slot more than workers, so that a dead one can rest");
_Static_assert(sizeof(struct job) % 64 == 0 && sizeof(struct pipe) % 64 == 0, "no two share a cache line");

void pool__layout_init(struct pool *pool, const struct pool_limits *limits)
{
    POOL_ASSERT(limits->max_workers < WORKERS_MAX && limits->n_workers <= limits->max_workers);
    POOL_ASSERT(pool->abi == 0); /* its memory is zeroed, and nobody has joined */
    pool->abi = POOL_ABI;
    pool->n_cores = limits->n_cores;
    pool->grace_ms = limits->grace_ms;
    pool->max_workers = limits->max_workers;
    for (uint32_t i = 0; i < WAITERS_MAX; i++) pool__bell_init(&pool->bells[i]);
    pool__sched_init(&pool->sched);
    pool__blocks_init(&pool->blocks, limits->blocks_bytes);
    atomic_store(&pool->sched.x_target, limits->n_workers);
    atomic_store(&pool->sched.x_floor, limits->n_workers);
    pool__freelist_init(&pool->free_lessees);
    for (uint32_t i = LESSEES_MAX; i > 0; i--) pool__freelist_push(&pool->free_lessees, pool->lessee_links, i - 1);
    pool__slots_init(&pool->call_slots, pool->call_links, CALLS_MAX, CALLS_KEPT);
    pool__slots_init(&pool->job_slots, pool->job_links, JOBS_MAX, JOBS_KEPT);
    pool__slots_init(&pool->pipe_slots, pool->pipe_links, PIPES_MAX, PIPES_KEPT);
    for (uint32_t i = 0; i < VOLUMES_MAX; i++) pool->volumes[i].slot = i;
}
