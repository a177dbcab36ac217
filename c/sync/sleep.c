/* Sleeping on a bell, for a pipe, a block or a ring; and looking for a moment before that. */
#include "sync/sleep.h"

#include "core/check.h"
#include "port/port.h"
#include "sync/ends.h"
#include "sync/wake.h"

#define LOOKS_A_CLOCK 256u /* the clock is read once in so many looks; it costs more than looking */
#define LOOKS_MAX 100000u  /* where the clock does not move */

/* What a sleeper looks for before it sleeps. */
typedef bool look_fn(struct sleeper *sleeper, uint32_t count);

static bool has_rung(struct sleeper *sleeper, uint32_t count)
{
    const struct bell *bell = &sleeper->pool->bells[sleeper->waiter];
    return atomic_load_explicit(&bell->x_count, memory_order_relaxed) != count;
}

static bool has_jobs(struct sleeper *sleeper, uint32_t count)
{
    (void)count;
    return pool__sched_has_more(&sleeper->pool->sched);
}

/* Looks for so long. True: it is there. The clock decides, not a number of looks: that would have to be
 * measured first, in code that the engine has not optimised yet, with a clock that is too coarse. */
static bool spin(struct sleeper *sleeper, look_fn *look, uint32_t count, uint32_t for_ns)
{
    uint64_t begin_ns = 0;
    for (uint32_t i = 1; i < LOOKS_MAX; i++) {
        if (look(sleeper, count)) return true;
        port_relax();
        if (i % LOOKS_A_CLOCK) continue;
        uint64_t now_ns = port_now_ns(PORT_MONOTONIC);
        if (!begin_ns) begin_ns = now_ns;
        if (now_ns - begin_ns > for_ns) return false;
    }
    return false;
}

void pool__sleeper_init(struct sleeper *sleeper, struct pool *pool, uint32_t waiter)
{
    POOL_ASSERT(waiter > 0 && waiter < WAITERS_MAX);
    *sleeper = (struct sleeper){.pool = pool, .waiter = waiter};
    pool__bet_init(&sleeper->on_ring);
    pool__bet_init(&sleeper->on_jobs);
}

int pool__sleeper_interrupted(const struct sleeper *sleeper)
{
    const struct job *job = sleeper->home ? sleeper->home->job : sleeper->job;
    if (job && pool__job_wished(job)) return POOL_ECANCELED;
    return !sleeper->job && atomic_load(&sleeper->pool->x_closing) ? POOL_ESHUTDOWN : 0;
}

uint32_t pool__sleeper_arm(struct sleeper *sleeper)
{
    POOL_ASSERT(sleeper->waiter > WAITER_CLIENT && sleeper->waiter < WAITERS_MAX); /* others have no bell to sleep on */
    return pool__bell_arm(&sleeper->pool->bells[sleeper->waiter]);
}

void pool__sleeper_disarm(struct sleeper *sleeper)
{
    pool__bell_disarm(&sleeper->pool->bells[sleeper->waiter]);
}

/* Looks for a moment, if that is worth it: with no core to spare it only keeps the peer from running. True: it was. */
static bool look_for(struct sleeper *sleeper, struct bet *bet, look_fn *look, uint32_t count)
{
    if (pool__sched_count_awake(&sleeper->pool->sched) >= sleeper->pool->n_cores) return false;
    uint32_t for_ns = pool__bet_take(bet);
    if (!for_ns) return false;
    bool won = spin(sleeper, look, count, for_ns);
    pool__bet_settle(bet, won);
    return won;
}

/* The sleeper of the worker that this thread is; NULL: it is none. */
static const struct sleeper *worker_behind(const struct sleeper *sleeper)
{
    if (sleeper->home) return sleeper->home;
    return sleeper->waiter < WAITER_LESSEE_0 ? sleeper : NULL;
}

bool pool__sleeper_look(struct sleeper *sleeper)
{
    return look_for(sleeper, &sleeper->on_jobs, has_jobs, 0);
}

void pool__sleeper_sleep(struct sleeper *sleeper, uint32_t count, uint64_t timeout_ns)
{
    if (!look_for(sleeper, &sleeper->on_ring, has_rung, count)) pool__sleeper_wait(sleeper, count, timeout_ns);
}

static void fall_asleep(const struct sleeper *worker)
{
    pool__sched_clear_awake(&worker->pool->sched, worker->waiter - WAITER_WORKER_0);
    if (worker->job) pool__want_relief(worker->pool);
}

/* If this worker has been buried meanwhile, nobody else takes it out of the count again: whoever buries marks it as dead
 * first, so one of us sees the other. */
void pool__sleeper_wakes(const struct sleeper *worker)
{
    uint32_t number = worker->waiter - WAITER_WORKER_0;
    POOL_ASSERT(number >= 1 && number <= WORKERS_MAX);
    pool__sched_set_awake(&worker->pool->sched, number);
    if (pool__worker_state(&worker->pool->workers[number]) != WORKER_DEAD) return;
    pool__sched_clear_awake(&worker->pool->sched, number);
}

void pool__sleeper_wait(struct sleeper *sleeper, uint32_t count, uint64_t timeout_ns)
{
    struct bell *bell = &sleeper->pool->bells[sleeper->waiter];
    POOL_ASSERT(sleeper->waiter > WAITER_CLIENT && sleeper->waiter < WAITERS_MAX);
    const struct sleeper *worker = worker_behind(sleeper);
    if (worker) fall_asleep(worker);
    port_wait(&bell->x_count, count, timeout_ns);
    if (worker) pool__sleeper_wakes(worker);
}

/* POOL_EAGAIN means to wait on, unless there is a reason to give up: then that reason. */
static int or_interrupted(const struct sleeper *sleeper, int status)
{
    if (status != POOL_EAGAIN) return status;
    int reason = pool__sleeper_interrupted(sleeper);
    return reason ? reason : POOL_EAGAIN;
}

int pool__sleep_on_pipe(struct sleeper *sleeper, struct pipe *pipe, enum pipe_end end, uint32_t wants)
{
    int status = pool__pipe_status(pipe, end);
    if (status != POOL_EAGAIN) return status;

    pool__pipe_announce(pipe, end, sleeper->waiter, wants);
    for (;;) {
        uint32_t count = pool__sleeper_arm(sleeper);
        status = pool__pipe_status(pipe, end);
        status = or_interrupted(sleeper, status);
        if (status != POOL_EAGAIN) break;
        pool__sleeper_sleep(sleeper, count, PORT_FOREVER);
    }
    pool__pipe_announce(pipe, end, 0, 0);
    pool__sleeper_disarm(sleeper);
    return status;
}

int pool__sleep_on_block(struct sleeper *sleeper, enum block_use use, uint32_t size_bytes, uint32_t *block_out)
{
    struct pool *pool = sleeper->pool;
    POOL_ASSERT(use < USES && sleeper->waiter > WAITER_CLIENT);
    *block_out = pool__take_free_block(pool, use, size_bytes);
    if (*block_out) return 0;
    _Atomic uint32_t *refusals = &pool->blocks.x_refusals[use][pool__blocks_class(size_bytes)];
    uint32_t had = atomic_load(refusals);
    int status;
    for (;;) {
        uint32_t count = pool__sleeper_arm(sleeper);
        pool__ask(pool, sleeper->waiter);
        *block_out = pool__take_block(pool, use, size_bytes, sleeper->waiter);
        status = *block_out ? 0 : atomic_load(refusals) != had ? POOL_ENOMEM : or_interrupted(sleeper, POOL_EAGAIN);
        if (status != POOL_EAGAIN) break;
        pool__sleeper_sleep(sleeper, count, PORT_FOREVER);
    }
    pool__sleeper_disarm(sleeper);
    return status;
}

int pool__sleep_on_ring(struct sleeper *sleeper, struct pipe *pipe)
{
    if (pipe->data) return 0;
    int status;
    pool__pipe_announce(pipe, PIPE_WRITE, sleeper->waiter, 0); /* the reader may go while we wait for memory */
    for (;;) {
        uint32_t count = pool__sleeper_arm(sleeper);
        status = pool__pipe_write_status(pipe);
        if (status > 0) status = pool__attach_ring(sleeper->pool, pipe, sleeper->waiter);
        status = or_interrupted(sleeper, status);
        if (status != POOL_EAGAIN) break;
        pool__sleeper_sleep(sleeper, count, PORT_FOREVER);
    }
    pool__pipe_announce(pipe, PIPE_WRITE, 0, 0);
    pool__sleeper_disarm(sleeper);
    POOL_ASSERT(status != 0 || pipe->data);
    return status;
}
