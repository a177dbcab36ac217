/* Many pipes at once, with every byte checked at the other end. */
#include "hammer/hammer.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define MIB (1024u * 1024)
#define PORTION_MAX (128u * 1024)               /* the largest single transfer */
#define STREAM_MAX (16u * MIB)                  /* the longest stream */
#define RINGFULS_MAX 256u                       /* and how often it may fill its ring: each time costs a wake-up */
#define PIECES_MAX 32u                          /* of readv and writev */
#define SHORT_MAX 2000u                         /* the longest of every other stream */
#define BUFFER_BYTES (PORTION_MAX + PIECES_MAX) /* with a guard behind each piece */
#define GUARD 0xa5u
#define STALL_MS 60000u /* no job has ended for so long: they hang */
#define LOOK_MS 100     /* how long to wait for a job when nothing else is to be done */

/* --------------------------------------------------------------------------------------------------- random numbers */

/* splitmix64 (S. Vigna, 2015). */
static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static uint64_t next(uint64_t *random)
{
    return mix(*random += 0x9e3779b97f4a7c15u);
}

/* 0 to `n` - 1 */
static uint32_t below(uint64_t *random, uint32_t n)
{
    return (uint32_t)((next(random) >> 32) * n >> 32);
}

/* 1 to `n`, small ones as likely as large ones */
static uint32_t some_size(uint64_t *random, uint32_t n)
{
    uint32_t limit = n >> below(random, 32u - (uint32_t)__builtin_clz(n));
    return below(random, limit ? limit : 1) + 1;
}

static bool once_in(uint64_t *random, uint32_t n)
{
    return below(random, n) == 0;
}

/* ------------------------------------------------------------------------------------------------- rounds and sides */

enum incident {
    NO_INCIDENT,
    READER_STOPS, /* at that byte, and closes its end */
    READER_CANCELLED,
    WRITER_CANCELLED,
    READER_TIMES_OUT, /* after a few milliseconds, whatever was read by then */
    WRITER_TIMES_OUT,
    READ_END_TAKEN, /* closed by the thread that made it, if its job is not waiting at it */
    WRITE_END_TAKEN,
    N_INCIDENTS
};

enum { READER = 0, WRITER = 1 };

/* A job, and how it went. The job owns this while it runs. */
struct side {
    struct round *round;
    int which;
    pool_fd_t fd; /* its end as the job calls it */
    uint64_t random;
    uint64_t stop_at; /* it ends after so many bytes */
    uint64_t hold_at; /* after so many it neither reads nor writes until the other side has gone */
    uint8_t *buffer;
    bool nonblocking;
    bool cut; /* a blocking write was cut short: the next one must say why */
    bool closed;
    int status; /* 1: moved all it was to move, or was never run; 0: end of file; or an enum pool_error */
    uint64_t n_transfers;
    const char *failure;
    uint64_t position;
    int64_t detail;
    _Atomic uint64_t x_done; /* bytes moved; others look at it to know when it is time for the incident */
    /* the hammer's own */
    pool_job_t job;        /* 0: it has ended */
    _Atomic bool x_doomed; /* it was cancelled, or has a time limit */
};

struct round {
    struct side sides[2];
    bool live;
    uint32_t number;
    uint64_t seed;   /* of the decisions and of the stream */
    uint64_t random; /* decisions that are still to be taken */
    uint64_t amount;
    uint32_t capacity;
    enum incident incident;
    uint64_t incident_at;
    bool incident_due; /* the hammer has still to do something for it */
    bool by_stdio;     /* the jobs have their ends as stdin and stdout */
    bool taken;
    pool_fd_t fds[2];
    pool_fd_t stale[2]; /* those of the round before */
};

struct hammer {
    pool_t *pool;
    struct hammer_options options;
    struct hammer_report *report;
    uint64_t random;
    uint64_t left; /* bytes that no round has been given yet */
    uint32_t stalled_ms;
    bool stop; /* no more rounds */
    pool_job_t clock_job;
    pool_fd_t clock_fds[2];
    uint8_t *buffers;
    struct round rounds[HAMMER_PIPES_MAX];
};

static uint64_t done(struct side *side)
{
    return atomic_load_explicit(&side->x_done, memory_order_relaxed);
}

static void fail_side(struct side *side, const char *failure, uint64_t position, int64_t detail)
{
    if (side->failure) return;
    side->failure = failure;
    side->position = position;
    side->detail = detail;
}

/* ---------------------------------------------------------------------------------------------------------- streams */

/* The stream of a round: eight bytes for each number. */
static uint64_t stream_word(uint64_t seed, uint64_t position)
{
    uint64_t z = (seed + position / 8) * 0x9e3779b97f4a7c15u;
    return (z ^ (z >> 29)) * 0xbf58476d1ce4e5b9u;
}

/* The next run within one word: its bytes, 1 to 8. */
static uint32_t stream_run(uint64_t seed, uint64_t position, uint64_t size, uint8_t bytes_out[8])
{
    uint64_t word = stream_word(seed, position);
    uint32_t skip = (uint32_t)(position % 8), n = 8 - skip;
    uint8_t bytes[8];
    memcpy(bytes, &word, 8);
    memcpy(bytes_out, bytes + skip, n);
    return size < n ? (uint32_t)size : n;
}

/* These two go through every byte in memory that one thread uses alone. ThreadSanitizer has nothing to find in them,
 * and would make them the slowest part by far; what the pool does with the same memory it still sees. */
#define PRIVATE_MEMORY __attribute__((no_sanitize("thread")))

PRIVATE_MEMORY static void stream_fill(uint64_t seed, uint64_t position, uint8_t *data, uint64_t size)
{
    while (size > 0 && (position % 8 != 0 || size < 8)) {
        uint8_t bytes[8];
        uint32_t n = stream_run(seed, position, size, bytes);
        for (uint32_t i = 0; i < n; i++) *data++ = bytes[i];
        position += n;
        size -= n;
    }
    for (; size >= 8; size -= 8, data += 8, position += 8) {
        uint64_t word = stream_word(seed, position);
        memcpy(data, &word, 8);
    }
    if (size > 0) stream_fill(seed, position, data, size);
}

/* How many bytes are as they should be. */
PRIVATE_MEMORY static uint64_t stream_match(uint64_t seed, uint64_t position, const uint8_t *data, uint64_t size)
{
    uint64_t good = 0;
    while (good < size) {
        uint64_t word = stream_word(seed, position + good), found;
        if ((position + good) % 8 == 0 && size - good >= 8) {
            memcpy(&found, data + good, 8);
            if (found == word) {
                good += 8;
                continue;
            }
        }
        uint8_t bytes[8];
        uint32_t n = stream_run(seed, position + good, size - good, bytes);
        for (uint32_t i = 0; i < n; i++, good++) {
            if (data[good] != bytes[i]) return good;
        }
    }
    return good;
}

/* ------------------------------------------------------------------------------------------------------- a job's way
 */

/* Cuts a portion into pieces, some of them empty, with a guard behind each if it is to be read into. */
static uint32_t cut_in_pieces(struct side *side, uint32_t size, struct pool_iovec *pieces)
{
    uint32_t n = 1 + below(&side->random, once_in(&side->random, 16) ? PIECES_MAX : 6);
    uint8_t *data = side->buffer;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t piece = i == n - 1 ? size : below(&side->random, 4) ? below(&side->random, size + 1) : 0;
        pieces[i] = (struct pool_iovec){data, piece};
        data += piece;
        size -= piece;
        if (side->which == READER) *data++ = GUARD;
    }
    return n;
}

static int32_t write_portion(struct side *side, pool_t *pool, uint32_t size)
{
    struct pool_iovec pieces[PIECES_MAX];
    stream_fill(side->round->seed, done(side), side->buffer, size);
    if (below(&side->random, 3)) return pool_write(pool, side->fd, side->buffer, size);
    uint32_t n = cut_in_pieces(side, size, pieces);
    return pool_writev(pool, side->fd, pieces, n);
}

/* Looks at what was read: `result` bytes into these pieces. */
static void check_portion(struct side *side, const struct pool_iovec *pieces, uint32_t n, int32_t result)
{
    uint64_t position = done(side), left = (uint64_t)result;
    for (uint32_t i = 0; i < n; i++) {
        const uint8_t *data = pieces[i].data;
        uint64_t size = left < pieces[i].size_bytes ? left : pieces[i].size_bytes;
        uint64_t good = stream_match(side->round->seed, position, data, size);
        if (good < size) fail_side(side, "a byte that was not written there was read", position + good, data[good]);
        if (data[pieces[i].size_bytes] != GUARD) {
            fail_side(side, "read wrote behind the memory given", position, result);
        }
        position += size;
        left -= size;
    }
}

static int32_t read_portion(struct side *side, pool_t *pool, uint32_t size)
{
    struct pool_iovec pieces[PIECES_MAX] = {{side->buffer, size}};
    uint32_t n = 1;
    int32_t result;
    side->buffer[size] = GUARD;
    if (below(&side->random, 3)) {
        result = pool_read(pool, side->fd, side->buffer, size);
    } else {
        n = cut_in_pieces(side, size, pieces);
        result = pool_readv(pool, side->fd, pieces, n);
    }
    if (result >= 0 && (uint32_t)result <= size) check_portion(side, pieces, n, result);
    return result;
}

/* What a non-blocking write must do whole or not at all. */
static uint32_t atomic_bytes(const struct side *side)
{
    return side->round->capacity < POOL_PIPE_BUF ? side->round->capacity : POOL_PIPE_BUF;
}

static void judge_transfer(struct side *side, uint32_t size, int32_t result, bool announced)
{
    uint64_t at = done(side);
    bool writes = side->which == WRITER;
    if (result > (int32_t)size) fail_side(side, "more was moved than was asked for", at, result);
    if (result == 0 && writes) fail_side(side, "a write wrote nothing and said nothing", at, size);
    if (result > 0 && side->cut && !atomic_load(&side->x_doomed)) {
        fail_side(side, "a write that had been cut short could go on", at, result);
    }
    if (result == POOL_EAGAIN && !side->nonblocking) fail_side(side, "a blocking call did not wait", at, size);
    /* The first write may find no memory for the ring. */
    if (result == POOL_EAGAIN && announced && at > 0) {
        if (!writes || size <= atomic_bytes(side)) fail_side(side, "what poll had found was not there", at, size);
    }
    if (writes && result > 0 && (uint32_t)result < size) {
        if (!side->nonblocking) side->cut = true;
        if (side->nonblocking && size <= atomic_bytes(side)) {
            fail_side(side, "a small write was cut in two", at, result);
        }
    }
}

/* A program that reads as long as there is POLLIN and ends at a POLLHUP without it must have read everything. */
static void judge_hang_up(struct side *side, pool_t *pool, uint32_t revents)
{
    uint8_t byte;
    if (side->which != READER || revents != POOL_POLLHUP) return;
    int32_t result = pool_read(pool, side->fd, &byte, 1);
    if (result > 0) fail_side(side, "poll hung up before all was read", done(side), result);
}

/* Waits in poll, sometimes with little patience. True: what it waited for was found. */
static bool wait_in_poll(struct side *side, pool_t *pool)
{
    static const int32_t timeouts_ms[4] = {POOL_FOREVER, POOL_FOREVER, 0, 1};
    uint16_t asked = side->which == WRITER ? POOL_POLLOUT : POOL_POLLIN;
    struct pool_pollfd fds[2] = {{0, POOL_POLLIN | POOL_POLLOUT, 0}, {side->fd, asked, 0xffff}};
    int32_t timeout_ms = timeouts_ms[below(&side->random, 4)];
    int result = pool_poll(pool, fds, 2, timeout_ms);
    if (result < 0) side->status = result;
    if (result < 0) return false;
    if (result > 1) fail_side(side, "poll counted what it was to skip", done(side), result);
    if (result == 0 && timeout_ms < 0) fail_side(side, "poll without a timeout gave up", done(side), 0);
    if ((result != 0) != (fds[1].revents != 0)) fail_side(side, "poll found and did not say what", done(side), result);
    judge_hang_up(side, pool, fds[1].revents);
    return fds[1].revents != 0 && !(fds[1].revents & POOL_POLLNVAL);
}

/* The other thread closes this side's end, or is about to: then it may be in use, or gone. */
static bool is_to_be_taken(const struct side *side)
{
    return side->round->incident == (side->which == WRITER ? WRITE_END_TAKEN : READ_END_TAKEN);
}

static void move_portion(struct side *side, pool_t *pool)
{
    bool announced = false, writes = side->which == WRITER;
    uint64_t until = side->stop_at < side->hold_at ? side->stop_at : side->hold_at, left = until - done(side);
    uint32_t size = some_size(&side->random, left < PORTION_MAX ? (uint32_t)left : PORTION_MAX);
    if (side->nonblocking || once_in(&side->random, 8)) announced = wait_in_poll(side, pool);
    if (side->status < 0) return;
    int32_t result = writes ? write_portion(side, pool, size) : read_portion(side, pool, size);
    judge_transfer(side, size, result, announced);
    if (result > 0) {
        side->n_transfers++;
        atomic_store_explicit(&side->x_done, done(side) + (uint32_t)result, memory_order_relaxed);
    } else if (result != POOL_EAGAIN && !(result == POOL_EBUSY && is_to_be_taken(side))) {
        side->status = result;
    }
}

/* Keeps still until the other side has gone, which is told without having been asked for. Nothing but its end can wake
 * the other side now. */
static void hold(struct side *side, pool_t *pool)
{
    struct pool_pollfd fd = {side->fd, 0, 0};
    int result = pool_poll(pool, &fd, 1, POOL_FOREVER);
    if (result < 0) side->status = result;
    if (result == 0) fail_side(side, "poll without a timeout gave up", done(side), 0);
    side->hold_at = UINT64_MAX;
}

/* So long that the other side falls asleep: it must be woken by what comes next, be it the end. */
static void dawdle(pool_t *pool)
{
    (void)pool_poll(pool, NULL, 0, 1);
}

static void toggle_blocking(struct side *side, pool_t *pool)
{
    int result = pool_set_nonblocking(pool, side->fd, !side->nonblocking);
    if (result == 0) side->nonblocking = !side->nonblocking;
    if (result < 0 && !is_to_be_taken(side)) fail_side(side, "an end could not be set", done(side), result);
}

/* A job leaves its stdin and stdout to the pool now and then. What is a handle is nobody's but its own. */
static void close_side(struct side *side, pool_t *pool)
{
    if (side->round->by_stdio && once_in(&side->random, 2)) return;
    int result = pool_close(pool, side->fd);
    while (result == POOL_EBUSY && is_to_be_taken(side)) result = pool_close(pool, side->fd);
    if (result < 0 && !is_to_be_taken(side)) fail_side(side, "an end could not be closed", done(side), result);
    side->closed = true;
    result = side->which == WRITER ? pool_write(pool, side->fd, "", 1) : pool_read(pool, side->fd, side->buffer, 1);
    if (result != POOL_EBADF && result != POOL_ECANCELED) fail_side(side, "a closed end was open", done(side), result);
}

static uint32_t run_side(pool_t *pool, void *user)
{
    struct side *side = user;
    while (side->status > 0 && !side->failure && done(side) < side->stop_at) {
        if (once_in(&side->random, 32)) toggle_blocking(side, pool);
        if (once_in(&side->random, 256)) dawdle(pool);
        if (once_in(&side->random, 16) && pool_interrupted(pool)) {
            side->status = POOL_ECANCELED;
        } else if (done(side) == side->hold_at) {
            hold(side, pool);
        } else {
            move_portion(side, pool);
        }
    }
    if (side->status == POOL_ECANCELED && !atomic_load(&side->x_doomed)) {
        fail_side(side, "a job that nobody ends was told to end", done(side), 0);
    }
    if (once_in(&side->random, 2)) dawdle(pool);
    close_side(side, pool);
    return side->failure != NULL;
}

/* --------------------------------------------------------------------------------------------------- from start to end
 */

static void fail_round(struct hammer *hammer, const struct round *round, const char *failure, uint64_t position,
                       int64_t detail)
{
    struct hammer_report *report = hammer->report;
    hammer->stop = true;
    if (report->failure) return;
    report->failure = failure;
    report->round = round->number;
    report->round_seed = round->seed;
    report->position = position;
    report->detail = detail;
}

static uint32_t rounded_up(uint32_t capacity)
{
    uint32_t rounded = 256;
    while (rounded < capacity) rounded *= 2;
    return rounded;
}

static void decide(struct hammer *hammer, struct round *round)
{
    uint64_t *random = &round->random;
    uint32_t asked = some_size(random, POOL_PIPE_MAX_BYTES);
    round->capacity = rounded_up(asked);
    uint32_t limit = round->capacity < STREAM_MAX / RINGFULS_MAX ? round->capacity * RINGFULS_MAX : STREAM_MAX;
    /* Short streams end while both sides have hardly begun; nothing else brings the end so near to the beginning. */
    if (once_in(random, 2)) limit = SHORT_MAX;
    round->amount = once_in(random, 32) ? 0 : below(random, limit) + 1;
    if (round->amount > hammer->left) round->amount = hammer->left;
    hammer->left -= round->amount > 0 ? round->amount : 1;
    round->by_stdio = once_in(random, 2);
    round->incident = once_in(random, 2) ? (enum incident)below(random, N_INCIDENTS) : NO_INCIDENT;
    if (round->by_stdio && round->incident >= READ_END_TAKEN) round->incident = READER_STOPS;
    round->incident_at = round->amount > 0 ? next(random) % round->amount : 0;
    round->incident_due =
        round->incident == READER_CANCELLED || round->incident == WRITER_CANCELLED || round->incident >= READ_END_TAKEN;
}

static void make_side(struct round *round, int which)
{
    struct side *side = &round->sides[which];
    uint8_t *buffer = side->buffer;
    bool times_out = round->incident == (which == WRITER ? WRITER_TIMES_OUT : READER_TIMES_OUT);
    memset(side, 0, sizeof *side);
    side->round = round;
    side->which = which;
    side->buffer = buffer;
    side->fd = round->by_stdio ? which == WRITER ? POOL_STDOUT : POOL_STDIN : round->fds[which];
    side->random = next(&round->random);
    side->stop_at = which == WRITER ? round->amount : UINT64_MAX;
    if (which == READER && round->incident == READER_STOPS) side->stop_at = round->incident_at;
    side->status = 1;
    bool other_ends = which == READER ? round->incident == WRITER_CANCELLED || round->incident == WRITER_TIMES_OUT
                                      : round->incident == READER_CANCELLED || round->incident == READER_TIMES_OUT;
    side->hold_at = other_ends && once_in(&round->random, 2) ? round->incident_at : UINT64_MAX;
    atomic_store(&side->x_doomed, times_out);
}

static int submit_side(struct hammer *hammer, struct round *round, int which)
{
    struct side *side = &round->sides[which];
    struct pool_job_config config = {.function = run_side, .user = side, .priority = below(&round->random, 3)};
    if (atomic_load(&side->x_doomed)) config.timeout_ms = 1 + below(&round->random, 20);
    if (round->by_stdio) config.stdio[which] = (struct pool_stdio){POOL_STDIO_PIPE, round->fds[which]};
    return pool_submit(hammer->pool, &config, &side->job);
}

/* A round whose jobs could not be submitted goes on without them, and so ends. */
static void begin_round(struct hammer *hammer, struct round *round)
{
    uint32_t number = hammer->report->n_rounds++;
    round->number = number;
    round->seed = round->random = mix(hammer->options.seed + 0x9e3779b97f4a7c15u * (number + 1));
    decide(hammer, round);
    round->taken = false;
    uint32_t asked = round->capacity - below(&round->random, round->capacity > 256 ? round->capacity / 2 : 256);
    int result = pool_pipe(hammer->pool, asked, round->fds);
    if (result < 0) fail_round(hammer, round, "a pipe could not be opened", 0, result);
    if (result < 0) return;
    make_side(round, READER);
    make_side(round, WRITER);
    round->live = true;
    int first = once_in(&round->random, 2) ? READER : WRITER;
    for (int i = 0; i < 2; i++) {
        int which = i == 0 ? first : READER + WRITER - first;
        result = submit_side(hammer, round, which);
        if (result == 0) continue;
        fail_round(hammer, round, "a job could not be submitted", 0, result);
        pool_close(hammer->pool, round->fds[which]);
    }
}

/* Anything but a plain way to the end must be owed to the round's incident. */
static void judge_round(struct hammer *hammer, struct round *round)
{
    struct side *reader = &round->sides[READER], *writer = &round->sides[WRITER];
    uint64_t read = done(reader), written = done(writer);
    const char *failure = NULL;
    if (read > written) failure = "more was read than written";
    if (reader->status == 0 && read != written) failure = "the end of file came too early";
    if (reader->status == 0 && writer->status == POOL_EPIPE) failure = "the writer lost a reader that stayed";
    if (reader->status < 0 && reader->status != POOL_ECANCELED && !(reader->status == POOL_EBADF && round->taken)) {
        failure = "a read failed";
    }
    if (writer->status < 0 && writer->status != POOL_ECANCELED && writer->status != POOL_EPIPE &&
        !(writer->status == POOL_EBADF && round->taken)) {
        failure = "a write failed";
    }
    if (round->incident == NO_INCIDENT && (read != round->amount || reader->status != 0 || writer->status != 1)) {
        failure = "not all came through";
    }
    if (failure) fail_round(hammer, round, failure, read, writer->status < 0 ? writer->status : reader->status);
}

/* Both ends are closed, and another round may have been given the same pipe: it must not be reached by old handles. */
static void check_handles(struct hammer *hammer, struct round *round)
{
    for (int which = 0; which < 2; which++) {
        int result = pool_close(hammer->pool, round->fds[which]);
        if (result == POOL_EBADF) result = pool_close(hammer->pool, round->stale[which]);
        if (result != POOL_EBADF) fail_round(hammer, round, "a closed end could be closed again", 0, result);
        round->stale[which] = round->fds[which];
    }
}

static void end_round(struct hammer *hammer, struct round *round)
{
    struct hammer_report *report = hammer->report;
    for (int which = 0; which < 2; which++) {
        struct side *side = &round->sides[which];
        if (side->failure) fail_round(hammer, round, side->failure, side->position, side->detail);
        report->n_transfers += side->n_transfers;
    }
    check_handles(hammer, round);
    if (!report->failure) judge_round(hammer, round);
    uint64_t read = done(&round->sides[READER]), written = done(&round->sides[WRITER]);
    report->bytes_read += read;
    report->bytes_written += written;
    hammer->left += round->amount - written; /* another round writes the rest */
    if (read == round->amount) {
        report->n_whole++;
    } else if (round->incident == READER_STOPS) {
        report->n_stopped++;
    } else if (round->taken) {
        report->n_taken++;
    } else {
        report->n_ended++;
    }
    round->live = false;
}

static bool outcome_is_right(struct side *side, const struct pool_result *result)
{
    if (result->outcome == POOL_EXITED) return result->code == (side->failure != NULL);
    return (result->outcome == POOL_CANCELLED || result->outcome == POOL_TIMED_OUT) && atomic_load(&side->x_doomed);
}

/* A job has ended. */
static void end_side(struct hammer *hammer, struct side *side)
{
    struct round *round = side->round;
    struct pool_result result;
    int status = pool_wait(hammer->pool, side->job, 0, &result);
    if (status < 0) fail_round(hammer, round, "a job that had ended was not there", 0, status);
    if (status == 0 && !outcome_is_right(side, &result)) {
        fail_round(hammer, round, "a job ended as it should not", result.code, result.outcome);
    }
    status = pool_release(hammer->pool, side->job);
    if (status < 0) fail_round(hammer, round, "a job could not be released", 0, status);
    status = pool_release(hammer->pool, side->job);
    if (status != POOL_EBADF) fail_round(hammer, round, "a job was there after its release", 0, status);
    side->job = 0;
    /* A job that was never run has left its end open. */
    if (!round->by_stdio && !side->closed) {
        status = pool_close(hammer->pool, round->fds[side->which]);
        if (status < 0 && !round->taken) fail_round(hammer, round, "an end was closed by nobody", 0, status);
    }
    if (round->sides[READER].job == 0 && round->sides[WRITER].job == 0) end_round(hammer, round);
}

static void cancel_side(struct hammer *hammer, struct side *side)
{
    atomic_store(&side->x_doomed, true);
    int result = side->job ? pool_cancel(hammer->pool, side->job) : 0;
    if (result < 0) fail_round(hammer, side->round, "a job could not be cancelled", 0, result);
}

/* Closes an end that a job uses, unless it is waiting at it just now: then later. */
static void take_end(struct hammer *hammer, struct round *round, int which)
{
    int result = round->sides[which].job ? pool_close(hammer->pool, round->fds[which]) : POOL_EBADF;
    if (result == 0) round->taken = true;
    if (result < 0 && result != POOL_EBUSY && result != POOL_EBADF) {
        fail_round(hammer, round, "an end could not be taken", 0, result);
    }
    round->incident_due = result == POOL_EBUSY;
}

static void cause_incident(struct hammer *hammer, struct round *round)
{
    bool writers = round->incident == WRITER_CANCELLED || round->incident == WRITE_END_TAKEN;
    struct side *side = &round->sides[writers ? WRITER : READER], *other = &round->sides[writers ? READER : WRITER];
    /* Either side's count will do: what a write that still waits has written already, only the reader has counted. */
    if (side->job && done(side) < round->incident_at && done(other) < round->incident_at) return;
    if (round->incident >= READ_END_TAKEN) {
        take_end(hammer, round, side->which);
    } else {
        cancel_side(hammer, side);
        round->incident_due = false;
    }
}

/* ---------------------------------------------------------------------------------------------------------- the hammer
 */

/* Waits for what never comes, until its time runs out: a clock, as pool.h has none. */
static uint32_t keep_time(pool_t *pool, void *user)
{
    char byte;
    pool_fd_t *fds = user;
    return (uint32_t)pool_read(pool, fds[0], &byte, 1);
}

static int start_clock(struct hammer *hammer)
{
    struct pool_job_config config = {
        .function = keep_time, .user = hammer->clock_fds, .timeout_ms = hammer->options.seconds * 1000};
    if (hammer->options.seconds == 0) return 0;
    int result = pool_pipe(hammer->pool, 0, hammer->clock_fds);
    return result < 0 ? result : pool_submit(hammer->pool, &config, &hammer->clock_job);
}

static void stop_clock(struct hammer *hammer)
{
    if (hammer->clock_fds[WRITER]) pool_close(hammer->pool, hammer->clock_fds[WRITER]);
    if (hammer->clock_job) {
        pool_wait(hammer->pool, hammer->clock_job, POOL_FOREVER, NULL);
        pool_release(hammer->pool, hammer->clock_job);
    }
    if (hammer->clock_fds[READER]) pool_close(hammer->pool, hammer->clock_fds[READER]);
}

/* Begins what there is room for, and does what is due. True: something will be due soon. */
static bool look_around(struct hammer *hammer)
{
    bool due = false;
    if (hammer->clock_job && pool_wait(hammer->pool, hammer->clock_job, 0, NULL) == 0) hammer->stop = true;
    for (uint32_t i = 0; i < hammer->options.n_pipes; i++) {
        struct round *round = &hammer->rounds[i];
        if (!round->live && hammer->left > 0 && !hammer->stop) begin_round(hammer, round);
        if (round->live && round->sides[READER].job == 0 && round->sides[WRITER].job == 0) end_round(hammer, round);
        if (round->live && round->incident_due) cause_incident(hammer, round);
        due = due || (round->live && round->incident_due);
    }
    return due;
}

/* The jobs that run or wait; the places of others are 0. */
static uint32_t list_jobs(struct hammer *hammer, pool_job_t jobs_out[2 * HAMMER_PIPES_MAX])
{
    uint32_t live = 0;
    for (uint32_t i = 0; i < 2 * hammer->options.n_pipes; i++) {
        struct round *round = &hammer->rounds[i / 2];
        jobs_out[i] = round->live ? round->sides[i % 2].job : 0;
        live += jobs_out[i] != 0;
    }
    return live;
}

static int wait_for_one(struct hammer *hammer, const pool_job_t *jobs, int32_t timeout_ms, uint32_t *index_out)
{
    uint32_t n = 2 * hammer->options.n_pipes, index = below(&hammer->random, n);
    if (jobs[index] && once_in(&hammer->random, 4)) {
        *index_out = index;
        return pool_wait(hammer->pool, jobs[index], once_in(&hammer->random, 2) ? 0 : 1, NULL);
    }
    return pool_wait_any(hammer->pool, jobs, n, timeout_ms, index_out);
}

static void cancel_all(struct hammer *hammer)
{
    for (uint32_t i = 0; i < 2 * hammer->options.n_pipes; i++) {
        struct round *round = &hammer->rounds[i / 2];
        if (round->live) cancel_side(hammer, &round->sides[i % 2]);
    }
}

/* False: the jobs hang, even those that were cancelled. */
static bool still_hopes(struct hammer *hammer, int32_t waited_ms)
{
    hammer->stalled_ms += (uint32_t)waited_ms;
    if (hammer->stalled_ms > hammer->report->quiet_ms) hammer->report->quiet_ms = hammer->stalled_ms;
    if (hammer->stalled_ms < STALL_MS) return true;
    for (uint32_t i = 0; i < hammer->options.n_pipes; i++) {
        struct round *round = &hammer->rounds[i];
        if (!round->live) continue;
        fail_round(hammer, round, "no job ended for a minute", done(&round->sides[READER]),
                   (int64_t)done(&round->sides[WRITER]));
    }
    cancel_all(hammer);
    return hammer->stalled_ms < 2 * STALL_MS;
}

/* Until all has ended; or an enum pool_error, and then some of it may go on. */
static int run_rounds(struct hammer *hammer)
{
    for (;;) {
        pool_job_t jobs[2 * HAMMER_PIPES_MAX];
        uint32_t index;
        int32_t timeout_ms = look_around(hammer) ? 1 : LOOK_MS;
        if (list_jobs(hammer, jobs) == 0 && (hammer->left == 0 || hammer->stop)) return 0;
        int result = wait_for_one(hammer, jobs, timeout_ms, &index);
        if (result == 0) {
            hammer->stalled_ms = 0;
            end_side(hammer, &hammer->rounds[index / 2].sides[index % 2]);
        } else if (result == POOL_EAGAIN || result == POOL_ETIMEDOUT) {
            if (!still_hopes(hammer, result == POOL_EAGAIN ? 0 : timeout_ms)) return POOL_EPROTO;
        } else {
            cancel_all(hammer);
            return result;
        }
    }
}

/* All is given back. A worker that has told of its job's end may be a moment away from counting itself idle. */
static void check_pool(struct hammer *hammer, const struct pool_stats *before)
{
    struct pool_stats now = {0};
    for (uint32_t i = 0; i < 2000; i++) {
        if (pool_stats(hammer->pool, &now) < 0) break;
        bool same_jobs = now.n_running == before->n_running && now.n_ended == before->n_ended;
        if (same_jobs && now.n_pipes == before->n_pipes) return;
        if (pool_poll(hammer->pool, NULL, 0, 1) < 0) break;
    }
    const char *failure = now.n_pipes != before->n_pipes       ? "pipes are left"
                          : now.n_running != before->n_running ? "jobs are counted as running"
                                                               : "jobs are left";
    fail_round(hammer, &hammer->rounds[0], failure, now.n_pipes, now.n_running);
}

static struct hammer *make_hammer(pool_t *pool, const struct hammer_options *options, struct hammer_report *report)
{
    struct hammer *hammer = calloc(1, sizeof *hammer);
    if (!hammer) return NULL;
    hammer->pool = pool;
    hammer->options = *options;
    hammer->report = report;
    if (hammer->options.n_pipes == 0) hammer->options.n_pipes = 8;
    if (hammer->options.total_bytes == 0) hammer->options.total_bytes = 64 * MIB;
    hammer->left = hammer->options.total_bytes;
    hammer->random = mix(options->seed);
    hammer->buffers = malloc((size_t)hammer->options.n_pipes * 2 * BUFFER_BYTES);
    for (uint32_t i = 0; i < 2 * hammer->options.n_pipes && hammer->buffers; i++) {
        hammer->rounds[i / 2].sides[i % 2].buffer = hammer->buffers + (size_t)i * BUFFER_BYTES;
    }
    if (hammer->buffers) return hammer;
    free(hammer);
    return NULL;
}

int hammer_run(pool_t *pool, const struct hammer_options *options, struct hammer_report *out)
{
    struct pool_stats before;
    if (options->n_pipes > HAMMER_PIPES_MAX || options->seconds > 1000000) return POOL_EINVAL;
    int result = pool_stats(pool, &before);
    if (result < 0) return result;
    memset(out, 0, sizeof *out);
    struct hammer *hammer = make_hammer(pool, options, out);
    if (!hammer) return POOL_ENOMEM;
    result = start_clock(hammer);
    if (result == 0) result = run_rounds(hammer);
    if (result < 0) return result; /* jobs may still use the memory */
    stop_clock(hammer);
    check_pool(hammer, &before);
    free(hammer->buffers);
    free(hammer);
    return out->failure ? POOL_EPROTO : 0;
}
