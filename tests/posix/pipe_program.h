/* A program for pipes, as text: lines of a call and its result, which run on any pipes that are called as POSIX's are.
 *
 *     pipe(r, w) = 0                      the ends are r and w, or r2 and w2; `none` is no end at all
 *     write(w, "abc") = 3                 the bytes, or how many of a running sequence that has no letters in it
 *     read(r, 10) = 3 "abc"               or `in order`: the sequence's next bytes
 *     readv(r, [1 0 5]) = 3 "a" "" "bc"   pieces; [1025 x 1] are 1025 of one byte
 *     nonblocking(w) = 0                  blocking(w) takes it back
 *     poll([r:IN w:OUT], 0) = 1 r:0 w:OUT
 *     write_all(w, 9000, 4096) = 9000     polls and writes that much at once, until all is written; read_all likewise
 *     full(r) = 0                         waits until nothing more fits into r's pipe; only for who does not read it
 *     beside: close(w) = 0                what another thread does, after a pause of PROGRAM_PAUSE_MS
 *
 *     join() = 0                          waits for that thread: what it used can be used here again
 *
 * Lines `beside` that follow one another are one thread's, which is joined before the next such group and at the end.
 * Each line that was run is logged as its call and the result it had, so that it equals the program's line, or not.
 */
#ifndef MILLRACE_TESTS_PIPE_PROGRAM_H
#define MILLRACE_TESTS_PIPE_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#define PROGRAM_LINES_MAX 40u
#define PROGRAM_TEXT_MAX 160u
#define PROGRAM_PIPE_BYTES 65536u /* as large as a kernel's pipe is by default */
#define PROGRAM_PAUSE_MS 30

struct piece {
    void *data;
    uint32_t size;
};

struct polled {
    uint64_t fd;
    uint16_t events;
    uint16_t revents;
};

/* Pipes of some kind. Results are as those of POSIX's functions, but for errors, which are negative errno numbers. */
struct pipe_api {
    const char *name;
    uint64_t none; /* what poll skips */
    int (*pipe)(uint32_t capacity, uint64_t fds_out[2]);
    int32_t (*read)(uint64_t fd, void *data, uint32_t size);
    int32_t (*write)(uint64_t fd, const void *data, uint32_t size);
    int32_t (*readv)(uint64_t fd, const struct piece *pieces, uint32_t n);
    int32_t (*writev)(uint64_t fd, const struct piece *pieces, uint32_t n);
    int (*set_nonblocking)(uint64_t fd, bool nonblocking);
    int (*poll)(struct polled *fds, uint32_t n, int timeout_ms);
    int (*close)(uint64_t fd);
    uint32_t (*queued)(uint64_t read_fd); /* how many bytes are in the pipe */
};

struct pipe_case {
    const char *name;
    const char *lines[PROGRAM_LINES_MAX]; /* ended by NULL */
};

struct program_log {
    char lines[PROGRAM_LINES_MAX][PROGRAM_TEXT_MAX];
};

/* Runs a case and closes the ends that it left open. False: its text is wrong; the line concerned says so. */
bool pipe_program_run(const struct pipe_api *api, const struct pipe_case *text, struct program_log *log_out);

/* The kernel's pipes, through pipe(2), and Millrace's, through pool.h. */
extern const struct pipe_api kernel_pipes;
extern const struct pipe_api millrace_pipes;

/* Makes the pool for Millrace's pipes: 0 or an enum pool_error. Ends it again: how many pipes were open. */
int millrace_pipes_begin(void);
uint32_t millrace_pipes_end(void);

/* Calls a function as a job of that pool, and waits for it: true if it ran to its end. */
bool millrace_run_as_job(void (*run)(void *argument), void *argument);

#endif
