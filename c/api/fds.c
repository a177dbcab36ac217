#include "api/fds.h"

#include "sync/ends.h"
#include "sync/self.h"

#define OWN_STDIO POOL_STDERR /* handles up to here are the calling job's own */

static enum pipe_end end_of(const struct stream *stream)
{
    return stream->kind == STREAM_READER ? PIPE_READ : PIPE_WRITE;
}

static int take_own(struct pool *pool, uint32_t index, struct stream *stream_out)
{
    const struct sleeper *self = pool__self(pool);
    if (!self || !self->job) return POOL_EBADF;
    struct stream stream = pool__stream_of(pool, &pool->jobs[self->job - pool->jobs], index);
    if (stream.kind == STREAM_CLOSED) return POOL_EBADF;
    *stream_out = stream;
    return 0;
}

/* A reply's read end belongs to the job that made the call. */
static bool is_own_reply(struct pool *pool, const struct pipe *pipe)
{
    const struct sleeper *self = pool__self(pool);
    return self && self->job && atomic_load(&pipe->x_caller) == (uint32_t)(self->job - pool->jobs) + 1;
}

int pool__fd_take(struct pool *pool, pool_fd_t fd, struct stream *stream_out)
{
    if (fd >= POOL_STDIN && fd <= OWN_STDIO) return take_own(pool, fd - POOL_STDIN, stream_out);
    enum pipe_end end = (enum pipe_end)(fd & 1);
    struct pipe *pipe = pool__end_of(pool, fd, end);
    if (!pipe || !is_own_reply(pool, pipe)) {
        int error = pool__end_take(pool, fd, end, END_IN_CALL, &pipe);
        if (error) return error;
    }
    *stream_out = (struct stream){.kind = end == PIPE_READ ? STREAM_READER : STREAM_WRITER, .pipe = pipe};
    return 0;
}

void pool__fd_give(const struct stream *stream)
{
    if (stream->pipe) pool__pipe_pass(stream->pipe, end_of(stream), END_IN_CALL, END_FREE);
}

bool pool__fd_nonblocking(const struct stream *stream)
{
    return stream->pipe && atomic_load(&stream->pipe->x_nonblocking[end_of(stream)]);
}
