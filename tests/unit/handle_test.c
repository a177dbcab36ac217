#include "core/handle.h"
#include "pool.h"
#include "support/prelude.h"

#define JOB_SLOTS (1u << HANDLE_JOB_BITS)
#define PIPE_SLOTS (1u << (HANDLE_PIPE_BITS - 1))

static void handle_of_a_job_is_never_0(void **state)
{
    (void)state;
    for (uint32_t generation = 0; generation < 1u << 24; generation += 1 + (generation >> 12)) {
        assert_int_not_equal(pool__handle_of_job(0, generation), 0);
    }
    assert_int_not_equal(pool__handle_of_job(0, (1u << 20) - 1), 0);
    assert_int_not_equal(pool__handle_of_job(0, (1u << 20) - 2), 0);
    assert_int_not_equal(pool__handle_of_job(0, (1u << 24) - 1), 0);
}

static void handle_of_an_end_is_never_0(void **state)
{
    (void)state;
    static const uint32_t generations[] = {0, 1, (1u << 19) - 2, (1u << 19) - 1, 1u << 19, UINT32_MAX};
    for (uint32_t i = 0; i < COUNT_OF(generations); i++) {
        assert_int_not_equal(pool__handle_of_end(0, PIPE_READ, generations[i]), 0);
        assert_int_not_equal(pool__handle_of_end(0, PIPE_WRITE, generations[i]), 0);
    }
}

/* pool_call_begin gives one as an int32_t, whose negative values are errors. */
static void handle_of_an_end_is_a_positive_int(void **state)
{
    (void)state;
    for (uint64_t generation = 0; generation <= UINT32_MAX; generation += 1 + (generation >> 10)) {
        assert_true((int32_t)pool__handle_of_end(PIPE_SLOTS - 1, PIPE_WRITE, (uint32_t)generation) > 0);
        assert_true((int32_t)pool__handle_of_end(0, PIPE_READ, (uint32_t)generation) > 0);
    }
}

/* A C function's own descriptors are no ends of pipes. */
static void handle_of_an_end_is_never_stdio(void **state)
{
    (void)state;
    for (uint32_t generation = 0; generation < 1u << 19; generation++) {
        assert_true(pool__handle_of_end(0, PIPE_READ, generation) > POOL_STDERR);
        assert_true(pool__handle_of_end(1, PIPE_WRITE, generation) > POOL_STDERR);
    }
}

static void handle_of_a_call_is_never_0_and_keeps_its_slot(void **state)
{
    (void)state;
    for (uint32_t generation = 0; generation < 1u << 24; generation += 1 + (generation >> 12)) {
        assert_int_not_equal(pool__handle_of_call(0, generation), 0);
        assert_int_equal(pool__handle_of_call(1023, generation) & ((1u << HANDLE_CALL_BITS) - 1), 1023);
    }
    assert_int_not_equal(pool__handle_of_call(0, (1u << 24) - 1), 0);
    for (uint32_t generation = 0; generation < 1u << 20; generation++) {
        assert_int_not_equal(pool__handle_of_call(5, generation), pool__handle_of_call(5, generation + 1));
    }
}

static void handle_keeps_its_slot(void **state)
{
    (void)state;
    for (uint32_t slot = 0; slot < JOB_SLOTS; slot += 97) {
        assert_int_equal(pool__handle_of_job(slot, 12345) & (JOB_SLOTS - 1), slot);
    }
    for (uint32_t slot = 0; slot < PIPE_SLOTS; slot += 97) {
        pool_fd_t fd = pool__handle_of_end(slot, PIPE_WRITE, 12345);
        assert_int_equal((fd & ((1u << HANDLE_PIPE_BITS) - 1)) >> 1, slot);
        assert_int_equal(fd & 1, PIPE_WRITE);
        assert_int_equal(fd ^ pool__handle_of_end(slot, PIPE_READ, 12345), 1);
    }
}

static void handle_differs_from_one_generation_to_the_next(void **state)
{
    (void)state;
    for (uint32_t generation = 0; generation < 1u << 20; generation++) {
        assert_int_not_equal(pool__handle_of_job(5, generation), pool__handle_of_job(5, generation + 1));
        assert_int_not_equal(pool__handle_of_end(5, PIPE_READ, generation),
                             pool__handle_of_end(5, PIPE_READ, generation + 1));
    }
}

static void strerror_has_a_message_for_each_code(void **state)
{
    (void)state;
#define CASE(name, value, message) assert_string_equal(pool_strerror(POOL_##name), message);
    POOL_ERROR_MAP(CASE)
#undef CASE
    assert_string_equal(pool_strerror(0), "success");
    assert_string_equal(pool_strerror(1), "unknown error");
    assert_string_equal(pool_strerror(INT32_MIN), "unknown error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handle_of_a_job_is_never_0),
        cmocka_unit_test(handle_of_an_end_is_never_0),
        cmocka_unit_test(handle_of_an_end_is_a_positive_int),
        cmocka_unit_test(handle_of_an_end_is_never_stdio),
        cmocka_unit_test(handle_of_a_call_is_never_0_and_keeps_its_slot),
        cmocka_unit_test(handle_keeps_its_slot),
        cmocka_unit_test(handle_differs_from_one_generation_to_the_next),
        cmocka_unit_test(strerror_has_a_message_for_each_code),
    };
    return cmocka_run_group_tests_name("handle", tests, NULL, NULL);
}
