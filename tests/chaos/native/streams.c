/* Jobs that read and write: whole inputs, conversations through pipelines, ends that are left open. */
#include <stdlib.h>
#include <string.h>

#include "chaos/native/settle.h"

#define INPUT_MAX (1u << 20)
#define TALK_MAX 300000u
#define TALKS_PER_RING 200u /* times that a ring is filled at most: each costs wake-ups */
#define STAGES_MAX 4u
#define PIPES_MOST 3000u
#define PIECE 8192u

/* What an echo does beside copying. */
struct echo {
    uint8_t mask;   /* every byte is changed by it */
    bool may_break; /* its reader may go away */
};

/* A write of a job that is to end is short whenever it would have to wait, as often as that is: it is gone on with until
 * there is an error. Positive, or the error. */
static int32_t write_masked(pool_t *pool, const struct echo *echo, uint8_t *bytes, int32_t n)
{
    for (int32_t i = 0; i < n; i++) bytes[i] ^= echo->mask;
    for (int32_t done = 0; done < n;) {
        int32_t written = pool_write(pool, POOL_STDOUT, bytes + done, (uint32_t)(n - done));
        if (written <= 0) return written;
        done += written;
    }
    return n;
}

static uint32_t copy(pool_t *pool, void *user)
{
    const struct echo *echo = user;
    uint8_t bytes[PIECE];
    for (;;) {
        int32_t n = pool_read(pool, POOL_STDIN, bytes, sizeof bytes);
        if (n > 0) n = write_masked(pool, echo, bytes, n);
        if (n == POOL_EPIPE && echo->may_break) return 0;
        if (n <= 0) return (uint32_t)n;
    }
}

static bool is_masked(const uint8_t *bytes, const uint8_t *data, uint32_t n, uint8_t mask)
{
    for (uint32_t i = 0; i < n; i++) {
        if (bytes[i] != (uint8_t)(data[i] ^ mask)) return false;
    }
    return true;
}

void chaos_capture(struct op *op)
{
    uint32_t size = property_size(&op->random, INPUT_MAX);
    uint32_t kept = property_once_in(&op->random, 4) ? property_size(&op->random, size) : size;
    uint8_t *data = chaos_bytes(op->number, size);
    struct echo echo = {.mask = 0x5a};
    struct pool_job_config config = {.function = copy,
                                     .user = &echo,
                                     .stdio = {{POOL_STDIO_INPUT, 0}, {POOL_STDIO_CAPTURE, 0}},
                                     .input = data,
                                     .input_bytes = size,
                                     .capture_max_bytes = kept};
    struct pool_result result;
    pool_job_t job = chaos_submit(op, &config);
    chaos_strike(op, job);
    bool by_itself = chaos_settle(op, job, kept < size ? (uint32_t)-POOL_EFBIG : 0, &result);
    uint32_t n = result.captured[1].size_bytes;
    CHAOS_CHECK(op, n <= kept && (n == kept || !by_itself), "%u of %u bytes captured", n, kept);
    CHAOS_CHECK(op, is_masked(result.captured[1].data, data, n, 0x5a), "other bytes were captured");
    CHAOS_CHECK(op, !by_itself || (result.outcome == POOL_OUTPUT_LOST) == (kept < size), "outcome %u", result.outcome);
    chaos_release(op, job);
    free(data);
}

/* -------------------------------------------------------------------------------------------------- conversations */

enum cut { CUT_NOTHING, CUT_READER, CUT_WRITER, N_CUTS };

struct talk {
    struct op *op;
    enum cut cut;
    uint32_t at; /* where it is cut */
    uint32_t size;
    uint8_t *data;
    uint32_t n_stages;
    uint32_t victim; /* the stage that is harmed */
    struct echo echo;
    pool_job_t jobs[STAGES_MAX];
    pool_fd_t to, from; /* ends of this thread; 0: closed */
    uint32_t written;
    uint32_t read;
    uint32_t turns;
};

/* Harm comes to one stage; to the others what follows from it, which is no harm. */
static enum harm harm_of(const struct talk *talk, uint32_t stage, enum harm harm)
{
    return stage == talk->victim ? harm : HARM_NONE;
}

static void start_stages(struct talk *talk)
{
    struct op *op = talk->op;
    enum harm harm = op->harm;
    uint32_t least = talk->size / TALKS_PER_RING;
    pool_fd_t fds[2];
    chaos_pipe(op, least + property_size(&op->random, 1u << 18), fds);
    talk->to = fds[1];
    talk->from = fds[0];
    for (uint32_t i = 0; i < talk->n_stages; i++) {
        chaos_pipe(op, least + property_size(&op->random, 1u << 18), fds);
        struct pool_job_config config = {
            .function = copy, .user = &talk->echo, .stdio = {{POOL_STDIO_PIPE, talk->from}, {POOL_STDIO_PIPE, fds[1]}}};
        op->harm = harm_of(talk, i, harm);
        talk->jobs[i] = chaos_submit(op, &config);
        talk->from = fds[0];
    }
    op->harm = harm;
    int status = pool_set_nonblocking(op->pool, talk->to, true);
    if (status == 0) status = pool_set_nonblocking(op->pool, talk->from, true);
    CHAOS_CHECK(op, status == 0, "pool_set_nonblocking: %d", status);
}

static void close_end(struct talk *talk, pool_fd_t *fd)
{
    if (*fd) chaos_close(talk->op, *fd);
    *fd = 0;
}

static void say_more(struct talk *talk)
{
    struct op *op = talk->op;
    uint32_t until = talk->cut == CUT_WRITER ? talk->at : talk->size, left = until - talk->written;
    int32_t n = left ? pool_write(op->pool, talk->to, talk->data + talk->written, property_size(&op->random, left)) : 0;
    CHAOS_CHECK(op, n >= 0 || n == POOL_EAGAIN || n == POOL_EPIPE, "pool_write: %d", n);
    if (n > 0) talk->written += (uint32_t)n;
    if (n == POOL_EPIPE || talk->written == until) close_end(talk, &talk->to);
}

static void hear_more(struct talk *talk)
{
    struct op *op = talk->op;
    uint8_t bytes[PIECE];
    int32_t n = pool_read(op->pool, talk->from, bytes, property_size(&op->random, sizeof bytes));
    CHAOS_CHECK(op, n >= 0 || n == POOL_EAGAIN, "pool_read: %d", n);
    if (n == 0) close_end(talk, &talk->from);
    if (n <= 0) return;
    uint8_t mask = talk->n_stages % 2 ? talk->echo.mask : 0;
    CHAOS_CHECK(op, talk->read + (uint32_t)n <= talk->size, "more than was written: %u", talk->read + (uint32_t)n);
    CHAOS_CHECK(op, is_masked(bytes, talk->data + talk->read, (uint32_t)n, mask), "other bytes after %u", talk->read);
    talk->read += (uint32_t)n;
    if (talk->cut == CUT_READER && talk->read >= talk->at) close_end(talk, &talk->from);
}

static void hold_talk(struct talk *talk)
{
    struct op *op = talk->op;
    while (talk->to || talk->from) {
        struct pool_pollfd fds[2] = {{talk->to, POOL_POLLOUT, 0}, {talk->from, POOL_POLLIN, 0}};
        if (talk->turns++ == op->harm_ms && op->harm >= HARM_CANCEL) {
            int status = pool_cancel(op->pool, talk->jobs[talk->victim]);
            CHAOS_CHECK(op, status == 0, "pool_cancel: %d", status);
        }
        int n = pool_poll(op->pool, fds, 2, POOL_FOREVER);
        CHAOS_CHECK(op, n > 0, "pool_poll: %d", n);
        if (fds[0].revents) say_more(talk);
        if (fds[1].revents) hear_more(talk);
    }
}

static void run_talk(struct op *op, uint32_t n_stages)
{
    struct talk talk = {.op = op, .n_stages = n_stages, .echo = {.mask = (uint8_t)op->number}};
    talk.size = property_size(&op->random, TALK_MAX);
    talk.cut = property_below(&op->random, 2 * N_CUTS) % 4;
    if (talk.cut >= N_CUTS) talk.cut = CUT_NOTHING;
    talk.at = property_size(&op->random, talk.size);
    talk.data = chaos_bytes(op->number, talk.size);
    talk.victim = property_below(&op->random, n_stages);
    talk.echo.may_break = talk.cut == CUT_READER || op->harm != HARM_NONE;
    start_stages(&talk);
    hold_talk(&talk);
    bool whole = true;
    enum harm harm = op->harm;
    for (uint32_t i = 0; i < n_stages; i++) {
        op->harm = harm_of(&talk, i, harm);
        whole = chaos_finish(op, talk.jobs[i], 0) && whole;
    }
    uint32_t expected = talk.cut == CUT_WRITER ? talk.at : talk.size;
    CHAOS_CHECK(op, !whole || talk.cut == CUT_READER || harm != HARM_NONE || talk.read == expected, "%u of %u bytes",
                talk.read, expected);
    free(talk.data);
}

void chaos_converse(struct op *op)
{
    run_talk(op, 1);
}

void chaos_pipeline(struct op *op)
{
    run_talk(op, 2 + property_below(&op->random, STAGES_MAX - 1));
}

/* ------------------------------------------------------------------------------------------------- ends left open */

/* A pipe that a job makes and leaves to who made the job. */
struct legacy {
    pool_fd_t fds[2];
};

static uint32_t leave_pipe(pool_t *pool, void *user)
{
    struct legacy *legacy = user;
    pool_fd_t fds[2];
    int status = pool_pipe(pool, 1024, fds);
    if (status == POOL_ENFILE) return 0;
    if (status < 0) return (uint32_t)status;
    memcpy(legacy->fds, fds, sizeof fds);
    int32_t n = pool_write(pool, fds[1], "left", 4);
    return n == 4 || n == POOL_ECANCELED ? 0 : (uint32_t)n;
}

/* Its stdio stays open at this side long after it has gone. */
void chaos_leave(struct op *op)
{
    pool_fd_t in[2], out[2];
    struct legacy legacy = {{0}};
    chaos_pipe(op, 4096, in);
    chaos_pipe(op, 4096, out);
    struct pool_job_config config = {
        .function = leave_pipe, .user = &legacy, .stdio = {{POOL_STDIO_PIPE, in[0]}, {POOL_STDIO_PIPE, out[1]}}};
    uint8_t byte = 1;
    chaos_finish(op, chaos_submit(op, &config), 0);
    int32_t n = pool_write(op->pool, in[1], &byte, 1);
    CHAOS_CHECK(op, n == POOL_EPIPE, "a write to a job that has ended: %d", n);
    n = pool_read(op->pool, out[0], &byte, 1);
    CHAOS_CHECK(op, n == 0, "a read from a job that has ended: %d", n);
    chaos_close(op, in[1]);
    chaos_close(op, out[0]);
    for (uint32_t i = 0; i < 2; i++) {
        if (legacy.fds[i]) chaos_close(op, legacy.fds[i]);
    }
}

/* More pipes than there may be, together with other threads; some with bytes that nobody reads. */
void chaos_pipes(struct op *op)
{
    pool_fd_t(*fds)[2] = malloc(PIPES_MOST * sizeof *fds);
    uint32_t most = property_size(&op->random, PIPES_MOST), n = 0;
    int status = 0;
    while (fds && n < most && (status = pool_pipe(op->pool, property_size(&op->random, 4096), fds[n])) == 0) n++;
    CHAOS_CHECK(op, status == 0 || status == POOL_ENFILE, "pool_pipe: %d", status);
    for (uint32_t i = 0; i < n; i++) {
        int32_t written = i % 8 ? 1 : pool_write(op->pool, fds[i][1], "x", 1);
        CHAOS_CHECK(op, written == 1, "pool_write: %d", written);
        chaos_close(op, fds[i][i % 2]);
        chaos_close(op, fds[i][!(i % 2)]);
    }
    free(fds);
}

/* ----------------------------------------------------------------------------------------------- readiness callbacks
 */

struct waiting {
    struct op *op;
    int status; /* that it must be told */
};

static void is_ready(void *user, pool_t *pool, pool_fd_t fd, int status)
{
    (void)pool, (void)fd;
    struct waiting *waiting = user;
    struct op *op = waiting->op;
    CHAOS_CHECK(op, status == waiting->status, "ready: %d instead of %d", status, waiting->status);
    chaos_called(op);
    sem_post(&op->called);
}

static int stir(struct op *op, pool_fd_t fds[2], uint32_t how)
{
    int status;
    switch (how) {
    case 0: return pool_write(op->pool, fds[1], "x", 1) == 1 ? 0 : POOL_EIO;
    case 1:
        status = pool_close(op->pool, fds[1]);
        fds[1] = 0;
        return status;
    default:
        status = pool_close(op->pool, fds[0]);
        fds[0] = 0;
        return status;
    }
}

/* Waits by a callback until a byte comes, the other end is closed, or this one is. */
void chaos_ready(struct op *op)
{
    pool_fd_t fds[2];
    uint32_t how = property_below(&op->random, 3);
    struct waiting waiting = {op, how == 2 ? POOL_EBADF : 0};
    uint8_t byte;
    chaos_pipe(op, property_size(&op->random, 4096), fds);
    op->owed++;
    int status = pool_on_ready(op->pool, fds[0], is_ready, &waiting);
    CHAOS_CHECK(op, status == 0, "pool_on_ready: %d", status);
    int32_t n = pool_read(op->pool, fds[0], &byte, 1);
    CHAOS_CHECK(op, n == POOL_EBUSY, "a read beside a callback: %d", n);
    if (property_once_in(&op->random, 2)) chaos_pause(1);
    status = stir(op, fds, how);
    CHAOS_CHECK(op, status == 0, "stirring it: %d", status);
    while (sem_wait(&op->called) != 0) continue;
    for (uint32_t i = 0; i < 2; i++) {
        if (fds[i]) chaos_close(op, fds[i]);
    }
}
