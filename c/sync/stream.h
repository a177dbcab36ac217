/* What a descriptor stands for: a pipe, bytes that came with the job, output that is captured, the program's own stdio,
 * or nothing. And moving bytes between that and the caller's memory, in one copy.
 */
#ifndef MILLRACE_SYNC_STREAM_H
#define MILLRACE_SYNC_STREAM_H

#include "sync/sleep.h"

enum stream_kind {
    STREAM_CLOSED = 0,
    STREAM_NULL,
    STREAM_READER, /* of a pipe */
    STREAM_WRITER,
    STREAM_INPUT,
    STREAM_CAPTURE,
    STREAM_INHERITED
};

struct stream {
    enum stream_kind kind;
    uint32_t index;    /* of the job's stdio: INPUT, CAPTURE, INHERITED */
    struct pipe *pipe; /* READER, WRITER */
    struct job *job;   /* the job whose stdio it is; NULL: it is not a job's stdio */
};

/* The caller's memory, piece by piece. Whoever makes one puts it first in a struct of its own. */
struct cursor {
    uint32_t total; /* bytes asked for */
    uint32_t done;  /* bytes moved so far */
    /* How many bytes the current piece still takes, after skipping finished and empty ones; 0: all are done. */
    uint32_t (*piece)(struct cursor *cursor);
    /* Moves `size` bytes, no more than the current piece takes, to or from `data`, and steps on. */
    void (*copy)(struct cursor *cursor, uint8_t *data, uint32_t size);
};

/* One of a job's stdin, stdout and stderr. */
struct stream pool__stream_of(struct pool *pool, struct job *job, uint32_t index);

bool pool__stream_reads(const struct stream *stream);
bool pool__stream_writes(const struct stream *stream);

/* Read as read(2), write as write(2). 0: `cursor->done` says how much; POOL_EAGAIN, POOL_EPIPE, POOL_ENOMEM,
 * POOL_EFBIG, or as interrupted. A sleeper with no bell of its own (see self.h), or `nonblocking`, never waits. */
int pool__stream_read(struct sleeper *sleeper, const struct stream *stream, struct cursor *cursor, bool nonblocking);
int pool__stream_write(struct sleeper *sleeper, const struct stream *stream, struct cursor *cursor, bool nonblocking);

/* Whether reading, or writing, would not wait: 1, 0 at end of file, POOL_EAGAIN, POOL_EPIPE. A pipe that is to be
 * written is given its ring. */
int pool__stream_status(struct sleeper *sleeper, const struct stream *stream, enum pipe_end end);

/* Whether POOL_PIPE_BUF bytes, or as many as the pipe has room for when empty, fit into a pipe now. */
bool pool__stream_has_room(const struct stream *stream);

/* How many bytes can be read, or written, now. */
uint32_t pool__stream_bytes(const struct stream *stream);

/* Announces a waiter at a pipe's end, or takes that back (0). Does nothing for other streams: they are always ready. */
void pool__stream_announce(const struct stream *stream, uint32_t waiter);

/* Closes a job's descriptor before the job ends. */
void pool__stream_close(struct pool *pool, struct stream *stream);

#endif
