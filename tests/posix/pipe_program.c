/* Reads a program for pipes, and runs it line by line. */
#include "posix/pipe_program.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BUFFER_BYTES (512u * 1024)
#define PIECES_MAX 1100u
#define POLLED_MAX 8u
#define SEQUENCE_PERIOD 127u /* a prime, so that no ring's size is in step with it */

enum name { NAME_R, NAME_W, NAME_R2, NAME_W2, NAME_NONE, N_NAMES };

static const char *const names[N_NAMES] = {"r", "w", "r2", "w2", "none"};

struct program {
    const struct pipe_api *api;
    const struct pipe_case *text;
    struct program_log *log;
    uint64_t fds[N_NAMES];
    bool open[N_NAMES];
    uint64_t written[N_NAMES]; /* of the sequence, by write end */
    uint64_t read[N_NAMES];    /* by read end */
};

/* A thread that runs lines: where it is in the one it runs, and what it will log of it. */
struct actor {
    struct program *program;
    uint32_t first, end; /* its lines */
    const char *at;
    bool wrong; /* the text cannot be understood */
    char result[PROGRAM_TEXT_MAX];
    uint8_t buffer[BUFFER_BYTES];
    uint32_t used;
};

/* ------------------------------------------------------------------------------------------------ reading the text */

static bool take(struct actor *actor, const char *text)
{
    size_t size = strlen(text);
    if (strncmp(actor->at, text, size) != 0) return false;
    actor->at += size;
    return true;
}

static void expect(struct actor *actor, const char *text)
{
    if (!take(actor, text)) actor->wrong = true;
}

static enum name take_name(struct actor *actor)
{
    for (uint32_t i = N_NAMES; i-- > 0;) { /* r2 before r */
        if (take(actor, names[i])) return (enum name)i;
    }
    actor->wrong = true;
    return NAME_NONE;
}

static int32_t take_number(struct actor *actor)
{
    char *end;
    long number = strtol(actor->at, &end, 10);
    if (end == actor->at) actor->wrong = true;
    actor->at = end;
    return (int32_t)number;
}

/* Memory of the line that is run, cleared: what an earlier line left there must not pass for what was read. */
static uint8_t *reserve(struct actor *actor, uint32_t size)
{
    if (size > BUFFER_BYTES - actor->used) {
        actor->wrong = true;
        return actor->buffer;
    }
    uint8_t *data = actor->buffer + actor->used;
    actor->used += size;
    memset(data, 0xff, size);
    return data;
}

/* The bytes 128 to 254, over and over: no letter is among them. */
static uint8_t sequence(uint64_t position)
{
    return (uint8_t)(128 + position % SEQUENCE_PERIOD);
}

/* What is written: "letters", or a number of bytes of the sequence, which goes on `skip` bytes behind the last written.
 */
static struct piece take_data(struct actor *actor, enum name name, uint64_t skip)
{
    struct piece piece = {actor->buffer + actor->used, 0};
    if (take(actor, "\"")) {
        const char *end = strchr(actor->at, '"');
        if (!end) actor->wrong = true;
        if (!end) return piece;
        piece.size = (uint32_t)(end - actor->at);
        memcpy(reserve(actor, piece.size), actor->at, piece.size);
        actor->at = end + 1;
        return piece;
    }
    piece.size = (uint32_t)take_number(actor);
    uint8_t *data = reserve(actor, piece.size);
    for (uint32_t i = 0; i < piece.size && !actor->wrong; i++) {
        data[i] = sequence(actor->program->written[name] + skip + i);
    }
    return piece;
}

/* [1 0 "abc"] or [1025 x 1] */
static uint32_t take_pieces(struct actor *actor, enum name name, struct piece *pieces)
{
    uint32_t n = 0, skip = 0;
    expect(actor, "[");
    while (!actor->wrong && n < PIECES_MAX && !take(actor, "]")) {
        bool letters = *actor->at == '"';
        pieces[n] = take_data(actor, name, skip);
        if (!letters) skip += pieces[n].size;
        n++;
        if (take(actor, " x ")) {
            uint32_t times = pieces[0].size, size = (uint32_t)take_number(actor);
            for (n = 0; n < times && n < PIECES_MAX; n++) pieces[n] = (struct piece){reserve(actor, size), size};
        }
        take(actor, " ");
    }
    return n;
}

/* --------------------------------------------------------------------------------------------------------- logging */

static void say(struct actor *actor, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct actor *actor, const char *format, ...)
{
    size_t used = strlen(actor->result);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(actor->result + used, sizeof actor->result - used, format, arguments);
    va_end(arguments);
}

static void say_result(struct actor *actor, int32_t result)
{
    static const struct {
        int32_t value;
        const char *name;
    } errors[] = {{-9, "EBADF"},   {-11, "EAGAIN"}, {-12, "ENOMEM"}, {-16, "EBUSY"},
                  {-22, "EINVAL"}, {-32, "EPIPE"},  {-38, "ENOSYS"}, {-125, "ECANCELED"}};
    for (uint32_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        if (errors[i].value == result) {
            say(actor, "%s", errors[i].name);
            return;
        }
    }
    say(actor, "%d", (int)result);
}

/* What was read: the sequence's next bytes, or as text. */
static void say_data(struct actor *actor, enum name name, const uint8_t *data, uint32_t size)
{
    uint64_t *position = &actor->program->read[name];
    uint32_t in_order = 0;
    while (in_order < size && data[in_order] == sequence(*position + in_order)) in_order++;
    if (size > 0 && in_order == size) {
        *position += size;
        say(actor, " in order");
        return;
    }
    say(actor, " \"");
    for (uint32_t i = 0; i < size && i < 32; i++) say(actor, data[i] < 127 ? "%c" : "\\x%02x", data[i]);
    say(actor, size > 32 ? "\"..." : "\"");
}

/* ---------------------------------------------------------------------------------------------------------- calls */

static void run_pipe(struct actor *actor)
{
    struct program *program = actor->program;
    uint64_t fds[2];
    enum name r = take_name(actor);
    expect(actor, ", ");
    enum name w = take_name(actor);
    if (actor->wrong) return;
    int result = program->api->pipe(PROGRAM_PIPE_BYTES, fds);
    say_result(actor, result);
    if (result < 0) return;
    program->fds[r] = fds[0];
    program->fds[w] = fds[1];
    program->open[r] = program->open[w] = true;
    program->read[r] = program->written[w] = 0;
}

static void run_read(struct actor *actor)
{
    enum name name = take_name(actor);
    expect(actor, ", ");
    uint32_t size = (uint32_t)take_number(actor);
    uint8_t *data = reserve(actor, size);
    if (actor->wrong) return;
    int32_t result = actor->program->api->read(actor->program->fds[name], data, size);
    say_result(actor, result);
    if (result > 0) say_data(actor, name, data, (uint32_t)result);
}

/* Only the sequence counts; letters are for single bytes' sake. */
static void count_written(struct actor *actor, enum name name, bool letters, int32_t result)
{
    if (result > 0 && !letters) actor->program->written[name] += (uint32_t)result;
}

static void run_write(struct actor *actor)
{
    enum name name = take_name(actor);
    expect(actor, ", ");
    bool letters = *actor->at == '"';
    struct piece piece = take_data(actor, name, 0);
    if (actor->wrong) return;
    int32_t result = actor->program->api->write(actor->program->fds[name], piece.data, piece.size);
    count_written(actor, name, letters, result);
    say_result(actor, result);
}

static void run_readv(struct actor *actor)
{
    struct piece pieces[PIECES_MAX];
    enum name name = take_name(actor);
    expect(actor, ", ");
    uint32_t n = take_pieces(actor, NAME_NONE, pieces);
    if (actor->wrong) return;
    memset(actor->buffer, 0xff, actor->used); /* these were filled as for writing */
    int32_t result = actor->program->api->readv(actor->program->fds[name], pieces, n);
    say_result(actor, result);
    if (result < 0 || n > 8) return;
    uint32_t left = (uint32_t)result;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t size = left < pieces[i].size ? left : pieces[i].size;
        say_data(actor, name, pieces[i].data, size);
        left -= size;
    }
}

static void run_writev(struct actor *actor)
{
    struct piece pieces[PIECES_MAX];
    enum name name = take_name(actor);
    expect(actor, ", ");
    bool letters = actor->at[1] == '"';
    uint32_t n = take_pieces(actor, name, pieces);
    if (actor->wrong) return;
    int32_t result = actor->program->api->writev(actor->program->fds[name], pieces, n);
    count_written(actor, name, letters, result);
    say_result(actor, result);
}

static const struct {
    uint16_t bit;
    const char *name;
} poll_bits[] = {
    {POLLIN, "IN"}, {POLLOUT, "OUT"}, {POLLERR, "ERR"}, {POLLHUP, "HUP"}, {POLLNVAL, "NVAL"},
};

#define N_POLL_BITS (sizeof poll_bits / sizeof poll_bits[0])

static uint16_t take_events(struct actor *actor)
{
    uint16_t events = 0;
    if (take(actor, "0")) return 0;
    do {
        bool found = false;
        for (uint32_t i = 0; i < N_POLL_BITS && !found; i++) {
            found = take(actor, poll_bits[i].name);
            if (found) events |= poll_bits[i].bit;
        }
        if (!found) actor->wrong = true;
    } while (take(actor, "|"));
    return events;
}

static void say_events(struct actor *actor, uint16_t events)
{
    const char *between = "";
    for (uint32_t i = 0; i < N_POLL_BITS; i++) {
        if (!(events & poll_bits[i].bit)) continue;
        say(actor, "%s%s", between, poll_bits[i].name);
        between = "|";
    }
    if (events == 0) say(actor, "0");
}

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static uint32_t take_polled(struct actor *actor, struct polled *fds, enum name *which)
{
    uint32_t n = 0;
    expect(actor, "[");
    while (!actor->wrong && n < POLLED_MAX && !take(actor, "]")) {
        which[n] = take_name(actor);
        expect(actor, ":");
        /* What was left there before must not be mistaken for what is found. */
        fds[n] = (struct polled){actor->program->fds[which[n]], take_events(actor), 0xffff};
        n++;
        take(actor, " ");
    }
    return n;
}

static void run_poll(struct actor *actor)
{
    struct polled fds[POLLED_MAX];
    enum name which[POLLED_MAX];
    uint32_t n = take_polled(actor, fds, which);
    expect(actor, ", ");
    int timeout_ms = take_number(actor);
    if (actor->wrong) return;
    double begun_ms = now_ms();
    int result = actor->program->api->poll(fds, n, timeout_ms);
    bool too_early = result == 0 && now_ms() - begun_ms < timeout_ms;
    say_result(actor, result);
    for (uint32_t i = 0; i < n && result >= 0; i++) {
        say(actor, " %s:", names[which[i]]);
        say_events(actor, fds[i].revents);
    }
    if (too_early) say(actor, " too early");
}

static void set_nonblocking(struct actor *actor, bool nonblocking)
{
    enum name name = take_name(actor);
    if (actor->wrong) return;
    say_result(actor, actor->program->api->set_nonblocking(actor->program->fds[name], nonblocking));
}

static void run_nonblocking(struct actor *actor)
{
    set_nonblocking(actor, true);
}

static void run_blocking(struct actor *actor)
{
    set_nonblocking(actor, false);
}

static void run_close(struct actor *actor)
{
    enum name name = take_name(actor);
    if (actor->wrong) return;
    int result = actor->program->api->close(actor->program->fds[name]);
    if (result == 0) actor->program->open[name] = false;
    say_result(actor, result);
}

static void pause_ms(int ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&time, NULL);
}

/* The thread was joined before; this is what is logged of it. */
static void run_join(struct actor *actor)
{
    say_result(actor, 0);
}

/* What is about to happen to the pipe shall meet a writer that waits. */
static void run_full(struct actor *actor)
{
    const struct program *program = actor->program;
    enum name name = take_name(actor);
    if (actor->wrong) return;
    while (program->api->queued(program->fds[name]) < PROGRAM_PIPE_BYTES) sched_yield();
    say_result(actor, 0);
}

struct bulk {
    enum name name;
    uint32_t total, piece;
};

static struct bulk take_bulk(struct actor *actor)
{
    struct bulk bulk;
    bulk.name = take_name(actor);
    expect(actor, ", ");
    bulk.total = (uint32_t)take_number(actor);
    expect(actor, ", ");
    bulk.piece = (uint32_t)take_number(actor);
    return bulk;
}

/* Moves bytes until all are moved, or something other than bytes comes: how many. It waits in poll, so the move itself
 * must not wait. */
static uint32_t move_all(struct actor *actor, const struct bulk *bulk, uint8_t *data, bool reads)
{
    const struct pipe_api *api = actor->program->api;
    uint64_t fd = actor->program->fds[bulk->name];
    uint32_t done = 0;
    int32_t result = 1;
    while (!actor->wrong && done < bulk->total && result > 0) {
        struct polled polled = {fd, reads ? POLLIN : POLLOUT, 0};
        uint32_t size = bulk->total - done < bulk->piece ? bulk->total - done : bulk->piece;
        result = api->poll(&polled, 1, -1);
        if (result > 0) result = reads ? api->read(fd, data + done, size) : api->write(fd, data + done, size);
        if (result > 0) done += (uint32_t)result;
    }
    if (result <= 0) say_result(actor, result);
    if (result <= 0) say(actor, " after ");
    say(actor, "%u", done);
    return done;
}

static void run_read_all(struct actor *actor)
{
    struct bulk bulk = take_bulk(actor);
    uint8_t *data = reserve(actor, bulk.total);
    uint32_t done = move_all(actor, &bulk, data, true);
    if (done > 0) say_data(actor, bulk.name, data, done);
}

static void run_write_all(struct actor *actor)
{
    struct bulk bulk = take_bulk(actor);
    uint64_t *position = &actor->program->written[bulk.name];
    uint8_t *data = reserve(actor, bulk.total);
    for (uint32_t i = 0; i < bulk.total && !actor->wrong; i++) data[i] = sequence(*position + i);
    *position += move_all(actor, &bulk, data, false);
}

/* ----------------------------------------------------------------------------------------------------------- lines */

static const struct {
    const char *name;
    void (*run)(struct actor *actor);
} calls[] = {
    {"pipe(", run_pipe},           {"read(", run_read},
    {"write(", run_write},         {"readv(", run_readv},
    {"writev(", run_writev},       {"read_all(", run_read_all},
    {"write_all(", run_write_all}, {"nonblocking(", run_nonblocking},
    {"blocking(", run_blocking},   {"poll(", run_poll},
    {"close(", run_close},         {"full(", run_full},
    {"join(", run_join},
};

static void run_call(struct actor *actor)
{
    for (uint32_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        if (!take(actor, calls[i].name)) continue;
        calls[i].run(actor);
        expect(actor, ") = ");
        return;
    }
    actor->wrong = true;
}

static bool is_beside(const char *line)
{
    return line && strncmp(line, "beside: ", 8) == 0;
}

static void run_line(struct actor *actor, uint32_t i)
{
    const char *line = actor->program->text->lines[i];
    char *log = actor->program->log->lines[i];
    actor->at = line;
    actor->used = 0;
    actor->result[0] = 0;
    take(actor, "beside: ");
    if (!actor->wrong) run_call(actor);
    int size = snprintf(log, PROGRAM_TEXT_MAX, "%.*s%s", (int)(actor->at - line), line, actor->result);
    if (size >= (int)PROGRAM_TEXT_MAX) actor->wrong = true;
    if (actor->wrong) snprintf(log, PROGRAM_TEXT_MAX, "not understood: %.100s", line);
}

static void *run_beside(void *argument)
{
    struct actor *actor = argument;
    pause_ms(PROGRAM_PAUSE_MS);
    for (uint32_t i = actor->first; i < actor->end; i++) run_line(actor, i);
    return NULL;
}

struct threads {
    pthread_t beside;
    bool running;
};

static void join(struct threads *threads)
{
    if (threads->running) pthread_join(threads->beside, NULL);
    threads->running = false;
}

/* Starts the thread of the lines from `i` on: the line after them. */
static uint32_t start_beside(struct threads *threads, struct actor *beside, uint32_t i)
{
    join(threads);
    beside->first = i;
    while (is_beside(beside->program->text->lines[i])) i++;
    beside->end = i;
    threads->running = pthread_create(&threads->beside, NULL, run_beside, beside) == 0;
    if (!threads->running) beside->wrong = true;
    return i;
}

static void close_all(struct program *program)
{
    for (uint32_t i = 0; i < N_NAMES; i++) {
        if (program->open[i]) program->api->close(program->fds[i]);
    }
}

bool pipe_program_run(const struct pipe_api *api, const struct pipe_case *text, struct program_log *log_out)
{
    struct program program = {.api = api, .text = text, .log = log_out};
    struct actor *actors = calloc(2, sizeof *actors);
    struct threads threads = {.running = false};
    if (!actors) return false;
    actors[0].program = actors[1].program = &program;
    for (uint32_t i = 0; i < N_NAMES; i++) program.fds[i] = api->none;
    memset(log_out, 0, sizeof *log_out);
    for (uint32_t i = 0; i < PROGRAM_LINES_MAX && text->lines[i];) {
        if (is_beside(text->lines[i])) {
            i = start_beside(&threads, &actors[1], i);
            continue;
        }
        if (strncmp(text->lines[i], "join(", 5) == 0) join(&threads);
        run_line(&actors[0], i++);
    }
    join(&threads);
    close_all(&program);
    bool understood = !actors[0].wrong && !actors[1].wrong;
    free(actors);
    return understood;
}
