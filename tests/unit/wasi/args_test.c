/* wasi/args.c: arguments and environment. */
#include "support/fake_guest.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/wasi_rig.h"

static uint32_t n_at, size_at, pointers_at, data_at;

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
    rig.c->table->n_used = 0; /* as a worker leaves it for its next job */
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
    };
    return cmocka_run_group_tests_name("args", tests, NULL, NULL);
}
