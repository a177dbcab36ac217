/* Pipes: made, closed, read and written. */
#include <string.h>

#include "core/check.h"
#include "pool.h"
#include "thin/bridge.h"
#include "thin/ends.h"
#include "thin/explain.h"
#include "thin/scratch.h"
#include "thin/suspend.h"

/* --- making and closing */

int pool_pipe(pool_t *pool, uint32_t capacity_bytes, pool_fd_t fds_out[2])
{
    pool__thin_begin();
    if (!pool || !fds_out) return POOL_EINVAL;
    if (pool->closing) return POOL_ESHUTDOWN;
    int status = pool__thin_call(pool->id, THIN_CALL_PIPE, capacity_bytes, pool__thin_scratch(pool->id), 0);
    if (status) return status;
    for (uint32_t i = 0; i < 2; i++) {
        fds_out[i] = pool__thin_handle_out(pool, i);
        pool__thin_set_bit(pool->nonblocking, fds_out[i], false);
    }
    return 0;
}

static int close_by(struct pool *pool, pool_fd_t fd, enum thin_call how)
{
    pool__thin_begin();
    if (!pool) return POOL_EINVAL;
    if (pool__thin_bit(pool->in_use, fd)) return POOL_EBUSY;
    int status = pool__thin_call(pool->id, how, (double)fd, 0, 0);
    if (status == 0) pool__thin_end_closed(pool, fd);
    return status;
}

int pool_close(pool_t *pool, pool_fd_t fd)
{
    return close_by(pool, fd, THIN_CALL_CLOSE);
}

int pool_abort_write(pool_t *pool, pool_fd_t fd)
{
    return close_by(pool, fd, THIN_CALL_ABORT_WRITE);
}

int pool_set_nonblocking(pool_t *pool, pool_fd_t fd, bool nonblocking)
{
    pool__thin_begin();
    if (!pool) return POOL_EINVAL;
    if (pool__thin_look(pool, fd) & POOL_POLLNVAL) return POOL_EBADF;
    pool__thin_set_bit(pool->nonblocking, fd, nonblocking);
    return 0;
}

/* Waits until an end that was POOL_EAGAIN may have moved. */
static int await_end(struct pool *pool, pool_fd_t fd)
{
    if (pool__thin_bit(pool->nonblocking, fd)) return POOL_EAGAIN;
    const uint32_t signals[2] = {THIN_SIGNAL_END_0 + pool__thin_index(fd), THIN_SIGNAL_ROOM};
    pool__thin_set_bit(pool->in_use, fd, true);
    int status = pool__thin_await(pool, signals, 2, pool__thin_deadline(POOL_FOREVER));
    if (status != POOL_ESHUTDOWN) pool__thin_set_bit(pool->in_use, fd, false);
    return status;
}

/* --- reading */

int32_t pool_read(pool_t *pool, pool_fd_t fd, void *data, uint32_t size_bytes)
{
    pool__thin_begin();
    if (!pool || (size_bytes && !data) || size_bytes > INT32_MAX) return POOL_EINVAL;
    if (pool__thin_in_use(pool, fd)) return POOL_EBUSY;
    for (;;) {
        int32_t n = pool__thin_take(pool, fd, data, size_bytes);
        if (n != POOL_EAGAIN) return n;
        int status = await_end(pool, fd);
        if (status) return status;
    }
}

/* The bytes of all pieces; POOL_EINVAL if they are too many, or one has no memory. */
static int64_t size_of(const struct pool_iovec *iov, uint32_t n_iov)
{
    int64_t size = 0;
    if (n_iov > POOL_IOV_MAX || (n_iov && !iov)) return POOL_EINVAL;
    for (uint32_t i = 0; i < n_iov; i++) {
        if (iov[i].size_bytes && !iov[i].data) return POOL_EINVAL;
        size += iov[i].size_bytes;
    }
    return size > INT32_MAX ? POOL_EINVAL : size;
}

int32_t pool_readv(pool_t *pool, pool_fd_t fd, const struct pool_iovec *iov, uint32_t n_iov)
{
    int64_t size = size_of(iov, n_iov);
    if (size < 0) return (int32_t)size;
    while (n_iov > 1 && iov->size_bytes == 0) iov++, n_iov--;
    if (n_iov == 0) return pool_read(pool, fd, NULL, 0);
    int32_t done = pool_read(pool, fd, iov->data, iov->size_bytes);
    int32_t wanted = (int32_t)iov->size_bytes;
    for (uint32_t i = 1; i < n_iov && done == wanted; i++) {
        int32_t n = pool__thin_take(pool, fd, iov[i].data, iov[i].size_bytes);
        if (n > 0) done += n;
        wanted += (int32_t)iov[i].size_bytes;
    }
    return done;
}

/* --- writing */

/* Puts it in whole or not at all. */
static int32_t put_whole(struct pool *pool, pool_fd_t fd, const uint8_t *data, uint32_t size)
{
    uint32_t at = pool__thin_scratch(pool->id) + SCRATCH_RECORD;
    pool__thin_write(pool->id, at, data, size);
    return pool__thin_call(pool->id, THIN_CALL_WRITE, (double)fd, at, size);
}

/* Whether the rest of a write is waited for: 0, or why not. */
static int check_patience(struct pool *pool, pool_fd_t fd)
{
    if (pool__thin_bit(pool->nonblocking, fd)) return POOL_EAGAIN;
    return pool__thin_can_wait() ? 0 : pool__thin_refuse_wait();
}

int32_t pool_write(pool_t *pool, pool_fd_t fd, const void *data, uint32_t size_bytes)
{
    pool__thin_begin();
    if (!pool || (size_bytes && !data) || size_bytes > INT32_MAX) return POOL_EINVAL;
    if (pool__thin_in_use(pool, fd)) return POOL_EBUSY;
    int32_t whole = size_bytes <= POOL_PIPE_BUF ? put_whole(pool, fd, data, size_bytes) : POOL_EAGAIN;
    if (whole == (int32_t)size_bytes || (whole < 0 && whole != POOL_EAGAIN)) return whole;
    if (size_bytes <= POOL_PIPE_BUF && check_patience(pool, fd) != 0) return whole;
    uint32_t done = whole > 0 ? (uint32_t)whole : 0;
    for (;;) {
        int32_t n = pool__thin_put(pool, fd, (const uint8_t *)data + done, size_bytes - done);
        if (n >= 0) done += (uint32_t)n;
        if (done == size_bytes && n >= 0) return (int32_t)done;
        int status = n < 0 && n != POOL_EAGAIN ? n : await_end(pool, fd);
        if (status) return done ? (int32_t)done : status;
    }
}

/* One piece of memory with all pieces. */
static int32_t write_gathered(struct pool *pool, pool_fd_t fd, const struct pool_iovec *iov, uint32_t n_iov)
{
    uint8_t all[POOL_PIPE_BUF];
    uint32_t size = 0;
    for (uint32_t i = 0; i < n_iov; size += iov[i++].size_bytes) {
        if (iov[i].size_bytes) memcpy(all + size, iov[i].data, iov[i].size_bytes);
    }
    return pool_write(pool, fd, all, size);
}

int32_t pool_writev(pool_t *pool, pool_fd_t fd, const struct pool_iovec *iov, uint32_t n_iov)
{
    int64_t size = size_of(iov, n_iov);
    if (size < 0) return (int32_t)size;
    if (size <= POOL_PIPE_BUF) return write_gathered(pool, fd, iov, n_iov);
    int32_t done = 0;
    for (uint32_t i = 0; i < n_iov; i++) {
        if (iov[i].size_bytes == 0) continue;
        int32_t n = pool_write(pool, fd, iov[i].data, iov[i].size_bytes);
        if (n > 0) done += n;
        if (n != (int32_t)iov[i].size_bytes) return done ? done : n;
    }
    return done;
}
