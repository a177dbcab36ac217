/* core/worker.h: the states of a worker. */
#include "core/worker.h"

#include "support/prelude.h"

static struct worker worker;

static const char *const names[WORKER_STATES] = {"NONE", "STARTING", "RUNTIME", "GUEST", "KILLED", "DEAD"};

/* The table of core/worker.h, written down a second time. */
static const bool allowed[WORKER_STATES][WORKER_STATES] = {
    [WORKER_NONE] = {[WORKER_STARTING] = true},
    [WORKER_STARTING] = {[WORKER_RUNTIME] = true, [WORKER_DEAD] = true},
    [WORKER_RUNTIME] = {[WORKER_RUNTIME] = true, [WORKER_GUEST] = true, [WORKER_DEAD] = true},
    [WORKER_GUEST] = {[WORKER_RUNTIME] = true, [WORKER_KILLED] = true, [WORKER_DEAD] = true},
    [WORKER_KILLED] = {[WORKER_DEAD] = true},
    [WORKER_DEAD] = {[WORKER_STARTING] = true},
};

static void preset(uint64_t turn, enum worker_state state)
{
    atomic_store(&worker.x_state, pool__worker_word(turn, state));
}

static void check_move(enum worker_state from, enum worker_state to)
{
    preset(41, from);
    bool moved = pool__worker_move(&worker, 41, from, to);
    if (moved != allowed[from][to]) fail_msg("%s to %s", names[from], names[to]);
    bool next = moved && (to == WORKER_STARTING || (from == WORKER_RUNTIME && to == WORKER_RUNTIME));
    assert_int_equal(pool__worker_state(&worker), moved ? to : from);
    assert_int_equal(pool__worker_turn(&worker), next ? 42 : 41);
}

static void worker_moves_exactly_as_the_table_says(void **state)
{
    (void)state;
    for (enum worker_state from = 0; from < WORKER_STATES; from++) {
        for (enum worker_state to = 0; to < WORKER_STATES; to++) check_move(from, to);
    }
}

static void worker_moves_from_the_state_that_it_is_in_only(void **state)
{
    (void)state;
    for (enum worker_state is = 0; is < WORKER_STATES; is++) {
        for (enum worker_state from = 0; from < WORKER_STATES; from++) {
            for (enum worker_state to = 0; to < WORKER_STATES && from != is; to++) {
                preset(5, is);
                assert_false(pool__worker_move(&worker, 5, from, to));
                assert_int_equal(pool__worker_state(&worker), is);
            }
        }
    }
}

/* A kill that is meant for one job never hits another, however many there were in between. */
static void worker_of_another_turn_does_not_move(void **state)
{
    (void)state;
    static const uint64_t others[] = {0, 4, 6, 5 + (1u << 24), 5 + ((uint64_t)1 << 32), 5 + ((uint64_t)1 << 55)};
    for (uint32_t i = 0; i < COUNT_OF(others); i++) {
        preset(5, WORKER_GUEST);
        assert_false(pool__worker_move(&worker, others[i], WORKER_GUEST, WORKER_KILLED));
        assert_int_equal(pool__worker_state(&worker), WORKER_GUEST);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worker_moves_exactly_as_the_table_says),
        cmocka_unit_test(worker_moves_from_the_state_that_it_is_in_only),
        cmocka_unit_test(worker_of_another_turn_does_not_move),
    };
    return cmocka_run_group_tests_name("worker_state", tests, NULL, NULL);
}
