/* Chaos over libmillrace: threads that carry out operations of all kinds at once over several pools, with jobs that are
 * C functions and are ended in all ways.
 *
 * What is decided in an operation follows from the seed and the operation's number, so that a seed which failed can be
 * tried again; when the threads do it does not. Nothing is asserted about time. Every wait returns and every callback
 * is called once; what nobody cut short is right to the byte; and when all has ended, each pool is as it was made.
 */
#ifndef MILLRACE_TESTS_CHAOS_H
#define MILLRACE_TESTS_CHAOS_H

#include <semaphore.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "pool.h"
#include "support/property.h"

#define CHAOS_SEATS 3u
#define CHAOS_LANES 8u
#define CHAOS_ROUND 400u /* operations, after each of which the pools must be at rest */

/* How a job is ended before its time. */
enum harm { HARM_NONE, HARM_TIMEOUT, HARM_CANCEL, HARM_CANCEL_TWICE, HARM_RELEASE, N_HARMS };

struct op;

struct kind {
    const char *name;
    uint32_t weight;
    bool endless; /* its jobs do not end by themselves: they are always harmed */
    void (*run)(struct op *op);
};

/* An operation under way. It stays where it is until the end of its round, so that a callback that comes twice finds
 * it. */
struct op {
    const struct kind *kind; /* NULL: not begun */
    uint64_t seed;           /* of the whole run */
    uint32_t number;
    uint32_t seat;
    pool_t *pool;
    pool_volume_t shared; /* of all operations of that pool */
    struct property random;
    enum harm harm;
    uint32_t harm_ms;
    uint32_t owed; /* callbacks that must come */
    _Atomic uint32_t x_called;
    _Atomic uint32_t x_extra; /* callbacks that were replaced: they may have come before that, once */
    _Atomic bool x_done;
    sem_t called;
};

/* Ends the program, and says in which operation, unless it holds. */
#define CHAOS_CHECK(op, holds, ...)                                  \
    do {                                                             \
        if (!(holds)) chaos_fail(op, #holds, __LINE__, __VA_ARGS__); \
    } while (0)
_Noreturn void chaos_fail(const struct op *op, const char *what, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A callback of an operation has come. */
void chaos_called(struct op *op);

/* kinds.c: all of them, the last without a name. */
extern const struct kind chaos_kinds[];

#define DECLARE_KIND(name) void name(struct op *op)
DECLARE_KIND(chaos_compute); /* jobs.c */
DECLARE_KIND(chaos_sleep);
DECLARE_KIND(chaos_endless);
DECLARE_KIND(chaos_nested);
DECLARE_KIND(chaos_crowd);
DECLARE_KIND(chaos_resize);
DECLARE_KIND(chaos_capture); /* streams.c */
DECLARE_KIND(chaos_converse);
DECLARE_KIND(chaos_pipeline);
DECLARE_KIND(chaos_leave);
DECLARE_KIND(chaos_pipes);
DECLARE_KIND(chaos_ready);
DECLARE_KIND(chaos_calls); /* calls.c */
DECLARE_KIND(chaos_unanswered);
DECLARE_KIND(chaos_own_volume); /* files.c */
DECLARE_KIND(chaos_shared_volume);
DECLARE_KIND(chaos_full_volume);
DECLARE_KIND(chaos_brief); /* brief.c */
#undef DECLARE_KIND

#endif
