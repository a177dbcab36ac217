#include "worker/worker.h"

#include "core/check.h"
#include "port/port.h"
#include "sync/ends.h"
#include "sync/jobs.h"
#include "sync/wake.h"
#include "worker/crossing.h"

#define TEXT_WAIT_NS 1000000000u /* for memory to say in why a job failed; after that it fails without */

static _Thread_local struct worker_thread this;

struct worker_thread *pool__this_worker(void)
{
    return &this;
}

int worker_join(struct pool *pool, uint32_t number)
{
    if (pool->abi != POOL_ABI) return POOL_EPROTO;
    if (number == 0 || number > WORKERS_MAX) return POOL_EINVAL;
    this.pool = pool;
    this.number = number;
    this.self = &pool->workers[number];
    uint32_t starting = WORKER_STARTING;
    uint32_t runtime = pool__worker_word(this.turn, WORKER_RUNTIME);
    if (!atomic_compare_exchange_strong(&this.self->x_state, &starting, runtime)) return POOL_ETIMEDOUT;
    pool__sleeper_init(&this.sleeper, pool, WAITER_WORKER_0 + number);
    atomic_fetch_add(&pool->sched.x_awake, 1);
    return 0;
}

/* Begins the next job in the queue that has not been cancelled. */
static bool take_job(void)
{
    uint32_t slot;
    while (pool__sched_pop(&this.pool->sched, &slot)) {
        struct job *job = &this.pool->jobs[slot];
        uint32_t turn = (this.turn + 1) & 0xffffff;
        if (!pool__job_begin(this.pool, job, this.number, turn)) continue;
        this.turn = turn;
        this.job = job;
        this.sleeper.job = job;
        this.wasi.exited = false; /* it may end before worker_begin */
        atomic_store(&this.self->x_state, pool__worker_word(turn, WORKER_RUNTIME));
        return true;
    }
    return false;
}

static void sleep_until_work(void)
{
    struct sched *sched = &this.pool->sched;
    uint32_t count = pool__sleeper_arm(&this.sleeper);
    pool__sched_set_idle(sched, this.number);
    if (!pool__queue_has_more(&sched->queue) && !atomic_load(&this.pool->x_closing)) {
        pool__sleeper_sleep(&this.sleeper, count, PORT_FOREVER);
    }
    pool__sched_clear_idle(sched, this.number);
    pool__sleeper_disarm(&this.sleeper);
}

int32_t worker_next(void)
{
    for (;;) {
        if (atomic_load(&this.pool->x_closing)) return POOL_ESHUTDOWN;
        if (take_job()) break;
        sleep_until_work();
    }
    pool__wake_idle(this.pool); /* see pool__sched_pick */
    return (int32_t)this.job->module;
}

void worker_begin(uint32_t (*read)(uint32_t, void *, uint32_t), uint32_t (*write)(uint32_t, const void *, uint32_t),
                  uint32_t (*check)(uint32_t, uint32_t))
{
    this.wasi.guest = (struct wasi_guest){read, write, check};
    wasi_context_init(&this.wasi, &this.sleeper, this.job);
}

int worker_enter(void)
{
    if (pool__job_wished(this.job)) return POOL_ECANCELED;
    atomic_store(&this.self->x_state, pool__worker_word(this.turn, WORKER_GUEST));
    return 0;
}

void worker_leave(void)
{
    /* A guest that was unwound in the middle of a call has come back to our code already. */
    uint32_t runtime = pool__worker_word(this.turn, WORKER_RUNTIME);
    if (atomic_load(&this.self->x_state) != runtime) pool__cross_to_runtime(this.self, this.turn);
}

uint32_t worker_exit_code(void)
{
    return this.wasi.exit_code;
}

uint32_t worker_left_by(void)
{
    return this.wasi.exited ? POOL_EXITED : pool__job_wished(this.job);
}

uint8_t *worker_text(uint32_t size)
{
    if (size > POOL_ARGS_MAX_BYTES) return NULL;
    uint32_t block = this.job->block;
    this.job->block = 0; /* whoever ends the job for this worker must not give it back once more */
    pool__give_block(this.pool, block);
    this.job->block = pool__sleep_on_block(&this.sleeper, size, TEXT_WAIT_NS);
    return pool__job_block(this.pool, this.job);
}

void worker_end(uint32_t outcome, uint32_t code, uint32_t text_bytes)
{
    struct job *job = this.job;
    job->text_bytes = text_bytes;
    this.sleeper.job = NULL;
    this.job = NULL;
    pool__job_end_running(this.pool, job, (enum pool_outcome)outcome, code);
}
