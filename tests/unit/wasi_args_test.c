/* Arguments, environment, clocks, random numbers, exit. */
#include "support/fake_guest.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/wasi_rig.h"
#include "sync/jobs.h"

static uint32_t n_at, size_at, pointers_at, data_at, bytes;

static int place(void **state)
{
    (void)state;
    n_at = fake_guest_new(4);
    size_at = fake_guest_new(4);
    pointers_at = fake_guest_new(64);
    data_at = fake_guest_new(64);
    return 0;
}

static void args_sizes_agree_with_args(void **state)
{
    place(state);
    assert_int_equal(wasi_args_sizes_get(rig.c, n_at, size_at), WASI_SUCCESS);
    assert_int_equal(fake_guest_u32(n_at), 3);
    assert_int_equal(fake_guest_u32(size_at), 10);
    uint64_t written = fake_guest_written();
    assert_int_equal(wasi_args_get(rig.c, pointers_at, data_at), WASI_SUCCESS);
    assert_int_equal(fake_guest_written() - written, 3 * 4 + 10);
    assert_memory_equal(fake_guest_at(data_at), "prog\0one\0\0", 10);
    assert_int_equal(fake_guest_u32(pointers_at), data_at);
    assert_int_equal(fake_guest_u32(pointers_at + 4), data_at + 5);
    assert_int_equal(fake_guest_u32(pointers_at + 8), data_at + 9);
}

static void environ_sizes_agree_with_environ(void **state)
{
    place(state);
    assert_int_equal(wasi_environ_sizes_get(rig.c, n_at, size_at), WASI_SUCCESS);
    assert_int_equal(fake_guest_u32(n_at), 2);
    assert_int_equal(fake_guest_u32(size_at), 7);
    uint64_t written = fake_guest_written();
    assert_int_equal(wasi_environ_get(rig.c, pointers_at, data_at), WASI_SUCCESS);
    assert_int_equal(fake_guest_written() - written, 2 * 4 + 7);
    assert_memory_equal(fake_guest_at(data_at), "A=1\0B=\0", 7);
    assert_int_equal(fake_guest_u32(pointers_at), data_at);
    assert_int_equal(fake_guest_u32(pointers_at + 4), data_at + 4);
}

static void args_and_environ_of_nothing_are_empty(void **state)
{
    place(state);
    assert_int_equal(wasi_args_sizes_get(rig.c, n_at, size_at), WASI_SUCCESS);
    assert_int_equal(fake_guest_u32(n_at), 0);
    assert_int_equal(fake_guest_u32(size_at), 0);
    assert_int_equal(wasi_environ_sizes_get(rig.c, n_at, size_at), WASI_SUCCESS);
    assert_int_equal(fake_guest_u32(n_at), 0);
    assert_int_equal(fake_guest_u32(size_at), 0);
    uint64_t written = fake_guest_written();
    assert_int_equal(wasi_args_get(rig.c, pointers_at, data_at), WASI_SUCCESS);
    assert_int_equal(wasi_environ_get(rig.c, last_address(0), last_address(0)), WASI_SUCCESS);
    assert_int_equal(fake_guest_written(), written);
}

static void environ_value_of_30_kb_passes(void **state)
{
    static char text[30001];
    (void)state;
    memset(text, 'v', sizeof text - 1);
    text[0] = 'N', text[1] = '=';
    const char *const none[] = {NULL}, *const environment[] = {text, NULL};
    struct pool_job_config config = {.module = 1, .argv = none, .envp = environment};
    pool_job_t handle;
    assert_int_equal(pool_submit(rig.pool, &config, &handle), 0);
    wasi_context_init(rig.c, rig.c->sleeper, test_job(rig.pool, handle));
    uint32_t data = fake_guest_new(sizeof text), pointers = fake_guest_new(4);
    assert_int_equal(wasi_environ_get(rig.c, pointers, data), WASI_SUCCESS);
    assert_memory_equal(fake_guest_at(data), text, sizeof text);
    assert_int_equal(pool_cancel(rig.pool, handle), 0);
    assert_int_equal(pool_release(rig.pool, handle), 0);
}

static uint32_t args_sizes_with_n(uint32_t address)
{
    return wasi_args_sizes_get(rig.c, address, size_at);
}
static uint32_t args_sizes_with_size(uint32_t address)
{
    return wasi_args_sizes_get(rig.c, n_at, address);
}
static uint32_t environ_sizes_with_n(uint32_t address)
{
    return wasi_environ_sizes_get(rig.c, address, size_at);
}
static uint32_t environ_sizes_with_size(uint32_t address)
{
    return wasi_environ_sizes_get(rig.c, n_at, address);
}
static uint32_t args_with_pointers(uint32_t address)
{
    return wasi_args_get(rig.c, address, data_at);
}
static uint32_t args_with_data(uint32_t address)
{
    return wasi_args_get(rig.c, pointers_at, address);
}
static uint32_t environ_with_pointers(uint32_t address)
{
    return wasi_environ_get(rig.c, address, data_at);
}
static uint32_t environ_with_data(uint32_t address)
{
    return wasi_environ_get(rig.c, pointers_at, address);
}

static void args_check_every_pointer(void **state)
{
    place(state);
    check_pointer(args_sizes_with_n, 4, WASI_SUCCESS);
    check_pointer(args_sizes_with_size, 4, WASI_SUCCESS);
    check_pointer(args_with_pointers, 12, WASI_SUCCESS);
    check_pointer(args_with_data, 10, WASI_SUCCESS);
    assert_memory_equal(fake_guest_at(last_address(10)), "prog\0one\0\0", 10);
}

static void environ_checks_every_pointer(void **state)
{
    place(state);
    check_pointer(environ_sizes_with_n, 4, WASI_SUCCESS);
    check_pointer(environ_sizes_with_size, 4, WASI_SUCCESS);
    check_pointer(environ_with_pointers, 8, WASI_SUCCESS);
    check_pointer(environ_with_data, 7, WASI_SUCCESS);
}

static uint32_t time_at(uint32_t address)
{
    return wasi_clock_time_get(rig.c, WASI_CLOCK_MONOTONIC, 0, address);
}
static uint32_t step_at(uint32_t address)
{
    return wasi_clock_res_get(rig.c, WASI_CLOCK_REALTIME, address);
}
static uint32_t random_at(uint32_t address)
{
    return wasi_random_get(rig.c, address, bytes);
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

static void proc_exit_notes_its_code(void **state)
{
    (void)state;
    assert_false(rig.c->exited);
    assert_int_equal(wasi_proc_exit(rig.c, UINT32_MAX), WASI_ECANCELED);
    assert_true(rig.c->exited);
    assert_int_equal(rig.c->exit_code, UINT32_MAX);
}

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
        WASI_CASE(args_sizes_agree_with_args),
        WASI_CASE(environ_sizes_agree_with_environ),
        WASI_CASE_PLAIN(args_and_environ_of_nothing_are_empty),
        WASI_CASE_PLAIN(environ_value_of_30_kb_passes),
        WASI_CASE(args_check_every_pointer),
        WASI_CASE_HIGH(args_check_every_pointer),
        WASI_CASE(environ_checks_every_pointer),
        WASI_CASE_HIGH(environ_checks_every_pointer),
        WASI_CASE(clock_checks_its_pointer),
        WASI_CASE_HIGH(clock_checks_its_pointer),
        WASI_CASE(clock_time_is_the_platforms),
        WASI_CASE(monotonic_clock_never_shows_a_time_twice),
        WASI_CASE(clock_that_nobody_has_is_refused),
        WASI_CASE(random_checks_its_pointer),
        WASI_CASE_HIGH(random_checks_its_pointer),
        WASI_CASE(random_of_a_size_that_wraps_is_efault),
        WASI_CASE(random_of_more_than_64_kib_fills_all_of_it_and_nothing_else),
        WASI_CASE(random_of_1_mib_fills_all_of_it),
        WASI_CASE(random_of_nothing_succeeds),
        WASI_CASE(random_without_a_source_is_eio_at_whichever_piece),
        WASI_CASE(random_of_a_cancelled_job_stops),
        WASI_CASE(proc_exit_notes_its_code),
        WASI_CASE(what_is_no_socket_says_so),
    };
    return cmocka_run_group_tests_name("wasi_args", tests, NULL, NULL);
}
