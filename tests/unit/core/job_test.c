/* core/job.c: the states of a job, and wishes for its end. */
#include "core/job.h"

#include "core/handle.h"
#include "support/prelude.h"

static struct job job;

static const char *const names[JOB_STATES] = {"FREE", "FILLING", "QUEUED", "ENDING", "RUNNING", "ENDED", "RELEASED"};

/* The table of core/job.h, written down a second time. */
static const bool allowed[JOB_STATES][JOB_STATES] = {
    [JOB_FREE] = {[JOB_FILLING] = true},
    [JOB_FILLING] = {[JOB_QUEUED] = true, [JOB_FREE] = true},
    [JOB_QUEUED] = {[JOB_RUNNING] = true, [JOB_ENDING] = true},
    [JOB_ENDING] = {[JOB_ENDED] = true},
    [JOB_RUNNING] = {[JOB_ENDED] = true},
    [JOB_ENDED] = {[JOB_RELEASED] = true},
    [JOB_RELEASED] = {[JOB_FREE] = true},
};

static void preset(uint64_t generation, enum job_state state)
{
    atomic_store(&job.x_state, generation << 8 | (uint64_t)state);
    atomic_store(&job.x_wish, generation << 8);
}

static void check_move(enum job_state from, enum job_state to)
{
    preset(41, from);
    bool moved = pool__job_move(&job, 41, from, to);
    if (moved != allowed[from][to]) fail_msg("%s to %s", names[from], names[to]);
    assert_int_equal(pool__job_state(&job), moved ? to : from);
    assert_int_equal(pool__job_generation(&job), moved && to == JOB_FREE ? 42 : 41);
}

static void job_moves_exactly_as_the_table_says(void **state)
{
    (void)state;
    for (enum job_state from = 0; from < JOB_STATES; from++) {
        for (enum job_state to = 0; to < JOB_STATES; to++) check_move(from, to);
    }
}

static void job_in_another_state_does_not_move(void **state)
{
    (void)state;
    for (enum job_state is = 0; is < JOB_STATES; is++) {
        for (enum job_state from = 0; from < JOB_STATES; from++) {
            for (enum job_state to = 0; to < JOB_STATES && from != is; to++) {
                preset(7, is);
                assert_false(pool__job_move(&job, 7, from, to));
                assert_int_equal(pool__job_state(&job), is);
            }
        }
    }
}

static void job_of_another_generation_does_not_move(void **state)
{
    (void)state;
    static const uint64_t others[] = {0, 6, 8, 7 + (1u << 24), 7 + ((uint64_t)1 << 32), 7 + ((uint64_t)1 << 40)};
    for (uint32_t i = 0; i < COUNT_OF(others); i++) {
        preset(7, JOB_QUEUED);
        assert_false(pool__job_move(&job, others[i], JOB_QUEUED, JOB_RUNNING));
        assert_int_equal(pool__job_state(&job), JOB_QUEUED);
        assert_int_equal(pool__job_generation(&job), 7);
    }
}

static void job_generation_does_not_come_round(void **state)
{
    (void)state;
    static const uint64_t last[] = {(1u << 20) - 1, (1u << 24) - 1, UINT32_MAX, HANDLE_GENERATIONS - 1};
    for (uint32_t i = 0; i < COUNT_OF(last); i++) {
        preset(last[i], JOB_RELEASED);
        assert_true(pool__job_move(&job, last[i], JOB_RELEASED, JOB_FREE));
        assert_int_equal(pool__job_generation(&job), last[i] + 1);
        assert_int_equal(pool__job_state(&job), JOB_FREE);
        assert_true(pool__job_move(&job, last[i] + 1, JOB_FREE, JOB_FILLING));
        pool__job_forget_wish(&job);
        assert_false(pool__job_wish(&job, last[i], POOL_CANCELLED));
        assert_true(pool__job_wish(&job, last[i] + 1, POOL_CANCELLED));
    }
}

static void job_wish_that_is_first_holds(void **state)
{
    (void)state;
    preset(3, JOB_RUNNING);
    assert_int_equal(pool__job_wished(&job), 0);
    assert_true(pool__job_wish(&job, 3, POOL_TIMED_OUT));
    assert_false(pool__job_wish(&job, 3, POOL_CANCELLED));
    assert_false(pool__job_wish(&job, 3, POOL_TIMED_OUT));
    assert_int_equal(pool__job_wished(&job), POOL_TIMED_OUT);
}

static void job_wish_for_another_generation_is_refused(void **state)
{
    (void)state;
    preset(3, JOB_RUNNING);
    assert_false(pool__job_wish(&job, 2, POOL_CANCELLED));
    assert_false(pool__job_wish(&job, 4, POOL_CANCELLED));
    assert_int_equal(pool__job_wished(&job), 0);
}

static void job_passes_as_it_moves(void **state)
{
    (void)state;
    static const enum job_state steps[][2] = {
        {JOB_FREE, JOB_FILLING}, {JOB_FILLING, JOB_FREE}, {JOB_RELEASED, JOB_FREE}};
    for (uint32_t i = 0; i < COUNT_OF(steps); i++) {
        preset(41, steps[i][0]);
        pool__job_pass(&job, steps[i][0], steps[i][1]);
        uint64_t word = atomic_load(&job.x_state);
        preset(41, steps[i][0]);
        assert_true(pool__job_move(&job, 41, steps[i][0], steps[i][1]));
        assert_true(word == atomic_load(&job.x_state));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(job_moves_exactly_as_the_table_says),
        cmocka_unit_test(job_in_another_state_does_not_move),
        cmocka_unit_test(job_of_another_generation_does_not_move),
        cmocka_unit_test(job_generation_does_not_come_round),
        cmocka_unit_test(job_passes_as_it_moves),
        cmocka_unit_test(job_wish_that_is_first_holds),
        cmocka_unit_test(job_wish_for_another_generation_is_refused),
    };
    return cmocka_run_group_tests_name("job", tests, NULL, NULL);
}
