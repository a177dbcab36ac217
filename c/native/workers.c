/* The threads of a native pool: workers, and the one that plays the coordinator for them. */
#include <stdio.h>

#include "coordinator/coordinator.h"
#include "core/check.h"
#include "native/native.h"
#include "port/native.h"
#include "sync/wake.h"
#include "worker/worker.h"

#define START_RETRY_NS 500000000u /* as long as a tick of the coordinator that misses workers lets pass at most */

static void *run_worker(void *argument)
{
    struct native_thread *thread = argument;
    if (worker_join(thread->pool, thread->number) == 0) {
        pool__journal_started(native_of(thread->pool), thread->number);
        while (worker_next() >= 0) continue; /* functions are run in there; there are no guests */
    }
    atomic_store(&thread->x_gone, 1);
    pool__ask_coordinator(thread->pool);
    return NULL;
}

static bool start_one(struct native *native)
{
    int32_t number = coordinator_add_worker(native->pool);
    if (number == POOL_EAGAIN) pool__journal_no_slot(native);
    if (number == POOL_ENOMEM) pool__journal_not_started(native, 0, POOL_ENOMEM, "there is no memory for its stack");
    if (number < 0) return false;
    struct native_thread *thread = &native->workers[number];
    POOL_ASSERT(number >= 1 && number <= (int32_t)WORKERS_MAX && !thread->runs);
    *thread = (struct native_thread){.pool = native->pool, .number = (uint32_t)number, .runs = true};
    char suffix[12];
    (void)snprintf(suffix, sizeof suffix, "%u", thread->number);
    if (pool__thread_start(native, &thread->thread, suffix, run_worker, thread) == 0) {
        pool__journal_starts(native);
        return true;
    }
    thread->runs = false;
    coordinator_bury_worker(native->pool, (uint32_t)number, 0,
                            false); /* before the journal counts those that are left */
    pool__journal_not_started(native, (uint32_t)number, POOL_EAGAIN, "the system gives no further thread");
    return false;
}

bool pool__workers_start(struct native *native)
{
    uint64_t now_ns = port_now_ns(PORT_MONOTONIC);
    uint32_t n = now_ns < native->start_again_ns ? 0 : coordinator_vacancies(native->pool);
    while (n > 0 && start_one(native)) n--;
    if (n > 0) native->start_again_ns = now_ns + START_RETRY_NS; /* burying it has rung the coordinator */
    return atomic_load(&native->pool->sched.x_live) > 0;
}

static void join_the_gone(struct native *native)
{
    for (uint32_t i = 1; i <= WORKERS_MAX; i++) {
        struct native_thread *thread = &native->workers[i];
        if (!thread->runs || !atomic_load(&thread->x_gone)) continue;
        POOL_ASSERT(thread->pool == native->pool && thread->number == i);
        pthread_join(thread->thread, NULL);
        thread->runs = false;
        coordinator_bury_worker(native->pool, i, 0, false);
        if (!atomic_load(&native->pool->x_closing)) pool__journal_retired(native, i);
    }
}

void pool__workers_abandon(struct native *native)
{
    coordinator_close(native->pool);
    for (uint32_t i = 1; i <= WORKERS_MAX; i++) {
        if (native->workers[i].runs) pthread_join(native->workers[i].thread, NULL);
    }
}

static bool is_over(struct pool *pool)
{
    if (!atomic_load(&pool->x_closing)) return false;
    POOL_ASSERT(atomic_load(&pool->sched.x_live) <= WORKERS_MAX);
    return coordinator_close(pool) == 0 && atomic_load(&pool->sched.x_live) == 0;
}

static void *run_coordinator(void *argument)
{
    struct native *native = argument;
    struct pool *pool = native->pool;
    for (;;) {
        uint32_t count = coordinator_arm(pool, false);
        join_the_gone(native);
        if (is_over(pool)) break;
        double ms = coordinator_tick(pool);
        pool__journal_memory(native);
        if (!atomic_load(&pool->x_closing)) pool__workers_start(native);
        port_wait(&pool->bells[WAITER_COORDINATOR].x_count, count, ms < 0 ? PORT_FOREVER : (uint64_t)(ms * 1e6));
    }
    atomic_store(&native->x_coordinator_over, 1);
    return NULL;
}

bool pool__workers_run(struct native *native)
{
    return pool__thread_start(native, &native->coordinator, "coord", run_coordinator, native) == 0;
}

void pool__workers_stop(struct native *native)
{
    atomic_store(&native->pool->x_closing, 1); /* the coordinator's thread does the rest: only it may end jobs */
    pool__ask_coordinator(native->pool);
}

void pool__workers_join(struct native *native)
{
    pthread_join(native->coordinator, NULL);
}
