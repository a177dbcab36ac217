/* What a pool tells of itself, and what its threads are called, in any program: a pool that cannot start its workers, a
 * guest that has to be ended with its worker, want of memory, a pool that is destroyed while it has something to tell,
 * and one whose coordinator dies. Arguments: the folder of the guests, and how this program was built. */
#include <emscripten.h>

#include "check.h"

#define TURN_MS 5
#define TURNS 60 /* of the event loop, in which nothing happens that must not */
#define PIECE_BYTES (1u << 20)
#define LONGEST POOL_NAME_MAX_BYTES
#define NAME "th\xc3\xbcmbs"

static pool_t *pool, *silent;
static pool_module_t spin, hello;
static pool_volume_t volume;
static bool destroyed;
static bool used; /* the pool, out of the callback */
static int came, not_started, lost, rests, refused, turns, helloes;
static uint32_t last_lost; /* its number */
static uint64_t written;

static void step(void (*next)(void *user))
{
    emscripten_async_call(next, NULL, TURN_MS);
}

/* Keeps the threads that are started from now on, by their names; Node does not tell these. */
static void watch_threads(void)
{
    emscripten_run_script("globalThis.threads = [];"
                          "if (typeof Worker === 'function') {"
                          "    globalThis.Worker = class extends Worker {"
                          "        constructor(url, options) {"
                          "            super(url, options);"
                          "            threads.push({ name: options?.name, worker: this });"
                          "        }"
                          "    };"
                          "} else {"
                          "    process.on('worker', (worker) => threads.push({ worker }));"
                          "}");
}

/* How many have been started that are called so; -1: this place does not tell. */
static int count_names(const char *name)
{
    char script[200];
    snprintf(script, sizeof script,
             "typeof Worker === 'function' ? threads.filter(({ name }) => name === '%s').length : -1", name);
    return emscripten_run_script_int(script);
}

/* Ends the first of them as far as anybody can hear. */
static void end_first_thread(void)
{
    emscripten_run_script("if (typeof Worker === 'function') {"
                          "    const { worker } = threads.find(({ name }) => /-coordinator$/.test(name));"
                          "    worker.dispatchEvent(new ErrorEvent('error', { message: 'it fell over' }));"
                          "} else {"
                          "    void threads[0].worker.terminate();"
                          "}");
}

static bool begins(const struct pool_log_entry *entry, uint32_t level, const char *beginning)
{
    return entry->level == level && strncmp(entry->message, beginning, strlen(beginning)) == 0;
}

/* ---------------------------------------------------------------------------------- a pool that loses its coordinator */

static int deaths;
static pool_t *dying;

static void on_death(void *user, pool_t *of, const struct pool_log_entry *entry)
{
    (void)user;
    if (entry->level == POOL_LOG_DEBUG) return;
    CHECK(of == dying && strcmp(entry->name, "dying") == 0);
    CHECK(begins(entry, POOL_LOG_ERROR, "the coordinator died"));
    EQUAL(entry->code, POOL_LOST);
    EQUAL(entry->worker, 0);
    deaths++;
}

static void end(void *user)
{
    (void)user;
    EQUAL(pool_destroy(dying), 0);
    finish();
}

static void on_job_of_the_dead(void *user, pool_t *of, pool_job_t job, const struct pool_result *result)
{
    (void)user, (void)job;
    EQUAL(deaths, 1); /* that comes first */
    CHECK(of == dying);
    EQUAL(result->outcome, POOL_LOST);
    step(end);
}

static void on_module_of_the_dying(void *user, int status, pool_module_t module)
{
    pool_job_t job = 0;
    (void)user;
    EQUAL(status, 0);
    EQUAL(pool_submit(dying, &(struct pool_job_config){.module = module}, &job), 0);
    EQUAL(pool_on_end(dying, job, on_job_of_the_dead, NULL), 0);
    end_first_thread();
}

static void on_dying(void *user, int status, pool_t *created)
{
    (void)user;
    if (!EQUAL(status, 0)) finish();
    dying = created;
    struct pool_module_config config = {.url = guest("misbehaving/sleeper")};
    EQUAL(pool_module_load_async(dying, &config, on_module_of_the_dying, NULL), 0);
}

static void die(void)
{
    struct pool_config config = {.n_workers = 1, .name = "dying", .on_log = on_death};
    emscripten_run_script("threads.length = 0");
    EQUAL(pool_create_async(&config, on_dying, NULL), 0);
}

/* ------------------------------------------------------------------------------- a pool that is destroyed as it tells */

static void last(void *user)
{
    (void)user;
    if (turns-- > 0) {
        step(last);
        return;
    }
    EQUAL(pool_destroy(silent), 0);
    die();
}

/* A pool without a callback has the others' place, and tells nobody. */
static void on_silent(void *user, int status, pool_t *created)
{
    (void)user;
    EQUAL(status, 0);
    silent = created;
    turns = TURNS;
    step(last);
}

/* The event loop does not turn between the loss of a worker and the end of the pool. So what there is to tell of the loss
 * is on its way by then, and comes too late. */
static void destroy_while_it_tells(void *user)
{
    struct pool_stats stats;
    struct pool_config config = {.n_workers = 1, .log_user = &came};
    EQUAL(pool_stats(pool, &stats), 0);
    uint32_t n_lost = stats.n_lost;
    if (stats.n_queued > 0) {
        emscripten_async_call(destroy_while_it_tells, user, TURN_MS);
        return;
    }
    while (stats.n_running > 0 && stats.n_lost == n_lost) pool_stats(pool, &stats);
    for (double until = emscripten_get_now() + 100; emscripten_get_now() < until;) continue;
    EQUAL(pool_destroy(pool), 0);
    destroyed = true;
    EQUAL(pool_create_async(&config, on_silent, NULL), 0);
}

static void destroy(void)
{
    pool_job_t job = 0;
    EQUAL(pool_volume_release(pool, volume), 0);
    EQUAL(pool_submit(pool, &(struct pool_job_config){.module = spin, .timeout_ms = 500}, &job), 0);
    step(destroy_while_it_tells);
}

/* ------------------------------------------------------------------------------------------------------ want of memory */

static void fill(void *user)
{
    static char piece[PIECE_BYTES];
    (void)user;
    int32_t status;
    while ((status = pool_volume_write(pool, volume, "file", written, piece, sizeof piece)) > 0)
        written += (uint64_t)status;
    if (status != POOL_EAGAIN) EQUAL(status, POOL_ENOMEM);
    if (status == POOL_EAGAIN || refused == 0)
        step(fill);
    else
        destroy();
}

static void want_memory(void)
{
    EQUAL(pool_volume_create(pool, &(struct pool_volume_config){.max_bytes = 64u << 20}, &volume), 0);
    step(fill);
}

/* ------------------------------------------------------------------------------------- a guest that has to be ended */

static void spin_until_it_is_killed(void);

static void on_hello(void *user, pool_t *of, pool_job_t job, const struct pool_result *result)
{
    (void)user;
    EQUAL(result->outcome, POOL_EXITED);
    EQUAL(pool_release(of, job), 0);
    helloes++;
}

/* The worker's successor has started by then, as another job has run: it is told of before. */
static void look_back(void *user)
{
    (void)user;
    if (!helloes || !rests || came < 2) {
        step(look_back);
        return;
    }
    EQUAL(lost, 1);
    EQUAL(rests, 1);
    EQUAL(last_lost, 1);
    CHECK(used);
    if (count_names(NAME "-coordinator") >= 0) {
        EQUAL(count_names(NAME "-coordinator"), 1);
        EQUAL(count_names(NAME "-worker-1"), 1);
        EQUAL(count_names(NAME "-worker-2"), 1); /* whose number is not used yet again */
    }
    want_memory();
}

static void on_spun(void *user, pool_t *of, pool_job_t job, const struct pool_result *result)
{
    (void)user;
    EQUAL(result->outcome, POOL_TIMED_OUT);
    EQUAL(pool_release(of, job), 0);
    if (result->killed)
        look_back(NULL);
    else
        spin_until_it_is_killed(); /* it had not begun to compute, and ended by itself */
}

static void spin_until_it_is_killed(void)
{
    pool_job_t job = 0;
    struct pool_job_config config = {.module = spin, .timeout_ms = 50};
    EQUAL(pool_submit(pool, &config, &job), 0);
    EQUAL(pool_on_end(pool, job, on_spun, NULL), 0);
}

/* What a callback of the pool may do. */
static void use(pool_t *of)
{
    struct pool_stats stats;
    pool_job_t job = 0;
    used = true;
    EQUAL(pool_stats(of, &stats), 0);
    EQUAL(stats.n_lost, 1);
    EQUAL(pool_submit(of, &(struct pool_job_config){.module = hello}, &job), 0);
    EQUAL(pool_wait(of, job, POOL_FOREVER, NULL), POOL_EWOULDBLOCK);
    EQUAL(pool_on_end(of, job, on_hello, NULL), 0);
    EQUAL(pool_destroy(of), POOL_EBUSY);
}

static void on_log(void *user, pool_t *of, const struct pool_log_entry *entry)
{
    CHECK(user == &came);
    CHECK(!destroyed);
    CHECK(of == pool); /* none, until it is made */
    CHECK(strcmp(entry->name, NAME) == 0);
    CHECK(strcmp(pool_error_text(), entry->message) != 0); /* no call has failed */
    if (entry->level == POOL_LOG_DEBUG) {                  /* it comes, or goes if it was one too many for a while */
        CHECK(entry->worker > 0 && entry->code == 0);
        came += strstr(entry->message, " has started") != NULL;
    } else if (begins(entry, POOL_LOG_WARN, "worker ") && strstr(entry->message, " was lost, and is replaced")) {
        EQUAL(entry->code, POOL_LOST);
        last_lost = entry->worker;
        lost++;
        if (!used) use(of);
        CHECK(strstr(entry->message, "its guest was to end and computed on") != NULL); /* it is still there */
    } else if (begins(entry, POOL_LOG_INFO, "the slot of worker ")) {
        EQUAL(entry->worker, last_lost);
        EQUAL(entry->code, 0);
        rests++;
    } else if (begins(entry, POOL_LOG_WARN, "memory was refused")) {
        EQUAL(entry->code, POOL_ENOMEM);
        EQUAL(entry->worker, 0);
        refused++;
    } else {
        printf("%u: %s\n", entry->level, entry->message);
        CHECK(false);
    }
}

static void on_loaded(void *user, int status, pool_module_t module)
{
    EQUAL(status, 0);
    *(pool_module_t *)user = module;
    if (spin && hello) spin_until_it_is_killed();
}

static void on_created(void *user, int status, pool_t *created)
{
    (void)user;
    if (!EQUAL(status, 0)) finish();
    EQUAL(came, 1); /* its worker was told of before */
    pool = created;
    EQUAL(
        pool_module_load_async(pool, &(struct pool_module_config){.url = guest("misbehaving/spin")}, on_loaded, &spin),
        0);
    EQUAL(pool_module_load_async(pool, &(struct pool_module_config){.url = guest("hello")}, on_loaded, &hello), 0);
}

static void make(void)
{
    char name[] = NAME;
    struct pool_config config = {.n_workers = 1,
                                 .max_workers = 2,
                                 .max_memory_mib = 32,
                                 .grace_ms = 1,
                                 .name = name,
                                 .on_log = on_log,
                                 .log_user = &came};
    EQUAL(pool_create_async(&config, on_created, NULL), 0);
    memset(name, 'x', sizeof name - 1); /* it was copied */
}

/* ------------------------------------------------------------------------------------ workers that cannot be started */

static void on_failing_log(void *user, pool_t *of, const struct pool_log_entry *entry)
{
    CHECK(user == NULL && of == NULL && !destroyed);
    CHECK(strcmp(entry->name, "millrace") == 0);
    CHECK(begins(entry, POOL_LOG_WARN, "worker "));
    CHECK(strstr(entry->message, "could not be started, and another is tried") != NULL);
    CHECK(entry->worker > 0);
    EQUAL(entry->code, POOL_EIO); /* as of pool_create */
    not_started++;
}

static void on_failed(void *user, int status, pool_t *failed)
{
    (void)user;
    CHECK(failed == NULL);
    EQUAL(status, POOL_EIO);
    CHECK(strlen(pool_error_text()) > 0); /* which the log has not changed */
    EQUAL(not_started, 3);
    make();
}

/* A folder of the pool's files in which the worker's script only throws. */
static void fail_to_make(void)
{
    static char url[600];
    snprintf(url, sizeof url, "%s../../build/emscripten/tests/millrace-no-worker/", base);
    struct pool_config config = {.n_workers = 1, .url = url, .on_log = on_failing_log};
    EQUAL(pool_create_async(&config, on_failed, NULL), 0);
}

/* --------------------------------------------------------------------------------------------------------------- names */

static void never_told(void *user, pool_t *of, const struct pool_log_entry *entry)
{
    (void)user, (void)of, (void)entry;
    CHECK(false);
}

static void never_created(void *user, int status, pool_t *created)
{
    (void)user, (void)status, (void)created;
    CHECK(false);
}

static void refuse_names(void)
{
    char too_long[LONGEST + 2];
    memset(too_long, 'x', sizeof too_long);
    too_long[LONGEST + 1] = '\0';
    const char *const names[] = {"", too_long, "\xff", "a\xc3(", "\xed\xa0\x80"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        struct pool_config config = {.name = names[i], .on_log = never_told};
        EQUAL(pool_create_async(&config, never_created, NULL), POOL_EINVAL);
    }
}

/* Where calls may wait: told while the call waits, of a pool that is not made yet. */
static void count_in_vain(void *user, pool_t *of, const struct pool_log_entry *entry)
{
    CHECK(of == NULL && strlen(entry->name) == LONGEST);
    ++*(int *)user;
}

static void make_by_waiting(void)
{
    char longest[LONGEST + 1];
    int told = 0;
    pool_t *waited = NULL;
    memset(longest, 'x', LONGEST);
    longest[LONGEST] = '\0';
    struct pool_config config = {.n_workers = 1, .name = longest, .on_log = count_in_vain, .log_user = &told};
    if (!EQUAL(pool_create(&config, &waited), 0)) return;
    EQUAL(told, 1);
    EQUAL(pool_destroy(waited), 0);
}

int main(int argc, char **argv)
{
    base = argc > 1 ? argv[1] : "";
    refuse_names();
    if (argc > 2 && strcmp(argv[2], "plain") != 0) make_by_waiting();
    watch_threads();
    fail_to_make();
    return 0;
}
