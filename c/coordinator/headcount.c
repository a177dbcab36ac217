/* How many workers there should be: as many as jobs shall run at the same time. While a job waits, there is one more
 * for each worker that sleeps in the middle of its own: otherwise jobs that wait for each other could use all workers
 * up.
 */
#include "coordinator/coordinator.h"
#include "core/check.h"
#include "port/port.h"
#include "sync/wake.h"

#define RELIEF_AFTER_NS 5000000u   /* most waits are shorter than starting a thread takes */
#define SPARE_AFTER_NS 1000000000u /* a worker that was started may be needed again soon */
#define RETRY_NS 500000000u        /* if all slots rest: by then one will have rested enough */

struct head_count {
    uint32_t live; /* up, or starting */
    uint32_t starting;
    uint32_t idle;
    uint32_t blocked; /* asleep in the middle of a job */
    uint32_t fit;     /* neither blocked nor about to end */
    uint32_t target;
};

static uint32_t count_bits(_Atomic uint32_t *x_words)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < WORKERS_MAX / 32; i++) n += (uint32_t)__builtin_popcount(atomic_load(&x_words[i]));
    return n;
}

static struct head_count count_heads(struct pool *pool)
{
    struct head_count n = {.live = atomic_load(&pool->sched.x_live), .target = atomic_load(&pool->sched.x_target)};
    for (uint32_t i = 1; i <= WORKERS_MAX; i++) {
        n.starting += pool__worker_state(&pool->workers[i]) == WORKER_STARTING;
    }
    n.idle = count_bits(pool->sched.x_idle);
    uint32_t others = n.starting + n.idle + atomic_load(&pool->sched.x_awake);
    POOL_ASSERT(n.idle <= WORKERS_MAX && n.starting <= WORKERS_MAX);
    n.blocked = n.live > others ? n.live - others : 0;
    uint32_t unfit = n.blocked + count_bits(pool->sched.x_leaving); /* their threads may be on the way out for long */
    n.fit = n.live > unfit ? n.live - unfit : 0;
    return n;
}

/* A job waits, nobody is idle or on the way, and fewer workers are awake than shall be. */
static bool is_starving(struct pool *pool)
{
    struct head_count n = count_heads(pool);
    return n.blocked > 0 && n.idle == 0 && n.starting == 0 && n.fit < n.target && pool__sched_has_more(&pool->sched);
}

/* Whether a job has starved for long enough; `*next_ns` is when to look again. */
static bool wants_relief(struct pool *pool, uint64_t now_ns, uint64_t *next_ns)
{
    if (!is_starving(pool)) {
        pool->starved_since_ns = 0;
        atomic_store(&pool->x_relief, 0); /* whoever sees a job starve from now on asks again: look once more */
        if (!is_starving(pool)) return false;
        atomic_store(&pool->x_relief, 1);
    }
    if (!pool->starved_since_ns) pool->starved_since_ns = now_ns;
    uint64_t due = pool->starved_since_ns + RELIEF_AFTER_NS;
    *next_ns = due > now_ns ? due : now_ns + RELIEF_AFTER_NS;
    return due <= now_ns;
}

/* How many workers that could run a job are more than shall run. */
static uint32_t count_spare(struct pool *pool)
{
    struct head_count n = count_heads(pool);
    return n.fit > n.target ? n.fit - n.target : 0;
}

/* Orders as many to retire as are too many. If one of them takes an earlier order meanwhile, they are counted anew. */
static void order_to_retire(struct pool *pool)
{
    uint32_t orders = atomic_load(&pool->sched.x_retire);
    while (!atomic_compare_exchange_weak(&pool->sched.x_retire, &orders, count_spare(pool))) continue;
}

/* Orders workers to retire that have been too many for a while; returns when to look again. */
static uint64_t dismiss(struct pool *pool, uint64_t now_ns)
{
    uint32_t spare = count_spare(pool);
    if (!spare) {
        pool->spare_since_ns = 0;
        atomic_store(&pool->sched.x_retire, 0);
        atomic_store(&pool->x_spare, 0); /* whoever has nothing to do from now on asks again: look once more */
        spare = count_spare(pool);
        if (!spare) return UINT64_MAX;
        atomic_store(&pool->x_spare, 1);
    }
    if (!pool->spare_since_ns) pool->spare_since_ns = now_ns;
    uint64_t due = pool->spare_since_ns + SPARE_AFTER_NS;
    if (due > now_ns) return due;
    order_to_retire(pool);
    for (uint32_t i = 1; i <= WORKERS_MAX; i++) pool__wake(pool, WAITER_WORKER_0 + i, 0);
    return UINT64_MAX; /* whoever retires is buried, and the coordinator looks again */
}

uint64_t pool__headcount_look(struct pool *pool, uint64_t now_ns)
{
    uint64_t next_ns = UINT64_MAX;
    uint32_t live = atomic_load(&pool->sched.x_live), target = atomic_load(&pool->sched.x_target);
    bool relief = wants_relief(pool, now_ns, &next_ns);
    if (live >= pool->max_workers) { /* no use in looking again until a worker has ended, and then this is called */
        relief = false;
        next_ns = UINT64_MAX;
    }
    pool->n_vacancies = live < target ? target - live : relief;
    if (pool->n_vacancies && next_ns > now_ns + RETRY_NS) next_ns = now_ns + RETRY_NS;
    uint64_t spare_ns = dismiss(pool, now_ns);
    return spare_ns < next_ns ? spare_ns : next_ns;
}

uint32_t coordinator_vacancies(struct pool *pool)
{
    return pool->n_vacancies;
}
