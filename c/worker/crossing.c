/* Crossing the border between a guest's code and ours. */
#include "worker/crossing.h"

#include "port/port.h"
#include "worker/worker.h"

void pool__cross_to_runtime(struct worker *worker, uint64_t turn)
{
    port_need_stack(); /* now, while nothing is half-done: the guest may have used up nearly all of it */
    if (!pool__worker_move(worker, turn, WORKER_GUEST, WORKER_RUNTIME)) pool__park(worker);
}

void pool__cross_to_guest(struct worker *worker, uint64_t turn, const struct job *job)
{
    if (pool__job_wished(job)) port_unwind();
    if (!pool__worker_move(worker, turn, WORKER_RUNTIME, WORKER_GUEST)) pool__park(worker);
}
