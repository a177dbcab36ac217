/* The dispatcher: the thread that takes the client's signals, as a page's main thread does in browsers, and calls back.
 */
#include "client/client.h"
#include "core/check.h"
#include "native/native.h"
#include "port/port.h"
#include "sync/wake.h"

static void dispatch(struct native *native, uint32_t signal)
{
    POOL_ASSERT(signal < SIGNALS_USED);
    if (signal >= SIGNAL_BLOCKS) {
        native->dispatch->room(native);
    } else if (signal >= SIGNAL_CALL_0) {
        native->dispatch->call(native, signal - SIGNAL_CALL_0);
    } else if (signal >= SIGNAL_PIPE_0) {
        uint32_t end = signal - SIGNAL_PIPE_0;
        native->dispatch->end(native, end / 2, (enum pipe_end)(end % 2));
    } else {
        native->dispatch->job(native, signal - SIGNAL_JOB_0);
    }
}

static bool shall_stop(struct native *native)
{
    pthread_mutex_lock(&native->lock);
    bool stops = native->stops;
    pthread_mutex_unlock(&native->lock);
    return stops;
}

static void *run(void *argument)
{
    struct native *native = argument;
    struct pool *pool = native->pool;
    for (;;) {
        uint32_t count = client_arm(pool);
        bool stops = shall_stop(native); /* before the last look */
        int32_t signal = client_take(pool);
        for (; signal >= 0; signal = client_take(pool)) dispatch(native, (uint32_t)signal);
        if (stops) break;
        port_wait(&pool->bells[WAITER_CLIENT].x_count, count, PORT_FOREVER);
    }
    native->dispatch->flush(native);
    atomic_store(&native->x_dispatcher_over, 1);
    return NULL;
}

int pool__dispatcher_start_locked(struct native *native)
{
    POOL_ASSERT(native->dispatch && native->pool);
    if (native->stops) return POOL_ESHUTDOWN; /* also out of the last callbacks: one that asks again would never end */
    if (native->dispatches) return 0;
    if (pool__thread_start(native, &native->dispatcher, "calls", run, native) != 0) return POOL_ENOMEM;
    native->dispatches = true;
    atomic_store(&native->pool->x_served, 1);
    return 0;
}

bool pool__dispatcher_stop(struct native *native)
{
    pthread_mutex_lock(&native->lock);
    native->stops = true;
    bool dispatches = native->dispatches;
    pthread_mutex_unlock(&native->lock);
    if (dispatches) pool__wake(native->pool, WAITER_CLIENT, SIGNAL_BLOCKS);
    return !dispatches || atomic_load(&native->x_dispatcher_over);
}

void pool__dispatcher_join(struct native *native)
{
    POOL_ASSERT(native->stops);
    if (native->dispatches) pthread_join(native->dispatcher, NULL); /* stopped, so that nobody starts it any more */
}

bool pool__dispatcher_is_self(struct native *native)
{
    pthread_mutex_lock(&native->lock);
    bool is_self = native->dispatches && pthread_equal(native->dispatcher, pthread_self());
    pthread_mutex_unlock(&native->lock);
    return is_self;
}
