/* worker/guest.c: what a guest is called with, and what is kept of how it went. */
#include "support/fake_port.h"
#include "support/piped_job.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/test_worker.h"

#define TEXT_BYTES 200000u

static void proc_exit_unwinds_with_its_code(void **state)
{
    struct pool *pool = *state;
    static const uint32_t codes[] = {0, 1, 125, 255, 256, 0x7fffffff, 0x80000000, UINT32_MAX};
    for (volatile uint32_t i = 0; i < COUNT_OF(codes); i++) {
        pool_job_t job = test_submit(pool, 1);
        test_worker_enter(1);
        assert_unwinds((guest_proc_exit(codes[i]), 0));
        test_worker_unwound();
        assert_int_equal(test_result(pool, job).outcome, POOL_EXITED);
        assert_int_equal(test_result(pool, job).code, codes[i]);
    }
}

static void worker_left_by_a_trap_of_the_guest_is_0(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    test_worker_enter(1);
    assert_unwinds((guest_proc_exit(3), 0)); /* must not be remembered by the next job */
    test_worker_unwound();
    pool_job_t next = test_submit(pool, 1);
    test_worker_enter(1);
    worker_leave();
    assert_int_equal(worker_left_by(), 0);
    worker_end(POOL_TRAPPED, POOL_TRAP_DIVIDE_BY_ZERO, 0);
    assert_int_equal(test_result(pool, next).outcome, POOL_TRAPPED);
    assert_int_equal(test_result(pool, next).code, POOL_TRAP_DIVIDE_BY_ZERO);
    assert_int_equal(test_result(pool, job).code, 3);
}

/* A job may end before worker_begin, when its module turns out to be none. */
static void worker_left_by_without_a_guest_is_not_what_the_last_guest_did(void **state)
{
    struct pool *pool = *state;
    test_submit(pool, 1);
    test_worker_enter(1);
    assert_unwinds((guest_proc_exit(3), 0));
    test_worker_unwound();
    test_submit(pool, 2);
    assert_int_equal(worker_next(), 2);
    assert_int_equal(worker_call()->name_bytes, 0);
    assert_int_equal(worker_left_by(), 0);
    worker_end(POOL_NOT_STARTED, 0, 0);
}

static void worker_text_reaches_the_result_and_goes_with_the_job(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit_with_pipes(pool);
    test_worker_enter(4);
    worker_leave();
    uint8_t *text = worker_text(200);
    assert_non_null(text);
    memcpy(text, "unreachable executed", 20);
    worker_end(POOL_TRAPPED, POOL_TRAP_UNREACHABLE, 20);
    struct pool_result result = test_result(pool, job);
    assert_int_equal(result.text_bytes, 20);
    assert_memory_equal(result.text, "unreachable executed", 20);
    test_close_and_release(pool, job);
}

static void worker_text_that_is_too_long_is_null(void **state)
{
    struct pool *pool = *state;
    test_submit(pool, 1);
    test_worker_enter(1);
    worker_leave();
    assert_null(worker_text(POOL_ARGS_MAX_BYTES + 1));
    assert_null(worker_text(UINT32_MAX));
    assert_non_null(worker_text(0));
    worker_end(POOL_TRAPPED, 0, 0);
}

/* Libraries of C forget at exit that a write failed. */
static void guest_whose_output_was_lost_has_not_just_exited(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit(pool, 1);
    test_worker_enter(1);
    test_job(pool, job)->output_error = POOL_EFBIG;
    test_worker_return(0);
    struct pool_result result = test_result(pool, job);
    assert_int_equal(result.outcome, POOL_OUTPUT_LOST);
    assert_int_equal(result.code, -POOL_EFBIG);
    assert_int_equal(pool_release(pool, job), 0);
    job = test_submit(pool, 1); /* and the next one in that slot has nothing to do with it */
    test_worker_enter(1);
    test_worker_return(3);
    assert_int_equal(test_result(pool, job).outcome, POOL_EXITED);
}

static struct pool *pool_meanwhile;

static void tick_meanwhile(void)
{
    coordinator_tick(pool_meanwhile);
}

static void worker_text_waits_for_memory_that_is_to_come(void **state)
{
    struct pool *pool = pool_meanwhile = *state;
    pool_job_t job = test_submit_with_pipes(pool);
    test_worker_enter(4);
    worker_leave();
    uint32_t taken[64], n = test_drain_blocks(pool, TEXT_BYTES, taken, COUNT_OF(taken));
    fake.on_tick = tick_meanwhile;
    uint8_t *text = worker_text(TEXT_BYTES);
    assert_non_null(text);
    memset(text, 'a', TEXT_BYTES);
    worker_end(POOL_TRAPPED, 1, TEXT_BYTES);
    assert_int_equal(test_result(pool, job).text_bytes, TEXT_BYTES);
    test_undrain_blocks(pool, taken, n);
    test_close_and_release(pool, job);
}

static void worker_text_without_memory_is_null(void **state)
{
    struct pool *pool = pool_meanwhile = *state;
    pool_job_t job = test_submit_with_pipes(pool);
    test_worker_enter(4);
    worker_leave();
    uint32_t taken[TEST_BLOCKS_MAX], n = test_take_all(pool, taken, COUNT_OF(taken));
    fake.on_tick = tick_meanwhile;
    assert_null(worker_text(TEXT_BYTES));
    worker_end(POOL_TRAPPED, 1, 0);
    assert_null(test_result(pool, job).text);
    test_undrain_blocks(pool, taken, n);
    test_close_and_release(pool, job);
}

/* The worker dies while it waits: its arguments were given back already, and only once. */
static void bury_meanwhile(void)
{
    fake.on_tick = NULL;
    coordinator_bury_worker(pool_meanwhile, 1, -1, true);
    coordinator_tick(pool_meanwhile);
}

static void worker_that_dies_waiting_for_text_gives_its_block_back_once(void **state)
{
    struct pool *pool = pool_meanwhile = *state;
    pool_job_t job = test_submit_with_pipes(pool);
    test_worker_enter(4);
    worker_leave();
    uint32_t taken[TEST_BLOCKS_MAX], n = test_take_all(pool, taken, COUNT_OF(taken));
    fake.on_tick = bury_meanwhile;
    assert_null(worker_text(TEXT_BYTES));
    assert_int_equal(test_result(pool, job).outcome, POOL_LOST);
    test_undrain_blocks(pool, taken, n);
    test_close_and_release(pool, job);
}

static void worker_call_tells_the_export_and_its_values(void **state)
{
    struct pool *pool = *state;
    static const struct pool_value values[] = {{POOL_I32, {.i32 = -3}}, {POOL_F64, {.f64 = 2.5}}};
    pool_job_t job;
    struct pool_job_config config = {.module = 1, .export_name = "answer", .values = values, .n_values = 2};
    assert_int_equal(pool_submit(pool, &config, &job), 0);
    assert_int_equal(worker_next(), 1);
    const struct worker_call *call = worker_call();
    assert_int_equal(call->name_bytes, 6);
    assert_memory_equal(call->name, "answer", 6);
    assert_int_equal(call->n_values, 2);
    assert_int_equal(call->values[0].of.i32, -3);
    assert_true(call->values[1].of.f64 == 2.5);
    worker_end(POOL_EXITED, 0, 0);
    test_submit(pool, 2);
    assert_int_equal(worker_next(), 2);
    assert_int_equal(worker_call()->name_bytes, 0); /* a command */
    assert_int_equal(worker_call()->n_values, 0);
    worker_end(POOL_EXITED, 0, 0);
}

static void worker_results_reach_the_result_and_go_with_the_job(void **state)
{
    struct pool *pool = *state;
    pool_job_t job = test_submit_with_pipes(pool);
    test_worker_enter(4);
    worker_leave();
    assert_null(worker_results(0));
    assert_null(worker_results(POOL_VALUES_MAX + 1));
    assert_null(worker_results(UINT32_MAX));
    struct pool_value *values = worker_results(POOL_VALUES_MAX);
    assert_non_null(values);
    for (uint32_t i = 0; i < POOL_VALUES_MAX; i++) values[i] = (struct pool_value){POOL_I64, {.i64 = -(int64_t)i}};
    worker_end(POOL_EXITED, 0, 0);
    struct pool_result result = test_result(pool, job);
    assert_int_equal(result.n_values, POOL_VALUES_MAX);
    assert_int_equal(result.values[15].of.i64, -15);
    assert_null(result.text);
    test_close_and_release(pool, job);
}

/* What the parser finds is module_test's to say. */
static void worker_signature_is_what_the_modules_head_says(void **state)
{
    (void)state;
    static const uint8_t module[] = {0,    'a', 's', 'm', 1, 0, 0, 0, 1, 5, 1,   0x60, 1,
                                     0x7f, 0,   3,   2,   1, 0, 7, 5, 1, 1, 'f', 0,    0};
    struct module_signature signature;
    assert_int_equal(worker_signature(module, sizeof module, "f", 1, &signature), 0);
    assert_int_equal(signature.n_params, 1);
    assert_int_equal(signature.types[0], POOL_I32);
    assert_int_equal(worker_signature(module, sizeof module, "g", 1, &signature), POOL_ENOENT);
    assert_int_equal(worker_signature(module, 5, "f", 1, &signature), POOL_EINVAL);
}

static void worker_borrows_one_piece_at_a_time(void **state)
{
    struct pool *pool = *state;
    uint64_t before = test_used_bytes(pool);
    test_submit(pool, 1);
    test_worker_begin(1);
    uint64_t running = test_used_bytes(pool);
    assert_non_null(worker_borrow(100));
    assert_non_null(worker_borrow(5000)); /* instead of the first */
    assert_int_equal(test_used_bytes(pool), running + 8192);
    assert_null(worker_borrow(POOL_BYTES_MAX + 1));
    assert_int_equal(test_used_bytes(pool), running);
    worker_return();
    worker_return();
    assert_int_equal(test_used_bytes(pool), running);
    assert_int_equal(running, before + 256); /* its record */
    worker_end(POOL_EXITED, 0, 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, test_worker_setup, test_worker_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(proc_exit_unwinds_with_its_code),
        CASE(worker_left_by_a_trap_of_the_guest_is_0),
        CASE(worker_left_by_without_a_guest_is_not_what_the_last_guest_did),
        CASE(worker_text_reaches_the_result_and_goes_with_the_job),
        CASE(worker_text_that_is_too_long_is_null),
        CASE(worker_text_waits_for_memory_that_is_to_come),
        CASE(guest_whose_output_was_lost_has_not_just_exited),
        CASE(worker_text_without_memory_is_null),
        CASE(worker_that_dies_waiting_for_text_gives_its_block_back_once),
        CASE(worker_call_tells_the_export_and_its_values),
        CASE(worker_results_reach_the_result_and_go_with_the_job),
        CASE(worker_signature_is_what_the_modules_head_says),
        CASE(worker_borrows_one_piece_at_a_time),
    };
    return cmocka_run_group_tests_name("guest", tests, NULL, NULL);
}
