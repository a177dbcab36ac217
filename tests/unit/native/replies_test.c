/* native/replies.c: replies for which there is no memory now. The test plays the dispatcher. */
#include "client/client.h"
#include "native/native.h"
#include "support/prelude.h"
#include "support/running_job.h"
#include "support/test_pool.h"
#include "sync/calls.h"
#include "sync/ends.h"

#define LARGE_BYTES (64u * 1024) /* more than a question's memory holds */

static struct pool *pool;
static struct native native_side;
static uint8_t data[LARGE_BYTES];
static uint32_t taken[64], n_taken;

static int setup(void **state)
{
    if (running_job_setup(state)) return -1;
    pool = *state;
    native_side = (struct native){.pool = pool};
    pthread_mutex_init(&native_side.lock, NULL);
    pool->owner = &native_side;
    running_job_begin_bare();
    return client_join(pool, false);
}

static int teardown(void **state)
{
    assert_null(native_side.replies);
    pthread_mutex_destroy(&native_side.lock);
    pool->owner = NULL;
    return running_job_teardown(state);
}

static struct call_draft begin_call(pool_call_t *handle_out)
{
    struct call_draft draft;
    struct client_call call;
    assert_int_equal(pool__call_draft(&running.sleeper, 1, 0, &draft), 0);
    memcpy(draft.memory, "f", 1);
    pool__call_send(&running.sleeper, &draft);
    assert_int_equal(client_call(pool, (uint32_t)(draft.call - pool->calls), &call), 0);
    *handle_out = call.call;
    return draft;
}

/* Takes what a reply of that size would be kept in. */
static void take_all_memory(void)
{
    n_taken = test_drain_blocks(pool, LARGE_BYTES, taken, COUNT_OF(taken));
}

/* Of those that replies may have. */
static void give_back_one(void)
{
    for (uint32_t i = 0; i < n_taken; i++) {
        if (pool__blocks_chunk(&pool->blocks, taken[i])->zone != ZONE_COMMON) continue;
        pool__give_block(pool, taken[i]);
        taken[i] = taken[--n_taken];
        return;
    }
    fail();
}

static void give_back_all(void)
{
    while (n_taken > 0) pool__give_block(pool, taken[--n_taken]);
}

/* POOL_EAGAIN: there is no reply yet. */
static int32_t status_of(const struct call_draft *draft)
{
    return atomic_load(&draft->pipe->x_reply);
}

static void assert_reply(const struct call_draft *draft, uint8_t byte)
{
    struct span span = pool__pipe_readable(draft->pipe, 0);
    assert_int_equal(status_of(draft), 0);
    assert_int_equal(span.size, LARGE_BYTES);
    for (uint32_t i = 0; i < LARGE_BYTES; i++) assert_int_equal(span.data[i], byte);
    pool__close_end(pool, draft->pipe, PIPE_READ);
}

static int reply_with(pool_call_t call, uint8_t byte)
{
    memset(data, byte, sizeof data);
    int status = pool_reply(pool, call, 0, data, sizeof data);
    memset(data, 0xee, sizeof data); /* it was copied */
    return status;
}

static void reply_that_is_wrong_is_refused_and_the_call_waits_on(void **state)
{
    (void)state;
    pool_call_t call;
    struct call_draft draft = begin_call(&call);
    assert_int_equal(pool_reply(NULL, call, 0, NULL, 0), POOL_EINVAL);
    assert_int_equal(pool_reply(pool, call, 0, NULL, 1), POOL_EINVAL);
    assert_int_equal(pool_reply(pool, call, 1, NULL, 0), POOL_EINVAL);
    assert_int_equal(pool_reply(pool, call, POOL_EAGAIN, data, 1), POOL_EINVAL);
    assert_int_equal(pool_reply(pool, call, 0, data, POOL_BYTES_MAX + 1), POOL_E2BIG);
    assert_int_equal(pool_reply(pool, 0, 0, data, 1), POOL_EBADF);
    assert_int_equal(pool_reply(pool, 12345, 0, NULL, 0), POOL_EBADF);
    assert_int_equal(status_of(&draft), POOL_EAGAIN);
    assert_int_equal(reply_with(call, 5), 0);
    assert_int_equal(reply_with(call, 6), POOL_EBADF); /* a second time */
    assert_reply(&draft, 5);
}

static void reply_without_memory_is_kept_until_there_is_some(void **state)
{
    (void)state;
    pool_call_t call;
    struct call_draft draft = begin_call(&call);
    take_all_memory();
    assert_int_equal(reply_with(call, 7), 0);
    assert_non_null(native_side.replies);
    assert_int_equal(status_of(&draft), POOL_EAGAIN);
    assert_true(test_signalled(pool, SIGNAL_BLOCKS)); /* the dispatcher looks: there may be some by now */
    assert_int_equal(reply_with(call, 8), POOL_EBADF);
    pool__replies_send(&native_side);
    assert_int_equal(status_of(&draft), POOL_EAGAIN);
    give_back_all();
    assert_true(test_signalled(pool, SIGNAL_BLOCKS));
    pool__replies_send(&native_side);
    assert_reply(&draft, 7);
}

static void error_with_a_text_is_kept_whole(void **state)
{
    (void)state;
    pool_call_t call;
    struct call_draft draft = begin_call(&call);
    take_all_memory();
    assert_int_equal(pool_reply(pool, call, -77, data, sizeof data), 0);
    assert_int_equal(status_of(&draft), POOL_EAGAIN);
    give_back_all();
    pool__replies_send(&native_side);
    assert_int_equal(status_of(&draft), -77);
    assert_int_equal(pool__pipe_readable(draft.pipe, 0).size, sizeof data);
    pool__close_end(pool, draft.pipe, PIPE_READ);
}

static void replies_that_are_kept_are_sent_in_their_order(void **state)
{
    (void)state;
    struct call_draft drafts[3];
    pool_call_t calls[3];
    for (uint32_t i = 0; i < 3; i++) drafts[i] = begin_call(&calls[i]);
    take_all_memory();
    for (uint8_t i = 0; i < 3; i++) assert_int_equal(reply_with(calls[i], i), 0);
    for (uint8_t i = 0; i < 3; i++) {
        give_back_one();
        pool__replies_send(&native_side);
        for (uint32_t later = i + 1u; later < 3; later++) assert_int_equal(status_of(&drafts[later]), POOL_EAGAIN);
        assert_reply(&drafts[i], i);
        taken[n_taken++] = pool__take_free_block(pool, USE_CONTENT, LARGE_BYTES); /* it is in others' hands again */
        assert_int_not_equal(taken[n_taken - 1], 0);
    }
    give_back_all();
}

static void replies_that_are_kept_are_eshutdown_when_the_pool_ends(void **state)
{
    (void)state;
    struct call_draft drafts[2];
    pool_call_t calls[2];
    for (uint32_t i = 0; i < 2; i++) drafts[i] = begin_call(&calls[i]);
    take_all_memory();
    for (uint8_t i = 0; i < 2; i++) assert_int_equal(reply_with(calls[i], i), 0);
    pool__replies_flush(&native_side);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(status_of(&drafts[i]), POOL_ESHUTDOWN);
        assert_int_equal(pool__pipe_readable(drafts[i].pipe, 0).size, 0);
        pool__close_end(pool, drafts[i].pipe, PIPE_READ);
    }
    give_back_all();
    pool__replies_flush(&native_side); /* there are none any more */
}

/* A caller that is gone needs no memory. */
static void reply_to_a_caller_that_is_gone_is_not_kept(void **state)
{
    (void)state;
    pool_call_t call;
    struct call_draft draft = begin_call(&call);
    take_all_memory();
    pool__close_end(pool, draft.pipe, PIPE_READ);
    assert_int_equal(reply_with(call, 1), 0);
    assert_null(native_side.replies);
    give_back_all();
}

static void reply_whose_caller_goes_meanwhile_is_dropped(void **state)
{
    (void)state;
    pool_call_t call;
    struct call_draft draft = begin_call(&call);
    take_all_memory();
    assert_int_equal(reply_with(call, 1), 0);
    pool__close_end(pool, draft.pipe, PIPE_READ);
    pool__replies_send(&native_side);
    assert_null(native_side.replies);
    give_back_all();
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(reply_that_is_wrong_is_refused_and_the_call_waits_on),
        CASE(reply_without_memory_is_kept_until_there_is_some),
        CASE(error_with_a_text_is_kept_whole),
        CASE(replies_that_are_kept_are_sent_in_their_order),
        CASE(replies_that_are_kept_are_eshutdown_when_the_pool_ends),
        CASE(reply_to_a_caller_that_is_gone_is_not_kept),
        CASE(reply_whose_caller_goes_meanwhile_is_dropped),
    };
    return cmocka_run_group_tests_name("replies", tests, NULL, NULL);
}
