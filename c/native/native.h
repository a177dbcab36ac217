/* A pool of POSIX threads: what a native program, or one that is built with -pthread, makes with pool_create.
 *
 * Three kinds of threads: workers; one that plays the coordinator; and, from the first callback on, which may be that of
 * the log, one that calls back.
 */
#ifndef MILLRACE_NATIVE_NATIVE_H
#define MILLRACE_NATIVE_NATIVE_H

#include <pthread.h>

#include "core/layout.h"

struct callback;   /* callbacks.c */
struct log;        /* log.c */
struct host;       /* hosts.c */
struct kept_reply; /* replies.c */

struct native;

/* What the dispatcher does with what happens; all on its thread. */
struct dispatch {
    void (*job)(struct native *native, uint32_t slot);
    void (*end)(struct native *native, uint32_t slot, enum pipe_end end);
    void (*call)(struct native *native, uint32_t slot);
    void (*room)(struct native *native);  /* there is memory again, something was released, or is to be told */
    void (*flush)(struct native *native); /* the last: calls all callbacks and sends all replies that still wait */
};

struct native_thread {
    struct pool *pool;
    pthread_t thread;
    uint32_t number;
    bool runs;               /* the coordinator's thread only */
    _Atomic uint32_t x_gone; /* it is about to end */
};

/* What was told of already; of the thread that starts workers: the one that makes the pool, then the coordinator's. */
struct journal {
    uint32_t n_failed_starts; /* in a row */
    bool has_no_slot;
    uint32_t n_refused;
    uint64_t quiet_until_ns; /* before that nothing more is told of memory */
};

struct native {
    struct pool *pool;
    char name[POOL_NAME_MAX_BYTES + 1];
    struct log *log; /* NULL: nobody wants to know */
    struct journal journal;
    _Atomic uint32_t x_made; /* pool_create has succeeded: log entries have the pool */
    const struct dispatch *dispatch;
    struct native_thread workers[WORKERS_MAX + 1]; /* by number, from 1; the coordinator's thread writes */
    uint64_t start_again_ns; /* a worker could not be started: not before that; of the thread that starts workers */
    pthread_t coordinator;
    pthread_t dispatcher;
    _Atomic uint32_t x_coordinator_over; /* these threads have nothing more to do: joining them does not block */
    _Atomic uint32_t x_dispatcher_over;
    pthread_mutex_t lock;       /* all below */
    bool dispatches;            /* the dispatcher runs */
    bool stops;                 /* it shall call what is owed, and end */
    struct callback *callbacks; /* those that wait */
    uint64_t n_callbacks;       /* that were ever put there: their numbers */
    struct host *hosts;
    struct kept_reply *replies; /* those that wait for memory */
};

static inline struct native *native_of(struct pool *pool)
{
    return pool->owner;
}

/* thread.c: starts a thread of the pool, as pthread_create. Its name is the pool's and `suffix`, of which the pool's is cut
 * if both are too long. */
int pool__thread_start(struct native *native, pthread_t *thread_out, const char *suffix, void *(*run)(void *),
                       void *argument);

/* log.c. pool__log_write keeps an entry for the dispatcher, without any memory: any thread, but for those in our locks.
 * `worker` 0: it is about none. Nothing is done if nobody wants to know. */
int pool__log_open(struct native *native, pool_log_callback callback, void *user); /* before any thread is started */
void pool__log_write(struct native *native, enum pool_log_level level, int32_t code, uint32_t worker,
                     const char *format, ...) __attribute__((format(printf, 5, 6)));
void pool__log_tell(struct native *native); /* on the dispatcher's thread: calls back */
void pool__log_free(struct native *native);

/* journal.c: what is told of, in words. */
void pool__journal_started(struct native *native, uint32_t worker); /* on its own thread */
void pool__journal_starts(struct native *native);                   /* a thread could be started */
void pool__journal_retired(struct native *native, uint32_t worker);
void pool__journal_not_started(struct native *native, uint32_t worker, int code, const char *why);
void pool__journal_no_slot(struct native *native);
void pool__journal_memory(struct native *native); /* if some was refused */

/* workers.c: starts the workers that are missing, joins those that have ended. True: at least one worker is up. */
bool pool__workers_start(struct native *native);
bool pool__workers_run(struct native *native);  /* the coordinator's thread: false, it could not be started */
void pool__workers_stop(struct native *native); /* orders it; pool__workers_join waits for it */
void pool__workers_join(struct native *native);
void pool__workers_abandon(struct native *native); /* there is no coordinator's thread: ends the workers without it */

/* dispatcher.c */
int pool__dispatcher_start_locked(struct native *native);
bool pool__dispatcher_stop(struct native *native); /* orders it. True: it is over, or there never was one */
void pool__dispatcher_join(struct native *native);
bool pool__dispatcher_is_self(struct native *native);

/* callbacks.c: on the dispatcher's thread. */
void pool__callbacks_job(struct native *native, uint32_t slot);
void pool__callbacks_end(struct native *native, uint32_t slot, enum pipe_end end);
void pool__callbacks_memory(struct native *native); /* ends that may have wanted a ring */
void pool__callbacks_room(struct native *native);
void pool__callbacks_flush(struct native *native);

/* replies.c: on the dispatcher's thread. */
void pool__replies_send(struct native *native); /* as far as there is memory */
void pool__replies_flush(struct native *native);

/* hosts.c: on the dispatcher's thread; freeing the list. */
void pool__hosts_serve(struct native *native, uint32_t slot);
void pool__hosts_free(struct native *native);

#endif
