/* core/pipe.h: who has an end of a pipe. */
#include "core/pipe.h"

#include "core/handle.h"
#include "support/prelude.h"

static struct pipe pipe;

static const char *const names[END_HOLDS] = {"FREE", "IN_CALL", "WATCHED", "GIVEN", "CLOSED"};

/* The table of core/pipe.h, written down a second time. */
static const bool allowed[END_HOLDS][END_HOLDS] = {
    [END_FREE] = {[END_IN_CALL] = true, [END_WATCHED] = true, [END_GIVEN] = true, [END_CLOSED] = true},
    [END_IN_CALL] = {[END_FREE] = true, [END_CLOSED] = true},
    [END_WATCHED] = {[END_FREE] = true, [END_IN_CALL] = true},
    [END_GIVEN] = {[END_FREE] = true, [END_CLOSED] = true},
};

static void end_passes_exactly_as_the_table_says(void **state)
{
    (void)state;
    for (enum end_hold from = 0; from < END_HOLDS; from++) {
        for (enum end_hold to = 0; to < END_HOLDS; to++) {
            pool__pipe_hold(&pipe, PIPE_READ, 41, from);
            bool passed = pool__pipe_pass(&pipe, PIPE_READ, from, to);
            if (passed != allowed[from][to]) fail_msg("%s to %s", names[from], names[to]);
            assert_int_equal(pool__pipe_held(&pipe, PIPE_READ), passed ? to : from);
        }
    }
}

static void end_passes_from_the_hold_that_it_has_only(void **state)
{
    (void)state;
    for (enum end_hold is = 0; is < END_HOLDS; is++) {
        for (enum end_hold from = 0; from < END_HOLDS; from++) {
            for (enum end_hold to = 0; to < END_HOLDS && from != is; to++) {
                pool__pipe_hold(&pipe, PIPE_WRITE, 5, is);
                assert_false(pool__pipe_pass(&pipe, PIPE_WRITE, from, to));
                assert_int_equal(pool__pipe_held(&pipe, PIPE_WRITE), is);
            }
        }
    }
}

static void end_is_taken_only_if_it_is_free(void **state)
{
    (void)state;
    for (enum end_hold is = 0; is < END_HOLDS; is++) {
        for (enum end_hold to = END_IN_CALL; to <= END_GIVEN; to++) {
            pool__pipe_hold(&pipe, PIPE_READ, 7, is);
            assert_int_equal(pool__pipe_take(&pipe, PIPE_READ, 7, to), is);
            assert_int_equal(pool__pipe_held(&pipe, PIPE_READ), is == END_FREE ? to : is);
        }
    }
}

/* Whatever a handle shows that is not shown now: the end that it meant is closed. */
static void end_of_another_generation_is_not_taken(void **state)
{
    (void)state;
    static const uint64_t others[] = {0, 6, 8, 7 + (1u << 18), 7 + ((uint64_t)1 << 29), 7 + ((uint64_t)1 << 32)};
    for (uint32_t i = 0; i < COUNT_OF(others); i++) {
        pool__pipe_hold(&pipe, PIPE_READ, 7, END_FREE);
        assert_int_equal(pool__pipe_take(&pipe, PIPE_READ, others[i], END_IN_CALL), END_CLOSED);
        assert_int_equal(pool__pipe_held(&pipe, PIPE_READ), END_FREE);
    }
}

static void end_keeps_what_its_handle_shows_whoever_has_it(void **state)
{
    (void)state;
    static const uint64_t last = HANDLE_GENERATIONS;
    pool__pipe_hold(&pipe, PIPE_READ, last, END_FREE);
    for (enum end_hold to = END_IN_CALL; to <= END_GIVEN; to++) {
        assert_int_equal(pool__pipe_take(&pipe, PIPE_READ, last, to), END_FREE);
        assert_int_equal(pool__pipe_take(&pipe, PIPE_READ, last, to), to);
        assert_true(pool__pipe_pass(&pipe, PIPE_READ, to, END_FREE));
    }
    assert_int_equal(pool__pipe_take(&pipe, PIPE_READ, last, END_IN_CALL), END_FREE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(end_passes_exactly_as_the_table_says),
        cmocka_unit_test(end_passes_from_the_hold_that_it_has_only),
        cmocka_unit_test(end_is_taken_only_if_it_is_free),
        cmocka_unit_test(end_of_another_generation_is_not_taken),
        cmocka_unit_test(end_keeps_what_its_handle_shows_whoever_has_it),
    };
    return cmocka_run_group_tests_name("pipe_hold", tests, NULL, NULL);
}
