/* wasi/proc.c: leaving. */
#include "support/prelude.h"
#include "support/wasi_rig.h"

static void proc_exit_notes_its_code(void **state)
{
    (void)state;
    assert_false(rig.c->exited);
    assert_int_equal(wasi_proc_exit(rig.c, UINT32_MAX), WASI_ECANCELED);
    assert_true(rig.c->exited);
    assert_int_equal(rig.c->exit_code, UINT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WASI_CASE(proc_exit_notes_its_code),
    };
    return cmocka_run_group_tests_name("proc", tests, NULL, NULL);
}
