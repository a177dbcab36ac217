/* Callers who wait until an end is ready. */
#ifndef MILLRACE_THIN_READY_H
#define MILLRACE_THIN_READY_H

#include "thin/state.h"

void pool__thin_end_signal(struct pool *pool, uint32_t index);
/* There is memory again: looks at the write ends that wait for it. */
void pool__thin_look_at_ends(struct pool *pool);
/* Calls back for ends that were closed. */
void pool__thin_tell_closed(struct pool *pool);
/* Calls back for all ends: the pool is gone. */
void pool__thin_fail_waiters(struct pool *pool);

#endif
