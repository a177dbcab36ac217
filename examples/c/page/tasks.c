/* Guests that count primes: each has a card with a bar, a line that says how it goes, and two buttons. */
#include <emscripten.h>
#include <emscripten/html5.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page.h"

#define N_TASKS 3

struct task {
    const char *limit; /* the guest's argument */
    bool runs;
    pool_job_t job;
    pool_fd_t progress; /* our end of the guest's stderr: lines like `progress 0.25` */
    char line[64];
    uint32_t line_bytes;
    double began_ms;
};

static struct task tasks[N_TASKS] = {{.limit = "200000000"}, {.limit = "600000000"}, {.limit = "4000000000"}};
static pool_t *the_pool;
static pool_module_t the_sieve;

/* ------------------------------------------------------------------------------------------------------- the cards */

static const char *part_of(const struct task *task, const char *part)
{
    static char selector[64];
    snprintf(selector, sizeof selector, "#task-%d .%s", (int)(task - tasks), part);
    return selector;
}

static void show_state(const struct task *task, const char *state, const char *text)
{
    char card[32];
    snprintf(card, sizeof card, "#task-%d", (int)(task - tasks));
    page_attribute(card, "data-state", state);
    page_text(part_of(task, "status"), text);
    page_attribute(part_of(task, "start"), "disabled", task->runs ? "" : NULL);
    page_attribute(part_of(task, "cancel"), "disabled", task->runs ? NULL : "");
}

static void show_progress(const struct task *task, const char *fraction)
{
    char text[32];
    snprintf(text, sizeof text, "%.0f %%", 100 * strtod(fraction, NULL));
    page_attribute(part_of(task, "bar"), "value", fraction);
    page_text(part_of(task, "percent"), text);
}

/* -------------------------------------------------------------------------------------------------------- progress */

static void take_line(struct task *task)
{
    static const char start[] = "progress ";
    task->line[task->line_bytes] = '\0';
    if (strncmp(task->line, start, strlen(start)) == 0) show_progress(task, task->line + strlen(start));
    task->line_bytes = 0;
}

/* Reads what there is: in a program of one thread every end is non-blocking. */
static void read_progress(struct task *task)
{
    char data[256];
    int32_t n;
    while ((n = pool_read(the_pool, task->progress, data, sizeof data)) > 0) {
        for (int32_t i = 0; i < n; i++) {
            if (data[i] == '\n') {
                take_line(task);
            } else if (task->line_bytes < sizeof task->line - 1) {
                task->line[task->line_bytes++] = data[i];
            }
        }
    }
}

int tasks_look(void)
{
    int n_running = 0;
    for (int i = 0; i < N_TASKS; i++) {
        if (!tasks[i].runs) continue;
        read_progress(&tasks[i]);
        n_running++;
    }
    return n_running;
}

/* ------------------------------------------------------------------------------------------------------- from begin */

static void on_end(void *user, pool_t *pool, pool_job_t job, const struct pool_result *result)
{
    struct task *task = user;
    char text[512];
    double seconds = (emscripten_get_now() - task->began_ms) / 1000;
    read_progress(task);
    task->runs = false;
    if (result->outcome == POOL_EXITED && result->code == 0) {
        const struct pool_bytes *out = &result->captured[1];
        uint32_t digits = out->size_bytes ? out->size_bytes - 1 : 0; /* and a newline */
        snprintf(text, sizeof text, "%.*s primes in %.1f s", (int)digits, (const char *)out->data, seconds);
        show_state(task, "done", text);
    } else if (result->outcome == POOL_CANCELLED) {
        snprintf(text, sizeof text, "Cancelled after %.1f s", seconds);
        show_state(task, "cancelled", text);
    } else {
        snprintf(text, sizeof text, "It failed: %.*s", (int)result->text_bytes, result->text ? result->text : "");
        show_state(task, "failed", text);
    }
    pool_close(pool, task->progress);
    pool_release(pool, job);
}

static int submit(struct task *task)
{
    pool_fd_t fds[2];
    const char *const argv[] = {"sieve", task->limit, NULL};
    struct pool_job_config config = {.module = the_sieve, .argv = argv};
    config.stdio[1].kind = POOL_STDIO_CAPTURE;
    int error = pool_pipe(the_pool, 4096, fds);
    if (error) return error;
    config.stdio[2] = (struct pool_stdio){.kind = POOL_STDIO_PIPE, .fd = fds[1]};
    error = pool_submit(the_pool, &config, &task->job);
    if (error) {
        pool_close(the_pool, fds[0]);
        pool_close(the_pool, fds[1]);
        return error;
    }
    task->progress = fds[0];
    return pool_on_end(the_pool, task->job, on_end, task);
}

static void start(struct task *task)
{
    if (task->runs) return;
    int error = submit(task);
    task->runs = error == 0;
    task->line_bytes = 0;
    task->began_ms = emscripten_get_now();
    show_progress(task, "0");
    show_state(task, error ? "failed" : "running", error ? pool_strerror(error) : "It computes");
}

/* ----------------------------------------------------------------------------------------------------- to the clicks
 */

static EM_BOOL on_start(int type, const EmscriptenMouseEvent *event, void *user)
{
    (void)type, (void)event;
    start(user);
    return EM_TRUE;
}

static EM_BOOL on_start_all(int type, const EmscriptenMouseEvent *event, void *user)
{
    (void)type, (void)event, (void)user;
    for (int i = 0; i < N_TASKS; i++) start(&tasks[i]);
    return EM_TRUE;
}

static EM_BOOL on_cancel(int type, const EmscriptenMouseEvent *event, void *user)
{
    struct task *task = user;
    (void)type, (void)event;
    if (task->runs) pool_cancel(the_pool, task->job);
    return EM_TRUE;
}

void tasks_ready(pool_t *pool, pool_module_t sieve)
{
    the_pool = pool;
    the_sieve = sieve;
    emscripten_set_click_callback("#start-all", NULL, EM_FALSE, on_start_all);
    page_attribute("#start-all", "disabled", NULL);
    for (int i = 0; i < N_TASKS; i++) {
        emscripten_set_click_callback(part_of(&tasks[i], "start"), &tasks[i], EM_FALSE, on_start);
        emscripten_set_click_callback(part_of(&tasks[i], "cancel"), &tasks[i], EM_FALSE, on_cancel);
        show_state(&tasks[i], "ready", "Ready");
    }
}
