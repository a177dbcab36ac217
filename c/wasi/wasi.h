/* wasi_snapshot_preview1 in C, a function of ours for each of its own, with the guest's context in front.
 *
 * All return an enum wasi_errno. Every address is checked before a call has any effect. A call that has to wait sleeps;
 * if the guest's job is to end meanwhile it returns WASI_ECANCELED, and the caller never goes back into the guest.
 * What the functions do is the witx documents' to say: legacy/preview1/witx/wasi_snapshot_preview1.witx.
 */
#ifndef MILLRACE_WASI_WASI_H
#define MILLRACE_WASI_WASI_H

#include "wasi/context.h"

/* args.c */
uint32_t wasi_args_sizes_get(struct wasi_context *c, uint32_t n_out, uint32_t size_out);
uint32_t wasi_args_get(struct wasi_context *c, uint32_t pointers_out, uint32_t data_out);
uint32_t wasi_environ_sizes_get(struct wasi_context *c, uint32_t n_out, uint32_t size_out);
uint32_t wasi_environ_get(struct wasi_context *c, uint32_t pointers_out, uint32_t data_out);

/* clock.c */
uint32_t wasi_clock_res_get(struct wasi_context *c, uint32_t clock, uint32_t step_out);
uint32_t wasi_clock_time_get(struct wasi_context *c, uint32_t clock, uint64_t precision, uint32_t time_out);

/* random.c */
uint32_t wasi_random_get(struct wasi_context *c, uint32_t data_out, uint32_t size);

/* read_write.c */
uint32_t wasi_fd_read(struct wasi_context *c, uint32_t fd, uint32_t iovs, uint32_t n_iovs, uint32_t n_out);
uint32_t wasi_fd_write(struct wasi_context *c, uint32_t fd, uint32_t iovs, uint32_t n_iovs, uint32_t n_out);

/* errno.c: what a status of the pool's means to a guest. */
uint32_t wasi_errno_of(int status);

/* fd.c */
uint32_t wasi_fd_close(struct wasi_context *c, uint32_t fd);
uint32_t wasi_fd_renumber(struct wasi_context *c, uint32_t from, uint32_t to);
uint32_t wasi_fd_fdstat_get(struct wasi_context *c, uint32_t fd, uint32_t stat_out);
uint32_t wasi_fd_fdstat_set_flags(struct wasi_context *c, uint32_t fd, uint32_t flags);
uint32_t wasi_fd_filestat_get(struct wasi_context *c, uint32_t fd, uint32_t stat_out);
uint32_t wasi_fd_fdstat_set_rights(struct wasi_context *c, uint32_t fd, uint64_t base, uint64_t inheriting);

/* file.c */
uint32_t wasi_fd_pread(struct wasi_context *c, uint32_t fd, uint32_t iovs, uint32_t n_iovs, uint64_t offset,
                       uint32_t n_out);
uint32_t wasi_fd_pwrite(struct wasi_context *c, uint32_t fd, uint32_t iovs, uint32_t n_iovs, uint64_t offset,
                        uint32_t n_out);
uint32_t wasi_fd_seek(struct wasi_context *c, uint32_t fd, int64_t offset, uint32_t whence, uint32_t offset_out);
uint32_t wasi_fd_tell(struct wasi_context *c, uint32_t fd, uint32_t offset_out);
uint32_t wasi_fd_sync(struct wasi_context *c, uint32_t fd);
uint32_t wasi_fd_datasync(struct wasi_context *c, uint32_t fd);
uint32_t wasi_fd_advise(struct wasi_context *c, uint32_t fd, uint64_t offset, uint64_t size, uint32_t advice);
uint32_t wasi_fd_allocate(struct wasi_context *c, uint32_t fd, uint64_t offset, uint64_t size);
uint32_t wasi_fd_filestat_set_size(struct wasi_context *c, uint32_t fd, uint64_t size);
uint32_t wasi_fd_filestat_set_times(struct wasi_context *c, uint32_t fd, uint64_t accessed_ns, uint64_t modified_ns,
                                    uint32_t flags);

/* dir.c */
uint32_t wasi_fd_readdir(struct wasi_context *c, uint32_t fd, uint32_t data, uint32_t size, uint64_t cookie,
                         uint32_t size_out);
uint32_t wasi_fd_prestat_get(struct wasi_context *c, uint32_t fd, uint32_t stat_out);
uint32_t wasi_fd_prestat_dir_name(struct wasi_context *c, uint32_t fd, uint32_t path, uint32_t size);

/* path.c */
uint32_t wasi_path_open(struct wasi_context *c, uint32_t fd, uint32_t lookup, uint32_t path, uint32_t size,
                        uint32_t oflags, uint64_t base, uint64_t inheriting, uint32_t flags, uint32_t fd_out);
uint32_t wasi_path_create_directory(struct wasi_context *c, uint32_t fd, uint32_t path, uint32_t size);
uint32_t wasi_path_remove_directory(struct wasi_context *c, uint32_t fd, uint32_t path, uint32_t size);
uint32_t wasi_path_unlink_file(struct wasi_context *c, uint32_t fd, uint32_t path, uint32_t size);
uint32_t wasi_path_filestat_get(struct wasi_context *c, uint32_t fd, uint32_t lookup, uint32_t path, uint32_t size,
                                uint32_t stat_out);
uint32_t wasi_path_filestat_set_times(struct wasi_context *c, uint32_t fd, uint32_t lookup, uint32_t path,
                                      uint32_t size, uint64_t accessed_ns, uint64_t modified_ns, uint32_t flags);
uint32_t wasi_path_link(struct wasi_context *c, uint32_t from, uint32_t lookup, uint32_t path, uint32_t size,
                        uint32_t to, uint32_t to_path, uint32_t to_size);
uint32_t wasi_path_rename(struct wasi_context *c, uint32_t from, uint32_t path, uint32_t size, uint32_t to,
                          uint32_t to_path, uint32_t to_size);
uint32_t wasi_path_symlink(struct wasi_context *c, uint32_t target, uint32_t target_size, uint32_t fd, uint32_t path,
                           uint32_t size);
uint32_t wasi_path_readlink(struct wasi_context *c, uint32_t fd, uint32_t path, uint32_t size, uint32_t data,
                            uint32_t data_size, uint32_t size_out);

/* poll.c */
uint32_t wasi_poll_oneoff(struct wasi_context *c, uint32_t subscriptions, uint32_t events_out, uint32_t n,
                          uint32_t n_out);

/* The same as guests of wasi_unstable have them: unstable.c, fd.c, path.c, poll.c. All else is as it is here. */
uint32_t wasi_unstable_fd_seek(struct wasi_context *c, uint32_t fd, int64_t offset, uint32_t whence,
                               uint32_t offset_out);
uint32_t wasi_unstable_fd_filestat_get(struct wasi_context *c, uint32_t fd, uint32_t stat_out);
uint32_t wasi_unstable_path_filestat_get(struct wasi_context *c, uint32_t fd, uint32_t lookup, uint32_t path,
                                         uint32_t size, uint32_t stat_out);
uint32_t wasi_unstable_poll_oneoff(struct wasi_context *c, uint32_t subscriptions, uint32_t events_out, uint32_t n,
                                   uint32_t n_out);

/* call.c: host calls, see pool_guest.h. Counts, or negative enum pool_error. */
int32_t wasi_call(struct wasi_context *c, uint32_t name, uint32_t name_size, uint32_t data, uint32_t size,
                  uint32_t reply_out, uint32_t capacity);
int32_t wasi_call_begin(struct wasi_context *c, uint32_t name, uint32_t name_size, uint32_t data, uint32_t size);
int32_t wasi_call_status(struct wasi_context *c, uint32_t fd);

/* proc.c: the code is noted; the caller unwinds. */
uint32_t wasi_proc_exit(struct wasi_context *c, uint32_t code);

/* refuse.c: what needs a socket, when no guest has one: the errno that says so. */
uint32_t wasi_not_a_socket(struct wasi_context *c, uint32_t fd);

#endif
