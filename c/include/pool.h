/* Millrace: a compute pool that runs blocking WebAssembly programs beside a thread that must not block.
 *
 * Words used throughout:
 *   client        the thread that submits jobs and must never block (a page's main thread)
 *   coordinator   the thread that owns the shared memory, the workers, their jobs and their pipes
 *   worker        a thread that runs one job at a time, and may block
 *   guest         the WebAssembly program that a job runs, in a memory of its own
 *
 * Conventions, for every function unless it says otherwise:
 *   - It returns 0 or a count on success, a negative POOL_E* code on failure. A call that fails has no effect.
 *   - Handles (pool_job_t, pool_fd_t) carry a generation: one that was released is POOL_EBADF for ever, never a crash.
 *   - Outputs come last, are named `*_out`, and are written only on success.
 *   - Durations end in `_ms`, sizes in `_bytes`. Nothing here keeps a pointer that it was given.
 */
#ifndef MILLRACE_POOL_H
#define MILLRACE_POOL_H

#include <stddef.h>
#include <stdint.h>

/* The version of everything that threads share. Script and wasm of different versions refuse each other. */
#define POOL_ABI 1u

/* name, value, message. The values are Linux's errno numbers, negated, so that they can be looked up. */
#define POOL_ERROR_MAP(X)                                                                   \
    X(EBADF, -9, "the handle is not open, or was released")                                 \
    X(EAGAIN, -11, "nothing can be moved now; wait for the readiness signal and try again") \
    X(ENOMEM, -12, "the memory limit of the pool is reached")                               \
    X(EBUSY, -16, "the job is still running")                                               \
    X(EINVAL, -22, "an argument is out of its range")                                       \
    X(ENFILE, -23, "all pipes of the pool are in use")                                      \
    X(EPIPE, -32, "the reader of the pipe is gone")                                         \
    X(EPROTO, -71, "script and wasm are of different versions")                             \
    X(E2BIG, -7, "arguments and environment are larger than a job can carry")               \
    X(ESHUTDOWN, -108, "the pool is closing")                                               \
    X(ETIMEDOUT, -110, "the time ran out")                                                  \
    X(ECANCELED, -125, "the job was cancelled")

enum pool_error {
#define POOL_ERROR_ENUM(name, value, message) POOL_##name = value,
    POOL_ERROR_MAP(POOL_ERROR_ENUM)
#undef POOL_ERROR_ENUM
};

/* Marks what a client program may call. */
#define POOL_API __attribute__((visibility("default")))
/* Marks results that must be looked at. */
#define POOL_MUST_CHECK __attribute__((warn_unused_result))

typedef struct pool pool_t;
typedef uint32_t pool_job_t; /* 0: no job */
typedef uint32_t pool_fd_t;  /* one end of a pipe; 0: none */

/* How a job ended. */
enum pool_outcome {
    POOL_EXITED = 1,     /* `code` is its exit code */
    POOL_TRAPPED = 2,    /* `code` is an enum pool_trap, `text` the engine's message and the wasm stack */
    POOL_CANCELLED = 3,  /* by pool_cancel, or because the pool was destroyed */
    POOL_TIMED_OUT = 4,  /* its deadline passed */
    POOL_LOST = 5,       /* its worker died, or could not run it; `text` says why */
    POOL_NOT_STARTED = 6 /* the module could not be run; `code` is a negated enum pool_error: POOL_EINVAL, it is no
                            command that we can link (`text` says why); POOL_ENOMEM, no memory for its instance */
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
    POOL_TRAP_EXCEPTION = 8 /* an exception that the guest threw and did not catch */
};

/* What to run. Zero-initialise it, then set what differs from the defaults. */
struct pool_job_config {
    uint32_t module;     /* number of a module that the pool was given */
    pool_fd_t stdio[3];  /* read end for stdin, write ends for stdout and stderr. The job owns them from a successful
                            submit on and closes them when it ends. (default 0: null, at end of file or discarding) */
    const char *args;    /* argv and then the environment: n_args + n_env strings, each ended by a NUL */
    uint32_t args_bytes; /* size of all of them, NULs counted (default 0) */
    uint32_t n_args;     /* the program's name is the first (default 0) */
    uint32_t n_env;      /* each `NAME=value` (default 0) */
    uint32_t timeout_ms; /* from now to the end of the job, waiting in the queue counted (default 0: none) */
};

/* How it went. */
struct pool_result {
    uint32_t outcome; /* enum pool_outcome */
    uint32_t code;    /* see enum pool_outcome */
    const char *text; /* UTF-8, not NUL-ended; belongs to the pool until pool_release; NULL if there is none */
    uint32_t text_bytes;
    uint32_t worker;  /* number of the worker that ran it, from 1; 0 if none did */
    double queued_ms; /* from submit to start */
    double run_ms;    /* from start to end */
};

/* The message of an error code, in English. Never NULL.
 * Thread: any.  Blocks: never. */
POOL_API const char *pool_strerror(int error);

/* Queues a job and wakes an idle worker for it.
 * Ownership: the ends in `stdio` become the job's on success and stay the caller's on failure.
 * Thread: client.  Blocks: never.
 * Errors you can act on: POOL_EAGAIN (as many jobs as the pool can hold, or no memory for the arguments right now: try
 * again after a job has ended), POOL_E2BIG, POOL_EBADF (an end), POOL_EINVAL, POOL_ESHUTDOWN. */
POOL_API POOL_MUST_CHECK int pool_submit(pool_t *pool, const struct pool_job_config *config, pool_job_t *job_out);

/* Asks a job to end as cancelled. A queued job ends at once; one that waits or makes a call is unwound there; one that
 * only computes has its worker ended after a grace time. A job that has ended stays as it is.
 * Thread: client.  Blocks: never.  Errors you can act on: POOL_EBADF. */
POOL_API int pool_cancel(pool_t *pool, pool_job_t job);

/* Looks whether a job has ended. The return value says how looking went; how the *job* went is in `result_out`.
 * Ownership: `result_out->text` belongs to the pool until pool_release.
 * Thread: client.  Blocks: never.
 * Errors you can act on: POOL_EAGAIN (it has not ended), POOL_EBADF. */
POOL_API POOL_MUST_CHECK int pool_result(pool_t *pool, pool_job_t job, struct pool_result *result_out);

/* Gives the job's record back to the pool; the handle is stale from then on.
 * Thread: client.  Blocks: never.  Errors you can act on: POOL_EBUSY (cancel it first), POOL_EBADF. */
POOL_API int pool_release(pool_t *pool, pool_job_t job);

/* Opens a pipe: a ring of bytes with one reader and one writer, as pipe(2). `fds_out[0]` is the read end.
 * `capacity_bytes` is rounded up to a power of two (0: the pool's default; POOL_PIPE_MAX_BYTES at most). The ring's
 * memory is taken at the first write and given back when both ends are closed.
 * Thread: client.  Blocks: never.  Errors you can act on: POOL_ENFILE, POOL_EINVAL, POOL_ESHUTDOWN. */
POOL_API POOL_MUST_CHECK int pool_pipe(pool_t *pool, uint32_t capacity_bytes, pool_fd_t fds_out[2]);

/* Takes up to `size_bytes` bytes out of a pipe, as read(2). 0: end of file, all writers closed and nothing left.
 * Thread: client.  Blocks: never.  Errors you can act on: POOL_EAGAIN (a signal follows), POOL_EBADF. */
POOL_API POOL_MUST_CHECK int32_t pool_read(pool_t *pool, pool_fd_t fd, void *data, uint32_t size_bytes);

/* Puts up to `size_bytes` bytes into a pipe, as write(2) on a non-blocking one: the count may be less than asked.
 * Thread: client.  Blocks: never.
 * Errors you can act on: POOL_EAGAIN (full, or no memory for the ring yet; a signal follows), POOL_ENOMEM, POOL_EPIPE,
 * POOL_EBADF.
 */
POOL_API POOL_MUST_CHECK int32_t pool_write(pool_t *pool, pool_fd_t fd, const void *data, uint32_t size_bytes);

/* Closes one end. The other side reads what is left and then end of file, or gets POOL_EPIPE.
 * Thread: client.  Blocks: never.  Errors you can act on: POOL_EBADF. */
POOL_API int pool_close(pool_t *pool, pool_fd_t fd);

#define POOL_PIPE_DEFAULT_BYTES (256u * 1024)
#define POOL_PIPE_MAX_BYTES (1024u * 1024)
#define POOL_ARGS_MAX_BYTES (256u * 1024)

#endif
