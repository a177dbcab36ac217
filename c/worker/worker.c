/* The loop of a worker: joining, taking a job, sleeping while there is none, ending the job. */
#include "worker/worker.h"

#include "core/check.h"
#include "fs/table.h"
#include "port/port.h"
#include "sync/jobs.h"
#include "sync/self.h"
#include "sync/wake.h"

static _Thread_local struct worker_thread this;

struct worker_thread *pool__this_worker(void)
{
    return &this;
}

void pool__park(struct worker *worker)
{
    for (;;) port_wait(&worker->x_parked, 0, PORT_FOREVER);
}

/* Whether the coordinator has given this thread up for dead, which it may hear of one that is not. */
static bool is_buried(void)
{
    return atomic_load(&this.self->x_state) != pool__worker_word(this.turn, WORKER_RUNTIME);
}

/* Goes no further then: what the thread had is others' by now. */
static void park_if_buried(void)
{
    if (is_buried()) pool__park(this.self);
}

int worker_join(struct pool *pool, uint32_t number)
{
    if (pool->abi != POOL_ABI) return POOL_EPROTO;
    if (number == 0 || number > WORKERS_MAX) return POOL_EINVAL;
    this.pool = pool;
    this.number = number;
    this.self = &pool->workers[number];
    this.turn = pool__worker_turn(this.self);
    if (!pool__worker_move(this.self, this.turn, WORKER_STARTING, WORKER_RUNTIME)) return POOL_ETIMEDOUT;
    this.self->now_ns = 0;
    pool__sleeper_init(&this.sleeper, pool, WAITER_WORKER_0 + number);
    pool__self_set(&this.sleeper);
    pool__sleeper_wakes(&this.sleeper);
    return 0;
}

/* Goes on to the next turn, for a job that was popped. A thread that was given up for dead puts the job back. */
static void take_turn(pool_job_t handle)
{
    if (pool__worker_move(this.self, this.turn, WORKER_RUNTIME, WORKER_RUNTIME)) {
        this.turn++;
        return;
    }
    struct job *job = pool__job_of(this.pool, handle);
    if (job) pool__job_queue(this.pool, job);
    pool__wake_idle(this.pool);
    pool__park(this.self);
}

/* Begins the next job in the queue that has not been cancelled. */
static bool take_job(void)
{
    pool_job_t handle;
    while (pool__sched_pop(&this.pool->sched, &handle)) {
        take_turn(handle);
        struct job *job = pool__job_begin(this.pool, handle, this.number, this.turn);
        if (!job) continue;
        this.job = job;
        this.sleeper.job = job;
        return true;
    }
    return false;
}

/* If it was buried just before, nobody else takes it off the lists again; and others may have relied on it. */
static void leave_lists_if_buried(void)
{
    if (!is_buried()) return;
    pool__sched_clear_idle(&this.pool->sched, this.number);
    pool__sched_clear_looking(&this.pool->sched, this.number);
    pool__sched_clear_awake(&this.pool->sched, this.number); /* it may have been claimed meanwhile */
    pool__wake_idle(this.pool);
    pool__park(this.self);
}

/* Looks for a job for a moment, in which nobody else is woken for one. True: there is one, and the mark stays until it has
 * been taken. */
static bool look_for_a_moment(void)
{
    pool__sched_set_looking(&this.pool->sched, this.number);
    leave_lists_if_buried();
    this.looks = pool__sleeper_look(&this.sleeper);
    if (!this.looks) pool__sched_clear_looking(&this.pool->sched, this.number);
    return this.looks;
}

/* No more, if it did; whoever relied on it is served. */
static void stop_looking(void)
{
    if (this.looks) pool__sched_clear_looking(&this.pool->sched, this.number);
    this.looks = false;
    pool__wake_idle(this.pool); /* see pool__sched_pick */
}

/* True: it slept for as long as worker_tell_idle said, and nobody rang. */
static bool sleep_until_work(void)
{
    struct sched *sched = &this.pool->sched;
    POOL_ASSERT(!this.job && !this.sleeper.job);
    this.self->now_ns = 0;
    if (look_for_a_moment()) return false;
    uint32_t count = pool__sleeper_arm(&this.sleeper);
    pool__sched_set_idle(sched, this.number);
    leave_lists_if_buried();
    bool wanted = pool__sched_has_more(sched) || atomic_load(&sched->x_retire) || atomic_load(&this.pool->x_closing);
    if (!wanted) {
        pool__want_dismissal(this.pool);
        pool__sleeper_wait(&this.sleeper, count, this.idle_ns ? this.idle_ns : PORT_FOREVER);
    }
    pool__sched_clear_idle(sched, this.number);
    pool__sleeper_disarm(&this.sleeper);
    return this.idle_ns && !wanted && atomic_load(&this.pool->bells[this.sleeper.waiter].x_count) == count;
}

int pool__worker_look(void)
{
    park_if_buried();
    if (atomic_load(&this.pool->x_closing)) return POOL_ESHUTDOWN;
    bool retires = pool__sched_retire(&this.pool->sched, this.number);
    if (!retires && !take_job()) return POOL_EAGAIN;
    stop_looking(); /* also if it retires: it may have been woken for a job that came at this moment */
    return retires ? POOL_ETIMEDOUT : 0;
}

/* The same, and sleeps until there is one; POOL_EAGAIN as of worker_tell_idle. */
static int next_job(void)
{
    for (bool is_idle = false;; is_idle = sleep_until_work()) {
        int status = pool__worker_look();
        if (status != POOL_EAGAIN) return status;
        if (!is_idle) continue;
        this.idle_ns = 0;
        return POOL_EAGAIN;
    }
}

void worker_tell_idle(uint32_t idle_ms)
{
    this.idle_ns = (uint64_t)idle_ms * 1000000;
}

static uint64_t end_job(uint32_t outcome, uint32_t code, uint32_t text_bytes)
{
    struct job *job = this.job;
    park_if_buried();
    POOL_ASSERT(job && pool__job_state(job) == JOB_RUNNING && atomic_load(&job->x_worker) == this.number);
    job->text_bytes = text_bytes;
    pool__fds_close_all(this.pool, this.self->fds);
    if (outcome == POOL_EXITED && job->output_error) { /* the job itself may not have noticed */
        outcome = POOL_OUTPUT_LOST;
        code = (uint32_t)-job->output_error;
    }
    this.sleeper.job = NULL;
    this.job = NULL;
    return pool__job_end_running(this.pool, job, (enum pool_outcome)outcome, code);
}

static void run_function(void)
{
    POOL_ASSERT(this.job && this.job->function && this.sleeper.job == this.job);
    uint32_t code = this.job->function(this.pool, this.job->user);
    uint32_t wished = pool__job_wished(this.job);
    /* If there is one more job, it begins at this moment. */
    this.self->now_ns = end_job(wished ? wished : POOL_EXITED, wished ? 0 : code, 0);
}

double worker_next(void)
{
    for (;;) {
        int reason = next_job();
        if (reason) return reason;
        if (!this.job->function) return (double)this.job->module;
        run_function();
    }
}

void worker_end(uint32_t outcome, uint32_t code, uint32_t text_bytes)
{
    end_job(outcome, code, text_bytes);
}
