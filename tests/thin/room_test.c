/* Want of memory, in any program: while all of it is in the rings of pipes, nobody is called back; once it is given
 * back, everybody is, and a reply that was given meanwhile reaches its caller. Arguments: the folder of the guests, and
 * how this program was built. */
#include <emscripten.h>

#include "check.h"

#define PIPES 64
#define LOOKS 5  /* of the coordinator: what one has found, the next may take back before it is taken */
#define TURNS 60 /* of the event loop, in which nothing happens that must not */
#define TURN_MS 5
#define REPLY_BYTES (1u << 20) /* as large as a ring, so that it can have the memory of one */

static pool_t *pool;
static pool_module_t hostcall, sleeper;
static pool_fd_t fds[PIPES][2];
static bool is_full = true; /* the last pipe has its ring */
static bool had_to_cut;     /* a job wanted memory, and got it later */
static int n_pipes, looks, turns, asked, rooms, readies, in_vain, written, ended;

static void step(void (*next)(void *user))
{
    emscripten_async_call(next, NULL, TURN_MS);
}

/* --- what waits for memory */

static void on_room(void *user, pool_t *of)
{
    (void)user;
    CHECK(of == pool);
    rooms++;
}

static void on_ready(void *user, pool_t *of, pool_fd_t fd, int status)
{
    (void)user;
    readies++;
    EQUAL(status, 0);
    int32_t n = pool_write(of, fd, "x", 1);
    if (n == 1) written++;
    if (n != POOL_EAGAIN) return;
    in_vain++;
    EQUAL(pool_on_ready(of, fd, on_ready, NULL), 0);
}

static void on_host(void *user, pool_t *of, pool_call_t call, const void *data, uint32_t size)
{
    (void)user, (void)data, (void)size;
    char *reply = calloc(REPLY_BYTES, 1);
    asked++;
    EQUAL(pool_reply(of, call, 0, reply, REPLY_BYTES), 0);
    EQUAL(pool_reply(of, call, 0, reply, REPLY_BYTES), POOL_EBADF);
    free(reply); /* it was copied */
}

static void on_end(void *user, pool_t *of, pool_job_t job, const struct pool_result *result)
{
    (void)user;
    ended++;
    EQUAL(result->outcome, POOL_EXITED);
    EQUAL(result->code, 0);
    EQUAL(pool_release(of, job), 0);
}

/* --- given back: everybody is told */

static void last(void *user)
{
    (void)user;
    if ((!ended || !written || !rooms) && turns-- > 0) {
        step(last);
        return;
    }
    EQUAL(ended, 1);
    EQUAL(written, 1);
    EQUAL(rooms, 1);
    EQUAL(readies, 1 + in_vain);
    CHECK(in_vain < n_pipes); /* once for each ring that came back, at most */
    EQUAL(pool_destroy(pool), 0);
    finish();
}

static void give_back(void *user)
{
    (void)user;
    if (!asked || turns-- > 0) {
        step(give_back);
        return;
    }
    CHECK(rooms == 0 || had_to_cut); /* there is room for what a job takes, if that was wanted */
    EQUAL(readies, written);         /* of which there is none, unless the coordinator found a ring after all */
    EQUAL(ended, 0);
    for (int i = 0; i + 1 < n_pipes; i++) {
        for (int end = 0; end < 2; end++) EQUAL(pool_close(pool, fds[i][end]), 0);
    }
    turns = 100 * TURNS;
    step(last);
}

/* --- used up */

/* The little that a job takes is left, but may have to be cut first: then the caller is called again. */
static bool submit(const struct pool_job_config *config, pool_job_t *job, void (*again)(void *user))
{
    int status = pool_submit(pool, config, job);
    if (status != POOL_EAGAIN) return EQUAL(status, 0);
    had_to_cut = true;
    step(again);
    return false;
}

static void fill(void *user);

static void want(void *user)
{
    (void)user;
    const char *argv[] = {"hostcall", "much", "x", NULL};
    struct pool_job_config config = {.module = hostcall, .argv = argv};
    pool_fd_t none = fds[n_pipes - 1][1];
    pool_job_t job = 0;
    struct pool_pollfd poll = {none, POOL_POLLOUT, 0};
    if (pool_poll(pool, &poll, 1, 0) == 1) { /* what was cut for a job has left a ring over */
        step(fill);
        return;
    }
    EQUAL(pool_host_set(pool, "much", on_host, NULL), 0);
    if (!submit(&config, &job, want)) return;
    EQUAL(pool_on_end(pool, job, on_end, NULL), 0);
    EQUAL(pool_on_room(pool, on_room, NULL), 0);
    EQUAL(pool_on_ready(pool, none, on_ready, NULL), 0);
    turns = TURNS;
    step(give_back);
}

static void on_deadline(void *user, pool_t *of, pool_job_t job, const struct pool_result *result);

/* It looks for memory before it looks at deadlines: when a job that came after the write has timed out, it has looked,
 * however busy the machine is. */
static void have_the_coordinator_look(void *user)
{
    pool_job_t job = 0;
    (void)user;
    if (submit(&(struct pool_job_config){.module = sleeper, .timeout_ms = 1}, &job, have_the_coordinator_look)) {
        EQUAL(pool_on_end(pool, job, on_deadline, NULL), 0);
    }
}

static void fill(void *user)
{
    (void)user;
    if (is_full) {
        is_full = false;
        EQUAL(pool_pipe(pool, POOL_PIPE_MAX_BYTES, fds[n_pipes]), 0);
        EQUAL(pool_set_nonblocking(pool, fds[n_pipes][1], true), 0);
        n_pipes++;
    }
    int32_t n = pool_write(pool, fds[n_pipes - 1][1], "x", 1);
    if (n_pipes == PIPES || (n < 0 && n != POOL_EAGAIN)) {
        EQUAL(n, POOL_EAGAIN);
        finish();
    }
    if (n == 1) {
        looks = 0;
        is_full = true;
        step(fill);
    } else if (looks < LOOKS) {
        have_the_coordinator_look(NULL);
    } else {
        want(NULL);
    }
}

static void on_deadline(void *user, pool_t *of, pool_job_t job, const struct pool_result *result)
{
    EQUAL(result->outcome, POOL_TIMED_OUT);
    EQUAL(pool_release(of, job), 0);
    looks++;
    fill(user);
}

static void on_loaded(void *user, int status, pool_module_t module)
{
    EQUAL(status, 0);
    *(pool_module_t *)user = module;
    if (hostcall && sleeper) fill(NULL);
}

static void on_created(void *user, int status, pool_t *created)
{
    (void)user;
    if (!EQUAL(status, 0)) finish();
    pool = created;
    struct pool_module_config config = {.url = guest("hostcall")};
    EQUAL(pool_module_load_async(pool, &config, on_loaded, &hostcall), 0);
    config.url = guest("misbehaving/sleeper");
    EQUAL(pool_module_load_async(pool, &config, on_loaded, &sleeper), 0);
}

int main(int argc, char **argv)
{
    base = argc > 1 ? argv[1] : "";
    struct pool_config config = {.n_workers = 1, .max_memory_mib = 32};
    EQUAL(pool_create_async(&config, on_created, NULL), 0);
    return 0;
}
