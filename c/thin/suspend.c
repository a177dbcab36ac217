#include <emscripten.h>
#include <math.h>
#include <stdlib.h>

#include "thin/thin.h"

static int callbacks;

void pool__thin_count_callback(int change)
{
    callbacks += change;
}

bool pool__thin_can_wait(void)
{
    return callbacks == 0 && pool__thin_can_suspend();
}

int pool__thin_refuse_wait(void)
{
    pool__thin_remark(callbacks > 0 ? "callbacks must not wait: use the form with a callback"
                                    : "this program cannot wait here: it has to be linked with -sASYNCIFY or -sJSPI, "
                                      "and not to be called by an event, or while it waits already; or use the form "
                                      "with a callback");
    return POOL_EWOULDBLOCK;
}

double pool__thin_deadline(int32_t timeout_ms)
{
    return timeout_ms < 0 ? INFINITY : emscripten_get_now() + timeout_ms;
}

int pool__thin_await(struct pool *pool, const uint32_t *signals, uint32_t n, double deadline_ms)
{
    if (pool->died) return POOL_ESHUTDOWN;
    double left_ms = deadline_ms - emscripten_get_now();
    if (left_ms <= 0) return POOL_ETIMEDOUT;
    if (!pool__thin_can_wait()) return pool__thin_refuse_wait();
    uint32_t id = pool->id;
    pool->n_suspended++;
    pool__thin_hold(id, 1);
    pool__thin_suspend(id, signals, n, left_ms == INFINITY ? -1 : left_ms);
    pool__thin_hold(id, -1);
    pool->n_suspended--;
    if (!pool->gone) return 0;
    if (pool->depth == 0 && pool->n_suspended == 0) free(pool);
    return POOL_ESHUTDOWN;
}
