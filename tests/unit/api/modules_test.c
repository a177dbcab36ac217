/* api/modules.c: modules where C itself loads none. */
#include "pool.h"
#include "support/prelude.h"
#include "support/test_pool.h"

static void note(void *user, int status, pool_module_t module)
{
    (void)status, (void)module;
    ++*(uint32_t *)user;
}

static void modules_are_enosys_and_nothing_is_filled_in(void **state)
{
    struct pool *pool = *state;
    pool_module_t module = 4711;
    struct pool_module_config config = {.bytes = "\0asm", .size_bytes = 4};
    assert_int_equal(pool_module_load(pool, &config, &module), POOL_ENOSYS);
    assert_int_equal(module, 4711);
}

/* What is refused at once is not told a second time. */
static void refused_load_does_not_call_back(void **state)
{
    struct pool *pool = *state;
    uint32_t called = 0;
    struct pool_module_config config = {.bytes = "\0asm", .size_bytes = 4};
    assert_int_equal(pool_module_load_async(pool, &config, note, &called), POOL_ENOSYS);
    coordinator_tick(pool);
    assert_int_equal(called, 0);
}

static void no_handle_is_a_module(void **state)
{
    struct pool *pool = *state;
    static const pool_module_t handles[] = {0, 1, UINT32_MAX, UINT64_MAX};
    for (uint32_t i = 0; i < COUNT_OF(handles); i++) {
        assert_int_equal(pool_module_unload(pool, handles[i]), POOL_EBADF);
    }
}

static void no_failure_has_more_to_say_than_its_code(void **state)
{
    struct pool *pool = *state;
    pool_module_t module;
    assert_string_equal(pool_error_text(), "");
    assert_int_equal(pool_module_load(pool, NULL, &module), POOL_ENOSYS);
    assert_string_equal(pool_error_text(), "");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, test_pool_setup, test_pool_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(modules_are_enosys_and_nothing_is_filled_in),
        CASE(refused_load_does_not_call_back),
        CASE(no_handle_is_a_module),
        CASE(no_failure_has_more_to_say_than_its_code),
    };
    return cmocka_run_group_tests_name("modules", tests, NULL, NULL);
}
