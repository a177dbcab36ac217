/* Loads modules and unloads them. */
#include "thin/modules.h"

#include <stdlib.h>

#include "thin/bridge.h"
#include "thin/explain.h"
#include "thin/suspend.h"

struct thin_load {
    struct thin_load *next;
    uint32_t request;
    pool_module_callback callback;
    void *user;
};

int pool_module_load_async(pool_t *pool, const struct pool_module_config *config, pool_module_callback callback,
                           void *user)
{
    pool__thin_begin();
    if (!pool || !config || !callback || !config->bytes == !config->url) return POOL_EINVAL;
    if (pool->closing) return POOL_ESHUTDOWN;
    struct thin_load *load = malloc(sizeof *load);
    if (!load) return POOL_ENOMEM;
    *load = (struct thin_load){pool->loads, ++pool->n_requests, callback, user};
    pool->loads = load;
    pool__thin_owe(pool->id, 1);
    pool__thin_load(pool->id, load->request, config->bytes, config->size_bytes, config->url);
    return 0;
}

/* Takes a request out of the list and answers it. */
static void answer(struct pool *pool, struct thin_load **at, int status, pool_module_t module)
{
    struct thin_load load = **at;
    free(*at);
    *at = load.next;
    pool__thin_owe(pool->id, -1);
    load.callback(load.user, status, module);
}

void pool__thin_loaded(struct pool *pool, uint32_t request, double status)
{
    for (struct thin_load **at = &pool->loads; *at; at = &(*at)->next) {
        if ((*at)->request != request) continue;
        answer(pool, at, status < 0 ? (int)status : 0, status < 0 ? 0 : (pool_module_t)status);
        return;
    }
}

void pool__thin_fail_loads(struct pool *pool)
{
    while (pool->loads) answer(pool, &pool->loads, POOL_ESHUTDOWN, 0);
}

struct loaded {
    bool done;
    int status;
    pool_module_t module;
    char *explanation;
};

static void on_loaded(void *user, int status, pool_module_t module)
{
    *(struct loaded *)user = (struct loaded){true, status, module, pool__thin_take_explanation()};
}

int pool_module_load(pool_t *pool, const struct pool_module_config *config, pool_module_t *module_out)
{
    static const uint32_t signal = THIN_SIGNAL_LOADED;
    pool__thin_begin();
    if (!pool || !module_out || !config || !config->bytes == !config->url) return POOL_EINVAL;
    if (!pool__thin_can_wait()) return pool__thin_refuse_wait();
    struct loaded loaded = {0};
    int status = pool_module_load_async(pool, config, on_loaded, &loaded);
    while (status == 0 && !loaded.done) status = pool__thin_await(pool, &signal, 1, pool__thin_deadline(POOL_FOREVER));
    if (loaded.done) {
        status = loaded.status;
        pool__thin_explain(loaded.explanation); /* callbacks that ran since may have changed it */
    }
    if (status == 0) *module_out = loaded.module;
    return status;
}

int pool_module_unload(pool_t *pool, pool_module_t module)
{
    pool__thin_begin();
    if (!pool) return POOL_EINVAL;
    return pool__thin_unload(pool->id, (double)module);
}
