/* What guests import. Each export `guest_<name>` crosses the border, calls the WASI function of that name and crosses
 * back. The script passes these exports to the guest directly, so a call goes from wasm to wasm.
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

/* EXPORT(name, parameters, call): the call sees the guest's context as `c`. */
#define EXPORT(name, parameters, call)    \
    uint32_t name parameters;             \
    uint32_t name parameters              \
    {                                     \
        struct wasi_context *c = enter(); \
        return leave(call);               \
    }
#define CALL(name, parameters, call) EXPORT(guest_##name, parameters, call)

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

CALL(fd_fdstat_set_rights, (u32 fd, u64 base, u64 inheriting), wasi_fd_fdstat_set_rights(c, fd, base, inheriting))
CALL(fd_tell, (u32 fd, u32 offset), wasi_fd_tell(c, fd, offset))
CALL(fd_pread, (u32 fd, u32 iovs, u32 n, u64 offset, u32 n_out), wasi_fd_pread(c, fd, iovs, n, offset, n_out))
CALL(fd_pwrite, (u32 fd, u32 iovs, u32 n, u64 offset, u32 n_out), wasi_fd_pwrite(c, fd, iovs, n, offset, n_out))
CALL(fd_sync, (u32 fd), wasi_fd_sync(c, fd))
CALL(fd_datasync, (u32 fd), wasi_fd_datasync(c, fd))
CALL(fd_advise, (u32 fd, u64 offset, u64 size, u32 advice), wasi_fd_advise(c, fd, offset, size, advice))
CALL(fd_allocate, (u32 fd, u64 offset, u64 size), wasi_fd_allocate(c, fd, offset, size))
CALL(fd_filestat_set_size, (u32 fd, u64 size), wasi_fd_filestat_set_size(c, fd, size))
CALL(fd_filestat_set_times, (u32 fd, u64 accessed, u64 modified, u32 flags),
     wasi_fd_filestat_set_times(c, fd, accessed, modified, flags))

CALL(fd_readdir, (u32 fd, u32 data, u32 size, u64 cookie, u32 used), wasi_fd_readdir(c, fd, data, size, cookie, used))
CALL(fd_prestat_get, (u32 fd, u32 stat), wasi_fd_prestat_get(c, fd, stat))
CALL(fd_prestat_dir_name, (u32 fd, u32 path, u32 size), wasi_fd_prestat_dir_name(c, fd, path, size))

CALL(path_create_directory, (u32 fd, u32 path, u32 size), wasi_path_create_directory(c, fd, path, size))
CALL(path_filestat_get, (u32 fd, u32 flags, u32 path, u32 size, u32 stat),
     wasi_path_filestat_get(c, fd, flags, path, size, stat))
CALL(path_filestat_set_times, (u32 fd, u32 lookup, u32 path, u32 size, u64 accessed, u64 modified, u32 flags),
     wasi_path_filestat_set_times(c, fd, lookup, path, size, accessed, modified, flags))
CALL(path_link, (u32 fd, u32 flags, u32 path, u32 size, u32 to_fd, u32 to_path, u32 to_size),
     wasi_path_link(c, fd, flags, path, size, to_fd, to_path, to_size))
CALL(path_open, (u32 fd, u32 dirflags, u32 path, u32 size, u32 oflags, u64 base, u64 inheriting, u32 flags, u32 fd_out),
     wasi_path_open(c, fd, dirflags, path, size, oflags, base, inheriting, flags, fd_out))
CALL(path_readlink, (u32 fd, u32 path, u32 size, u32 data, u32 data_size, u32 used),
     wasi_path_readlink(c, fd, path, size, data, data_size, used))
CALL(path_remove_directory, (u32 fd, u32 path, u32 size), wasi_path_remove_directory(c, fd, path, size))
CALL(path_rename, (u32 fd, u32 path, u32 size, u32 to_fd, u32 to_path, u32 to_size),
     wasi_path_rename(c, fd, path, size, to_fd, to_path, to_size))
CALL(path_symlink, (u32 target, u32 target_size, u32 fd, u32 path, u32 size),
     wasi_path_symlink(c, target, target_size, fd, path, size))
CALL(path_unlink_file, (u32 fd, u32 path, u32 size), wasi_path_unlink_file(c, fd, path, size))

/* The module `wasi_unstable`: these instead of those above. */
EXPORT(unstable_fd_seek, (u32 fd, int64_t offset, u32 whence, u32 at), wasi_unstable_fd_seek(c, fd, offset, whence, at))
EXPORT(unstable_fd_filestat_get, (u32 fd, u32 stat), wasi_unstable_fd_filestat_get(c, fd, stat))
EXPORT(unstable_path_filestat_get, (u32 fd, u32 flags, u32 path, u32 size, u32 stat),
       wasi_unstable_path_filestat_get(c, fd, flags, path, size, stat))
EXPORT(unstable_poll_oneoff, (u32 in, u32 out, u32 n, u32 n_out), wasi_unstable_poll_oneoff(c, in, out, n, n_out))

/* No guest has sockets, so no descriptor can be one. */
#define SOCKET_CALL(name, parameters) CALL(name, parameters, wasi_not_a_socket(c, fd))
#pragma GCC diagnostic ignored "-Wunused-parameter"

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
