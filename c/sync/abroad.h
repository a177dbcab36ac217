/* Jobs that wait in a pool that is not theirs: they sleep on a bell that is lent to them there, and whoever wants their
 * end rings it. Only where several pools share a memory.
 */
#ifndef MILLRACE_SYNC_ABROAD_H
#define MILLRACE_SYNC_ABROAD_H

#include "sync/sleep.h"

/* A lent sleeper is one of a worker's of another pool from now on, and until pool__come_home no more. */
void pool__go_abroad(struct sleeper *lent, const struct sleeper *home);
void pool__come_home(struct sleeper *lent);

/* Wakes a worker wherever its job sleeps: the job is to end. */
void pool__wake_worker(struct pool *pool, uint32_t number);

#endif
