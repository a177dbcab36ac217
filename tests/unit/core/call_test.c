/* core/call.c: the states of a host call. */
#include "core/call.h"

#include "core/handle.h"
#include "support/prelude.h"

static struct call call;

static const char *const names[CALL_STATES] = {"FREE", "FILLING", "WAITING", "TAKEN", "REPLYING"};

/* The table of core/call.h, written down a second time. */
static const bool allowed[CALL_STATES][CALL_STATES] = {
    [CALL_FREE] = {[CALL_FILLING] = true},  [CALL_FILLING] = {[CALL_WAITING] = true, [CALL_FREE] = true},
    [CALL_WAITING] = {[CALL_TAKEN] = true}, [CALL_TAKEN] = {[CALL_REPLYING] = true, [CALL_FREE] = true},
    [CALL_REPLYING] = {[CALL_FREE] = true},
};

static void preset(uint64_t generation, enum call_state state)
{
    atomic_store(&call.x_state, generation << 8 | (uint64_t)state);
}

static void check_move(enum call_state from, enum call_state to)
{
    preset(41, from);
    bool moved = pool__call_move(&call, 41, from, to);
    if (moved != allowed[from][to]) fail_msg("%s to %s", names[from], names[to]);
    assert_int_equal(pool__call_state(&call), moved ? to : from);
    assert_int_equal(pool__call_generation(&call), moved && to == CALL_FREE ? 42 : 41);
}

static void call_moves_exactly_as_the_table_says(void **state)
{
    (void)state;
    for (enum call_state from = 0; from < CALL_STATES; from++) {
        for (enum call_state to = 0; to < CALL_STATES; to++) check_move(from, to);
    }
}

static void call_moves_from_the_state_that_it_is_in_only(void **state)
{
    (void)state;
    for (enum call_state is = 0; is < CALL_STATES; is++) {
        for (enum call_state from = 0; from < CALL_STATES; from++) {
            for (enum call_state to = 0; to < CALL_STATES && from != is; to++) {
                preset(5, is);
                assert_false(pool__call_move(&call, 5, from, to));
                assert_int_equal(pool__call_state(&call), is);
                assert_int_equal(pool__call_generation(&call), 5);
            }
        }
    }
}

static void call_of_another_generation_does_not_move(void **state)
{
    (void)state;
    static const uint64_t others[] = {0, 4, 6, 5 + (1u << 24), 5 + ((uint64_t)1 << 32), 5 + ((uint64_t)1 << 40)};
    for (uint32_t i = 0; i < COUNT_OF(others); i++) {
        preset(5, CALL_WAITING);
        assert_false(pool__call_move(&call, others[i], CALL_WAITING, CALL_TAKEN));
        assert_int_equal(pool__call_state(&call), CALL_WAITING);
    }
}

static void call_that_is_freed_has_a_generation_that_none_had(void **state)
{
    (void)state;
    static const uint64_t last[] = {5, (1u << 20) - 1, (1u << 24) - 1, UINT32_MAX, HANDLE_GENERATIONS - 1};
    for (uint32_t i = 0; i < COUNT_OF(last); i++) {
        preset(last[i], CALL_REPLYING);
        assert_true(pool__call_move(&call, last[i], CALL_REPLYING, CALL_FREE));
        assert_int_equal(pool__call_generation(&call), last[i] + 1);
        assert_int_equal(pool__call_state(&call), CALL_FREE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(call_moves_exactly_as_the_table_says),
        cmocka_unit_test(call_moves_from_the_state_that_it_is_in_only),
        cmocka_unit_test(call_of_another_generation_does_not_move),
        cmocka_unit_test(call_that_is_freed_has_a_generation_that_none_had),
    };
    return cmocka_run_group_tests_name("call", tests, NULL, NULL);
}
