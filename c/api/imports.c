/* The imports of pool.h where C itself serves none: a native pool has no engine for guests, and in coordinator.wasm the
 * script serves them.
 */
#include "pool.h"

int pool_import_set(pool_t *pool, const char *module_name, const char *name, pool_import_handler handler, void *user)
{
    (void)pool, (void)module_name, (void)name, (void)handler, (void)user;
    return POOL_ENOSYS;
}

int pool_import_return(pool_t *pool, pool_call_t call, const struct pool_value *values, uint32_t n_values)
{
    (void)pool, (void)call, (void)values, (void)n_values;
    return POOL_ENOSYS;
}

int pool_import_fail(pool_t *pool, pool_call_t call, const char *text)
{
    (void)pool, (void)call, (void)text;
    return POOL_ENOSYS;
}

int pool_import_read(pool_t *pool, pool_call_t call, uint32_t address, uint32_t size_bytes,
                     pool_memory_callback callback, void *user)
{
    (void)pool, (void)call, (void)address, (void)size_bytes, (void)callback, (void)user;
    return POOL_ENOSYS;
}

int pool_import_write(pool_t *pool, pool_call_t call, uint32_t address, const void *data, uint32_t size_bytes,
                      pool_memory_callback callback, void *user)
{
    (void)pool, (void)call, (void)address, (void)data, (void)size_bytes, (void)callback, (void)user;
    return POOL_ENOSYS;
}

int pool_import_size(pool_t *pool, pool_call_t call, pool_memory_callback callback, void *user)
{
    (void)pool, (void)call, (void)callback, (void)user;
    return POOL_ENOSYS;
}
