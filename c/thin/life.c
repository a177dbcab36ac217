/* Counts who is in a pool, and frees it when it is closed and nobody is in it any more. */
#include "thin/life.h"

#include <stdlib.h>

#include "core/check.h"
#include "thin/bridge.h"

static int callbacks;

static void free_if_gone(struct pool *pool)
{
    if (pool->gone && pool->depth == 0 && pool->n_suspended == 0) free(pool);
}

void pool__thin_opened(struct pool *pool, int32_t status)
{
    POOL_ASSERT(pool->on_created && !pool->gone);
    pool__thin_owe(pool->id, -1);
    if (status) pool__thin_close(pool->id);
    pool->made = status == 0;
    pool->gone = status != 0;
    pool->on_created(pool->created_user, status, status ? NULL : pool);
}

void pool__thin_enter(struct pool *pool)
{
    pool->depth++;
    callbacks++;
}

void pool__thin_leave(struct pool *pool)
{
    POOL_ASSERT(pool->depth > 0 && callbacks > 0);
    pool->depth--;
    callbacks--;
    free_if_gone(pool);
}

bool pool__thin_in_callback(void)
{
    return callbacks > 0;
}

void pool__thin_pause(struct pool *pool)
{
    pool->n_suspended++;
}

bool pool__thin_go_on(struct pool *pool)
{
    bool gone = pool->gone;
    POOL_ASSERT(pool->n_suspended > 0);
    pool->n_suspended--;
    free_if_gone(pool);
    return !gone;
}
