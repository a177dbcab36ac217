/* pool_pipe, pool_read, pool_write and the like: one implementation for threads that may block and that must not. */
#include <string.h>

#include "api/fds.h"
#include "core/check.h"
#include "sync/ends.h"
#include "sync/self.h"
#include "sync/wake.h"

int pool_pipe(pool_t *pool, uint32_t capacity_bytes, pool_fd_t fds_out[2])
{
    if (!pool || !fds_out) return POOL_EINVAL;
    if (atomic_load(&pool->x_closing)) return POOL_ESHUTDOWN;
    if (capacity_bytes > POOL_PIPE_MAX_BYTES) return POOL_EINVAL;
    uint32_t kind = pool__blocks_class(capacity_bytes ? capacity_bytes : POOL_PIPE_DEFAULT_BYTES);
    POOL_ASSERT(1u << (BLOCK_MIN_LOG2 + kind) <= POOL_PIPE_MAX_BYTES);
    return pool__open_pipe(pool, 1u << (BLOCK_MIN_LOG2 + kind), !pool__self_runs_job(pool), fds_out);
}

/* The caller's pieces of memory, one after the other. */
struct pieces {
    struct cursor cursor;
    const struct pool_iovec *iov;
    uint32_t n_iov;
    uint32_t offset; /* into the first of them */
};

static uint32_t piece(struct cursor *cursor)
{
    struct pieces *p = (struct pieces *)cursor;
    while (p->n_iov && p->offset == p->iov->size_bytes) {
        p->iov++;
        p->n_iov--;
        p->offset = 0;
    }
    return p->n_iov ? p->iov->size_bytes - p->offset : 0;
}

static void copy_in(struct cursor *cursor, uint8_t *data, uint32_t size)
{
    struct pieces *p = (struct pieces *)cursor;
    POOL_ASSERT(p->n_iov && size <= p->iov->size_bytes - p->offset);
    memcpy((uint8_t *)p->iov->data + p->offset, data, size);
    p->offset += size;
}

static void copy_out(struct cursor *cursor, uint8_t *data, uint32_t size)
{
    struct pieces *p = (struct pieces *)cursor;
    POOL_ASSERT(p->n_iov && size <= p->iov->size_bytes - p->offset);
    memcpy(data, (const uint8_t *)p->iov->data + p->offset, size);
    p->offset += size;
}

static int make_pieces(const struct pool_iovec *iov, uint32_t n_iov, bool reads, struct pieces *pieces_out)
{
    uint64_t total = 0;
    if (n_iov > POOL_IOV_MAX || (n_iov && !iov)) return POOL_EINVAL;
    for (uint32_t i = 0; i < n_iov; i++) {
        if (iov[i].size_bytes && !iov[i].data) return POOL_EINVAL;
        total += iov[i].size_bytes;
    }
    if (total > INT32_MAX) return POOL_EINVAL;
    struct cursor cursor = {.total = (uint32_t)total, .piece = piece, .copy = reads ? copy_in : copy_out};
    *pieces_out = (struct pieces){.cursor = cursor, .iov = iov, .n_iov = n_iov};
    return 0;
}

typedef int transfer(struct sleeper *sleeper, const struct stream *stream, struct cursor *cursor, bool nonblocking);

/* Does what can be done at once; if that is not enough, borrows a bell to sleep on and waits. */
static int32_t run(struct pool *pool, const struct stream *stream, struct cursor *cursor, transfer *go)
{
    bool nonblocking = pool__fd_nonblocking(stream);
    struct sleeper storage, *sleeper = nonblocking ? NULL : pool__self(pool);
    int status;
    if (sleeper) {
        status = go(sleeper, stream, cursor, false);
    } else {
        struct sleeper look = pool__self_look(pool);
        status = go(&look, stream, cursor, true);
        bool more = status == POOL_EAGAIN || (status == 0 && go == pool__stream_write);
        if (!nonblocking && more && cursor->done < cursor->total) sleeper = pool__self_lend(pool, &storage);
        if (sleeper) {
            status = go(sleeper, stream, cursor, false);
            pool__self_return(sleeper);
        }
    }
    POOL_ASSERT(cursor->total <= INT32_MAX && cursor->done <= cursor->total);
    return status < 0 ? status : (int32_t)cursor->done;
}

static int32_t move(struct pool *pool, pool_fd_t fd, const struct pool_iovec *iov, uint32_t n_iov, bool reads)
{
    struct stream stream;
    struct pieces pieces;
    int error = pool ? make_pieces(iov, n_iov, reads, &pieces) : POOL_EINVAL;
    if (error) return error;
    error = pool__fd_take(pool, fd, &stream);
    if (error) return error;
    bool fits = reads ? pool__stream_reads(&stream) : pool__stream_writes(&stream);
    int32_t n = fits ? run(pool, &stream, &pieces.cursor, reads ? pool__stream_read : pool__stream_write) : POOL_EBADF;
    if (n > 0 && !pool__self_runs_job(pool)) {
        pool__count_bytes(reads ? &pool->x_bytes_read : &pool->x_bytes_written, (uint32_t)n);
    }
    pool__fd_give(&stream);
    return n;
}

int32_t pool_readv(pool_t *pool, pool_fd_t fd, const struct pool_iovec *iov, uint32_t n_iov)
{
    return move(pool, fd, iov, n_iov, true);
}

int32_t pool_writev(pool_t *pool, pool_fd_t fd, const struct pool_iovec *iov, uint32_t n_iov)
{
    return move(pool, fd, iov, n_iov, false);
}

int32_t pool_read(pool_t *pool, pool_fd_t fd, void *data, uint32_t size_bytes)
{
    return move(pool, fd, &(struct pool_iovec){data, pool__min(size_bytes, INT32_MAX)}, 1, true);
}

int32_t pool_write(pool_t *pool, pool_fd_t fd, const void *data, uint32_t size_bytes)
{
    union {
        const void *from;
        void *data;
    } bytes = {.from = data}; /* one struct serves both directions, as struct iovec does */
    return move(pool, fd, &(struct pool_iovec){bytes.data, pool__min(size_bytes, INT32_MAX)}, 1, false);
}

int pool_set_nonblocking(pool_t *pool, pool_fd_t fd, bool nonblocking)
{
    struct stream stream;
    int error = pool ? pool__fd_take(pool, fd, &stream) : POOL_EINVAL;
    if (error) return error;
    if (stream.pipe) atomic_store(&stream.pipe->x_nonblocking[stream.kind == STREAM_WRITER], nonblocking);
    pool__fd_give(&stream);
    return 0;
}

/* Closes an end that a callback waits at. The dispatcher gets a signal, and calls the callback with POOL_EBADF. */
static bool unwatch(struct pool *pool, pool_fd_t fd, bool aborts)
{
    enum pipe_end end = (enum pipe_end)(fd & 1);
    struct pipe *pipe = pool__end_of(pool, fd, end);
    if (!pipe || (aborts && end == PIPE_READ)) return false;
    if (!pool__pipe_pass(pipe, end, END_WATCHED, END_IN_CALL)) return false;
    pool__pipe_retract(pipe, end, WAITER_CLIENT);
    if (aborts) pool__pipe_abort(pipe);
    pool__close_end(pool, pipe, end);
    pool__wake_end(pool, pipe, end, WAITER_CLIENT);
    return true;
}

/* Only the write end of a pipe can be aborted. */
static int close_end(struct pool *pool, pool_fd_t fd, bool aborts)
{
    struct stream stream;
    int error = pool ? pool__fd_take(pool, fd, &stream) : POOL_EINVAL;
    if (error == POOL_EBUSY && unwatch(pool, fd, aborts)) return 0;
    if (error) return error;
    if (aborts && stream.kind != STREAM_WRITER) {
        pool__fd_give(&stream);
        return POOL_EBADF;
    }
    POOL_ASSERT(stream.kind != STREAM_CLOSED && (!aborts || stream.pipe));
    if (aborts) pool__pipe_abort(stream.pipe);
    if (fd >= POOL_STDIN && fd <= POOL_STDERR) stream.job->stdio[fd - POOL_STDIN].kind = STDIO_CLOSED;
    pool__stream_close(pool, &stream);
    return 0;
}

int pool_close(pool_t *pool, pool_fd_t fd)
{
    return close_end(pool, fd, false);
}

int pool_abort_write(pool_t *pool, pool_fd_t fd)
{
    return close_end(pool, fd, true);
}
