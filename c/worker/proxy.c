/* A worker whose guests run elsewhere. */
#include "worker/proxy.h"

#include "core/check.h"
#include "sync/jobs.h"
#include "sync/wake.h"
#include "worker/worker.h"

void proxy_rest(uint32_t rests)
{
    struct worker_thread *this = pool__this_worker();
    if (!rests) {
        pool__sleeper_wakes(&this->sleeper);
        return;
    }
    pool__sched_clear_awake(&this->pool->sched, this->number);
    if (this->job) pool__want_relief(this->pool);
}

/* Says that this worker has nothing to do. False: there is something after all. */
static bool fall_idle(struct worker_thread *this)
{
    struct sched *sched = &this->pool->sched;
    pool__sleeper_arm(&this->sleeper);
    pool__sched_set_idle(sched, this->number);
    if (pool__sched_has_more(sched) || atomic_load(&sched->x_retire) || atomic_load(&this->pool->x_closing)) {
        pool__sched_clear_idle(sched, this->number);
        return false;
    }
    pool__want_dismissal(this->pool);
    proxy_rest(1);
    return true;
}

double proxy_next(void)
{
    struct worker_thread *this = pool__this_worker();
    POOL_ASSERT(!this->job);
    pool__sched_clear_idle(&this->pool->sched, this->number);
    proxy_rest(0);
    int status;
    do {
        status = pool__worker_look();
        if (status == 0) return (double)pool__job_handle(this->pool, this->job);
    } while (status == POOL_EAGAIN && !fall_idle(this));
    return status;
}

uint32_t proxy_look(void)
{
    struct worker_thread *this = pool__this_worker();
    POOL_ASSERT(this->job && pool__job_state(this->job) == JOB_RUNNING);
    pool__sleeper_arm(&this->sleeper);
    return pool__job_wished(this->job);
}
