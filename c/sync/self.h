/* Who the calling thread is to a pool, and what it may sleep on. */
#ifndef MILLRACE_SYNC_SELF_H
#define MILLRACE_SYNC_SELF_H

#include "sync/sleep.h"

/* Makes this thread a worker that sleeps by `sleeper`. */
void pool__self_set(struct sleeper *sleeper);

/* The calling worker's sleeper; NULL: this thread is no worker of the pool. */
struct sleeper *pool__self(const struct pool *pool);

/* The same, whatever pool it is a worker of. */
struct sleeper *pool__self_any(void);

/* Whether the calling thread runs a job of the pool. */
bool pool__self_runs_job(const struct pool *pool);

/* A sleeper for a call that must not block. If this thread is the client, a signal follows for what it cannot do now.
 */
struct sleeper pool__self_look(struct pool *pool);

/* A sleeper for a call that blocks: the worker's own, or one that is lent until pool__self_return and kept in
 * `storage`. NULL: this thread must not block, or LESSEES_MAX threads do already. */
struct sleeper *pool__self_lend(struct pool *pool, struct sleeper *storage);
void pool__self_return(struct sleeper *sleeper);

#endif
