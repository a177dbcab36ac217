/* core/handle.h: no handle is given out twice, and each says its slot. */
#include "core/handle.h"
#include "pool.h"
#include "support/prelude.h"

#define SCRIPTS_MAX ((uint64_t)1 << 53) /* up to here a number of a script is exact */
#define LAST_SLOT(bits) ((1u << (bits)) - 1)

static const uint64_t generations[] = {
    0, 1, 2, (1u << 19) - 1, 1u << 20, UINT32_MAX, (uint64_t)1 << 32, HANDLE_GENERATIONS - 2, HANDLE_GENERATIONS - 1};

static void check(uint64_t handle, uint32_t slot, uint32_t bits)
{
    assert_int_not_equal(handle, 0);
    assert_true(handle < SCRIPTS_MAX);
    assert_true((uint64_t)(double)handle == handle);
    assert_int_equal(pool__handle_slot(handle, bits), slot);
}

static void handle_of_any_generation_fits_into_a_number_and_keeps_its_slot(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < COUNT_OF(generations); i++) {
        uint64_t generation = generations[i];
        static const uint32_t slots[] = {0, 1, 511, 1023};
        for (uint32_t k = 0; k < COUNT_OF(slots); k++) {
            uint32_t slot = slots[k];
            check(pool__handle_of_job(slot, generation), slot, HANDLE_JOB_BITS);
            check(pool__handle_of_call(slot, generation), slot, HANDLE_CALL_BITS);
            check(pool__handle_of_volume(slot, generation | 1), slot, HANDLE_VOLUME_BITS);
            check(pool__handle_of_end(slot, PIPE_READ, generation), slot << 1, HANDLE_PIPE_BITS);
            check(pool__handle_of_end(slot, PIPE_WRITE, generation), slot << 1 | 1, HANDLE_PIPE_BITS);
        }
    }
    check(pool__handle_of_end(4095, PIPE_WRITE, HANDLE_GENERATIONS - 1), LAST_SLOT(HANDLE_PIPE_BITS), HANDLE_PIPE_BITS);
}

/* A C function's own descriptors are no ends of pipes, and the other way round. */
static void handle_of_an_end_is_no_descriptor_of_a_job(void **state)
{
    (void)state;
    for (pool_fd_t fd = 0; fd <= LAST_SLOT(HANDLE_PIPE_BITS); fd++) assert_true(pool__fd_is_own(fd));
    for (uint32_t i = 0; i < COUNT_OF(generations); i++) {
        assert_false(pool__fd_is_own(pool__handle_of_end(0, PIPE_READ, generations[i])));
        assert_false(pool__fd_is_own(pool__handle_of_end(4095, PIPE_WRITE, generations[i])));
    }
}

static void handle_of_one_generation_is_none_of_another(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < COUNT_OF(generations); i++) {
        for (uint32_t k = 0; k < COUNT_OF(generations); k++) {
            uint64_t a = generations[i], b = generations[k];
            if (a == b) continue;
            assert_true(pool__handle_of_job(5, a) != pool__handle_of_job(5, b));
            assert_true(pool__handle_of_call(5, a) != pool__handle_of_call(5, b));
            assert_true(pool__handle_of_volume(5, 2 * a + 1) != pool__handle_of_volume(5, 2 * b + 1));
            assert_true(pool__handle_of_end(5, PIPE_READ, a) != pool__handle_of_end(5, PIPE_READ, b));
        }
    }
}

static void generation_is_used_up_when_no_handle_could_show_the_next(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < COUNT_OF(generations); i++) assert_false(pool__is_used_up(generations[i]));
    assert_true(pool__is_used_up(HANDLE_GENERATIONS));
    assert_true(pool__is_used_up(UINT64_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handle_of_any_generation_fits_into_a_number_and_keeps_its_slot),
        cmocka_unit_test(handle_of_an_end_is_no_descriptor_of_a_job),
        cmocka_unit_test(handle_of_one_generation_is_none_of_another),
        cmocka_unit_test(generation_is_used_up_when_no_handle_could_show_the_next),
    };
    return cmocka_run_group_tests_name("handle", tests, NULL, NULL);
}
