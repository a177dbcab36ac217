/* What pool_write and pool_read count, while jobs that use them are cancelled: no byte is lost, and none comes twice or
 * in another place, wherever the cancel meets them. */
#include <sched.h>

#include "support/native_pool.h"
#include "support/prelude.h"
#include "support/property.h"
#include "support/threads.h"

#define ROUNDS 200u
#define BYTES_MAX 20000u /* in one call: rings are smaller, so that calls wait in their middle */
#define CAPACITY_MAX 4096u
#define CANCEL_MAX 30000u /* bytes after which a cancel may come */
#define NEVER UINT32_MAX

static pool_t *pool;
static struct property random_numbers;

/* One end of a pipe, and what the job that uses it has counted. */
struct side {
    pool_fd_t fd;
    struct property random;
    uint32_t done;
    uint32_t n_short; /* writes that were */
    int32_t status;   /* the last, which was not positive */
};

static uint8_t byte_at(uint32_t position)
{
    return (uint8_t)((position * 2654435761u) >> 13);
}

static void fill(uint8_t *bytes, uint32_t size, uint32_t position)
{
    for (uint32_t i = 0; i < size; i++) bytes[i] = byte_at(position + i);
}

static void check(const uint8_t *bytes, int32_t n, uint32_t position)
{
    for (int32_t i = 0; i < n; i++) THREAD_CHECK(bytes[i] == byte_at(position + (uint32_t)i));
}

/* Writes without end, whatever it is told, until there is an error. */
static uint32_t write_on(pool_t *of, void *user)
{
    struct side *side = user;
    uint8_t bytes[BYTES_MAX];
    for (;;) {
        uint32_t size = property_size(&side->random, sizeof bytes);
        fill(bytes, size, side->done);
        side->status = pool_write(of, side->fd, bytes, size);
        if (side->status <= 0) return 0;
        side->done += (uint32_t)side->status;
        side->n_short += (uint32_t)side->status < size;
    }
}

static uint32_t read_on(pool_t *of, void *user)
{
    struct side *side = user;
    uint8_t bytes[BYTES_MAX];
    for (;;) {
        side->status = pool_read(of, side->fd, bytes, property_size(&side->random, sizeof bytes));
        if (side->status <= 0) return 0;
        check(bytes, side->status, side->done);
        side->done += (uint32_t)side->status;
    }
}

/* Copies as a filter does: what it has read is written before more is read. */
struct filter {
    struct side in, out;
};

static uint32_t copy_on(pool_t *of, void *user)
{
    struct filter *filter = user;
    uint8_t bytes[BYTES_MAX];
    for (;;) {
        int32_t n = filter->in.status = pool_read(of, filter->in.fd, bytes, sizeof bytes);
        if (n <= 0) return 0;
        filter->in.done += (uint32_t)n;
        for (int32_t done = 0; done < n;) {
            int32_t written = filter->out.status = pool_write(of, filter->out.fd, bytes + done, (uint32_t)(n - done));
            if (written <= 0) return 0;
            filter->out.done += (uint32_t)written;
            filter->out.n_short += written < n - done;
            done += written;
        }
    }
}

static int setup(void **state)
{
    (void)state;
    pool = native_pool_make(3, 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    native_pool_free(pool);
    return 0;
}

static void open_pipe(struct side *reader, struct side *writer)
{
    pool_fd_t fds[2];
    assert_int_equal(pool_pipe(pool, property_size(&random_numbers, CAPACITY_MAX), fds), 0);
    *reader = (struct side){.fd = fds[0], .random = property_fork(&random_numbers)};
    *writer = (struct side){.fd = fds[1], .random = property_fork(&random_numbers)};
}

static void close_ends(const struct side *reader, const struct side *writer)
{
    assert_int_equal(pool_close(pool, reader->fd), 0);
    assert_int_equal(pool_close(pool, writer->fd), 0);
}

/* Reads what comes while `job` runs, and cancels it once enough has come; then what is left. */
static void read_and_cancel(struct side *reader, pool_job_t job)
{
    uint32_t cancel_at = property_below(&random_numbers, CANCEL_MAX);
    uint8_t bytes[BYTES_MAX];
    bool has_ended = false;
    assert_int_equal(pool_set_nonblocking(pool, reader->fd, true), 0);
    for (;;) {
        if (reader->done >= cancel_at) {
            assert_int_equal(pool_cancel(pool, job), 0);
            cancel_at = NEVER;
        }
        int32_t n = pool_read(pool, reader->fd, bytes, property_size(&random_numbers, sizeof bytes));
        if (n == POOL_EAGAIN && has_ended) return;
        if (n == POOL_EAGAIN) {
            has_ended = pool_wait(pool, job, 0, NULL) == 0;
            sched_yield();
            continue;
        }
        assert_true(n > 0);
        check(bytes, n, reader->done);
        reader->done += (uint32_t)n;
    }
}

/* The reader goes on all the time, so that there is room again and again for a writer that is to end. */
static void cancelled_writer_has_written_what_it_counted(void **state)
{
    (void)state;
    uint32_t n_short = 0;
    random_numbers = property_begin("cancelled_writer_has_written_what_it_counted");
    for (uint32_t i = 0; i < ROUNDS; i++) {
        struct side reader, writer;
        open_pipe(&reader, &writer);
        pool_job_t job = native_submit(pool, write_on, &writer);
        read_and_cancel(&reader, job);
        assert_int_equal(native_await(pool, job).outcome, POOL_CANCELLED);
        if (writer.done) assert_int_equal(writer.status, POOL_ECANCELED);
        assert_int_equal(reader.done, writer.done);
        n_short += writer.n_short;
        close_ends(&reader, &writer);
    }
    assert_true(n_short > 0); /* or nothing was tested */
}

/* What it had not read is there for the next reader. */
static void cancelled_reader_has_read_what_it_counted(void **state)
{
    (void)state;
    random_numbers = property_begin("cancelled_reader_has_read_what_it_counted");
    for (uint32_t i = 0; i < ROUNDS; i++) {
        struct side reader, writer;
        open_pipe(&reader, &writer);
        pool_job_t reads = native_submit(pool, read_on, &reader), writes = native_submit(pool, write_on, &writer);
        for (uint32_t n = property_below(&random_numbers, 100); n > 0; n--) sched_yield();
        assert_int_equal(pool_cancel(pool, reads), 0);
        native_await(pool, reads);
        if (reader.done) assert_int_equal(reader.status, POOL_ECANCELED);
        read_and_cancel(&reader, writes);
        native_await(pool, writes);
        assert_int_equal(reader.done, writer.done);
        close_ends(&reader, &writer);
    }
}

/* It may have read more than it got rid of; what it wrote is the beginning of what it read. */
static void cancelled_filter_has_passed_on_the_beginning(void **state)
{
    (void)state;
    random_numbers = property_begin("cancelled_filter_has_passed_on_the_beginning");
    for (uint32_t i = 0; i < ROUNDS; i++) {
        struct side reader, writer;
        struct filter filter;
        open_pipe(&filter.in, &writer);
        open_pipe(&reader, &filter.out);
        pool_job_t writes = native_submit(pool, write_on, &writer), copies = native_submit(pool, copy_on, &filter);
        read_and_cancel(&reader, copies);
        native_await(pool, copies);
        assert_int_equal(reader.done, filter.out.done);
        assert_in_range(filter.out.done, 0, filter.in.done);
        read_and_cancel(&filter.in, writes);
        native_await(pool, writes);
        assert_int_equal(filter.in.done, writer.done);
        close_ends(&filter.in, &writer);
        close_ends(&reader, &filter.out);
    }
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(cancelled_writer_has_written_what_it_counted),
        CASE(cancelled_reader_has_read_what_it_counted),
        CASE(cancelled_filter_has_passed_on_the_beginning),
    };
    return cmocka_run_group_tests_name("transfer_threads", tests, NULL, NULL);
}
