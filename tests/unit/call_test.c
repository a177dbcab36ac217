/* core/call.c: the states of a host call. */
#include "core/call.h"

#include "support/prelude.h"

static struct call call;

static void preset(uint32_t generation, enum call_state state)
{
    atomic_store(&call.x_state, generation << 8 | state);
}

static void call_moves_from_the_state_that_it_is_in_only(void **state)
{
    (void)state;
    for (enum call_state is = CALL_FREE; is <= CALL_REPLYING; is++) {
        for (enum call_state from = CALL_FREE; from <= CALL_REPLYING; from++) {
            preset(5, is);
            assert_int_equal(pool__call_move(&call, 5, from, CALL_TAKEN), is == from);
            assert_int_equal(pool__call_state(&call), is == from ? CALL_TAKEN : is);
            assert_int_equal(pool__call_generation(&call), 5);
        }
    }
}

static void call_of_another_generation_does_not_move(void **state)
{
    (void)state;
    static const uint32_t others[] = {0, 4, 6, 5 + (1u << 23), (1u << 24) - 1};
    for (uint32_t i = 0; i < COUNT_OF(others); i++) {
        preset(5, CALL_WAITING);
        assert_false(pool__call_move(&call, others[i], CALL_WAITING, CALL_TAKEN));
        assert_int_equal(pool__call_state(&call), CALL_WAITING);
    }
}

static void call_that_is_freed_has_another_generation(void **state)
{
    (void)state;
    preset(5, CALL_REPLYING);
    assert_true(pool__call_move(&call, 5, CALL_REPLYING, CALL_FREE));
    assert_int_equal(pool__call_generation(&call), 6);
    preset((1u << 24) - 1, CALL_FILLING);
    assert_true(pool__call_move(&call, (1u << 24) - 1, CALL_FILLING, CALL_FREE));
    assert_int_equal(pool__call_generation(&call), 0);
    assert_int_equal(pool__call_state(&call), CALL_FREE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(call_moves_from_the_state_that_it_is_in_only),
        cmocka_unit_test(call_of_another_generation_does_not_move),
        cmocka_unit_test(call_that_is_freed_has_another_generation),
    };
    return cmocka_run_group_tests_name("call", tests, NULL, NULL);
}
