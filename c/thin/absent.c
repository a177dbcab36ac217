/* What pool_guest.h has for C functions that run as jobs: here jobs are guests, so nobody calls from one. Programs that
 * are built both ways link all the same.
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
