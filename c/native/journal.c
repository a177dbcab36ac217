/* What a native pool notices and no call reports, in words, and not more often than it helps. The package's pools have the
 * same in coordinator/journal.ts, where workers can also be lost: a C function is never killed. */
#include "coordinator/coordinator.h"
#include "core/check.h"
#include "native/native.h"
#include "port/port.h"

#define FAILED_STARTS_MAX 3u        /* so many in a row are told of, each */
#define MEMORY_QUIET_NS 1000000000u /* so long nothing more is told of memory that was refused */

void pool__journal_started(struct native *native, uint32_t worker)
{
    pool__log_write(native, POOL_LOG_DEBUG, 0, worker, "worker %u has started", worker);
}

void pool__journal_starts(struct native *native)
{
    native->journal.n_failed_starts = 0;
    native->journal.has_no_slot = false;
}

void pool__journal_retired(struct native *native, uint32_t worker)
{
    pool__log_write(native, POOL_LOG_DEBUG, 0, worker, "worker %u has ended: the pool has enough others", worker);
}

void pool__journal_not_started(struct native *native, uint32_t worker, int code, const char *why)
{
    struct journal *journal = &native->journal;
    POOL_ASSERT(code < 0 && why);
    if (journal->n_failed_starts == FAILED_STARTS_MAX) return;
    pool__log_write(native, POOL_LOG_WARN, code, worker, "a worker could not be started, and another is tried: %s",
                    why);
    if (++journal->n_failed_starts < FAILED_STARTS_MAX) return;
    pool__log_write(native, POOL_LOG_ERROR, code, 0,
                    "no further worker can be started for now; the pool goes on with %u: %s",
                    atomic_load(&native->pool->sched.x_live), why);
}

void pool__journal_no_slot(struct native *native)
{
    if (native->journal.has_no_slot) return;
    native->journal.has_no_slot = true;
    pool__log_write(native, POOL_LOG_WARN, 0, 0, "every slot for a worker is taken: no further one can start for now");
}

void pool__journal_memory(struct native *native)
{
    struct journal *journal = &native->journal;
    if (!native->log) return;
    uint32_t n = coordinator_refusals(native->pool);
    uint64_t now_ns = port_now_ns(PORT_MONOTONIC);
    if (n == journal->n_refused || now_ns < journal->quiet_until_ns) return;
    journal->n_refused = n;
    journal->quiet_until_ns = now_ns + MEMORY_QUIET_NS;
    pool__log_write(native, POOL_LOG_WARN, POOL_ENOMEM, 0,
                    "memory was refused, %u times so far: the pool has as much as it may have (max_memory_mib), or as "
                    "there is",
                    n);
}
