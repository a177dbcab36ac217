/* api/imports.c: imports of guests where C itself serves none. */
#include "pool.h"
#include "support/prelude.h"
#include "support/test_pool.h"

static uint32_t called;

static void serve(void *user, pool_t *pool, pool_call_t call, pool_job_t job, const struct pool_value *values,
                  uint32_t n_values)
{
    (void)user, (void)pool, (void)call, (void)job, (void)values, (void)n_values;
    called++;
}

static void note(void *user, pool_t *pool, pool_call_t call, int status, const void *data, uint64_t size_bytes)
{
    (void)user, (void)pool, (void)call, (void)status, (void)data, (void)size_bytes;
    called++;
}

static void imports_are_enosys_and_nobody_is_called(void **state)
{
    struct pool *pool = *state;
    called = 0;
    assert_int_equal(pool_import_set(pool, "env", "log", serve, NULL), POOL_ENOSYS);
    assert_int_equal(pool_import_return(pool, 1, NULL, 0), POOL_ENOSYS);
    assert_int_equal(pool_import_fail(pool, 1, "no"), POOL_ENOSYS);
    assert_int_equal(pool_import_read(pool, 1, 0, 1, note, NULL), POOL_ENOSYS);
    assert_int_equal(pool_import_write(pool, 1, 0, "x", 1, note, NULL), POOL_ENOSYS);
    assert_int_equal(pool_import_size(pool, 1, note, NULL), POOL_ENOSYS);
    coordinator_tick(pool);
    assert_int_equal(called, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(imports_are_enosys_and_nobody_is_called, test_pool_setup, test_pool_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
