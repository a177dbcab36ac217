/* The thin client: pool.h for a program that emscripten built without threads. All that is in here lives in the
 * program's own memory; the pool's is behind bridge.h. One thread, so no locks: between two calls out of the event loop
 * nothing changes but what the pool's other threads do behind the bridge.
 */
#ifndef MILLRACE_THIN_THIN_H
#define MILLRACE_THIN_THIN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/handle.h"
#include "pool.h"
#include "thin/bridge.h"

#define SLOTS_MAX (1u << HANDLE_JOB_BITS)
#define ENDS_MAX (1u << HANDLE_PIPE_BITS)

/* Where records go in the scratch memory: behind the structs and out parameters, of which none is larger. */
#define SCRATCH_RECORD 128u

/* A job that was submitted and is not released. */
struct thin_job {
    pool_job_t handle;
    pool_module_t module;
    pool_fd_t inherited[3]; /* our ends of the pipes that are written to the program's own stdout and stderr */
    bool ended;
    bool copied;   /* `result` is complete */
    bool called;   /* its callback runs: `result` must stay */
    bool released; /* in its callback */
    pool_end_callback callback;
    void *user;
    struct pool_result result;
    void *memory; /* what `result` points into */
};

/* Somebody waits for an end to become ready: a callback, or the pump of an inherited stream. */
struct thin_waiter {
    struct thin_waiter *next; /* among those whose end was closed */
    pool_fd_t fd;
    pool_ready_callback callback; /* NULL: the pump */
    void *user;
    int stream; /* of the pump: 1 or 2 */
};

struct thin_room {
    struct thin_room *next;
    pool_room_callback callback;
    void *user;
};

struct thin_load {
    struct thin_load *next;
    uint32_t request;
    pool_module_callback callback;
    void *user;
};

struct thin_handler {
    struct thin_handler *next;
    pool_host_handler handler;
    void *user;
    char name[];
};

/* A host call that is not answered, and its data. */
struct thin_asked {
    struct thin_asked *next;
    pool_call_t call;
    uint8_t data[];
};

/* A reply that is kept until there is memory for it in the pool. */
struct thin_reply {
    struct thin_reply *next;
    pool_call_t call;
    uint32_t size_bytes;
    uint8_t data[];
};

struct pool {
    uint32_t id;
    pool_create_callback on_created;
    void *created_user;
    uint32_t depth;       /* callbacks that run */
    uint32_t n_suspended; /* calls that are suspended */
    bool closing;
    bool died;
    bool gone; /* freed as soon as nobody is in it */
    uint32_t n_requests;
    struct thin_room *rooms;
    struct thin_load *loads;
    struct thin_handler *handlers;
    struct thin_asked *asked;
    struct thin_reply *replies; /* for which there was no memory yet */
    struct thin_waiter *closed; /* waited for ends that were closed, and are to hear of it */
    struct thin_job *jobs[SLOTS_MAX];
    struct thin_waiter *waiters[ENDS_MAX]; /* by slot and end */
    uint8_t nonblocking[ENDS_MAX / 8 + 1]; /* a bit each */
    uint8_t in_use[ENDS_MAX / 8 + 1];      /* a suspended call reads or writes it */
};

/* --- pool.c */
/* Begins a call: what was known about the last failure is forgotten. */
void pool__thin_begin(void);
/* Keeps what is known about a failure; takes the text over, which may be NULL. */
void pool__thin_explain(char *text);
/* Gives what was explained to the caller, who explains it again later. */
char *pool__thin_take_explanation(void);
/* pool__thin_explain with a constant. */
void pool__thin_remark(const char *text);
/* A callback of the pool's begins, and is over; the pool may be gone then. */
void pool__thin_enter(struct pool *pool);
void pool__thin_leave(struct pool *pool);
/* Opening is over. */
void pool__thin_opened(struct pool *pool, int32_t status);
/* A word of the scratch memory. */
uint32_t pool__thin_out(struct pool *pool, uint32_t index);
/* A handle there. */
uint64_t pool__thin_handle_out(struct pool *pool, uint32_t index);
/* Puts the input of the next submission, or the data of the next reply, where the pool can reach it. */
int pool__thin_stage(struct pool *pool, const void *data, uint32_t size);

/* --- suspend.c */
/* Whether calls may wait: the build can suspend, and no callback is under way. */
bool pool__thin_can_wait(void);
/* POOL_EWOULDBLOCK, and explains it. */
int pool__thin_refuse_wait(void);
/* A callback begins, +1, or is over, -1. */
void pool__thin_count_callback(int change);
/* When a timeout will have passed, for pool__thin_await. */
double pool__thin_deadline(int32_t timeout_ms);
/* Waits for one of some signals, and may come back early: 0, POOL_ETIMEDOUT, POOL_EWOULDBLOCK; POOL_ESHUTDOWN: the pool
 * is gone, and must not be touched any more. */
int pool__thin_await(struct pool *pool, const uint32_t *signals, uint32_t n, double deadline_ms);

/* --- deliver.c */
void pool__thin_deliver(struct pool *pool, uint32_t signal, uint32_t number, double status, char *text);

/* --- modules.c */
void pool__thin_loaded(struct pool *pool, uint32_t request, double status);
void pool__thin_fail_loads(struct pool *pool);

/* --- jobs.c */
void pool__thin_job_signal(struct pool *pool, uint32_t slot);
/* Ends every job that has not ended, here: its worker will never say so. `text` is copied, and may be empty. */
void pool__thin_end_jobs(struct pool *pool, enum pool_outcome outcome, const char *text);
void pool__thin_free_jobs(struct pool *pool);

/* --- results.c */
/* Copies how an ended job went, once: 0 or POOL_ENOMEM. */
int pool__thin_copy_result(struct pool *pool, struct thin_job *job);

/* --- inherit.c */
/* Puts pipes in place of what is inherited; ours are kept in the job. */
int pool__thin_inherit(struct pool *pool, struct pool_job_config *config, struct thin_job *job);
void pool__thin_start_pumps(struct pool *pool, struct thin_job *job);
/* Writes what is there; true: the stream has ended and its end is closed. */
bool pool__thin_pump(struct pool *pool, struct thin_waiter *waiter);
/* Writes what is left of a job that has ended, or never will, and closes our ends. */
void pool__thin_drain(struct pool *pool, struct thin_job *job);

/* --- pipes.c */
static inline uint32_t pool__thin_index(pool_fd_t fd)
{
    return pool__handle_slot(fd, HANDLE_PIPE_BITS);
}

static inline bool pool__thin_bit(const uint8_t *bits, pool_fd_t fd)
{
    return bits[pool__thin_index(fd) / 8] >> (fd % 8) & 1;
}

void pool__thin_set_bit(uint8_t *bits, pool_fd_t fd, bool on);
/* Whether a callback or a suspended call uses an end. */
bool pool__thin_in_use(struct pool *pool, pool_fd_t fd);
/* What is there now, without waiting. */
int32_t pool__thin_take(struct pool *pool, pool_fd_t fd, void *data, uint32_t size);

/* --- ready.c */
void pool__thin_end_signal(struct pool *pool, uint32_t index);
/* There may be memory for ends that wait for it. */
void pool__thin_look_at_ends(struct pool *pool);
/* An end was closed here: whoever waits for it is told, later. */
void pool__thin_end_closed(struct pool *pool, pool_fd_t fd);
/* Tells those whose ends were closed. */
void pool__thin_tell_closed(struct pool *pool);
/* Tells everybody who waits for an end. */
void pool__thin_fail_waiters(struct pool *pool);
/* Which of POOL_POLL* are there at one end now; if none, its signal follows. */
uint32_t pool__thin_look(struct pool *pool, pool_fd_t fd);

/* --- room.c */
/* Calls those who wait for room, if there is some. */
void pool__thin_tell_room(struct pool *pool);
/* Calls them whether there is or not. */
void pool__thin_end_rooms(struct pool *pool);

/* --- calls.c */
void pool__thin_call_signal(struct pool *pool, uint32_t slot);
/* Sends what replies are kept, as far as there is memory for them now. */
void pool__thin_send_replies(struct pool *pool);
void pool__thin_free_calls(struct pool *pool);

#endif
