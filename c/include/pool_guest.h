/* Millrace, a job's side: calls that the pool's host answers (pool_host_set in pool.h).
 *
 * For guests that are compiled to WebAssembly with WASI, these are imports of the module `millrace`, and nothing has to
 * be linked; descriptors are WASI's. In libmillrace they are functions for C functions that run as jobs; there
 * pool_read, pool_poll and pool_close of the same job take the descriptors. A descriptor that was closed is given out
 * again, as a file's is. In the thin client, whose jobs are guests, they are there to be linked, and POOL_ENOSYS, as
 * outside of a job in libmillrace.
 *
 * Errors are the negative values of enum pool_error (pool.h), or whatever negative number the host replied with. With
 * its error the host may send a text in UTF-8, which says more.
 */
#ifndef MILLRACE_POOL_GUEST_H
#define MILLRACE_POOL_GUEST_H

#include <stddef.h>
#include <stdint.h>

#include "pool_guest_link.h"

/* Calls the host by name, with `size_bytes` bytes of data, and waits for the reply, of which up to `capacity_bytes` go
 * to `reply_out`. How large the whole reply was, which may be more than fit; or an error, and then `reply_out` has the
 * host's text about it, cut to fit, with a NUL behind it: an empty text, if there is none or the error is not the
 * host's.
 * Blocks: yes.
 * Errors you can act on: POOL_ENOENT (nobody serves that name), POOL_E2BIG (the data), POOL_EMFILE (the job has as many
 * calls open as it may, or as many descriptors), POOL_EDQUOT (they and their replies have as much memory as they may,
 * or would with this reply), POOL_ENFILE (the calls of all jobs are as many as there can be), POOL_ENOMEM, POOL_EINVAL
 * (the name), POOL_EPIPE (the pool closes); those of the host. */
POOL_GUEST_API(call)
int32_t pool_call(const char *name, size_t name_bytes, const void *data, size_t size_bytes, void *reply_out,
                  size_t capacity_bytes);

/* Calls the host and does not wait: a descriptor to poll, which has the reply's bytes, or the text of the host's error,
 * and then end of file: pool_call_status tells which. Close it
 * when done: until then it counts among those that the job may have open (max_calls in pool.h). Closing it before the
 * answer gives the reply up; then it counts until the host has answered.
 * Blocks: only for memory to carry the data.  Errors: as pool_call, but for the host's. */
POOL_GUEST_API(call_begin)
int32_t pool_call_begin(const char *name, size_t name_bytes, const void *data, size_t size_bytes);

/* The status of a call's reply: 0 or the host's error; POOL_EAGAIN: it has not been answered. Ask at end of file.
 * Blocks: never.  Errors: POOL_EBADF (not a call's descriptor, or closed). */
POOL_GUEST_API(call_status)
int32_t pool_call_status(int32_t fd);

#endif
