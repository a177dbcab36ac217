/* A pool that is destroyed with all that it does: what was owed is told before that returns, once. */
#include "chaos/native/settle.h"
#include "pool_guest.h"

#define JOBS_MAX_HERE 20u

struct brief {
    struct op *op;
    pool_fd_t fd; /* a read end to which nobody writes */
};

static uint32_t sleep_for_ever(pool_t *pool, void *user)
{
    (void)user;
    return (uint32_t)pool_poll(pool, NULL, 0, POOL_FOREVER);
}

static uint32_t ask_for_ever(pool_t *pool, void *user)
{
    (void)user;
    while (!pool_interrupted(pool)) continue;
    return 0;
}

static uint32_t call_for_ever(pool_t *pool, void *user)
{
    (void)pool, (void)user;
    return (uint32_t)pool_call("never", 5, "x", 1, NULL, 0);
}

static uint32_t end_at_once(pool_t *pool, void *user)
{
    (void)pool, (void)user;
    return 5;
}

/* Nobody answers; the pool is destroyed with the call open. */
static void ignore(void *user, pool_t *pool, pool_call_t call, const void *data, uint32_t size_bytes)
{
    (void)user, (void)pool, (void)call, (void)data, (void)size_bytes;
}

static void job_ended(void *user, pool_t *pool, pool_job_t job, const struct pool_result *result)
{
    (void)pool, (void)job;
    struct op *op = user;
    bool ended = result->outcome == POOL_CANCELLED || (result->outcome == POOL_EXITED && result->code == 5);
    CHAOS_CHECK(op, ended, "outcome %u, %d", result->outcome, (int)result->code);
    chaos_called(op);
}

static void end_ready(void *user, pool_t *pool, pool_fd_t fd, int status)
{
    (void)pool, (void)fd;
    struct op *op = user;
    CHAOS_CHECK(op, status == POOL_ESHUTDOWN, "ready: %d", status);
    chaos_called(op);
}

static void has_room(void *user, pool_t *pool)
{
    (void)pool;
    chaos_called(user);
}

static void start_jobs(struct op *op, pool_t *pool)
{
    static const pool_function functions[] = {sleep_for_ever, ask_for_ever, call_for_ever, end_at_once};
    uint32_t n = property_below(&op->random, JOBS_MAX_HERE);
    for (uint32_t i = 0; i < n; i++) {
        struct pool_job_config config = {.function = functions[property_below(&op->random, 4)]};
        pool_job_t job;
        int status = pool_submit(pool, &config, &job);
        if (status == 0) status = pool_on_end(pool, job, job_ended, op);
        CHAOS_CHECK(op, status == 0, "job %u: %d", i, status);
        op->owed++;
    }
}

static void wait_for_ends(struct op *op, pool_t *pool)
{
    uint32_t n = property_below(&op->random, 5);
    for (uint32_t i = 0; i < n; i++) {
        pool_fd_t fds[2];
        int status = pool_pipe(pool, 256, fds);
        if (status == 0) status = pool_on_ready(pool, fds[0], end_ready, op);
        CHAOS_CHECK(op, status == 0, "pipe %u: %d", i, status);
        op->owed++;
    }
}

void chaos_brief(struct op *op)
{
    pool_t *pool;
    struct pool_config config = {
        .n_workers = 1 + property_below(&op->random, 3), .max_workers = 4, .max_memory_mib = 32};
    int status = pool_create(&config, &pool);
    if (status == 0) status = pool_host_set(pool, "never", ignore, NULL);
    CHAOS_CHECK(op, status == 0, "pool_create: %d", status);
    start_jobs(op, pool);
    wait_for_ends(op, pool);
    if (property_once_in(&op->random, 2)) {
        op->owed++;
        status = pool_on_room(pool, has_room, op);
        CHAOS_CHECK(op, status == 0, "pool_on_room: %d", status);
    }
    if (op->harm_ms) chaos_pause(op->harm_ms);
    status = pool_destroy(pool);
    CHAOS_CHECK(op, status == 0, "pool_destroy: %d", status);
    uint32_t called = atomic_load(&op->x_called);
    CHAOS_CHECK(op, called == op->owed, "%u of %u callbacks when it was gone", called, op->owed);
}
