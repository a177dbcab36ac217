/* Handles: a slot's number and its generation in one word, never 0.
 *
 * A slot's generation only grows, and a slot that has used its generations up is never used again, so that no handle
 * is ever given out twice. All have 53 bits at most, which a number of a script holds exactly.
 */
#ifndef MILLRACE_CORE_HANDLE_H
#define MILLRACE_CORE_HANDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/check.h"
#include "core/pipe.h"
#include "pool.h"

#define HANDLE_JOB_BITS 12u
#define HANDLE_CALL_BITS 12u
#define HANDLE_PIPE_BITS 13u /* a slot and an end */
#define HANDLE_VOLUME_BITS 10u

#define HANDLE_JOB_MASK ((1u << HANDLE_JOB_BITS) - 1)
#define HANDLE_PIPE_MASK ((1u << HANDLE_PIPE_BITS) - 1)

/* How many generations a slot has, from 0. A handle shows its generation + 1, so that no handle is 0. */
#define HANDLE_GENERATIONS (((uint64_t)1 << 40) - 1)

static inline bool pool__is_used_up(uint64_t generation)
{
    return generation >= HANDLE_GENERATIONS;
}

/* A handle's slot; for an end of a pipe, the pipe's slot * 2 + the end. */
static inline uint32_t pool__handle_slot(uint64_t handle, uint32_t bits)
{
    return (uint32_t)handle & ((1u << bits) - 1);
}

static inline pool_job_t pool__handle_of_job(uint32_t slot, uint64_t generation)
{
    POOL_ASSERT(slot < 1u << HANDLE_JOB_BITS && generation <= HANDLE_GENERATIONS);
    return (generation + 1) << HANDLE_JOB_BITS | slot;
}

static inline pool_call_t pool__handle_of_call(uint32_t slot, uint64_t generation)
{
    POOL_ASSERT(slot < 1u << HANDLE_CALL_BITS && generation <= HANDLE_GENERATIONS);
    return (generation + 1) << HANDLE_CALL_BITS | slot;
}

/* The generation that an end's handle shows. */
static inline uint64_t pool__handle_shown(pool_fd_t fd)
{
    return fd >> HANDLE_PIPE_BITS;
}

static inline pool_fd_t pool__handle_of_end(uint32_t slot, enum pipe_end end, uint64_t generation)
{
    POOL_ASSERT(slot < 1u << (HANDLE_PIPE_BITS - 1) && generation <= HANDLE_GENERATIONS);
    return (generation + 1) << HANDLE_PIPE_BITS | slot << 1 | (uint32_t)end;
}

/* A C function's own descriptors are small numbers, as in POSIX; no handle is that small. They are its stdio,
 * POOL_STDIN to POOL_STDERR, and the replies of its host calls: OWN_REPLY_0 + the slot of the call. */
#define OWN_REPLY_0 (POOL_STDERR + 1)

static inline bool pool__fd_is_own(pool_fd_t fd)
{
    return pool__handle_shown(fd) == 0;
}

/* The generation of a volume in use is odd (core/volume.h). */
static inline pool_volume_t pool__handle_of_volume(uint32_t slot, uint64_t generation)
{
    POOL_ASSERT(slot < 1u << HANDLE_VOLUME_BITS && generation % 2 == 1);
    return generation << HANDLE_VOLUME_BITS | slot;
}

#endif
