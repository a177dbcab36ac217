/* worker/imports.c: everything that a guest may import is there, crosses the border both ways, and says what it should
 * of descriptors that are no files, directories or sockets.
 */
#include "client/client.h"
#include "support/fake_guest.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "support/test_worker.h"
#include "wasi/types.h"

typedef uint32_t u32;
typedef uint64_t u64;

u32 guest_environ_get(u32 pointers, u32 data);
u32 guest_environ_sizes_get(u32 n, u32 size);
u32 guest_clock_res_get(u32 clock, u32 step);
u32 guest_fd_renumber(u32 from, u32 to);
u32 guest_fd_fdstat_get(u32 fd, u32 stat);
u32 guest_fd_fdstat_set_flags(u32 fd, u32 flags);
u32 guest_fd_filestat_get(u32 fd, u32 stat);
u32 guest_fd_seek(u32 fd, int64_t offset, u32 whence, u32 at);
u32 guest_fd_advise(u32 fd, u64 offset, u64 size, u32 advice);
u32 guest_fd_allocate(u32 fd, u64 offset, u64 size);
u32 guest_fd_datasync(u32 fd);
u32 guest_fd_fdstat_set_rights(u32 fd, u64 base, u64 inheriting);
u32 guest_fd_filestat_set_size(u32 fd, u64 size);
u32 guest_fd_filestat_set_times(u32 fd, u64 accessed, u64 modified, u32 flags);
u32 guest_fd_pread(u32 fd, u32 iovs, u32 n, u64 offset, u32 n_out);
u32 guest_fd_pwrite(u32 fd, u32 iovs, u32 n, u64 offset, u32 n_out);
u32 guest_fd_sync(u32 fd);
u32 guest_fd_prestat_dir_name(u32 fd, u32 path, u32 size);
u32 guest_fd_readdir(u32 fd, u32 data, u32 size, u64 cookie, u32 size_out);
u32 guest_path_filestat_get(u32 fd, u32 flags, u32 path, u32 size, u32 stat);
u32 guest_path_filestat_set_times(u32 fd, u32 flags, u32 path, u32 size, u64 accessed, u64 modified, u32 which);
u32 guest_path_link(u32 fd, u32 flags, u32 path, u32 size, u32 to_fd, u32 to_path, u32 to_size);
u32 guest_path_open(u32 fd, u32 dirflags, u32 path, u32 size, u32 oflags, u64 base, u64 inheriting, u32 flags, u32 out);
u32 guest_path_readlink(u32 fd, u32 path, u32 size, u32 data, u32 data_size, u32 size_out);
u32 guest_path_remove_directory(u32 fd, u32 path, u32 size);
u32 guest_path_rename(u32 fd, u32 path, u32 size, u32 to_fd, u32 to_path, u32 to_size);
u32 guest_path_symlink(u32 target, u32 target_size, u32 fd, u32 path, u32 size);
u32 guest_path_unlink_file(u32 fd, u32 path, u32 size);
u32 guest_sock_accept(u32 fd, u32 flags, u32 fd_out);
u32 guest_sock_recv(u32 fd, u32 iovs, u32 n, u32 flags, u32 size_out, u32 flags_out);
u32 guest_sock_send(u32 fd, u32 iovs, u32 n, u32 flags, u32 size_out);
int32_t host_call(u32 name, u32 name_size, u32 data, u32 size, u32 reply, u32 capacity);
int32_t host_call_begin(u32 name, u32 name_size, u32 data, u32 size);
int32_t host_call_status(u32 fd);

static struct pool *pool;
static pool_job_t job;

static int setup(void **state)
{
    if (test_worker_setup(state)) return -1;
    pool = *state;
    job = test_submit(pool, 1);
    test_worker_enter(1);
    return 0;
}

static int teardown(void **state)
{
    if (test_worker_state(pool, 1) == WORKER_GUEST) test_worker_return(0);
    return test_worker_teardown(state);
}

/* Each as seen from the guest: it is in its own code again afterwards. */
static void expect(u32 error, u32 expected, const char *call)
{
    if (error != expected) fail_msg("%s: errno %u instead of %u", call, error, expected);
    assert_int_equal(test_worker_state(pool, 1), WORKER_GUEST);
}

#define EXPECT(call, expected) expect(call, expected, #call)

static void check_files(u32 fd, u32 expected)
{
    EXPECT(guest_fd_advise(fd, 0, 0, 0), expected);
    EXPECT(guest_fd_allocate(fd, 0, 1), expected);
    EXPECT(guest_fd_datasync(fd), expected);
    EXPECT(guest_fd_filestat_set_size(fd, 1), expected);
    EXPECT(guest_fd_filestat_set_times(fd, 0, 0, 0), expected);
    EXPECT(guest_fd_pread(fd, 0, 0, 0, 0), expected);
    EXPECT(guest_fd_pwrite(fd, 0, 0, 0, 0), expected);
    EXPECT(guest_fd_sync(fd), expected);
    EXPECT(guest_fd_tell(fd, 0), expected);
    EXPECT(guest_fd_seek(fd, 0, 0, 0), expected);
}

static void check_directories(u32 fd, u32 expected)
{
    EXPECT(guest_fd_readdir(fd, 0, 0, 0, 0), expected);
    EXPECT(guest_path_create_directory(fd, 0, 0), expected);
    EXPECT(guest_path_filestat_get(fd, 0, 0, 0, 0), expected);
    EXPECT(guest_path_filestat_set_times(fd, 0, 0, 0, 0, 0, 0), expected);
    EXPECT(guest_path_link(fd, 0, 0, 0, fd, 0, 0), expected);
    EXPECT(guest_path_open(fd, 0, 0, 0, 0, 0, 0, 0, 0), expected);
    EXPECT(guest_path_readlink(fd, 0, 0, 0, 0, 0), expected);
    EXPECT(guest_path_remove_directory(fd, 0, 0), expected);
    EXPECT(guest_path_rename(fd, 0, 0, fd, 0, 0), expected);
    EXPECT(guest_path_symlink(0, 0, fd, 0, 0), expected);
    EXPECT(guest_path_unlink_file(fd, 0, 0), expected);
}

static void check_sockets(u32 fd, u32 expected)
{
    EXPECT(guest_sock_accept(fd, 0, 0), expected);
    EXPECT(guest_sock_recv(fd, 0, 0, 0, 0, 0), expected);
    EXPECT(guest_sock_send(fd, 0, 0, 0, 0), expected);
    EXPECT(guest_sock_shutdown(fd, 0), expected);
}

static void imports_say_what_a_stream_is_not(void **state)
{
    (void)state;
    for (u32 fd = 0; fd < 3; fd++) {
        check_files(fd, WASI_ESPIPE);
        check_directories(fd, WASI_ENOTDIR);
        check_sockets(fd, WASI_ENOTSOCK);
    }
}

static void imports_of_what_is_not_open_are_ebadf(void **state)
{
    (void)state;
    static const u32 fds[] = {3, 255, 256, UINT32_MAX};
    for (u32 i = 0; i < COUNT_OF(fds); i++) {
        check_files(fds[i], WASI_EBADF);
        check_directories(fds[i], WASI_EBADF);
        check_sockets(fds[i], WASI_EBADF);
        EXPECT(guest_fd_renumber(fds[i], 0), WASI_EBADF);
        EXPECT(guest_fd_fdstat_get(fds[i], 0), WASI_EBADF);
        EXPECT(guest_fd_fdstat_set_flags(fds[i], 0), WASI_EBADF);
        EXPECT(guest_fd_fdstat_set_rights(fds[i], 0, 0), WASI_EBADF);
        EXPECT(guest_fd_filestat_get(fds[i], 0), WASI_EBADF);
        EXPECT(guest_fd_close(fds[i]), WASI_EBADF);
    }
}

/* How a guest learns that it has no directories. */
static void imports_of_preopened_directories_are_ebadf(void **state)
{
    (void)state;
    for (u32 fd = 0; fd < 5; fd++) {
        EXPECT(guest_fd_prestat_get(fd, 0), WASI_EBADF);
        EXPECT(guest_fd_prestat_dir_name(fd, 0, 0), WASI_EBADF);
    }
}

static void imports_pass_their_arguments_on(void **state)
{
    (void)state;
    u32 at = fake_guest_new(64), n_at = fake_guest_new(4), iov = fake_guest_iovec(at, 5);
    EXPECT(guest_args_sizes_get(n_at, at), WASI_SUCCESS);
    assert_int_equal(fake_guest_u32(n_at), 1); /* "guest" */
    EXPECT(guest_environ_sizes_get(n_at, at), WASI_SUCCESS);
    assert_int_equal(fake_guest_u32(n_at), 0);
    EXPECT(guest_args_get(at, at + 8), WASI_SUCCESS);
    assert_memory_equal(fake_guest_at(at + 8), "guest", 6);
    EXPECT(guest_environ_get(at, at), WASI_SUCCESS);
    EXPECT(guest_clock_res_get(WASI_CLOCK_MONOTONIC, at), WASI_SUCCESS);
    EXPECT(guest_clock_time_get(WASI_CLOCK_MONOTONIC, 0, at), WASI_SUCCESS);
    assert_int_equal(fake_guest_u64(at), fake.now_ns);
    EXPECT(guest_random_get(at, 4), WASI_SUCCESS);
    EXPECT(guest_fd_write(1, iov, 1, n_at), WASI_SUCCESS);
    assert_int_equal(fake_guest_u32(n_at), 5);
    EXPECT(guest_fd_read(0, iov, 1, n_at), WASI_SUCCESS);
    assert_int_equal(fake_guest_u32(n_at), 0);
    EXPECT(guest_fd_fdstat_set_flags(1, WASI_FDFLAG_NONBLOCK), WASI_SUCCESS);
    EXPECT(guest_fd_fdstat_get(1, at), WASI_SUCCESS);
    EXPECT(guest_fd_filestat_get(1, at), WASI_SUCCESS);
    EXPECT(guest_fd_renumber(1, 2), WASI_SUCCESS);
    EXPECT(guest_fd_close(1), WASI_EBADF);
    EXPECT(guest_proc_raise(9), WASI_ENOSYS);
    EXPECT(guest_sched_yield(), WASI_SUCCESS);
    EXPECT(guest_poll_oneoff(at, at, 0, n_at), WASI_EINVAL);
}

static void host_calls_cross_as_well(void **state)
{
    (void)state;
    struct client_call call;
    u32 name = fake_guest_put("f", 1);
    assert_int_equal(host_call(name, 1, 0, 0, 0, 0), POOL_ENOENT);
    assert_int_equal(client_join(pool, false), 0);
    assert_int_equal(host_call(name, 0, 0, 0, 0, 0), POOL_EINVAL);
    assert_int_equal(host_call_begin(name, 1, 0, 0), 3);
    assert_int_equal(host_call_status(3), POOL_EAGAIN);
    assert_int_equal(host_call_status(2), POOL_EBADF);
    assert_int_equal(test_worker_state(pool, 1), WORKER_GUEST);
    assert_int_equal(client_call(pool, 0, &call), 0);
    assert_int_equal(pool_reply(pool, call.call, -9, NULL, 0), 0);
    assert_int_equal(host_call_status(3), -9);
}

static void host_call_of_a_cancelled_job_unwinds(void **state)
{
    (void)state;
    u32 name = fake_guest_put("f", 1);
    assert_int_equal(client_join(pool, false), 0);
    assert_int_equal(pool_cancel(pool, job), 0);
    assert_unwinds(host_call(name, 1, 0, 0, 0, 0));
    test_worker_unwound();
    assert_int_equal(test_result(pool, job).outcome, POOL_CANCELLED);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(imports_say_what_a_stream_is_not),
        CASE(imports_of_what_is_not_open_are_ebadf),
        CASE(imports_of_preopened_directories_are_ebadf),
        CASE(imports_pass_their_arguments_on),
        CASE(host_calls_cross_as_well),
        CASE(host_call_of_a_cancelled_job_unwinds),
    };
    return cmocka_run_group_tests_name("imports", tests, NULL, NULL);
}
