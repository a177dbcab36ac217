/* One life of a worker, and its state. The successor of a worker that was killed gets another slot, or the same one
 * much later: until then nobody reuses the words that the old thread may still touch.
 *
 *   state     whose code runs                        leaves by
 *   NONE      nobody's; the slot was never used      STARTING: the coordinator
 *   STARTING  nobody's yet                           RUNTIME: the worker; DEAD: the coordinator
 *   RUNTIME   ours: may be half-way through a        RUNTIME: the worker, with its next job; GUEST: the worker;
 *             change, must not be killed             DEAD: the coordinator, once the thread has ended
 *   GUEST     a guest's: owns nothing of ours, may   RUNTIME: the worker; KILLED: the coordinator;
 *             be killed at any instruction           DEAD: the coordinator, once the thread has ended
 *   KILLED    nobody's: if the thread comes back,    DEAD: the coordinator
 *             it sleeps for ever
 *   DEAD      nobody's; the slot rests               STARTING: the coordinator
 *
 * Every change is one compare-exchange of the word, which carries the turn. The turn counts the jobs that workers of
 * this slot have taken, and their lives, and never comes round. So a kill that is meant for one job never hits the
 * next, and a thread of an earlier life changes nothing.
 */
#ifndef MILLRACE_CORE_WORKER_H
#define MILLRACE_CORE_WORKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum worker_state {
    WORKER_NONE = 0,
    WORKER_STARTING,
    WORKER_RUNTIME,
    WORKER_GUEST,
    WORKER_KILLED,
    WORKER_DEAD,
    WORKER_STATES
};

struct sleeper;

struct worker {
    _Alignas(64) _Atomic uint64_t x_state; /* turn << 8 | enum worker_state */
    _Atomic uint32_t x_volume;             /* slot of the volume whose lock it took last, + 1; 0: none yet */
    struct sleeper *_Atomic x_abroad; /* what its job sleeps by in another pool (sync/abroad.h); NULL: it does not */
    _Atomic uint32_t x_parked;        /* where it sleeps for ever when it was killed; nobody writes it */
    _Atomic uint32_t x_jobs;          /* how many it has begun in this life */
    uint64_t now_ns;                  /* worker only: what the clock has just shown; 0: it is to look */
    /* coordinator writes */
    uint8_t *stack;                    /* and thread-local block */
    struct fd_table *fds;              /* of the guest that it runs (fs/table.h) */
    _Atomic uint64_t x_rests_until_ns; /* when a dead worker's slot may live again; UINT64_MAX: never */
    uint64_t idle_turn;                /* at which it was found without a job, + 1; 0: it was not */
    uint64_t idle_since_ns;            /* when that was */
};

static inline uint64_t pool__worker_word(uint64_t turn, enum worker_state state)
{
    return turn << 8 | (uint64_t)state;
}

static inline enum worker_state pool__worker_state(const struct worker *worker)
{
    return (enum worker_state)(atomic_load(&worker->x_state) & 0xff);
}

static inline uint64_t pool__worker_turn(const struct worker *worker)
{
    return atomic_load(&worker->x_state) >> 8;
}

/* In the header, so that it costs nothing where the compiler knows the states. */
static inline bool pool__worker_may_move(enum worker_state from, enum worker_state to)
{
    switch (from) {
    case WORKER_NONE: return to == WORKER_STARTING;
    case WORKER_STARTING: return to == WORKER_RUNTIME || to == WORKER_DEAD;
    case WORKER_RUNTIME: return to == WORKER_RUNTIME || to == WORKER_GUEST || to == WORKER_DEAD;
    case WORKER_GUEST: return to == WORKER_RUNTIME || to == WORKER_KILLED || to == WORKER_DEAD;
    case WORKER_KILLED: return to == WORKER_DEAD;
    case WORKER_DEAD: return to == WORKER_STARTING;
    default: return false;
    }
}

/* Moves a worker that is at one turn from one state to another; a new life and a new job are the next turn. False: it
 * was not there, or the table has no such step, and nothing changed. */
static inline bool pool__worker_move(struct worker *worker, uint64_t turn, enum worker_state from, enum worker_state to)
{
    if (!pool__worker_may_move(from, to)) return false;
    uint64_t before = pool__worker_word(turn, from);
    bool next = to == WORKER_STARTING || (from == WORKER_RUNTIME && to == WORKER_RUNTIME);
    return atomic_compare_exchange_strong(&worker->x_state, &before, pool__worker_word(turn + next, to));
}

#endif
