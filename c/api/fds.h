/* What a caller's handle stands for during one call. */
#ifndef MILLRACE_API_FDS_H
#define MILLRACE_API_FDS_H

#include "sync/stream.h"

/* The pipe of a reply by a job's own descriptor; NULL: it is no reply of that job. */
struct pipe *pool__reply_of(struct pool *pool, const struct job *job, pool_fd_t fd);

/* Finds a handle's stream, and keeps other threads from it until pool__fd_give: 0, POOL_EBADF, POOL_EBUSY. */
int pool__fd_take(struct pool *pool, pool_fd_t fd, struct stream *stream_out);
void pool__fd_give(const struct stream *stream);

/* Whether calls on the stream must not wait. */
bool pool__fd_nonblocking(const struct stream *stream);

#endif
