#include <stdlib.h>
#include <string.h>

#include "thin/thin.h"

static char *explanation;
static const char *remark; /* the same, but a constant */

void pool__thin_begin(void)
{
    pool__thin_explain(NULL);
}

void pool__thin_explain(char *text)
{
    free(explanation);
    explanation = text;
    remark = NULL;
}

char *pool__thin_take_explanation(void)
{
    char *text = explanation;
    explanation = NULL;
    return text;
}

void pool__thin_remark(const char *text)
{
    pool__thin_explain(NULL);
    remark = text;
}

const char *pool_error_text(void)
{
    if (remark) return remark;
    return explanation ? explanation : "";
}

static void free_if_gone(struct pool *pool)
{
    if (pool->gone && pool->depth == 0 && pool->n_suspended == 0) free(pool);
}

void pool__thin_enter(struct pool *pool)
{
    pool->depth++;
    pool__thin_count_callback(1);
}

void pool__thin_leave(struct pool *pool)
{
    pool->depth--;
    pool__thin_count_callback(-1);
    free_if_gone(pool);
}

uint32_t pool__thin_out(struct pool *pool, uint32_t index)
{
    uint32_t word = 0;
    pool__thin_read(pool->id, pool__thin_scratch(pool->id) + index * 4, &word, sizeof word);
    return word;
}

uint64_t pool__thin_handle_out(struct pool *pool, uint32_t index)
{
    uint64_t handle = 0;
    pool__thin_read(pool->id, pool__thin_scratch(pool->id) + index * 8, &handle, sizeof handle);
    return handle;
}

int pool__thin_stage(struct pool *pool, const void *data, uint32_t size)
{
    uint32_t scratch = pool__thin_scratch(pool->id);
    int status = pool__thin_call(pool->id, CALL_STAGE, size, scratch, 0);
    if (status == 0) pool__thin_write(pool->id, pool__thin_out(pool, 0), data, size);
    return status;
}

static int check_config(const struct pool_config *config)
{
    if (config->n_workers > POOL_WORKERS_MAX || config->max_workers > POOL_WORKERS_MAX) return POOL_EINVAL;
    if (config->max_workers && config->max_workers < config->n_workers) return POOL_EINVAL;
    uint32_t mib = config->max_memory_mib;
    return mib && (mib < 32 || mib > 4096) ? POOL_EINVAL : 0;
}

/* Begins to open a pool: 0, and `callback` will be called. */
static int open_pool(const struct pool_config *config, pool_create_callback callback, void *user, pool_t **pool_out)
{
    static const struct pool_config defaults;
    if (!config) config = &defaults;
    if (!callback || check_config(config)) return POOL_EINVAL;
    struct pool *pool = calloc(1, sizeof *pool);
    if (!pool) return POOL_ENOMEM;
    pool->on_created = callback;
    pool->created_user = user;
    const uint32_t options[5] = {POOL_ABI, config->n_workers, config->max_workers, config->max_memory_mib,
                                 config->grace_ms};
    pool->id = pool__thin_open(pool, pool__thin_deliver, config->url, options);
    pool__thin_hold(pool->id, 1);
    *pool_out = pool;
    return 0;
}

void pool__thin_opened(struct pool *pool, int32_t status)
{
    pool__thin_hold(pool->id, -1);
    if (status) pool__thin_close(pool->id);
    pool->gone = status != 0;
    pool->on_created(pool->created_user, status, status ? NULL : pool);
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
    static const uint32_t signal = SIGNAL_OPENED;
    pool__thin_begin();
    if (!pool_out || (config && check_config(config))) return POOL_EINVAL;
    if (!pool__thin_can_wait()) return pool__thin_refuse_wait();
    struct created created = {0};
    pool_t *pool;
    int status = open_pool(config, on_created, &created, &pool);
    while (status == 0 && !created.done) status = pool__thin_await(pool, &signal, 1, pool__thin_deadline(POOL_FOREVER));
    if (created.done) {
        status = created.status;
        pool__thin_explain(created.explanation); /* callbacks may have run since */
    }
    if (status == 0) *pool_out = created.pool;
    return status;
}

static void free_everything(struct pool *pool)
{
    pool__thin_free_jobs(pool);
    pool__thin_free_calls(pool);
    while (pool->rooms) {
        struct thin_room *room = pool->rooms;
        pool->rooms = room->next;
        free(room);
    }
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
    pool__thin_tell_closed(pool);
    pool__thin_fail_waiters(pool);
    pool__thin_fail_loads(pool);
    pool__thin_end_rooms(pool);
    free_everything(pool);
    pool__thin_close(pool->id);
    pool->gone = true;
    pool__thin_leave(pool);
    return 0;
}

int pool_resize(pool_t *pool, uint32_t n_workers)
{
    pool__thin_begin();
    if (!pool || n_workers == 0 || n_workers > POOL_WORKERS_MAX) return POOL_EINVAL;
    if (pool->closing) return POOL_ESHUTDOWN;
    return pool__thin_call(pool->id, CALL_RESIZE, n_workers, 0, 0);
}

int pool_stats(pool_t *pool, struct pool_stats *stats_out)
{
    pool__thin_begin();
    if (!pool || !stats_out) return POOL_EINVAL;
    uint32_t scratch = pool__thin_scratch(pool->id);
    int status = pool__thin_call(pool->id, CALL_STATS, scratch, 0, 0);
    if (status == 0) pool__thin_read(pool->id, scratch, stats_out, sizeof *stats_out);
    return status;
}
