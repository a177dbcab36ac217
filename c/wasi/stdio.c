/* Reading and writing pipes on a guest's behalf: bytes go between the ring and the guest's memory in one copy. */
#include "core/check.h"
#include "pool.h"
#include "sync/ends.h"
#include "sync/wake.h"
#include "wasi/wasi.h"

#define IOVS_MAX 1024u /* as IOV_MAX of Linux; more are a short transfer */

struct transfer {
    struct wasi_context *c;
    struct pipe *pipe;
    struct wasi_iovec iovs[IOVS_MAX];
    uint32_t n_iovs;
    uint32_t at;     /* the iovec in work */
    uint32_t offset; /* how far into it */
    uint32_t done;   /* bytes moved so far */
    uint32_t total;  /* bytes asked for */
};

/* Fetches the iovecs and checks every range that they name, so that nothing fails half-way. */
static uint32_t begin(struct transfer *t, struct wasi_context *c, uint32_t iovs, uint32_t n_iovs, uint32_t n_out)
{
    t->c = c;
    t->n_iovs = pool__min(n_iovs, IOVS_MAX);
    t->at = t->offset = t->done = 0;
    if (c->guest.check(n_out, sizeof t->done)) return WASI_EFAULT;
    if (c->guest.read(iovs, t->iovs, t->n_iovs * (uint32_t)sizeof t->iovs[0])) return WASI_EFAULT;
    t->total = 0;
    for (uint32_t i = 0; i < t->n_iovs; i++) {
        if (c->guest.check(t->iovs[i].data, t->iovs[i].size)) return WASI_EFAULT;
        if (pool__add_overflows(t->total, t->iovs[i].size, &t->total)) return WASI_EINVAL;
    }
    return n_iovs > IOVS_MAX && t->total == 0 ? WASI_EINVAL
                                              : WASI_SUCCESS; /* it must not look like the end of a file */
}

/* Steps over finished and empty iovecs. False: all are done. */
static bool has_more(struct transfer *t)
{
    while (t->at < t->n_iovs && t->offset == t->iovs[t->at].size) {
        t->at++;
        t->offset = 0;
    }
    return t->at < t->n_iovs;
}

typedef struct span ring_run(struct pipe *pipe, uint32_t skip);
typedef uint32_t guest_copy(const struct wasi_guest *guest, uint32_t address, uint8_t *ring, uint32_t size);

static uint32_t copy_in(const struct wasi_guest *guest, uint32_t address, uint8_t *ring, uint32_t size)
{
    return guest->read(address, ring, size);
}

static uint32_t copy_out(const struct wasi_guest *guest, uint32_t address, uint8_t *ring, uint32_t size)
{
    return guest->write(address, ring, size);
}

/* Moves what can be moved without waiting; the caller publishes it to the other side in one go. */
static inline uint32_t move(struct transfer *t, ring_run *run, guest_copy *copy)
{
    uint32_t moved = 0;
    while (has_more(t)) {
        const struct wasi_iovec *iov = &t->iovs[t->at];
        struct span span = run(t->pipe, moved);
        uint32_t n = pool__min(span.size, iov->size - t->offset);
        if (n == 0) break;
        copy(&t->c->guest, iov->data + t->offset, span.data, n); /* was checked by begin(), and memory never shrinks */
        t->offset += n;
        moved += n;
    }
    t->done += moved;
    return moved;
}

static uint32_t errno_of(int status)
{
    switch (status) {
    case POOL_EPIPE: return WASI_EPIPE;
    case POOL_EAGAIN: return WASI_EAGAIN;
    case POOL_ECANCELED: return WASI_ECANCELED;
    case POOL_ENOMEM: return WASI_ENOMEM;
    default: return WASI_EIO;
    }
}

/* Waits for an end to be ready, or only looks if the guest asked for that. */
static int ready(const struct transfer *t, const struct wasi_fd *fd, enum pipe_end end)
{
    uint32_t wants = t->total - t->done;
    if (!(fd->flags & WASI_FDFLAG_NONBLOCK)) return pool__sleep_on_pipe(t->c->sleeper, fd->pipe, end, wants);
    return end == PIPE_READ ? pool__pipe_read_status(fd->pipe) : pool__pipe_write_status(fd->pipe);
}

static uint32_t read_pipe(struct wasi_context *c, struct wasi_fd *fd, struct transfer *t)
{
    t->pipe = fd->pipe;
    if (!has_more(t)) return WASI_SUCCESS; /* nothing was asked for: that is not the end of the file */
    int status = ready(t, fd, PIPE_READ);
    if (status < 0) return errno_of(status);
    if (status == 0) return WASI_SUCCESS;
    uint32_t waiter = pool__pipe_consume(fd->pipe, move(t, pool__pipe_readable, copy_out));
    pool__wake_end(c->sleeper->pool, fd->pipe, PIPE_WRITE, waiter);
    return WASI_SUCCESS;
}

static int attach(struct wasi_context *c, const struct wasi_fd *fd)
{
    if (fd->pipe->data) return 0;
    if (fd->flags & WASI_FDFLAG_NONBLOCK) return pool__attach_ring(c->sleeper->pool, fd->pipe, c->sleeper->waiter);
    return pool__sleep_on_ring(c->sleeper, fd->pipe);
}

/* Writes everything, as a blocking write(2) on a pipe does; a non-blocking one writes what fits. */
static uint32_t write_pipe(struct wasi_context *c, struct wasi_fd *fd, struct transfer *t)
{
    t->pipe = fd->pipe;
    int status = pool__pipe_write_status(fd->pipe);
    if (status == POOL_EPIPE) return WASI_EPIPE;
    while (has_more(t)) {
        status = attach(c, fd);
        if (status == 0) status = ready(t, fd, PIPE_WRITE);
        if (status < 0) return t->done > 0 && status != POOL_ECANCELED ? WASI_SUCCESS : errno_of(status);
        uint32_t waiter = pool__pipe_commit(fd->pipe, move(t, pool__pipe_writable, copy_in));
        pool__wake_end(c->sleeper->pool, fd->pipe, PIPE_READ, waiter);
    }
    return WASI_SUCCESS;
}

/* A null device takes everything and has nothing. */
static void write_null(struct transfer *t)
{
    for (uint32_t i = 0; i < t->n_iovs; i++) t->done += t->iovs[i].size;
}

uint32_t wasi_fd_read(struct wasi_context *c, uint32_t fd_number, uint32_t iovs, uint32_t n_iovs, uint32_t n_out)
{
    struct transfer t;
    struct wasi_fd *fd = wasi_fd_of(c, fd_number);
    if (!fd || fd->kind == WASI_FD_WRITER) return WASI_EBADF;
    uint32_t error = begin(&t, c, iovs, n_iovs, n_out);
    if (!error && fd->kind == WASI_FD_READER) error = read_pipe(c, fd, &t);
    return error ? error : c->guest.write(n_out, &t.done, sizeof t.done);
}

uint32_t wasi_fd_write(struct wasi_context *c, uint32_t fd_number, uint32_t iovs, uint32_t n_iovs, uint32_t n_out)
{
    struct transfer t;
    struct wasi_fd *fd = wasi_fd_of(c, fd_number);
    if (!fd || fd->kind == WASI_FD_READER) return WASI_EBADF;
    uint32_t error = begin(&t, c, iovs, n_iovs, n_out);
    if (error) return error;
    if (fd->kind == WASI_FD_NULL) write_null(&t);
    if (fd->kind == WASI_FD_WRITER) error = write_pipe(c, fd, &t);
    return error ? error : c->guest.write(n_out, &t.done, sizeof t.done);
}
