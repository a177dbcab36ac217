/* A host call: what a job asks of the host, until it is answered.
 *
 *   state    owner                          leaves by
 *   FREE     the free list, or the reply     FILLING: the job's worker
 *   FILLING  the worker                     WAITING: the worker; FREE: it failed
 *   WAITING  nobody                         TAKEN: the host
 *   TAKEN    the host's handler             REPLYING: whoever replies; FREE: the host, if nobody wants the reply
 *   REPLYING whoever replies, also while    FREE: the same
 *            the reply waits for memory
 *
 * The reply goes into a pipe of its own, and the job has its read end. A call's slot is free again when both ends of
 * that pipe are closed, so that each slot has its own pipe.
 */
#ifndef MILLRACE_CORE_CALL_H
#define MILLRACE_CORE_CALL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pool.h"

#define CALLS_MAX POOL_CALLS_MAX

enum call_state { CALL_FREE = 0, CALL_FILLING, CALL_WAITING, CALL_TAKEN, CALL_REPLYING, CALL_STATES };

struct call {
    _Atomic uint64_t x_state; /* generation << 8 | enum call_state */
    /* the owner of the state writes */
    pool_job_t job;      /* with n_units, until both ends of the reply are closed */
    uint32_t n_units;    /* how much of the job's memory goes with the call, or with its reply (sync/call_slots.h) */
    uint32_t block;      /* the name, and behind it the data; 0: none */
    uint32_t name_bytes; /* 0: what is called is an import, see core/import_call.h */
    uint32_t size_bytes;
};

enum call_state pool__call_state(const struct call *call);
uint64_t pool__call_generation(const struct call *call);

/* Moves a call of one generation from one state to another; moving to FREE makes its handles stale. False: it was not
 * in `from`, or the table has no such step, and nothing changed. */
bool pool__call_move(struct call *call, uint64_t generation, enum call_state from, enum call_state to);

#endif
