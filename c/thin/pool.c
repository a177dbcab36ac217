/* Makes pools and destroys them. */
#include "pool.h"

#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/utf8.h"
#include "thin/bridge.h"
#include "thin/calls.h"
#include "thin/deliver.h"
#include "thin/explain.h"
#include "thin/import_calls.h"
#include "thin/imports.h"
#include "thin/jobs.h"
#include "thin/life.h"
#include "thin/line.h"
#include "thin/modules.h"
#include "thin/question_ends.h"
#include "thin/ready.h"
#include "thin/room.h"
#include "thin/state.h"
#include "thin/suspend.h"

static int check_config(const struct pool_config *config)
{
    if (config->n_workers > POOL_WORKERS_MAX || config->max_workers > POOL_WORKERS_MAX) return POOL_EINVAL;
    if (config->max_workers && config->max_workers < config->n_workers) return POOL_EINVAL;
    if (config->n_workers && config->min_workers > config->n_workers) return POOL_EINVAL;
    if (config->min_workers > POOL_WORKERS_MAX) return POOL_EINVAL;
    if (config->name && !pool__name_bytes(config->name, POOL_NAME_MAX_BYTES)) return POOL_EINVAL;
    uint32_t mib = config->max_memory_mib;
    return mib && (mib < POOL_MEMORY_MIN_MIB || mib > POOL_MEMORY_MAX_MIB) ? POOL_EINVAL : 0;
}

/* A pool that has the config's callbacks, and is not open. */
static struct pool *make(const struct pool_config *config)
{
    struct pool *pool = calloc(1, sizeof *pool);
    if (!pool) return NULL;
    const char *name = config->name ? config->name : "millrace";
    memcpy(pool->name, name, pool__name_bytes(name, POOL_NAME_MAX_BYTES));
    pool->on_log = config->on_log;
    pool->log_user = config->log_user;
    return pool;
}

/* Begins to open a pool: 0, and `callback` will be called. */
static int open_pool(const struct pool_config *config, pool_create_callback callback, void *user, pool_t **pool_out)
{
    static const struct pool_config defaults;
    if (!config) config = &defaults;
    if (!callback || check_config(config)) return POOL_EINVAL;
    struct pool *pool = make(config);
    if (!pool) return POOL_ENOMEM;
    pool->on_created = callback;
    pool->created_user = user;
    const uint32_t options[THIN_OPTIONS] = {[THIN_OPTION_ABI] = POOL_ABI,
                                            [THIN_OPTION_WORKERS] = config->n_workers,
                                            [THIN_OPTION_MAX_WORKERS] = config->max_workers,
                                            [THIN_OPTION_MEMORY_MIB] = config->max_memory_mib,
                                            [THIN_OPTION_GRACE_MS] = config->grace_ms,
                                            [THIN_OPTION_MIN_WORKERS] = config->min_workers,
                                            [THIN_OPTION_IDLE_MS] = config->idle_ms,
                                            [THIN_OPTION_LOGS] = config->on_log != NULL};
    pool->id = pool__thin_open(pool, pool__thin_deliver, config->url, config->name, options);
    pool__thin_owe(pool->id, 1);
    *pool_out = pool;
    return 0;
}

int pool_create_async(const struct pool_config *config, pool_create_callback callback, void *user)
{
    pool__thin_begin();
    pool_t *pool;
    return open_pool(config, callback, user, &pool);
}

struct created {
    bool done;
    int status;
    pool_t *pool;
    char *explanation;
};

static void on_created(void *user, int status, pool_t *pool)
{
    *(struct created *)user = (struct created){true, status, pool, pool__thin_take_explanation()};
}

int pool_create(const struct pool_config *config, pool_t **pool_out)
{
    static const uint32_t signal = THIN_SIGNAL_OPENED;
    pool__thin_begin();
    if (!pool_out || (config && check_config(config))) return POOL_EINVAL;
    if (!pool__thin_can_wait()) return pool__thin_refuse_wait();
    struct created created = {0};
    pool_t *pool;
    int status = open_pool(config, on_created, &created, &pool);
    while (status == 0 && !created.done) status = pool__thin_await(pool, &signal, 1, pool__thin_deadline(POOL_FOREVER));
    if (created.done) {
        status = created.status;
        pool__thin_explain(created.explanation); /* callbacks that ran since may have changed it */
    }
    if (status == 0) *pool_out = created.pool;
    return status;
}

int pool_destroy(pool_t *pool)
{
    pool__thin_begin();
    if (!pool) return 0;
    if (pool->depth > 0) return POOL_EBUSY;
    pool__thin_enter(pool);
    pool->closing = true;
    pool__thin_shut(pool->id);
    pool__thin_end_jobs(pool, POOL_CANCELLED, "");
    pool__thin_end_import_calls(pool);
    pool__thin_end_lines(pool);
    pool__thin_tell_taken_back(pool);
    pool__thin_fail_waiters(pool);
    pool__thin_tell_closed(pool); /* after those: they may close the ends of others */
    pool__thin_fail_loads(pool);
    pool__thin_end_rooms(pool);
    pool__thin_free_jobs(pool);
    pool__thin_free_calls(pool);
    pool__thin_free_import_calls(pool);
    pool__thin_free_imports(pool);
    POOL_ASSERT(!pool->closed && !pool->loads && !pool->rooms && !pool->replies); /* nothing is owed */
    pool__thin_close(pool->id);
    pool->gone = true;
    pool__thin_leave(pool);
    return 0;
}
