/* A worker whose guests run elsewhere, over another memory: where none can be shared between threads. Its thread never
 * sleeps. Its script looks for jobs, sends each away, looks whether it is to end, and says how it has ended.
 *
 * It calls worker_join once, and then proxy_next whenever the worker's bell rings. For a job it calls worker_enter,
 * proxy_look whenever the bell rings, proxy_rest as it hears of the guest, worker_leave, and worker_end.
 */
#ifndef MILLRACE_WORKER_PROXY_H
#define MILLRACE_WORKER_PROXY_H

#include <stdint.h>

/* Begins the next job: its handle; POOL_EAGAIN, there is none, and the bell will ring; or why this worker shall end,
 * POOL_ESHUTDOWN or POOL_ETIMEDOUT. */
double proxy_next(void);

/* How the job is to end before its time (enum pool_outcome); 0: it is not, and the bell will ring when it is. */
uint32_t proxy_look(void);

/* Whether the job's guest waits, so that another job may run meanwhile. */
void proxy_rest(uint32_t rests);

#endif
