/* Into our code, and a host call as any other; back into the guest's. */
#include "worker/link_call.h"

#include "core/check.h"
#include "core/utf8.h"
#include "sync/calls.h"
#include "sync/ends.h"
#include "worker/crossing.h"
#include "worker/worker.h"

static _Thread_local struct link_call call;
static _Thread_local struct call_draft draft;
static _Thread_local uint32_t draft_name_bytes;

static void cross_back(void)
{
    struct worker_thread *thread = pool__this_worker();
    if (!pool__worker_move(thread->self, thread->turn, WORKER_RUNTIME, WORKER_GUEST)) pool__park(thread->self);
}

struct link_call *link_begin(uint32_t name_bytes, uint32_t size_bytes)
{
    struct worker_thread *thread = pool__this_worker();
    pool__cross_to_runtime(thread->self, thread->turn);
    int error = pool__sleeper_interrupted(&thread->sleeper);
    if (!error) error = pool__call_draft(&thread->sleeper, name_bytes, size_bytes, &draft);
    draft_name_bytes = name_bytes;
    call = (struct link_call){.at = error ? NULL : draft.memory, .status = error};
    if (error) cross_back();
    return &call;
}

/* What the host has said, where it is. */
static void take_reply(int status)
{
    if (status >= 0) {
        struct span reply = pool__pipe_readable(draft.pipe, 0);
        status = atomic_load(&draft.pipe->x_reply);
        call.at = reply.data;
        call.size_bytes = reply.size;
    }
    call.status = status == POOL_EAGAIN ? POOL_EPIPE : status; /* it was closed without an answer */
}

struct link_call *link_send(void)
{
    struct sleeper *sleeper = &pool__this_worker()->sleeper;
    POOL_ASSERT(draft.pipe && call.status == 0);
    call = (struct link_call){0};
    if (!pool__is_utf8((const char *)draft.memory, draft_name_bytes)) {
        pool__call_drop(sleeper, &draft);
        draft.pipe = NULL;
        call.status = POOL_EINVAL;
        return &call;
    }
    pool__call_send(sleeper, &draft);
    take_reply(pool__sleep_on_pipe(sleeper, draft.pipe, PIPE_READ, 0));
    return &call;
}

void link_end(void)
{
    if (draft.pipe) pool__close_end(pool__this_worker()->pool, draft.pipe, PIPE_READ);
    draft.pipe = NULL;
    cross_back();
}
