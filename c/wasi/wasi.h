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

/* stdio.c */
uint32_t wasi_fd_read(struct wasi_context *c, uint32_t fd, uint32_t iovs, uint32_t n_iovs, uint32_t n_out);
uint32_t wasi_fd_write(struct wasi_context *c, uint32_t fd, uint32_t iovs, uint32_t n_iovs, uint32_t n_out);

/* stdio.c: what a status of the pool's means to a guest. */
uint32_t wasi_errno_of(int status);

/* fd.c */
uint32_t wasi_fd_close(struct wasi_context *c, uint32_t fd);
uint32_t wasi_fd_renumber(struct wasi_context *c, uint32_t from, uint32_t to);
uint32_t wasi_fd_fdstat_get(struct wasi_context *c, uint32_t fd, uint32_t stat_out);
uint32_t wasi_fd_fdstat_set_flags(struct wasi_context *c, uint32_t fd, uint32_t flags);
uint32_t wasi_fd_filestat_get(struct wasi_context *c, uint32_t fd, uint32_t stat_out);
uint32_t wasi_fd_seek(struct wasi_context *c, uint32_t fd, int64_t offset, uint32_t whence, uint32_t offset_out);

/* poll.c */
uint32_t wasi_poll_oneoff(struct wasi_context *c, uint32_t subscriptions, uint32_t events_out, uint32_t n,
                          uint32_t n_out);

/* call.c: host calls, see pool_guest.h. Counts, or negative enum pool_error. */
int32_t wasi_call(struct wasi_context *c, uint32_t name, uint32_t name_size, uint32_t data, uint32_t size,
                  uint32_t reply_out, uint32_t capacity);
int32_t wasi_call_begin(struct wasi_context *c, uint32_t name, uint32_t name_size, uint32_t data, uint32_t size);
int32_t wasi_call_status(struct wasi_context *c, uint32_t fd);

/* proc.c: the code is noted; the caller unwinds. */
uint32_t wasi_proc_exit(struct wasi_context *c, uint32_t code);

/* refuse.c: what needs a file, a directory or a socket, when the guest has none: the errno that says so. */
uint32_t wasi_not_a_file(struct wasi_context *c, uint32_t fd);
uint32_t wasi_not_a_directory(struct wasi_context *c, uint32_t fd);
uint32_t wasi_not_a_socket(struct wasi_context *c, uint32_t fd);

#endif
