/* What a job's stdio is connected to, and whether it is ready. */
#include "sync/stream.h"

#include "core/check.h"
#include "port/port.h"
#include "sync/ends.h"
#include "sync/wake.h"

struct stream pool__stream_of(struct pool *pool, struct job *job, uint32_t index)
{
    POOL_ASSERT(index < POOL_COUNT_OF(job->stdio));
    const struct pool_stdio *stdio = &job->stdio[index];
    enum pipe_end end = index == 0 ? PIPE_READ : PIPE_WRITE;
    struct stream stream = {.kind = STREAM_NULL, .index = index, .job = job};
    switch (stdio->kind) {
    case POOL_STDIO_PIPE:
        stream.pipe = pool__end_of(pool, stdio->fd, end);
        stream.kind = !stream.pipe ? STREAM_CLOSED : end == PIPE_READ ? STREAM_READER : STREAM_WRITER;
        break;
    case POOL_STDIO_INPUT: stream.kind = STREAM_INPUT; break;
    case POOL_STDIO_CAPTURE: stream.kind = STREAM_CAPTURE; break;
    case POOL_STDIO_INHERIT: stream.kind = STREAM_INHERITED; break;
    case STDIO_CLOSED: stream.kind = STREAM_CLOSED; break;
    default: break;
    }
    return stream;
}

bool pool__stream_reads(const struct stream *stream)
{
    return stream->kind == STREAM_READER || stream->kind == STREAM_INPUT || stream->kind == STREAM_NULL ||
           (stream->kind == STREAM_INHERITED && stream->index == 0);
}

bool pool__stream_writes(const struct stream *stream)
{
    return stream->kind == STREAM_WRITER || stream->kind == STREAM_CAPTURE || stream->kind == STREAM_NULL ||
           (stream->kind == STREAM_INHERITED && stream->index != 0);
}

uint32_t pool__stream_bytes(const struct stream *stream)
{
    switch (stream->kind) {
    case STREAM_READER: return stream->pipe->capacity - pool__pipe_room(stream->pipe);
    case STREAM_WRITER: return pool__pipe_room(stream->pipe);
    case STREAM_INPUT:
        POOL_ASSERT(stream->job->input_done <= stream->job->input_bytes);
        return stream->job->input_bytes - stream->job->input_done;
    default: return 0;
    }
}

static bool has_room(struct pipe *pipe)
{
    return pool__pipe_room(pipe) >= pool__min(POOL_PIPE_BUF, pipe->capacity);
}

bool pool__stream_has_room(const struct stream *stream)
{
    return stream->pipe && has_room(stream->pipe);
}

/* A pipe without a ring can be written to once there is memory for one. A write end is ready, as on Linux, when
 * POOL_PIPE_BUF bytes fit, which are written as a whole. */
static int writer_status(struct sleeper *sleeper, struct pipe *pipe)
{
    int status = pool__pipe_write_status(pipe);
    if (status == POOL_EPIPE || status == POOL_EPROTO) return status;
    if (!has_room(pipe)) return POOL_EAGAIN;
    status = pool__attach_ring(sleeper->pool, pipe, sleeper->waiter);
    return status == 0 ? 1 : status;
}

int pool__stream_status(struct sleeper *sleeper, const struct stream *stream, enum pipe_end end)
{
    POOL_ASSERT(end == PIPE_READ ? pool__stream_reads(stream) : pool__stream_writes(stream));
    if (stream->kind == STREAM_READER) return pool__pipe_read_status(stream->pipe);
    if (stream->kind == STREAM_WRITER) return writer_status(sleeper, stream->pipe);
    if (end == PIPE_WRITE || stream->kind == STREAM_INHERITED) return 1;
    return pool__stream_bytes(stream) > 0;
}

void pool__stream_announce(const struct stream *stream, uint32_t waiter)
{
    if (stream->kind == STREAM_READER) pool__pipe_announce(stream->pipe, PIPE_READ, waiter, 0);
    if (stream->kind == STREAM_WRITER) pool__pipe_announce(stream->pipe, PIPE_WRITE, waiter, POOL_PIPE_BUF);
}

void pool__stream_close(struct pool *pool, struct stream *stream)
{
    if (stream->kind == STREAM_READER) pool__close_end(pool, stream->pipe, PIPE_READ);
    if (stream->kind == STREAM_WRITER) pool__close_end(pool, stream->pipe, PIPE_WRITE);
    stream->kind = STREAM_CLOSED;
}
