/* What the client has beyond pool.h: its signals, and copy-free access to pipes for the bindings. */
#ifndef MILLRACE_CLIENT_CLIENT_H
#define MILLRACE_CLIENT_CLIENT_H

#include "core/layout.h"
#include "pool.h"

/* Makes this thread the pool's client. `relayed`: it cannot watch its bell, and is told by messages that it rang.
 * POOL_EPROTO: the memory is of another version. */
POOL_API int client_join(struct pool *pool, bool relayed);

/* Lets no job begin any more: those that run go on, those in the queue stay there. The first step of closing. */
POOL_API void client_shut(struct pool *pool);

/* The next thing that happened, see SIGNAL_* in core/layout.h; -1: nothing more. */
POOL_API int32_t client_take(struct pool *pool);

/* Wants to be woken from now on: the count of the client's bell to watch; look once more before watching. */
POOL_API uint32_t client_arm(struct pool *pool);
POOL_API void client_disarm(struct pool *pool);

/* The pipe behind one of the client's own ends: NULL if it is not open, or was given to a job. */
struct pipe *client_end_of(struct pool *pool, pool_fd_t fd, enum pipe_end end);

/* The bytes that can be read at `*data_out` without copying: their number, 0 at end of file, POOL_EAGAIN (a signal
 * follows), POOL_EBADF. Then client_consume gives `size` of them back. */
POOL_API int32_t client_peek(struct pool *pool, pool_fd_t fd, uint8_t **data_out);
POOL_API int client_consume(struct pool *pool, pool_fd_t fd, uint32_t size);

/* The room at `*data_out` that can be written, for `wants` bytes: its size, POOL_EAGAIN (a signal follows), POOL_EPIPE,
 * POOL_ENOMEM, POOL_EBADF. Then client_commit publishes `size` bytes. */
POOL_API int32_t client_reserve(struct pool *pool, pool_fd_t fd, uint32_t wants, uint8_t **data_out);
POOL_API int client_commit(struct pool *pool, pool_fd_t fd, uint32_t size);

#endif
