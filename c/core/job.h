/* A job's slot and its state machine.
 *
 *   state     owner, who may write the slot     leaves by
 *   FREE      the free list                     take: its taker
 *   FILLING   whoever submits                   QUEUED: the submitter; FREE: it failed
 *   QUEUED    nobody                            RUNNING: the worker that popped it; ENDING: whoever cancels it, or the
 *                                               coordinator when its time is over
 *   ENDING    whoever cancels it                ENDED: the same
 *   RUNNING   the worker                        ENDED: the worker, or the coordinator once it has killed the worker
 *   ENDED     whoever submitted it              RELEASED: the submitter
 *   RELEASED  nobody; the handle is stale       FREE: the last of submitter and callbacks
 *
 * Every change is one compare-exchange of `x_state`, which carries the generation too, so each job ends exactly once
 * and a stale handle changes nothing. A job that was cancelled while it was queued leaves a stale handle in the run
 * queue; its slot does not wait for that.
 */
#ifndef MILLRACE_CORE_JOB_H
#define MILLRACE_CORE_JOB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/check.h"
#include "core/share.h"
#include "pool.h"

enum job_state { JOB_FREE = 0, JOB_FILLING, JOB_QUEUED, JOB_ENDING, JOB_RUNNING, JOB_ENDED, JOB_RELEASED, JOB_STATES };

/* A job's stdio that the job itself has closed, beside the kinds of pool.h. */
#define STDIO_CLOSED 5u

/* What a job has written to a descriptor whose output is captured. */
struct capture {
    uint32_t block; /* 0: none yet */
    uint32_t size;
};

/* Whoever runs a C function without streams touches the first two cache lines only: the rest stays with the submitter. */
struct job {
    _Alignas(64) _Atomic uint64_t x_state; /* generation << 8 | enum job_state */
    _Atomic uint64_t x_wish;               /* generation << 8 | enum pool_outcome: how it shall end; 0: no wish */
    _Atomic uint64_t x_turn;               /* of the worker that runs it; set before x_worker */
    _Atomic uint32_t x_worker;             /* number of that worker, from 1; 0: none yet */
    _Atomic uint32_t x_refs;        /* the submitter, callbacks that wait for its end, and who reads how it went */
    _Atomic uint64_t x_deadline_ns; /* monotonic clock; 0: none */
    _Atomic uint32_t x_waited;      /* 1: a thread may sleep until it has ended */
    _Atomic uint32_t x_unkillable;  /* 1: it is a C function, whose thread is never ended from outside */
    _Atomic uint32_t x_calls;       /* ends of host calls that it has open */
    _Atomic uint32_t x_volumes;     /* how many of its record's preopens it still uses, the first ones */
    /* the owner of the state writes */
    uint32_t n_piped; /* how many of `stdio` were pipes when it was submitted */
    uint32_t priority;
    pool_function function; /* NULL: a guest */
    void *user;
    uint64_t submitted_ns;
    uint64_t started_ns;
    uint64_t ended_ns;
    uint32_t outcome;
    uint32_t code;
    uint32_t text_bytes;
    uint32_t n_results;
    uint32_t killed;
    int32_t output_error; /* why something that it wrote to its stdout or stderr could not be carried; 0: nothing */
    pool_module_t module;
    uint64_t told_ns; /* what the monotonic clock has shown to its guest last; 0: no more than pool->x_told_ns */
    struct pool_stdio stdio[3];
    uint32_t block;       /* its record; later the result's text or values; 0: none */
    uint32_t input_block; /* what stdin reads; 0: nothing */
    uint32_t input_bytes;
    uint32_t input_done; /* how much of it was read */
    uint32_t capture_max_bytes;
    struct capture captures[2]; /* of stdout and stderr */
    struct share share;         /* what it may have, and has, of what all take */
    /* coordinator only */
    uint64_t kill_at_ns;      /* when the grace time of a job that shall end is over */
    uint64_t kill_generation; /* whose grace time that is, generation + 1 */
};

#define JOB_STATE_BITS 8u
#define JOB_STATE_MASK ((1u << JOB_STATE_BITS) - 1)

static inline enum job_state pool__job_state(const struct job *job)
{
    uint32_t state = (uint32_t)atomic_load(&job->x_state) & JOB_STATE_MASK;
    POOL_ASSERT(state < JOB_STATES);
    return (enum job_state)state;
}

static inline uint64_t pool__job_generation(const struct job *job)
{
    return atomic_load(&job->x_state) >> JOB_STATE_BITS;
}

/* Moves a job of one generation from one state to another; moving to FREE makes its handles stale. False: it was not
 * in `from`, or the table has no such step, and nothing changed. */
bool pool__job_move(struct job *job, uint64_t generation, enum job_state from, enum job_state to);

/* The same for its only owner, where nobody else looks: into FILLING, and into FREE. */
void pool__job_pass(struct job *job, enum job_state from, enum job_state to);

/* Wishes that a job of one generation ends with `outcome`. True: this is the first such wish, and it holds. */
bool pool__job_wish(struct job *job, uint64_t generation, enum pool_outcome outcome);

/* Only for whoever fills it. Forgets what was wished for the slot's job before. */
void pool__job_forget_wish(struct job *job);

/* The outcome that was wished for; 0: none. */
uint32_t pool__job_wished(const struct job *job);

#endif
