/* pool_guest.h in the thin client: every call fails, because its jobs are guests and no C function runs as one. They
 * are here so that a program which is built for other pools as well can be linked.
 */
#include "pool.h"
#include "pool_guest.h"

int32_t pool_call(const char *name, size_t name_bytes, const void *data, size_t size_bytes, void *reply_out,
                  size_t capacity_bytes)
{
    (void)name, (void)name_bytes, (void)data, (void)size_bytes, (void)reply_out, (void)capacity_bytes;
    return POOL_ENOSYS;
}

int32_t pool_call_begin(const char *name, size_t name_bytes, const void *data, size_t size_bytes)
{
    (void)name, (void)name_bytes, (void)data, (void)size_bytes;
    return POOL_ENOSYS;
}

int32_t pool_call_status(int32_t fd)
{
    (void)fd;
    return POOL_EBADF;
}
