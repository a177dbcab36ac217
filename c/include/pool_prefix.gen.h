/* The functions of pool.h and pool_guest.h under another name: each begins with POOL_PREFIX. See pool_export.h.
 * Written by `make abi`.
 */
#ifndef MILLRACE_POOL_PREFIX_H
#define MILLRACE_POOL_PREFIX_H

#define POOL_PREFIX_PASTE(prefix, name) prefix##name
#define POOL_PREFIX_NAME(prefix, name) POOL_PREFIX_PASTE(prefix, name)

#define pool_cancel POOL_PREFIX_NAME(POOL_PREFIX, pool_cancel)
#define pool_close POOL_PREFIX_NAME(POOL_PREFIX, pool_close)
#define pool_create POOL_PREFIX_NAME(POOL_PREFIX, pool_create)
#define pool_create_async POOL_PREFIX_NAME(POOL_PREFIX, pool_create_async)
#define pool_destroy POOL_PREFIX_NAME(POOL_PREFIX, pool_destroy)
#define pool_error_text POOL_PREFIX_NAME(POOL_PREFIX, pool_error_text)
#define pool_host_set POOL_PREFIX_NAME(POOL_PREFIX, pool_host_set)
#define pool_interrupted POOL_PREFIX_NAME(POOL_PREFIX, pool_interrupted)
#define pool_module_load POOL_PREFIX_NAME(POOL_PREFIX, pool_module_load)
#define pool_module_load_async POOL_PREFIX_NAME(POOL_PREFIX, pool_module_load_async)
#define pool_module_unload POOL_PREFIX_NAME(POOL_PREFIX, pool_module_unload)
#define pool_on_end POOL_PREFIX_NAME(POOL_PREFIX, pool_on_end)
#define pool_on_ready POOL_PREFIX_NAME(POOL_PREFIX, pool_on_ready)
#define pool_on_room POOL_PREFIX_NAME(POOL_PREFIX, pool_on_room)
#define pool_pipe POOL_PREFIX_NAME(POOL_PREFIX, pool_pipe)
#define pool_poll POOL_PREFIX_NAME(POOL_PREFIX, pool_poll)
#define pool_read POOL_PREFIX_NAME(POOL_PREFIX, pool_read)
#define pool_readv POOL_PREFIX_NAME(POOL_PREFIX, pool_readv)
#define pool_release POOL_PREFIX_NAME(POOL_PREFIX, pool_release)
#define pool_reply POOL_PREFIX_NAME(POOL_PREFIX, pool_reply)
#define pool_resize POOL_PREFIX_NAME(POOL_PREFIX, pool_resize)
#define pool_set_nonblocking POOL_PREFIX_NAME(POOL_PREFIX, pool_set_nonblocking)
#define pool_stats POOL_PREFIX_NAME(POOL_PREFIX, pool_stats)
#define pool_strerror POOL_PREFIX_NAME(POOL_PREFIX, pool_strerror)
#define pool_submit POOL_PREFIX_NAME(POOL_PREFIX, pool_submit)
#define pool_wait POOL_PREFIX_NAME(POOL_PREFIX, pool_wait)
#define pool_wait_any POOL_PREFIX_NAME(POOL_PREFIX, pool_wait_any)
#define pool_write POOL_PREFIX_NAME(POOL_PREFIX, pool_write)
#define pool_writev POOL_PREFIX_NAME(POOL_PREFIX, pool_writev)
#define pool_call POOL_PREFIX_NAME(POOL_PREFIX, pool_call)
#define pool_call_begin POOL_PREFIX_NAME(POOL_PREFIX, pool_call_begin)
#define pool_call_status POOL_PREFIX_NAME(POOL_PREFIX, pool_call_status)

#endif
