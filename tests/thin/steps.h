/* What programs of several steps share: each step is a job whose imports are served, and what is to come of it. */
#ifndef MILLRACE_TESTS_THIN_STEPS_H
#define MILLRACE_TESTS_THIN_STEPS_H

#include <emscripten.h>

#include "check.h"

static pool_t *pool;
static int told; /* callbacks of the step that runs */

/* What the job is to end as, and the step behind it. */
static void (*next_step)(void);
static uint32_t wanted_outcome;
static const char *wanted_text;
static pool_job_t running;

static inline bool contains(const struct pool_result *result, const char *text)
{
    char copy[4096] = {0};
    if (result->text) memcpy(copy, result->text, result->text_bytes < 4095 ? result->text_bytes : 4095);
    return strstr(copy, text) != NULL;
}

static inline void run_next(void *user)
{
    (void)user;
    struct pool_stats stats;
    EQUAL(pool_stats(pool, &stats), 0);
    EQUAL(stats.n_calls, 0);
    EQUAL(stats.n_open_calls, 0);
    next_step();
}

static inline void on_end(void *user, pool_t *of, pool_job_t job, const struct pool_result *result)
{
    void (*look)(const struct pool_result *) = user;
    EQUAL(result->outcome, wanted_outcome);
    EQUAL(job, running);
    if (wanted_text && !CHECK(contains(result, wanted_text))) printf("%.*s\n", (int)result->text_bytes, result->text);
    if (look) look(result);
    EQUAL(pool_release(of, job), 0);
    emscripten_async_call(run_next, NULL, 0);
}

static inline void run(const struct pool_job_config *config, uint32_t outcome, const char *text,
                       void (*look)(const struct pool_result *), void (*then)(void))
{
    wanted_outcome = outcome;
    wanted_text = text;
    next_step = then;
    told = 0;
    EQUAL(pool_submit(pool, config, &running), 0);
    EQUAL(pool_on_end(pool, running, on_end, (void *)look), 0);
}

static inline struct pool_value i32(int32_t value)
{
    return (struct pool_value){.type = POOL_I32, .of.i32 = value};
}

static inline void serve(const char *name, pool_import_handler handler)
{
    EQUAL(pool_import_set(pool, "env", name, handler, (void *)name), 0);
}

static inline void give(pool_call_t to, int32_t value)
{
    struct pool_value given = i32(value);
    EQUAL(pool_import_return(pool, to, &given, 1), 0);
}

#endif
