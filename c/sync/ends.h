/* What the two ends of a pipe share besides bytes: taking the ring's memory, closing, recycling. */
#ifndef MILLRACE_SYNC_ENDS_H
#define MILLRACE_SYNC_ENDS_H

#include "core/layout.h"

/* Finds the pipe behind a handle: NULL if it is not open, or not this kind of end. */
struct pipe *pool__end_of(struct pool *pool, pool_fd_t fd, enum pipe_end end);

/* Takes a block. 0: there is none, and `waiter` is woken when there may be one. */
uint32_t pool__take_block(struct pool *pool, uint32_t size_bytes, uint32_t waiter);
void pool__give_block(struct pool *pool, uint32_t block);

/* Why there was no block: POOL_EAGAIN, there may be one later; POOL_ENOMEM, there never will. */
int pool__no_block(struct pool *pool, uint32_t size_bytes);

/* Gives a pipe its ring if it has none: 0, or as pool__no_block; then `waiter` is woken when there may be one. */
int pool__attach_ring(struct pool *pool, struct pipe *pipe, uint32_t waiter);

/* Closes one end: wakes the other side, and recycles the pipe after the last. */
void pool__close_end(struct pool *pool, struct pipe *pipe, enum pipe_end end);

#endif
