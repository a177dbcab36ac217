/* api/instances.c: instances where C itself has none. */
#include "pool.h"
#include "support/prelude.h"
#include "support/test_pool.h"

static void note(void *user, pool_t *pool, pool_job_t instance, int status, const struct pool_answer *answer)
{
    (void)pool, (void)instance, (void)status, (void)answer;
    ++*(uint32_t *)user;
}

static void instances_are_enosys_and_nothing_is_filled_in(void **state)
{
    struct pool *pool = *state;
    pool_job_t instance = 4711;
    struct pool_answer answer = {.n_values = 4711};
    struct pool_question question = {.export_name = "add"};
    assert_int_equal(pool_instance_open(pool, &(struct pool_job_config){.module = 1}, &instance), POOL_ENOSYS);
    assert_int_equal(instance, 4711);
    assert_int_equal(pool_instance_ask(pool, instance, &question, &answer), POOL_ENOSYS);
    assert_int_equal(answer.n_values, 4711);
    assert_int_equal(pool_instance_close(pool, instance), POOL_ENOSYS);
}

/* What is refused at once is not told a second time. */
static void refused_question_does_not_call_back(void **state)
{
    struct pool *pool = *state;
    uint32_t called = 0;
    struct pool_question question = {.export_name = "add"};
    assert_int_equal(pool_instance_ask_async(pool, 1, &question, note, &called), POOL_ENOSYS);
    assert_int_equal(pool_question_cancel(pool, 1, note, &called), POOL_ENOSYS);
    coordinator_tick(pool);
    assert_int_equal(called, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(instances_are_enosys_and_nothing_is_filled_in, test_pool_setup,
                                        test_pool_teardown),
        cmocka_unit_test_setup_teardown(refused_question_does_not_call_back, test_pool_setup, test_pool_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
