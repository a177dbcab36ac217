/* wasi/refuse.c: what there is not. */
#include "support/prelude.h"
#include "support/wasi_rig.h"

static void what_is_no_socket_says_so(void **state)
{
    (void)state;
    for (uint32_t fd = 0; fd < 3; fd++) {
        assert_int_equal(wasi_not_a_socket(rig.c, fd), WASI_ENOTSOCK);
    }
    static const uint32_t closed[] = {3, WASI_FDS_MAX - 1, WASI_FDS_MAX, 1u << 31, UINT32_MAX};
    for (uint32_t i = 0; i < COUNT_OF(closed); i++) {
        assert_int_equal(wasi_not_a_socket(rig.c, closed[i]), WASI_EBADF);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WASI_CASE(what_is_no_socket_says_so),
    };
    return cmocka_run_group_tests_name("refuse", tests, NULL, NULL);
}
