/* The shared memory's map: everything that threads meet in, one struct, made by the coordinator and never moved.
 *
 * The three upper folders (client, coordinator, worker) do not know each other; they meet here. A leading `x_` marks
 * what several threads touch, always atomically.
 */
#ifndef MILLRACE_CORE_LAYOUT_H
#define MILLRACE_CORE_LAYOUT_H

#include "core/bell.h"
#include "core/blocks.h"
#include "core/call.h"
#include "core/histogram.h"
#include "core/job.h"
#include "core/pipe.h"
#include "core/sched.h"
#include "core/signals.h"
#include "core/siphash.h"
#include "core/slots.h"
#include "core/volume.h"
#include "core/worker.h"

#define WORKER_STACK_BYTES (64u * 1024)
#define CLIENT_STACK_BYTES (64u * 1024)
#define CLIENT_SCRATCH_BYTES (POOL_ARGS_MAX_BYTES + 1024)

#define JOBS_MAX POOL_JOBS_MAX
#define PIPES_MAX POOL_PIPES_MAX
#define CALLS_EACH POOL_JOB_CALLS_KEPT /* host calls that each job that runs can have, whatever the others have */
#define CALLS_KEPT 1024u               /* of all, for that */
#define JOBS_KEPT POOL_JOBS_KEPT       /* for threads that run no job */
#define PIPES_KEPT POOL_PIPES_KEPT     /* the same */

/* Waiters, the threads that can sleep, by number. 0 is nobody. */
#define WAITER_CLIENT 1u
#define WAITER_COORDINATOR 2u
#define WAITER_WORKER_0 2u                                  /* worker n, from 1, is waiter WAITER_WORKER_0 + n */
#define WAITER_LESSEE_0 (WAITER_WORKER_0 + WORKERS_MAX + 1) /* any other thread, while it is in a call that blocks */
#define LESSEES_MAX POOL_WAITING_MAX
#define WAITERS_MAX (WAITER_LESSEE_0 + LESSEES_MAX)
#define WAITER_WORDS ((WAITERS_MAX + 31) / 32) /* of a set of them */

/* Signals that the client gets, by number. */
#define SIGNAL_JOB_0 0u                               /* + slot: the job has ended */
#define SIGNAL_PIPE_0 (SIGNAL_JOB_0 + JOBS_MAX)       /* + slot * 2 + end: that end is ready */
#define SIGNAL_CALL_0 (SIGNAL_PIPE_0 + 2 * PIPES_MAX) /* + slot: a job calls the host, or waits no more */
#define SIGNAL_BLOCKS (SIGNAL_CALL_0 + CALLS_MAX)     /* there is memory again */
#define SIGNALS_USED (SIGNAL_BLOCKS + 1)

struct pool {
    uint32_t abi; /* first, so that it can be read before anything else is believed */
    uint32_t n_cores;
    uint32_t grace_ms;
    uint8_t *client_stack;      /* CLIENT_STACK_BYTES: the client's stack and thread-local block */
    uint8_t *client_scratch;    /* CLIENT_SCRATCH_BYTES: where the bindings put what they pass by address */
    uint8_t *files_memory;      /* for the coordinator's script; NULL until it asks */
    _Atomic uint32_t x_relayed; /* a bit for each waiter that cannot watch its bell and is told by messages */
    _Atomic uint32_t x_closing;
    _Atomic uint32_t x_served;  /* 1: there is a client that takes signals, host calls among them */
    _Atomic uint32_t x_inside;  /* threads other than workers that are in a call which blocks */
    _Atomic uint32_t x_relief;  /* 1: the coordinator shall look for jobs that wait behind blocked workers */
    _Atomic uint32_t x_surplus; /* 1: the coordinator shall look for workers that are too many */
    _Atomic uint32_t x_lost;    /* workers that died or had to be ended */
    uint32_t max_workers;
    uint32_t client_holds;     /* client only: its submissions wake nobody, see client_hold */
    uint32_t staged_block;     /* client only: what the next submission's input or reply is in; 0: nothing */
    void *owner;               /* whoever made the pool, for its own use */
    uint64_t starved_since_ns; /* coordinator only: since when a job has waited behind blocked workers */
    uint32_t n_vacancies;      /* coordinator only: workers to be started now */
    uint64_t surplus_since_ns; /* coordinator only: since when there have been more workers than are wanted */
    uint64_t idle_ns;          /* how long one that need not stay may have nothing to do; set before any is there */
    _Atomic uint32_t x_starved[WAITER_WORDS];     /* a bit for each waiter that wants a block */
    _Atomic uint32_t x_asking[WAITER_WORDS];      /* a bit for each that waits for an answer of the coordinator */
    _Atomic uint32_t x_job_waiters[WAITER_WORDS]; /* a bit for each that waits for the end of a job */
    _Atomic uint64_t x_room_wanted;               /* a bit for each enum room that somebody wants without sleeping */
    struct freelist free_lessees;
    freelist_link lessee_links[LESSEES_MAX];
    struct bell bells[WAITERS_MAX];
    struct signals signals; /* the client's */
    struct sched sched;
    struct worker workers[WORKERS_MAX + 1]; /* by number, from 1 */
    struct slots job_slots;
    freelist_link job_links[JOBS_MAX];
    struct job jobs[JOBS_MAX];
    struct slots call_slots;
    freelist_link call_links[CALLS_MAX];
    struct call calls[CALLS_MAX];
    struct slots pipe_slots;
    freelist_link pipe_links[PIPES_MAX];
    struct pipe pipes[PIPES_MAX + CALLS_MAX]; /* the last CALLS_MAX are those of the replies, by slot of the call */
    _Atomic uint32_t x_locks_awaited;         /* volumes of which the client awaits the lock */
    _Atomic uint32_t x_unswept;               /* 1: the coordinator has volumes, or what is in them, to take apart */
    struct siphash_key names_key;             /* random, secret, this pool's own */
    struct volume volumes[VOLUMES_MAX];
    struct blocks blocks;
    struct histogram waiting[WORKERS_MAX + 1]; /* of the jobs that each worker has begun: until then */
    struct histogram running[WORKERS_MAX + 1]; /* of those of them that have ended: since they began */
    _Atomic uint64_t x_bytes_written;          /* into pipes, by threads that run no job */
    _Atomic uint64_t x_bytes_read;             /* out of them */
    _Atomic uint64_t x_told_ns; /* the latest that the monotonic clock has shown to a guest of a job that has ended */
};

struct pool_limits {
    uint32_t n_cores;
    uint32_t grace_ms;     /* how long a cancelled guest may go on computing before its worker is ended */
    uint64_t blocks_bytes; /* for rings and arguments together */
    uint32_t n_workers;    /* how many jobs run at the same time */
    uint32_t max_workers;  /* threads at most */
};

/* Adds to x_bytes_written or x_bytes_read, which only pool_stats reads. */
static inline void pool__count_bytes(_Atomic uint64_t *x_bytes, uint32_t size)
{
    atomic_fetch_add_explicit(x_bytes, size, memory_order_relaxed);
}

/* No guest that first looks at the clock from now on is shown a time before that. */
static inline void pool__raise_told(struct pool *pool, uint64_t told_ns)
{
    uint64_t before = atomic_load(&pool->x_told_ns);
    while (before < told_ns && !atomic_compare_exchange_weak(&pool->x_told_ns, &before, told_ns)) continue;
}

/* Makes an empty pool in zeroed memory. */
void pool__layout_init(struct pool *pool, const struct pool_limits *limits);

#endif
