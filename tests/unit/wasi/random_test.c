/* wasi/random.c: random numbers. */
#include "support/fake_guest.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/wasi_rig.h"

static uint32_t bytes;

static uint32_t random_at(uint32_t address)
{
    return wasi_random_get(rig.c, address, bytes);
}

static void random_checks_its_pointer(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {1, 8, 4096, 4097, 70000, RIG_BYTES};
    for (uint32_t i = 0; i < COUNT_OF(sizes); i++) {
        bytes = sizes[i];
        check_pointer(random_at, bytes, WASI_SUCCESS);
    }
}

static void random_of_a_size_that_wraps_is_efault(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {UINT32_MAX, UINT32_MAX - 63, 1u << 31, RIG_BYTES + 1};
    for (uint32_t i = 0; i < COUNT_OF(sizes); i++) {
        assert_int_equal(wasi_random_get(rig.c, last_address(RIG_BYTES - 64), sizes[i]), WASI_EFAULT);
    }
    assert_int_equal(fake_guest_written(), 0);
}

static void random_of_more_than_64_kib_fills_all_of_it_and_nothing_else(void **state)
{
    (void)state;
    uint32_t size = 65536 + 4096 + 13, at = fake_guest_new(size + 16) + 8;
    assert_int_equal(wasi_random_get(rig.c, at, size), WASI_SUCCESS);
    for (uint32_t i = 0; i < size; i++) assert_int_equal(*fake_guest_at(at + i), 0xa5);
    assert_int_equal(*fake_guest_at(at - 1), 0);
    assert_int_equal(*fake_guest_at(at + size), 0);
}

/* In one call, to the end of the guest's memory. */
static void random_of_1_mib_fills_all_of_it(void **state)
{
    (void)state;
    const uint32_t size = 1u << 20;
    fake_guest_free();
    fake_guest_make(size + RIG_BYTES);
    assert_int_equal(wasi_random_get(rig.c, last_address(size), size), WASI_SUCCESS);
    assert_int_equal(fake_guest_written(), size);
    for (uint32_t i = 0; i < size; i++) assert_true(*fake_guest_at(last_address(size) + i) == 0xa5);
}

static void random_of_nothing_succeeds(void **state)
{
    (void)state;
    fake.randoms_left = 0;
    assert_int_equal(wasi_random_get(rig.c, last_address(0), 0), WASI_SUCCESS);
}

static void random_without_a_source_is_eio_at_whichever_piece(void **state)
{
    (void)state;
    uint32_t at = fake_guest_new(20000);
    for (uint32_t n = 0; n < 5; n++) {
        fake.randoms_left = n;
        assert_int_equal(wasi_random_get(rig.c, at, 20000), WASI_EIO);
    }
    fake.randoms_left = 5;
    assert_int_equal(wasi_random_get(rig.c, at, 20000), WASI_SUCCESS);
}

static void random_of_a_cancelled_job_stops(void **state)
{
    (void)state;
    rig_cancel();
    assert_int_equal(wasi_random_get(rig.c, last_address(RIG_BYTES), RIG_BYTES), WASI_ECANCELED);
    assert_true(fake_guest_written() < RIG_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WASI_CASE(random_checks_its_pointer),
        WASI_CASE_HIGH(random_checks_its_pointer),
        WASI_CASE(random_of_a_size_that_wraps_is_efault),
        WASI_CASE(random_of_more_than_64_kib_fills_all_of_it_and_nothing_else),
        WASI_CASE(random_of_1_mib_fills_all_of_it),
        WASI_CASE(random_of_nothing_succeeds),
        WASI_CASE(random_without_a_source_is_eio_at_whichever_piece),
        WASI_CASE(random_of_a_cancelled_job_stops),
    };
    return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
