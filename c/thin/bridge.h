/* The functions that library_millrace.js gives the thin client. Addresses in the pool's memory are numbers here: the
 * program reaches that memory only by pool__thin_read and pool__thin_write. Only pool__thin_suspend waits.
 *
 * pool__thin_open gives each pool a number; calls for a pool that was closed do nothing. Handles cross as doubles,
 * which hold all of them exactly (core/handle.h): an integer of 64 bits would cross as a BigInt or as two halves,
 * depending on how the program is linked.
 */
#ifndef MILLRACE_THIN_BRIDGE_H
#define MILLRACE_THIN_BRIDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "pool.h"

/* Signals: a kind, and in the lower 16 bits which job, end or call. */
#define THIN_SIGNAL_JOB_0 0x00000u    /* + slot: the job has ended */
#define THIN_SIGNAL_END_0 0x10000u    /* + slot * 2 + end: that end of a pipe is ready */
#define THIN_SIGNAL_CALL_0 0x20000u   /* + slot: a job calls the host */
#define THIN_SIGNAL_ROOM 0x30000u     /* memory can be had again, or something was released */
#define THIN_SIGNAL_OPENED 0x40000u   /* `status`, `text`: how opening went */
#define THIN_SIGNAL_LOADED 0x50000u   /* `number`: the request; `status`: the module or an error; `text` */
#define THIN_SIGNAL_CLOSED 0x60000u   /* an end was closed that somebody waited for */
#define THIN_SIGNAL_DIED 0x70000u     /* `text`: why the pool is no more */
#define THIN_SIGNAL_QUESTION 0x80000u /* `number`: a question that is to end */
#define THIN_SIGNAL_LOG_0 0x90000u    /* + level; `number`: the worker; `status`: the code; `text`: the message */

/* Receives a signal on an empty stack. The receiver frees `text`; NULL: there is none. */
typedef void (*thin_deliver)(struct pool *pool, uint32_t signal, uint32_t number, double status, char *text);

/* What pool__thin_call can call. thin.ts says which export each of them is. */
enum thin_call {
    THIN_CALL_RESIZE,
    THIN_CALL_STATS,
    THIN_CALL_WORKERS,
    THIN_CALL_WAIT,
    THIN_CALL_CANCEL,
    THIN_CALL_RELEASE,
    THIN_CALL_PIPE,
    THIN_CALL_WRITE,
    THIN_CALL_CLOSE,
    THIN_CALL_ABORT_WRITE,
    THIN_CALL_PEEK,
    THIN_CALL_CONSUME,
    THIN_CALL_RESERVE,
    THIN_CALL_COMMIT,
    THIN_CALL_POLL,
    THIN_CALL_STAGE,
    THIN_CALL_SUBMIT,
    THIN_CALL_WATCH_CALLER,
    THIN_CALL_REPLY_ROOM,
    THIN_CALL_REPLY,
    THIN_CALL_FILE,
    THIN_CALL_ROOM
};

struct thin_host_call {
    pool_call_t call;
    pool_job_t job;
    uint32_t name; /* addresses in the pool's memory */
    uint32_t name_bytes;
    uint32_t data;
    uint32_t size_bytes;
};

/* What of a pool's config crosses as a number. */
enum thin_option {
    THIN_OPTION_ABI, /* POOL_ABI of the program */
    THIN_OPTION_WORKERS,
    THIN_OPTION_MAX_WORKERS,
    THIN_OPTION_MEMORY_MIB,
    THIN_OPTION_GRACE_MS,
    THIN_OPTION_MIN_WORKERS,
    THIN_OPTION_IDLE_MS,
    THIN_OPTION_LOGS, /* whether THIN_SIGNAL_LOG_0 and what follows it are wanted */
    THIN_OPTIONS
};

/* Begins to open a pool: its number. THIN_SIGNAL_OPENED follows; THIN_SIGNAL_LOG_0 may come before it. `url` and `name` may
 * be NULL. */
uint32_t pool__thin_open(struct pool *pool, thin_deliver deliver, const char *url, const char *name,
                         const uint32_t options[THIN_OPTIONS]);
/* From now on no job begins. */
void pool__thin_shut(uint32_t id);
/* Closes the pool in the background. No more signals are delivered, and suspended calls go on. */
void pool__thin_close(uint32_t id);

/* Calls an export of coordinator.wasm. Only `a` can be a handle. */
int32_t pool__thin_call(uint32_t id, enum thin_call which, double a, uint32_t b, uint32_t c);
/* The address of the scratch memory, POOL_ARGS_MAX_BYTES + 1,024 bytes, for what is passed by address. */
uint32_t pool__thin_scratch(uint32_t id);
void pool__thin_read(uint32_t id, uint32_t from, void *to, uint32_t size);
void pool__thin_write(uint32_t id, uint32_t to, const void *from, uint32_t size);
int pool__thin_take_call(uint32_t id, uint32_t slot, struct thin_host_call *out);

/* Begins to compile a module. THIN_SIGNAL_LOADED follows. */
void pool__thin_load(uint32_t id, uint32_t request, const void *bytes, uint32_t size, const char *url);
int pool__thin_unload(uint32_t id, double module);
/* Counts a job that will run a module (0, POOL_EBADF), and takes one that has ended off the count. */
int pool__thin_use(uint32_t id, double module);
void pool__thin_done(uint32_t id, double module);

/* Says that imports of a module and a name have a handler with that number; 0: none any more. */
void pool__thin_serve_import(uint32_t id, const char *module_name, const char *name, uint32_t handler);
/* What the imports of a module are linked with from now on, as `struct record` has it; 0: nothing. */
uint32_t pool__thin_link(uint32_t id, double module);
/* The number of the handler of a module's import, by its place in the module's list; 0: there is none. */
uint32_t pool__thin_handler_of(uint32_t id, double module, uint32_t import);

/* Delivers a signal once the stack is empty. */
void pool__thin_post(uint32_t id, uint32_t signal);
/* Delivers THIN_SIGNAL_QUESTION with that number in so many milliseconds, perhaps somewhat earlier; 0: once the stack is
 * empty. One time a number. */
void pool__thin_after(uint32_t id, double ms, uint32_t number);
void pool__thin_forget_time(uint32_t id, uint32_t number);
/* +1: something is still to be delivered, so the program and the process must live on; -1: it was delivered. */
void pool__thin_owe(uint32_t id, int32_t change);

/* Whether the program can be suspended now. Callbacks must not suspend it either; life.h knows of them. */
bool pool__thin_can_suspend(void);
/* Suspends the program until one of the signals is delivered, `timeout_ms` at most (negative: without end). May come
 * back early. */
void pool__thin_suspend(uint32_t id, const uint32_t *signals, uint32_t n, double timeout_ms);

#endif
