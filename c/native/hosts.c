/* Host calls of a native pool: who serves which name. */
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/utf8.h"
#include "native/native.h"
#include "sync/calls.h"

struct host {
    struct host *next;
    pool_host_handler handler;
    void *user;
    uint32_t name_bytes;
    char name[];
};

static struct host **find_locked(struct native *native, const char *name, uint32_t name_bytes)
{
    struct host **at = &native->hosts;
    while (*at && ((*at)->name_bytes != name_bytes || memcmp((*at)->name, name, name_bytes) != 0)) at = &(*at)->next;
    return at;
}

static struct host *make(const char *name, uint32_t name_bytes, pool_host_handler handler, void *user)
{
    POOL_ASSERT(handler && name_bytes > 0 && name_bytes <= POOL_NAME_MAX_BYTES);
    struct host *host = malloc(sizeof *host + name_bytes);
    if (!host) return NULL;
    *host = (struct host){.handler = handler, .user = user, .name_bytes = name_bytes};
    memcpy(host->name, name, name_bytes);
    return host;
}

int pool_host_set(pool_t *pool, const char *name, pool_host_handler handler, void *user)
{
    uint32_t size = pool__name_bytes(name, POOL_NAME_MAX_BYTES);
    if (!pool || size == 0) return POOL_EINVAL;
    struct native *native = native_of(pool);
    struct host *host = handler ? make(name, size, handler, user) : NULL;
    if (handler && !host) return POOL_ENOMEM;
    pthread_mutex_lock(&native->lock);
    int error = pool__dispatcher_start_locked(native);
    struct host **at = find_locked(native, name, size), *old = error ? host : *at;
    if (!error && old) *at = old->next;
    if (!error && host) {
        host->next = native->hosts;
        native->hosts = host;
    }
    pthread_mutex_unlock(&native->lock);
    free(old);
    return error;
}

bool pool_call_abandoned(pool_t *pool, pool_call_t call)
{
    return pool && pool__call_is_abandoned(pool, call);
}

void pool__hosts_free(struct native *native)
{
    for (struct host *host = native->hosts, *next; host; host = next) {
        next = host->next;
        free(host);
    }
}

void pool__hosts_serve(struct native *native, uint32_t slot)
{
    struct client_call call;
    POOL_ASSERT(slot < CALLS_MAX);
    if (pool__call_take(native->pool, slot, &call)) return;
    pthread_mutex_lock(&native->lock);
    const struct host *host = *find_locked(native, call.name, call.name_bytes);
    pool_host_handler handler = host ? host->handler : NULL;
    void *user = host ? host->user : NULL;
    pthread_mutex_unlock(&native->lock);
    if (handler) {
        handler(user, native->pool, call.call, call.data, call.size_bytes);
    } else {
        pool__call_reply(native->pool, call.call, POOL_ENOENT, 0);
    }
}
