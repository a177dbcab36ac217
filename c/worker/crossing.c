#include "worker/crossing.h"

#include "port/port.h"

static _Noreturn void park(struct worker *worker)
{
    /* Woken or not, a killed worker touches nothing any more. Its state word is its own and is not used again. */
    for (;;) port_wait(&worker->x_state, atomic_load(&worker->x_state), PORT_FOREVER);
}

void pool__cross_to_runtime(struct worker *worker, uint32_t turn)
{
    uint32_t guest = pool__worker_word(turn, WORKER_GUEST);
    uint32_t runtime = pool__worker_word(turn, WORKER_RUNTIME);
    if (!atomic_compare_exchange_strong(&worker->x_state, &guest, runtime)) park(worker);
}

void pool__cross_to_guest(struct worker *worker, uint32_t turn, const struct job *job)
{
    if (pool__job_wished(job)) port_unwind();
    atomic_store(&worker->x_state, pool__worker_word(turn, WORKER_GUEST));
}
