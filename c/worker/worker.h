/* The compute worker: takes jobs one after the other and runs each as a guest. One to a thread.
 *
 * The script around the wasm drives it:
 *   worker_join once, then for ever: worker_next, worker_begin, worker_enter, (the guest runs), worker_leave,
 * worker_end.
 */
#ifndef MILLRACE_WORKER_WORKER_H
#define MILLRACE_WORKER_WORKER_H

#include "core/layout.h"
#include "wasi/context.h"

struct worker_thread {
    struct pool *pool;
    struct worker *self;
    uint32_t number;
    uint32_t turn; /* counts its jobs, in 24 bits */
    struct job *job;
    struct sleeper sleeper;
    struct wasi_context wasi;
};

/* This thread's worker. */
struct worker_thread *pool__this_worker(void);

/* Makes this thread worker `number` of the pool. POOL_EPROTO: the memory is of another version; POOL_ETIMEDOUT: it was
 * buried before it came. */
POOL_API int worker_join(struct pool *pool, uint32_t number);

/* Sleeps until there is a job. Its module's number, or POOL_ESHUTDOWN when the pool is closing. */
POOL_API int32_t worker_next(void);

/* Makes the job's arguments and descriptors ready. The functions reach the guest's memory (see wasi/guest.h); they are
 * entries of the module's function table, which the script sets anew for each guest. */
POOL_API void worker_begin(uint32_t (*read)(uint32_t, void *, uint32_t),
                           uint32_t (*write)(uint32_t, const void *, uint32_t), uint32_t (*check)(uint32_t, uint32_t));

/* Into the guest's code and out of it, for the script. worker_enter: 0, or POOL_ECANCELED, and the guest must not run.
 */
POOL_API int worker_enter(void);
POOL_API void worker_leave(void);

/* How the guest was left when it did not return: POOL_EXITED, or the outcome that was wished for; 0: it trapped by
 * itself. */
POOL_API uint32_t worker_left_by(void);

/* What the guest gave to proc_exit. */
POOL_API uint32_t worker_exit_code(void);

/* Where up to `size` bytes of text about the job's end can be put; NULL: there is no memory for it now. */
POOL_API uint8_t *worker_text(uint32_t size);

/* Ends the job. */
POOL_API void worker_end(uint32_t outcome, uint32_t code, uint32_t text_bytes);

#endif
