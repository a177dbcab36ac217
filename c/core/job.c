/* The steps of a job's state machine, and the end that somebody wishes for it. */
#include "core/job.h"

#include "core/check.h"

static const uint8_t allowed[JOB_STATES] = {
    [JOB_FREE] = 1u << JOB_FILLING,
    [JOB_FILLING] = 1u << JOB_QUEUED | 1u << JOB_FREE,
    [JOB_QUEUED] = 1u << JOB_RUNNING | 1u << JOB_ENDING,
    [JOB_ENDING] = 1u << JOB_ENDED,
    [JOB_RUNNING] = 1u << JOB_ENDED,
    [JOB_ENDED] = 1u << JOB_RELEASED,
    [JOB_RELEASED] = 1u << JOB_FREE,
};

bool pool__job_move(struct job *job, uint64_t generation, enum job_state from, enum job_state to)
{
    POOL_ASSERT(from < JOB_STATES && to < JOB_STATES);
    if (!(allowed[from] & 1u << to)) return false;
    uint64_t before = generation << JOB_STATE_BITS | from;
    uint64_t next = generation + (to == JOB_FREE);
    return atomic_compare_exchange_strong(&job->x_state, &before, next << JOB_STATE_BITS | to);
}

void pool__job_pass(struct job *job, enum job_state from, enum job_state to)
{
    uint64_t generation = pool__job_generation(job);
    POOL_ASSERT(pool__job_state(job) == from && allowed[from] & 1u << to);
    POOL_ASSERT(to == JOB_FILLING || to == JOB_FREE);
    (void)from;
    uint64_t next = generation + (to == JOB_FREE);
    atomic_store_explicit(&job->x_state, next << JOB_STATE_BITS | to, memory_order_release);
}

bool pool__job_wish(struct job *job, uint64_t generation, enum pool_outcome outcome)
{
    uint64_t none = generation << JOB_STATE_BITS;
    POOL_ASSERT(outcome > 0 && (uint32_t)outcome <= JOB_STATE_MASK); /* 0 would be no wish */
    return atomic_compare_exchange_strong(&job->x_wish, &none, none | outcome);
}

void pool__job_forget_wish(struct job *job)
{
    POOL_ASSERT(pool__job_state(job) == JOB_FILLING);
    atomic_store_explicit(&job->x_wish, pool__job_generation(job) << JOB_STATE_BITS, memory_order_relaxed);
}

uint32_t pool__job_wished(const struct job *job)
{
    return (uint32_t)atomic_load(&job->x_wish) & JOB_STATE_MASK;
}
