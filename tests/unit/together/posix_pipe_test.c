/* One text of calls and results, run line by line on the kernel's pipes and on Millrace's: both do as it says, and so
 * each as the other. Millrace's run twice, with the calling thread outside of the pool and inside of it, in a job.
 */
#include <stdio.h>

#include "posix/pipe_program.h"
#include "posix/pipe_text.h"
#include "support/prelude.h"

#define TEXTS COUNT_OF(pipe_text)

struct run {
    const char *where;
    const struct pipe_api *api;
    const struct pipe_case *text;
    struct program_log log;
    bool understood;
};

static void run_text(void *argument)
{
    struct run *run = argument;
    run->understood = pipe_program_run(run->api, run->text, &run->log);
}

/* Line by line, and the first line that differs with what all of them say. */
static void compare(const struct pipe_case *text, const struct run *runs, uint32_t n_runs)
{
    for (uint32_t i = 0; i < PROGRAM_LINES_MAX && text->lines[i]; i++) {
        bool equal = true;
        for (uint32_t k = 0; k < n_runs; k++) equal = equal && strcmp(runs[k].log.lines[i], text->lines[i]) == 0;
        if (equal) continue;
        print_error("line %u: %s\n", i + 1, text->lines[i]);
        for (uint32_t k = 0; k < n_runs; k++) print_error("%14s: %s\n", runs[k].where, runs[k].log.lines[i]);
        fail_msg("%s: they differ", text->name);
    }
}

static void pipes_do_as_the_text_says(void **state)
{
    static struct run runs[3];
    const struct pipe_case *text = *state;
    runs[0] = (struct run){.where = "kernel", .api = &kernel_pipes, .text = text};
    runs[1] = (struct run){.where = "millrace", .api = &millrace_pipes, .text = text};
    runs[2] = (struct run){.where = "millrace, job", .api = &millrace_pipes, .text = text};
    run_text(&runs[0]);
    run_text(&runs[1]);
    assert_true(millrace_run_as_job(run_text, &runs[2]));
    compare(text, runs, COUNT_OF(runs));
    for (uint32_t i = 0; i < COUNT_OF(runs); i++) assert_true(runs[i].understood);
}

static int begin(void **state)
{
    (void)state;
    return millrace_pipes_begin();
}

static int end(void **state)
{
    (void)state;
    uint32_t left = millrace_pipes_end();
    if (left > 0) print_error("%u pipes were left open\n", left);
    return left > 0 ? -1 : 0;
}

int main(void)
{
    struct CMUnitTest tests[TEXTS];
    for (uint32_t i = 0; i < TEXTS; i++) {
        tests[i] = (struct CMUnitTest){.name = pipe_text[i].name,
                                       .test_func = pipes_do_as_the_text_says,
                                       .initial_state = (void *)(uintptr_t)&pipe_text[i]};
    }
    return cmocka_run_group_tests_name("posix_pipe", tests, begin, end);
}
