/* What guests import. Each export `guest_<name>` crosses the border, calls the WASI function of that name and crosses
 * back; the script gives them to the guest as they are, wasm to wasm.
 */
#include "port/port.h"
#include "wasi/wasi.h"
#include "worker/crossing.h"
#include "worker/guest.h"

static inline struct wasi_context *enter(void)
{
    struct worker_thread *thread = pool__this_worker();
    pool__cross_to_runtime(thread->self, thread->turn);
    return pool__this_guest();
}

static inline uint32_t leave(uint32_t error)
{
    struct worker_thread *thread = pool__this_worker();
    if (error == WASI_ECANCELED) port_unwind();
    pool__cross_to_guest(thread->self, thread->turn, thread->job);
    return error;
}

/* CALL(name, parameters, call): the call sees the guest's context as `c`. */
#define CALL(name, parameters, call)      \
    uint32_t guest_##name parameters;     \
    uint32_t guest_##name parameters      \
    {                                     \
        struct wasi_context *c = enter(); \
        return leave(call);               \
    }

typedef uint32_t u32;
typedef uint64_t u64;

CALL(args_get, (u32 pointers, u32 data), wasi_args_get(c, pointers, data))
CALL(args_sizes_get, (u32 n, u32 size), wasi_args_sizes_get(c, n, size))
CALL(environ_get, (u32 pointers, u32 data), wasi_environ_get(c, pointers, data))
CALL(environ_sizes_get, (u32 n, u32 size), wasi_environ_sizes_get(c, n, size))
CALL(clock_res_get, (u32 clock, u32 step), wasi_clock_res_get(c, clock, step))
CALL(clock_time_get, (u32 clock, u64 precision, u32 time), wasi_clock_time_get(c, clock, precision, time))
CALL(random_get, (u32 data, u32 size), wasi_random_get(c, data, size))
CALL(sched_yield, (void), ((void)c, WASI_SUCCESS))
CALL(poll_oneoff, (u32 in, u32 out, u32 n, u32 n_out), wasi_poll_oneoff(c, in, out, n, n_out))
CALL(proc_raise, (u32 signal), ((void)c, (void)signal, WASI_ENOSYS))

CALL(fd_read, (u32 fd, u32 iovs, u32 n, u32 n_out), wasi_fd_read(c, fd, iovs, n, n_out))
CALL(fd_write, (u32 fd, u32 iovs, u32 n, u32 n_out), wasi_fd_write(c, fd, iovs, n, n_out))
CALL(fd_close, (u32 fd), wasi_fd_close(c, fd))
CALL(fd_renumber, (u32 from, u32 to), wasi_fd_renumber(c, from, to))
CALL(fd_fdstat_get, (u32 fd, u32 stat), wasi_fd_fdstat_get(c, fd, stat))
CALL(fd_fdstat_set_flags, (u32 fd, u32 flags), wasi_fd_fdstat_set_flags(c, fd, flags))
CALL(fd_filestat_get, (u32 fd, u32 stat), wasi_fd_filestat_get(c, fd, stat))
CALL(fd_seek, (u32 fd, int64_t offset, u32 whence, u32 at), wasi_fd_seek(c, fd, offset, whence, at))

/* No guest has files, directories or sockets yet, so no descriptor can be one: these say which it is not. */
#define FILE_CALL(name, parameters) CALL(name, parameters, wasi_not_a_file(c, fd))
#define DIRECTORY_CALL(name, parameters) CALL(name, parameters, wasi_not_a_directory(c, fd))
#define SOCKET_CALL(name, parameters) CALL(name, parameters, wasi_not_a_socket(c, fd))
#pragma GCC diagnostic ignored "-Wunused-parameter"

FILE_CALL(fd_advise, (u32 fd, u64 offset, u64 size, u32 advice))
FILE_CALL(fd_allocate, (u32 fd, u64 offset, u64 size))
FILE_CALL(fd_datasync, (u32 fd))
FILE_CALL(fd_fdstat_set_rights, (u32 fd, u64 base, u64 inheriting))
FILE_CALL(fd_filestat_set_size, (u32 fd, u64 size))
FILE_CALL(fd_filestat_set_times, (u32 fd, u64 accessed, u64 modified, u32 flags))
FILE_CALL(fd_pread, (u32 fd, u32 iovs, u32 n, u64 offset, u32 n_out))
FILE_CALL(fd_pwrite, (u32 fd, u32 iovs, u32 n, u64 offset, u32 n_out))
FILE_CALL(fd_sync, (u32 fd))
FILE_CALL(fd_tell, (u32 fd, u32 offset))

/* Not even stdio is a preopened directory: EBADF is how guests learn that there are no more. */
CALL(fd_prestat_get, (u32 fd, u32 stat), ((void)c, (void)fd, (void)stat, WASI_EBADF))
CALL(fd_prestat_dir_name, (u32 fd, u32 path, u32 size), ((void)c, (void)fd, (void)path, (void)size, WASI_EBADF))

DIRECTORY_CALL(fd_readdir, (u32 fd, u32 data, u32 size, u64 cookie, u32 size_out))
DIRECTORY_CALL(path_create_directory, (u32 fd, u32 path, u32 size))
DIRECTORY_CALL(path_filestat_get, (u32 fd, u32 flags, u32 path, u32 size, u32 stat))
DIRECTORY_CALL(path_filestat_set_times, (u32 fd, u32 flags, u32 path, u32 size, u64 accessed, u64 modified, u32 which))
DIRECTORY_CALL(path_link, (u32 fd, u32 flags, u32 path, u32 size, u32 to_fd, u32 to_path, u32 to_size))
DIRECTORY_CALL(path_open,
               (u32 fd, u32 dirflags, u32 path, u32 size, u32 oflags, u64 base, u64 inheriting, u32 flags, u32 fd_out))
DIRECTORY_CALL(path_readlink, (u32 fd, u32 path, u32 size, u32 data, u32 data_size, u32 size_out))
DIRECTORY_CALL(path_remove_directory, (u32 fd, u32 path, u32 size))
DIRECTORY_CALL(path_rename, (u32 fd, u32 path, u32 size, u32 to_fd, u32 to_path, u32 to_size))
DIRECTORY_CALL(path_symlink, (u32 target, u32 target_size, u32 fd, u32 path, u32 size))
DIRECTORY_CALL(path_unlink_file, (u32 fd, u32 path, u32 size))

SOCKET_CALL(sock_accept, (u32 fd, u32 flags, u32 fd_out))
SOCKET_CALL(sock_recv, (u32 fd, u32 iovs, u32 n, u32 flags, u32 size_out, u32 flags_out))
SOCKET_CALL(sock_send, (u32 fd, u32 iovs, u32 n, u32 flags, u32 size_out))
SOCKET_CALL(sock_shutdown, (u32 fd, u32 how))

void guest_proc_exit(uint32_t code);
void guest_proc_exit(uint32_t code)
{
    leave(wasi_proc_exit(enter(), code));
}

/* The module `millrace`: pool_guest.h. */
#define HOST_CALL(name, parameters, call) \
    int32_t host_##name parameters;       \
    int32_t host_##name parameters        \
    {                                     \
        struct wasi_context *c = enter(); \
        return leave_call(call);          \
    }

static inline int32_t leave_call(int32_t status)
{
    leave(status == POOL_ECANCELED ? WASI_ECANCELED : WASI_SUCCESS);
    return status;
}

HOST_CALL(call, (u32 name, u32 name_size, u32 data, u32 size, u32 reply, u32 capacity),
          wasi_call(c, name, name_size, data, size, reply, capacity))
HOST_CALL(call_begin, (u32 name, u32 name_size, u32 data, u32 size), wasi_call_begin(c, name, name_size, data, size))
HOST_CALL(call_status, (u32 fd), wasi_call_status(c, fd))
