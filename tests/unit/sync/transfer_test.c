/* sync/transfer.c: every kind of stream, read and written. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "client/client.h"
#include "port/native.h"
#include "support/bytes.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/property.h"
#include "support/running_job.h"
#include "support/test_pool.h"
#include "sync/ends.h"
#include "sync/stream.h"

static struct pool *pool;

static struct stream stream_of(uint32_t index)
{
    return pool__stream_of(pool, running.job, index);
}

/* A status, or how much was moved. */
static int32_t read_some(uint32_t index, void *data, uint32_t size, uint32_t step, bool nonblocking)
{
    struct stream stream = stream_of(index);
    struct bytes b = bytes_in_pieces(data, size, step, true);
    int status = pool__stream_read(&running.sleeper, &stream, &b.cursor, nonblocking);
    return status < 0 ? status : (int32_t)b.cursor.done;
}

static int32_t write_some(uint32_t index, const void *data, uint32_t size, uint32_t step, bool nonblocking)
{
    static uint8_t bytes[3 << 20];
    struct stream stream = stream_of(index);
    memcpy(bytes, data, size);
    struct bytes b = bytes_in_pieces(bytes, size, step, false);
    int status = pool__stream_write(&running.sleeper, &stream, &b.cursor, nonblocking);
    return status < 0 ? status : (int32_t)b.cursor.done;
}

static int status_of(uint32_t index, enum pipe_end end)
{
    struct stream stream = stream_of(index);
    return pool__stream_status(&running.sleeper, &stream, end);
}

static int setup(void **state)
{
    if (running_job_setup(state)) return -1;
    pool = *state;
    return 0;
}

static void null_is_at_end_of_file_and_takes_everything(void **state)
{
    (void)state;
    char got[10];
    running_job_begin(&(struct pool_job_config){0});
    for (uint32_t i = 0; i < 3; i++) assert_int_equal(stream_of(i).kind, STREAM_NULL);
    assert_int_equal(read_some(0, got, 10, 0, false), 0);
    assert_int_equal(write_some(1, "hello", 5, 0, false), 5);
    assert_int_equal(write_some(2, "hello", 5, 2, true), 5);
    assert_int_equal(status_of(0, PIPE_READ), 0);
    assert_int_equal(status_of(1, PIPE_WRITE), 1);
}

static const struct pool_job_config with_input = {
    .stdio = {{POOL_STDIO_INPUT, 0}}, .input = "0123456789", .input_bytes = 10};

static void input_is_read_once_from_its_beginning_to_its_end(void **state)
{
    (void)state;
    char got[20];
    running_job_begin(&with_input);
    assert_int_equal(status_of(0, PIPE_READ), 1);
    assert_int_equal(read_some(0, got, 4, 0, false), 4);
    struct stream stream = stream_of(0);
    assert_int_equal(pool__stream_bytes(&stream), 6);
    assert_int_equal(read_some(0, got + 4, 16, 3, true), 6);
    assert_memory_equal(got, "0123456789", 10);
    for (uint32_t i = 0; i < 3; i++) assert_int_equal(read_some(0, got, 20, 0, false), 0);
    assert_int_equal(status_of(0, PIPE_READ), 0);
    assert_false(pool__stream_writes(&stream));
}

static void input_of_nothing_is_at_end_of_file(void **state)
{
    (void)state;
    char got[1];
    running_job_begin(&(struct pool_job_config){.stdio = {{POOL_STDIO_INPUT, 0}}});
    assert_int_equal(read_some(0, got, 1, 0, false), 0);
    assert_int_equal(status_of(0, PIPE_READ), 0);
}

/* Input that nothing reads is not an input: as with a file that a program does not open. */
static void input_that_stdin_is_not_connected_with_is_never_read(void **state)
{
    (void)state;
    char got[1];
    running_job_begin(&(struct pool_job_config){.input = "abc", .input_bytes = 3});
    assert_int_equal(read_some(0, got, 1, 0, false), 0);
}

static struct pool_bytes captured(uint32_t fd)
{
    struct pool_result result;
    pool__job_end_running(pool, running.job, POOL_EXITED, 0);
    assert_int_equal(pool_wait(pool, running.handle, 0, &result), 0);
    running.sleeper.job = NULL;
    return result.captured[fd];
}

static const struct pool_job_config with_captures = {
    .stdio = {[1] = {POOL_STDIO_CAPTURE, 0}, [2] = {POOL_STDIO_CAPTURE, 0}}};

static void capture_keeps_what_was_written_of_each_descriptor(void **state)
{
    (void)state;
    running_job_begin(&with_captures);
    assert_int_equal(write_some(1, "hello ", 6, 0, false), 6);
    assert_int_equal(write_some(2, "error", 5, 2, true), 5);
    assert_int_equal(write_some(1, "world", 5, 1, false), 5);
    assert_int_equal(status_of(1, PIPE_WRITE), 1);
    struct pool_bytes bytes = captured(1);
    assert_int_equal(bytes.size_bytes, 11);
    assert_memory_equal(bytes.data, "hello world", 11);
    struct pool_result result = test_result(pool, running.handle);
    assert_int_equal(result.captured[2].size_bytes, 5);
    assert_memory_equal(result.captured[2].data, "error", 5);
    assert_null(result.captured[0].data);
    assert_int_equal(pool_release(pool, running.handle), 0);
}

static void capture_of_nothing_is_null(void **state)
{
    (void)state;
    running_job_begin(&with_captures);
    assert_int_equal(write_some(1, "", 0, 0, false), 0);
    struct pool_bytes bytes = captured(1);
    assert_null(bytes.data);
    assert_int_equal(bytes.size_bytes, 0);
    assert_int_equal(pool_release(pool, running.handle), 0);
}

/* While the job sleeps for more memory, the coordinator comes by. */
static void tick_meanwhile(void)
{
    coordinator_tick(pool);
}

static void capture_grows_and_keeps_every_byte(void **state)
{
    (void)state;
    struct property random = property_begin("capture_grows_and_keeps_every_byte");
    static uint8_t data[70000];
    uint32_t total = 0;
    running_job_begin(&with_captures);
    fake.on_tick = tick_meanwhile;
    while (total < 3000000) {
        uint32_t size = property_size(&random, sizeof data);
        for (uint32_t i = 0; i < size; i++) data[i] = (uint8_t)((total + i) * 167 >> 3);
        assert_int_equal(write_some(1, data, size, property_size(&random, size), false), size);
        total += size;
    }
    struct pool_bytes bytes = captured(1);
    assert_int_equal(bytes.size_bytes, total);
    for (uint32_t i = 0; i < total; i++) {
        if (((const uint8_t *)bytes.data)[i] != (uint8_t)(i * 167 >> 3)) fail_msg("byte %u is wrong", i);
    }
    assert_int_equal(pool_release(pool, running.handle), 0);
}

static void capture_is_full_at_its_limit_and_keeps_what_fitted(void **state)
{
    (void)state;
    static const uint32_t limits[] = {1, 255, 256, 257, 1000, 1024, 1025, 5000};
    static uint8_t data[6000];
    for (uint32_t i = 0; i < COUNT_OF(limits); i++) {
        uint32_t limit = limits[i];
        ROUND("%u bytes", limit);
        running_job_begin(
            &(struct pool_job_config){.stdio = {[1] = {POOL_STDIO_CAPTURE, 0}}, .capture_max_bytes = limit});
        assert_int_equal(write_some(1, data, limit + 1, 0, false), limit); /* it tells how much was written */
        assert_int_equal(write_some(1, data, 1, 0, false), POOL_EFBIG);
        assert_int_equal(write_some(1, data, 1, 0, true), POOL_EFBIG);
        assert_int_equal(write_some(1, data, 0, 0, true), 0);
        assert_int_equal(captured(1).size_bytes, limit);
        assert_int_equal(pool_release(pool, running.handle), 0);
    }
}

/* Blocking or not: nobody reads what would make room. */
static void capture_without_memory_is_enomem_until_there_is_some(void **state)
{
    (void)state;
    static uint32_t taken[TEST_BLOCKS_MAX];
    uint8_t data[2000] = {0};
    fake.on_tick = tick_meanwhile;
    for (int nonblocking = 0; nonblocking < 2; nonblocking++) {
        running_job_begin(&with_captures);
        assert_int_equal(write_some(1, data, 1000, 0, nonblocking), 1000);
        uint32_t n = test_take_all(pool, taken, COUNT_OF(taken));
        assert_int_equal(write_some(1, data, 2000, 0, nonblocking), 24); /* the rest of the first block */
        assert_int_equal(write_some(1, data, 2000, 0, nonblocking), POOL_ENOMEM);
        test_undrain_blocks(pool, taken, n);
        assert_int_equal(write_some(1, data, 2000, 0, nonblocking), 2000);
        assert_int_equal(captured(1).size_bytes, 3024);
        assert_int_equal(pool_release(pool, running.handle), 0);
    }
}

static void capture_of_a_cancelled_job_is_ecanceled_when_it_would_sleep(void **state)
{
    (void)state;
    static uint8_t data[600000];
    running_job_begin(&with_captures);
    running_job_cancel();
    assert_int_equal(write_some(1, data, sizeof data, 0, false), 256 * 1024);
    assert_int_equal(write_some(1, data, 1, 0, false), POOL_ECANCELED);
}

static void nonblocking_write_of_pipe_buf_is_whole_or_nothing(void **state)
{
    (void)state;
    static uint8_t data[20000];
    pool_fd_t fds[2];
    running_job_begin_with_pipe(1, 8192, fds);
    assert_int_equal(write_some(1, data, 8192 - 100, 0, true), 8192 - 100);
    assert_int_equal(write_some(1, data, 101, 7, true), POOL_EAGAIN);
    assert_int_equal(write_some(1, data, POOL_PIPE_BUF, 0, true), POOL_EAGAIN);
    assert_int_equal(write_some(1, data, POOL_PIPE_BUF + 1, 0, true), 100); /* more than that may be split */
    assert_int_equal(pool_read(pool, fds[0], data, 50), 50);
    assert_int_equal(write_some(1, data, 50, 0, true), 50);
    assert_int_equal(write_some(1, data, 20000, 0, true), POOL_EAGAIN);
    assert_int_equal(pool_close(pool, fds[0]), 0);
}

static void nonblocking_write_of_the_capacity_of_a_small_pipe_is_whole_or_nothing(void **state)
{
    (void)state;
    static uint8_t data[1024];
    pool_fd_t fds[2];
    running_job_begin_with_pipe(1, 256, fds);
    assert_int_equal(write_some(1, data, 1, 0, true), 1);
    assert_int_equal(write_some(1, data, 256, 0, true), POOL_EAGAIN);
    assert_int_equal(write_some(1, data, 257, 0, true), 255);
    assert_int_equal(pool_close(pool, fds[0]), 0);
}

static void write_of_nothing_is_0_whatever_the_pipe(void **state)
{
    (void)state;
    pool_fd_t fds[2];
    running_job_begin_with_pipe(1, 256, fds);
    assert_int_equal(write_some(1, "", 0, 0, false), 0);
    assert_int_equal(pool_close(pool, fds[0]), 0);
    assert_int_equal(write_some(1, "", 0, 0, false), 0);
    assert_int_equal(write_some(1, "x", 1, 0, false), POOL_EPIPE);
}

/* ---------------------------------------------------------------------------- this program's own stdio, on other files
 */

static int saved[3], there[2];

/* Puts a pipe of the system's in the place of one of the descriptors 0 to 2. */
static void swap_in(int fd)
{
    fflush(NULL);
    assert_int_equal(pipe(there), 0);
    saved[fd] = dup(fd);
    assert_int_equal(dup2(there[fd == 0 ? 0 : 1], fd), fd);
    close(there[fd == 0 ? 0 : 1]);
}

static void swap_out(int fd)
{
    dup2(saved[fd], fd);
    close(saved[fd]);
    close(there[fd == 0 ? 1 : 0]);
}

static const struct pool_job_config inherits = {
    .stdio = {{POOL_STDIO_INHERIT, 0}, {POOL_STDIO_INHERIT, 0}, {POOL_STDIO_INHERIT, 0}}};

static void inherited_output_goes_where_the_programs_goes(void **state)
{
    (void)state;
    static uint8_t data[10000];
    for (uint32_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)(i * 7 >> 2);
    running_job_begin(&inherits);
    for (int fd = 1; fd <= 2; fd++) {
        static uint8_t got[sizeof data];
        swap_in(fd);
        int32_t n = write_some((uint32_t)fd, data, sizeof data, 777, fd == 2);
        ssize_t there_are = read(there[0], got, sizeof got);
        swap_out(fd);
        assert_int_equal(n, sizeof data);
        assert_int_equal(there_are, sizeof data);
        assert_memory_equal(got, data, sizeof data);
        assert_int_equal(status_of((uint32_t)fd, PIPE_WRITE), 1);
    }
}

static void inherited_input_comes_from_where_the_programs_comes(void **state)
{
    (void)state;
    char got[10];
    running_job_begin(&inherits);
    swap_in(0);
    int32_t nothing = read_some(0, got, sizeof got, 0, true);
    ssize_t written = write(there[1], "hello", 5);
    int32_t some = read_some(0, got, sizeof got, 2, false); /* one piece, as readv(2) of a terminal may */
    int32_t rest = read_some(0, got + some, sizeof got, 0, false);
    close(there[1]);
    int32_t end = read_some(0, got + 5, 5, 0, false);
    there[1] = dup(saved[0]);
    swap_out(0);
    assert_int_equal(written, 5);
    assert_int_equal(nothing, POOL_EAGAIN);
    assert_int_equal(some + rest, 5);
    assert_memory_equal(got, "hello", 5);
    assert_int_equal(end, 0);
}

static void inherited_input_of_a_cancelled_job_is_ecanceled(void **state)
{
    (void)state;
    char got[10];
    running_job_begin(&inherits);
    swap_in(0);
    running_job_cancel();
    int32_t n = read_some(0, got, sizeof got, 0, false);
    swap_out(0);
    assert_int_equal(n, POOL_ECANCELED);
}

static void inherited_output_that_does_not_fit_is_enospc_and_the_jobs_failure(void **state)
{
    (void)state;
    running_job_begin(&inherits);
    int full = open("/dev/full", O_WRONLY);
    if (full < 0) skip();
    fflush(NULL);
    int before = dup(2);
    dup2(full, 2);
    int32_t n = write_some(2, "x", 1, 0, false);
    dup2(before, 2);
    close(before);
    close(full);
    assert_int_equal(n, POOL_ENOSPC);
    assert_int_equal(test_job(pool, running.handle)->output_error, POOL_ENOSPC);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, running_job_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(null_is_at_end_of_file_and_takes_everything),
        CASE(input_is_read_once_from_its_beginning_to_its_end),
        CASE(input_of_nothing_is_at_end_of_file),
        CASE(input_that_stdin_is_not_connected_with_is_never_read),
        CASE(capture_keeps_what_was_written_of_each_descriptor),
        CASE(capture_of_nothing_is_null),
        CASE(capture_grows_and_keeps_every_byte),
        CASE(capture_is_full_at_its_limit_and_keeps_what_fitted),
        CASE(capture_without_memory_is_enomem_until_there_is_some),
        CASE(capture_of_a_cancelled_job_is_ecanceled_when_it_would_sleep),
        CASE(nonblocking_write_of_pipe_buf_is_whole_or_nothing),
        CASE(nonblocking_write_of_the_capacity_of_a_small_pipe_is_whole_or_nothing),
        CASE(write_of_nothing_is_0_whatever_the_pipe),
        CASE(inherited_output_goes_where_the_programs_goes),
        CASE(inherited_input_comes_from_where_the_programs_comes),
        CASE(inherited_input_of_a_cancelled_job_is_ecanceled),
        CASE(inherited_output_that_does_not_fit_is_enospc_and_the_jobs_failure),
    };
    return cmocka_run_group_tests_name("transfer", tests, NULL, NULL);
}
