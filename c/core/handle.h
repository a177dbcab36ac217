/* Handles: a slot's number and its generation in one word, never 0. */
#ifndef MILLRACE_CORE_HANDLE_H
#define MILLRACE_CORE_HANDLE_H

#include <stdint.h>

#include "core/pipe.h"
#include "pool.h"

#define HANDLE_JOB_BITS 12u  /* 4,096 jobs, a generation of 20 bits */
#define HANDLE_PIPE_BITS 13u /* 4,096 pipes of two ends, a generation of 18 bits: a handle is a positive int, too */

#define HANDLE_CALL_BITS 12u /* 4,096 calls, a generation of 20 bits */

/* The generation that a handle can show: what fits above `bits`, and never 0, so that no handle is 0. */
static inline uint32_t pool__handle_generation(uint32_t generation, uint32_t bits)
{
    return generation % ((1u << (32 - bits)) - 1) + 1;
}

static inline pool_job_t pool__handle_of_job(uint32_t slot, uint32_t generation)
{
    return pool__handle_generation(generation, HANDLE_JOB_BITS) << HANDLE_JOB_BITS | slot;
}

static inline pool_call_t pool__handle_of_call(uint32_t slot, uint32_t generation)
{
    return pool__handle_generation(generation, HANDLE_CALL_BITS) << HANDLE_CALL_BITS | slot;
}

/* The generation that an end's handle shows. */
static inline uint32_t pool__handle_shown(pool_fd_t fd)
{
    return fd >> HANDLE_PIPE_BITS;
}

static inline pool_fd_t pool__handle_of_end(uint32_t slot, enum pipe_end end, uint32_t generation)
{
    return pool__handle_generation(generation, HANDLE_PIPE_BITS + 1) << HANDLE_PIPE_BITS | slot << 1 | (uint32_t)end;
}

#endif
