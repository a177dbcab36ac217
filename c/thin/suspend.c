/* Lets a call wait: suspends the program until a signal is delivered. */
#include "thin/suspend.h"

#include <emscripten.h>
#include <math.h>

#include "core/check.h"
#include "thin/bridge.h"
#include "thin/explain.h"
#include "thin/life.h"

bool pool__thin_can_wait(void)
{
    return !pool__thin_in_callback() && pool__thin_can_suspend();
}

int pool__thin_refuse_wait(void)
{
    pool__thin_remark(pool__thin_in_callback()
                          ? "callbacks must not wait: use the form with a callback"
                          : "this program cannot wait here: link it with -sASYNCIFY or -sJSPI, and do not wait in an "
                            "event handler or while another call waits; or use the form with a callback");
    return POOL_EWOULDBLOCK;
}

double pool__thin_deadline(int32_t timeout_ms)
{
    return timeout_ms < 0 ? INFINITY : emscripten_get_now() + timeout_ms;
}

int pool__thin_await(struct pool *pool, const uint32_t *signals, uint32_t n, double deadline_ms)
{
    POOL_ASSERT(signals && n > 0);
    if (pool->died) return POOL_ESHUTDOWN;
    double left_ms = deadline_ms - emscripten_get_now();
    if (left_ms <= 0) return POOL_ETIMEDOUT;
    if (!pool__thin_can_wait()) return pool__thin_refuse_wait();
    uint32_t id = pool->id;
    pool__thin_pause(pool);
    pool__thin_owe(id, 1);
    pool__thin_suspend(id, signals, n, left_ms == INFINITY ? -1 : left_ms);
    pool__thin_owe(id, -1);
    return pool__thin_go_on(pool) ? 0 : POOL_ESHUTDOWN;
}
