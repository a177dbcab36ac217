/* Sleeping as a worker or a native thread: on the thread's own bell, for whatever is announced. */
#ifndef MILLRACE_SYNC_SLEEP_H
#define MILLRACE_SYNC_SLEEP_H

#include "core/layout.h"

struct sleeper {
    struct pool *pool;
    uint32_t waiter;
    int32_t credit;                    /* whether looking has paid off lately */
    const struct job *job;             /* whoever sleeps for it gives up when its end is wished for; NULL: none */
    const struct sleeper *home;        /* a worker's of another pool, whose job sleeps by this one meanwhile; or NULL */
    void (*refill)(struct pool *pool); /* the coordinator's, which has memory handed out instead of sleeping for it */
};

/* Makes a sleeper that sleeps on the bell of `waiter`. */
void pool__sleeper_init(struct sleeper *sleeper, struct pool *pool, uint32_t waiter);

/* Why it should give up: POOL_ECANCELED, its job is to end; POOL_ESHUTDOWN, it runs no job of the pool, which closes;
 * 0. */
int pool__sleeper_interrupted(const struct sleeper *sleeper);

/* Arm, announce, look again, sleep, disarm: the caller does the middle part. */
uint32_t pool__sleeper_arm(struct sleeper *sleeper);
void pool__sleeper_sleep(struct sleeper *sleeper, uint32_t count, uint64_t timeout_ns);
void pool__sleeper_disarm(struct sleeper *sleeper);

/* Sleeps until one end of a pipe is ready; a writer `wants` to write so many bytes. Its status (see pipe.h), or as
 * interrupted. */
int pool__sleep_on_pipe(struct sleeper *sleeper, struct pipe *pipe, enum pipe_end end, uint32_t wants);

/* Takes a block, sleeping until the coordinator has looked for one: 0, POOL_ENOMEM, or as interrupted. */
int pool__sleep_on_block(struct sleeper *sleeper, enum block_use use, uint32_t size_bytes, uint32_t *block_out);

/* Gives a pipe its ring, sleeping until there is memory for it: 0, POOL_EPIPE, POOL_ENOMEM, or as interrupted. */
int pool__sleep_on_ring(struct sleeper *sleeper, struct pipe *pipe);

#endif
