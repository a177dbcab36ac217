/* Moving bytes between a stream and the caller's memory. */
#include <string.h>

#include "core/check.h"
#include "port/port.h"
#include "sync/call_slots.h"
#include "sync/ends.h"
#include "sync/jobs.h"
#include "sync/stream.h"
#include "sync/wake.h"

/* Nobody can wake a thread that reads the program's own stdin, so it looks this often whether it shall give up. */
#define STDIN_LOOK_MS 50u
#define CAPTURE_FIRST_BYTES 1024u

/* ------------------------------------------------------------------------------------------------------------ pipes */

typedef struct span ring_run(struct pipe *pipe, uint32_t skip);

/* Moves what can be moved without waiting; the caller publishes it to the other side in one go. */
static inline uint32_t move(struct cursor *cursor, struct pipe *pipe, ring_run *run)
{
    uint32_t moved = 0, piece;
    while ((piece = cursor->piece(cursor)) > 0) {
        struct span span = run(pipe, moved);
        uint32_t n = pool__min(span.size, piece);
        if (n == 0) break;
        cursor->copy(cursor, span.data, n);
        moved += n;
    }
    cursor->done += moved;
    POOL_ASSERT(cursor->done <= cursor->total && moved <= pipe->capacity);
    return moved;
}

/* An end's status. If it is POOL_EAGAIN, the client gets a signal later. */
static int look(const struct sleeper *sleeper, struct pipe *pipe, enum pipe_end end, uint32_t wants)
{
    return sleeper->waiter == WAITER_CLIENT ? pool__end_look(pipe, end, wants) : pool__pipe_status(pipe, end);
}

static bool may_wait(const struct sleeper *sleeper, bool nonblocking)
{
    return !nonblocking && sleeper->waiter > WAITER_CLIENT;
}

static int read_pipe(struct sleeper *sleeper, struct pipe *pipe, struct cursor *cursor, bool nonblocking)
{
    int status = may_wait(sleeper, nonblocking) ? pool__sleep_on_pipe(sleeper, pipe, PIPE_READ, 0)
                                                : look(sleeper, pipe, PIPE_READ, 0);
    if (status <= 0) return status;
    uint32_t waiter = pool__pipe_consume(pipe, move(cursor, pipe, pool__pipe_readable));
    pool__wake_end(sleeper->pool, pipe, PIPE_WRITE, waiter);
    return 0;
}

/* Waits for room and for the ring's memory: 1, or why not. */
static int await_room(struct sleeper *sleeper, struct pipe *pipe, uint32_t wants, bool nonblocking)
{
    bool waits = may_wait(sleeper, nonblocking);
    int status = waits ? pool__sleep_on_ring(sleeper, pipe) : 0;
    if (status < 0) return status;
    status = waits ? pool__sleep_on_pipe(sleeper, pipe, PIPE_WRITE, wants) : look(sleeper, pipe, PIPE_WRITE, wants);
    if (status < 0 || pipe->data) return status;
    status = pool__attach_ring(sleeper->pool, pipe, sleeper->waiter);
    return status == 0 ? 1 : status;
}

/* Whether a write that must not be split does not fit now; then the client gets a signal when it fits. */
static bool splits(const struct sleeper *sleeper, struct pipe *pipe, uint32_t total)
{
    if (total > pool__min(POOL_PIPE_BUF, pipe->capacity) || pool__pipe_room(pipe) >= total) return false;
    if (sleeper->waiter != WAITER_CLIENT) return true;
    pool__pipe_announce(pipe, PIPE_WRITE, WAITER_CLIENT, total);
    return pool__pipe_room(pipe) < total && pool__pipe_write_status(pipe) != POOL_EPIPE;
}

/* Writes everything, as a blocking write(2) on a pipe does; a non-blocking one writes what fits. */
static int write_pipe(struct sleeper *sleeper, struct pipe *pipe, struct cursor *cursor, bool nonblocking)
{
    while (cursor->piece(cursor) > 0) {
        int status = await_room(sleeper, pipe, cursor->total - cursor->done, nonblocking);
        bool split = status > 0 && !may_wait(sleeper, nonblocking) && splits(sleeper, pipe, cursor->total);
        if (split) status = POOL_EAGAIN;
        if (status < 0) return cursor->done > 0 ? 0 : status;
        uint32_t waiter = pool__pipe_commit(pipe, move(cursor, pipe, pool__pipe_writable));
        pool__wake_end(sleeper->pool, pipe, PIPE_READ, waiter);
    }
    return 0;
}

/* -------------------------------------------------------------------------------------------- what a job came with */

static void read_input(struct pool *pool, struct job *job, struct cursor *cursor)
{
    POOL_ASSERT(job->input_done <= job->input_bytes && (job->input_block || !job->input_bytes));
    uint8_t *input = pool__block_memory(pool, job->input_block);
    uint32_t piece;
    while ((piece = cursor->piece(cursor)) > 0 && job->input_done < job->input_bytes) {
        uint32_t n = pool__min(piece, job->input_bytes - job->input_done);
        cursor->copy(cursor, input + job->input_done, n);
        job->input_done += n;
        cursor->done += n;
    }
}

/* ------------------------------------------------------------------------------------------ output that is captured */

static uint32_t capture_room(const struct pool *pool, const struct job *job, const struct capture *capture)
{
    if (!capture->block) return 0;
    uint32_t most = pool__min(pool__blocks_bytes(&pool->blocks, capture->block), job->capture_max_bytes);
    POOL_ASSERT(capture->size <= most);
    return most - capture->size;
}

/* Takes a larger block for captured bytes, and counts for the job how much larger it is than the last one. */
static int take_kept(struct sleeper *sleeper, const struct job *job, const struct capture *capture, uint32_t size,
                     uint32_t *block_out)
{
    struct pool *pool = sleeper->pool;
    pool_job_t handle = pool__job_handle(pool, job);
    uint32_t had = capture->block ? pool__units_of(pool__blocks_bytes(&pool->blocks, capture->block)) : 0;
    POOL_ASSERT(pool__units_of(size) >= had); /* it only grows */
    uint32_t n_more = pool__units_of(size) - had;
    int status = pool__job_charge(pool, handle, n_more);
    if (status < 0) return status;
    status = pool__sleep_on_block(sleeper, USE_CONTENT, size, block_out);
    if (status < 0) pool__job_discharge(pool, handle, n_more);
    return status;
}

/* Moves the captured bytes into a block twice as large. Waits for memory even if the end is non-blocking: it waits for
 * no reader. */
static int grow(struct sleeper *sleeper, const struct job *job, struct capture *capture)
{
    struct pool *pool = sleeper->pool;
    POOL_ASSERT(!capture->size == !capture->block);
    uint32_t block, size = capture->size ? capture->size * 2 : CAPTURE_FIRST_BYTES;
    if (capture->size >= job->capture_max_bytes) return POOL_EFBIG;
    size = pool__min(size, job->capture_max_bytes);
    int status = take_kept(sleeper, job, capture, size, &block);
    if (status < 0) return status;
    if (capture->size) {
        memcpy(pool__block_memory(pool, block), pool__block_memory(pool, capture->block), capture->size);
    }
    pool__give_block(pool, capture->block);
    capture->block = block;
    return 0;
}

static int write_capture(struct sleeper *sleeper, const struct stream *stream, struct cursor *cursor)
{
    POOL_ASSERT(stream->index == 1 || stream->index == 2);
    struct capture *capture = &stream->job->captures[stream->index - 1];
    uint32_t piece;
    while ((piece = cursor->piece(cursor)) > 0) {
        uint32_t n = pool__min(piece, capture_room(sleeper->pool, stream->job, capture));
        int status = n ? 0 : grow(sleeper, stream->job, capture);
        if (status < 0) return cursor->done > 0 ? 0 : status;
        if (n) cursor->copy(cursor, pool__block_memory(sleeper->pool, capture->block) + capture->size, n);
        capture->size += n;
        cursor->done += n;
    }
    return 0;
}

/* ------------------------------------------------------------------------------------------ the program's own stdio */

static int read_inherited(struct sleeper *sleeper, struct cursor *cursor, bool nonblocking)
{
    uint8_t bytes[4096];
    int32_t n;
    uint32_t size = pool__min(cursor->piece(cursor), sizeof bytes);
    do {
        int reason = pool__sleeper_interrupted(sleeper);
        if (reason) return reason;
        n = port_stdin_read(bytes, size, nonblocking ? 0 : STDIN_LOOK_MS);
    } while (n == POOL_EAGAIN && !nonblocking);
    if (n <= 0) return n;
    cursor->copy(cursor, bytes, (uint32_t)n);
    cursor->done += (uint32_t)n;
    return 0;
}

static int write_inherited(uint32_t fd, struct cursor *cursor)
{
    uint8_t bytes[4096];
    uint32_t piece;
    while ((piece = cursor->piece(cursor)) > 0) {
        uint32_t n = pool__min(piece, sizeof bytes);
        cursor->copy(cursor, bytes, n);
        int status = port_stdio_write(fd, bytes, n);
        if (status < 0) return cursor->done > 0 ? 0 : status;
        cursor->done += n;
    }
    return 0;
}

/* -------------------------------------------------------------------------------------------------------------- all */

int pool__stream_read(struct sleeper *sleeper, const struct stream *stream, struct cursor *cursor, bool nonblocking)
{
    POOL_ASSERT(pool__stream_reads(stream));
    if (cursor->piece(cursor) == 0) return 0; /* nothing was asked for: that is not the end of the file */
    if (stream->kind == STREAM_READER) return read_pipe(sleeper, stream->pipe, cursor, nonblocking);
    if (stream->kind == STREAM_INPUT) read_input(sleeper->pool, stream->job, cursor);
    if (stream->kind == STREAM_INHERITED) return read_inherited(sleeper, cursor, nonblocking);
    return 0; /* a null device has nothing */
}

static int write_stream(struct sleeper *sleeper, const struct stream *stream, struct cursor *cursor, bool nonblocking)
{
    switch (stream->kind) {
    case STREAM_WRITER: return write_pipe(sleeper, stream->pipe, cursor, nonblocking);
    case STREAM_CAPTURE: return write_capture(sleeper, stream, cursor);
    case STREAM_INHERITED: return write_inherited(stream->index, cursor);
    default: cursor->done = cursor->total; return 0; /* a null device takes everything */
    }
}

/* Whether bytes are lost that somebody may want. They are not if the reader is gone, or if they can be written later.
 */
static bool is_loss(int status)
{
    return status < 0 && status != POOL_EAGAIN && status != POOL_EPIPE && status != POOL_ECANCELED &&
           status != POOL_ESHUTDOWN;
}

/* A guest may never look at the error it gets here: a C library ignores it at exit. So the job remembers it. */
int pool__stream_write(struct sleeper *sleeper, const struct stream *stream, struct cursor *cursor, bool nonblocking)
{
    POOL_ASSERT(pool__stream_writes(stream));
    int status = write_stream(sleeper, stream, cursor, nonblocking);
    if (stream->job && is_loss(status)) stream->job->output_error = status;
    return status;
}
