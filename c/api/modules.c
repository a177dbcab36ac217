/* pool.h's modules where C itself loads none: a native pool has no engine for guests, and in coordinator.wasm the
 * script has the modules.
 */
#include "pool.h"

const char *pool_error_text(void)
{
    return ""; /* no failure has more to say than its code */
}

int pool_module_load(pool_t *pool, const struct pool_module_config *config, pool_module_t *module_out)
{
    (void)pool, (void)config, (void)module_out;
    return POOL_ENOSYS;
}

int pool_module_load_async(pool_t *pool, const struct pool_module_config *config, pool_module_callback callback,
                           void *user)
{
    (void)pool, (void)config, (void)callback, (void)user;
    return POOL_ENOSYS;
}

int pool_module_unload(pool_t *pool, pool_module_t module)
{
    (void)pool, (void)module;
    return POOL_EBADF;
}
