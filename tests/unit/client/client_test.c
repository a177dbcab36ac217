/* client/client.c and what pool.h is to a client: pipes, handles, and submissions from another memory. */
#include "client/client.h"

#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/property.h"
#include "support/test_pool.h"
#include "sync/ends.h"
#include "sync/jobs.h"

/* The record of a config, as the bindings write it. */
static uint32_t write_record(const struct pool_job_config *config, uint8_t *out)
{
    int32_t size = pool__record_size(config);
    assert_in_range(size, 1, 512);
    pool__record_write(config, out);
    return (uint32_t)size;
}

static void submit_of_a_record_is_as_good_as_of_its_config(void **state)
{
    struct pool *pool = *state;
    _Alignas(8) uint8_t bytes[512];
    pool_job_t job;
    struct pool_job_config config = {
        .module = 9, .argv = (const char *const[]){"p", NULL}, .priority = POOL_PRIORITY_HIGH, .timeout_ms = 77};
    uint32_t size = write_record(&config, bytes);
    assert_int_equal(client_submit(pool, bytes, size, &job), 0);
    memset(bytes, 0xff, sizeof bytes);
    const struct job *slot = test_job(pool, job);
    assert_int_equal(slot->module, 9);
    assert_int_equal(slot->priority, POOL_PRIORITY_HIGH);
    assert_int_equal(atomic_load(&slot->x_deadline_ns), FAKE_BEGIN_NS + 77 * MS_NS);
    assert_memory_equal(pool__record_strings(pool__job_record(pool, slot)), "p", 2);
    assert_int_equal(slot->capture_max_bytes, POOL_BYTES_MAX); /* the default */
}

static bool wakes(struct pool *pool, uint32_t worker, const uint8_t *bytes, uint32_t size)
{
    pool_job_t job;
    struct bell *bell = &pool->bells[WAITER_WORKER_0 + worker];
    uint32_t count = pool__bell_arm(bell);
    pool__sched_set_idle(&pool->sched, worker);
    assert_int_equal(client_submit(pool, bytes, size, &job), 0);
    bool rung = atomic_load(&bell->x_count) != count;
    if (!rung) {
        client_hold(pool, 0);
        assert_int_not_equal(atomic_load(&bell->x_count), count);
    }
    return rung;
}

static void submit_while_the_client_holds_wakes_a_worker_at_the_end_only(void **state)
{
    struct pool *pool = *state;
    _Alignas(8) uint8_t bytes[512];
    struct pool_job_config config = {.module = 9};
    uint32_t size = write_record(&config, bytes);
    assert_true(wakes(pool, 3, bytes, size));
    client_hold(pool, 1);
    assert_false(wakes(pool, 3, bytes, size));
    assert_true(wakes(pool, 3, bytes, size));
}

static void assert_record_fails(struct pool *pool, const uint8_t *bytes, uint32_t size, int error)
{
    pool_job_t job = 4711;
    struct test_census before = test_census(pool), after;
    assert_int_equal(client_submit(pool, bytes, size, &job), error);
    assert_int_equal(job, 4711);
    after = test_census(pool);
    assert_memory_equal(&before, &after, sizeof before);
}

static void submit_of_a_record_that_is_damaged_is_refused(void **state)
{
    struct pool *pool = *state;
    _Alignas(8) uint8_t bytes[512];
    pool_fd_t fds[2];
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    struct pool_job_config config = {.module = 9, .stdio = {{POOL_STDIO_PIPE, fds[0]}}};
    uint32_t size = write_record(&config, bytes);
    for (uint32_t cut = 0; cut < size; cut++) assert_record_fails(pool, bytes, cut, POOL_EINVAL);
    struct record *record = (struct record *)bytes;
    record->module = 0;
    assert_record_fails(pool, bytes, size, POOL_EINVAL);
    record->module = 9;
    record->stdio[0].fd = fds[1];
    assert_record_fails(pool, bytes, size, POOL_EBADF);
    record->stdio[0].fd = fds[0];
    record->n_args = 2;
    assert_record_fails(pool, bytes, size, POOL_EINVAL);
    record->n_args = 1;
    record->input_bytes = 1; /* of which nothing was staged */
    assert_record_fails(pool, bytes, size, POOL_EINVAL);
    assert_int_equal(pool_write(pool, fds[1], "x", 1), 1); /* the ends are still the caller's */
}

static void submit_of_a_record_takes_the_staged_input_once(void **state)
{
    struct pool *pool = *state;
    _Alignas(8) uint8_t bytes[512];
    uint8_t *staged;
    pool_job_t job;
    struct pool_job_config config = {.module = 9, .input = "hello", .input_bytes = 5};
    uint32_t size = write_record(&config, bytes);
    assert_int_equal(client_stage(pool, 300, &staged), 0);
    memcpy(staged, "hello", 5);
    ((struct record *)bytes)->input_bytes = 513; /* more than is staged, as it was rounded up */
    assert_record_fails(pool, bytes, size, POOL_EINVAL);
    ((struct record *)bytes)->input_bytes = 5;
    assert_int_equal(client_submit(pool, bytes, size, &job), 0);
    assert_ptr_equal(pool__block_memory(pool, test_job(pool, job)->input_block), staged);
    assert_record_fails(pool, bytes, size, POOL_EINVAL);
}

static void pipe_of_any_capacity_is_rounded_up_to_a_power_of_two(void **state)
{
    struct pool *pool = *state;
    static const uint32_t cases[][2] = {
        {0, POOL_PIPE_DEFAULT_BYTES},
        {1, 256},
        {256, 256},
        {257, 512},
        {65535, 65536},
        {65537, 131072},
        {POOL_PIPE_MAX_BYTES - 1, POOL_PIPE_MAX_BYTES},
        {POOL_PIPE_MAX_BYTES, POOL_PIPE_MAX_BYTES},
    };
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        pool_fd_t fds[2];
        assert_int_equal(pool_pipe(pool, cases[i][0], fds), 0);
        assert_int_equal(test_pipe(pool, fds[0])->capacity, cases[i][1]);
    }
}

static void pipe_that_is_too_large_is_einval(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    static const uint32_t cases[] = {POOL_PIPE_MAX_BYTES + 1, 1u << 31, UINT32_MAX};
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) assert_int_equal(pool_pipe(pool, cases[i], fds), POOL_EINVAL);
    assert_pool_is_empty(pool);
}

static void pipe_when_all_are_in_use_is_enfile_until_one_is_closed(void **state)
{
    struct pool *pool = *state;
    static pool_fd_t fds[PIPES_MAX][2];
    pool_fd_t more[2];
    for (uint32_t i = 0; i < PIPES_MAX; i++) assert_int_equal(pool_pipe(pool, 256, fds[i]), 0);
    assert_int_equal(pool_pipe(pool, 256, more), POOL_ENFILE);
    assert_int_equal(pool_close(pool, fds[77][0]), 0);
    assert_int_equal(pool_pipe(pool, 256, more), POOL_ENFILE); /* one end is still open */
    assert_int_equal(pool_close(pool, fds[77][1]), 0);
    assert_int_equal(pool_pipe(pool, 256, more), 0);
}

static void assert_end_is_bad(struct pool *pool, pool_fd_t fd)
{
    uint8_t byte = 0x5a, *at = &byte;
    assert_int_equal(pool_read(pool, fd, &byte, 1), POOL_EBADF);
    assert_int_equal(pool_write(pool, fd, &byte, 1), POOL_EBADF);
    assert_int_equal(pool_close(pool, fd), POOL_EBADF);
    assert_int_equal(client_peek(pool, fd, &at), POOL_EBADF);
    assert_int_equal(client_consume(pool, fd, 0), POOL_EBADF);
    assert_int_equal(client_reserve(pool, fd, 1, &at), POOL_EBADF);
    assert_int_equal(client_commit(pool, fd, 0), POOL_EBADF);
    assert_ptr_equal(at, &byte);
}

static void assert_job_is_bad(struct pool *pool, pool_job_t job)
{
    struct pool_result result;
    assert_int_equal(pool_cancel(pool, job), POOL_EBADF);
    assert_int_equal(pool_wait(pool, job, 0, &result), POOL_EBADF);
    assert_int_equal(pool_release(pool, job), POOL_EBADF);
}

static void handles_that_are_stale_or_nonsense_are_ebadf_everywhere(void **state)
{
    struct pool *pool = *state;
    struct property random = property_begin("handles_that_are_stale_or_nonsense_are_ebadf_everywhere");
    pool_fd_t fds[2];
    pool_job_t job = test_submit(pool, 1);
    test_run_queue(pool);
    assert_int_equal(pool_release(pool, job), 0);
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(pool_close(pool, fds[i]), 0);
    for (uint32_t i = 0; i < 2; i++) assert_end_is_bad(pool, fds[i]);
    assert_job_is_bad(pool, job);
    assert_job_is_bad(pool, 0);
    assert_end_is_bad(pool, 0);
    for (uint32_t handle = 1; handle < 2 * PIPES_MAX + 2; handle++) { /* slots without a generation */
        assert_job_is_bad(pool, handle);
        assert_end_is_bad(pool, handle);
    }
    for (uint32_t i = 0; i < 100000; i++) {
        uint32_t handle = property_next(&random);
        assert_job_is_bad(pool, handle);
        assert_end_is_bad(pool, handle);
    }
    assert_pool_is_empty(pool);
}

static void ends_of_the_wrong_kind_are_ebadf(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    uint8_t byte, *at;
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    assert_int_equal(pool_read(pool, fds[1], &byte, 1), POOL_EBADF);
    assert_int_equal(pool_write(pool, fds[0], "x", 1), POOL_EBADF);
    assert_int_equal(client_peek(pool, fds[1], &at), POOL_EBADF);
    assert_int_equal(client_reserve(pool, fds[0], 1, &at), POOL_EBADF);
    assert_int_equal(client_consume(pool, fds[1], 0), POOL_EBADF);
    assert_int_equal(client_commit(pool, fds[0], 0), POOL_EBADF);
}

static void write_of_more_than_fits_is_partial_then_eagain_then_signalled(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    uint8_t data[300], got[300];
    for (uint32_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)(i * 7);
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    uint32_t signal = SIGNAL_PIPE_0 + (uint32_t)(test_pipe(pool, fds[0]) - pool->pipes) * 2 + PIPE_WRITE;
    assert_int_equal(pool_write(pool, fds[1], data, sizeof data), 256);
    assert_int_equal(pool_write(pool, fds[1], data, 1), POOL_EAGAIN);
    assert_false(test_signalled(pool, signal));
    assert_int_equal(pool_read(pool, fds[0], got, 200), 200);
    assert_true(test_signalled(pool, signal));
    assert_int_equal(pool_write(pool, fds[1], data + 256, 44), 44);
    assert_int_equal(pool_read(pool, fds[0], got + 200, 100), 100);
    assert_memory_equal(data, got, sizeof data);
    assert_int_equal(pool_read(pool, fds[0], got, 1), POOL_EAGAIN);
}

static void read_of_what_is_left_after_close_then_0(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    uint8_t got[10];
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    assert_int_equal(pool_write(pool, fds[1], "abc", 3), 3);
    assert_int_equal(pool_close(pool, fds[1]), 0);
    assert_int_equal(pool_read(pool, fds[0], got, sizeof got), 3);
    for (int i = 0; i < 3; i++) assert_int_equal(pool_read(pool, fds[0], got, sizeof got), 0);
}

static void write_without_a_reader_is_epipe(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    assert_int_equal(pool_pipe(pool, 256, fds), 0);
    assert_int_equal(pool_close(pool, fds[0]), 0);
    assert_int_equal(pool_write(pool, fds[1], "abc", 3), POOL_EPIPE);
    assert_int_equal(test_used_bytes(pool), 0); /* no ring was taken for it */
}

static void write_without_memory_for_the_ring_is_eagain_and_a_signal_follows(void **state)
{
    struct pool *pool = *state;
    pool_fd_t fds[2];
    assert_int_equal(pool_pipe(pool, 512 * 1024, fds), 0); /* a size that is not kept in stock */
    assert_int_equal(pool_write(pool, fds[1], "abc", 3), POOL_EAGAIN);
    coordinator_tick(pool);
    assert_true(test_signalled(pool, SIGNAL_BLOCKS));
    assert_int_equal(pool_write(pool, fds[1], "abc", 3), 3);
}

/* As long as no file has any memory, all of it comes back by itself. */
static void rings_are_there_unless_files_have_the_memory(void **state)
{
    static uint32_t taken[TEST_BLOCKS_MAX];
    struct pool *pool = *state;
    assert_true(client_has_rings(pool, POOL_PIPE_MAX_BYTES, UINT32_MAX));
    pool__blocks_filed(&pool->blocks, UNIT_BYTES);
    assert_true(client_has_rings(pool, POOL_PIPE_MAX_BYTES, 40));
    assert_false(client_has_rings(pool, POOL_PIPE_MAX_BYTES, TEST_BLOCKS_MIB));
    uint32_t n = test_take_all(pool, taken, TEST_BLOCKS_MAX);
    while (test_signalled(pool, SIGNAL_BLOCKS)) continue;
    assert_false(client_has_rings(pool, POOL_PIPE_MAX_BYTES, TEST_BLOCKS_MIB));
    pool__give_block(pool, taken[n - 1]);
    assert_true(test_signalled(pool, SIGNAL_BLOCKS));
    test_undrain_blocks(pool, taken, n - 1);
    pool__blocks_filed(&pool->blocks, -(int64_t)UNIT_BYTES);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, test_pool_setup, test_pool_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(submit_of_a_record_is_as_good_as_of_its_config),
        CASE(submit_while_the_client_holds_wakes_a_worker_at_the_end_only),
        CASE(submit_of_a_record_that_is_damaged_is_refused),
        CASE(submit_of_a_record_takes_the_staged_input_once),
        CASE(pipe_of_any_capacity_is_rounded_up_to_a_power_of_two),
        CASE(pipe_that_is_too_large_is_einval),
        CASE(pipe_when_all_are_in_use_is_enfile_until_one_is_closed),
        CASE(handles_that_are_stale_or_nonsense_are_ebadf_everywhere),
        CASE(ends_of_the_wrong_kind_are_ebadf),
        CASE(write_of_more_than_fits_is_partial_then_eagain_then_signalled),
        CASE(read_of_what_is_left_after_close_then_0),
        CASE(write_without_a_reader_is_epipe),
        CASE(rings_are_there_unless_files_have_the_memory),
        CASE(write_without_memory_for_the_ring_is_eagain_and_a_signal_follows),
    };
    return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
