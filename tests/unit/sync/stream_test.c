/* sync/stream.c: what a job's stdio is connected to, and whether it is ready. */
#include "sync/stream.h"

#include "client/client.h"
#include "support/bytes.h"
#include "support/prelude.h"
#include "support/running_job.h"
#include "support/test_pool.h"
#include "sync/ends.h"

static struct stream stream_of(uint32_t index)
{
    return pool__stream_of(running.pool, running.job, index);
}

static int status_of(uint32_t index, enum pipe_end end)
{
    struct stream stream = stream_of(index);
    return pool__stream_status(&running.sleeper, &stream, end);
}

static uint32_t bytes_of(uint32_t index)
{
    struct stream stream = stream_of(index);
    return pool__stream_bytes(&stream);
}

static bool has_room(uint32_t index)
{
    struct stream stream = stream_of(index);
    return pool__stream_has_room(&stream);
}

/* Writes to the job's stdout: how much. */
static uint32_t write_at_once(void *data, uint32_t size)
{
    struct stream stream = stream_of(1);
    struct bytes bytes = bytes_in_pieces(data, size, 0, false);
    assert_int_equal(pool__stream_write(&running.sleeper, &stream, &bytes.cursor, true), 0);
    return bytes.cursor.done;
}

static void stdio_is_what_the_job_was_given(void **state)
{
    (void)state;
    static const enum pool_stdio_kind kinds[][3] = {
        {POOL_STDIO_NULL, POOL_STDIO_NULL, POOL_STDIO_NULL},
        {POOL_STDIO_INPUT, POOL_STDIO_CAPTURE, POOL_STDIO_INHERIT},
        {POOL_STDIO_INHERIT, POOL_STDIO_INHERIT, POOL_STDIO_CAPTURE},
    };
    static const enum stream_kind streams[][3] = {
        {STREAM_NULL, STREAM_NULL, STREAM_NULL},
        {STREAM_INPUT, STREAM_CAPTURE, STREAM_INHERITED},
        {STREAM_INHERITED, STREAM_INHERITED, STREAM_CAPTURE},
    };
    for (uint32_t i = 0; i < COUNT_OF(kinds); i++) {
        struct pool_job_config config = {0};
        for (uint32_t fd = 0; fd < 3; fd++) config.stdio[fd].kind = kinds[i][fd];
        running_job_begin(&config);
        for (uint32_t fd = 0; fd < 3; fd++) {
            struct stream stream = stream_of(fd);
            assert_int_equal(stream.kind, streams[i][fd]);
            assert_int_equal(stream.index, fd);
            assert_ptr_equal(stream.job, running.job);
            assert_null(stream.pipe);
        }
        running_job_end();
    }
}

static void stdio_of_a_pipe_is_the_end_that_it_was_given(void **state)
{
    (void)state;
    pool_fd_t fds[2];
    for (uint32_t index = 0; index < 3; index++) {
        running_job_begin_with_pipe(index, 256, fds);
        struct stream stream = stream_of(index);
        assert_int_equal(stream.kind, index == 0 ? STREAM_READER : STREAM_WRITER);
        assert_ptr_equal(stream.pipe, test_pipe(running.pool, fds[0]));
        assert_int_equal(pool_close(running.pool, fds[index == 0 ? 1 : 0]), 0);
        running_job_end();
    }
}

/* The pipe that a job closed may be another by now, and is none of its business. */
static void stdio_whose_pipe_has_become_another_is_closed(void **state)
{
    (void)state;
    pool_fd_t fds[2], later[2];
    running_job_begin_with_pipe(0, 256, fds);
    pool__close_end(running.pool, test_pipe(running.pool, fds[0]), PIPE_READ);
    assert_int_equal(pool_close(running.pool, fds[1]), 0);
    assert_int_equal(pool_pipe(running.pool, 256, later), 0);
    assert_ptr_equal(test_pipe(running.pool, later[0]), test_pipe(running.pool, fds[0]));
    assert_int_equal(stream_of(0).kind, STREAM_CLOSED);
    assert_int_equal(pool_close(running.pool, later[0]), 0);
    assert_int_equal(pool_close(running.pool, later[1]), 0);
}

static void writer_is_ready_when_pipe_buf_fits(void **state)
{
    (void)state;
    static uint8_t data[8192];
    pool_fd_t fds[2];
    running_job_begin_with_pipe(1, 8192, fds);
    assert_int_equal(status_of(1, PIPE_WRITE), 1);
    assert_int_equal(write_at_once(data, 8192 - POOL_PIPE_BUF), 8192 - POOL_PIPE_BUF);
    assert_int_equal(status_of(1, PIPE_WRITE), 1);
    assert_int_equal(write_at_once(data, 1), 1);
    assert_int_equal(status_of(1, PIPE_WRITE), POOL_EAGAIN);
    assert_int_equal(pool_read(running.pool, fds[0], data, 1), 1);
    assert_int_equal(status_of(1, PIPE_WRITE), 1);
    assert_int_equal(pool_close(running.pool, fds[0]), 0);
    assert_int_equal(status_of(1, PIPE_WRITE), POOL_EPIPE);
}

static void writer_of_a_small_pipe_is_ready_when_it_is_empty(void **state)
{
    (void)state;
    uint8_t byte = 0;
    pool_fd_t fds[2];
    running_job_begin_with_pipe(1, 256, fds);
    assert_int_equal(status_of(1, PIPE_WRITE), 1);
    assert_int_equal(write_at_once(&byte, 1), 1);
    assert_int_equal(status_of(1, PIPE_WRITE), POOL_EAGAIN);
    assert_int_equal(pool_read(running.pool, fds[0], &byte, 1), 1);
    assert_int_equal(status_of(1, PIPE_WRITE), 1);
    assert_int_equal(pool_close(running.pool, fds[0]), 0);
}

static void stream_of_each_kind_goes_its_own_way_only(void **state)
{
    (void)state;
    static const struct {
        enum stream_kind kind;
        uint32_t index;
        bool reads, writes;
    } cases[] = {
        {STREAM_CLOSED, 0, false, false},   {STREAM_NULL, 0, true, true},       {STREAM_READER, 0, true, false},
        {STREAM_WRITER, 1, false, true},    {STREAM_INPUT, 0, true, false},     {STREAM_CAPTURE, 2, false, true},
        {STREAM_INHERITED, 0, true, false}, {STREAM_INHERITED, 1, false, true}, {STREAM_INHERITED, 2, false, true}};
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        struct stream stream = {.kind = cases[i].kind, .index = cases[i].index};
        assert_int_equal(pool__stream_reads(&stream), cases[i].reads);
        assert_int_equal(pool__stream_writes(&stream), cases[i].writes);
    }
}

static void stream_that_was_closed_is_closed_for_good(void **state)
{
    (void)state;
    pool_fd_t fds[2];
    char byte;
    running_job_begin_with_pipe(0, 256, fds);
    struct stream stream = stream_of(0);
    assert_true(pool__stream_reads(&stream));
    pool__stream_close(running.pool, &stream);
    assert_int_equal(stream.kind, STREAM_CLOSED);
    assert_false(pool__stream_reads(&stream));
    assert_int_equal(stream_of(0).kind, STREAM_CLOSED);
    assert_int_equal(pool_write(running.pool, fds[1], "x", 1), POOL_EPIPE);
    assert_int_equal(pool_close(running.pool, fds[1]), 0);
    running.job->stdio[1].kind = STDIO_CLOSED;
    assert_int_equal(stream_of(1).kind, STREAM_CLOSED);
    assert_int_equal(pool_read(running.pool, fds[0], &byte, 1), POOL_EBADF);
}

static void reader_is_ready_when_there_is_a_byte_or_no_writer(void **state)
{
    (void)state;
    pool_fd_t fds[2];
    char byte;
    running_job_begin_with_pipe(0, 256, fds);
    assert_int_equal(status_of(0, PIPE_READ), POOL_EAGAIN);
    assert_int_equal(pool_write(running.pool, fds[1], "ab", 2), 2);
    assert_int_equal(status_of(0, PIPE_READ), 1);
    assert_int_equal(pool_close(running.pool, fds[1]), 0);
    assert_int_equal(status_of(0, PIPE_READ), 1); /* what is left comes first */
    struct stream stream = stream_of(0);
    for (uint32_t i = 0; i < 2; i++) {
        struct bytes bytes = bytes_in_pieces(&byte, 1, 0, true);
        assert_int_equal(pool__stream_read(&running.sleeper, &stream, &bytes.cursor, true), 0);
        assert_int_equal(bytes.cursor.done, 1);
    }
    assert_int_equal(status_of(0, PIPE_READ), 0);
}

static void reader_whose_writer_failed_is_eio(void **state)
{
    (void)state;
    pool_fd_t fds[2];
    running_job_begin_with_pipe(0, 256, fds);
    assert_int_equal(pool_abort_write(running.pool, fds[1]), 0);
    assert_int_equal(status_of(0, PIPE_READ), POOL_EIO);
}

static void what_is_no_pipe_is_always_ready(void **state)
{
    (void)state;
    running_job_begin(&(struct pool_job_config){
        .stdio = {{POOL_STDIO_INPUT, 0}, {POOL_STDIO_CAPTURE, 0}}, .input = "abc", .input_bytes = 3});
    assert_int_equal(status_of(0, PIPE_READ), 1);
    assert_int_equal(status_of(1, PIPE_WRITE), 1);
    assert_int_equal(status_of(2, PIPE_WRITE), 1);
    running.job->input_done = 3;
    assert_int_equal(status_of(0, PIPE_READ), 0); /* at its end */
    running_job_end();
    running_job_begin(&(struct pool_job_config){.stdio = {{POOL_STDIO_INHERIT, 0}, {POOL_STDIO_INHERIT, 0}}});
    assert_int_equal(status_of(0, PIPE_READ), 1);
    assert_int_equal(status_of(1, PIPE_WRITE), 1);
}

/* Looking whether it can be written takes the memory that writing needs: who was told "ready" can write. */
static void writer_without_memory_for_its_ring_is_not_ready(void **state)
{
    (void)state;
    pool_fd_t fds[2];
    uint32_t taken[16], n = test_drain_blocks(running.pool, POOL_PIPE_DEFAULT_BYTES, taken, COUNT_OF(taken));
    running_job_begin_with_pipe(1, POOL_PIPE_DEFAULT_BYTES, fds);
    assert_int_equal(status_of(1, PIPE_WRITE), POOL_EAGAIN);
    test_undrain_blocks(running.pool, taken, n);
    assert_int_equal(status_of(1, PIPE_WRITE), 1);
    assert_non_null(stream_of(1).pipe->data);
    assert_int_equal(pool_close(running.pool, fds[0]), 0);
}

static void room_is_as_for_a_write_of_pipe_buf(void **state)
{
    (void)state;
    static uint8_t data[8192];
    pool_fd_t fds[2];
    running_job_begin_with_pipe(1, 8192, fds);
    assert_true(has_room(1));
    assert_int_equal(write_at_once(data, 8192 - POOL_PIPE_BUF), 8192 - POOL_PIPE_BUF);
    assert_true(has_room(1));
    assert_int_equal(write_at_once(data, 1), 1);
    assert_false(has_room(1));
    assert_false(has_room(0)); /* it is no pipe */
    assert_int_equal(pool_close(running.pool, fds[0]), 0);
}

static void bytes_are_what_can_be_moved_now(void **state)
{
    (void)state;
    pool_fd_t in[2], out[2];
    uint8_t data[100] = {0};
    assert_int_equal(pool_pipe(running.pool, 256, in), 0);
    assert_int_equal(pool_pipe(running.pool, 256, out), 0);
    running_job_begin(&(struct pool_job_config){
        .stdio = {{POOL_STDIO_PIPE, in[0]}, {POOL_STDIO_PIPE, out[1]}, {POOL_STDIO_CAPTURE, 0}}});
    assert_int_equal(pool_write(running.pool, in[1], data, 100), 100);
    assert_int_equal(bytes_of(0), 100);
    assert_int_equal(bytes_of(1), 256);
    assert_int_equal(write_at_once(data, 56), 56);
    assert_int_equal(bytes_of(1), 200);
    assert_int_equal(bytes_of(2), 0);
    running_job_end();
    assert_int_equal(pool_close(running.pool, in[1]), 0);
    assert_int_equal(pool_close(running.pool, out[0]), 0);
    running_job_begin(&(struct pool_job_config){.stdio = {{POOL_STDIO_INPUT, 0}}, .input = "abc", .input_bytes = 3});
    assert_int_equal(bytes_of(0), 3);
    running.job->input_done = 2;
    assert_int_equal(bytes_of(0), 1);
}

static void announced_reader_is_woken_and_one_that_took_it_back_is_not(void **state)
{
    (void)state;
    pool_fd_t fds[2];
    running_job_begin_with_pipe(0, 256, fds);
    struct stream stream = stream_of(0);
    pool__stream_announce(&stream, WAITER_CLIENT);
    assert_int_equal(pool_write(running.pool, fds[1], "x", 1), 1);
    assert_true(test_signalled(running.pool, SIGNAL_PIPE_0 + 2 * (uint32_t)(stream.pipe - running.pool->pipes)));
    pool__stream_announce(&stream, WAITER_CLIENT);
    pool__stream_announce(&stream, 0);
    assert_int_equal(pool_write(running.pool, fds[1], "y", 1), 1);
    assert_int_equal(client_take(running.pool), -1);
    assert_int_equal(pool_close(running.pool, fds[1]), 0);
}

/* A writer wants as much as makes it ready. */
static void announced_writer_is_woken_when_pipe_buf_fits(void **state)
{
    (void)state;
    static uint8_t data[16384];
    pool_fd_t fds[2];
    running_job_begin_with_pipe(1, sizeof data, fds);
    struct stream stream = stream_of(1);
    assert_int_equal(write_at_once(data, sizeof data), sizeof data);
    pool__stream_announce(&stream, WAITER_CLIENT);
    assert_int_equal(pool_read(running.pool, fds[0], data, POOL_PIPE_BUF - 1), POOL_PIPE_BUF - 1);
    assert_int_equal(client_take(running.pool), -1);
    assert_int_equal(pool_read(running.pool, fds[0], data, 1), 1);
    assert_true(test_signalled(running.pool, SIGNAL_PIPE_0 + 2 * (uint32_t)(stream.pipe - running.pool->pipes) + 1));
    assert_int_equal(pool_close(running.pool, fds[0]), 0);
}

static void announcing_at_what_is_no_pipe_is_nothing(void **state)
{
    (void)state;
    running_job_begin(&(struct pool_job_config){.stdio = {[1] = {POOL_STDIO_CAPTURE, 0}}});
    for (uint32_t i = 0; i < 3; i++) {
        struct stream stream = stream_of(i);
        pool__stream_announce(&stream, WAITER_CLIENT);
        pool__stream_close(running.pool, &stream);
        assert_int_equal(stream.kind, STREAM_CLOSED);
        pool__stream_announce(&stream, WAITER_CLIENT);
    }
    assert_int_equal(client_take(running.pool), -1);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, running_job_setup, running_job_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(stdio_is_what_the_job_was_given),
        CASE(stdio_of_a_pipe_is_the_end_that_it_was_given),
        CASE(stdio_whose_pipe_has_become_another_is_closed),
        CASE(writer_is_ready_when_pipe_buf_fits),
        CASE(writer_of_a_small_pipe_is_ready_when_it_is_empty),
        CASE(stream_of_each_kind_goes_its_own_way_only),
        CASE(stream_that_was_closed_is_closed_for_good),
        CASE(reader_is_ready_when_there_is_a_byte_or_no_writer),
        CASE(reader_whose_writer_failed_is_eio),
        CASE(what_is_no_pipe_is_always_ready),
        CASE(writer_without_memory_for_its_ring_is_not_ready),
        CASE(room_is_as_for_a_write_of_pipe_buf),
        CASE(bytes_are_what_can_be_moved_now),
        CASE(announced_reader_is_woken_and_one_that_took_it_back_is_not),
        CASE(announced_writer_is_woken_when_pipe_buf_fits),
        CASE(announcing_at_what_is_no_pipe_is_nothing),
    };
    return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
