/* The functions of pool.h that make pools or call back, in coordinator.wasm: all fail, because there the script on the
 * client's thread makes the pool and calls back.
 */
#include "pool.h"

int pool_create(const struct pool_config *config, pool_t **pool_out)
{
    (void)config, (void)pool_out;
    return POOL_ENOSYS;
}

int pool_create_async(const struct pool_config *config, pool_create_callback callback, void *user)
{
    (void)config, (void)callback, (void)user;
    return POOL_ENOSYS;
}

int pool_destroy(pool_t *pool)
{
    (void)pool;
    return POOL_ENOSYS;
}

int pool_on_room(pool_t *pool, pool_room_callback callback, void *user)
{
    (void)pool, (void)callback, (void)user;
    return POOL_ENOSYS;
}

int pool_on_end(pool_t *pool, pool_job_t job, pool_end_callback callback, void *user)
{
    (void)pool, (void)job, (void)callback, (void)user;
    return POOL_ENOSYS;
}

int pool_on_ready(pool_t *pool, pool_fd_t fd, pool_ready_callback callback, void *user)
{
    (void)pool, (void)fd, (void)callback, (void)user;
    return POOL_ENOSYS;
}

int pool_host_set(pool_t *pool, const char *name, pool_host_handler handler, void *user)
{
    (void)pool, (void)name, (void)handler, (void)user;
    return POOL_ENOSYS;
}

bool pool_call_abandoned(pool_t *pool, pool_call_t call)
{
    (void)pool, (void)call;
    return false;
}

int pool_reply(pool_t *pool, pool_call_t call, int32_t status, const void *data, uint32_t size_bytes)
{
    (void)pool, (void)call, (void)status, (void)data, (void)size_bytes;
    return POOL_ENOSYS;
}
