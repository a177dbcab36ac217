/* pool.h's imports: values of every type, the guest's memory, answers that come late, wrong, or to nobody. Arguments: the
 * folder of the guests, and how this program was built. */
#include "steps.h"

#define LARGE 1000003u

/* (module (import "env" "i32" (func (param i32) (result i32))) (memory (export "memory") 16)
 *   (func (export "_start") (drop (call 0 (i32.const 0))))) */
static const uint8_t roomy_bytes[] = {
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x09, 0x02, 0x60, 0x01, 0x7f, 0x01, 0x7f, 0x60, 0x00, 0x00,
    0x02, 0x0b, 0x01, 0x03, 0x65, 0x6e, 0x76, 0x03, 0x69, 0x33, 0x32, 0x00, 0x00, 0x03, 0x02, 0x01, 0x01, 0x05, 0x03,
    0x01, 0x00, 0x10, 0x07, 0x13, 0x02, 0x06, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 0x02, 0x00, 0x06, 0x5f, 0x73, 0x74,
    0x61, 0x72, 0x74, 0x00, 0x01, 0x0a, 0x09, 0x01, 0x07, 0x00, 0x41, 0x00, 0x10, 0x00, 0x1a, 0x0b};

static pool_module_t imports, roomy;

static void call(const char *name, struct pool_value value, uint32_t outcome, const char *text,
                 void (*look)(const struct pool_result *), void (*then)(void))
{
    run(&(struct pool_job_config){.module = imports, .export_name = name, .values = &value, .n_values = 1}, outcome,
        text, look, then);
}

/* --- handlers */

static void on_none(void *user, pool_t *of, pool_call_t to, pool_job_t job, const struct pool_value *values, uint32_t n)
{
    (void)values;
    CHECK(strcmp(user, "none") == 0);
    EQUAL(n, 0);
    EQUAL(job, running);
    EQUAL(pool_import_return(of, to, NULL, 0), 0);
}

/* One more. */
static void on_i32(void *user, pool_t *of, pool_call_t to, pool_job_t job, const struct pool_value *values, uint32_t n)
{
    (void)user, (void)job;
    struct pool_value result = values[0];
    if (n == 1 && result.type == POOL_I32) result.of.i32++;
    if (pool_import_return(of, to, &result, 1)) failures++;
}

/* All of them, turned round. */
static void on_all(void *user, pool_t *of, pool_call_t to, pool_job_t job, const struct pool_value *values, uint32_t n)
{
    (void)user, (void)job;
    struct pool_value results[4];
    EQUAL(n, 4);
    EQUAL(values[0].type, POOL_I32);
    EQUAL(values[0].of.i32, INT32_MIN);
    EQUAL(values[1].type, POOL_I64);
    EQUAL(values[1].of.i64, INT64_MIN + 1);
    EQUAL(values[2].type, POOL_F32);
    CHECK(values[2].of.f32 == 1.5f);
    EQUAL(values[3].type, POOL_F64);
    CHECK(values[3].of.f64 == -2.25);
    for (int i = 0; i < 4; i++) results[i] = values[3 - i];
    EQUAL(pool_import_return(of, to, values, 4), POOL_EINVAL); /* not these types */
    CHECK(strlen(pool_error_text()) > 0);
    EQUAL(pool_import_return(of, to, results, 3), POOL_EINVAL);
    EQUAL(pool_import_return(of, to, NULL, 0), POOL_EINVAL);
    EQUAL(pool_import_return(of, to, &(struct pool_value){.type = POOL_BYTES}, 1), POOL_EINVAL);
    EQUAL(pool_reply(of, to, 0, NULL, 0), POOL_EBADF);
    CHECK(!pool_call_abandoned(of, to));
    EQUAL(pool_wait(of, job, POOL_FOREVER, NULL), POOL_EWOULDBLOCK);
    EQUAL(pool_import_return(of, to, results, 4), 0);
    EQUAL(pool_import_return(of, to, results, 4), POOL_EBADF);
    EQUAL(pool_import_fail(of, to, "late"), POOL_EBADF);
    CHECK(!pool_call_abandoned(of, to));
}

static void look_at_all(const struct pool_result *result)
{
    EQUAL(result->n_values, 4);
    CHECK(result->values[0].of.f64 == -2.25);
    CHECK(result->values[1].of.f32 == 1.5f);
    EQUAL(result->values[2].of.i64, INT64_MIN + 1);
    EQUAL(result->values[3].of.i32, INT32_MIN);
}

/* --- the guest's memory */

static void on_text(void *user, pool_t *of, pool_call_t to, int status, const void *data, uint64_t size)
{
    (void)user;
    told++;
    EQUAL(status, 0);
    CHECK(same(data, (uint32_t)size, "h\xc3\xa9llo"));
    EQUAL(pool_import_return(of, to, NULL, 0), 0);
}

static void on_log(void *user, pool_t *of, pool_call_t to, pool_job_t job, const struct pool_value *values, uint32_t n)
{
    (void)user, (void)job, (void)n;
    EQUAL(pool_import_read(of, to, (uint32_t)values[0].of.i32, (uint32_t)values[1].of.i32, on_text, NULL), 0);
    EQUAL(told, 0);
}

static void on_written(void *user, pool_t *of, pool_call_t to, int status, const void *data, uint64_t size)
{
    (void)of, (void)to;
    EQUAL(status, (intptr_t)user);
    CHECK(data == NULL);
    EQUAL(size, status ? 0 : 1);
    told++;
}

/* What was begun before the answer is done before the guest goes on. */
static void on_write_and_return(void *user, pool_t *of, pool_call_t to, pool_job_t job, const struct pool_value *values,
                                uint32_t n)
{
    (void)user, (void)job, (void)n;
    char byte = 'x';
    EQUAL(pool_import_write(of, to, (uint32_t)values[0].of.i32, &byte, 1, on_written, NULL), 0);
    byte = 'y';
    EQUAL(pool_import_write(of, to, (uint32_t)values[0].of.i32 + 1, &byte, 1, on_written, NULL), 0);
    give(to, 0);
    EQUAL(pool_import_write(of, to, 0, &byte, 1, on_written, NULL), POOL_EBADF);
    EQUAL(told, 0);
}

static void look_at_byte(const struct pool_result *result)
{
    EQUAL(result->values[0].of.i32, 'x');
    EQUAL(told, 2);
}

/* Who answers, and has wanted what is not there, is wrong. */
static void on_late_denial(void *user, pool_t *of, pool_call_t to, pool_job_t job, const struct pool_value *values,
                           uint32_t n)
{
    (void)user, (void)job, (void)values, (void)n;
    EQUAL(pool_import_write(of, to, 131072, "x", 1, on_written, (void *)(intptr_t)POOL_EINVAL), 0);
    give(to, 0);
}

static void on_denied(void *user, pool_t *of, pool_call_t to, int status, const void *data, uint64_t size)
{
    (void)user, (void)of, (void)to;
    told++;
    EQUAL(status, POOL_EINVAL);
    CHECK(strstr(pool_error_text(), "131072") != NULL);
    CHECK(data == NULL && size == 0);
}

static void on_size(void *user, pool_t *of, pool_call_t to, int status, const void *data, uint64_t size)
{
    (void)user, (void)of;
    told++;
    EQUAL(status, 0);
    CHECK(data == NULL);
    EQUAL(size, 131072);
    EQUAL(told, 5);
    give(to, 1);
}

static void on_measure(void *user, pool_t *of, pool_call_t to, pool_job_t job, const struct pool_value *values,
                       uint32_t n)
{
    (void)user, (void)job, (void)values, (void)n;
    EQUAL(pool_import_read(of, to, 131071, 2, on_denied, NULL), 0);
    EQUAL(pool_import_read(of, to, UINT32_MAX, 2, on_denied, NULL), 0);
    EQUAL(pool_import_read(of, to, 0, POOL_BYTES_MAX, on_denied, NULL), 0);
    EQUAL(pool_import_write(of, to, 131072, "x", 1, on_denied, NULL), 0);
    EQUAL(pool_import_read(of, to, 0, POOL_BYTES_MAX + 1, on_denied, NULL), POOL_E2BIG);
    EQUAL(pool_import_size(of, to, on_size, NULL), 0);
}

static uint8_t *large;

static void on_large_read(void *user, pool_t *of, pool_call_t to, int status, const void *data, uint64_t size)
{
    (void)user, (void)of;
    told++;
    EQUAL(status, 0);
    EQUAL(size, LARGE);
    CHECK(status == 0 && memcmp(data, large, LARGE) == 0);
    give(to, 1);
}

static void on_large_written(void *user, pool_t *of, pool_call_t to, int status, const void *data, uint64_t size)
{
    (void)user, (void)data;
    told++;
    EQUAL(status, 0);
    EQUAL(size, LARGE);
    EQUAL(pool_import_read(of, to, 7, LARGE, on_large_read, NULL), 0);
}

static void on_large(void *user, pool_t *of, pool_call_t to, pool_job_t job, const struct pool_value *values,
                     uint32_t n)
{
    (void)user, (void)job, (void)values, (void)n;
    EQUAL(pool_import_write(of, to, 7, large, LARGE, on_large_written, NULL), 0);
}

/* --- failures */

static void on_fail(void *user, pool_t *of, pool_call_t to, pool_job_t job, const struct pool_value *values, uint32_t n)
{
    (void)user, (void)job, (void)values, (void)n;
    EQUAL(pool_import_fail(of, to, "\xff"), POOL_EINVAL);
    EQUAL(pool_import_fail(of, to, "there is no such thing"), 0);
}

static void look_at_trap(const struct pool_result *result)
{
    EQUAL(result->code, POOL_TRAP_IMPORT);
    CHECK(contains(result, "env.i32"));
}

static pool_call_t kept;

static void on_moved_or_cancelled(void *user, pool_t *of, pool_call_t to, int status, const void *data, uint64_t size)
{
    (void)user, (void)of, (void)data, (void)size;
    EQUAL(to, kept);
    CHECK(status == 0 || status == POOL_ECANCELED);
    told++;
}

/* Keeps the call; its job is cancelled meanwhile. */
static void on_keep(void *user, pool_t *of, pool_call_t to, pool_job_t job, const struct pool_value *values, uint32_t n)
{
    (void)user, (void)values, (void)n;
    kept = to;
    EQUAL(pool_import_read(of, to, 0, 8, on_moved_or_cancelled, NULL), 0);
    EQUAL(pool_import_size(of, to, on_moved_or_cancelled, NULL), 0);
    EQUAL(pool_cancel(of, job), 0);
}

static void look_at_cancelled(const struct pool_result *result)
{
    (void)result;
    EQUAL(told, 2);
    CHECK(pool_call_abandoned(pool, kept));
    EQUAL(pool_import_read(pool, kept, 0, 8, on_moved_or_cancelled, NULL), POOL_ECANCELED);
    give(kept, 0);
    EQUAL(pool_import_return(pool, kept, NULL, 0), POOL_EBADF);
    CHECK(!pool_call_abandoned(pool, kept));
}

/* --- answers that come late */

static void answer_later(void *user)
{
    (void)user;
    CHECK(!pool_call_abandoned(pool, kept));
    give(kept, 42);
}

static void on_later(void *user, pool_t *of, pool_call_t to, pool_job_t job, const struct pool_value *values,
                     uint32_t n)
{
    (void)user, (void)of, (void)job, (void)values, (void)n;
    kept = to;
    emscripten_async_call(answer_later, NULL, 1);
}

static void look_at_42(const struct pool_result *result)
{
    EQUAL(result->values[0].of.i32, 42);
}

static void look_at_sum(const struct pool_result *result)
{
    EQUAL(result->values[0].of.i32, 1000 * 1001 / 2 + 1000);
}

/* --- the steps, from the last to the first */

static void on_unanswered(void *user, pool_t *of, pool_call_t to, int status, const void *data, uint64_t size)
{
    (void)user, (void)data, (void)size;
    EQUAL(status, POOL_ECANCELED);
    EQUAL(pool_import_size(of, to, on_unanswered, NULL), told ? POOL_EBADF : POOL_ECANCELED);
    if (++told == 1) give(to, 0);
}

static void on_last_end(void *user, pool_t *of, pool_job_t job, const struct pool_result *result)
{
    (void)user;
    EQUAL(result->outcome, POOL_CANCELLED);
    EQUAL(pool_release(of, job), 0);
}

static void destroy(void *user)
{
    (void)user;
    EQUAL(pool_import_size(pool, kept, on_unanswered, NULL), 0);
    EQUAL(pool_import_read(pool, kept, 0, 1, on_unanswered, NULL), 0);
    EQUAL(pool_destroy(pool), 0);
    EQUAL(told, 2);
    free(large);
    finish();
}

static void on_last(void *user, pool_t *of, pool_call_t to, pool_job_t job, const struct pool_value *values, uint32_t n)
{
    (void)user, (void)of, (void)job, (void)values, (void)n;
    kept = to;
    told = 0;
    emscripten_async_call(destroy, NULL, 0); /* a pool cannot be destroyed in one of its callbacks */
}

static void step_destroy(void)
{
    serve("i32", on_last);
    const struct pool_value one = i32(1);
    EQUAL(pool_submit(pool,
                      &(struct pool_job_config){.module = imports, .export_name = "i32", .values = &one, .n_values = 1},
                      &running),
          0);
    EQUAL(pool_on_end(pool, running, on_last_end, NULL), 0);
}

static void step_missing(void)
{
    serve("f64", NULL);
    run(&(struct pool_job_config){.module = imports}, POOL_NOT_STARTED, "env.f64", NULL, step_destroy);
    serve("f64", on_i32);
}

static pool_job_t instance;

static void on_not_served(void *user, pool_t *of, pool_job_t asked, int status, const struct pool_answer *answer)
{
    (void)user, (void)of, (void)answer;
    EQUAL(asked, instance);
    EQUAL(status, POOL_EPIPE);
    serve("i32", on_i32);
}

/* An instance that runs already calls what nobody serves any more. */
static void on_sum(void *user, pool_t *of, pool_job_t asked, int status, const struct pool_answer *answer)
{
    (void)user, (void)asked;
    struct pool_value one = i32(1);
    EQUAL(status, 0);
    EQUAL(answer->values[0].of.i32, 2 + 3);
    serve("i32", NULL);
    EQUAL(pool_instance_ask_async(of, instance,
                                  &(struct pool_question){.export_name = "i32", .values = &one, .n_values = 1},
                                  on_not_served, NULL),
          0);
}

static void step_instance(void)
{
    struct pool_value two = i32(2);
    serve("i32", on_i32);
    wanted_outcome = POOL_TRAPPED;
    wanted_text = "POOL_ENOENT";
    next_step = step_missing;
    EQUAL(pool_instance_open(pool, &(struct pool_job_config){.module = imports}, &instance), 0);
    running = instance;
    EQUAL(pool_on_end(pool, instance, on_end, (void *)look_at_trap), 0);
    EQUAL(pool_instance_ask_async(pool, instance,
                                  &(struct pool_question){.export_name = "sum", .values = &two, .n_values = 1}, on_sum,
                                  NULL),
          0);
}

static void step_many(void)
{
    serve("i32", on_i32);
    call("sum", i32(1000), POOL_EXITED, NULL, look_at_sum, step_instance);
}

static void step_later(void)
{
    serve("i32", on_later);
    call("i32", i32(1), POOL_EXITED, NULL, look_at_42, step_many);
}

static void step_cancel(void)
{
    serve("i32", on_keep);
    call("i32", i32(1), POOL_CANCELLED, NULL, look_at_cancelled, step_later);
}

static void step_fail(void)
{
    serve("i32", on_fail);
    call("i32", i32(1), POOL_TRAPPED, "there is no such thing", look_at_trap, step_cancel);
}

static void step_late_denial(void)
{
    serve("i32", on_late_denial);
    call("i32", i32(1), POOL_TRAPPED, "not in the guest's memory", look_at_trap, step_fail);
}

static void step_large(void)
{
    serve("i32", on_large);
    run(&(struct pool_job_config){.module = roomy}, POOL_EXITED, NULL, NULL, step_late_denial);
}

static void step_measure(void)
{
    serve("i32", on_measure);
    call("i32", i32(1), POOL_EXITED, NULL, NULL, step_large);
}

static void step_write(void)
{
    serve("i32", on_write_and_return);
    call("byte_after", i32(65535), POOL_EXITED, NULL, look_at_byte, step_measure);
}

static void step_command(void)
{
    run(&(struct pool_job_config){.module = imports}, POOL_EXITED, NULL, NULL, step_write);
}

static void test_steps(void)
{
    const struct pool_value values[] = {i32(INT32_MIN),
                                        {.type = POOL_I64, .of.i64 = INT64_MIN + 1},
                                        {.type = POOL_F32, .of.f32 = 1.5f},
                                        {.type = POOL_F64, .of.f64 = -2.25}};
    large = malloc(LARGE);
    for (uint32_t i = 0; i < LARGE; i++) large[i] = (uint8_t)(i * 7 + i / 256);
    serve("none", on_none), serve("log", on_log), serve("all", on_all);
    serve("i32", on_i32), serve("i64", on_i32), serve("f32", on_i32), serve("f64", on_i32);
    EQUAL(pool_import_set(pool, "", "", NULL, NULL), 0);
    EQUAL(pool_import_set(pool, "", "", on_none, NULL), 0);
    EQUAL(pool_import_set(pool, "", "", NULL, NULL), 0);
    run(&(struct pool_job_config){.module = imports, .export_name = "all", .values = values, .n_values = 4},
        POOL_EXITED, NULL, look_at_all, step_command);
}

/* --- beginning: by waiting where the program can */

static void test_waiting(void)
{
    struct pool_result result;
    const struct pool_value ten = i32(10);
    const char *const names[] = {"none", "log", "all", "i32", "i64", "f32", "f64"};
    for (int i = 0; i < 7; i++) serve(names[i], on_i32);
    EQUAL(pool_submit(pool,
                      &(struct pool_job_config){.module = imports, .export_name = "sum", .values = &ten, .n_values = 1},
                      &running),
          0);
    EQUAL(pool_wait(pool, running, POOL_FOREVER, &result), 0);
    EQUAL(result.outcome, POOL_EXITED);
    EQUAL(result.values[0].of.i32, 65);
    EQUAL(pool_release(pool, running), 0);
}

static void load_and_wait(void)
{
    const struct pool_module_config config = {.bytes = roomy_bytes, .size_bytes = sizeof roomy_bytes};
    EQUAL(pool_create(&(struct pool_config){.n_workers = 2, .grace_ms = 10}, &pool), 0);
    EQUAL(pool_module_load(pool, &(struct pool_module_config){.url = guest("misbehaving/imports")}, &imports), 0);
    EQUAL(pool_module_load(pool, &config, &roomy), 0);
    test_waiting();
    test_steps();
}

static void on_module(void *user, int status, pool_module_t module)
{
    static int loaded;
    EQUAL(status, 0);
    *(pool_module_t *)user = module;
    if (++loaded == 2) test_steps();
}

static void on_pool(void *user, int status, pool_t *made)
{
    (void)user;
    const struct pool_module_config config = {.bytes = roomy_bytes, .size_bytes = sizeof roomy_bytes};
    EQUAL(status, 0);
    pool = made;
    EQUAL(pool_module_load_async(pool, &(struct pool_module_config){.url = guest("misbehaving/imports")}, on_module,
                                 &imports),
          0);
    EQUAL(pool_module_load_async(pool, &config, on_module, &roomy), 0);
}

int main(int argc, char **argv)
{
    base = argc > 1 ? argv[1] : "";
    if (argc > 2 && strcmp(argv[2], "plain") != 0) {
        load_and_wait();
    } else {
        EQUAL(pool_create_async(&(struct pool_config){.n_workers = 2, .grace_ms = 10}, on_pool, NULL), 0);
    }
    return 0;
}
