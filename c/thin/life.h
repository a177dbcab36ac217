/* Who is in a pool: it is freed when it is gone and nobody is in it any more. */
#ifndef MILLRACE_THIN_LIFE_H
#define MILLRACE_THIN_LIFE_H

#include <stdbool.h>

#include "thin/state.h"

/* Opening is over. */
void pool__thin_opened(struct pool *pool, int32_t status);
/* A callback of the pool's begins; and is over. Leaving may free the pool. */
void pool__thin_enter(struct pool *pool);
void pool__thin_leave(struct pool *pool);
/* Whether a callback runs, of whichever pool. */
bool pool__thin_in_callback(void);
/* A call is suspended; and goes on. False: the pool is gone, and must not be touched any more. */
void pool__thin_pause(struct pool *pool);
bool pool__thin_go_on(struct pool *pool);

#endif
