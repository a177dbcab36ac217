/* wasi/errno.c: what a guest is told of an error. */
#include "support/prelude.h"
#include "support/wasi_rig.h"

static void errno_of_each_status_is_its_own(void **state)
{
    (void)state;
    static const struct {
        int status;
        uint32_t error;
    } cases[] = {{0, WASI_SUCCESS},          {POOL_EPIPE, WASI_EPIPE},
                 {POOL_EAGAIN, WASI_EAGAIN}, {POOL_ECANCELED, WASI_ECANCELED},
                 {POOL_ENOMEM, WASI_ENOMEM}, {POOL_EFBIG, WASI_EFBIG},
                 {POOL_EPROTO, WASI_EIO},    {-4242, WASI_EIO}};
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) assert_int_equal(wasi_errno_of(cases[i].status), cases[i].error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WASI_CASE(errno_of_each_status_is_its_own),
    };
    return cmocka_run_group_tests_name("errno", tests, NULL, NULL);
}
