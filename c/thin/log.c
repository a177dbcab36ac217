/* Calls back for what the pool's coordinator, or its client, has noticed. */
#include "thin/log.h"

#include <stdlib.h>

#include "core/check.h"

void pool__thin_log_signal(struct pool *pool, uint32_t level, uint32_t worker, int32_t code, char *message)
{
    POOL_ASSERT(pool->on_log && !pool->closing);
    struct pool_log_entry entry = {
        .level = level, .worker = worker, .code = code, .message = message ? message : "", .name = pool->name};
    pool->on_log(pool->log_user, pool->made ? pool : NULL, &entry);
    free(message);
}
