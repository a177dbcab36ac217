/* worker/instance.c: records that come through a job's stdin, and answers that go into its stdout. */
#include "worker/instance.h"

#include "support/fake_guest.h"
#include "support/fake_port.h"
#include "support/piped_job.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/test_worker.h"

#define RECORD_BYTES ((uint32_t)sizeof(struct instance_record))

static struct instance_buffer *begin(void)
{
    test_worker_begin(4);
    return instance_begin();
}

static void say(struct pool *pool, const void *data, uint32_t size)
{
    assert_int_equal(pool_write(pool, test_to_guest, data, size), size);
}

static void hear(struct pool *pool, void *data, uint32_t size)
{
    assert_int_equal(pool_read(pool, test_from_guest, data, size), size);
}

static void end(struct pool *pool, pool_job_t job, uint32_t outcome)
{
    worker_end(outcome, 0, 0);
    assert_int_equal(test_result(pool, job).outcome, outcome);
    test_close_and_release(pool, job);
}

static void guest_finds_null_devices_where_the_records_go(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit_with_pipes(pool);
    begin();
    say(pool, "secret", 6);
    assert_int_equal(worker_enter(), 0);
    uint32_t iov = fake_guest_iovec(fake_guest_new(8), 8), n = fake_guest_new(4);
    assert_int_equal(guest_fd_read(0, iov, 1, n), WASI_SUCCESS);
    assert_int_equal(fake_guest_u32(n), 0);
    assert_int_equal(guest_fd_write(1, iov, 1, n), WASI_SUCCESS);
    assert_int_equal(guest_fd_close(0), WASI_SUCCESS); /* which is not the pipe */
    worker_leave();
    uint8_t byte;
    assert_int_equal(pool_read(pool, test_from_guest, &byte, 1), POOL_EAGAIN);
    assert_int_equal(instance_skip(6), 1);
    end(pool, job, POOL_EXITED);
}

static void record_comes_with_its_values_in_any_pieces(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit_with_pipes(pool);
    struct instance_buffer *buffer = begin();
    struct instance_record record = {.kind = INSTANCE_CALL, .at = 7, .n_values = 2};
    struct pool_value values[2] = {{.type = POOL_F64, .of.f64 = 1.5}, {.type = POOL_I64, .of.i64 = -1}};
    for (uint32_t round = 0; round < 20; round++) { /* past the end of the ring, too */
        say(pool, &record, RECORD_BYTES);
        say(pool, values, sizeof values);
        assert_int_equal(instance_next(), 1);
        assert_memory_equal(&buffer->record, &record, sizeof record);
        assert_memory_equal(buffer->behind.values, values, sizeof values);
    }
    end(pool, job, POOL_EXITED);
}

static void next_at_the_end_of_the_pipe_is_0_also_within_a_record(void **state)
{
    struct pool *pool = *state;
    for (uint32_t had = 0; had <= RECORD_BYTES; had += RECORD_BYTES / 2) {
        pool_job_t job = test_submit_with_pipes(pool);
        begin();
        struct instance_record record = {.kind = INSTANCE_CALL, .n_values = 1};
        ROUND("%u", had);
        if (had) say(pool, &record, had);
        assert_int_equal(pool_close(pool, test_to_guest), 0);
        test_to_guest = 0;
        assert_int_equal(instance_next(), 0);
        end(pool, job, POOL_EXITED);
    }
}

static void next_with_too_many_values_is_eproto(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit_with_pipes(pool);
    begin();
    struct instance_record record = {.kind = INSTANCE_CALL, .n_values = POOL_VALUES_MAX + 1};
    say(pool, &record, RECORD_BYTES);
    assert_int_equal(instance_next(), POOL_EPROTO);
    end(pool, job, POOL_LOST);
}

static void next_with_other_bytes_than_its_values_stand_for_is_eproto(void **state)
{
    struct pool *pool = *state;
    struct pool_value values[3] = {{.type = INSTANCE_BYTES, .of.i32 = 3},
                                   {.type = POOL_I32, .of.i32 = 100},
                                   {.type = INSTANCE_BYTES, .of.i32 = -1}};
    static const struct {
        uint32_t kind, size, n_values;
        int expected;
    } cases[] = {{INSTANCE_PASS, 3, 2, 1},           {INSTANCE_FETCH, 3, 2, 1},
                 {INSTANCE_PASS, 2, 2, POOL_EPROTO}, {INSTANCE_FETCH, 4, 2, POOL_EPROTO},
                 {INSTANCE_PASS, 0, 0, 1},           {INSTANCE_FETCH, 1, 0, POOL_EPROTO},
                 {INSTANCE_PASS, 2, 3, POOL_EPROTO}, /* 2^32 + 2 */ {INSTANCE_WRITE, 9, 0, 1}};
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        ROUND("%u", i);
        pool_job_t job = test_submit_with_pipes(pool);
        begin();
        struct instance_record record = {.kind = cases[i].kind, .size = cases[i].size, .n_values = cases[i].n_values};
        say(pool, &record, RECORD_BYTES);
        if (record.n_values) say(pool, values, record.n_values * (uint32_t)sizeof values[0]);
        assert_int_equal(instance_next(), cases[i].expected);
        end(pool, job, POOL_LOST);
    }
}

static void next_of_a_job_that_is_to_end_is_ecanceled(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit_with_pipes(pool);
    begin();
    assert_int_equal(pool_cancel(pool, job), 0);
    assert_int_equal(instance_next(), POOL_ECANCELED);
    assert_int_equal(worker_left_by(), POOL_CANCELLED);
    end(pool, job, POOL_CANCELLED);
}

static void bytes_go_into_the_guests_memory_and_out_of_it(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit_with_pipes(pool);
    struct instance_buffer *buffer = begin();
    char text[8] = {0};
    say(pool, "hello", 5);
    assert_int_equal(instance_take(100, 5), 1);
    assert_memory_equal(fake_guest_at(100), "hello", 5);
    assert_int_equal(instance_give(101, 4), 1);
    hear(pool, text, 4);
    assert_string_equal(text, "ello");
    memcpy(buffer, "abc", 3);
    assert_int_equal(instance_send(3), 1);
    hear(pool, text, 3);
    assert_string_equal(text, "abco");
    assert_int_equal(instance_take(0, 0), 1);
    end(pool, job, POOL_EXITED);
}

static void text_comes_into_the_buffer_and_no_further(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit_with_pipes(pool);
    struct instance_buffer *buffer = begin();
    say(pool, "name", 4);
    assert_int_equal(instance_text(INSTANCE_TEXT_BYTES + 1), POOL_EINVAL);
    assert_int_equal(instance_text(UINT32_MAX), POOL_EINVAL);
    assert_int_equal(instance_text(0), 1);
    assert_int_equal(instance_text(4), 1);
    assert_memory_equal(buffer->behind.text, "name", 4);
    end(pool, job, POOL_EXITED);
}

static void bytes_outside_of_the_guests_memory_are_einval(void **state)
{
    struct pool *pool = *state;
    static const uint32_t cases[][2] = {
        {TEST_GUEST_BYTES, 1}, {TEST_GUEST_BYTES - 1, 2}, {UINT32_MAX, 1}, {UINT32_MAX, UINT32_MAX}, {0, UINT32_MAX}};
    pool_job_t job = test_submit_with_pipes(pool);
    begin();
    say(pool, "hello", 5);
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        ROUND("%u", i);
        assert_int_equal(instance_take(cases[i][0], cases[i][1]), POOL_EINVAL);
        assert_int_equal(instance_give(cases[i][0], cases[i][1]), POOL_EINVAL);
    }
    uint8_t byte;
    assert_int_equal(pool_read(pool, test_from_guest, &byte, 1), POOL_EAGAIN);
    assert_int_equal(instance_skip(5), 1); /* they are all there still */
    end(pool, job, POOL_EXITED);
}

static void answer_that_nobody_reads_is_0_and_no_output_that_was_lost(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit_with_pipes(pool);
    begin();
    assert_int_equal(pool_close(pool, test_from_guest), 0);
    test_from_guest = 0;
    assert_int_equal(instance_send(RECORD_BYTES), 0);
    assert_int_equal(instance_give(0, 10), 0);
    end(pool, job, POOL_EXITED);
}

static void answer_keeps_what_the_guest_was_told_of_the_time(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit_with_pipes(pool);
    uint8_t heard[RECORD_BYTES];
    begin();
    uint32_t at = fake_guest_new(8);
    fake.step_ns = 0;
    for (uint64_t i = 0; i < 3; i++) {
        assert_int_equal(worker_enter(), 0);
        assert_int_equal(guest_clock_time_get(WASI_CLOCK_MONOTONIC, 0, at), WASI_SUCCESS);
        assert_int_equal(fake_guest_u64(at), FAKE_BEGIN_NS + i);
        worker_leave();
        assert_int_equal(instance_send(RECORD_BYTES), 1);
        hear(pool, heard, sizeof heard);
        assert_int_equal(atomic_load(&pool->x_told_ns), FAKE_BEGIN_NS + i);
    }
    end(pool, job, POOL_EXITED);
}

static void answer_of_a_job_that_is_to_end_is_ecanceled(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit_with_pipes(pool);
    begin();
    assert_int_equal(pool_cancel(pool, job), 0);
    assert_int_equal(instance_give(0, 100000), POOL_ECANCELED); /* the pipe holds 256 */
    end(pool, job, POOL_CANCELLED);
}

int main(void)
{
#define WITH_WORKER(test) cmocka_unit_test_setup_teardown(test, test_worker_setup, test_worker_teardown)
    const struct CMUnitTest tests[] = {
        WITH_WORKER(guest_finds_null_devices_where_the_records_go),
        WITH_WORKER(record_comes_with_its_values_in_any_pieces),
        WITH_WORKER(next_at_the_end_of_the_pipe_is_0_also_within_a_record),
        WITH_WORKER(next_with_too_many_values_is_eproto),
        WITH_WORKER(next_with_other_bytes_than_its_values_stand_for_is_eproto),
        WITH_WORKER(next_of_a_job_that_is_to_end_is_ecanceled),
        WITH_WORKER(bytes_go_into_the_guests_memory_and_out_of_it),
        WITH_WORKER(text_comes_into_the_buffer_and_no_further),
        WITH_WORKER(bytes_outside_of_the_guests_memory_are_einval),
        WITH_WORKER(answer_that_nobody_reads_is_0_and_no_output_that_was_lost),
        WITH_WORKER(answer_keeps_what_the_guest_was_told_of_the_time),
        WITH_WORKER(answer_of_a_job_that_is_to_end_is_ecanceled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
