/* Calls that wait, in a program that can be suspended. */
#ifndef MILLRACE_THIN_SUSPEND_H
#define MILLRACE_THIN_SUSPEND_H

#include <stdbool.h>

#include "thin/state.h"

/* Whether calls may wait: the build can suspend, and no callback is under way. */
bool pool__thin_can_wait(void);
/* Returns POOL_EWOULDBLOCK, after saying why in pool_error_text. */
int pool__thin_refuse_wait(void);
/* When a timeout will have passed, for pool__thin_await. */
double pool__thin_deadline(int32_t timeout_ms);
/* Waits for one of the signals, and may come back early: 0, POOL_ETIMEDOUT, POOL_EWOULDBLOCK; POOL_ESHUTDOWN: the pool
 * is closed; do not touch it any more. */
int pool__thin_await(struct pool *pool, const uint32_t *signals, uint32_t n, double deadline_ms);

#endif
