/* Millrace: a compute pool that runs blocking programs beside a thread that must not block.
 *
 *     pool_t *pool;
 *     pool_job_t job;
 *     struct pool_result result;
 *     struct pool_job_config config = {.function = work, .user = &input};
 *     if (pool_create(NULL, &pool) == 0 && pool_submit(pool, &config, &job) == 0) {
 *         if (pool_wait(pool, job, POOL_FOREVER, &result) == 0) printf("%u\n", result.code);
 *         pool_destroy(pool);
 *     }
 *
 * WORDS
 *   pool          workers, their jobs and their pipes
 *   worker        a thread that runs one job at a time, and may block
 *   job           one run of a guest, or of a C function
 *   guest         a WebAssembly program that a job runs, in a memory of its own; pool_guest.h is its side
 *   client        the thread that made the pool
 *   coordinator   the thread that starts and ends workers and keeps deadlines
 *
 * BUILDS: one API, the same words in each
 *   native        libmillrace (Linux): jobs are C functions, workers are POSIX threads; any thread may call
 *   pthread       libmillrace in an emscripten program that is built with -pthread: as native, on its own threads
 *   thin client   libmillrace-client in an emscripten program that is not: jobs are guests; the pool is the shipped
 *                 coordinator.wasm with its workers, and the program's own memory stays its own. It reaches into the
 *                 pool's memory, so the page must be cross-origin isolated (POOL_ENOTSUP): the package's other tier,
 *                 for pages that are not, would need a copy of each byte and a message for each call
 *   inside        coordinator.wasm itself: C code in its workers and in its client
 *
 *                          native      pthread     thin client         inside
 *   jobs run               functions   functions   guests              guests, functions of the same wasm
 *   blocking calls block   always      [a]         with JSPI or        in workers
 *                                                  Asyncify [b]
 *   callbacks are called   [c]         [c]         by the event loop   POOL_ENOSYS
 *   pool_create and other  yes         yes         yes                 POOL_ENOSYS: the pool is made by its client
 *   lifetime, host calls
 *
 *   [a] except on a browser's main thread, where they are POOL_EWOULDBLOCK
 *   [b] they are POOL_EWOULDBLOCK in a plain build and in callbacks of the pool; with JSPI, also in a function that the
 *       page calls other than by a promising export, for example a timer's; with Asyncify, also while another call
 *       waits. Use the forms with a callback there. pool_error_text says which of these it was
 *   [c] on a thread of the pool's own, one at a time; they should be quick, and must not call pool_destroy
 *
 *   The pool's own threads have its name (see pool_config) and take no signals but those that a thread raises itself,
 *   such as SIGSEGV: all others stay the program's.
 *
 * CONVENTIONS, for every function unless it says otherwise
 *   - It returns 0 or a count on success and a negative enum pool_error on failure. A call that fails has no effect.
 *   - Handles (pool_job_t, pool_fd_t, pool_module_t, pool_volume_t, pool_call_t) are never given out twice: one that
 *     was released is POOL_EBADF for as long as its pool lives, never a crash. 0 is no handle. All are below 2^53, so
 *     that scripts keep them as plain numbers. They belong to one pool.
 *   - Bad arguments are POOL_EINVAL, or a bad handle POOL_EBADF, before anything has happened; they never crash. That
 *     is: a NULL pool; NULL for an output, a config, a name, or memory that is not of size 0, unless NULL is said to be
 *     fine; a value that is none of its enum; more than a limit that is named here; a timeout below POOL_FOREVER.
 *   - Names, paths, arguments and all other texts are UTF-8 and ended by a NUL. Bytes that are not UTF-8 are
 *     POOL_EINVAL. Of a text that is too long, no more is read than is allowed.
 *   - Configs are zero-initialised; a zero field has the default that is written beside it. A config is only read
 *     during the call, and everything it points to is copied.
 *   - Outputs come last, are named `*_out`, and are written only on success.
 *   - Durations are milliseconds (`_ms`), sizes are bytes (`_bytes`). A timeout of 0 looks and does not wait;
 *     POOL_FOREVER waits without end.
 *   - "Blocks: yes" means: where blocking is allowed, see BUILDS. Elsewhere the call looks once, and returns
 *     POOL_EWOULDBLOCK if it would have to wait. At most POOL_WAITING_MAX threads that run no job may block at once;
 *     one more gets POOL_EWOULDBLOCK, too.
 *   - A job that is to end (cancelled, timed out, its pool destroyed) gets POOL_ECANCELED from every call that waits,
 *     or would have to wait. A call that need not wait may still succeed.
 */
#ifndef MILLRACE_POOL_H
#define MILLRACE_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pool_export.h"

/* The version of everything that threads share. Script and wasm of different versions refuse each other. */
#define POOL_ABI 7u

#define POOL_FOREVER (-1)
#define POOL_WAIT_MAX 16384u /* how many jobs, or ends of pipes, one call can wait for */

/* ---------------------------------------------------------------------------------------------------------- errors */

/* name, value, message. The values are Linux's errno numbers, negated, so that they can be looked up. */
#define POOL_ERROR_MAP(X)                                                                         \
    X(EPERM, -1, "the path leads outside the volume")                                             \
    X(ENOENT, -2, "there is nothing of that name")                                                \
    X(EIO, -5, "a file could not be loaded, or a volume is damaged")                              \
    X(E2BIG, -7, "larger than the pool carries in one piece")                                     \
    X(EBADF, -9, "the handle is not open, or was released")                                       \
    X(EAGAIN, -11, "it would have to wait, or there is no room for it now")                       \
    X(ENOMEM, -12, "there is no memory for it, or the memory limit of the pool is reached")       \
    X(EBUSY, -16, "it is in use by another thread, or the job is still running")                  \
    X(EEXIST, -17, "the name is taken")                                                           \
    X(EXDEV, -18, "the two are not in the same volume")                                           \
    X(ENOTDIR, -20, "it is not a directory")                                                      \
    X(EISDIR, -21, "it is a directory")                                                           \
    X(EINVAL, -22, "an argument is not valid")                                                    \
    X(ENFILE, -23, "the pool is at its limit of these: pipes, host calls, volumes")               \
    X(EMFILE, -24, "the job is at its limit of these: host calls, descriptors")                   \
    X(EFBIG, -27, "larger than the limit for it")                                                 \
    X(ENOSPC, -28, "the volume is full")                                                          \
    X(EROFS, -30, "the volume is given as read-only")                                             \
    X(EMLINK, -31, "too many hard links")                                                         \
    X(EPIPE, -32, "nobody reads the pipe any more")                                               \
    X(ENAMETOOLONG, -36, "a name or a path is too long")                                          \
    X(ENOSYS, -38, "this build cannot do that")                                                   \
    X(ENOTEMPTY, -39, "the directory is not empty")                                               \
    X(ELOOP, -40, "too many symlinks")                                                            \
    X(EPROTO, -71, "script and wasm are of different versions, or the data is damaged")           \
    X(ENOTSUP, -95, "the page is not cross-origin isolated: it cannot share memory with workers") \
    X(ESHUTDOWN, -108, "the pool is closing")                                                     \
    X(ETIMEDOUT, -110, "the time ran out")                                                        \
    X(EDQUOT, -122, "the job has as much of the memory as it may")                                \
    X(ECANCELED, -125, "the job was cancelled")

enum pool_error {
#define POOL_ERROR_ENUM(name, value, message) POOL_##name = value,
    POOL_ERROR_MAP(POOL_ERROR_ENUM)
#undef POOL_ERROR_ENUM
        POOL_EWOULDBLOCK = POOL_EAGAIN /* as on Linux */
};

/* The message of an error code, in English. Never NULL.
 * Thread: any.  Blocks: never. */
POOL_API const char *pool_strerror(int error);

/* What more is known about the last failure on this thread than its code says: the engine's message, the URL, the
 * headers to set. Never NULL; empty if nothing is known. Valid until this thread's next call.
 * Thread: any.  Blocks: never. */
POOL_API const char *pool_error_text(void);

/* ------------------------------------------------------------------------------------------------------------ pools */

typedef struct pool pool_t;

enum pool_log_level {
    POOL_LOG_DEBUG = 1, /* workers come and go as they should */
    POOL_LOG_INFO = 2,  /* a lost worker's number is not used again yet */
    POOL_LOG_WARN = 3,  /* something was lost or refused, and the pool goes on */
    POOL_LOG_ERROR = 4  /* it goes on with less than it should have, or not at all */
};

/* Something that a pool has noticed and no call of its users reports. */
struct pool_log_entry {
    uint32_t level;  /* enum pool_log_level */
    uint32_t worker; /* the number of the worker that it is about, as in pool_worker_stats; 0: it is about none */
    int32_t code;    /* what is behind it: an enum pool_error (POOL_ENOMEM, memory was refused; of a worker that could
                            not be started what pool_create returns if none can); POOL_LOST, a worker was lost, or all
                            of them are; 0: nothing */
    const char *message; /* what it is, in English */
    const char *name;    /* the pool's */
};

/* Is told of what a pool notices, in the order in which it is noticed: a worker that has started, has ended as too many,
 * was lost (thin client only: C functions are never killed) or could not be started; that no further one can be for now;
 * memory that was refused. Workers that pool_destroy ends are not told of.
 *
 *     static void on_log(void *user, pool_t *pool, const struct pool_log_entry *entry)
 *     {
 *         (void)user, (void)pool;
 *         if (entry->level >= POOL_LOG_WARN) fprintf(stderr, "%s: %s\n", entry->name, entry->message);
 *     }
 *
 *     struct pool_config config = {.name = "thumbs", .on_log = on_log};
 *
 * `entry` and its texts belong to the pool, and are valid until it returns. `pool` is NULL until the pool is made, and in
 * all entries of one that cannot be made: those come before pool_create returns, or calls back.
 * Called: see BUILDS, callbacks; never after pool_destroy has returned. It may call what other callbacks may. If it is
 * slow, 64 entries wait for it at most (native, pthread); later ones are left out, and one tells how many. It does not
 * keep a program running that has nothing else to wait for. */
typedef void (*pool_log_callback)(void *user, pool_t *pool, const struct pool_log_entry *entry);

struct pool_config {
    uint32_t n_workers;   /* jobs that run at the same time, POOL_WORKERS_MAX at most (default 0: the number of cores
                             less one, at least 1 and min_workers) */
    uint32_t max_workers; /* threads at most. While a job waits for a pipe, a clock or another job, one more worker runs
                             a queued job in its place, if there is one. If so many jobs wait at a time, the queued
                             ones stay queued until one of them goes on. Not less than n_workers (default 0:
                             POOL_WORKERS_DEFAULT_SPARE more than n_workers; POOL_WORKERS_MAX at most) */
    uint32_t max_memory_mib; /* for pipes, arguments, inputs, outputs and files together, POOL_MEMORY_MIN_MIB to
                                POOL_MEMORY_MAX_MIB (default 0: POOL_MEMORY_DEFAULT_MIB). An eighth of it, 2 MiB at least,
                                is kept for pipes, arguments and small host calls: files, inputs and captured outputs
                                cannot use that up */
    uint32_t grace_ms;       /* how long a guest that is to end may go on computing before its worker is ended and
                                replaced (default 0: POOL_GRACE_DEFAULT_MS) */
    const char *url;         /* thin client: the folder of Millrace's files, ending in `/`, relative to the page
                                (default NULL: `millrace/` beside the program's script) */
    uint32_t min_workers;    /* threads that stay when there is nothing to do, n_workers at most. Further ones, up to
                                n_workers, start while jobs wait (default 0: n_workers, all of them stay) */
    uint32_t idle_ms;        /* how long one that need not stay may have nothing to do before it ends (default 0:
                                POOL_IDLE_DEFAULT_MS) */
    const char *name;        /* what its threads are called after, and its log entries: POOL_NAME_MAX_BYTES at most, and
                                not empty. Linux shows 15 bytes of a thread's name: NAME-1, NAME-2, … are workers, beside
                                NAME-coord and NAME-calls, and a long NAME is cut, the rest is not. On pages, as developer
                                tools show: NAME-worker-1, …, NAME-coordinator (default NULL: "millrace") */
    pool_log_callback on_log; /* is told of what the pool notices (default NULL: nobody is, and nothing is kept) */
    void *log_user;           /* its `user` */
};

#define POOL_WORKERS_MAX 127u
#define POOL_WORKERS_DEFAULT_SPARE 32u
#define POOL_MEMORY_MIN_MIB 32u
#define POOL_MEMORY_DEFAULT_MIB 256u
#define POOL_GRACE_DEFAULT_MS 50u
#define POOL_IDLE_DEFAULT_MS 10000u

/* LIMITS of a pool. Who wants more gets an error: POOL_EAGAIN for jobs, POOL_EWOULDBLOCK for threads that wait,
 * POOL_ENFILE for all others. What a single job may have of them is in its pool_job_config. */
#define POOL_JOBS_MAX 1024u    /* that are queued, run, or are not released */
#define POOL_PIPES_MAX 4096u   /* that are open at one end at least. Replies of host calls have others */
#define POOL_CALLS_MAX 2048u   /* host calls that are open. Half of them are kept, see POOL_JOB_CALLS_KEPT */
#define POOL_VOLUMES_MAX 1024u /* that are not released, or used by something */
#define POOL_WAITING_MAX 256u  /* threads that wait in the pool's calls at the same time, not counting workers */
#define POOL_MEMORY_MAX_MIB 4096u

/* How many of these are kept for threads that run no job: functions that run as jobs cannot take them. */
#define POOL_JOBS_KEPT 256u
#define POOL_PIPES_KEPT 1024u

/* Host calls that a job may have open by default, and how many each job that runs can have open whatever the others do.
 */
#define POOL_JOB_CALLS_DEFAULT 256u
#define POOL_JOB_CALLS_KEPT 8u

/* Makes a pool and starts its workers. `config` may be NULL.
 * Ownership: the caller's, until pool_destroy.
 * Thread: any; it becomes the client.  Blocks: thin client: yes, until the workers have started; elsewhere never.
 * Errors you can act on: POOL_EINVAL, POOL_ENOMEM, POOL_EAGAIN (no thread could be started), POOL_ENOTSUP, POOL_EIO (a
 * file under `url` is missing, pool_error_text says which), POOL_EWOULDBLOCK (use pool_create_async). */
POOL_API POOL_MUST_CHECK int pool_create(const struct pool_config *config, pool_t **pool_out);

/* The same with a callback, which is called once: `status` is what pool_create would have returned. Where pool_create
 * never blocks, it is called before this returns.
 * Thread: any.  Blocks: never.  Errors: POOL_EINVAL, and then the callback is not called. */
typedef void (*pool_create_callback)(void *user, int status, pool_t *pool);
POOL_API POOL_MUST_CHECK int pool_create_async(const struct pool_config *config, pool_create_callback callback,
                                               void *user);

/* Ends every job, as cancelled, then every worker, and frees the pool. Every wait for a job or a pipe that is under way
 * returns, and every callback that is owed is called, before this returns. A C function that never waits and never asks
 * pool_interrupted is waited for. `pool` may be NULL. From now on no call may begin on the pool, except in these
 * callbacks, where asking for one more is POOL_ESHUTDOWN.
 * Thread: any that is not one of its workers and not in one of its callbacks (POOL_EBUSY).
 * Blocks: until all functions have returned; thin client: never, its guests are ended in the background.
 * Errors you can act on: POOL_EWOULDBLOCK (pthread, on a page's main thread: it has begun; call it again, say in each
 * frame, until it is 0). */
POOL_API int pool_destroy(pool_t *pool);

/* Changes how many jobs run at the same time, 1 to the pool's max_workers. Jobs that run go on: a worker too many ends
 * after its job. When there is nothing to do, all workers stay; after pool_resize_range, `min_workers` of them do, 1 at
 * least, as in the pool's config.
 * Thread: any.  Blocks: never.  Errors you can act on: POOL_EINVAL, POOL_ESHUTDOWN. */
POOL_API int pool_resize(pool_t *pool, uint32_t n_workers);
POOL_API int pool_resize_range(pool_t *pool, uint32_t min_workers, uint32_t n_workers);

#define POOL_TIMES_BUCKETS 32u

/* A histogram of durations: buckets[0] counts those below 1 microsecond, buckets[i] those below 2^i that are in no bucket
 * before it, and the last one all that are longer. */
struct pool_times {
    uint64_t n;      /* all buckets together */
    uint64_t sum_us; /* microseconds, of all of them */
    uint64_t buckets[POOL_TIMES_BUCKETS];
};

struct pool_stats {
    uint32_t n_workers;    /* threads that are up */
    uint32_t n_idle;       /* of these, without a job */
    uint32_t n_lost;       /* workers that died or had to be ended, and were replaced, since the pool was made */
    uint32_t n_queued;     /* jobs that wait for a worker */
    uint32_t n_running;    /* jobs that run */
    uint32_t n_ended;      /* jobs that have ended and are not released */
    uint32_t n_pipes;      /* pipes that are open, of POOL_PIPES_MAX */
    uint32_t n_calls;      /* host calls that are not answered */
    uint32_t n_open_calls; /* host calls that are open, of POOL_CALLS_MAX: those, and replies that are not closed */
    uint32_t n_jobs;       /* places for jobs in use, of POOL_JOBS_MAX */
    uint32_t n_volumes;    /* of POOL_VOLUMES_MAX */
    uint32_t n_waiting;    /* threads that wait in the pool's calls, of POOL_WAITING_MAX */
    uint64_t memory_bytes; /* had so far from the system, in pieces of 16 MiB; it is reused, not given back */
    uint64_t memory_limit_bytes;   /* what pipes, arguments, inputs, outputs and files can take together:
                                      max_memory_mib, less what the pool needs to account for them */
    uint64_t memory_used_bytes;    /* what they take now; 0 when all of them are gone */
    uint64_t memory_free_bytes;    /* the rest */
    uint64_t memory_largest_bytes; /* the largest input, output or file's page index that could be had now, in one
                                      piece; POOL_BYTES_MAX at most */
    struct pool_times waiting;     /* of the jobs that have begun: from their submission to their begin */
    struct pool_times running;     /* of those that have ended after that: from their begin to their end */
    uint64_t written_bytes;        /* that threads which run no job wrote into pipes, since the pool was made */
    uint64_t read_bytes;           /* that they read out of pipes. What jobs send each other is in neither; in the thin
                                      client, what instances are asked and answer is, and output that is inherited */
};

/* How the pool is doing now. The numbers are read one after the other while it works, so they may not fit together.
 * Thread: any.  Blocks: never. */
POOL_API int pool_stats(pool_t *pool, struct pool_stats *stats_out);

/* Calls back once, when something that failed for want of room (POOL_EAGAIN; of pool_pipe POOL_ENFILE) may succeed now:
 * a place for a job, a pipe, memory of that size. Room of another kind does not count. If nothing has failed, it calls
 * back when a job can be submitted. Another thread may be quicker, and then the call fails once more.
 * Thread: any.  Blocks: never.  Errors: POOL_ENOSYS, POOL_ENOMEM, POOL_ESHUTDOWN. */
typedef void (*pool_room_callback)(void *user, pool_t *pool);
POOL_API int pool_on_room(pool_t *pool, pool_room_callback callback, void *user);

/* ---------------------------------------------------------------------------------------------------------- modules */

typedef uint64_t pool_module_t; /* 0: none */

/* Where a module comes from: one of the two. */
struct pool_module_config {
    const void *bytes;   /* a WebAssembly binary (default NULL) */
    uint32_t size_bytes; /* its size */
    const char *url;     /* or where to fetch one, relative to the page (default NULL) */
};

/* Compiles a module, once for all workers.
 * Thread: client.  Blocks: yes, until it is compiled.
 * Errors you can act on: POOL_EINVAL (no module that the engine takes: pool_error_text), POOL_EIO (it could not be
 * fetched), POOL_ENOSYS (native, pthread), POOL_EWOULDBLOCK (use pool_module_load_async). */
POOL_API POOL_MUST_CHECK int pool_module_load(pool_t *pool, const struct pool_module_config *config,
                                              pool_module_t *module_out);

/* The same with a callback, which is called once. pool_error_text inside it says more about a failure.
 * Thread: client.  Blocks: never.  Errors: POOL_EINVAL, POOL_ENOSYS, and then the callback is not called. */
typedef void (*pool_module_callback)(void *user, int status, pool_module_t module);
POOL_API POOL_MUST_CHECK int pool_module_load_async(pool_t *pool, const struct pool_module_config *config,
                                                    pool_module_callback callback, void *user);

/* Gives a module back. The handle is stale from now on; jobs that were submitted with it keep it alive and go on.
 * Thread: client.  Blocks: never.  Errors you can act on: POOL_EBADF. */
POOL_API int pool_module_unload(pool_t *pool, pool_module_t module);

/* ---------------------------------------------------------------------------------------------------------- volumes */

/* A volume is a file system in the pool's memory: directories, files, symlinks. Jobs are given it by their `preopens`;
 * several may have it at the same time, and each operation of anybody is atomic to all others.
 *
 * Paths are UTF-8, `/` between names, from the volume's root, which is `.`; a `/` at the beginning is ignored. Nothing
 * leads out of a volume: POOL_EPERM for a `..` or a symlink that would. Errors of all functions that take a path,
 * beside those named with them: POOL_EBADF (no volume, or a released one), POOL_ENOENT, POOL_ENOTDIR, POOL_ELOOP,
 * POOL_ENAMETOOLONG, POOL_EINVAL, POOL_ENOSPC (the volume's limits), POOL_ENOMEM (the pool's), POOL_EIO (a guest ran
 * out of stack while it changed the volume, which is damaged since).
 *
 * All of them block only while another thread is in the volume or memory is fetched. Where blocking is not allowed they
 * are POOL_EAGAIN instead: nothing was done, and pool_on_room tells when to try again. */
typedef uint64_t pool_volume_t; /* 0: none */

struct pool_volume_config {
    uint64_t max_bytes; /* what files, directories and symlinks may take together (default 0: half of the pool's
                           memory, see pool_stats). The pool's own limit holds as well */
    uint64_t max_nodes; /* how many of these there may be, the root counted (default 0: one for each 512 bytes of half
                           of the pool's memory) */
};

/* Makes an empty volume. `config` may be NULL.
 * Ownership: the caller's, until pool_volume_release; it is gone with its pool.
 * Thread: any.  Blocks: see above.  Errors you can act on: POOL_ENFILE (too many), POOL_EAGAIN, POOL_ENOMEM,
 * POOL_ESHUTDOWN. */
POOL_API POOL_MUST_CHECK int pool_volume_create(pool_t *pool, const struct pool_volume_config *config,
                                                pool_volume_t *volume_out);

/* Gives a volume back. The handle is stale from now on; jobs that were submitted with it keep it and go on.
 * Thread: any.  Blocks: never.  Errors you can act on: POOL_EBADF. */
POOL_API int pool_volume_release(pool_t *pool, pool_volume_t volume);

enum pool_file_kind { POOL_FILE = 1, POOL_DIRECTORY = 2, POOL_SYMLINK = 3 };

/* What something in a volume is. Times are nanoseconds since 1970. */
struct pool_stat {
    uint32_t kind;       /* enum pool_file_kind */
    uint32_t n_links;    /* how many names it has */
    uint64_t inode;      /* its number, never used twice in a volume */
    uint64_t size_bytes; /* of a directory 0, of a symlink its target's */
    uint64_t accessed_ns;
    uint64_t modified_ns; /* its content */
    uint64_t changed_ns;  /* its content, or its names */
};

/* What a path leads to; pool_volume_lstat: of a symlink, itself.
 * Thread: any.  Blocks: see above. */
POOL_API int pool_volume_stat(pool_t *pool, pool_volume_t volume, const char *path, struct pool_stat *stat_out);
POOL_API int pool_volume_lstat(pool_t *pool, pool_volume_t volume, const char *path, struct pool_stat *stat_out);

/* Reads from a file, as pread(2): how much, 0 at its end. What was never written is zeros and takes no memory, so a
 * file can be larger than any: ask for its bytes in pieces. Up to 16 MiB are read at once, more in pieces of that size.
 * Thread: any.  Blocks: see above.  Errors you can act on: POOL_EISDIR. */
POOL_API POOL_MUST_CHECK int32_t pool_volume_read(pool_t *pool, pool_volume_t volume, const char *path, uint64_t offset,
                                                  void *data, uint32_t size_bytes);

/* Writes into a file, as pwrite(2): how much. That is all of it: up to 16 MiB in one step, more in pieces of that size,
 * and with POOL_APPEND always in one step. The thin client may return less when memory or the volume's limit runs out
 * on the way; so may a job that is to end. At offset 0 and with POOL_APPEND, the file and the directories above it are
 * made if they are missing.
 * Thread: any.  Blocks: see above.  Errors you can act on: POOL_EISDIR, POOL_EFBIG. */
POOL_API POOL_MUST_CHECK int32_t pool_volume_write(pool_t *pool, pool_volume_t volume, const char *path,
                                                   uint64_t offset, const void *data, uint32_t size_bytes);

#define POOL_APPEND UINT64_MAX /* as an offset: at the end, wherever that is by then */

/* Gives a file a size: cuts it, or adds zeros that take no memory. With 0, the file and the directories above it are
 * made if they are missing.
 * Thread: any.  Blocks: see above.  Errors you can act on: POOL_EISDIR, POOL_EFBIG. */
POOL_API int pool_volume_truncate(pool_t *pool, pool_volume_t volume, const char *path, uint64_t size_bytes);

/* Makes a directory, and those above it. One that is there already is fine.
 * Thread: any.  Blocks: see above.  Errors you can act on: POOL_EEXIST (something else is there). */
POOL_API int pool_volume_mkdir(pool_t *pool, pool_volume_t volume, const char *path);

/* An entry of a directory. */
struct pool_entry {
    uint64_t cookie; /* to go on behind it */
    struct pool_stat stat;
    uint32_t name_bytes;
    char name[256]; /* UTF-8, and a NUL */
};

/* Reads a directory, without `.` and `..`: how many entries, 0 at its end. `cookie` is 0, or the one of the last entry
 * that was read. Changes made meanwhile may show or not; an entry that stays comes exactly once.
 * Thread: any.  Blocks: see above. */
POOL_API POOL_MUST_CHECK int32_t pool_volume_list(pool_t *pool, pool_volume_t volume, const char *path, uint64_t cookie,
                                                  struct pool_entry *entries_out, uint32_t n_entries);

/* Makes a symlink at `path`, and the directories above it. `target` is relative to where the symlink is.
 * Thread: any.  Blocks: see above.  Errors you can act on: POOL_EEXIST, POOL_EPERM (the target is absolute). */
POOL_API int pool_volume_symlink(pool_t *pool, pool_volume_t volume, const char *target, const char *path);

/* Reads a symlink's target, as readlink(2), without a NUL: returns how long it is, and copies as much as fits.
 * Thread: any.  Blocks: see above.  Errors you can act on: POOL_EINVAL (it is no symlink). */
POOL_API POOL_MUST_CHECK int32_t pool_volume_readlink(pool_t *pool, pool_volume_t volume, const char *path,
                                                      char *target_out, uint32_t size_bytes);

/* Moves something to another path, as rename(2): a file that is there is replaced.
 * Thread: any.  Blocks: see above.  Errors you can act on: POOL_EISDIR, POOL_ENOTEMPTY. */
POOL_API int pool_volume_rename(pool_t *pool, pool_volume_t volume, const char *from, const char *to);

/* Removes a file, a symlink, or a directory with all that is in it. To everybody else all of it is gone at once. Its
 * memory is freed in slices: by this thread, or, where it may not wait, by the coordinator soon after. If a volume is
 * full only until then, calls that may not wait get POOL_EAGAIN.
 * Thread: any.  Blocks: see above, and for as long as there is something to free; others can use the volume meanwhile.
 * Errors you can act on: POOL_EINVAL (the root), POOL_ENOENT. */
POOL_API int pool_volume_remove(pool_t *pool, pool_volume_t volume, const char *path);

/* ------------------------------------------------------------------------------------------------------------- jobs */

typedef uint64_t pool_job_t; /* 0: none */
typedef uint64_t pool_fd_t;  /* one end of a pipe; 0: none */

enum pool_worker_state {
    POOL_WORKER_STARTING = 1,
    POOL_WORKER_IDLE = 2,    /* it has no job */
    POOL_WORKER_RUNNING = 3, /* its job computes, or is in a call that does not wait */
    POOL_WORKER_WAITING = 4, /* its job waits: for a pipe, a clock, an answer, memory */
    POOL_WORKER_LOST = 5     /* it was given up; its thread may still run, so no other worker gets its number yet */
};

struct pool_worker_stats {
    uint32_t number; /* from 1, as in struct pool_result; it is given again to others when it is free */
    uint32_t state;  /* enum pool_worker_state */
    pool_job_t job;  /* what it runs; 0: nothing */
    uint32_t n_jobs; /* how many it has begun */
};

/* What each worker does now, in the order of their numbers: how many there are, `n_workers` at most. There are never more
 * than POOL_WORKERS_MAX + 1. They are looked at one after the other while they work.
 * Thread: any.  Blocks: never.  Errors you can act on: POOL_EINVAL. */
POOL_API int32_t pool_worker_stats(pool_t *pool, struct pool_worker_stats *workers_out, uint32_t n_workers);

/* A C function that runs as a job: its result is the job's exit code. It reads POOL_STDIN and writes POOL_STDOUT and
 * POOL_STDERR with pool_read and pool_write, and may call everything here but pool_destroy. */
typedef uint32_t (*pool_function)(pool_t *pool, void *user);

/* A C function's own stdio, whatever it was connected with. POOL_EBADF to anybody else. */
#define POOL_STDIN 1u
#define POOL_STDOUT 2u
#define POOL_STDERR 3u

/* What one of a job's stdin, stdout and stderr is connected with. */
enum pool_stdio_kind {
    POOL_STDIO_NULL = 0,    /* at end of file; what is written is discarded */
    POOL_STDIO_PIPE = 1,    /* one end of a pipe: the job owns it from a successful submit on, and closes it */
    POOL_STDIO_INHERIT = 2, /* this program's own. Thin client: the program's stdout and stderr; stdin is null */
    POOL_STDIO_INPUT = 3,   /* stdin only: the bytes in `input` */
    POOL_STDIO_CAPTURE = 4  /* stdout, stderr only: kept for the result */
};

struct pool_stdio {
    uint32_t kind; /* enum pool_stdio_kind (default 0: null) */
    pool_fd_t fd;  /* POOL_STDIO_PIPE: a read end for stdin, a write end for stdout and stderr */
};

enum pool_priority {
    POOL_PRIORITY_NORMAL = 0,
    POOL_PRIORITY_HIGH = 1, /* begins before all others that wait */
    POOL_PRIORITY_LOW = 2   /* begins only when no other waits */
};

struct pool_bytes {
    const void *data; /* NULL if there are none */
    uint32_t size_bytes;
};

enum pool_value_type {
    POOL_I32 = 0x7f, /* as in wasm binaries */
    POOL_I64 = 0x7e,
    POOL_F32 = 0x7d,
    POOL_F64 = 0x7c,
    POOL_BYTES = 1 /* only of what an instance is called with: two parameters, see "bytes in exports" in pool_guest.h */
};

/* A value that goes into an export, or comes out. */
struct pool_value {
    uint32_t type; /* enum pool_value_type */
    union {
        int32_t i32;
        int64_t i64;
        float f32;
        double f64;
        struct pool_bytes bytes;
    } of;
};

/* A directory that a guest is given: the root of a volume. */
struct pool_preopen {
    pool_volume_t volume;
    const char *path; /* what the guest knows it as, UTF-8, not empty */
    bool read_only;   /* (default false) */
};

/* What to run: a guest's command, an export of a guest, or a C function. */
struct pool_job_config {
    pool_module_t module;            /* a guest: its `_start` runs, as a WASI command (default 0: none) */
    const char *export_name;         /* instead of `_start`, the export of that name, with `values` (default NULL). A
                                        guest that exports `_initialize` has it run before */
    pool_function function;          /* instead of a guest, a C function (default NULL) */
    void *user;                      /* for the function (default NULL) */
    const char *const *argv;         /* ended by NULL; the first is the program's name (default NULL: only "guest") */
    const char *const *envp;         /* ended by NULL, each `NAME=value`; the job sees no others (default NULL: none) */
    const struct pool_value *values; /* what the export is called with (default NULL) */
    uint32_t n_values;               /* how many; POOL_VALUES_MAX at most (default 0) */
    const struct pool_preopen *preopens; /* the directories that a guest is given (default NULL) */
    uint32_t n_preopens;                 /* how many; POOL_PREOPENS_MAX at most (default 0) */
    uint32_t priority;                   /* enum pool_priority (default 0: normal) */
    struct pool_stdio stdio[3];          /* stdin, stdout, stderr (default: null) */
    const void *input;                   /* what POOL_STDIO_INPUT reads (default NULL) */
    uint32_t input_bytes;                /* how much; POOL_BYTES_MAX at most, more goes through a pipe (default 0) */
    uint32_t capture_max_bytes;          /* of each POOL_STDIO_CAPTURE; a job that writes more gets POOL_EFBIG, and
                                            ends as POOL_OUTPUT_LOST (default 0: POOL_BYTES_MAX) */
    uint32_t timeout_ms; /* from now to the end of the job, waiting in the queue counted (default 0: none) */
    uint32_t max_calls;  /* host calls that it may have open at once; one more is POOL_EMFILE. A call is open until the
                            job has closed its descriptor and the host has answered it
                            (default 0: POOL_JOB_CALLS_DEFAULT; POOL_CALLS_MAX at most) */
    uint32_t max_memory_mib;   /* for its open host calls, their replies and its captured outputs together, each in a
                                block whose size is a power of two. More is POOL_EDQUOT: to the job that calls or
                                writes, and, of a reply, to its host as well (default 0: a quarter of the pool's
                                memory, 32 at least; POOL_MEMORY_MAX_MIB at most) */
    bool trap_missing_imports; /* a function that the guest imports and nobody provides traps when it is called, with
                                  POOL_TRAP_IMPORT, and the guest runs; false: it is POOL_NOT_STARTED, and the text lists
                                  them all. Of guests only (default false) */
    bool tty; /* a guest's stdin, stdout and stderr say that they are a terminal (character devices), whatever they are
                 connected with: C libraries buffer by lines, interpreters prompt. Its size is told by COLUMNS and LINES
                 in `envp`, if at all. With a function POOL_EINVAL (default false) */
};

#define POOL_VALUES_MAX 16u
#define POOL_PREOPENS_MAX 16u
#define POOL_ARGS_MAX_BYTES (256u * 1024)  /* arguments, environment, preopens, export's name and values of a job */
#define POOL_BYTES_MAX (16u * 1024 * 1024) /* input, each captured output, host call, and reply */

/* How a job ended. */
enum pool_outcome {
    POOL_EXITED = 1,      /* `code` is its exit code; an export or function returned */
    POOL_TRAPPED = 2,     /* `code` is an enum pool_trap; `text` the engine's message, a line for each function
                             that ran (a tab, its number, its offset in the module or `-`, its name), and the engine's
                             stack */
    POOL_CANCELLED = 3,   /* by pool_cancel, or because the pool was destroyed */
    POOL_TIMED_OUT = 4,   /* its deadline passed */
    POOL_LOST = 5,        /* its worker died, or could not run it; `text` says why */
    POOL_NOT_STARTED = 6, /* the module could not be run; `code` is a negated enum pool_error: POOL_EINVAL, it cannot
                             be linked or called like that (`text` says why); POOL_ENOENT, it has no such export;
                             POOL_ENOMEM, no memory for its instance */
    POOL_OUTPUT_LOST = 7  /* it ended by itself, but some of what it wrote to stdout or stderr was lost, whether
                             it noticed or not. `code` is a negated enum pool_error, the last that a write met:
                             POOL_ENOMEM, there was no memory to capture it; POOL_EDQUOT, the job may not have as much;
                             POOL_EFBIG, it is more than capture_max_bytes; POOL_ENOSPC or POOL_EIO, this program's own
                             stdout or stderr does not take it; POOL_EPROTO, a pipe is damaged. What came before is
                             there. A write to a pipe that nobody reads any more does not count */
};

/* Why a guest trapped, as far as the engine tells. */
enum pool_trap {
    POOL_TRAP_UNKNOWN = 0,
    POOL_TRAP_UNREACHABLE = 1,
    POOL_TRAP_MEMORY_OUT_OF_BOUNDS = 2,
    POOL_TRAP_TABLE_OUT_OF_BOUNDS = 3,
    POOL_TRAP_INDIRECT_CALL = 4,
    POOL_TRAP_DIVIDE_BY_ZERO = 5,
    POOL_TRAP_INTEGER_OVERFLOW = 6,
    POOL_TRAP_STACK_OVERFLOW = 7,
    POOL_TRAP_EXCEPTION = 8, /* an exception that the guest threw and did not catch */
    POOL_TRAP_IMPORT = 9     /* an import that it called has failed, or nobody provides it: `text` names it */
};

/* How a job went. All that it points to belongs to the pool until pool_release. */
struct pool_result {
    uint32_t outcome;                /* enum pool_outcome */
    uint32_t code;                   /* see enum pool_outcome */
    const char *text;                /* UTF-8, not NUL-ended; NULL if there is none */
    uint32_t text_bytes;             /* its size */
    uint32_t n_values;               /* what an export returned */
    const struct pool_value *values; /* as many; NULL if there are none */
    struct pool_bytes captured[3];   /* by descriptor: what was captured of stdout [1] and stderr [2] */
    uint32_t worker;                 /* number of the worker that ran it, from 1; 0 if none did */
    uint32_t killed;                 /* 1: it did not give up within the grace time, and its worker was ended */
    double queued_ms;                /* from submit to start */
    double run_ms;                   /* from start to end */
};

/* Queues a job.
 * Ownership: the ends in `stdio` become the job's on success and stay the caller's on failure.
 * Thread: any.  Blocks: never.
 * Errors you can act on: POOL_EAGAIN (as many jobs as the pool can hold, see LIMITS, or no memory for what goes with it
 * right now: pool_on_room), POOL_ENOMEM, POOL_E2BIG, POOL_EBADF (the module, or an end), POOL_EINVAL, POOL_ENOSYS (this
 * build runs no such jobs), POOL_ESHUTDOWN. */
POOL_API POOL_MUST_CHECK int pool_submit(pool_t *pool, const struct pool_job_config *config, pool_job_t *job_out);

/* Waits until a job has ended. The return value says how *waiting* went; how the *job* went is in `result_out`, which
 * may be NULL. It can be asked for again and again until pool_release.
 * Thread: any.  Blocks: yes, `timeout_ms` at most.
 * Errors you can act on: POOL_EAGAIN (timeout 0: it has not ended), POOL_ETIMEDOUT, POOL_EBADF, POOL_EWOULDBLOCK (use
 * pool_on_end), POOL_ECANCELED (the calling job is to end). */
POOL_API int pool_wait(pool_t *pool, pool_job_t job, int32_t timeout_ms, struct pool_result *result_out);

/* Waits until one of several jobs has ended: `*index_out` is the first of them that has. Zeroes among them are skipped.
 * Thread, blocks, errors: as pool_wait; POOL_EINVAL if there is no job among them, or more than POOL_WAIT_MAX. */
POOL_API POOL_MUST_CHECK int pool_wait_any(pool_t *pool, const pool_job_t *jobs, uint32_t n_jobs, int32_t timeout_ms,
                                           uint32_t *index_out);

/* Calls back once when the job has ended. If it has already, that is soon, but never from within this call. A second
 * callback replaces the first; NULL takes it back. `result` is valid during the callback. The job is still to be
 * released, which the callback may do.
 * Thread: any.  Blocks: never.  Errors you can act on: POOL_EBADF, POOL_ENOMEM, POOL_ENOSYS, POOL_ESHUTDOWN. */
typedef void (*pool_end_callback)(void *user, pool_t *pool, pool_job_t job, const struct pool_result *result);
POOL_API int pool_on_end(pool_t *pool, pool_job_t job, pool_end_callback callback, void *user);

/* Asks a job to end as cancelled. A queued job ends at once; one that waits or calls is unwound there, or told so by
 * POOL_ECANCELED if it is a C function; a guest that only computes has its worker ended after the grace time. A job
 * that has ended stays as it is.
 * Thread: any.  Blocks: never.  Errors you can act on: POOL_EBADF. */
POOL_API int pool_cancel(pool_t *pool, pool_job_t job);

/* Whether the C function that calls this is to end: long computations ask now and then, and return.
 * Thread: a worker's; false on any other.  Blocks: never. */
POOL_API bool pool_interrupted(pool_t *pool);

/* Gives the job's place back to the pool; the handle is stale from then on.
 * Thread: any.  Blocks: never.  Errors you can act on: POOL_EBUSY (it has not ended: cancel it first), POOL_EBADF. */
POOL_API int pool_release(pool_t *pool, pool_job_t job);

/* -------------------------------------------------------------------------------------------------------- instances
 *
 * An instance is a guest that is kept: what one call of an export leaves in its memory, the next one finds. It is a job
 * that sleeps until it is asked something, so it has a job's handle: pool_cancel ends it at once, pool_wait and
 * pool_on_end tell how it ended, pool_release gives its place back. While it sleeps, another job may run, see
 * max_workers. A trap or an exit ends it. Only the thin client has instances; elsewhere all of this is POOL_ENOSYS.
 */

/* Instantiates a guest and keeps it. If it exports `_initialize`, that has run before it is asked anything. `config` is
 * that of a job without a function, an export and an input, and with nothing but null as stdin and stdout:
 * the guest's stdin is at end of file, and what it writes to stdout is discarded.
 * Thread: any.  Blocks: never: questions may be asked at once, and a guest that cannot be started is a job that has
 * ended so.
 * Errors you can act on: as pool_submit; POOL_EAGAIN, too, if there are not two pipes for it. */
POOL_API POOL_MUST_CHECK int pool_instance_open(pool_t *pool, const struct pool_job_config *config,
                                                pool_job_t *instance_out);

enum pool_question_kind {
    POOL_ASK_CALL = 0,  /* call an export */
    POOL_ASK_READ = 1,  /* copy bytes out of its memory */
    POOL_ASK_WRITE = 2, /* copy bytes into its memory */
};

/* What an instance is asked. It is only read during the call, and what it points to is copied. */
struct pool_question {
    uint32_t kind;                   /* enum pool_question_kind (default 0: call) */
    const char *export_name;         /* call: the export, POOL_NAME_MAX_BYTES at most */
    const struct pool_value *values; /* call: what with (default NULL) */
    uint32_t n_values;               /* call: how many, one less than POOL_VALUES_MAX at most (default 0). Their
                                        bytes together are POOL_BYTES_MAX at most */
    bool returns_bytes;              /* call: the export returns bytes, as pool_guest.h says (default false: values) */
    uint32_t address;                /* read, write: where in the guest's memory */
    uint32_t size_bytes;             /* read, write: how much; POOL_BYTES_MAX at most */
    const void *data;                /* write: what */
    uint32_t timeout_ms;             /* from now to the answer, the questions before it counted (default 0: none) */
    bool cancellable;                /* pool_question_cancel may end it (default false; so it may one with a timeout) */
};

/* What came of it. */
struct pool_answer {
    const struct pool_value *values; /* call: what the export returned, of the export's own types */
    uint32_t n_values;
    struct pool_bytes bytes; /* read; or call with returns_bytes */
};

/* Asks an instance something and waits for the answer. Questions are answered one after the other, in the order in which
 * they were asked, by either function. What the answer points to belongs to the pool until this is called again for the
 * same instance, or it is released. `answer_out` may be NULL.
 * Thread: any (thin client: the client).  Blocks: yes, `timeout_ms` and the grace time at most; without a timeout what
 * ends it is the instance's end.
 * Errors you can act on: POOL_ENOENT (it exports no such function), POOL_EINVAL (the export takes other values, or the
 * memory has no such bytes; or a result is not where bytes can be: then it has run), POOL_ENOMEM (also if the guest has
 * no memory for bytes), POOL_E2BIG; pool_error_text says more. POOL_EPIPE (the instance has ended, in this question or
 * before: pool_wait says how; or it is closed), POOL_ETIMEDOUT (see pool_question_cancel), POOL_EBADF,
 * POOL_EWOULDBLOCK (use pool_instance_ask_async), POOL_ENOSYS, POOL_ESHUTDOWN. */
POOL_API POOL_MUST_CHECK int pool_instance_ask(pool_t *pool, pool_job_t instance, const struct pool_question *question,
                                               struct pool_answer *answer_out);

/* The same with a callback, which is called once, and never from within this call: `status` is what pool_instance_ask
 * would have returned. `answer` is valid during the callback; NULL: there is none. Many questions may be under way.
 * Thread: any (thin client: the client).  Blocks: never.
 * Errors you can act on: those that show at once: POOL_EINVAL, POOL_ENOMEM, POOL_E2BIG, POOL_EPIPE, POOL_EBADF,
 * POOL_ENOSYS, POOL_ESHUTDOWN. Then the callback is not called. */
typedef void (*pool_answer_callback)(void *user, pool_t *pool, pool_job_t instance, int status,
                                     const struct pool_answer *answer);
POOL_API POOL_MUST_CHECK int pool_instance_ask_async(pool_t *pool, pool_job_t instance,
                                                     const struct pool_question *question,
                                                     pool_answer_callback callback, void *user);

/* Ends a question that has a timeout or is cancellable, and is not answered: the first one that the instance was asked with
 * that callback and that `user`. It gets POOL_ECANCELED, soon, though never out of this call itself, unless its answer
 * comes first. Such a question is sent to the instance when all before it are answered, and not earlier. Until then
 * it is taken back, and the instance does not notice. From then on it is ended with the instance, as by pool_cancel, and
 * those behind it get POOL_EPIPE. If its time runs out the same happens, with POOL_ETIMEDOUT.
 * Thread: any (thin client: the client).  Blocks: never.
 * Errors you can act on: POOL_ENOENT (there is none: it is answered, or being ended already, or neither of the two),
 * POOL_EBADF, POOL_ENOSYS. */
POOL_API int pool_question_cancel(pool_t *pool, pool_job_t instance, pool_answer_callback callback, void *user);

/* Ends an instance when it has answered all that it was asked until now. It is still to be released. A second call does
 * nothing more.
 * Thread: any (thin client: the client).  Blocks: never.  Errors you can act on: POOL_EBADF, POOL_ENOSYS. */
POOL_API int pool_instance_close(pool_t *pool, pool_job_t instance);

/* ------------------------------------------------------------------------------------------------------------ pipes */

#define POOL_PIPE_DEFAULT_BYTES (256u * 1024)
#define POOL_PIPE_MAX_BYTES (1024u * 1024)
/* A non-blocking write of so many bytes or fewer (of the capacity, if that is less) is done whole or not at all, as
 * with PIPE_BUF of pipe(7). */
#define POOL_PIPE_BUF 4096u
#define POOL_IOV_MAX 1024u

/* Opens a pipe: a ring of bytes with a read end, `fds_out[0]`, and a write end, as pipe(2). Either end may be the
 * client's, any thread's or a job's. An end is used by one thread at a time: a second one gets POOL_EBUSY.
 * `capacity_bytes` is rounded up to a power of two, 256 at least (default 0: POOL_PIPE_DEFAULT_BYTES;
 * POOL_PIPE_MAX_BYTES at most). The ring's memory is taken at the first write and given back when both ends are closed.
 * Thread: any.  Blocks: never.  Errors you can act on: POOL_ENFILE (see LIMITS), POOL_EINVAL, POOL_ESHUTDOWN. */
POOL_API POOL_MUST_CHECK int pool_pipe(pool_t *pool, uint32_t capacity_bytes, pool_fd_t fds_out[2]);

/* Takes up to `size_bytes` bytes out of a pipe, as read(2): what there is, waiting only while there is nothing. 0: end
 * of file, the write end is closed and nothing is left (or `size_bytes` is 0).
 * Thread: any.  Blocks: yes, unless the end is non-blocking.
 * Errors you can act on: POOL_EAGAIN (nothing there now: pool_poll, pool_on_ready), POOL_EIO (the writer failed, and
 * what came before is not all: pool_abort_write), POOL_EBADF (not an open read end of the caller's), POOL_EBUSY,
 * POOL_ECANCELED. */
POOL_API POOL_MUST_CHECK int32_t pool_read(pool_t *pool, pool_fd_t fd, void *data, uint32_t size_bytes);

/* Puts `size_bytes` bytes into a pipe, as write(2): all of them if it may block; if not, as many as fit, and of
 * POOL_PIPE_BUF or fewer either all or none. Returns how many.
 * A blocking write returns fewer only if it has written some and cannot go on: the reader has closed, the calling job
 * is to end, the pool is being destroyed, or no further thread may block. A call for the rest returns that error,
 * unless the reader has made room meanwhile: then it writes on, and may stop short again. So write the rest until all
 * is written or there is an error. A captured output is short when it is full or memory runs out.
 * Thread: any.  Blocks: yes, unless the end is non-blocking.
 * Errors you can act on: POOL_EAGAIN (no room now, or no memory for the ring yet), POOL_EPIPE, POOL_ENOMEM, POOL_EFBIG
 * (a captured output is full), POOL_EBADF, POOL_EBUSY, POOL_ECANCELED, POOL_ESHUTDOWN. */
POOL_API POOL_MUST_CHECK int32_t pool_write(pool_t *pool, pool_fd_t fd, const void *data, uint32_t size_bytes);

/* A piece of memory to read into or to write from, as struct iovec. */
struct pool_iovec {
    void *data;
    uint32_t size_bytes;
};

/* pool_read and pool_write with several pieces of memory, as readv(2) and writev(2); POOL_EINVAL for more than
 * POOL_IOV_MAX pieces, or more than 2^31 - 1 bytes. */
POOL_API POOL_MUST_CHECK int32_t pool_readv(pool_t *pool, pool_fd_t fd, const struct pool_iovec *iov, uint32_t n_iov);
POOL_API POOL_MUST_CHECK int32_t pool_writev(pool_t *pool, pool_fd_t fd, const struct pool_iovec *iov, uint32_t n_iov);

/* Makes an end non-blocking, or blocking again, as O_NONBLOCK. Where blocking is not allowed every end is non-blocking.
 * Thread: any.  Blocks: never.  Errors you can act on: POOL_EBADF. */
POOL_API int pool_set_nonblocking(pool_t *pool, pool_fd_t fd, bool nonblocking);

/* What pool_poll looks for and finds; the values are those of poll(2). */
#define POOL_POLLIN 0x001u   /* there is something to read */
#define POOL_POLLOUT 0x004u  /* POOL_PIPE_BUF bytes, or the whole of a smaller pipe, can be written without waiting */
#define POOL_POLLERR 0x008u  /* a write end: the read end is closed; a read end: the writer failed. Never asked for */
#define POOL_POLLHUP 0x010u  /* a read end: the write end is closed. Never asked for; with IN while data is left */
#define POOL_POLLNVAL 0x020u /* not open, or in use by another thread. Found, never asked for */

struct pool_pollfd {
    pool_fd_t fd;     /* 0: skipped */
    uint16_t events;  /* what is looked for */
    uint16_t revents; /* what was found */
};

/* Waits until something that is looked for is there at one of several ends, as poll(2). How many have something found;
 * 0: the time ran out.
 * Thread: any.  Blocks: yes, `timeout_ms` at most.
 * Errors you can act on: POOL_EWOULDBLOCK (use pool_on_ready), POOL_ECANCELED. */
POOL_API int pool_poll(pool_t *pool, struct pool_pollfd *fds, uint32_t n_fds, int32_t timeout_ms);

/* Calls back once when an end can be read or written, or its other side was closed (`status` 0), or when the end is
 * closed here (POOL_EBADF) or the pool destroyed (POOL_ESHUTDOWN). Never from within this call. Until then the end is
 * in use: reading or writing it is POOL_EBUSY. A second callback replaces the first; NULL takes it back.
 * Thread: any.  Blocks: never.
 * Errors you can act on: POOL_EBADF, POOL_EBUSY, POOL_ENOMEM, POOL_ENOSYS, POOL_ESHUTDOWN. */
typedef void (*pool_ready_callback)(void *user, pool_t *pool, pool_fd_t fd, int status);
POOL_API int pool_on_ready(pool_t *pool, pool_fd_t fd, pool_ready_callback callback, void *user);

/* Closes one end. The other side reads what is left and then end of file, or gets POOL_EPIPE. A C function may close
 * its own POOL_STDIN, POOL_STDOUT and POOL_STDERR before it ends.
 * Thread: any.  Blocks: never.
 * Errors you can act on: POOL_EBADF, POOL_EBUSY (another thread waits at it: close the other end, or cancel its job).
 */
POOL_API int pool_close(pool_t *pool, pool_fd_t fd);

/* Closes a write end whose data is incomplete, because its source failed: the reader reads what was written, and then
 * POOL_EIO (a guest EIO) instead of end of file.
 * Thread: any.  Blocks: never.  Errors you can act on: POOL_EBADF (no write end of a pipe), POOL_EBUSY. */
POOL_API int pool_abort_write(pool_t *pool, pool_fd_t fd);

/* ------------------------------------------------------------------------------------------------------- host calls */

typedef uint64_t pool_call_t; /* a job's call, of the host or of an import, that waits for its reply; 0: none */

/* Serves a name that jobs call (see pool_guest.h). It may answer with pool_reply before it returns, or later, from
 * anywhere; each call needs one reply. `data` belongs to the pool until the reply.
 * Called: see BUILDS, callbacks. It must not block: other calls and callbacks wait for it. */
typedef void (*pool_host_handler)(void *user, pool_t *pool, pool_call_t call, const void *data, uint32_t size_bytes);

/* Sets who serves calls of a name, POOL_NAME_MAX_BYTES at most; NULL: nobody any more, and callers get POOL_ENOENT.
 * Thread: any (thin client: the client).  Blocks: never.
 * Errors you can act on: POOL_EINVAL, POOL_ENOMEM, POOL_ENOSYS, POOL_ESHUTDOWN. */
POOL_API int pool_host_set(pool_t *pool, const char *name, pool_host_handler handler, void *user);

#define POOL_NAME_MAX_BYTES 255u

/* Answers a call with `size_bytes` bytes, POOL_BYTES_MAX at most, which are copied: with status 0 and data; or with a
 * negative status, an error of the host's own (any but POOL_EAGAIN), and a text in UTF-8 that says more about it, or
 * none. The handle is stale from then on.
 * If the pool has no memory for the bytes right now, the reply is kept until it has, and the caller waits for that; if
 * there never will be any, the caller gets POOL_ENOMEM, and POOL_EDQUOT if it is more than the caller may have; of an
 * error it gets the status alone.
 * Thread: any (thin client: the client).  Blocks: never.
 * Errors you can act on: POOL_EBADF (answered already), POOL_ENOMEM and POOL_EDQUOT (the caller was told the same),
 * POOL_E2BIG, POOL_EINVAL. A caller that has ended is no error. */
POOL_API int pool_reply(pool_t *pool, pool_call_t call, int32_t status, const void *data, uint32_t size_bytes);

/* Whether nobody waits for the reply to a call any more, or for the answer to an import's: its job has ended, or has
 * closed its descriptor. Who takes long to answer asks now and then, and answers at once. False for a call that is
 * answered.
 * Thread: any (thin client: the client).  Blocks: never. */
POOL_API bool pool_call_abandoned(pool_t *pool, pool_call_t call);

/* ----------------------------------------------------------------------------------------------------------- imports
 *
 * A guest's import that WASI does not have can be served here: the guest waits, and the handler is given its values, may
 * read and write its memory meanwhile, and says what the import returns. A guest cannot be told of an error: if the
 * handler fails the import, the guest traps, which it cannot catch. Until it is answered, a call is one of the host calls
 * that its job has open. Only the thin client serves imports; elsewhere all of this is POOL_ENOSYS.
 *
 *     static void on_text(void *user, pool_t *pool, pool_call_t call, int status, const void *data, uint64_t size_bytes)
 *     {
 *         if (status == 0) fwrite(data, 1, size_bytes, stdout);
 *         if (status == 0) pool_import_return(pool, call, NULL, 0);
 *         else pool_import_fail(pool, call, "there is no such text");
 *     }
 *
 *     static void on_log(void *user, pool_t *pool, pool_call_t call, pool_job_t job, const struct pool_value *values,
 *                        uint32_t n_values)
 *     {
 *         uint32_t address = values[0].of.i32, size_bytes = values[1].of.i32; // as the import's type says
 *         int status = pool_import_read(pool, call, address, size_bytes, on_text, NULL);
 *         if (status) pool_import_fail(pool, call, pool_strerror(status));
 *     }
 *
 *     pool_import_set(pool, "env", "log", on_log, NULL);
 */

/* Serves an import that jobs call. It may answer with pool_import_return or pool_import_fail before it returns, or later;
 * each call needs one of the two, and `call` is good for what follows here until then. `job` is who calls. `values`
 * are valid until it returns: i32, i64, f32 and f64, as the import's type is.
 * Called: see BUILDS, callbacks. It must not block: other calls and callbacks wait for it. */
typedef void (*pool_import_handler)(void *user, pool_t *pool, pool_call_t call, pool_job_t job,
                                    const struct pool_value *values, uint32_t n_values);

/* Sets who serves an import of the guests that are submitted or opened from now on, by the module and the name that
 * it is imported by: POOL_NAME_MAX_BYTES at most each, and either may be empty. It replaces who has served it until now,
 * for guests that run already, too, and goes before WASI. NULL: nobody any more; guests that run already and call it
 * trap. Calls that a handler has taken are still its own to answer. What takes or returns more than POOL_VALUES_MAX
 * values, or one that is no number, cannot be served: its guests are POOL_NOT_STARTED.
 * Thread: client.  Blocks: never.
 * Errors you can act on: POOL_EINVAL, POOL_ENOMEM, POOL_ENOSYS, POOL_ESHUTDOWN. */
POOL_API int pool_import_set(pool_t *pool, const char *module_name, const char *name, pool_import_handler handler,
                             void *user);

/* Answers a call with what the import returns, of the types that its results have, in their order; they are copied.
 * `values` may be NULL if there are none. The handle is stale from then on, and the guest goes on as soon as all that was
 * asked of its memory before is done.
 * Thread: client.  Blocks: never.
 * Errors you can act on: POOL_EINVAL (the import returns other values; the call is still to be answered), POOL_EBADF
 * (answered already), POOL_ENOSYS. A caller that has ended is no error. */
POOL_API int pool_import_return(pool_t *pool, pool_call_t call, const struct pool_value *values, uint32_t n_values);

/* Answers a call by a trap: the job ends as POOL_TRAPPED with POOL_TRAP_IMPORT, and its `text` has the import's name and
 * this one, POOL_IMPORT_TEXT_MAX_BYTES at most; it is copied. The handle is stale from then on.
 * Thread: client.  Blocks: never.
 * Errors you can act on: POOL_EINVAL (the call is still to be answered), POOL_EBADF (answered already), POOL_ENOSYS. A
 * caller that has ended is no error. */
POOL_API int pool_import_fail(pool_t *pool, pool_call_t call, const char *text);

#define POOL_IMPORT_TEXT_MAX_BYTES 1024u

/* What came of something that was asked of a guest's memory. `status` is 0; or POOL_EINVAL, not all of that is in the
 * memory and nothing was done, pool_error_text says more (if the call is answered by then, the guest traps); or
 * POOL_ECANCELED, the guest has ended. `data` is what was read, valid during the callback, and otherwise NULL;
 * `size_bytes` is how much was read or written, or how large the memory is. */
typedef void (*pool_memory_callback)(void *user, pool_t *pool, pool_call_t call, int status, const void *data,
                                     uint64_t size_bytes);

/* Copies bytes out of the memory of a guest that waits for the answer to a call, or into it, or asks how large it is (0:
 * it cannot be reached, because the guest exports none as `memory`, or is in its start section). Calls back once, never
 * out of this call itself. Many may be under way; they are done in their order. `data` is copied.
 * POOL_BYTES_MAX at most at once.
 * Thread: client.  Blocks: never.
 * Errors you can act on: POOL_EBADF (the call is answered), POOL_ECANCELED (the guest has ended; the call is still to be
 * answered), POOL_E2BIG, POOL_ENOMEM, POOL_EINVAL, POOL_ENOSYS, POOL_ESHUTDOWN. Then the callback is not called. */
POOL_API POOL_MUST_CHECK int pool_import_read(pool_t *pool, pool_call_t call, uint32_t address, uint32_t size_bytes,
                                              pool_memory_callback callback, void *user);
POOL_API POOL_MUST_CHECK int pool_import_write(pool_t *pool, pool_call_t call, uint32_t address, const void *data,
                                               uint32_t size_bytes, pool_memory_callback callback, void *user);
POOL_API POOL_MUST_CHECK int pool_import_size(pool_t *pool, pool_call_t call, pool_memory_callback callback,
                                              void *user);

#endif
