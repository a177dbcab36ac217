/* The hammer: many pipes at once, between jobs that are C functions, with every byte checked at the other end.
 *
 * It uses pool.h and nothing else of the pool, so that one source runs natively, in an emscripten program with threads
 * and, submitted as a job, inside coordinator.wasm.
 *
 * A round is one pipe, of any capacity, with a job that writes and a job that reads. Both move portions of any size, in
 * one piece or in several, waiting in the call itself or in pool_poll. In about every other round something happens at
 * some byte: the reader stops, a job is cancelled, its time runs out, or its end is closed under its hands. Whatever
 * happens, what was read is the beginning of what was written, and the other side is told as it should be.
 *
 * What is decided in a round follows from the seed and the round's number; when the threads do it does not.
 */
#ifndef MILLRACE_TESTS_HAMMER_H
#define MILLRACE_TESTS_HAMMER_H

#include <stdbool.h>
#include <stdint.h>

#include "pool.h"

#define HAMMER_PIPES_MAX 48u

struct hammer_options {
    uint64_t total_bytes; /* to write, all rounds together (default 0: 64 MiB) */
    uint32_t n_pipes;     /* at once, HAMMER_PIPES_MAX at most (default 0: 8). Each takes two workers, and there is a
                             job that keeps the time: 2 * n_pipes + 1 should not be more than max_workers, or + 2 if the
                             hammer is itself a job */
    uint64_t seed;
    uint32_t seconds; /* no round begins after so long (default 0: all begin) */
};

struct hammer_report {
    uint64_t bytes_written;
    uint64_t bytes_read;
    uint64_t n_transfers; /* calls that moved bytes, at either end */
    uint32_t n_rounds;
    uint32_t n_whole;    /* of these, all was written and read */
    uint32_t n_stopped;  /* the reader closed its end early */
    uint32_t n_ended;    /* a job was cancelled, or its time ran out */
    uint32_t n_taken;    /* an end was closed by another thread */
    const char *failure; /* the first thing that was wrong; NULL: nothing */
    uint32_t round;      /* in which round, from 0 */
    uint64_t round_seed; /* all that was decided in it follows from this */
    uint64_t position;   /* at which byte of its stream */
    int64_t detail;      /* a result, or a size */
    uint32_t quiet_ms;   /* the longest time in which no job ended: seconds are a wake-up that was lost and made good */
};

/* Runs it. 0: all that was said above held. POOL_EPROTO: it did not, see `failure`. Any other enum pool_error: it could
 * not be run, and *out tells nothing. If jobs hang, their memory is not freed.
 * Thread: any that may block. */
int hammer_run(pool_t *pool, const struct hammer_options *options, struct hammer_report *out);

#endif
