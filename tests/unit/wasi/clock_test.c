/* wasi/clock.c: what time it is. */
#include "client/client.h"
#include "support/fake_guest.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/wasi_rig.h"

static uint32_t time_at(uint32_t address)
{
    return wasi_clock_time_get(rig.c, WASI_CLOCK_MONOTONIC, 0, address);
}

static uint32_t step_at(uint32_t address)
{
    return wasi_clock_res_get(rig.c, WASI_CLOCK_REALTIME, address);
}

static void clock_checks_its_pointer(void **state)
{
    (void)state;
    check_pointer(time_at, 8, WASI_SUCCESS);
    check_pointer(step_at, 8, WASI_SUCCESS);
}

static void clock_time_is_the_platforms(void **state)
{
    (void)state;
    uint32_t at = fake_guest_new(8);
    fake.step_ns = 0;
    assert_int_equal(wasi_clock_time_get(rig.c, WASI_CLOCK_MONOTONIC, UINT64_MAX, at), WASI_SUCCESS);
    assert_int_equal(fake_guest_u64(at), fake.now_ns);
    assert_int_equal(wasi_clock_time_get(rig.c, WASI_CLOCK_REALTIME, 0, at), WASI_SUCCESS);
    assert_int_equal(fake_guest_u64(at), fake.now_ns + FAKE_REALTIME_NS);
}

static uint64_t monotonic_now(void)
{
    uint32_t at = fake_guest_new(8);
    assert_int_equal(wasi_clock_time_get(rig.c, WASI_CLOCK_MONOTONIC, 0, at), WASI_SUCCESS);
    return fake_guest_u64(at);
}

/* A platform's may stand still, as a browser's does for microseconds. */
static void monotonic_clock_never_shows_a_time_twice(void **state)
{
    (void)state;
    fake.step_ns = 0;
    uint64_t first = monotonic_now();
    for (uint64_t i = 1; i < 100; i++) assert_int_equal(monotonic_now(), first + i);
    fake.now_ns += 50;
    assert_int_equal(monotonic_now(), first + 100);
    fake.now_ns += 1000;
    assert_int_equal(monotonic_now(), fake.now_ns);
}

/* The clock stands still from one to the other, or the other is in a thread whose clock is behind. */
static void monotonic_clock_goes_on_from_guests_that_have_ended(void **state)
{
    (void)state;
    static const uint64_t behind_ns[] = {0, 50, MS_NS};
    fake.step_ns = 0;
    for (uint32_t i = 0; i < COUNT_OF(behind_ns); i++) {
        uint64_t last = 0;
        for (uint32_t looks = 0; looks < 100; looks++) last = monotonic_now();
        fake.now_ns -= behind_ns[i];
        wasi_rig_next_guest(); /* which looks at no clock */
        wasi_rig_next_guest();
        assert_int_equal(monotonic_now(), last + 1);
        wasi_rig_next_guest();
        assert_int_equal(monotonic_now(), last + 2);
        fake.now_ns += 2 * MS_NS;
        assert_int_equal(monotonic_now(), fake.now_ns);
    }
}

/* It counts when a guest first looks, and nothing is looked up later. */
static void monotonic_clock_goes_on_from_guests_that_ended_before_the_first_look(void **state)
{
    (void)state;
    fake.step_ns = 0;
    client_told(rig.pool, fake.now_ns + 1000);
    assert_int_equal(monotonic_now(), fake.now_ns + 1001);
    client_told(rig.pool, fake.now_ns + 2000);
    assert_int_equal(monotonic_now(), fake.now_ns + 1002);
    wasi_rig_next_guest();
    assert_int_equal(monotonic_now(), fake.now_ns + 2001);
}

static void realtime_clock_may_go_back(void **state)
{
    (void)state;
    uint32_t at = fake_guest_new(8);
    fake.step_ns = 0;
    assert_int_equal(wasi_clock_time_get(rig.c, WASI_CLOCK_REALTIME, 0, at), WASI_SUCCESS);
    fake.now_ns -= MS_NS;
    assert_int_equal(wasi_clock_time_get(rig.c, WASI_CLOCK_REALTIME, 0, at), WASI_SUCCESS);
    assert_int_equal(fake_guest_u64(at), fake.now_ns + FAKE_REALTIME_NS);
}

static void clock_that_nobody_has_is_refused(void **state)
{
    (void)state;
    static const uint32_t cases[][2] = {{WASI_CLOCK_PROCESS_CPUTIME, WASI_ENOTSUP},
                                        {WASI_CLOCK_THREAD_CPUTIME, WASI_ENOTSUP},
                                        {4, WASI_EINVAL},
                                        {UINT32_MAX, WASI_EINVAL}};
    uint32_t at = fake_guest_new(8);
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(wasi_clock_time_get(rig.c, cases[i][0], 0, at), cases[i][1]);
        assert_int_equal(wasi_clock_res_get(rig.c, cases[i][0], at), cases[i][1]);
    }
    assert_int_equal(fake_guest_written(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WASI_CASE(clock_checks_its_pointer),
        WASI_CASE_HIGH(clock_checks_its_pointer),
        WASI_CASE(clock_time_is_the_platforms),
        WASI_CASE(monotonic_clock_never_shows_a_time_twice),
        WASI_CASE(monotonic_clock_goes_on_from_guests_that_have_ended),
        WASI_CASE(monotonic_clock_goes_on_from_guests_that_ended_before_the_first_look),
        WASI_CASE(realtime_clock_may_go_back),
        WASI_CASE(clock_that_nobody_has_is_refused),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
