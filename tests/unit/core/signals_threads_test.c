/* core/signals.c and core/bell.c, hammered by several threads at once. */
#include "core/signals.h"

#include <sched.h>

#include "core/bell.h"
#include "support/prelude.h"
#include "support/property.h"
#include "support/threads.h"

#define THREADS 4u
#define ROUNDS 40000u
#define SIGNALS 2100u /* a little of the third group */

static struct signals signals;
static struct bell bell;
static _Atomic uint32_t x_published[SIGNALS]; /* news for each signal, and how much of it was seen */
static uint32_t noticed[SIGNALS];
static _Atomic uint32_t x_noticed; /* the last of those that come one at a time */
static uint64_t seed;

static void *raise_signals(void *argument)
{
    struct property random = {seed + (uint32_t)(uintptr_t)argument};
    for (uint32_t i = 0; i < ROUNDS; i++) {
        uint32_t signal = property_below(&random, property_size(&random, SIGNALS));
        atomic_fetch_add(&x_published[signal], 1);
        pool__signals_raise(&signals, signal);
        if (pool__bell_ring(&bell)) port_wake(&bell.x_count);
    }
    return NULL;
}

static uint32_t notice(int32_t signal)
{
    uint32_t now = atomic_load(&x_published[signal]), fresh = now - noticed[signal];
    noticed[signal] = now;
    return fresh;
}

/* All that there is, if the cheap look from the outside says that there is something. */
static uint32_t take_signals(void)
{
    uint32_t taken = 0;
    if (!atomic_load(&signals.x_any)) return 0;
    for (int32_t s = pool__signals_take(&signals); s >= 0; s = pool__signals_take(&signals)) taken += notice(s);
    return taken;
}

/* Sleeps between; a signal or a wake-up that was lost shows as a test that never ends. */
static void take_everything(uint32_t total)
{
    for (uint32_t taken = 0; taken < total;) {
        uint32_t count = pool__bell_arm(&bell), fresh = take_signals();
        taken += fresh;
        if (!fresh) port_wait(&bell.x_count, count, PORT_FOREVER);
        pool__bell_disarm(&bell);
    }
}

static void hammer_signals(struct property *random)
{
    pthread_t threads[THREADS];
    memset(noticed, 0, sizeof noticed);
    for (uint32_t i = 0; i < SIGNALS; i++) atomic_store(&x_published[i], 0);
    seed = property_fork(random).state;
    pool__bell_init(&bell);
    for (uint32_t i = 0; i < THREADS; i++) threads[i] = thread_start(raise_signals, (void *)(uintptr_t)i);
    take_everything(THREADS * ROUNDS);
    for (uint32_t i = 0; i < THREADS; i++) thread_join(threads[i]);
}

static void signals_and_a_bell_lose_nothing(void **state)
{
    (void)state;
    struct property random = property_begin("signals_and_a_bell_lose_nothing");
    for (uint32_t i = 0; i < 20; i++) hammer_signals(&random);
}

/* One at a time, each as soon as the last was noticed: just when the taker is about to find that there is no more. */
static void *raise_one_by_one(void *unused)
{
    (void)unused;
    for (uint32_t i = 1; i <= 5 * ROUNDS; i++) {
        atomic_store(&x_published[i % 64], i);
        pool__signals_raise(&signals, i % 64);
        if (pool__bell_ring(&bell)) port_wake(&bell.x_count);
        while (atomic_load(&x_noticed) != i) sched_yield();
    }
    return NULL;
}

static void signals_raised_while_the_taker_gives_up_are_not_lost(void **state)
{
    (void)state;
    pool__bell_init(&bell);
    atomic_store(&x_noticed, 0);
    pthread_t thread = thread_start(raise_one_by_one, NULL);
    for (uint32_t i = 0; i < 5 * ROUNDS;) {
        uint32_t count = pool__bell_arm(&bell);
        bool some = atomic_load(&signals.x_any);
        for (int32_t s = some ? pool__signals_take(&signals) : -1; s >= 0; s = pool__signals_take(&signals)) {
            i = atomic_load(&x_published[s]);
            atomic_store(&x_noticed, i);
        }
        if (!some) port_wait(&bell.x_count, count, PORT_FOREVER);
    }
    thread_join(thread);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signals_and_a_bell_lose_nothing),
        cmocka_unit_test(signals_raised_while_the_taker_gives_up_are_not_lost),
    };
    return cmocka_run_group_tests_name("signals_threads", tests, NULL, NULL);
}
