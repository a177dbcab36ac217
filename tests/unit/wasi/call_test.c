/* Host calls of a guest: the imports of the module `millrace`. The test is the host as well; it answers while the guest
 * waits, at a look at the clock.
 */
#include "client/client.h"
#include "support/fake_guest.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/wasi_rig.h"
#include "sync/call_slots.h"
#include "sync/calls.h"
#include "sync/ends.h"

#define REPLY_BYTES 64u

static uint32_t name_at, data_at, reply_at, n_at;

static int setup(void **state)
{
    if (wasi_rig_setup(state)) return -1;
    assert_int_equal(client_join(rig.pool, false), 0);
    name_at = fake_guest_put("host", 4);
    data_at = fake_guest_put("question", 8);
    reply_at = fake_guest_new(REPLY_BYTES);
    n_at = fake_guest_new(4);
    return 0;
}

static int32_t call(uint32_t capacity)
{
    return wasi_call(rig.c, name_at, 4, data_at, 8, reply_at, capacity);
}

static int32_t begin(void)
{
    return wasi_call_begin(rig.c, name_at, 4, data_at, 8);
}

static pool_call_t take(void)
{
    return test_take_call(rig.pool, rig.handle);
}

static int32_t answer_status;
static const char *error_text = "";

static void answer_meanwhile(void)
{
    fake.on_look = NULL;
    const char *text = answer_status ? error_text : "answer";
    assert_int_equal(pool_reply(rig.pool, take(), answer_status, text, (uint32_t)strlen(text)), 0);
}

static void call_gets_the_reply(void **state)
{
    (void)state;
    answer_status = 0;
    fake.on_look = answer_meanwhile;
    assert_int_equal(call(REPLY_BYTES), 6);
    assert_memory_equal(fake_guest_at(reply_at), "answer\0", 7);
}

static void call_gets_as_much_of_the_reply_as_fits(void **state)
{
    (void)state;
    answer_status = 0;
    fake.on_look = answer_meanwhile;
    assert_int_equal(call(3), 6);
    assert_memory_equal(fake_guest_at(reply_at), "ans\0", 4);
    fake.on_look = answer_meanwhile;
    assert_int_equal(wasi_call(rig.c, name_at, 4, data_at, 8, last_address(0), 0), 6);
}

static void call_gets_the_hosts_error(void **state)
{
    (void)state;
    static const int32_t errors[] = {-1, POOL_ENOENT, -4242, INT32_MIN};
    for (uint32_t i = 0; i < COUNT_OF(errors); i++) {
        answer_status = errors[i];
        fake.on_look = answer_meanwhile;
        assert_int_equal(call(REPLY_BYTES), errors[i]);
    }
}

static void call_gets_the_text_of_the_hosts_error_cut_to_fit(void **state)
{
    (void)state;
    static const struct {
        uint32_t capacity;
        const char *expected;
    } cases[] = {{10, "no luck\0+"}, {8, "no luck\0+"}, {7, "no luc\0++"}, {1, "\0++++++++"}, {0, "+++++++++"}};
    error_text = "no luck";
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        memset(fake_guest_at(reply_at), '+', REPLY_BYTES);
        answer_status = -77;
        fake.on_look = answer_meanwhile;
        assert_int_equal(call(cases[i].capacity), -77);
        assert_memory_equal(fake_guest_at(reply_at), cases[i].expected, 9);
    }
    error_text = "";
}

static void call_that_is_refused_leaves_an_empty_text(void **state)
{
    (void)state;
    memset(fake_guest_at(reply_at), '+', REPLY_BYTES);
    assert_int_equal(wasi_call(rig.c, name_at, 0, data_at, 8, reply_at, REPLY_BYTES), POOL_EINVAL);
    assert_memory_equal(fake_guest_at(reply_at), "\0+", 2);
    rig_cancel();
    memset(fake_guest_at(reply_at), '+', REPLY_BYTES);
    assert_int_equal(call(REPLY_BYTES), POOL_ECANCELED);
    assert_memory_equal(fake_guest_at(reply_at), "\0+", 2);
    struct client_call taken;
    assert_int_equal(client_call(rig.pool, 0, &taken), POOL_EBADF); /* nobody waits any more */
}

static void begun_call_has_the_text_of_the_hosts_error(void **state)
{
    (void)state;
    uint32_t iov = fake_guest_iovec(reply_at, REPLY_BYTES);
    assert_int_equal(begin(), 3);
    assert_int_equal(pool_reply(rig.pool, take(), -77, "no luck", 7), 0);
    assert_int_equal(wasi_call_status(rig.c, 3), -77);
    assert_int_equal(wasi_fd_read(rig.c, 3, iov, 1, n_at), WASI_SUCCESS);
    assert_int_equal(fake_guest_u32(n_at), 7);
    assert_memory_equal(fake_guest_at(reply_at), "no luck", 7);
    assert_int_equal(wasi_fd_close(rig.c, 3), WASI_SUCCESS);
}

/* Without an answer the other end is gone: whoever served has stopped. */
static void close_meanwhile(void)
{
    fake.on_look = NULL;
    pool__call_answer(rig.pool, pool__call_claim(rig.pool, take()), POOL_EAGAIN, 0, 0);
}

static void call_that_is_never_answered_is_epipe(void **state)
{
    (void)state;
    fake.on_look = close_meanwhile;
    assert_int_equal(call(REPLY_BYTES), POOL_EPIPE);
    assert_int_equal(test_free_calls(rig.pool), CALLS_MAX);
}

static void call_of_a_cancelled_job_is_ecanceled(void **state)
{
    (void)state;
    struct client_call taken;
    rig_cancel();
    assert_int_equal(call(REPLY_BYTES), POOL_ECANCELED);
    assert_int_equal(client_call(rig.pool, 0, &taken), POOL_EBADF);
    assert_int_equal(test_free_calls(rig.pool), CALLS_MAX);
}

static void call_of_the_wrong_size_is_refused(void **state)
{
    (void)state;
    assert_int_equal(wasi_call(rig.c, name_at, 0, data_at, 8, reply_at, 0), POOL_EINVAL);
    assert_int_equal(wasi_call(rig.c, name_at, POOL_NAME_MAX_BYTES + 1, data_at, 8, reply_at, 0), POOL_EINVAL);
    assert_int_equal(wasi_call_begin(rig.c, name_at, 0, data_at, 8), POOL_EINVAL);
    atomic_store(&rig.pool->x_served, 0);
    assert_int_equal(call(REPLY_BYTES), POOL_ENOENT);
    assert_int_equal(begin(), POOL_ENOENT);
    assert_int_equal(test_free_calls(rig.pool), CALLS_MAX);
}

/* What a bad address must not leave behind. */
static void assert_no_call(int32_t status)
{
    assert_int_equal(status, POOL_EINVAL);
    assert_int_equal(test_free_calls(rig.pool), CALLS_MAX);
    assert_int_equal(atomic_load(&rig.job->x_calls), 0);
}

static void call_with_a_bad_pointer_is_einval_and_none(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {1, 8, 200};
    for (uint32_t i = 0; i < COUNT_OF(sizes); i++) {
        uint32_t size = sizes[i], over = last_address(size) + 1;
        assert_no_call(wasi_call(rig.c, over, size, data_at, 8, reply_at, REPLY_BYTES));
        assert_no_call(wasi_call(rig.c, name_at, 4, over, size, reply_at, REPLY_BYTES));
        assert_no_call(wasi_call(rig.c, name_at, 4, data_at, 8, over, size));
        assert_no_call(wasi_call_begin(rig.c, over, size, data_at, 8));
        assert_no_call(wasi_call_begin(rig.c, name_at, 4, over, size));
    }
    assert_no_call(wasi_call(rig.c, name_at, 4, data_at, UINT32_MAX, reply_at, REPLY_BYTES));
    assert_no_call(wasi_call(rig.c, name_at, 4, data_at, 8, reply_at, UINT32_MAX));
    assert_no_call(wasi_call_begin(rig.c, name_at, UINT32_MAX, data_at, 8));
}

static void call_whose_name_is_no_text_is_einval_and_none(void **state)
{
    (void)state;
    static const char *const names[] = {"\xff", "a\xc3", "\xed\xa0\x80", "\xf5\x80\x80\x80"};
    for (uint32_t i = 0; i < COUNT_OF(names); i++) {
        uint32_t size = (uint32_t)strlen(names[i]), at = fake_guest_put(names[i], size);
        assert_no_call(wasi_call(rig.c, at, size, data_at, 8, reply_at, REPLY_BYTES));
        assert_no_call(wasi_call_begin(rig.c, at, size, data_at, 8));
    }
}

static void call_at_the_end_of_the_memory_succeeds(void **state)
{
    (void)state;
    memcpy(fake_guest_at(last_address(8)), "question", 8);
    answer_status = 0;
    fake.on_look = answer_meanwhile;
    assert_int_equal(wasi_call(rig.c, name_at, 4, last_address(8), 8, last_address(6), 6), 6);
    assert_memory_equal(fake_guest_at(last_address(6)), "answer", 6);
}

static void begun_call_is_a_descriptor_to_read(void **state)
{
    (void)state;
    uint32_t iov = fake_guest_iovec(reply_at, 4);
    int32_t fd = begin();
    assert_int_equal(fd, 3);
    assert_int_equal(wasi_call_status(rig.c, 3), POOL_EAGAIN);
    assert_int_equal(wasi_fd_fdstat_set_flags(rig.c, 3, WASI_FDFLAG_NONBLOCK), WASI_SUCCESS);
    assert_int_equal(wasi_fd_read(rig.c, 3, iov, 1, n_at), WASI_EAGAIN);
    assert_int_equal(wasi_fd_write(rig.c, 3, iov, 1, n_at), WASI_EBADF);
    assert_int_equal(pool_reply(rig.pool, take(), 0, "answer", 6), 0);
    assert_int_equal(wasi_call_status(rig.c, 3), 0);
    static const uint32_t expected[] = {4, 2, 0, 0};
    for (uint32_t i = 0; i < COUNT_OF(expected); i++) {
        assert_int_equal(wasi_fd_read(rig.c, 3, iov, 1, n_at), WASI_SUCCESS);
        assert_int_equal(fake_guest_u32(n_at), expected[i]);
    }
    assert_int_equal(wasi_fd_close(rig.c, 3), WASI_SUCCESS);
    assert_int_equal(wasi_call_status(rig.c, 3), POOL_EBADF);
}

static void begun_call_can_be_renumbered_and_given_up(void **state)
{
    (void)state;
    assert_int_equal(begin(), 3);
    assert_int_equal(begin(), 4);
    assert_int_equal(wasi_fd_renumber(rig.c, 3, 1), WASI_SUCCESS); /* in the place of stdout */
    assert_int_equal(wasi_call_status(rig.c, 1), POOL_EAGAIN);
    assert_int_equal(wasi_call_status(rig.c, 3), POOL_EBADF);
    assert_int_equal(begin(), 3);
    assert_int_equal(wasi_fd_close(rig.c, 1), WASI_SUCCESS);
    assert_int_equal(wasi_fd_close(rig.c, 4), WASI_SUCCESS);
    assert_int_equal(pool_reply(rig.pool, take(), -5, NULL, 0), 0); /* only the last is still wanted */
    assert_int_equal(wasi_call_status(rig.c, 3), -5);
    struct client_call taken;
    for (uint32_t i = 0; i < 3; i++) assert_int_equal(client_call(rig.pool, i, &taken), POOL_EBADF);
    assert_int_equal(wasi_fd_close(rig.c, 3), WASI_SUCCESS);
}

static void status_of_what_is_no_call_is_ebadf(void **state)
{
    (void)state;
    static const uint32_t fds[] = {0, 1, 2, 3, WASI_FDS_MAX, UINT32_MAX};
    for (uint32_t i = 0; i < COUNT_OF(fds); i++) assert_int_equal(wasi_call_status(rig.c, fds[i]), POOL_EBADF);
}

static void more_calls_than_descriptors_are_emfile(void **state)
{
    (void)state;
    struct client_call taken;
    for (int32_t fd = 3; fd < (int32_t)WASI_FDS_MAX; fd++) {
        if (fd >= 200) { /* fewer calls than descriptors can be had at the same time */
            assert_int_equal(wasi_fd_open(rig.c, (struct stream){.kind = STREAM_NULL}), fd);
            continue;
        }
        pool__blocks_want(&rig.pool->blocks, USE_CONTROL, 0); /* so that nobody has to sleep for memory */
        if (fd % 64 == 3) coordinator_tick(rig.pool);
        assert_int_equal(begin(), fd);
    }
    uint32_t free_calls = test_free_calls(rig.pool);
    assert_int_equal(begin(), POOL_EMFILE);
    assert_int_equal(test_free_calls(rig.pool), free_calls);
    for (uint32_t fd = 3; fd < WASI_FDS_MAX; fd++) assert_int_equal(wasi_fd_close(rig.c, fd), WASI_SUCCESS);
    for (uint32_t i = 0; i < CALLS_MAX; i++) assert_int_equal(client_call(rig.pool, i, &taken), POOL_EBADF);
}

static void call_too_many_is_emfile_until_one_is_closed_and_answered(void **state)
{
    (void)state;
    struct client_call taken;
    pool__share_out(rig.pool, rig.job, 2, 0);
    assert_int_equal(begin(), 3);
    assert_int_equal(begin(), 4);
    assert_int_equal(begin(), POOL_EMFILE);
    assert_int_equal(call(REPLY_BYTES), POOL_EMFILE);
    assert_int_equal(wasi_fd_close(rig.c, 3), WASI_SUCCESS);
    assert_int_equal(begin(), POOL_EMFILE); /* the host still has it */
    assert_int_equal(client_call(rig.pool, 0, &taken), POOL_EBADF);
    assert_int_equal(begin(), 3);
    assert_int_equal(wasi_fd_close(rig.c, 3), WASI_SUCCESS);
    assert_int_equal(wasi_fd_close(rig.c, 4), WASI_SUCCESS);
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(client_call(rig.pool, i, &taken), POOL_EBADF);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, wasi_rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(call_gets_the_reply),
        CASE(call_gets_as_much_of_the_reply_as_fits),
        CASE(call_gets_the_hosts_error),
        CASE(call_gets_the_text_of_the_hosts_error_cut_to_fit),
        CASE(call_that_is_refused_leaves_an_empty_text),
        CASE(begun_call_has_the_text_of_the_hosts_error),
        CASE(call_that_is_never_answered_is_epipe),
        CASE(call_of_a_cancelled_job_is_ecanceled),
        CASE(call_of_the_wrong_size_is_refused),
        CASE(call_with_a_bad_pointer_is_einval_and_none),
        CASE(call_whose_name_is_no_text_is_einval_and_none),
        CASE(call_at_the_end_of_the_memory_succeeds),
        CASE(begun_call_is_a_descriptor_to_read),
        CASE(begun_call_can_be_renumbered_and_given_up),
        CASE(status_of_what_is_no_call_is_ebadf),
        CASE(more_calls_than_descriptors_are_emfile),
        CASE(call_too_many_is_emfile_until_one_is_closed_and_answered),
    };
    return cmocka_run_group_tests_name("wasi_call", tests, NULL, NULL);
}
