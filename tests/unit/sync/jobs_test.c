/* sync/jobs.c: how a job begins and ends. */
#include "sync/jobs.h"

#include "client/client.h"
#include "core/handle.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "sync/ends.h"

/* What a worker pops: a job, or one that has been cancelled since. */
static pool_job_t pop(struct pool *pool)
{
    pool_job_t handle;
    assert_true(pool__sched_pop(&pool->sched, &handle));
    return handle;
}

static pool_job_t submit_with_pipes(struct pool *pool, pool_fd_t mine[3])
{
    struct pool_job_config config = {.module = 1};
    pool_job_t job;
    for (uint32_t i = 0; i < 3; i++) {
        pool_fd_t fds[2];
        assert_int_equal(pool_pipe(pool, 256, fds), 0);
        config.stdio[i] = (struct pool_stdio){POOL_STDIO_PIPE, fds[i == 0 ? 0 : 1]};
        mine[i] = fds[i == 0 ? 1 : 0];
    }
    assert_int_equal(pool_submit(pool, &config, &job), 0);
    return job;
}

static void job_of_nonsense_is_null(void **state)
{
    struct pool *pool = *state;
    static const pool_job_t handles[] = {0,
                                         1,
                                         JOBS_MAX,
                                         4095,
                                         4096,
                                         1u << 12 | 1023,
                                         1u << 12 | 1024,
                                         1u << 12 | 4095,
                                         UINT32_MAX,
                                         1u << 31,
                                         UINT64_MAX,
                                         (uint64_t)1 << 52,
                                         (uint64_t)1 << 53};
    for (uint32_t i = 0; i < COUNT_OF(handles); i++) assert_null(pool__job_of(pool, handles[i]));
}

static void job_of_each_stale_generation_is_null(void **state)
{
    struct pool *pool = *state;
    pool_job_t handles[100];
    for (uint32_t i = 0; i < COUNT_OF(handles); i++) {
        handles[i] = test_submit(pool, 1);
        assert_int_equal(pop(pool), handles[i]);
        struct job *job = pool__job_begin(pool, handles[i], 1, 1);
        assert_ptr_equal(pool__job_of(pool, handles[i]), job);
        pool__job_end_running(pool, job, POOL_EXITED, 0);
        assert_int_equal(pool_release(pool, handles[i]), 0);
        for (uint32_t old = 0; old <= i; old++) assert_null(pool__job_of(pool, handles[old]));
    }
    assert_pool_is_empty(pool);
}

static void job_begun_is_known_by_worker_and_turn(void **state)
{
    struct pool *pool = *state;
    test_submit(pool, 7);
    fake_port_advance_ms(12);
    struct job *job = pool__job_begin(pool, pop(pool), 9, 1234);
    assert_non_null(job);
    assert_int_equal(pool__job_state(job), JOB_RUNNING);
    assert_int_equal(atomic_load(&job->x_worker), 9);
    assert_int_equal(atomic_load(&job->x_turn), 1234);
    assert_int_equal(job->started_ns, FAKE_BEGIN_NS + 12 * MS_NS);
    assert_int_equal(atomic_load(&job->x_refs), 1);
}

/* A worker that goes from one job to the next looks at the clock once. What it has seen is of one job only. */
static void job_begins_when_its_worker_says_that_it_is(void **state)
{
    struct pool *pool = *state;
    for (uint32_t i = 0; i < 2; i++) test_submit(pool, 7);
    fake_port_advance_ms(12);
    pool->workers[9].now_ns = FAKE_BEGIN_NS + 5 * MS_NS;
    struct job *first = pool__job_begin(pool, pop(pool), 9, 1), *second = pool__job_begin(pool, pop(pool), 9, 2);
    assert_int_equal(first->started_ns, FAKE_BEGIN_NS + 5 * MS_NS);
    assert_int_equal(second->started_ns, FAKE_BEGIN_NS + 12 * MS_NS);
    fake_port_advance_ms(1);
    assert_int_equal(pool__job_end_running(pool, first, POOL_EXITED, 0), FAKE_BEGIN_NS + 13 * MS_NS);
    assert_int_equal(atomic_load(&pool->workers[9].x_jobs), 2);
}

static void job_cancelled_in_the_queue_cannot_begin(void **state)
{
    struct pool *pool = *state;
    pool_job_t handle = test_submit(pool, 7);
    assert_int_equal(pool_cancel(pool, handle), 0);
    assert_null(pool__job_begin(pool, pop(pool), 9, 1));
    assert_int_equal(pool__job_state(test_job(pool, handle)), JOB_ENDED); /* the submitter still has it */
    assert_int_equal(pool_release(pool, handle), 0);
    assert_pool_is_empty(pool);
}

static void job_released_while_in_the_queue_is_freed_by_whoever_pops_it(void **state)
{
    struct pool *pool = *state;
    pool_job_t handle = test_submit(pool, 7);
    assert_int_equal(pool_cancel(pool, handle), 0);
    assert_int_equal(pool_release(pool, handle), 0);
    assert_pool_is_empty(pool); /* at once, though the run queue still has it */
    pool_job_t next = test_submit(pool, 8);
    assert_int_equal(pop(pool), handle);
    assert_null(pool__job_begin(pool, handle, 9, 1)); /* not the job that has its slot now */
    assert_int_equal(pop(pool), next);
    assert_non_null(pool__job_begin(pool, next, 9, 1));
}

static void job_end_queued_of_another_generation_has_no_effect(void **state)
{
    struct pool *pool = *state;
    pool_job_t handle = test_submit(pool, 7);
    struct job *job = test_job(pool, handle);
    assert_false(pool__job_end_queued(pool, job, pool__job_generation(job) + 1));
    assert_int_equal(pool__job_state(job), JOB_QUEUED);
}

static void job_end_running_closes_stdio_then_tells(void **state)
{
    struct pool *pool = *state;
    pool_fd_t mine[3];
    uint8_t byte;
    pool_job_t handle = submit_with_pipes(pool, mine);
    struct job *job = pool__job_begin(pool, pop(pool), 1, 1);
    assert_non_null(job);
    pool__job_end_running(pool, job, POOL_EXITED, 3);
    assert_true(test_signalled(pool, SIGNAL_JOB_0 + (uint32_t)(job - pool->jobs)));
    assert_int_equal(pool_write(pool, mine[0], "x", 1), POOL_EPIPE);
    assert_int_equal(pool_read(pool, mine[1], &byte, 1), 0);
    assert_int_equal(pool_read(pool, mine[2], &byte, 1), 0);
    for (uint32_t i = 0; i < 3; i++) assert_int_equal(pool_close(pool, mine[i]), 0);
    assert_int_equal(pool_release(pool, handle), 0);
    assert_pool_is_empty(pool);
}

static void job_end_keeps_the_latest_that_a_guest_was_told_of_the_time(void **state)
{
    struct pool *pool = *state;
    static const uint64_t told[][2] = {{700, 700}, {0, 700}, {699, 700}, {UINT64_MAX - 1, UINT64_MAX - 1}};
    for (uint32_t i = 0; i < COUNT_OF(told); i++) {
        pool_job_t handle = test_submit(pool, 1);
        struct job *job = pool__job_begin(pool, pop(pool), 1, 1);
        assert_int_equal(job->told_ns, 0);
        job->told_ns = told[i][0];
        pool__job_end_running(pool, job, POOL_EXITED, 0);
        assert_int_equal(atomic_load(&pool->x_told_ns), told[i][1]);
        job->told_ns = 800; /* what comes to this slot next knows nothing of it */
        assert_int_equal(pool_release(pool, handle), 0);
    }
}

static void job_end_queued_closes_stdio_too(void **state)
{
    struct pool *pool = *state;
    pool_fd_t mine[3];
    uint8_t byte;
    pool_job_t handle = submit_with_pipes(pool, mine);
    assert_int_equal(pool_cancel(pool, handle), 0);
    assert_int_equal(pool_write(pool, mine[0], "x", 1), POOL_EPIPE);
    assert_int_equal(pool_read(pool, mine[1], &byte, 1), 0);
    for (uint32_t i = 0; i < 3; i++) assert_int_equal(pool_close(pool, mine[i]), 0);
    assert_int_equal(test_free_pipes(pool), PIPES_MAX);
}

static void job_end_does_not_close_a_pipe_that_has_become_another(void **state)
{
    struct pool *pool = *state;
    pool_fd_t mine[3], later[2];
    submit_with_pipes(pool, mine);
    struct job *job = pool__job_begin(pool, pop(pool), 1, 1);
    assert_non_null(job);
    pool__close_end(pool, pool__end_of(pool, job->stdio[2].fd, PIPE_WRITE), PIPE_WRITE); /* by the guest */
    assert_int_equal(pool_close(pool, mine[2]), 0);
    assert_int_equal(pool_pipe(pool, 256, later), 0);
    assert_ptr_equal(test_pipe(pool, later[1]), test_pipe(pool, job->stdio[2].fd));
    pool__job_end_running(pool, job, POOL_EXITED, 0);
    assert_int_equal(pool_write(pool, later[1], "x", 1), 1);
}

/* From QUEUED on a deadline may end a job at any moment, also before it is in the run queue: then it has ended, as it
 * would have a moment later, and nothing is left over. */
static void job_that_ends_before_it_is_in_the_run_queue_has_ended(void **state)
{
    struct pool *pool = *state;
    struct job *job = pool__job_take(pool, true);
    uint64_t generation = pool__job_generation(job);
    pool_job_t handle = pool__job_handle(pool, job);
    atomic_store(&job->x_refs, 1);
    assert_true(pool__job_move(job, generation, JOB_FILLING, JOB_QUEUED));
    assert_true(pool__job_wish(job, generation, POOL_TIMED_OUT));
    assert_true(pool__job_end_queued(pool, job, generation));
    pool__job_queue(pool, job);
    assert_int_equal(test_result(pool, handle).outcome, POOL_TIMED_OUT);
    assert_null(pool__job_begin(pool, pop(pool), 1, 1));
    assert_int_equal(pool__job_state(job), JOB_ENDED);
    assert_int_equal(pool_release(pool, handle), 0);
    assert_pool_is_empty(pool);
}

static void job_untaken_is_free_and_its_generation_moves_on(void **state)
{
    struct pool *pool = *state;
    struct job *job = pool__job_take(pool, true);
    uint64_t generation = pool__job_generation(job);
    job->block = pool__take_block(pool, USE_CONTROL, 10, WAITER_CLIENT);
    assert_int_not_equal(job->block, 0);
    pool__job_untake(pool, job);
    assert_int_equal(pool__job_generation(job), generation + 1);
    assert_pool_is_empty(pool);
}

static void job_taken_remembers_nothing_of_the_last_one(void **state)
{
    struct pool *pool = *state;
    pool_job_t handle = test_submit(pool, 7);
    assert_int_equal(pool_cancel(pool, handle), 0);
    assert_null(pool__job_begin(pool, pop(pool), 9, 1));
    assert_int_equal(pool_release(pool, handle), 0);
    struct job *job = pool__job_take(pool, true);
    assert_int_equal(pool__job_wished(job), 0);
    assert_int_equal(atomic_load(&job->x_worker), 0);
    assert_int_equal(job->outcome, 0);
    assert_int_equal(job->block, 0);
    assert_true(pool__job_wish(job, pool__job_generation(job), POOL_TIMED_OUT));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, test_pool_setup, test_pool_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(job_of_nonsense_is_null),
        CASE(job_of_each_stale_generation_is_null),
        CASE(job_begun_is_known_by_worker_and_turn),
        CASE(job_begins_when_its_worker_says_that_it_is),
        CASE(job_cancelled_in_the_queue_cannot_begin),
        CASE(job_released_while_in_the_queue_is_freed_by_whoever_pops_it),
        CASE(job_end_queued_of_another_generation_has_no_effect),
        CASE(job_end_running_closes_stdio_then_tells),
        CASE(job_end_keeps_the_latest_that_a_guest_was_told_of_the_time),
        CASE(job_end_queued_closes_stdio_too),
        CASE(job_end_does_not_close_a_pipe_that_has_become_another),
        CASE(job_that_ends_before_it_is_in_the_run_queue_has_ended),
        CASE(job_untaken_is_free_and_its_generation_moves_on),
        CASE(job_taken_remembers_nothing_of_the_last_one),
    };
    return cmocka_run_group_tests_name("jobs", tests, NULL, NULL);
}
