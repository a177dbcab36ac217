/* Sleeping as a worker or a native thread: on the thread's own bell, for whatever is announced. */
#ifndef MILLRACE_SYNC_SLEEP_H
#define MILLRACE_SYNC_SLEEP_H

#include "core/layout.h"
#include "sync/bet.h"

struct sleeper {
    struct pool *pool;
    uint32_t waiter;
    struct bet on_ring;    /* whether to look before sleeping */
    struct bet on_jobs;    /* the same while there is no job: those who submit are no measure for those who answer */
    const struct job *job; /* the sleep ends when somebody wishes that this job ends; NULL: no job */
    const struct sleeper *home;        /* of a worker of another pool, whose job sleeps by this one; NULL: none */
    void (*refill)(struct pool *pool); /* hands out memory instead of sleeping for it; NULL but for the coordinator */
};

/* Makes a sleeper that sleeps on the bell of `waiter`. */
void pool__sleeper_init(struct sleeper *sleeper, struct pool *pool, uint32_t waiter);

/* Notes that the worker whose sleeper this is sleeps no more, or has come up. */
void pool__sleeper_wakes(const struct sleeper *worker);

/* Why a sleeper should give up: POOL_ECANCELED, its job is to end; POOL_ESHUTDOWN, the pool closes and it runs no job
 * of it; 0, it should not. */
int pool__sleeper_interrupted(const struct sleeper *sleeper);

/* Arm, announce, look again, sleep, disarm: the caller does the middle part. */
uint32_t pool__sleeper_arm(struct sleeper *sleeper);
void pool__sleeper_sleep(struct sleeper *sleeper, uint32_t count, uint64_t timeout_ns);
/* The same without looking at the bell for a moment first. */
void pool__sleeper_wait(struct sleeper *sleeper, uint32_t count, uint64_t timeout_ns);
void pool__sleeper_disarm(struct sleeper *sleeper);

/* A worker without a job looks at the run queues for a moment, if that has paid lately: true, a job is there. Whoever has
 * submitted it meanwhile has found nobody to wake, and neither has waited. */
bool pool__sleeper_look(struct sleeper *sleeper);

/* Sleeps until one end of a pipe is ready, and returns its status (see pipe.h), or why it was interrupted. `wants`: how
 * many bytes a writer has to write. */
int pool__sleep_on_pipe(struct sleeper *sleeper, struct pipe *pipe, enum pipe_end end, uint32_t wants);

/* Takes a block, sleeping until the coordinator has looked for one: 0, POOL_ENOMEM, or as interrupted. */
int pool__sleep_on_block(struct sleeper *sleeper, enum block_use use, uint32_t size_bytes, uint32_t *block_out);

/* Gives a pipe its ring, sleeping until there is memory for it: 0, POOL_EPIPE, POOL_ENOMEM, or as interrupted. */
int pool__sleep_on_ring(struct sleeper *sleeper, struct pipe *pipe);

#endif
