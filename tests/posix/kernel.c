/* The kernel's pipes, for comparison. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "posix/pipe_program.h"

#define FDS_MAX 8u

static int32_t result_of(ssize_t result)
{
    return result < 0 ? -errno : (int32_t)result;
}

static int kernel_pipe(uint32_t capacity, uint64_t fds_out[2])
{
    int fds[2];
    signal(SIGPIPE, SIG_IGN);
    if (pipe(fds) < 0) return -errno;
    if (fcntl(fds[1], F_SETPIPE_SZ, (int)capacity) != (int)capacity) return -EINVAL;
    fds_out[0] = (uint32_t)fds[0];
    fds_out[1] = (uint32_t)fds[1];
    return 0;
}

static int32_t kernel_read(uint64_t fd, void *data, uint32_t size)
{
    return result_of(read((int)fd, data, size));
}

static int32_t kernel_write(uint64_t fd, const void *data, uint32_t size)
{
    return result_of(write((int)fd, data, size));
}

typedef ssize_t (*vector_call)(int fd, const struct iovec *iov, int n);

static int32_t call_with_pieces(vector_call call, uint64_t fd, const struct piece *pieces, uint32_t n)
{
    struct iovec *iov = calloc(n + 1, sizeof *iov);
    if (!iov) return -ENOMEM;
    for (uint32_t i = 0; i < n; i++) iov[i] = (struct iovec){pieces[i].data, pieces[i].size};
    int32_t result = result_of(call((int)fd, iov, (int)n));
    free(iov);
    return result;
}

static int32_t kernel_readv(uint64_t fd, const struct piece *pieces, uint32_t n)
{
    return call_with_pieces(readv, fd, pieces, n);
}

static int32_t kernel_writev(uint64_t fd, const struct piece *pieces, uint32_t n)
{
    return call_with_pieces(writev, fd, pieces, n);
}

static int kernel_set_nonblocking(uint64_t fd, bool nonblocking)
{
    int flags = fcntl((int)fd, F_GETFL);
    if (flags < 0) return -errno;
    return result_of(fcntl((int)fd, F_SETFL, nonblocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK));
}

static int kernel_poll(struct polled *fds, uint32_t n, int timeout_ms)
{
    struct pollfd polled[FDS_MAX];
    if (n > FDS_MAX) return -EINVAL;
    for (uint32_t i = 0; i < n; i++) {
        polled[i] = (struct pollfd){(int)fds[i].fd, (short)fds[i].events, (short)fds[i].revents};
    }
    int result = poll(polled, n, timeout_ms);
    for (uint32_t i = 0; i < n; i++) fds[i].revents = (uint16_t)polled[i].revents;
    return result < 0 ? -errno : result;
}

static int kernel_close(uint64_t fd)
{
    return result_of(close((int)fd));
}

static uint32_t kernel_queued(uint64_t read_fd)
{
    int n = 0;
    return ioctl((int)read_fd, FIONREAD, &n) < 0 ? 0 : (uint32_t)n;
}

const struct pipe_api kernel_pipes = {
    .name = "kernel",
    .none = (uint32_t)-1,
    .pipe = kernel_pipe,
    .read = kernel_read,
    .write = kernel_write,
    .readv = kernel_readv,
    .writev = kernel_writev,
    .set_nonblocking = kernel_set_nonblocking,
    .poll = kernel_poll,
    .close = kernel_close,
    .queued = kernel_queued,
};
