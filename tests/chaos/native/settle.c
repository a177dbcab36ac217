/* Submits jobs, harms them, waits for them in all ways, and judges how they ended. */
#include "chaos/native/settle.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

void chaos_pause(uint32_t ms)
{
    nanosleep(&(struct timespec){ms / 1000, (long)(ms % 1000) * 1000000}, NULL);
}

uint8_t *chaos_bytes(uint64_t seed, uint32_t size_bytes)
{
    struct property random = {seed};
    uint8_t *bytes = malloc(size_bytes + 4);
    for (uint32_t i = 0; bytes && i < size_bytes; i += 4) {
        uint32_t word = property_next(&random);
        memcpy(bytes + i, &word, 4);
    }
    return bytes;
}

static void has_room(void *user, pool_t *pool)
{
    (void)pool;
    struct op *op = user;
    chaos_called(op);
    sem_post(&op->called);
}

static void await_call(struct op *op)
{
    while (sem_wait(&op->called) != 0) continue; /* a signal may interrupt it */
}

static void await_room(struct op *op)
{
    op->owed++;
    int status = pool_on_room(op->pool, has_room, op);
    CHAOS_CHECK(op, status == 0, "pool_on_room: %d", status);
    await_call(op);
}

pool_job_t chaos_submit(struct op *op, struct pool_job_config *config)
{
    pool_job_t job = 0;
    int status;
    if (op->harm == HARM_TIMEOUT) config->timeout_ms = op->harm_ms + 1;
    while ((status = pool_submit(op->pool, config, &job)) == POOL_EAGAIN) await_room(op);
    CHAOS_CHECK(op, status == 0 && job != 0, "pool_submit: %d", status);
    return job;
}

void chaos_pipe(struct op *op, uint32_t capacity_bytes, pool_fd_t fds_out[2])
{
    int status;
    while ((status = pool_pipe(op->pool, capacity_bytes, fds_out)) == POOL_ENFILE) await_room(op);
    CHAOS_CHECK(op, status == 0, "pool_pipe: %d", status);
}

void chaos_close(struct op *op, pool_fd_t fd)
{
    int status = pool_close(op->pool, fd);
    CHAOS_CHECK(op, status == 0, "pool_close: %d", status);
    status = pool_close(op->pool, fd);
    CHAOS_CHECK(op, status == POOL_EBADF, "closed twice: %d", status);
}

void chaos_strike(struct op *op, pool_job_t job)
{
    if (op->harm < HARM_CANCEL) return;
    if (op->harm_ms) chaos_pause(op->harm_ms);
    for (uint32_t n = op->harm == HARM_CANCEL_TWICE ? 2 : 1; n > 0; n--) {
        int status = pool_cancel(op->pool, job);
        CHAOS_CHECK(op, status == 0, "pool_cancel: %d", status);
    }
}

static void has_ended(void *user, pool_t *pool, pool_job_t job, const struct pool_result *result)
{
    struct op *op = user;
    struct pool_result again;
    int status = pool_wait(pool, job, 0, &again);
    CHAOS_CHECK(op, status == 0 && again.outcome == result->outcome, "told of its end, but: %d", status);
    chaos_called(op);
    sem_post(&op->called);
}

static void was_replaced(void *user, pool_t *pool, pool_job_t job, const struct pool_result *result)
{
    (void)pool, (void)job, (void)result;
    struct op *op = user;
    uint32_t before = atomic_fetch_sub(&op->x_extra, 1);
    CHAOS_CHECK(op, before > 0, "a callback that was replaced came twice");
}

static int wait_for_callback(struct op *op, pool_job_t job)
{
    int status = 0;
    if (property_once_in(&op->random, 3)) {
        atomic_fetch_add(&op->x_extra, 1);
        status = pool_on_end(op->pool, job, was_replaced, op);
    }
    op->owed++;
    if (status == 0) status = pool_on_end(op->pool, job, has_ended, op);
    if (status == 0) await_call(op);
    return status;
}

static int wait_impatiently(struct op *op, pool_job_t job)
{
    int status;
    do {
        int32_t ms = (int32_t)property_below(&op->random, 3);
        status = pool_wait(op->pool, job, ms, NULL);
        CHAOS_CHECK(op, status != POOL_EAGAIN || ms == 0, "POOL_EAGAIN with a timeout");
    } while (status == POOL_EAGAIN || status == POOL_ETIMEDOUT);
    return status;
}

static int wait_for_any(struct op *op, pool_job_t job)
{
    const pool_job_t jobs[4] = {0, job, 0, job};
    uint32_t index = 0;
    int status = pool_wait_any(op->pool, jobs, 4, POOL_FOREVER, &index);
    bool is_it = index == 1 || index == 3; /* it may have ended while it was looked through */
    CHAOS_CHECK(op, status != 0 || is_it, "the one that ended is %u", index);
    return status;
}

static int wait_somehow(struct op *op, pool_job_t job)
{
    switch (property_below(&op->random, 4)) {
    case 0: return wait_for_callback(op, job);
    case 1: return wait_impatiently(op, job);
    case 2: return wait_for_any(op, job);
    default: return pool_wait(op->pool, job, POOL_FOREVER, NULL);
    }
}

static bool is_by_harm(const struct op *op, uint32_t outcome)
{
    if (op->harm == HARM_TIMEOUT) return outcome == POOL_TIMED_OUT;
    return op->harm != HARM_NONE && outcome == POOL_CANCELLED;
}

bool chaos_settle(struct op *op, pool_job_t job, uint32_t code, struct pool_result *result_out)
{
    struct pool_result result, again;
    int status = wait_somehow(op, job);
    if (status == 0) status = pool_wait(op->pool, job, 0, &result);
    CHAOS_CHECK(op, status == 0, "waiting for it: %d", status);
    bool by_itself = result.outcome == POOL_EXITED || result.outcome == POOL_OUTPUT_LOST;
    CHAOS_CHECK(op, by_itself || is_by_harm(op, result.outcome), "outcome %u, %d", result.outcome, (int)result.code);
    CHAOS_CHECK(op, !by_itself || result.code == code, "%d instead of %d", (int)result.code, (int)code);
    status = pool_cancel(op->pool, job); /* too late */
    if (status == 0) status = pool_wait(op->pool, job, 0, &again);
    CHAOS_CHECK(op, status == 0 && again.outcome == result.outcome && again.code == result.code, "it ended again: %u",
                again.outcome);
    *result_out = result;
    return by_itself;
}

void chaos_release(struct op *op, pool_job_t job)
{
    int status = pool_release(op->pool, job);
    CHAOS_CHECK(op, status == 0, "pool_release: %d", status);
    status = property_once_in(&op->random, 2) ? pool_release(op->pool, job) : pool_wait(op->pool, job, 0, NULL);
    CHAOS_CHECK(op, status == POOL_EBADF, "a released job: %d", status);
}

/* Nobody waits for it: it is released as soon as that can be done. */
static void release_unseen(struct op *op, pool_job_t job)
{
    int status;
    while ((status = pool_release(op->pool, job)) == POOL_EBUSY) chaos_pause(1);
    CHAOS_CHECK(op, status == 0, "pool_release: %d", status);
}

bool chaos_finish(struct op *op, pool_job_t job, uint32_t code)
{
    struct pool_result result;
    chaos_strike(op, job);
    if (op->harm == HARM_RELEASE) release_unseen(op, job);
    if (op->harm == HARM_RELEASE) return false;
    bool by_itself = chaos_settle(op, job, code, &result);
    chaos_release(op, job);
    return by_itself;
}
