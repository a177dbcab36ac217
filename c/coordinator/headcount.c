/* How many workers there should be: as many as stay in any case, and while jobs are queued as many as jobs shall run at
 * the same time. While a job waits, there is one more for each worker that sleeps in the middle of its own: otherwise
 * jobs that wait for each other could use all workers up.
 */
#include "coordinator/coordinator.h"
#include "core/check.h"
#include "port/port.h"
#include "sync/wake.h"

#define RELIEF_AFTER_NS 5000000u     /* most waits are shorter than starting a thread takes */
#define SURPLUS_AFTER_NS 1000000000u /* a worker that was started may be needed again soon */
#define RETRY_NS 500000000u          /* if all slots rest: by then one will have rested enough */

struct head_count {
    uint32_t live; /* up, or starting */
    uint32_t starting;
    uint32_t idle;
    uint32_t blocked; /* asleep in the middle of a job */
    uint32_t fit;     /* neither blocked nor about to end */
    uint32_t target;  /* as many jobs shall run at the same time */
    uint32_t floor;   /* as many workers stay */
};

static struct head_count count_heads(struct pool *pool)
{
    struct head_count n = {.live = atomic_load(&pool->sched.x_live),
                           .target = atomic_load(&pool->sched.x_target),
                           .floor = atomic_load(&pool->sched.x_floor)};
    for (uint32_t i = 1; i <= WORKERS_MAX; i++) {
        n.starting += pool__worker_state(&pool->workers[i]) == WORKER_STARTING;
    }
    n.idle = pool__sched_count_idle(&pool->sched);
    uint32_t others = n.starting + pool__sched_count_free(&pool->sched);
    POOL_ASSERT(n.idle <= WORKERS_MAX && n.starting <= WORKERS_MAX);
    n.blocked = n.live > others ? n.live - others : 0;
    /* The threads of those that leave may be on the way out for long. */
    uint32_t unfit = n.blocked + pool__sched_count_leaving(&pool->sched);
    n.fit = n.live > unfit ? n.live - unfit : 0;
    return n;
}

static uint32_t count_queued(struct pool *pool)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < JOBS_MAX; i++) n += pool__job_state(&pool->jobs[i]) == JOB_QUEUED;
    return n;
}

/* How many workers more the jobs want that wait: as many as there are jobs, as long as there are fewer than there shall
 * be; then one at a time, because each that is blocked may go on the next moment. */
static uint32_t count_wanted(struct pool *pool)
{
    struct head_count n = count_heads(pool);
    if (n.idle > 0 || n.fit >= n.target || !pool__sched_has_more(&pool->sched)) return 0;
    if (n.live >= n.target) return n.blocked > 0 && n.starting == 0;
    uint32_t queued = count_queued(pool);
    return queued > n.starting ? pool__min(queued - n.starting, n.target - n.live) : 0;
}

/* How many workers more are wanted, after jobs have starved for long enough; `*next_ns` is when to look again. */
static uint32_t count_relief(struct pool *pool, uint64_t now_ns, uint64_t *next_ns)
{
    uint32_t wanted = count_wanted(pool);
    if (!wanted) {
        pool->starved_since_ns = 0;
        atomic_store(&pool->x_relief, 0); /* whoever sees a job starve from now on asks again: look once more */
        wanted = count_wanted(pool);
        if (!wanted) return 0;
        atomic_store(&pool->x_relief, 1);
    }
    if (!pool->starved_since_ns) pool->starved_since_ns = now_ns;
    uint64_t due = pool->starved_since_ns + RELIEF_AFTER_NS;
    *next_ns = due > now_ns ? due : now_ns + RELIEF_AFTER_NS;
    return due <= now_ns ? wanted : 0;
}

/* How many workers that could run a job are more than shall run, if that has been so for a while. */
static uint32_t count_surplus(struct pool *pool, const struct head_count *n, uint64_t now_ns, uint64_t *next_ns)
{
    if (n->fit <= n->target) {
        pool->surplus_since_ns = 0;
        return 0;
    }
    if (!pool->surplus_since_ns) pool->surplus_since_ns = now_ns;
    uint64_t due = pool->surplus_since_ns + SURPLUS_AFTER_NS;
    if (due <= now_ns) return n->fit - n->target;
    if (due < *next_ns) *next_ns = due;
    return 0;
}

/* How many workers that need not stay have had nothing to do for long. */
static uint32_t count_bored(struct pool *pool, const struct head_count *n, uint64_t now_ns, uint64_t *next_ns)
{
    if (n->floor >= n->target || n->fit <= n->floor) return 0;
    return pool__min(pool__idle_for_long(pool, now_ns, next_ns), n->fit - n->floor);
}

/* Orders as many to retire as are too many: how many. If one of them takes an earlier order meanwhile, they are counted
 * anew. `*next_ns` is when to look again if others may be too many by then. */
static uint32_t order_to_retire(struct pool *pool, uint64_t now_ns, uint64_t *next_ns)
{
    uint32_t orders = atomic_load(&pool->sched.x_retire), wanted;
    do {
        struct head_count n = count_heads(pool);
        uint32_t surplus = count_surplus(pool, &n, now_ns, next_ns), bored = count_bored(pool, &n, now_ns, next_ns);
        wanted = surplus > bored ? surplus : bored;
    } while (!atomic_compare_exchange_weak(&pool->sched.x_retire, &orders, wanted));
    return wanted;
}

/* Orders workers to retire that have been too many for a while; returns when to look again. Whoever retires is buried, and
 * then the coordinator looks again in any case. */
static uint64_t dismiss(struct pool *pool, uint64_t now_ns)
{
    uint64_t next_ns = UINT64_MAX;
    uint32_t orders = order_to_retire(pool, now_ns, &next_ns);
    if (!orders && next_ns == UINT64_MAX) {
        atomic_store(&pool->x_surplus, 0); /* whoever has nothing to do from now on asks again: look once more */
        orders = order_to_retire(pool, now_ns, &next_ns);
        if (!orders && next_ns == UINT64_MAX) return UINT64_MAX;
        atomic_store(&pool->x_surplus, 1);
    }
    for (uint32_t i = 1; orders && i <= WORKERS_MAX; i++) pool__wake(pool, WAITER_WORKER_0 + i, 0);
    return next_ns;
}

uint64_t pool__headcount_look(struct pool *pool, uint64_t now_ns)
{
    uint64_t next_ns = UINT64_MAX;
    uint32_t live = atomic_load(&pool->sched.x_live), floor = atomic_load(&pool->sched.x_floor);
    uint32_t relief = count_relief(pool, now_ns, &next_ns);
    if (live >= pool->max_workers) { /* no use in looking again until a worker has ended, and then this is called */
        relief = 0;
        next_ns = UINT64_MAX;
    }
    pool->n_vacancies = live < floor ? floor - live : relief;
    if (pool->n_vacancies && next_ns > now_ns + RETRY_NS) next_ns = now_ns + RETRY_NS;
    uint64_t surplus_ns = dismiss(pool, now_ns);
    return surplus_ns < next_ns ? surplus_ns : next_ns;
}

uint32_t coordinator_vacancies(struct pool *pool)
{
    return pool->n_vacancies;
}
