/* The guest that this thread's worker runs. */
#ifndef MILLRACE_WORKER_GUEST_H
#define MILLRACE_WORKER_GUEST_H

#include "wasi/context.h"
#include "worker/worker.h"

struct wasi_context *pool__this_guest(void);

#endif
