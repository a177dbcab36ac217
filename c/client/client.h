/* What the client has beyond pool.h: its signals, and access to pipes without a copy, for the bindings. */
#ifndef MILLRACE_CLIENT_CLIENT_H
#define MILLRACE_CLIENT_CLIENT_H

#include "core/file_call.h"
#include "core/layout.h"
#include "pool.h"
#include "sync/calls.h"

/* Makes this thread the pool's client. `relayed`: it cannot watch its bell, and is told by messages that it rang.
 * POOL_EPROTO: the memory is of another version. */
int client_join(struct pool *pool, bool relayed);

/* The first step of closing: no more jobs begin. Those that run go on, and those in the queue stay there. */
void client_shut(struct pool *pool);

/* The next thing that happened, see SIGNAL_* in core/layout.h; -1: nothing more. */
int32_t client_take(struct pool *pool);

/* Arms the client's bell, and returns the count to watch. Look for signals once more before watching. */
uint32_t client_arm(struct pool *pool);
void client_disarm(struct pool *pool);

/* After SIGNAL_BLOCKS: whether something that was wanted is there now. If not, the signal follows again. */
int client_room(struct pool *pool);

/* Takes memory for the next submission's input: `*address_out` has room for `size_bytes` bytes.
 * Staging again replaces it. POOL_EAGAIN (a signal follows), POOL_ENOMEM, POOL_E2BIG. */
int client_stage(struct pool *pool, uint32_t size_bytes, uint8_t **address_out);

/* pool_submit with a record (core/record.h); an input was staged before. */
int client_submit(struct pool *pool, const uint8_t *record, uint32_t size, pool_job_t *job_out);

/* Whether submissions wake nobody from now on: waking costs more than submitting, and one worker that is awake wakes the
 * next. Ending that wakes one for what was submitted meanwhile. */
void client_hold(struct pool *pool, uint32_t holds);

/* Whether there is memory for `n` rings of that size, those included that there are, beside what files hold. If not, the
 * signal SIGNAL_BLOCKS follows when some came back. */
bool client_has_rings(struct pool *pool, uint32_t ring_bytes, uint32_t n);

/* How much the pipes of all jobs may need that the client has submitted: files leave it to them. */
void client_promise(struct pool *pool, uint32_t bytes);

/* A guest of another pool, in a memory of its own, was shown this time last, and its job has ended: no guest of this pool
 * that begins later is shown a time before it. */
void client_told(struct pool *pool, uint64_t told_ns);

/* Takes the host call that a signal told of. POOL_EBADF: it is not there any more, or was taken. */
int client_call(struct pool *pool, uint32_t slot, struct client_call *call_out);

/* Takes memory for the reply to a call, whose name and data are gone then: `*address_out` has room for `size_bytes`
 * bytes. POOL_EAGAIN (a signal follows), POOL_ENOMEM, POOL_EDQUOT, POOL_EPIPE (nobody waits for it), POOL_E2BIG,
 * POOL_EBADF. */
int client_reply_room(struct pool *pool, pool_call_t call, uint32_t size_bytes, uint8_t **address_out);

/* pool_reply with the bytes that were put there. */
int client_reply(struct pool *pool, pool_call_t call, int32_t status, uint32_t size_bytes);

/* Whether a call that was taken still has a caller: POOL_EAGAIN (the call's signal follows when it goes), POOL_EPIPE,
 * POOL_EBADF (it was answered). */
int client_watch_caller(struct pool *pool, pool_call_t call);

/* Carries out a call of pool.h on a volume. */
int32_t client_file_call(struct pool *pool, const struct file_call *call);

/* pool_poll that only looks; if nothing is found, a signal follows for each end. */
int client_poll(struct pool *pool, struct pool_pollfd *fds, uint32_t n_fds);

/* The bytes that can be read at `*data_out` without copying: their number, 0 at end of file, POOL_EAGAIN (a signal
 * follows), POOL_EBADF. Then client_consume gives `size` of them back. */
int32_t client_peek(struct pool *pool, pool_fd_t fd, uint8_t **data_out);
int client_consume(struct pool *pool, pool_fd_t fd, uint32_t size);

/* The room at `*data_out` that can be written, for `wants` bytes: its size, POOL_EAGAIN (a signal follows), POOL_EPIPE,
 * POOL_ENOMEM, POOL_EBADF. Then client_commit publishes `size` bytes. */
int32_t client_reserve(struct pool *pool, pool_fd_t fd, uint32_t wants, uint8_t **data_out);
int client_commit(struct pool *pool, pool_fd_t fd, uint32_t size);

/* Whether the reader of a write end is still there: POOL_EAGAIN (a signal follows when it goes, but not when it reads),
 * POOL_EPIPE, POOL_EBADF. */
int client_watch_reader(struct pool *pool, pool_fd_t fd);

/* Who sleeps until something happens in the pipe, of those at its other end: a waiter; 0: nobody does. */
uint32_t client_waiter_at(struct pool *pool, pool_fd_t fd);

#endif
