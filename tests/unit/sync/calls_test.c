/* sync/calls.c: host calls from the job that makes one to the reply; the test is the job and the host. */
#include "sync/calls.h"

#include "client/client.h"
#include "core/handle.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/property.h"
#include "support/running_job.h"
#include "support/test_pool.h"
#include "sync/call_slots.h"
#include "sync/ends.h"

static struct pool *pool;

static int setup(void **state)
{
    if (running_job_setup(state)) return -1;
    pool = *state;
    assert_int_equal(client_join(pool, false), 0);
    running_job_begin_bare();
    return 0;
}

/* Whatever was done: nothing is left over. */
static int teardown(void **state)
{
    if (running.sleeper.job) running_job_end();
    assert_int_equal(atomic_load(&running.job->x_calls), 0);
    return running_job_teardown(state);
}

static struct call_draft draft_of(const char *name, const void *data, uint32_t size)
{
    struct call_draft draft;
    uint32_t name_bytes = (uint32_t)strlen(name);
    assert_int_equal(pool__call_draft(&running.sleeper, name_bytes, size, &draft), 0);
    memcpy(draft.memory, name, name_bytes);
    if (size) memcpy(draft.memory + name_bytes, data, size);
    return draft;
}

static struct call_draft send(const char *name, const void *data, uint32_t size)
{
    struct call_draft draft = draft_of(name, data, size);
    pool__call_send(&running.sleeper, &draft);
    return draft;
}

/* Has the coordinator bring memory for calls of that size, so that nobody has to sleep. */
static void stock(uint32_t size_bytes, uint32_t n)
{
    size_bytes += 100; /* the name */
    while (n-- > 0) pool__blocks_want(&pool->blocks, pool__use_of(size_bytes), pool__blocks_class(size_bytes));
    coordinator_tick(pool);
}

static struct call_draft send_at_once(void)
{
    static uint32_t n;
    if (n++ % 32 == 0) stock(0, 64);
    return send("f", NULL, 0);
}

static uint32_t slot_of(const struct call_draft *draft)
{
    return (uint32_t)(draft->call - pool->calls);
}

static struct client_call take(const struct call_draft *draft)
{
    struct client_call call;
    assert_int_equal(client_call(pool, slot_of(draft), &call), 0);
    return call;
}

static void close_reply(const struct call_draft *draft)
{
    pool__close_end(pool, draft->pipe, PIPE_READ);
}

static uint32_t bytes_in(const struct call_draft *draft)
{
    return pool__pipe_readable(draft->pipe, 0).size;
}

static void call_carries_its_name_and_data_to_the_host(void **state)
{
    (void)state;
    struct call_draft draft = send("host.echo", "12345", 5);
    assert_true(test_signalled(pool, SIGNAL_CALL_0 + slot_of(&draft)));
    struct client_call call = take(&draft);
    assert_int_equal(call.job, running.handle);
    assert_int_equal(call.name_bytes, 9);
    assert_memory_equal(call.name, "host.echo", 9);
    assert_int_equal(call.size_bytes, 5);
    assert_memory_equal(call.data, "12345", 5);
    assert_int_equal(atomic_load(&draft.pipe->x_reply), POOL_EAGAIN);
    close_reply(&draft);
    assert_int_equal(pool_reply(pool, call.call, 0, NULL, 0), 0);
}

static void reply_reaches_the_job_with_its_status_and_then_end_of_file(void **state)
{
    (void)state;
    struct call_draft draft = send("f", NULL, 0);
    struct client_call call = take(&draft);
    assert_int_equal(pool__pipe_read_status(draft.pipe), POOL_EAGAIN);
    assert_int_equal(pool_reply(pool, call.call, 0, "answer", 6), 0);
    assert_int_equal(atomic_load(&draft.pipe->x_reply), 0);
    assert_int_equal(bytes_in(&draft), 6);
    assert_memory_equal(pool__pipe_readable(draft.pipe, 0).data, "answer", 6);
    pool__pipe_consume(draft.pipe, 6);
    assert_int_equal(pool__pipe_read_status(draft.pipe), 0);
    close_reply(&draft);
}

static void reply_wakes_the_job(void **state)
{
    (void)state;
    struct call_draft drafts[2] = {send("f", NULL, 0), send("f", NULL, 0)};
    for (uint32_t i = 0; i < 2; i++) {
        struct client_call call = take(&drafts[i]);
        pool__pipe_announce(drafts[i].pipe, PIPE_READ, running.sleeper.waiter, 0);
        uint32_t count = pool__sleeper_arm(&running.sleeper);
        assert_int_equal(pool_reply(pool, call.call, i ? -1 : 0, i ? NULL : "x", i ? 0 : 1), 0);
        assert_int_not_equal(atomic_load(&pool->bells[running.sleeper.waiter].x_count), count);
        pool__pipe_announce(drafts[i].pipe, PIPE_READ, 0, 0);
        pool__sleeper_disarm(&running.sleeper);
        close_reply(&drafts[i]);
    }
}

static void reply_of_an_error_is_the_status_whatever_it_is(void **state)
{
    (void)state;
    static const int32_t errors[] = {-1, POOL_ENOENT, -4242, INT32_MIN, POOL_ECANCELED};
    for (uint32_t i = 0; i < COUNT_OF(errors); i++) {
        struct call_draft draft = send("f", NULL, 0);
        assert_int_equal(pool_reply(pool, take(&draft).call, errors[i], NULL, 0), 0);
        assert_int_equal(atomic_load(&draft.pipe->x_reply), errors[i]);
        assert_int_equal(pool__pipe_read_status(draft.pipe), 0);
        close_reply(&draft);
    }
}

static void reply_of_an_error_can_have_a_text(void **state)
{
    (void)state;
    struct call_draft draft = send("f", NULL, 0);
    assert_int_equal(pool_reply(pool, take(&draft).call, -77, "no luck", 7), 0);
    assert_int_equal(atomic_load(&draft.pipe->x_reply), -77);
    assert_int_equal(bytes_in(&draft), 7);
    assert_memory_equal(pool__pipe_readable(draft.pipe, 0).data, "no luck", 7);
    close_reply(&draft);
}

static void reply_out_of_its_range_is_refused_and_the_call_waits_on(void **state)
{
    (void)state;
    struct call_draft draft = send("f", NULL, 0);
    struct client_call call = take(&draft);
    static uint8_t byte;
    assert_int_equal(pool_reply(pool, call.call, 1, NULL, 0), POOL_EINVAL);
    assert_int_equal(pool_reply(pool, call.call, INT32_MAX, NULL, 0), POOL_EINVAL);
    assert_int_equal(pool_reply(pool, call.call, POOL_EAGAIN, NULL, 0), POOL_EINVAL); /* means: not answered */
    assert_int_equal(pool_reply(pool, call.call, 0, NULL, 1), POOL_EINVAL);
    assert_int_equal(pool_reply(pool, call.call, POOL_EAGAIN, &byte, 1), POOL_EINVAL);
    assert_int_equal(pool_reply(pool, call.call, 0, &byte, POOL_BYTES_MAX + 1), POOL_E2BIG);
    assert_int_equal(pool__call_state(draft.call), CALL_TAKEN);
    assert_int_equal(pool_reply(pool, call.call, 0, &byte, 1), 0);
    close_reply(&draft);
}

static void reply_twice_is_ebadf_the_second_time(void **state)
{
    (void)state;
    struct call_draft draft = send("f", NULL, 0);
    struct client_call call = take(&draft);
    assert_int_equal(pool_reply(pool, call.call, 0, "a", 1), 0);
    assert_int_equal(pool_reply(pool, call.call, 0, "b", 1), POOL_EBADF);
    assert_memory_equal(pool__pipe_readable(draft.pipe, 0).data, "a", 1);
    close_reply(&draft);
    struct call_draft again = send("f", NULL, 0); /* the same slot, another call */
    assert_ptr_equal(again.call, draft.call);
    assert_int_equal(pool_reply(pool, call.call, 0, "c", 1), POOL_EBADF);
    struct client_call next = take(&again);
    assert_int_not_equal(next.call, call.call);
    assert_int_equal(pool_reply(pool, call.call, 0, "c", 1), POOL_EBADF);
    assert_int_equal(pool_reply(pool, next.call, 0, NULL, 0), 0);
    close_reply(&again);
}

static void reply_to_nonsense_is_ebadf(void **state)
{
    (void)state;
    struct property random = property_begin("reply_to_nonsense_is_ebadf");
    struct call_draft draft = send("f", NULL, 0);
    pool_call_t not_taken = pool__handle_of_call(slot_of(&draft), pool__call_generation(draft.call));
    assert_int_equal(pool_reply(pool, not_taken, 0, NULL, 0), POOL_EBADF);
    assert_int_equal(pool_reply(pool, 0, 0, NULL, 0), POOL_EBADF);
    assert_int_equal(pool_reply(pool, UINT32_MAX, 0, NULL, 0), POOL_EBADF);
    for (uint32_t i = 0; i < 100000; i++) {
        assert_int_equal(pool_reply(pool, property_next(&random), 0, NULL, 0), POOL_EBADF);
    }
    close_reply(&draft);
    struct client_call call;
    assert_int_equal(client_call(pool, slot_of(&draft), &call), POOL_EBADF);
}

static void take_of_what_does_not_wait_is_ebadf(void **state)
{
    (void)state;
    struct client_call call;
    struct call_draft draft = draft_of("f", NULL, 0);
    assert_int_equal(client_call(pool, slot_of(&draft), &call), POOL_EBADF); /* still being filled */
    assert_int_equal(client_call(pool, slot_of(&draft) + 1, &call), POOL_EBADF);
    assert_int_equal(client_call(pool, CALLS_MAX, &call), POOL_EBADF);
    assert_int_equal(client_call(pool, UINT32_MAX, &call), POOL_EBADF);
    pool__call_send(&running.sleeper, &draft);
    call = take(&draft);
    assert_int_equal(client_call(pool, slot_of(&draft), &call), POOL_EBADF); /* taken already */
    assert_int_equal(pool_reply(pool, call.call, 0, NULL, 0), 0);
    close_reply(&draft);
}

static void call_that_is_dropped_leaves_nothing(void **state)
{
    (void)state;
    struct call_draft draft = draft_of("f", "abc", 3);
    pool__call_drop(&running.sleeper, &draft);
    assert_int_equal(test_free_calls(pool), CALLS_MAX);
    assert_int_equal(test_free_pipes(pool), PIPES_MAX);
    assert_int_equal(atomic_load(&running.job->x_calls), 0);
}

static void call_given_up_before_it_is_taken_is_never_served(void **state)
{
    (void)state;
    struct client_call call;
    struct call_draft draft = send("f", "abc", 3);
    close_reply(&draft);
    assert_int_equal(client_call(pool, slot_of(&draft), &call), POOL_EBADF);
    assert_int_equal(test_free_calls(pool), CALLS_MAX);
}

static void reply_after_the_caller_gave_up_is_no_error(void **state)
{
    (void)state;
    struct call_draft draft = send("f", NULL, 0);
    struct client_call call = take(&draft);
    close_reply(&draft);
    assert_int_equal(pool_reply(pool, call.call, 0, "abc", 3), 0);
    assert_int_equal(pool_reply(pool, call.call, 0, "abc", 3), POOL_EBADF);
}

static void host_that_watches_a_caller_is_told_when_it_goes(void **state)
{
    (void)state;
    struct call_draft draft = send("f", NULL, 0);
    struct client_call call = take(&draft);
    assert_true(test_signalled(pool, SIGNAL_CALL_0 + slot_of(&draft)));
    assert_int_equal(client_watch_caller(pool, call.call), POOL_EAGAIN);
    assert_false(test_signalled(pool, SIGNAL_CALL_0 + slot_of(&draft)));
    close_reply(&draft);
    assert_true(test_signalled(pool, SIGNAL_CALL_0 + slot_of(&draft)));
    struct client_call again;
    assert_int_equal(client_call(pool, slot_of(&draft), &again), POOL_EBADF); /* it is no new call */
    assert_int_equal(client_watch_caller(pool, call.call), POOL_EPIPE);
    assert_int_equal(pool_reply(pool, call.call, 0, NULL, 0), 0);
    assert_int_equal(client_watch_caller(pool, call.call), POOL_EBADF);
    assert_int_equal(client_watch_caller(pool, 0), POOL_EBADF);
}

static void caller_that_reads_its_reply_is_not_one_that_goes(void **state)
{
    (void)state;
    struct call_draft draft = send("f", NULL, 0);
    struct client_call call = take(&draft);
    assert_true(test_signalled(pool, SIGNAL_CALL_0 + slot_of(&draft)));
    assert_int_equal(client_watch_caller(pool, call.call), POOL_EAGAIN);
    assert_int_equal(pool_reply(pool, call.call, 0, "x", 1), 0);
    pool__pipe_consume(draft.pipe, 1);
    close_reply(&draft);
    assert_false(test_signalled(pool, SIGNAL_CALL_0 + slot_of(&draft)));
}

static void job_that_ends_closes_its_calls(void **state)
{
    (void)state;
    struct client_call call;
    struct call_draft waiting = send("f", NULL, 0), taken = send("g", NULL, 0), answered = send("h", NULL, 0);
    struct client_call held = take(&taken);
    assert_int_equal(pool_reply(pool, take(&answered).call, 0, "abc", 3), 0);
    assert_int_equal(atomic_load(&running.job->x_calls), 3);
    running_job_end();
    assert_int_equal(atomic_load(&running.job->x_calls), 0);
    assert_int_equal(client_call(pool, slot_of(&waiting), &call), POOL_EBADF);
    assert_int_equal(pool_reply(pool, held.call, 0, "abc", 3), 0);
}

static void calls_of_one_job_are_not_closed_by_the_end_of_another(void **state)
{
    (void)state;
    struct call_draft draft = send("f", NULL, 0);
    pool_job_t first = running.handle;
    struct job *first_job = running.job;
    running_job_begin_bare();
    struct call_draft other = send("g", NULL, 0);
    running_job_end();
    assert_int_equal(atomic_load(&first_job->x_calls), 1);
    struct client_call call = take(&draft);
    assert_int_equal(call.job, first);
    assert_int_equal(client_call(pool, slot_of(&other), &call), POOL_EBADF);
    assert_int_equal(pool_reply(pool, call.call, 0, NULL, 0), 0);
    close_reply(&draft);
    pool__job_end_running(pool, first_job, POOL_EXITED, 0);
    assert_int_equal(pool_release(pool, first), 0);
}

static void call_of_the_wrong_size_is_refused(void **state)
{
    (void)state;
    struct call_draft draft;
    assert_int_equal(pool__call_draft(&running.sleeper, 0, 0, &draft), POOL_EINVAL);
    assert_int_equal(pool__call_draft(&running.sleeper, POOL_NAME_MAX_BYTES + 1, 0, &draft), POOL_EINVAL);
    assert_int_equal(pool__call_draft(&running.sleeper, UINT64_MAX, 0, &draft), POOL_EINVAL);
    assert_int_equal(pool__call_draft(&running.sleeper, 1, (uint64_t)POOL_BYTES_MAX + 1, &draft), POOL_E2BIG);
    assert_int_equal(pool__call_draft(&running.sleeper, 1, UINT64_MAX, &draft), POOL_E2BIG);
    assert_int_equal(test_free_calls(pool), CALLS_MAX);
}

static void call_when_nobody_serves_any_is_enoent(void **state)
{
    (void)state;
    struct call_draft draft;
    atomic_store(&pool->x_served, 0);
    assert_int_equal(pool__call_draft(&running.sleeper, 1, 0, &draft), POOL_ENOENT);
}

static void more_calls_than_there_can_be_are_enfile_until_one_is_closed_and_answered(void **state)
{
    (void)state;
    static struct call_draft drafts[CALLS_MAX];
    struct call_draft more;
    uint32_t n = CALLS_MAX - CALLS_KEPT; /* what is kept is for jobs that have few */
    pool__share_out(pool, running.job, CALLS_MAX, 0);
    for (uint32_t i = 0; i < n; i++) drafts[i] = send_at_once();
    assert_int_equal(pool__call_draft(&running.sleeper, 1, 0, &more), POOL_ENFILE);
    close_reply(&drafts[n - 1]);
    assert_int_equal(pool__call_draft(&running.sleeper, 1, 0, &more), POOL_ENFILE); /* the host has not looked yet */
    struct client_call call;
    assert_int_equal(client_call(pool, slot_of(&drafts[n - 1]), &call), POOL_EBADF);
    drafts[n - 1] = send("f", NULL, 0);
    running_job_end();
    for (uint32_t i = 0; i < CALLS_MAX; i++) assert_int_equal(client_call(pool, i, &call), POOL_EBADF);
}

static void call_needs_none_of_the_pipes_that_all_can_open(void **state)
{
    (void)state;
    static pool_fd_t fds[PIPES_MAX][2];
    pool_fd_t more[2];
    for (uint32_t i = 0; i < PIPES_MAX; i++) assert_int_equal(pool_pipe(pool, 256, fds[i]), 0);
    assert_int_equal(pool_pipe(pool, 256, more), POOL_ENFILE);
    struct call_draft draft = send("f", NULL, 0);
    assert_int_equal(pool_reply(pool, take(&draft).call, 0, "abc", 3), 0);
    assert_int_equal(bytes_in(&draft), 3);
    close_reply(&draft);
    for (uint32_t i = 0; i < 2 * PIPES_MAX; i++) assert_int_equal(pool_close(pool, fds[i / 2][i % 2]), 0);
}

static void calls_of_one_job_are_as_many_as_it_may_have(void **state)
{
    (void)state;
    static struct call_draft drafts[POOL_JOB_CALLS_DEFAULT];
    struct call_draft more;
    for (uint32_t i = 0; i < COUNT_OF(drafts); i++) drafts[i] = send_at_once();
    assert_int_equal(pool__call_draft(&running.sleeper, 1, 0, &more), POOL_EMFILE);
    assert_int_equal(pool_reply(pool, take(&drafts[0]).call, 0, "abc", 3), 0);
    assert_int_equal(pool__call_draft(&running.sleeper, 1, 0, &more), POOL_EMFILE); /* answered, and never read */
    close_reply(&drafts[0]);
    drafts[0] = send("f", NULL, 0);
    assert_int_equal(pool__call_draft(&running.sleeper, 1, 0, &more), POOL_EMFILE);
    struct client_call call;
    running_job_end();
    for (uint32_t i = 0; i < CALLS_MAX; i++) client_call(pool, i, &call);
}

static void call_counts_until_both_have_let_go_of_it(void **state)
{
    (void)state;
    struct call_draft more;
    pool__share_out(pool, running.job, 1, 0);
    struct call_draft draft = send("f", NULL, 0);
    struct client_call call = take(&draft);
    close_reply(&draft);
    assert_int_equal(pool__call_draft(&running.sleeper, 1, 0, &more), POOL_EMFILE); /* the host has it */
    assert_int_equal(pool__share_calls(&running.job->share), 1);
    assert_int_equal(pool_reply(pool, call.call, 0, "abc", 3), 0);
    assert_int_equal(pool__share_calls(&running.job->share), 0);
    assert_int_equal(pool__share_units(&running.job->share), 0);
    draft = draft_of("f", NULL, 0);
    pool__call_drop(&running.sleeper, &draft);
    assert_int_equal(pool__share_calls(&running.job->share), 0);
}

/* Others have all that is not kept, and then as many jobs as can run have their first calls. */
static void each_job_has_some_calls_whatever_the_others_have(void **state)
{
    (void)state;
    static struct job *jobs[POOL_WORKERS_MAX];
    static pool_job_t handles[POOL_WORKERS_MAX];
    struct client_call call;
    struct call_draft more;
    pool__share_out(pool, running.job, CALLS_MAX, 0);
    uint32_t n = CALLS_MAX - CALLS_KEPT; /* what is kept is for jobs that have few */
    for (uint32_t i = 0; i < n; i++) send_at_once();
    for (uint32_t i = 0; i < COUNT_OF(jobs); i++) {
        jobs[i] = running.job; /* the one before */
        handles[i] = running.handle;
        if (i == COUNT_OF(jobs) - 1) break;
        running_job_begin_bare();
        for (uint32_t k = 0; k < CALLS_EACH; k++) send_at_once();
    }
    assert_int_equal(pool__call_draft(&running.sleeper, 1, 0, &more), POOL_ENFILE);
    for (uint32_t i = 0; i < COUNT_OF(jobs); i++) {
        pool__job_end_running(pool, jobs[i], POOL_EXITED, 0);
        assert_int_equal(pool_release(pool, handles[i]), 0);
    }
    running.sleeper.job = NULL;
    for (uint32_t i = 0; i < CALLS_MAX; i++) assert_int_equal(client_call(pool, i, &call), POOL_EBADF);
}

static void calls_that_carry_more_than_the_job_may_have_are_edquot(void **state)
{
    (void)state;
    static uint8_t data[400 << 10]; /* half a MiB with its name, as blocks are */
    struct call_draft more, drafts[2];
    pool__share_out(pool, running.job, 0, 1);
    stock(sizeof data, 2);
    for (uint32_t i = 0; i < COUNT_OF(drafts); i++) drafts[i] = send("f", data, sizeof data);
    assert_int_equal(pool__share_units(&running.job->share), (1u << 20) / SHARE_UNIT_BYTES);
    assert_int_equal(pool__call_draft(&running.sleeper, 1, 0, &more), POOL_EDQUOT);
    assert_int_equal(pool__share_calls(&running.job->share), COUNT_OF(drafts));
    struct client_call call;
    close_reply(&drafts[0]);
    assert_int_equal(client_call(pool, slot_of(&drafts[0]), &call), POOL_EBADF);
    drafts[0] = send("f", NULL, 0);
    close_reply(&drafts[0]);
    close_reply(&drafts[1]);
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(client_call(pool, slot_of(&drafts[i]), &call), POOL_EBADF);
    assert_int_equal(pool__share_units(&running.job->share), 0);
}

static void reply_that_is_more_than_the_job_may_have_is_edquot_to_both(void **state)
{
    (void)state;
    static uint8_t data[(1 << 20) + 1], *room;
    pool__share_out(pool, running.job, 0, 1);
    struct call_draft draft = send("f", NULL, 0), other = send("f", NULL, 0);
    assert_int_equal(pool_reply(pool, take(&draft).call, 0, data, sizeof data), POOL_EDQUOT);
    assert_int_equal(atomic_load(&draft.pipe->x_reply), POOL_EDQUOT);
    assert_int_equal(pool__pipe_read_status(draft.pipe), 0);
    pool_call_t call = take(&other).call;
    assert_int_equal(client_reply_room(pool, call, sizeof data, &room), POOL_EDQUOT);
    assert_int_equal(client_reply(pool, call, POOL_EDQUOT, 0), 0);
    close_reply(&draft);
    close_reply(&other);
    assert_int_equal(pool__share_units(&running.job->share), 0);
}

/* What went wrong is worth more than the words for it. */
static void error_whose_text_is_more_than_the_job_may_have_comes_without_it(void **state)
{
    (void)state;
    static uint8_t text[(1 << 20) + 1];
    pool__share_out(pool, running.job, 0, 1);
    struct call_draft draft = send("f", NULL, 0);
    assert_int_equal(pool_reply(pool, take(&draft).call, -77, text, sizeof text), POOL_EDQUOT);
    assert_int_equal(atomic_load(&draft.pipe->x_reply), -77);
    assert_int_equal(bytes_in(&draft), 0);
    close_reply(&draft);
}

static void reply_without_data_costs_no_memory_any_more(void **state)
{
    (void)state;
    static uint8_t data[4000];
    stock(sizeof data, 1);
    struct call_draft draft = send("f", data, sizeof data), failed = send("f", NULL, 0), larger = send("f", NULL, 0);
    assert_int_equal(pool__share_units(&running.job->share), 4096 / SHARE_UNIT_BYTES + 2);
    assert_int_equal(pool_reply(pool, take(&draft).call, 0, NULL, 0), 0);
    assert_int_equal(pool__share_units(&running.job->share), 2);
    assert_int_equal(pool_reply(pool, take(&failed).call, -5, NULL, 0), 0);
    assert_int_equal(pool__share_units(&running.job->share), 1);
    stock(sizeof data, 1);
    assert_int_equal(pool_reply(pool, take(&larger).call, 0, data, 3000), 0);
    assert_int_equal(pool__share_units(&running.job->share), 4096 / SHARE_UNIT_BYTES);
    close_reply(&draft);
    close_reply(&failed);
    close_reply(&larger);
    assert_int_equal(pool__share_units(&running.job->share), 0);
    assert_int_equal(pool__share_calls(&running.job->share), 0);
}

static void reply_after_the_caller_ended_charges_nobody(void **state)
{
    (void)state;
    static uint8_t data[4000];
    struct call_draft draft = send("f", NULL, 0);
    struct client_call call = take(&draft);
    const struct job *first = running.job;
    running_job_end();
    running_job_begin_bare();
    assert_ptr_equal(running.job, first); /* another job in the same slot */
    struct call_draft own = send("g", NULL, 0);
    assert_int_equal(pool_reply(pool, call.call, 0, data, sizeof data), 0);
    assert_int_equal(pool__share_calls(&running.job->share), 1);
    assert_int_equal(pool__share_units(&running.job->share), 1);
    assert_int_equal(pool_reply(pool, take(&own).call, 0, NULL, 0), 0);
    close_reply(&own);
}

static void call_of_a_cancelled_job_is_ecanceled_when_it_would_sleep(void **state)
{
    (void)state;
    struct call_draft draft;
    running_job_cancel();
    assert_int_equal(pool__call_draft(&running.sleeper, 1, 4 << 20, &draft), POOL_ECANCELED);
    assert_int_equal(test_free_calls(pool), CALLS_MAX);
}

static void reply_without_memory_stays_the_repliers(void **state)
{
    (void)state;
    static uint8_t data[4 << 20];
    uint32_t block;
    struct call_draft draft = send("f", NULL, 0);
    struct client_call call = take(&draft);
    struct call *claimed = pool__call_claim(pool, call.call);
    assert_ptr_equal(claimed, draft.call);
    assert_null(pool__call_claim(pool, call.call)); /* it is nobody else's any more */
    assert_int_equal(pool__call_carry(pool, claimed, data, sizeof data, &block), POOL_EAGAIN);
    assert_int_equal(pool__call_state(draft.call), CALL_REPLYING);
    assert_int_equal(atomic_load(&draft.pipe->x_reply), POOL_EAGAIN);
    coordinator_tick(pool);
    assert_true(test_signalled(pool, SIGNAL_BLOCKS));
    assert_int_equal(pool__call_carry(pool, claimed, data, sizeof data, &block), 0);
    pool__call_answer(pool, claimed, 0, block, sizeof data);
    assert_int_equal(bytes_in(&draft), sizeof data);
    close_reply(&draft);
}

static void reply_for_which_only_files_have_memory_is_enomem_to_both(void **state)
{
    (void)state;
    static uint8_t data[4 << 20];
    uint32_t block;
    struct call_draft draft = send("f", NULL, 0);
    struct call *claimed = pool__call_claim(pool, take(&draft).call);
    uint32_t taken[TEST_BLOCKS_MAX], n = test_take_all(pool, taken, COUNT_OF(taken));
    int64_t used = (int64_t)pool__blocks_used(&pool->blocks, ZONE_COMMON);
    assert_int_equal(pool__call_carry(pool, claimed, data, sizeof data, &block), POOL_EAGAIN);
    coordinator_tick(pool);
    assert_int_equal(pool__call_carry(pool, claimed, data, sizeof data, &block), POOL_EAGAIN); /* others may give it */
    pool__blocks_filed(&pool->blocks, used);                                                   /* but files do not */
    coordinator_tick(pool);
    assert_int_equal(pool__call_carry(pool, claimed, data, sizeof data, &block), POOL_ENOMEM);
    pool__blocks_filed(&pool->blocks, -used);
    assert_int_equal(pool__call_carry(pool, claimed, data, sizeof data, &block), POOL_EAGAIN);
    test_undrain_blocks(pool, taken, n);
    pool__call_answer(pool, claimed, POOL_ENOMEM, 0, 0);
    assert_int_equal(atomic_load(&draft.pipe->x_reply), POOL_ENOMEM);
    close_reply(&draft);
}

/* What was asked is not needed any more when it is answered: an answer that is no larger needs no memory. */
static void reply_that_fits_goes_back_in_the_memory_of_the_question(void **state)
{
    (void)state;
    static uint32_t taken[TEST_BLOCKS_MAX];
    static const char question[200] = "abcdefgh";
    struct call_draft draft = send("f", question, sizeof question);
    struct client_call call = take(&draft);
    uint32_t n = test_drain_blocks(pool, 256, taken, COUNT_OF(taken));
    assert_int_equal(pool_reply(pool, call.call, 0, call.data + 1, 199), 0); /* from within the question itself */
    assert_memory_equal(pool__pipe_readable(draft.pipe, 0).data, question + 1, 199);
    assert_int_equal(bytes_in(&draft), 199);
    test_undrain_blocks(pool, taken, n);
    close_reply(&draft);
}

static void reply_is_written_where_its_caller_reads_it(void **state)
{
    (void)state;
    uint8_t *small, *room;
    struct call_draft draft = send("f", NULL, 0);
    struct client_call call = take(&draft);
    assert_int_equal(client_reply(pool, call.call, 0, 1025), POOL_EINVAL); /* there is no room for so many */
    assert_int_equal(client_reply_room(pool, call.call, 10, &small), 0);
    assert_ptr_equal(small, call.name); /* the question's memory */
    stock(1000, 1);
    assert_int_equal(client_reply_room(pool, call.call, 1000, &room), 0);
    memcpy(room, "hello", 5);
    assert_int_equal(client_reply_room(pool, call.call + 1, 5, &small), POOL_EBADF);
    assert_int_equal(client_reply(pool, call.call + 1, 0, 5), POOL_EBADF);
    assert_int_equal(client_reply(pool, call.call, 0, 5), 0);
    assert_ptr_equal(pool__pipe_readable(draft.pipe, 0).data, room);
    assert_int_equal(bytes_in(&draft), 5);
    assert_int_equal(client_reply(pool, call.call, 0, 5), POOL_EBADF);
    close_reply(&draft);
}

/* Else replies could wait for each other's questions, for ever. */
static void reply_that_waits_for_room_has_given_back_the_questions(void **state)
{
    (void)state;
    uint8_t *room;
    static uint32_t taken[TEST_BLOCKS_MAX];
    struct call_draft draft = send("f", NULL, 0);
    struct client_call call = take(&draft);
    uint32_t n = test_take_all(pool, taken, COUNT_OF(taken));
    assert_int_equal(client_reply_room(pool, call.call, 4 << 20, &room), POOL_EAGAIN);
    assert_int_equal(draft.call->block, 0);
    assert_int_equal(client_reply(pool, call.call, 0, 1), POOL_EINVAL);
    test_undrain_blocks(pool, taken, n);
    assert_int_equal(client_reply_room(pool, call.call, 100, &room), 0);
    assert_int_equal(client_reply(pool, call.call, 0, 100), 0);
    assert_int_equal(bytes_in(&draft), 100);
    close_reply(&draft);
}

static void room_for_a_reply_that_nobody_waits_for_is_epipe(void **state)
{
    (void)state;
    uint8_t *room;
    struct call_draft draft = send("f", NULL, 0);
    struct client_call call = take(&draft);
    assert_int_equal(client_reply_room(pool, call.call, POOL_BYTES_MAX + 1, &room), POOL_E2BIG);
    close_reply(&draft);
    assert_int_equal(client_reply_room(pool, call.call, 1, &room), POOL_EPIPE);
    assert_int_equal(client_reply(pool, call.call, 0, 0), 0);
}

static void stage_of_too_much_is_refused(void **state)
{
    (void)state;
    uint8_t *staged = NULL;
    assert_int_equal(client_stage(pool, POOL_BYTES_MAX + 1, &staged), POOL_E2BIG);
    assert_int_equal(client_stage(pool, UINT32_MAX, &staged), POOL_E2BIG);
    assert_int_equal(client_stage(pool, 4 << 20, &staged), POOL_EAGAIN);
    coordinator_tick(pool);
    assert_int_equal(client_stage(pool, 4 << 20, &staged), 0);
    assert_non_null(staged);
    pool__give_block(pool, pool->staged_block);
    pool->staged_block = 0;
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(call_carries_its_name_and_data_to_the_host),
        CASE(reply_reaches_the_job_with_its_status_and_then_end_of_file),
        CASE(reply_wakes_the_job),
        CASE(reply_of_an_error_is_the_status_whatever_it_is),
        CASE(reply_of_an_error_can_have_a_text),
        CASE(reply_out_of_its_range_is_refused_and_the_call_waits_on),
        CASE(reply_twice_is_ebadf_the_second_time),
        CASE(reply_to_nonsense_is_ebadf),
        CASE(take_of_what_does_not_wait_is_ebadf),
        CASE(call_that_is_dropped_leaves_nothing),
        CASE(call_given_up_before_it_is_taken_is_never_served),
        CASE(reply_after_the_caller_gave_up_is_no_error),
        CASE(host_that_watches_a_caller_is_told_when_it_goes),
        CASE(caller_that_reads_its_reply_is_not_one_that_goes),
        CASE(job_that_ends_closes_its_calls),
        CASE(calls_of_one_job_are_not_closed_by_the_end_of_another),
        CASE(call_of_the_wrong_size_is_refused),
        CASE(call_when_nobody_serves_any_is_enoent),
        CASE(more_calls_than_there_can_be_are_enfile_until_one_is_closed_and_answered),
        CASE(call_needs_none_of_the_pipes_that_all_can_open),
        CASE(calls_of_one_job_are_as_many_as_it_may_have),
        CASE(call_counts_until_both_have_let_go_of_it),
        CASE(each_job_has_some_calls_whatever_the_others_have),
        CASE(calls_that_carry_more_than_the_job_may_have_are_edquot),
        CASE(reply_that_is_more_than_the_job_may_have_is_edquot_to_both),
        CASE(error_whose_text_is_more_than_the_job_may_have_comes_without_it),
        CASE(reply_without_data_costs_no_memory_any_more),
        CASE(reply_after_the_caller_ended_charges_nobody),
        CASE(call_of_a_cancelled_job_is_ecanceled_when_it_would_sleep),
        CASE(reply_without_memory_stays_the_repliers),
        CASE(reply_for_which_only_files_have_memory_is_enomem_to_both),
        CASE(reply_that_fits_goes_back_in_the_memory_of_the_question),
        CASE(reply_is_written_where_its_caller_reads_it),
        CASE(reply_that_waits_for_room_has_given_back_the_questions),
        CASE(room_for_a_reply_that_nobody_waits_for_is_epipe),
        CASE(stage_of_too_much_is_refused),
    };
    return cmocka_run_group_tests_name("calls", tests, NULL, NULL);
}
