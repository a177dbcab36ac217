/* From a handle, or a job's own descriptor, to its stream. */
#include "api/fds.h"

#include "core/check.h"
#include "core/handle.h"
#include "sync/call_slots.h"
#include "sync/ends.h"
#include "sync/jobs.h"
#include "sync/self.h"

static enum pipe_end end_of(const struct stream *stream)
{
    POOL_ASSERT(stream->kind == STREAM_READER || stream->kind == STREAM_WRITER);
    return stream->kind == STREAM_READER ? PIPE_READ : PIPE_WRITE;
}

static int take_stdio(struct pool *pool, struct job *job, uint32_t index, struct stream *stream_out)
{
    struct stream stream = pool__stream_of(pool, job, index);
    if (stream.kind == STREAM_CLOSED) return POOL_EBADF;
    *stream_out = stream;
    return 0;
}

struct pipe *pool__reply_of(struct pool *pool, const struct job *job, pool_fd_t fd)
{
    if (!job || fd < OWN_REPLY_0 || fd >= OWN_REPLY_0 + CALLS_MAX) return NULL;
    struct pipe *pipe = pool__reply_pipe(pool, (uint32_t)(fd - OWN_REPLY_0));
    return atomic_load(&pipe->x_caller) == pool__job_handle(pool, job) ? pipe : NULL;
}

/* One of the calling job's own descriptors, which only that job can use. */
static int take_own(struct pool *pool, pool_fd_t fd, struct stream *stream_out)
{
    const struct sleeper *self = pool__self(pool);
    if (!self || !self->job) return POOL_EBADF;
    struct job *job = &pool->jobs[self->job - pool->jobs];
    POOL_ASSERT(self->job >= pool->jobs && self->job < pool->jobs + JOBS_MAX);
    if (fd >= POOL_STDIN && fd <= POOL_STDERR) return take_stdio(pool, job, (uint32_t)(fd - POOL_STDIN), stream_out);
    struct pipe *pipe = pool__reply_of(pool, job, fd);
    *stream_out = (struct stream){.kind = STREAM_READER, .pipe = pipe};
    return pipe ? 0 : POOL_EBADF;
}

int pool__fd_take(struct pool *pool, pool_fd_t fd, struct stream *stream_out)
{
    struct pipe *pipe;
    if (pool__fd_is_own(fd)) return take_own(pool, fd, stream_out);
    enum pipe_end end = (enum pipe_end)(fd & 1);
    int error = pool__end_take(pool, fd, end, END_IN_CALL, &pipe);
    if (error) return error;
    *stream_out = (struct stream){.kind = end == PIPE_READ ? STREAM_READER : STREAM_WRITER, .pipe = pipe};
    return 0;
}

void pool__fd_give(const struct stream *stream)
{
    if (!stream->pipe) return;
    bool given = pool__pipe_pass(stream->pipe, end_of(stream), END_IN_CALL, END_FREE);
    POOL_ASSERT(given || pool__pipe_held(stream->pipe, end_of(stream)) == END_GIVEN); /* or a job's own */
    (void)given;
}

bool pool__fd_nonblocking(const struct stream *stream)
{
    return stream->pipe && atomic_load(&stream->pipe->x_nonblocking[end_of(stream)]);
}
