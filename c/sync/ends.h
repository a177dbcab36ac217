/* What the two ends of a pipe share besides bytes: taking the ring's memory, closing, recycling. And the blocks that
 * everybody takes and gives back. */
#ifndef MILLRACE_SYNC_ENDS_H
#define MILLRACE_SYNC_ENDS_H

#include "core/layout.h"

/* Finds the pipe behind a handle: NULL if it is not open, or not this kind of end. */
struct pipe *pool__end_of(struct pool *pool, pool_fd_t fd, enum pipe_end end);

/* Opens a pipe, one of those that are kept as well (core/slots.h) or not: 0, POOL_ENFILE. */
int pool__open_pipe(struct pool *pool, uint32_t capacity, bool may_take_kept, pool_fd_t fds_out[2]);

/* Takes an end for one user. POOL_EBADF: not open, or given to a job; POOL_EBUSY: another thread has it. */
int pool__end_take(struct pool *pool, pool_fd_t fd, enum pipe_end end, enum end_hold hold, struct pipe **pipe_out);

/* An end's status (see core/pipe.h), for the client. Before it is POOL_EAGAIN the client is announced there, so that a
 * signal follows, and the end looked at once more. `wants`: how many bytes a writer has to write. */
int pool__end_look(struct pipe *pipe, enum pipe_end end, uint32_t wants);

#define SMALL_BYTES 4096u /* calls and replies up to that size may use the reserve */

/* What a call's or a reply's block is for. */
static inline enum block_use pool__use_of(uint32_t size_bytes)
{
    return size_bytes <= SMALL_BYTES ? USE_CONTROL : USE_CONTENT;
}

/* Takes a block of at least `size_bytes` that is free now. 0: there is none. */
uint32_t pool__take_free_block(struct pool *pool, enum block_use use, uint32_t size_bytes);
/* The same, asking the coordinator for one if there is none; `waiter` is woken when there may be one. */
uint32_t pool__take_block(struct pool *pool, enum block_use use, uint32_t size_bytes, uint32_t waiter);
void pool__give_block(struct pool *pool, uint32_t block);

/* A block's memory; NULL for block 0. */
static inline uint8_t *pool__block_memory(const struct pool *pool, uint32_t block)
{
    return block ? pool__blocks_memory(&pool->blocks, block) : NULL;
}

/* Why there was no block, for callers that do not wait: POOL_EAGAIN, others may give one back; POOL_ENOMEM, there will
 * be none until files are removed. */
int pool__no_block(struct pool *pool, enum block_use use, uint32_t size_bytes);

/* Gives a pipe its ring if it has none: 0, or an error as pool__no_block, and `waiter` is woken when there may be one.
 */
int pool__attach_ring(struct pool *pool, struct pipe *pipe, uint32_t waiter);

/* Closes one end: wakes the other side, and recycles the pipe after the last. */
void pool__close_end(struct pool *pool, struct pipe *pipe, enum pipe_end end);

/* Closes the read ends of the host calls that a job has left open. */
void pool__close_calls(struct pool *pool, struct job *job);

#endif
