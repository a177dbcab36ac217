/* Imports at their limits: names, values, texts; guests without a memory; calls at the same time, of another pool, under
 * way when the job's time runs out, and of one who asks its own instance. Arguments: the folder of the guests. */
#include "steps.h"

#define WIDTH POOL_VALUES_MAX

/* (module (import "env" "i32" (func (param i32) (result i32)))
 *   (func (export "_start") (drop (call 0 (i32.const 7))))) */
static const uint8_t bare_bytes[] = {0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x09, 0x02, 0x60,
                                     0x01, 0x7f, 0x01, 0x7f, 0x60, 0x00, 0x00, 0x02, 0x0b, 0x01, 0x03, 0x65,
                                     0x6e, 0x76, 0x03, 0x69, 0x33, 0x32, 0x00, 0x00, 0x03, 0x02, 0x01, 0x01,
                                     0x07, 0x0a, 0x01, 0x06, 0x5f, 0x73, 0x74, 0x61, 0x72, 0x74, 0x00, 0x01,
                                     0x0a, 0x09, 0x01, 0x07, 0x00, 0x41, 0x07, 0x10, 0x00, 0x1a, 0x0b};

/* Calls "env" "wide", of 16 i32 to 16 i32, with 1 to 16: it returns the first less (the second less (the third …)). */
static const uint8_t wide_bytes[] = {
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x28, 0x02, 0x60, 0x10, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f,
    0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x10, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f,
    0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x60, 0x00, 0x01, 0x7f, 0x02, 0x0c, 0x01, 0x03, 0x65, 0x6e, 0x76,
    0x04, 0x77, 0x69, 0x64, 0x65, 0x00, 0x00, 0x03, 0x02, 0x01, 0x01, 0x07, 0x08, 0x01, 0x04, 0x77, 0x69, 0x64, 0x65,
    0x00, 0x01, 0x0a, 0x35, 0x01, 0x33, 0x00, 0x41, 0x01, 0x41, 0x02, 0x41, 0x03, 0x41, 0x04, 0x41, 0x05, 0x41, 0x06,
    0x41, 0x07, 0x41, 0x08, 0x41, 0x09, 0x41, 0x0a, 0x41, 0x0b, 0x41, 0x0c, 0x41, 0x0d, 0x41, 0x0e, 0x41, 0x0f, 0x41,
    0x10, 0x10, 0x00, 0x6b, 0x6b, 0x6b, 0x6b, 0x6b, 0x6b, 0x6b, 0x6b, 0x6b, 0x6b, 0x6b, 0x6b, 0x6b, 0x6b, 0x6b, 0x0b};

/* A command that imports "env" "wide" with 17 parameters. */
static const uint8_t wider_bytes[] = {
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x18, 0x02, 0x60, 0x11, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f,
    0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x00, 0x60, 0x00, 0x00, 0x02, 0x0c,
    0x01, 0x03, 0x65, 0x6e, 0x76, 0x04, 0x77, 0x69, 0x64, 0x65, 0x00, 0x00, 0x03, 0x02, 0x01, 0x01, 0x07, 0x0a,
    0x01, 0x06, 0x5f, 0x73, 0x74, 0x61, 0x72, 0x74, 0x00, 0x01, 0x0a, 0x04, 0x01, 0x02, 0x00, 0x0b};

static pool_t *other;
static pool_module_t modules[5];

enum { IMPORTS, STARTCALLER, BARE, WIDE, WIDER };

static void call(const char *name, int32_t value, uint32_t outcome, const char *text,
                 void (*look)(const struct pool_result *), void (*then)(void))
{
    struct pool_value values = i32(value);
    run(&(struct pool_job_config){.module = modules[IMPORTS], .export_name = name, .values = &values, .n_values = 1},
        outcome, text, look, then);
}

static void on_unused(void *user, pool_t *of, pool_call_t to, pool_job_t job, const struct pool_value *values,
                      uint32_t n)
{
    (void)user, (void)of, (void)job, (void)values, (void)n;
    EQUAL(to, 0);
}

static void serve_all(pool_import_handler handler)
{
    static const char *const names[] = {"i32", "i64", "f32", "f64", "all", "none", "log"};
    for (int i = 0; i < 7; i++) serve(names[i], i == 0 ? handler : on_unused);
}

/* --- the last step: a module that is given back while its import is under way, and then the pools */

static void on_unload(void *user, pool_t *of, pool_call_t to, pool_job_t job, const struct pool_value *values,
                      uint32_t n)
{
    (void)user, (void)of, (void)job, (void)values, (void)n;
    told++;
    if (told == 1) EQUAL(pool_module_unload(pool, modules[IMPORTS]), 0);
    give(to, told);
}

static void look_at_unloaded(const struct pool_result *result)
{
    EQUAL(told, 3);
    EQUAL(result->values[0].of.i32, 1 + 2 + 3);
}

static void destroy(void)
{
    EQUAL(pool_destroy(pool), 0);
    EQUAL(pool_destroy(other), 0);
    finish();
}

static void step_unload(void)
{
    serve_all(on_unload);
    call("sum", 3, POOL_EXITED, NULL, look_at_unloaded, destroy);
}

/* --- one who is served asks the instance that waits for it: that comes behind */

static pool_job_t instance;

static void on_answer(void *user, pool_t *of, pool_job_t asked, int status, const struct pool_answer *answer)
{
    (void)of;
    EQUAL(asked, instance);
    EQUAL(status, 0);
    EQUAL(++told, (intptr_t)user);
    EQUAL(answer->values[0].of.i32, (intptr_t)user);
    if (told == 2) EQUAL(pool_instance_close(pool, instance), 0);
}

static void ask(intptr_t number)
{
    struct pool_value value = i32((int32_t)number);
    EQUAL(pool_instance_ask_async(pool, instance,
                                  &(struct pool_question){.export_name = "i32", .values = &value, .n_values = 1},
                                  on_answer, (void *)number),
          0);
}

static void on_asking(void *user, pool_t *of, pool_call_t to, pool_job_t job, const struct pool_value *values,
                      uint32_t n)
{
    (void)user, (void)of, (void)n;
    EQUAL(job, instance);
    EQUAL(told, values[0].of.i32 - 1);
    if (values[0].of.i32 == 1) ask(2);
    give(to, values[0].of.i32);
}

static void look_at_answers(const struct pool_result *result)
{
    (void)result;
    EQUAL(told, 2);
}

static void step_asking(void)
{
    serve_all(on_asking);
    wanted_outcome = POOL_EXITED;
    wanted_text = NULL;
    next_step = step_unload;
    told = 0;
    EQUAL(pool_instance_open(pool, &(struct pool_job_config){.module = modules[IMPORTS]}, &instance), 0);
    running = instance;
    EQUAL(pool_on_end(pool, instance, on_end, (void *)look_at_answers), 0);
    ask(1);
}

/* --- two jobs at once, answered in the other order */

static pool_call_t kept[2];
static int32_t given[2];
static int n_kept, n_ended;

static void on_both(void *user, pool_t *of, pool_call_t to, pool_job_t job, const struct pool_value *values, uint32_t n)
{
    (void)user, (void)job, (void)n;
    EQUAL(pool_import_return(other, to, values, 1), POOL_EBADF);
    EQUAL(pool_import_fail(other, to, "no"), POOL_EBADF);
    CHECK(!pool_call_abandoned(other, to));
    CHECK(of == pool && n_kept < 2);
    given[n_kept] = values[0].of.i32;
    kept[n_kept++] = to;
    for (int i = 1; i >= 0 && n_kept == 2; i--) give(kept[i], given[i] * 10);
}

static void on_one_of_both(void *user, pool_t *of, pool_job_t job, const struct pool_result *result)
{
    EQUAL(result->outcome, POOL_EXITED);
    EQUAL(result->values[0].of.i32, (intptr_t)user * 10);
    EQUAL(pool_release(of, job), 0);
    next_step = step_asking;
    if (++n_ended == 2) emscripten_async_call(run_next, NULL, 0);
}

static void step_both(void)
{
    serve_all(on_both);
    for (intptr_t i = 1; i <= 2; i++) {
        struct pool_value value = i32((int32_t)i);
        struct pool_job_config config = {
            .module = modules[IMPORTS], .export_name = "i32", .values = &value, .n_values = 1};
        EQUAL(pool_submit(pool, &config, &running), 0);
        EQUAL(pool_on_end(pool, running, on_one_of_both, (void *)i), 0);
    }
}

/* --- the time runs out meanwhile */

static uint32_t timeout_ms = 50;
static pool_call_t late;

static void on_late(void *user, pool_t *of, pool_call_t to, pool_job_t job, const struct pool_value *values, uint32_t n)
{
    (void)user, (void)of, (void)job, (void)values, (void)n;
    late = to;
}

static void step_timeout(void);

/* A slow machine needs longer to come to the handler. */
static void look_at_timeout(const struct pool_result *result)
{
    (void)result;
    if (!late) next_step = step_timeout;
    if (!late) return;
    CHECK(pool_call_abandoned(pool, late));
    EQUAL(pool_import_fail(pool, late, "it took too long"), 0);
    EQUAL(pool_import_fail(pool, late, "it took too long"), POOL_EBADF);
}

static void step_timeout(void)
{
    struct pool_value value = i32(1);
    timeout_ms *= 2;
    serve_all(on_late);
    run(&(struct pool_job_config){.module = modules[IMPORTS],
                                  .export_name = "i32",
                                  .values = &value,
                                  .n_values = 1,
                                  .timeout_ms = timeout_ms},
        POOL_TIMED_OUT, NULL, look_at_timeout, step_both);
}

/* --- whoever is served no more, by its own handler */

static void on_unset(void *user, pool_t *of, pool_call_t to, pool_job_t job, const struct pool_value *values,
                     uint32_t n)
{
    (void)user, (void)of, (void)job, (void)values, (void)n;
    serve("i32", NULL);
    give(to, 1);
}

/* The second of its calls. */
static void step_unset(void)
{
    serve_all(on_unset);
    call("sum", 2, POOL_TRAPPED, "env.i32", NULL, step_timeout);
}

/* --- texts */

static char text[POOL_IMPORT_TEXT_MAX_BYTES + 2];

static void on_fail(void *user, pool_t *of, pool_call_t to, pool_job_t job, const struct pool_value *values, uint32_t n)
{
    (void)user, (void)job, (void)values, (void)n;
    memset(text, 'x', POOL_IMPORT_TEXT_MAX_BYTES + 1);
    EQUAL(pool_import_fail(of, to, text), POOL_EINVAL);
    text[POOL_IMPORT_TEXT_MAX_BYTES] = '\0';
    EQUAL(pool_import_fail(of, to, text), 0);
}

static void step_text(void)
{
    serve_all(on_fail);
    call("i32", 1, POOL_TRAPPED, text, NULL, step_unset);
}

/* --- as many values as there can be */

static void on_wide(void *user, pool_t *of, pool_call_t to, pool_job_t job, const struct pool_value *values, uint32_t n)
{
    (void)user, (void)job;
    struct pool_value results[WIDTH];
    EQUAL(n, WIDTH);
    for (int i = 0; i < (int)WIDTH; i++) {
        EQUAL(values[i].of.i32, i + 1);
        results[i] = i32(2 * values[WIDTH - 1 - (uint32_t)i].of.i32);
    }
    EQUAL(pool_import_return(of, to, results, WIDTH), 0);
}

static void look_at_wide(const struct pool_result *result)
{
    EQUAL(result->values[0].of.i32, 2 * 16 - 2 * 15 + 2 * 14 - 2 * 13 + 2 * 12 - 2 * 11 + 2 * 10 - 2 * 9 + 2 * 8 -
                                        2 * 7 + 2 * 6 - 2 * 5 + 2 * 4 - 2 * 3 + 2 * 2 - 2 * 1);
}

static void step_wider(void)
{
    run(&(struct pool_job_config){.module = modules[WIDER]}, POOL_NOT_STARTED, "more than 16 values", NULL, step_text);
}

static void step_wide(void)
{
    serve("wide", on_wide);
    run(&(struct pool_job_config){.module = modules[WIDE], .export_name = "wide"}, POOL_EXITED, NULL, look_at_wide,
        step_wider);
}

/* --- guests whose memory cannot be reached */

static void on_no_size(void *user, pool_t *of, pool_call_t to, int status, const void *data, uint64_t size)
{
    (void)user, (void)of;
    EQUAL(status, 0);
    EQUAL(size, 0);
    CHECK(data == NULL);
    EQUAL(told, 2);
    give(to, 42);
}

static void on_unreachable(void *user, pool_t *of, pool_call_t to, int status, const void *data, uint64_t size)
{
    (void)user, (void)of, (void)to;
    told++;
    EQUAL(status, POOL_EINVAL);
    EQUAL(size, 0);
    CHECK(data == NULL && strlen(pool_error_text()) > 0);
}

static void on_bare(void *user, pool_t *of, pool_call_t to, pool_job_t job, const struct pool_value *values, uint32_t n)
{
    (void)user, (void)job;
    EQUAL(n, 1);
    EQUAL(values[0].of.i32, 7);
    EQUAL(pool_import_read(of, to, 0, 1, on_unreachable, NULL), 0);
    EQUAL(pool_import_write(of, to, 0, "x", 1, on_unreachable, NULL), 0);
    EQUAL(pool_import_size(of, to, on_no_size, NULL), 0);
}

static void look_at_got(const struct pool_result *result)
{
    EQUAL(result->values[0].of.i32, 42);
}

static void step_start_section(void)
{
    serve("started", on_bare);
    run(&(struct pool_job_config){.module = modules[STARTCALLER], .export_name = "got"}, POOL_EXITED, NULL, look_at_got,
        step_wide);
}

static void step_bare(void)
{
    serve("i32", on_bare);
    run(&(struct pool_job_config){.module = modules[BARE]}, POOL_EXITED, NULL, NULL, step_start_section);
}

/* --- names */

static void test_names(void)
{
    static char name[POOL_NAME_MAX_BYTES + 2];
    memset(name, 'n', POOL_NAME_MAX_BYTES + 1);
    EQUAL(pool_import_set(pool, name, "a", on_unused, NULL), POOL_EINVAL);
    EQUAL(pool_import_set(pool, "a", name, on_unused, NULL), POOL_EINVAL);
    name[POOL_NAME_MAX_BYTES] = '\0';
    EQUAL(pool_import_set(pool, name, name, on_unused, NULL), 0);
    EQUAL(pool_import_set(pool, name, "", on_unused, NULL), 0);
    EQUAL(pool_import_set(pool, "", name, on_unused, NULL), 0);
    EQUAL(pool_import_set(pool, name, name, NULL, NULL), 0);
    EQUAL(pool_import_set(pool, name, name, NULL, NULL), 0);
}

/* --- beginning */

static void on_module(void *user, int status, pool_module_t module)
{
    static int n_loaded;
    EQUAL(status, 0);
    modules[(intptr_t)user] = module;
    if (++n_loaded < 5) return;
    test_names();
    step_bare();
}

static void load(intptr_t number, struct pool_module_config config)
{
    EQUAL(pool_module_load_async(pool, &config, on_module, (void *)number), 0);
}

static void on_pool(void *user, int status, pool_t *made)
{
    EQUAL(status, 0);
    *(pool_t **)user = made;
    if (!pool || !other) return;
    load(IMPORTS, (struct pool_module_config){.url = guest("misbehaving/imports")});
    load(STARTCALLER, (struct pool_module_config){.url = guest("misbehaving/startcaller")});
    load(BARE, (struct pool_module_config){.bytes = bare_bytes, .size_bytes = sizeof bare_bytes});
    load(WIDE, (struct pool_module_config){.bytes = wide_bytes, .size_bytes = sizeof wide_bytes});
    load(WIDER, (struct pool_module_config){.bytes = wider_bytes, .size_bytes = sizeof wider_bytes});
}

int main(int argc, char **argv)
{
    base = argc > 1 ? argv[1] : "";
    EQUAL(pool_create_async(&(struct pool_config){.n_workers = 2, .grace_ms = 10}, on_pool, &pool), 0);
    EQUAL(pool_create_async(&(struct pool_config){.n_workers = 1}, on_pool, &other), 0);
    return 0;
}
