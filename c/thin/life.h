/* Who is in a pool. A closed pool is freed when nobody is in it any more. */
#ifndef MILLRACE_THIN_LIFE_H
#define MILLRACE_THIN_LIFE_H

#include <stdbool.h>

#include "thin/state.h"

/* Opening has succeeded (0) or failed. */
void pool__thin_opened(struct pool *pool, int32_t status);
/* A callback of the pool begins, and ends. Leaving may free the pool. */
void pool__thin_enter(struct pool *pool);
void pool__thin_leave(struct pool *pool);
/* Whether a callback runs, of whichever pool. */
bool pool__thin_in_callback(void);
/* A call is suspended, and goes on. False: the pool is closed; do not touch it any more. */
void pool__thin_pause(struct pool *pool);
bool pool__thin_go_on(struct pool *pool);

#endif
