/* Takes and gives back the slots of host calls, and counts them against the share of their job. */
#include "sync/call_slots.h"

#include "core/check.h"
#include "core/handle.h"

_Static_assert(SHARE_UNIT_BYTES == UNIT_BYTES && SHARE_CALLS_MAX >= CALLS_MAX, "a share is counted in these");
_Static_assert(CALLS_KEPT >= CALLS_EACH * POOL_WORKERS_MAX && CALLS_KEPT < CALLS_MAX, "each job that runs finds some");

#define UNITS_A_MIB ((1u << 20) / SHARE_UNIT_BYTES)

static struct share *share_of(struct pool *pool, pool_job_t job)
{
    POOL_ASSERT(job && pool__handle_slot(job, HANDLE_JOB_BITS) < JOBS_MAX);
    return &pool->jobs[pool__handle_slot(job, HANDLE_JOB_BITS)].share;
}

static uint64_t generation_of(pool_job_t job)
{
    return (job >> HANDLE_JOB_BITS) - 1;
}

/* A quarter of the pool's memory, or as much as a job can capture, if that is more. */
static uint64_t default_units(const struct pool *pool)
{
    uint64_t quarter = pool__blocks_limit(&pool->blocks) / 4 / SHARE_UNIT_BYTES;
    uint64_t captured = 2 * (POOL_BYTES_MAX / SHARE_UNIT_BYTES);
    return quarter > captured ? quarter : captured;
}

void pool__share_out(struct pool *pool, struct job *job, uint32_t max_calls, uint32_t max_memory_mib)
{
    uint64_t units = max_memory_mib ? (uint64_t)max_memory_mib * UNITS_A_MIB : default_units(pool);
    uint32_t max_units = units < SHARE_UNITS_MAX ? (uint32_t)units : SHARE_UNITS_MAX;
    pool__share_begin(&job->share, pool__job_generation(job), max_calls ? max_calls : POOL_JOB_CALLS_DEFAULT,
                      max_units);
}

int pool__call_slot_take(struct pool *pool, pool_job_t job, uint32_t n_units, uint32_t *slot_out)
{
    int32_t had = job ? pool__share_take(share_of(pool, job), generation_of(job), 1, n_units) : 0;
    if (had < 0) return had;
    *slot_out = pool__slots_take(&pool->call_slots, pool->call_links, had < (int32_t)CALLS_EACH);
    POOL_ASSERT(*slot_out < CALLS_MAX || *slot_out == FREELIST_NONE);
    if (*slot_out != FREELIST_NONE) return 0;
    if (job) pool__share_give(share_of(pool, job), generation_of(job), 1, n_units);
    return POOL_ENFILE;
}

void pool__call_slot_give(struct pool *pool, uint32_t slot)
{
    const struct call *call = &pool->calls[slot];
    POOL_ASSERT(slot < CALLS_MAX && atomic_load(&pool__reply_pipe(pool, slot)->x_ends) == 0);
    if (call->job) pool__share_give(share_of(pool, call->job), generation_of(call->job), 1, call->n_units);
    uint64_t generation = atomic_load(&pool__reply_pipe(pool, slot)->x_generation);
    if (pool__is_used_up(pool__call_generation(call)) || pool__is_used_up(generation)) return;
    pool__slots_give(&pool->call_slots, pool->call_links, slot);
}

int pool__job_charge(struct pool *pool, pool_job_t job, uint32_t n_units)
{
    int32_t status = job ? pool__share_take(share_of(pool, job), generation_of(job), 0, n_units) : 0;
    return status < 0 ? status : 0;
}

void pool__job_discharge(struct pool *pool, pool_job_t job, uint32_t n_units)
{
    if (job) pool__share_give(share_of(pool, job), generation_of(job), 0, n_units);
}
