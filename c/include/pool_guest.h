/* Millrace, a job's side: calls that the pool's host answers (pool_host_set in pool.h), and, at the end, how bytes go into a
 * guest's exports and come out.
 *
 * For guests that are compiled to WebAssembly with WASI, these are imports of the module `millrace`, and nothing has to
 * be linked; descriptors are WASI's. In libmillrace they are functions for C functions that run as jobs; there
 * pool_read, pool_poll and pool_close of the same job take the descriptors. A descriptor that was closed is given out
 * again, as a file's is. In the thin client, whose jobs are guests, they can be linked, but return POOL_ENOSYS; so
 * they do in libmillrace outside of a job.
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
 * to `reply_out`. Returns the size of the whole reply, which may be more than that; or an error. Then `reply_out` has the
 * host's text about it, cut to fit and ended by a NUL; the text is empty if there is none, or if the error is not the
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
 * and then end of file: pool_call_status tells which. Close it when done: until then it counts among those that the job
 * may have open (max_calls in pool.h). Closing it before the answer gives the reply up; then it counts until the host
 * has answered.
 * Blocks: only for memory to carry the data.  Errors: as pool_call, but for the host's. */
POOL_GUEST_API(call_begin)
int32_t pool_call_begin(const char *name, size_t name_bytes, const void *data, size_t size_bytes);

/* The status of a call's reply: 0 or the host's error; POOL_EAGAIN: it has not been answered. Ask at end of file.
 * Blocks: never.  Errors: POOL_EBADF (not a call's descriptor, or closed). */
POOL_GUEST_API(call_status)
int32_t pool_call_status(int32_t fd);

/* ---------------------------------------------------------------------------------------------------- bytes in exports
 *
 * Guests only, in any language. A caller may pass bytes and texts to an export, and get some back (in the npm package
 * `pool.call`, `instance.call` and `pool.map`; pool_instance_ask in pool.h). The guest needs a heap for that, and exports
 * it:
 *
 *     pool_alloc(size: i32) -> address: i32           0: there is no memory. Never asked for 0 bytes
 *     pool_free(address: i32, size: i32)              what pool_alloc gave, or a result
 *
 * An argument of bytes is two parameters to the export, an address and a size. The caller takes the memory by
 * pool_alloc, fills it, calls, and gives it back by pool_free when the export has returned; a guest that wants to keep
 * the bytes copies them. The address is never 0, and the memory of an empty argument is of one byte. A text is its
 * UTF-8, without a NUL behind it.
 *
 * A result of bytes is one i64: the address in the low 32 bits, the size in the high ones. It is a result of bytes
 * because the caller asks for one (`returns: 'bytes'`, or returns_bytes). The caller copies it and then gives it back by
 * pool_free, with that size, unless the address is 0; that of an empty result may be any. An export may also return one
 * of its arguments, all of it or the beginning: that is given back once.
 *
 * All arguments of a call together are POOL_BYTES_MAX (pool.h) at most, and so is a result. A call fails and runs
 * nothing if the guest lacks one of the two exports, or pool_alloc returns 0. Memory of the call is given back in
 * every case but one: the guest has trapped or exited, and nothing of it can run any more.
 *
 *     POOL_GUEST_HEAP
 *     POOL_GUEST_EXPORT(greet) pool_guest_bytes greet(const char *name, size_t name_bytes)
 *     {
 *         char *text = pool_alloc(name_bytes + 7);
 *         if (!text) abort();
 *         memcpy(text, "Hello, ", 7);
 *         memcpy(text + 7, name, name_bytes);
 *         return pool_guest_result(text, name_bytes + 7);
 *     }
 */

/* An export of a guest's, by its name. */
#define POOL_GUEST_EXPORT(name) __attribute__((export_name(#name)))

/* Defines pool_alloc and pool_free over malloc and free: once in a guest, outside of functions. It needs <stdlib.h>. */
#define POOL_GUEST_HEAP                            \
    POOL_GUEST_EXPORT(pool_alloc)                  \
    void *pool_alloc(size_t size_bytes);           \
    POOL_GUEST_EXPORT(pool_free)                   \
    void pool_free(void *data, size_t size_bytes); \
    void *pool_alloc(size_t size_bytes)            \
    {                                              \
        return malloc(size_bytes);                 \
    }                                              \
    void pool_free(void *data, size_t size_bytes)  \
    {                                              \
        (void)size_bytes;                          \
        free(data);                                \
    }

/* The result of an export that returns bytes. */
typedef uint64_t pool_guest_bytes;

/* Makes a result of bytes that pool_alloc gave. pre: size_bytes is less than 2^32. */
static inline pool_guest_bytes pool_guest_result(const void *data, size_t size_bytes)
{
    return (uint64_t)size_bytes << 32 | (uint32_t)(uintptr_t)data;
}

#endif
