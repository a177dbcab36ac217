/* The coordinator: owns the shared memory, starts and buries workers, keeps deadlines, hands out memory.
 *
 * The script around it only moves messages: it calls coordinator_tick when the coordinator's bell rings and when the
 * time that the last tick returned has come, then ends every worker that coordinator_next_kill names.
 */
#ifndef MILLRACE_COORDINATOR_COORDINATOR_H
#define MILLRACE_COORDINATOR_COORDINATOR_H

#include "core/layout.h"

#define COORDINATOR_IDLE (-1.0)

/* Makes the pool. `max_workers` 0: the default of pool.h. NULL: no memory for it, or the platform has no secrets. */
struct pool *coordinator_create(uint32_t n_cores, uint32_t grace_ms, uint32_t blocks_mib, uint32_t n_workers,
                                uint32_t max_workers);

/* Before the first tick: how many workers stay when there is nothing to do (0: all), and for how long the others may have
 * nothing to do (0: the default of pool.h). */
void coordinator_set_range(struct pool *pool, uint32_t min_workers, uint32_t idle_ms);

/* Frees a pool that no thread uses any more. */
void pool__coordinator_destroy(struct pool *pool);

/* Arms the coordinator's bell, and returns the count to watch. `relayed`: the thread cannot watch it, and is told by
 * messages that it rang. Arm first, then tick, then watch. */
uint32_t coordinator_arm(struct pool *pool, bool relayed);

/* Looks at every deadline, every wish to end a job, every wish for memory, and at how many workers there should be.
 * Returns after how many milliseconds it must be called again at the latest; COORDINATOR_IDLE: not before the bell
 * rings. */
double coordinator_tick(struct pool *pool);

/* refill.c */

/* How often memory was asked for and there was none, since the pool was made. */
uint32_t coordinator_refusals(struct pool *pool);

/* headcount.c */

/* How many workers the last tick found missing: the script starts them, each with coordinator_add_worker. */
uint32_t coordinator_vacancies(struct pool *pool);

/* roster.c */

/* Makes a worker's slot and stack, and returns its number, from 1; POOL_EAGAIN: all are in use or resting;
 * POOL_ENOMEM.
 */
int32_t coordinator_add_worker(struct pool *pool);
uint8_t *coordinator_worker_stack(struct pool *pool, uint32_t worker);

/* Buries a worker that ended by itself, never started, or was ended by the script. Its job ends as was wished, or is
 * lost. `rest_ms`: how long its thread may still run unnoticed (0: it is gone for certain; negative: perhaps for ever).
 * `lost`: it failed, and counts as lost in pool_stats. */
void coordinator_bury_worker(struct pool *pool, uint32_t worker, double rest_ms, bool lost);

/* ladder.c */

/* A worker that was killed in its guest's code and that the script must terminate now; 0: none. */
uint32_t coordinator_next_kill(struct pool *pool);

/* Lets no more jobs begin, and wishes that every job ends, without grace. Returns how many still run. */
uint32_t coordinator_close(struct pool *pool);

/* Between the files of this folder. */
/* Closes what a dead worker's guest had open, and then ends its job, so that whoever sees it ended finds its files
 * closed. False: somebody has the lock of a volume, and the next tick that finds it free does it. */
bool pool__roster_mourn(struct pool *pool, uint32_t worker);
void pool__roster_mourn_all(struct pool *pool);
uint64_t pool__ladder_climb(struct pool *pool, uint64_t now_ns, uint64_t grace_ns); /* when to look again; UINT64_MAX */
uint64_t pool__headcount_look(struct pool *pool, uint64_t now_ns);                  /* the same */
uint32_t pool__idle_for_long(struct pool *pool, uint64_t now_ns, uint64_t *next_ns); /* idle.c */
void pool__stock(struct pool *pool);                                                 /* once, when it is made */
void pool__refill(struct pool *pool);

#endif
