/* wasi/read_write.c: fd_read and fd_write. */
#include "support/fake_guest.h"
#include "support/prelude.h"
#include "support/property.h"
#include "support/test_pool.h"
#include "support/wasi_rig.h"

static struct rig_buffer buffer;

static void feed(const char *text)
{
    uint32_t size = (uint32_t)strlen(text);
    assert_int_equal(pool_write(rig.pool, rig.stdin_writer, text, size), size);
}

static uint32_t inside(uint32_t fd)
{
    struct pipe *pipe = rig.c->table->fds[fd].stream.pipe;
    return atomic_load(&pipe->x_tail) - atomic_load(&pipe->x_head);
}

static uint32_t moved(void)
{
    return fake_guest_u32(buffer.n);
}

static void fd_read_gives_what_there_is(void **state)
{
    (void)state;
    buffer = rig_buffer(100);
    feed("hello");
    assert_int_equal(wasi_fd_read(rig.c, 0, buffer.iov, 1, buffer.n), WASI_SUCCESS);
    assert_int_equal(moved(), 5);
    assert_memory_equal(fake_guest_at(buffer.data), "hello\0", 6);
}

static void fd_read_fills_several_iovecs_in_their_order(void **state)
{
    (void)state;
    buffer = rig_buffer(100);
    struct wasi_iovec iovs[] = {
        {buffer.data, 0}, {buffer.data + 50, 2}, {buffer.data, 0}, {buffer.data + 10, 1}, {buffer.data, 9}};
    uint32_t at = fake_guest_put(iovs, sizeof iovs);
    feed("abcdef");
    assert_int_equal(wasi_fd_read(rig.c, 0, at, 5, buffer.n), WASI_SUCCESS);
    assert_int_equal(moved(), 6);
    assert_memory_equal(fake_guest_at(buffer.data + 50), "ab", 2);
    assert_memory_equal(fake_guest_at(buffer.data + 10), "c", 1);
    assert_memory_equal(fake_guest_at(buffer.data), "def", 3);
}

static void fd_read_leaves_what_does_not_fit(void **state)
{
    (void)state;
    buffer = rig_buffer(2);
    feed("abc");
    assert_int_equal(wasi_fd_read(rig.c, 0, buffer.iov, 1, buffer.n), WASI_SUCCESS);
    assert_int_equal(moved(), 2);
    assert_int_equal(wasi_fd_read(rig.c, 0, buffer.iov, 1, buffer.n), WASI_SUCCESS);
    assert_int_equal(moved(), 1);
    assert_memory_equal(fake_guest_at(buffer.data), "c", 1);
}

static void fd_read_at_end_of_file_returns_0_bytes(void **state)
{
    (void)state;
    buffer = rig_buffer(10);
    feed("x");
    assert_int_equal(pool_close(rig.pool, rig.stdin_writer), 0);
    assert_int_equal(wasi_fd_read(rig.c, 0, buffer.iov, 1, buffer.n), WASI_SUCCESS);
    assert_int_equal(moved(), 1);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(wasi_fd_read(rig.c, 0, buffer.iov, 1, buffer.n), WASI_SUCCESS);
        assert_int_equal(moved(), 0);
    }
}

static void fd_read_of_a_pipe_whose_writer_failed_is_eio_each_time(void **state)
{
    (void)state;
    buffer = rig_buffer(10);
    feed("x");
    assert_int_equal(pool_abort_write(rig.pool, rig.stdin_writer), 0);
    assert_int_equal(wasi_fd_read(rig.c, 0, buffer.iov, 1, buffer.n), WASI_SUCCESS);
    assert_int_equal(moved(), 1);
    for (int i = 0; i < 3; i++) assert_int_equal(wasi_fd_read(rig.c, 0, buffer.iov, 1, buffer.n), WASI_EIO);
}

static void fd_read_of_nothing_returns_at_once_and_consumes_nothing(void **state)
{
    (void)state;
    buffer = rig_buffer(10);
    uint32_t empty = fake_guest_iovec(buffer.data, 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(wasi_fd_read(rig.c, 0, buffer.iov, 0, buffer.n), WASI_SUCCESS); /* no iovecs */
        assert_int_equal(moved(), 0);
        assert_int_equal(wasi_fd_read(rig.c, 0, empty, 1, buffer.n), WASI_SUCCESS); /* an empty one */
        assert_int_equal(moved(), 0);
        assert_int_equal(wasi_fd_read(rig.c, 0, last_address(0), 0, buffer.n), WASI_SUCCESS);
        if (i == 0) feed("x"); /* once more with something to read */
    }
    assert_int_equal(inside(0), 1);
}

static void fd_read_nonblock_of_an_empty_pipe_is_eagain(void **state)
{
    (void)state;
    buffer = rig_buffer(10);
    rig_set_nonblock(0);
    assert_int_equal(wasi_fd_read(rig.c, 0, buffer.iov, 1, buffer.n), WASI_EAGAIN);
    feed("ab");
    assert_int_equal(wasi_fd_read(rig.c, 0, buffer.iov, 1, buffer.n), WASI_SUCCESS);
    assert_int_equal(moved(), 2);
    assert_int_equal(wasi_fd_read(rig.c, 0, buffer.iov, 1, buffer.n), WASI_EAGAIN);
    assert_int_equal(pool_close(rig.pool, rig.stdin_writer), 0);
    assert_int_equal(wasi_fd_read(rig.c, 0, buffer.iov, 1, buffer.n), WASI_SUCCESS);
    assert_int_equal(moved(), 0);
}

static void fd_read_of_a_cancelled_job_is_ecanceled_when_it_would_sleep(void **state)
{
    (void)state;
    buffer = rig_buffer(10);
    rig_cancel();
    assert_int_equal(wasi_fd_read(rig.c, 0, buffer.iov, 1, buffer.n), WASI_ECANCELED);
    assert_int_equal(moved(), 0xeeeeeeee);
}

static void fd_read_of_damaged_counters_is_eio(void **state)
{
    (void)state;
    buffer = rig_buffer(10);
    feed("abc");
    atomic_store(&rig.c->table->fds[0].stream.pipe->x_tail, 1u << 30);
    assert_int_equal(wasi_fd_read(rig.c, 0, buffer.iov, 1, buffer.n), WASI_EIO);
    atomic_store(&rig.c->table->fds[0].stream.pipe->x_tail, 3);
}

static void fd_write_passes_several_iovecs(void **state)
{
    (void)state;
    buffer = rig_buffer(10);
    memcpy(fake_guest_at(buffer.data), "abcdef", 6);
    struct wasi_iovec iovs[] = {{buffer.data, 0}, {buffer.data + 3, 3}, {buffer.data, 0}, {buffer.data, 2}};
    uint32_t at = fake_guest_put(iovs, sizeof iovs);
    assert_int_equal(wasi_fd_write(rig.c, 1, at, 4, buffer.n), WASI_SUCCESS);
    assert_int_equal(moved(), 5);
    rig_expect_output("defab");
}

static void fd_write_of_nothing_writes_nothing(void **state)
{
    (void)state;
    buffer = rig_buffer(0);
    assert_int_equal(wasi_fd_write(rig.c, 1, buffer.iov, 1, buffer.n), WASI_SUCCESS);
    assert_int_equal(moved(), 0);
    assert_int_equal(wasi_fd_write(rig.c, 1, buffer.iov, 0, buffer.n), WASI_SUCCESS);
    assert_null(rig.c->table->fds[1].stream.pipe->data); /* nor does it take a ring */
}

static void fd_write_without_a_reader_is_epipe_each_time(void **state)
{
    (void)state;
    buffer = rig_buffer(10);
    assert_int_equal(wasi_fd_write(rig.c, 1, buffer.iov, 1, buffer.n), WASI_SUCCESS);
    assert_int_equal(pool_close(rig.pool, rig.stdout_reader), 0);
    for (int i = 0; i < 3; i++) assert_int_equal(wasi_fd_write(rig.c, 1, buffer.iov, 1, buffer.n), WASI_EPIPE);
    assert_int_equal(inside(1), 10);
}

static void fd_write_nonblock_of_more_than_fits_is_partial_then_eagain(void **state)
{
    (void)state;
    buffer = rig_buffer(RIG_PIPE_BYTES + 50);
    rig_set_nonblock(1);
    assert_int_equal(wasi_fd_write(rig.c, 1, buffer.iov, 1, buffer.n), WASI_SUCCESS);
    assert_int_equal(moved(), RIG_PIPE_BYTES);
    assert_int_equal(wasi_fd_write(rig.c, 1, buffer.iov, 1, buffer.n), WASI_EAGAIN);
    assert_int_equal(inside(1), RIG_PIPE_BYTES);
}

static void fd_write_nonblock_without_memory_for_the_ring_is_eagain(void **state)
{
    (void)state;
    uint32_t taken[TEST_BLOCKS_MAX], n = test_drain_blocks(rig.pool, RIG_PIPE_BYTES, taken, COUNT_OF(taken));
    buffer = rig_buffer(10);
    rig_set_nonblock(1);
    assert_int_equal(wasi_fd_write(rig.c, 1, buffer.iov, 1, buffer.n), WASI_EAGAIN);
    test_undrain_blocks(rig.pool, taken, n);
    assert_int_equal(wasi_fd_write(rig.c, 1, buffer.iov, 1, buffer.n), WASI_SUCCESS);
}

static void fd_write_of_a_cancelled_job_is_ecanceled_when_it_would_sleep(void **state)
{
    (void)state;
    buffer = rig_buffer(RIG_PIPE_BYTES + 1);
    rig_cancel();
    assert_int_equal(wasi_fd_write(rig.c, 1, buffer.iov, 1, buffer.n), WASI_SUCCESS);
    assert_int_equal(moved(), RIG_PIPE_BYTES); /* what fitted went out before */
    assert_int_equal(inside(1), RIG_PIPE_BYTES);
    assert_int_equal(wasi_fd_write(rig.c, 1, buffer.iov, 1, buffer.n), WASI_ECANCELED);
    assert_int_equal(moved(), RIG_PIPE_BYTES);
}

static void stdio_of_nothing_is_at_end_of_file_and_discards(void **state)
{
    (void)state;
    buffer = rig_buffer(100);
    assert_int_equal(wasi_fd_read(rig.c, 0, buffer.iov, 1, buffer.n), WASI_SUCCESS);
    assert_int_equal(moved(), 0);
    assert_int_equal(wasi_fd_write(rig.c, 1, buffer.iov, 1, buffer.n), WASI_SUCCESS);
    assert_int_equal(moved(), 100);
    assert_int_equal(wasi_fd_write(rig.c, 2, buffer.iov, 1, buffer.n), WASI_SUCCESS);
    assert_int_equal(moved(), 100);
}

/* What a call that failed must leave alone. */
static void nothing_has_moved(void)
{
    assert_int_equal(inside(0), 6);
    assert_int_equal(inside(1), 0);
    assert_int_equal(inside(2), 0);
}

static uint32_t read_with_n(uint32_t address)
{
    return wasi_fd_read(rig.c, 0, buffer.iov, 1, address);
}

static uint32_t read_with_iovs(uint32_t address)
{
    return wasi_fd_read(rig.c, 0, address, 1, buffer.n);
}

static uint32_t write_with_n(uint32_t address)
{
    return wasi_fd_write(rig.c, 1, buffer.iov, 1, address);
}

static uint32_t write_with_iovs(uint32_t address)
{
    return wasi_fd_write(rig.c, 1, address, 1, buffer.n);
}

static uint32_t read_with_data(uint32_t address)
{
    struct wasi_iovec iovs[] = {{buffer.data, 2}, {address, 5}};
    memcpy(fake_guest_at(buffer.iov), iovs, sizeof iovs);
    return wasi_fd_read(rig.c, 0, buffer.iov, 2, buffer.n);
}

static uint32_t write_with_data(uint32_t address)
{
    struct wasi_iovec iovs[] = {{buffer.data, 2}, {address, 5}};
    memcpy(fake_guest_at(buffer.iov), iovs, sizeof iovs);
    return wasi_fd_write(rig.c, 1, buffer.iov, 2, buffer.n);
}

static void fd_read_and_fd_write_with_a_bad_pointer_move_nothing(void **state)
{
    (void)state;
    buffer = rig_buffer(5);
    fake_guest_new(8); /* for a second iovec */
    feed("abcdef");
    check_bad_pointers(read_with_n, 4, nothing_has_moved);
    check_bad_pointers(read_with_iovs, 8, nothing_has_moved);
    check_bad_pointers(read_with_data, 5, nothing_has_moved);
    check_bad_pointers(write_with_n, 4, nothing_has_moved);
    check_bad_pointers(write_with_iovs, 8, nothing_has_moved);
    check_bad_pointers(write_with_data, 5, nothing_has_moved);
}

static void fd_read_and_fd_write_at_the_end_of_the_memory_succeed(void **state)
{
    (void)state;
    buffer = rig_buffer(5);
    fake_guest_new(8);
    feed("abcdef");
    assert_int_equal(read_with_data(last_address(5)), WASI_SUCCESS);
    assert_int_equal(moved(), 6);
    assert_memory_equal(fake_guest_at(last_address(5)), "cdef\0", 5);
    memcpy(fake_guest_at(last_address(5)), "vwxyz", 5);
    memcpy(fake_guest_at(buffer.data), "12", 2);
    assert_int_equal(write_with_data(last_address(5)), WASI_SUCCESS);
    rig_expect_output("12vwxyz");
    struct wasi_iovec iov = {buffer.data, 2};
    memcpy(fake_guest_at(last_address(8)), &iov, sizeof iov);
    assert_int_equal(wasi_fd_write(rig.c, 1, last_address(8), 1, buffer.n), WASI_SUCCESS);
    assert_int_equal(wasi_fd_write(rig.c, 1, last_address(8), 1, last_address(4)), WASI_SUCCESS);
    rig_expect_output("1212");
}

/* The memory grows under a call that has seen all of it, and whose piece then lies across the old end, or behind it. */
static void check_growth(uint32_t (*call)(uint32_t), uint32_t size)
{
    uint32_t old_end = last_address(0);
    assert_int_equal(call(last_address(size)), WASI_SUCCESS);
    assert_int_equal(call(old_end - 1), WASI_EFAULT);
    assert_int_equal(call(old_end), WASI_EFAULT);
    fake_guest_grow(64);
    assert_int_equal(call(old_end - 1), WASI_SUCCESS);
    assert_int_equal(call(old_end), WASI_SUCCESS);
    assert_int_equal(call(last_address(size)), WASI_SUCCESS);
    assert_int_equal(call(last_address(size) + 1), WASI_EFAULT);
    assert_int_equal(call(last_address(0)), WASI_EFAULT);
}

static void fd_read_and_fd_write_see_that_the_memory_has_grown(void **state)
{
    (void)state;
    buffer = rig_buffer(5);
    fake_guest_new(8); /* for a second iovec */
    for (uint32_t i = 0; i < 10; i++) feed("0123456789");
    check_growth(read_with_data, 5);
    check_growth(read_with_n, 4);
    check_growth(write_with_data, 5);
    check_growth(write_with_n, 4);
}

static void fd_read_and_fd_write_of_iovecs_whose_sum_wraps_move_nothing(void **state)
{
    (void)state;
    buffer = rig_buffer(16);
    feed("abcdef");
    struct wasi_iovec iovs[3] = {{last_address(RIG_BYTES), RIG_BYTES}, {0, UINT32_MAX}, {0, 1}};
    uint32_t at = fake_guest_put(iovs, sizeof iovs);
    assert_int_equal(wasi_fd_read(rig.c, 0, at, 3, buffer.n), WASI_EFAULT);
    assert_int_equal(wasi_fd_write(rig.c, 1, at, 3, buffer.n), WASI_EFAULT);
    nothing_has_moved();
}

static uint32_t anything_goes(uint32_t address, uint32_t size)
{
    (void)address, (void)size;
    return WASI_SUCCESS;
}

/* As from a memory of gigabytes, where every range is good and only their sum is not. */
static void fd_write_of_4_gib_in_one_call_is_einval(void **state)
{
    (void)state;
    buffer = rig_buffer(16);
    struct wasi_iovec iovs[2] = {{0, 1u << 31}, {0, 1u << 31}};
    uint32_t at = fake_guest_put(iovs, sizeof iovs);
    rig.c->guest.check = anything_goes;
    assert_int_equal(wasi_fd_write(rig.c, 1, at, 2, buffer.n), WASI_EINVAL);
    assert_int_equal(wasi_fd_read(rig.c, 0, at, 2, buffer.n), WASI_EINVAL);
    assert_int_equal(inside(1), 0);
}

static void fd_read_of_10000_iovecs_is_short(void **state)
{
    (void)state;
    buffer = rig_buffer(4);
    uint32_t at = fake_guest_new(10000 * 8);
    struct wasi_iovec iov = {buffer.data, 1};
    for (uint32_t i = 0; i < 10000; i++) memcpy(fake_guest_at(at + i * 8), &iov, sizeof iov);
    for (uint32_t i = 0; i < 10; i++) feed("0123456789");
    assert_int_equal(wasi_fd_read(rig.c, 0, at, 10000, buffer.n), WASI_SUCCESS);
    assert_int_equal(moved(), 100);
}

static void fd_write_of_10000_iovecs_is_short(void **state)
{
    (void)state;
    buffer = rig_buffer(4);
    uint32_t at = fake_guest_new(10000 * 8);
    struct wasi_iovec iov = {buffer.data, 1};
    for (uint32_t i = 0; i < 10000; i++) memcpy(fake_guest_at(at + i * 8), &iov, sizeof iov);
    assert_int_equal(pool_close(rig.pool, rig.stdout_reader), 0);
    assert_int_equal(wasi_fd_close(rig.c, 1), WASI_SUCCESS);
    assert_int_equal(wasi_fd_open(rig.c, (struct stream){.kind = STREAM_NULL}), 1);
    assert_int_equal(wasi_fd_write(rig.c, 1, at, 10000, buffer.n), WASI_SUCCESS);
    assert_in_range(moved(), 1, 1024);
    assert_int_equal(wasi_fd_write(rig.c, 1, at, UINT32_MAX, buffer.n), WASI_SUCCESS);
    assert_in_range(moved(), 1, 1024);
}

static void fd_read_and_fd_write_of_the_wrong_descriptor_are_ebadf(void **state)
{
    (void)state;
    buffer = rig_buffer(10);
    static const uint32_t closed[] = {3, WASI_FDS_MAX - 1, WASI_FDS_MAX, 1u << 31, UINT32_MAX};
    for (uint32_t i = 0; i < COUNT_OF(closed); i++) {
        assert_int_equal(wasi_fd_read(rig.c, closed[i], buffer.iov, 1, buffer.n), WASI_EBADF);
        assert_int_equal(wasi_fd_write(rig.c, closed[i], buffer.iov, 1, buffer.n), WASI_EBADF);
    }
    assert_int_equal(wasi_fd_read(rig.c, 1, buffer.iov, 1, buffer.n), WASI_EBADF);
    assert_int_equal(wasi_fd_write(rig.c, 0, buffer.iov, 1, buffer.n), WASI_EBADF);
}

/* Any split into iovecs on either side: the same bytes in the same order. */
static uint32_t random_iovecs(struct property *random, uint32_t bytes_at, uint32_t total)
{
    struct wasi_iovec iovs[32];
    uint32_t n = 0, done = 0;
    for (; n < COUNT_OF(iovs); n++) {
        uint32_t size = property_once_in(random, 3) ? 0 : property_below(random, total - done + 1);
        if (n == COUNT_OF(iovs) - 1) size = total - done;
        iovs[n] = (struct wasi_iovec){bytes_at + done, size};
        done += size;
    }
    return fake_guest_put(iovs, sizeof iovs);
}

static void echo_once(struct property *random)
{
    uint8_t sent[RIG_PIPE_BYTES], got[RIG_PIPE_BYTES];
    uint32_t size = property_size(random, RIG_PIPE_BYTES);
    for (uint32_t i = 0; i < size; i++) sent[i] = (uint8_t)property_next(random);
    buffer = rig_buffer(size);
    assert_int_equal(pool_write(rig.pool, rig.stdin_writer, sent, size), size);
    assert_int_equal(wasi_fd_read(rig.c, 0, random_iovecs(random, buffer.data, size), 32, buffer.n), WASI_SUCCESS);
    assert_int_equal(moved(), size);
    assert_int_equal(wasi_fd_write(rig.c, 1, random_iovecs(random, buffer.data, size), 32, buffer.n), WASI_SUCCESS);
    assert_int_equal(moved(), size);
    assert_int_equal(pool_read(rig.pool, rig.stdout_reader, got, sizeof got), size);
    assert_memory_equal(sent, got, size);
}

static void fd_read_and_fd_write_agree_for_any_split(void **state)
{
    (void)state;
    struct property random = property_begin("fd_read_and_fd_write_agree_for_any_split");
    for (uint32_t i = 0; i < 5000; i++) echo_once(&random);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WASI_CASE(fd_read_gives_what_there_is),
        WASI_CASE(fd_read_fills_several_iovecs_in_their_order),
        WASI_CASE(fd_read_leaves_what_does_not_fit),
        WASI_CASE(fd_read_at_end_of_file_returns_0_bytes),
        WASI_CASE(fd_read_of_a_pipe_whose_writer_failed_is_eio_each_time),
        WASI_CASE(fd_read_of_nothing_returns_at_once_and_consumes_nothing),
        WASI_CASE(fd_read_nonblock_of_an_empty_pipe_is_eagain),
        WASI_CASE(fd_read_of_a_cancelled_job_is_ecanceled_when_it_would_sleep),
        WASI_CASE(fd_read_of_damaged_counters_is_eio),
        WASI_CASE(fd_write_passes_several_iovecs),
        WASI_CASE(fd_write_of_nothing_writes_nothing),
        WASI_CASE(fd_write_without_a_reader_is_epipe_each_time),
        WASI_CASE(fd_write_nonblock_of_more_than_fits_is_partial_then_eagain),
        WASI_CASE(fd_write_nonblock_without_memory_for_the_ring_is_eagain),
        WASI_CASE(fd_write_of_a_cancelled_job_is_ecanceled_when_it_would_sleep),
        WASI_CASE_PLAIN(stdio_of_nothing_is_at_end_of_file_and_discards),
        WASI_CASE(fd_read_and_fd_write_with_a_bad_pointer_move_nothing),
        WASI_CASE_HIGH(fd_read_and_fd_write_with_a_bad_pointer_move_nothing),
        WASI_CASE(fd_read_and_fd_write_at_the_end_of_the_memory_succeed),
        WASI_CASE(fd_read_and_fd_write_see_that_the_memory_has_grown),
        WASI_CASE_HIGH(fd_read_and_fd_write_at_the_end_of_the_memory_succeed),
        WASI_CASE(fd_read_and_fd_write_of_iovecs_whose_sum_wraps_move_nothing),
        WASI_CASE(fd_write_of_4_gib_in_one_call_is_einval),
        WASI_CASE(fd_read_of_10000_iovecs_is_short),
        WASI_CASE(fd_write_of_10000_iovecs_is_short),
        WASI_CASE(fd_read_and_fd_write_of_the_wrong_descriptor_are_ebadf),
        WASI_CASE(fd_read_and_fd_write_agree_for_any_split),
    };
    return cmocka_run_group_tests_name("read_write", tests, NULL, NULL);
}
