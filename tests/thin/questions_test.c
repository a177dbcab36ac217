/* Questions to instances that end before they are answered: by a timeout or by being taken back, while they wait for those
 * before them and while they run. Arguments: the folder of the guests, and how this program was built. */
#include "steps.h"

static pool_module_t counter, imports;
static pool_job_t instance;
static pool_call_t kept; /* the import's call in which the guest waits */
static int n_served, n_told;
static int order[8]; /* of answers: the questions' numbers, negative if they have failed */
static void (*when_told)(void *);
static int n_wanted;

/* --- asking */

static void on_answer(void *user, pool_t *of, pool_job_t asked, int status, const struct pool_answer *answer)
{
    (void)of;
    int number = (int)(intptr_t)user % 10, wanted = -(int)((intptr_t)user / 10);
    EQUAL(asked, instance);
    EQUAL(status, wanted);
    CHECK((answer != NULL) == (status == 0));
    order[n_told++] = status ? -number : number;
    if (n_told == n_wanted) emscripten_async_call(when_told, NULL, 0);
}

/* What a question is told by: its number, 1 to 9, and the error that it is to get. */
static void *mark(int number, int status)
{
    return (void *)(intptr_t)(number - 10 * status);
}

static int ask_with(const char *name, int number, int status, uint32_t timeout_ms, bool cancellable)
{
    struct pool_value value = i32(number);
    return pool_instance_ask_async(pool, instance,
                                   &(struct pool_question){.export_name = name,
                                                           .values = &value,
                                                           .n_values = strcmp(name, "i32") == 0,
                                                           .timeout_ms = timeout_ms,
                                                           .cancellable = cancellable},
                                   on_answer, mark(number, status));
}

static void open_imports(int wanted, void (*then)(void *), pool_import_handler handler)
{
    static const char *const names[] = {"i64", "f32", "f64", "all", "none", "log"};
    for (int i = 0; i < 6; i++) serve(names[i], handler);
    serve("i32", handler);
    n_told = n_served = 0;
    n_wanted = wanted;
    when_told = then;
    EQUAL(pool_instance_open(pool, &(struct pool_job_config){.module = imports}, &instance), 0);
}

static void on_closed(void *user, pool_t *of, pool_job_t job, const struct pool_result *result)
{
    EQUAL(result->outcome, wanted_outcome);
    EQUAL(pool_question_cancel(of, job, on_answer, mark(1, 0)), POOL_ENOENT);
    EQUAL(pool_release(of, job), 0);
    EQUAL(pool_question_cancel(of, job, on_answer, mark(1, 0)), POOL_EBADF);
    emscripten_async_call((void (*)(void *))user, NULL, 0);
}

static void close_then(uint32_t outcome, void (*then)(void *))
{
    wanted_outcome = outcome;
    EQUAL(pool_instance_close(pool, instance), 0);
    EQUAL(pool_on_end(pool, instance, on_closed, (void *)then), 0);
}

/* Answers all but the first call at once. */
static void on_call(void *user, pool_t *of, pool_call_t to, pool_job_t job, const struct pool_value *values, uint32_t n)
{
    (void)user, (void)of, (void)job, (void)n;
    n_served++;
    if (values[0].of.i32 > 1) {
        give(to, values[0].of.i32);
    } else {
        kept = to;
    }
}

/* --- the pool is destroyed while some are being ended */

static void destroy(void *user)
{
    (void)user;
    EQUAL(pool_question_cancel(pool, instance, on_answer, mark(2, POOL_ECANCELED)), 0);
    EQUAL(n_told, 0);
    EQUAL(pool_destroy(pool), 0);
    EQUAL(n_told, 3);
    finish();
}

static void on_last_call(void *user, pool_t *of, pool_call_t to, pool_job_t job, const struct pool_value *values,
                         uint32_t n)
{
    (void)user, (void)of, (void)to, (void)job, (void)values, (void)n;
    emscripten_async_call(destroy, NULL, 0); /* a pool cannot be destroyed in one of its callbacks */
}

static void step_destroy(void *user)
{
    (void)user;
    open_imports(9, NULL, on_last_call);
    EQUAL(ask_with("i32", 1, POOL_ESHUTDOWN, 1000000, false), 0);
    EQUAL(ask_with("i32", 2, POOL_ECANCELED, 0, true), 0);
    EQUAL(ask_with("i32", 3, POOL_ESHUTDOWN, 4000000000u, false), 0);
}

/* --- one that runs ends its instance */

static void spun(void *user)
{
    (void)user;
    EQUAL(order[0], -1);
    EQUAL(order[1], -2);
    EQUAL(ask_with("nothing", 3, 0, 0, false), POOL_EPIPE);
    close_then(POOL_CANCELLED, step_destroy);
}

/* It computes, and looks at nothing. */
static void spin(void *user)
{
    (void)user;
    n_told = 0;
    n_wanted = 2;
    when_told = spun;
    EQUAL(ask_with("spin", 1, POOL_ETIMEDOUT, 50, false), 0);
    EQUAL(ask_with("nothing", 2, POOL_EPIPE, 0, false), 0);
}

/* It is asked something before, so that it is there and the next question is sent at once. */
static void step_spin(void *user)
{
    (void)user;
    n_told = 0;
    n_wanted = 1;
    when_told = spin;
    EQUAL(pool_instance_open(pool, &(struct pool_job_config){.module = counter}, &instance), 0);
    EQUAL(ask_with("nothing", 3, 0, 0, true), 0);
}

static void cancelled_running(void *user)
{
    (void)user;
    EQUAL(order[0], -1);
    EQUAL(order[1], -2);
    EQUAL(n_served, 1);
    CHECK(pool_call_abandoned(pool, kept));
    give(kept, 0);
    close_then(POOL_CANCELLED, step_spin);
}

static void on_cancel_running(void *user, pool_t *of, pool_call_t to, pool_job_t job, const struct pool_value *values,
                              uint32_t n)
{
    on_call(user, of, to, job, values, n);
    EQUAL(pool_question_cancel(of, job, on_answer, mark(1, POOL_ECANCELED)), 0);
    EQUAL(pool_question_cancel(of, job, on_answer, mark(1, POOL_ECANCELED)), POOL_ENOENT);
    EQUAL(n_told, 0);
}

static void step_cancel_running(void *user)
{
    (void)user;
    open_imports(2, cancelled_running, on_cancel_running);
    EQUAL(ask_with("i32", 1, POOL_ECANCELED, 0, true), 0);
    EQUAL(ask_with("i32", 2, POOL_EPIPE, 0, false), 0);
}

/* --- those that wait are taken back, and their instance does not notice */

static void timed_out_waiting(void *user)
{
    (void)user;
    EQUAL(n_served, 3);
    const int wanted[] = {-2, 1, 3, 4};
    for (int i = 0; i < 4; i++) EQUAL(order[i], wanted[i]);
    close_then(POOL_EXITED, step_cancel_running);
}

static void go_on(void *user)
{
    (void)user;
    n_wanted = 4;
    when_told = timed_out_waiting;
    give(kept, 1);
}

/* The second one's time runs out while the first one runs; then that is answered. */
static void on_timeout_waiting(void *user, pool_t *of, pool_call_t to, pool_job_t job, const struct pool_value *values,
                               uint32_t n)
{
    on_call(user, of, to, job, values, n);
    if (values[0].of.i32 > 1) return;
    EQUAL(ask_with("i32", 2, POOL_ETIMEDOUT, 50, false), 0);
    EQUAL(ask_with("i32", 3, 0, 0, true), 0);
    EQUAL(ask_with("i32", 4, 0, 1000000, true), 0);
}

static void step_timeout_waiting(void *user)
{
    (void)user;
    open_imports(1, go_on, on_timeout_waiting);
    EQUAL(ask_with("i32", 1, 0, 0, false), 0);
}

static void cancelled_waiting(void *user)
{
    (void)user;
    const int wanted[] = {-2, -4, 1, 3, 5};
    int n_ended = 0, n_answered = 2;
    for (int i = 0; i < 5; i++) EQUAL(order[i], wanted[order[i] < 0 ? n_ended++ : n_answered++]);
    EQUAL(n_served, 3);
    close_then(POOL_EXITED, step_timeout_waiting);
}

static void on_cancel_waiting(void *user, pool_t *of, pool_call_t to, pool_job_t job, const struct pool_value *values,
                              uint32_t n)
{
    on_call(user, of, to, job, values, n);
    if (values[0].of.i32 > 1) return;
    EQUAL(pool_question_cancel(of, job, on_answer, mark(2, POOL_ECANCELED)), 0);
    EQUAL(pool_question_cancel(of, job, on_answer, mark(4, POOL_ECANCELED)), 0);
    EQUAL(pool_question_cancel(of, job, on_answer, mark(3, 0)), POOL_ENOENT); /* it was asked without */
    EQUAL(pool_question_cancel(of, job, on_answer, mark(6, 0)), POOL_ENOENT);
    EQUAL(n_told, 0);
    give(kept, 1);
}

static void step_cancel_waiting(void *user)
{
    (void)user;
    open_imports(5, cancelled_waiting, on_cancel_waiting);
    EQUAL(ask_with("i32", 1, 0, 0, false), 0);
    EQUAL(ask_with("i32", 2, POOL_ECANCELED, 0, true), 0);
    EQUAL(ask_with("i32", 3, 0, 0, false), 0);
    EQUAL(ask_with("i32", 4, POOL_ECANCELED, 1000000, false), 0);
    EQUAL(ask_with("i32", 5, 0, 0, true), 0);
}

/* --- waiting, where the program can */

static void test_waiting(void)
{
    struct pool_result result;
    struct pool_answer answer;
    struct pool_value one = i32(1);
    struct pool_question add = {.export_name = "add", .values = &one, .n_values = 1, .timeout_ms = 1000000};
    EQUAL(pool_instance_open(pool, &(struct pool_job_config){.module = counter}, &instance), 0);
    EQUAL(pool_instance_ask(pool, instance, &add, &answer), 0);
    EQUAL(answer.values[0].of.i32, 1);
    EQUAL(pool_instance_ask(pool, instance, &(struct pool_question){.export_name = "spin", .timeout_ms = 50}, &answer),
          POOL_ETIMEDOUT);
    EQUAL(pool_instance_ask(pool, instance, &add, &answer), POOL_EPIPE);
    EQUAL(pool_wait(pool, instance, POOL_FOREVER, &result), 0);
    EQUAL(result.outcome, POOL_CANCELLED);
    EQUAL(pool_release(pool, instance), 0);
}

static void on_module(void *user, int status, pool_module_t module)
{
    EQUAL(status, 0);
    *(pool_module_t *)user = module;
    if (counter && imports) step_cancel_waiting(NULL);
}

static void on_pool(void *user, int status, pool_t *made)
{
    (void)user;
    EQUAL(status, 0);
    pool = made;
    EQUAL(pool_module_load_async(pool, &(struct pool_module_config){.url = guest("counter")}, on_module, &counter), 0);
    EQUAL(pool_module_load_async(pool, &(struct pool_module_config){.url = guest("misbehaving/imports")}, on_module,
                                 &imports),
          0);
}

int main(int argc, char **argv)
{
    const struct pool_config config = {.n_workers = 2, .grace_ms = 10};
    base = argc > 1 ? argv[1] : "";
    if (argc < 3 || strcmp(argv[2], "plain") == 0) {
        EQUAL(pool_create_async(&config, on_pool, NULL), 0);
        return 0;
    }
    EQUAL(pool_create(&config, &pool), 0);
    EQUAL(pool_module_load(pool, &(struct pool_module_config){.url = guest("counter")}, &counter), 0);
    test_waiting();
    EQUAL(pool_module_load_async(pool, &(struct pool_module_config){.url = guest("misbehaving/imports")}, on_module,
                                 &imports),
          0);
    return 0;
}
