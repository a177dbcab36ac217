/* pool.h's instances: asked in order, with callbacks, and by waiting where the program can. Arguments: the folder of the
 * guests, and how this program was built. */
#include <emscripten.h>

#include "check.h"

#define LARGE 1000003u

static pool_t *pool;
static pool_module_t counter, bytes, values;

static pool_job_t open_instance(pool_module_t module)
{
    pool_job_t instance = 0;
    EQUAL(pool_instance_open(pool, &(struct pool_job_config){.module = module}, &instance), 0);
    CHECK(instance != 0);
    return instance;
}

static struct pool_value i32(int32_t value)
{
    return (struct pool_value){.type = POOL_I32, .of.i32 = value};
}

static struct pool_value text(const char *value)
{
    return (struct pool_value){.type = POOL_BYTES, .of.bytes = {value, (uint32_t)strlen(value)}};
}

/* --- with callbacks: many questions under way */

static int answered;

static void on_sum(void *user, pool_t *of, pool_job_t instance, int status, const struct pool_answer *answer)
{
    (void)of, (void)instance;
    EQUAL(status, 0);
    EQUAL((intptr_t)user, answered); /* in order */
    answered++;
    EQUAL(answer->n_values, 1);
    EQUAL(answer->values[0].type, POOL_I32);
    EQUAL(answer->values[0].of.i32, answered);
}

static void on_upper(void *user, pool_t *of, pool_job_t instance, int status, const struct pool_answer *answer)
{
    (void)user, (void)of, (void)instance;
    EQUAL(status, 0);
    answered++;
    CHECK(same(answer->bytes.data, answer->bytes.size_bytes, "TO BE"));
    EQUAL(answer->n_values, 0);
}

static void on_error(void *user, pool_t *of, pool_job_t instance, int status, const struct pool_answer *answer)
{
    (void)of, (void)instance;
    EQUAL(status, (intptr_t)user);
    CHECK(answer == NULL);
    CHECK(status == POOL_EPIPE || status == POOL_ESHUTDOWN || strlen(pool_error_text()) > 0);
    answered++;
}

static void on_ended(void *user, pool_t *of, pool_job_t job, const struct pool_result *result)
{
    EQUAL(result->outcome, (intptr_t)user);
    EQUAL(pool_release(of, job), 0);
    answered++;
}

/* Waits without being suspended in the pool, so that each way of building takes it. */
static void until(int n, void (*then)(void));

static int awaited;
static void (*next_step)(void);

static void look(void *user)
{
    (void)user;
    if (answered < awaited) return emscripten_async_call(look, NULL, 5);
    EQUAL(answered, awaited);
    answered = 0;
    next_step();
}

static void until(int n, void (*then)(void))
{
    awaited = n;
    next_step = then;
    look(NULL);
}

static void ask(pool_job_t instance, const struct pool_question *question, pool_answer_callback callback, intptr_t user)
{
    EQUAL(pool_instance_ask_async(pool, instance, question, callback, (void *)user), 0);
}

static pool_job_t counting;

static void destroyed(void)
{
    pool_job_t left = open_instance(counter);
    ask(left, &(struct pool_question){.export_name = "spin"}, on_error, POOL_ESHUTDOWN);
    EQUAL(pool_destroy(pool), 0);
    EQUAL(answered, 1);
    finish();
}

/* A trap ends it: the question that it is in, and those behind. */
static void trap(void)
{
    pool_job_t instance = open_instance(counter);
    EQUAL(pool_on_end(pool, instance, on_ended, (void *)(intptr_t)POOL_TRAPPED), 0);
    ask(instance, &(struct pool_question){.export_name = "fail"}, on_error, POOL_EPIPE);
    ask(instance, &(struct pool_question){.export_name = "nothing"}, on_error, POOL_EPIPE);
    pool_job_t cancelled = open_instance(counter);
    EQUAL(pool_on_end(pool, cancelled, on_ended, (void *)(intptr_t)POOL_CANCELLED), 0);
    ask(cancelled, &(struct pool_question){.export_name = "spin"}, on_error, POOL_EPIPE);
    EQUAL(pool_cancel(pool, cancelled), 0);
    until(5, destroyed);
}

/* An instance that has ended may be released in the callback of its last answer. */
static void on_last(void *user, pool_t *of, pool_job_t instance, int status, const struct pool_answer *answer)
{
    (void)user, (void)answer;
    EQUAL(status, 0);
    EQUAL(pool_release(of, instance), 0);
    EQUAL(pool_instance_close(of, instance), POOL_EBADF);
    answered++;
}

static void release_early(void)
{
    pool_job_t instance = open_instance(counter);
    ask(instance, &(struct pool_question){.export_name = "nothing"}, on_last, 0);
    EQUAL(pool_instance_close(pool, instance), 0);
    int status;
    do
        status =
            pool_wait(pool, instance, 0, NULL); /* without the event loop, so that the answer comes behind the end */
    while (status == POOL_EAGAIN);
    EQUAL(status, 0);
    until(1, trap);
}

static void close_counting(void)
{
    struct pool_question add = {.export_name = "add", .values = (struct pool_value[]){i32(1)}, .n_values = 1};
    EQUAL(pool_on_end(pool, counting, on_ended, (void *)(intptr_t)POOL_EXITED), 0);
    EQUAL(pool_release(pool, counting), POOL_EBUSY);
    EQUAL(pool_instance_close(pool, counting), 0);
    EQUAL(pool_instance_close(pool, counting), 0);
    EQUAL(pool_instance_ask_async(pool, counting, &add, on_error, NULL), POOL_EPIPE);
    until(1, release_early);
}

static void refusals(void)
{
    pool_job_t instance = open_instance(bytes);
    struct pool_value words[] = {text("to be"), i32('b')};
    ask(instance,
        &(struct pool_question){.export_name = "upper", .values = words, .n_values = 1, .returns_bytes = true},
        on_upper, 0);
    ask(instance, &(struct pool_question){.export_name = "lower"}, on_error, POOL_ENOENT);
    ask(instance, &(struct pool_question){.export_name = "memory"}, on_error, POOL_ENOENT);
    ask(instance, &(struct pool_question){.export_name = "count", .values = words, .n_values = 1}, on_error,
        POOL_EINVAL);
    ask(instance,
        &(struct pool_question){.export_name = "count", .values = words, .n_values = 2, .returns_bytes = true},
        on_error, POOL_EINVAL);
    ask(counting, &(struct pool_question){.export_name = "add", .values = words, .n_values = 1}, on_error, POOL_EINVAL);
    ask(counting, &(struct pool_question){.kind = POOL_ASK_READ, .address = 65536, .size_bytes = 1}, on_error,
        POOL_EINVAL);
    EQUAL(pool_instance_close(pool, instance), 0);
    EQUAL(pool_on_end(pool, instance, on_ended, (void *)(intptr_t)POOL_EXITED), 0);
    until(8, close_counting);
}

static void wrong_questions(void)
{
    struct pool_value one = i32(1), odd = {.type = 3}, none = {.type = POOL_BYTES, .of.bytes = {NULL, 1}},
                      large = {.type = POOL_BYTES, .of.bytes = {"", POOL_BYTES_MAX + 1}};
    char name[POOL_NAME_MAX_BYTES + 2];
    memset(name, 'a', sizeof name);
    const struct {
        struct pool_question question;
        int status;
    } cases[] = {{{.export_name = NULL}, POOL_EINVAL},
                 {{.export_name = ""}, POOL_EINVAL},
                 {{.export_name = name}, POOL_EINVAL},
                 {{.export_name = "\xff"}, POOL_EINVAL},
                 {{.export_name = "add", .n_values = 1}, POOL_EINVAL},
                 {{.export_name = "add", .values = &odd, .n_values = 1}, POOL_EINVAL},
                 {{.export_name = "add", .values = &none, .n_values = 1}, POOL_EINVAL},
                 {{.export_name = "add", .values = &large, .n_values = 1}, POOL_E2BIG},
                 {{.export_name = "add", .values = &one, .n_values = POOL_VALUES_MAX}, POOL_EINVAL},
                 {{.kind = 3}, POOL_EINVAL},
                 {{.kind = POOL_ASK_WRITE, .size_bytes = 1}, POOL_EINVAL},
                 {{.kind = POOL_ASK_READ, .size_bytes = POOL_BYTES_MAX + 1}, POOL_E2BIG}};
    for (uint32_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EQUAL(pool_instance_ask_async(pool, counting, &cases[i].question, on_error, NULL), cases[i].status);
    }
    struct pool_question add = {.export_name = "add", .values = &one, .n_values = 1};
    EQUAL(pool_instance_ask_async(pool, counting, NULL, on_error, NULL), POOL_EINVAL);
    EQUAL(pool_instance_ask_async(pool, counting, &add, NULL, NULL), POOL_EINVAL);
    EQUAL(pool_instance_ask_async(NULL, counting, &add, on_error, NULL), POOL_EINVAL);
    EQUAL(pool_instance_ask_async(pool, 4711, &add, on_error, NULL), POOL_EBADF);
    EQUAL(pool_instance_close(pool, 4711), POOL_EBADF);
}

static void wrong_configs(void)
{
    pool_job_t instance = 0;
    const struct pool_job_config cases[] = {{0},
                                            {.module = counter, .export_name = "add"},
                                            {.module = counter, .input = "x", .input_bytes = 1},
                                            {.module = counter, .stdio = {{.kind = POOL_STDIO_INPUT}, {0}, {0}}},
                                            {.module = counter, .stdio = {{0}, {.kind = POOL_STDIO_CAPTURE}, {0}}},
                                            {.module = counter, .priority = 9}};
    for (uint32_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EQUAL(pool_instance_open(pool, &cases[i], &instance), POOL_EINVAL);
    }
    EQUAL(pool_instance_open(pool, &(struct pool_job_config){.module = 4711}, &instance), POOL_EBADF);
    EQUAL(pool_instance_open(NULL, &cases[0], &instance), POOL_EINVAL);
    EQUAL(pool_instance_open(pool, NULL, &instance), POOL_EINVAL);
    CHECK(instance == 0);
    struct pool_stats stats;
    EQUAL(pool_stats(pool, &stats), 0);
    EQUAL(stats.n_pipes, 2); /* those of `counting` */
}

static void test_callbacks(void)
{
    struct pool_question add = {.export_name = "add", .values = (struct pool_value[]){i32(1)}, .n_values = 1};
    counting = open_instance(counter);
    wrong_questions();
    wrong_configs();
    for (intptr_t i = 0; i < 1000; i++) ask(counting, &add, on_sum, i);
    until(1000, refusals);
}

/* --- waiting */

static void test_waiting(void)
{
    pool_job_t instance = open_instance(bytes), several = open_instance(values), plain = open_instance(counter);
    struct pool_answer answer;
    struct pool_value large = i32((int32_t)LARGE), b = i32('b');
    struct pool_question fill = {.export_name = "fill", .values = &large, .n_values = 1, .returns_bytes = true};
    EQUAL(pool_instance_ask(pool, instance, &fill, &answer), 0);
    EQUAL(answer.bytes.size_bytes, LARGE);
    for (uint32_t i = 0; i < LARGE; i += 997) EQUAL(((const uint8_t *)answer.bytes.data)[i], i & 0xff);
    struct pool_value counted[] = {{.type = POOL_BYTES, .of.bytes = answer.bytes}, b};
    struct pool_question count = {.export_name = "count", .values = counted, .n_values = 2};
    EQUAL(pool_instance_ask(pool, instance, &count, &answer), 0);
    EQUAL(answer.values[0].of.i32, (LARGE - 1 - 'b') / 256 + 1);
    struct pool_value swapped[] = {i32(7), {.type = POOL_I64, .of.i64 = 8}};
    EQUAL(pool_instance_ask(pool, several,
                            &(struct pool_question){.export_name = "swap", .values = swapped, .n_values = 2}, &answer),
          0);
    EQUAL(answer.n_values, 2);
    EQUAL(answer.values[0].of.i64, 8);
    EQUAL(answer.values[1].of.i32, 7);
    EQUAL(answer.values[1].type, POOL_I32);
    struct pool_question write = {.kind = POOL_ASK_WRITE, .address = 1024, .size_bytes = 5, .data = "hello"};
    EQUAL(pool_instance_ask(pool, plain, &write, NULL), 0);
    struct pool_question read = {.kind = POOL_ASK_READ, .address = 1025, .size_bytes = 3};
    EQUAL(pool_instance_ask(pool, plain, &read, &answer), 0);
    CHECK(same(answer.bytes.data, answer.bytes.size_bytes, "ell"));
    EQUAL(pool_instance_ask(pool, plain, &(struct pool_question){.export_name = "no"}, &answer), POOL_ENOENT);
    CHECK(strstr(pool_error_text(), "no") != NULL);
    struct pool_result result;
    EQUAL(pool_instance_ask(pool, plain, &(struct pool_question){.export_name = "fail"}, &answer), POOL_EPIPE);
    EQUAL(pool_wait(pool, plain, POOL_FOREVER, &result), 0);
    EQUAL(result.outcome, POOL_TRAPPED);
    EQUAL(pool_instance_ask(pool, plain, &read, &answer), POOL_EPIPE);
    EQUAL(pool_release(pool, plain), 0);
    EQUAL(pool_instance_ask(pool, plain, &read, &answer), POOL_EBADF);
    const pool_job_t left[] = {instance, several};
    for (int i = 0; i < 2; i++) {
        EQUAL(pool_instance_close(pool, left[i]), 0);
        EQUAL(pool_wait(pool, left[i], POOL_FOREVER, &result), 0);
        EQUAL(result.outcome, POOL_EXITED);
        EQUAL(pool_release(pool, left[i]), 0);
    }
}

static void load_and_wait(void)
{
    EQUAL(pool_create(&(struct pool_config){.n_workers = 2, .grace_ms = 10}, &pool), 0);
    EQUAL(pool_module_load(pool, &(struct pool_module_config){.url = guest("counter")}, &counter), 0);
    EQUAL(pool_module_load(pool, &(struct pool_module_config){.url = guest("bytes")}, &bytes), 0);
    EQUAL(pool_module_load(pool, &(struct pool_module_config){.url = guest("values")}, &values), 0);
    test_waiting();
    test_callbacks();
}

/* --- a program that cannot wait */

static void on_module(void *user, int status, pool_module_t module)
{
    static int loaded;
    EQUAL(status, 0);
    *(pool_module_t *)user = module;
    if (++loaded < 2) return;
    pool_job_t instance = open_instance(counter);
    struct pool_question nothing = {.export_name = "nothing"};
    EQUAL(pool_instance_ask(pool, instance, &nothing, NULL), POOL_EWOULDBLOCK);
    CHECK(strlen(pool_error_text()) > 0);
    EQUAL(pool_on_end(pool, instance, on_ended, (void *)(intptr_t)POOL_EXITED), 0);
    EQUAL(pool_instance_close(pool, instance), 0);
    until(1, test_callbacks);
}

static void on_pool(void *user, int status, pool_t *made)
{
    (void)user;
    EQUAL(status, 0);
    pool = made;
    EQUAL(pool_module_load_async(pool, &(struct pool_module_config){.url = guest("counter")}, on_module, &counter), 0);
    EQUAL(pool_module_load_async(pool, &(struct pool_module_config){.url = guest("bytes")}, on_module, &bytes), 0);
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
