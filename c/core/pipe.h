/* A pipe: a byte ring in shared memory with one reader and one writer, each of which may sleep.
 *
 * The counters run free and wrap at 2^32; only `x_tail - x_head`, the bytes inside, has a meaning. The writer writes
 * bytes, then the tail; the reader reads bytes, then writes the head. Whoever is about to sleep announces itself in
 * `x_reader_waits` or `x_writer_waits` and looks again; the other side moves its counter and then looks at the
 * announcement (see bell.h). Only the waiter clears its own announcement.
 *
 * The functions here never sleep and never wake: they return the number of the waiter to wake, 0 for none.
 */
#ifndef MILLRACE_CORE_PIPE_H
#define MILLRACE_CORE_PIPE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct pipe {
    /* whoever opens it writes; constant until both ends are closed */
    _Atomic uint64_t x_generation;
    _Atomic uint64_t x_hold[2];       /* of each end: generation of its handle << 3 | enum end_hold, who uses it now */
    _Atomic uint64_t x_caller;        /* a host call's reply: the job that made it, by its handle; 0: any other pipe */
    uint8_t *data;                    /* the block's memory, published by x_tail */
    uint32_t capacity;                /* a power of two */
    _Atomic uint32_t x_block;         /* the ring's block; the writer takes it before its first byte; 0: none yet */
    _Atomic uint32_t x_ends;          /* open write ends << 16 | open read ends */
    _Atomic int32_t x_reply;          /* the reply's status; POOL_EAGAIN: not answered */
    _Atomic uint8_t x_nonblocking[2]; /* 1: that end's calls do not wait */
    _Atomic uint8_t x_aborted;        /* 1: the writer failed, so its end is no end of file but POOL_EIO */
    /* the writer's cache line */
    _Alignas(64) _Atomic uint32_t x_tail;
    _Atomic uint32_t x_writer_waits;
    _Atomic uint32_t x_writer_wants; /* how much it still has to write */
    /* the reader's cache line */
    _Alignas(64) _Atomic uint32_t x_head;
    _Atomic uint32_t x_reader_waits;
};

enum pipe_end { PIPE_READ = 0, PIPE_WRITE = 1 };

/* An end has one user at a time.
 *
 *   hold     user                             leaves by
 *   FREE     nobody                           IN_CALL, WATCHED, GIVEN: whoever takes it; CLOSED
 *   IN_CALL  a thread in a call that uses it  FREE, CLOSED: that thread
 *   WATCHED  a readiness callback             FREE: it is called or taken back; IN_CALL: whoever closes the end
 *   GIVEN    a job; the handle is no one's    CLOSED: whoever ends the job; FREE: it was not submitted after all
 *   CLOSED   nobody; the handle is stale      any: the pipe is opened anew, and shows another generation
 */
enum end_hold { END_FREE = 0, END_IN_CALL, END_WATCHED, END_GIVEN, END_CLOSED, END_HOLDS };

/* A run of bytes inside the ring, up to its physical end at most. */
struct span {
    uint8_t *data;
    uint32_t size;
};

/* Who has an end. */
enum end_hold pool__pipe_held(const struct pipe *pipe, enum pipe_end end);

/* Only for whoever opens the pipe. Says who has an end, and which generation its handle shows. */
void pool__pipe_hold(struct pipe *pipe, enum pipe_end end, uint64_t shown, enum end_hold hold);

/* Takes an end of one generation that is free. END_FREE: it was. Otherwise who has it, END_CLOSED if it is gone. */
enum end_hold pool__pipe_take(struct pipe *pipe, enum pipe_end end, uint64_t shown, enum end_hold hold);

/* Passes an end from one hold to another. False: it was not in `from`, or the table has no such step, and nothing
 * changed. */
bool pool__pipe_pass(struct pipe *pipe, enum pipe_end end, enum end_hold from, enum end_hold to);

/* Opens a pipe with one end of each kind. `start` is where its counters begin: 0, or anything in a test. */
void pool__pipe_open(struct pipe *pipe, uint32_t capacity, uint32_t start);

/* Writer only. Gives the ring its memory of `capacity` bytes. */
void pool__pipe_attach(struct pipe *pipe, uint32_t block, uint8_t *data);

/* What the reader would get: 1 bytes, 0 end of file, POOL_EAGAIN nothing yet, POOL_EIO the writer failed, POOL_EPROTO
 * the counters are damaged. */
int pool__pipe_read_status(struct pipe *pipe);

/* What the writer would get: 1 room (or no ring attached yet), POOL_EAGAIN full, POOL_EPIPE no reader, POOL_EPROTO. */
int pool__pipe_write_status(struct pipe *pipe);

/* One of the two. */
int pool__pipe_status(struct pipe *pipe, enum pipe_end end);

/* The bytes that can be read without wrapping, after the next `skip` bytes. Consuming gives the room of `size` bytes
 * back to the writer. */
struct span pool__pipe_readable(struct pipe *pipe, uint32_t skip);
uint32_t pool__pipe_consume(struct pipe *pipe, uint32_t size);

/* Whether the write end is open. */
bool pool__pipe_has_writer(struct pipe *pipe);

/* How many bytes can be written now. */
uint32_t pool__pipe_room(struct pipe *pipe);

/* The room that can be written without wrapping, after the next `skip` bytes. Committing publishes `size` bytes. */
struct span pool__pipe_writable(struct pipe *pipe, uint32_t skip);
uint32_t pool__pipe_commit(struct pipe *pipe, uint32_t size);

/* Announces that `waiter` wants to be woken at the next change of its end; 0: not any more. A writer says how many
 * bytes it `wants` to write: it is woken when that many are free, or half of the ring. PIPE_WANTS_CLOSE: it is woken
 * only when the reader closes. */
#define PIPE_WANTS_CLOSE UINT32_MAX
void pool__pipe_announce(struct pipe *pipe, enum pipe_end end, uint32_t waiter, uint32_t wants);

/* Takes back the announcement of `waiter`. Anybody else's stays: the slot may have another pipe by now. */
void pool__pipe_retract(struct pipe *pipe, enum pipe_end end, uint32_t waiter);

/* Writer only, before it closes: it has failed, and what it wrote is incomplete. */
void pool__pipe_abort(struct pipe *pipe);

/* Closes one end. pre: it is open. `*last_out`: both sides are closed now, and the caller must recycle the pipe. */
uint32_t pool__pipe_close(struct pipe *pipe, enum pipe_end end, bool *last_out);

#endif
