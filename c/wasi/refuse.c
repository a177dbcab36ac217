/* sock_*: there are no sockets. */
#include "wasi/wasi.h"

uint32_t wasi_not_a_socket(struct wasi_context *c, uint32_t fd)
{
    return wasi_fd_of(c, fd) ? WASI_ENOTSOCK : WASI_EBADF;
}
