/* Which workers have had nothing to do for long. Only the coordinator keeps book of that, whenever it looks: a worker that
 * has no job, and is at the turn at which it had none before, had none in between. So working costs nothing for it. */
#include "coordinator/coordinator.h"
#include "core/check.h"

/* Since when one has been idle, as far as has been seen. */
static uint64_t idle_since(struct worker *worker, uint64_t now_ns)
{
    uint64_t turn = pool__worker_turn(worker);
    if (worker->idle_turn != turn + 1) {
        worker->idle_turn = turn + 1;
        worker->idle_since_ns = now_ns;
    }
    POOL_ASSERT(worker->idle_since_ns <= now_ns);
    return worker->idle_since_ns;
}

uint32_t pool__idle_for_long(struct pool *pool, uint64_t now_ns, uint64_t *next_ns)
{
    uint32_t n = 0;
    for (uint32_t i = 1; i <= WORKERS_MAX; i++) {
        struct worker *worker = &pool->workers[i];
        if (!pool__sched_is_idle(&pool->sched, i)) {
            worker->idle_turn = 0;
            continue;
        }
        uint64_t due = idle_since(worker, now_ns) + pool->idle_ns;
        if (due <= now_ns) {
            n++;
        } else if (due < *next_ns) {
            *next_ns = due;
        }
    }
    return n;
}
