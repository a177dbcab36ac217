/* The compute worker: takes jobs one after the other and runs each. A thread has one worker.
 *
 * Whoever drives it (the script around the wasm, or a native thread) calls worker_join once and then worker_next again
 * and again, which runs C functions by itself. For a guest the script then calls worker_begin, worker_enter, (the guest
 * runs), worker_leave, worker_end.
 */
#ifndef MILLRACE_WORKER_WORKER_H
#define MILLRACE_WORKER_WORKER_H

#include "core/layout.h"
#include "sync/sleep.h"
#include "worker/module.h"

struct worker_thread {
    struct pool *pool;
    struct worker *self;
    uint32_t number;
    uint64_t turn; /* see core/worker.h */
    struct job *job;
    bool looks;       /* it is marked as looking for a job */
    uint64_t idle_ns; /* after so long without a job worker_next says so; 0: it does not */
    struct sleeper sleeper;
};

/* This thread's worker. */
struct worker_thread *pool__this_worker(void);

/* Sleeps for ever: this worker was killed or buried, and touches nothing any more. */
_Noreturn void pool__park(struct worker *worker);

/* Begins the next job: 0; POOL_EAGAIN, there is none; or why this worker shall end, POOL_ESHUTDOWN or POOL_ETIMEDOUT. */
int pool__worker_look(void);

/* Makes this thread worker `number` of the pool. POOL_EPROTO: the memory is of another version; POOL_ETIMEDOUT: it was
 * buried before it came. */
int worker_join(struct pool *pool, uint32_t number);

/* Sleeps until there is a guest to run. Its module, as a number that scripts have (client/script.h); POOL_ESHUTDOWN
 * when the pool is closing; POOL_ETIMEDOUT when there are more workers than are wanted and this one shall end. */
double worker_next(void);

/* Has worker_next return POOL_EAGAIN, once, when there was nothing to do for so long. */
void worker_tell_idle(uint32_t idle_ms);

/* guest.c */

/* Makes the job's arguments and descriptors ready. The functions reach the guest's memory (see wasi/guest.h); they are
 * entries of the module's function table, which the script sets anew for each guest. */
void worker_begin(uint32_t (*read)(uint32_t, void *, uint32_t), uint32_t (*write)(uint32_t, const void *, uint32_t),
                  uint32_t (*check)(uint32_t, uint32_t));

/* Which export of the guest is to be called, and with what. */
struct worker_call {
    const char *name;
    uint32_t name_bytes; /* without a NUL; 0: it is a command */
    uint32_t n_values;
    const struct pool_value *values;
    uint32_t serves;  /* 1: it is an instance, and no command; see instance.h */
    uint32_t imports; /* as in the job's record, and the next too */
    uint32_t traps;
};
const struct worker_call *worker_call(void);

/* Memory for the script's own use, one piece at a time, until worker_return; NULL: there is none now. */
uint8_t *worker_borrow(uint32_t size);
void worker_return(void);

/* pool__module_signature, for the script. */
int worker_signature(const uint8_t *bytes, uint32_t size, const char *name, uint32_t name_size,
                     struct module_signature *out);

/* pool__module_import, for the script. */
int worker_import(const uint8_t *bytes, uint32_t size, uint32_t number, struct module_signature *out);

/* Into the guest's code and out of it, for the script. worker_enter: 0, or POOL_ECANCELED, and the guest must not run.
 */
int worker_enter(void);
void worker_leave(void);

/* How the guest was left when it did not return: POOL_EXITED, or the outcome that was wished for; 0: it trapped by
 * itself. */
uint32_t worker_left_by(void);

/* What the guest gave to proc_exit. */
uint32_t worker_exit_code(void);

/* Memory for what the script has to say about the job's end, one of the two: up to `size` bytes of text, or `n` values
 * that an export returned. It replaces the job's record. NULL: there is no memory for it now. */
uint8_t *worker_text(uint32_t size);
struct pool_value *worker_results(uint32_t n);

/* Ends the job. */
void worker_end(uint32_t outcome, uint32_t code, uint32_t text_bytes);

#endif
