/* Jobs that wait in a pool that is not theirs. They sleep on a bell that this pool lends them, and whoever wants such a
 * job to end rings that bell. Only where several pools share a memory.
 */
#ifndef MILLRACE_SYNC_ABROAD_H
#define MILLRACE_SYNC_ABROAD_H

#include "sync/sleep.h"

/* Notes that `lent`, of another pool, is what the worker with `home` sleeps by from now on; and that it no longer is.
 */
void pool__go_abroad(struct sleeper *lent, const struct sleeper *home);
void pool__come_home(struct sleeper *lent);

/* Wakes a worker wherever its job sleeps: the job is to end. */
void pool__wake_worker(struct pool *pool, uint32_t number);

#endif
