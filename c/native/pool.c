/* pool_create and pool_destroy for threads. */
#include <stdlib.h>
#include <string.h>

#include "coordinator/coordinator.h"
#include "core/check.h"
#include "core/utf8.h"
#include "native/native.h"
#include "port/port.h"
#include "sync/self.h"
#include "sync/wake.h"

static uint32_t default_workers(uint32_t min_workers)
{
    uint32_t cores = port_cores(), n = cores > 2 ? pool__min(cores - 1, POOL_WORKERS_MAX) : 1;
    return n > min_workers ? n : min_workers;
}

/* A config with its defaults filled in. */
static int normalise(const struct pool_config *given, struct pool_config *out)
{
    static const struct pool_config none;
    struct pool_config config = given ? *given : none;
    if (config.n_workers == 0) config.n_workers = default_workers(config.min_workers);
    if (config.max_memory_mib == 0) config.max_memory_mib = POOL_MEMORY_DEFAULT_MIB;
    if (config.grace_ms == 0) config.grace_ms = POOL_GRACE_DEFAULT_MS;
    if (!config.name) config.name = "millrace";
    if (!pool__name_bytes(config.name, POOL_NAME_MAX_BYTES)) return POOL_EINVAL;
    if (config.n_workers > POOL_WORKERS_MAX || config.max_workers > POOL_WORKERS_MAX) return POOL_EINVAL;
    if (config.max_workers && config.max_workers < config.n_workers) return POOL_EINVAL;
    if (config.min_workers > config.n_workers) return POOL_EINVAL;
    if (config.max_memory_mib < POOL_MEMORY_MIN_MIB || config.max_memory_mib > POOL_MEMORY_MAX_MIB) return POOL_EINVAL;
    POOL_ASSERT(config.n_workers >= 1 && config.grace_ms > 0);
    *out = config;
    return 0;
}

static void free_all(struct native *native)
{
    POOL_ASSERT(!native->callbacks && !native->replies); /* whatever was owed was called, and sent */
    pool__hosts_free(native);
    pool__log_free(native);
    pthread_mutex_destroy(&native->lock);
    if (native->pool) pool__coordinator_destroy(native->pool);
    free(native);
}

/* Wakes the threads that are in a call that blocks, and returns how many there are. Those that wait for pipes see that
 * the pool closes; those that wait for jobs see that these have ended. */
static uint32_t send_home(struct pool *pool)
{
    uint32_t inside = atomic_load(&pool->x_inside);
    for (uint32_t i = 0; inside && i < LESSEES_MAX; i++) pool__wake(pool, WAITER_LESSEE_0 + i, 0);
    return inside;
}

static void await_leavers(struct pool *pool)
{
    for (uint32_t inside; (inside = send_home(pool)) > 0;) port_wait(&pool->x_inside, inside, 1000000);
}

/* Orders all threads to end. True: all have ended, and joining them does not block. A page's main thread must not
 * block: the browser may need it to start the very thread that it would wait for. */
static bool is_over(struct native *native)
{
    pool__workers_stop(native);
    if (!atomic_load(&native->x_coordinator_over) || send_home(native->pool) > 0) return false;
    return pool__dispatcher_stop(native);
}

int pool_destroy(pool_t *pool)
{
    if (!pool) return 0;
    struct native *native = native_of(pool);
    if (pool__self(pool) || pool__dispatcher_is_self(native)) return POOL_EBUSY;
    if (!port_may_block() && !is_over(native)) return POOL_EWOULDBLOCK;
    pool__workers_stop(native);
    pool__workers_join(native);
    await_leavers(pool);
    pool__dispatcher_stop(native);
    pool__dispatcher_join(native);
    await_leavers(pool);
    free_all(native);
    return 0;
}

/* Replies that wait come first, then ends that want a ring, then those who want to submit more. */
static void tell_room(struct native *native)
{
    pool__log_tell(native);
    pool__replies_send(native);
    pool__callbacks_memory(native);
    pool__callbacks_room(native);
}

static void flush(struct native *native)
{
    pool__replies_flush(native);
    pool__callbacks_flush(native);
}

static const struct dispatch dispatch = {.job = pool__callbacks_job,
                                         .end = pool__callbacks_end,
                                         .call = pool__hosts_serve,
                                         .room = tell_room,
                                         .flush = flush};

static struct native *allocate(const struct pool_config *config)
{
    struct native *native = calloc(1, sizeof *native);
    if (!native) return NULL;
    native->dispatch = &dispatch;
    memcpy(native->name, config->name, pool__name_bytes(config->name, POOL_NAME_MAX_BYTES));
    pthread_mutex_init(&native->lock, NULL);
    native->pool = coordinator_create(port_cores(), config->grace_ms, config->max_memory_mib, config->n_workers,
                                      config->max_workers);
    if (native->pool) {
        coordinator_set_range(native->pool, config->min_workers, config->idle_ms);
        native->pool->owner = native;
        return native;
    }
    free_all(native);
    return NULL;
}

/* There is no coordinator's thread. */
static void abandon(struct native *native)
{
    pool__workers_abandon(native);
    pool__dispatcher_stop(native);
    pool__dispatcher_join(native);
    free_all(native);
}

/* Starts the threads. On any failure nothing is left behind. */
static int start(struct native *native)
{
    coordinator_tick(native->pool);
    pool__workers_start(native);
    if (!pool__workers_run(native)) {
        abandon(native);
        return POOL_EAGAIN;
    }
    if (atomic_load(&native->pool->sched.x_live) == 0) {
        pool_destroy(native->pool);
        return POOL_EAGAIN;
    }
    return 0;
}

int pool_create(const struct pool_config *given, pool_t **pool_out)
{
    struct pool_config config;
    int error = pool_out ? normalise(given, &config) : POOL_EINVAL;
    if (error) return error;
    struct native *native = allocate(&config);
    if (!native) return POOL_ENOMEM;
    error = config.on_log ? pool__log_open(native, config.on_log, config.log_user) : 0;
    if (error) {
        free_all(native);
        return error;
    }
    error = start(native);
    if (error) return error;
    *pool_out = native->pool;
    atomic_store(&native->x_made, 1);
    return 0;
}

int pool_create_async(const struct pool_config *config, pool_create_callback callback, void *user)
{
    pool_t *pool = NULL;
    struct pool_config normal;
    if (!callback || normalise(config, &normal)) return POOL_EINVAL;
    int status = pool_create(config, &pool);
    callback(user, status, pool);
    return 0;
}
