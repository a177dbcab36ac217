/* Host calls of a native pool: who serves which name, and the calling side for C functions. */
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "native/native.h"
#include "pool_guest.h"
#include "sync/calls.h"
#include "sync/ends.h"
#include "sync/self.h"

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
    struct host *host = malloc(sizeof *host + name_bytes);
    if (!host) return NULL;
    *host = (struct host){.handler = handler, .user = user, .name_bytes = name_bytes};
    memcpy(host->name, name, name_bytes);
    return host;
}

int pool_host_set(pool_t *pool, const char *name, pool_host_handler handler, void *user)
{
    size_t size = name ? strlen(name) : 0;
    if (size == 0 || size > POOL_NAME_MAX_BYTES) return POOL_EINVAL;
    struct native *native = native_of(pool);
    struct host *host = handler ? make(name, (uint32_t)size, handler, user) : NULL;
    if (handler && !host) return POOL_ENOMEM;
    pthread_mutex_lock(&native->lock);
    int error = pool__dispatcher_start_locked(native);
    struct host **at = find_locked(native, name, (uint32_t)size), *old = error ? host : *at;
    if (!error && old) *at = old->next;
    if (!error && host) {
        host->next = native->hosts;
        native->hosts = host;
    }
    pthread_mutex_unlock(&native->lock);
    free(old);
    return error;
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
    if (pool__call_take(native->pool, slot, &call)) return;
    pthread_mutex_lock(&native->lock);
    const struct host *host = *find_locked(native, call.name, call.name_bytes);
    pool_host_handler handler = host ? host->handler : NULL;
    void *user = host ? host->user : NULL;
    pthread_mutex_unlock(&native->lock);
    if (handler) {
        handler(user, native->pool, call.call, call.data, call.size_bytes);
    } else {
        pool__call_reply(native->pool, call.call, POOL_ENOENT, NULL, 0, 0);
    }
}

int pool_reply(pool_t *pool, pool_call_t call, int32_t status, const void *data, uint32_t size_bytes)
{
    if (size_bytes && !data) return POOL_EINVAL;
    return pool__call_reply(pool, call, status, data, size_bytes, 0);
}

/* -------------------------------------------------------------------------------------- the side of those who call */

static int begin(struct sleeper *self, const char *name, size_t name_bytes, const void *data, size_t size_bytes,
                 struct call_draft *draft)
{
    if (!self || !self->job) return POOL_ENOSYS; /* only jobs call */
    if ((name_bytes && !name) || (size_bytes && !data)) return POOL_EINVAL;
    pthread_mutex_t *lock = &native_of(self->pool)->lock;
    pthread_mutex_lock(lock);
    int error = pool__dispatcher_start_locked(native_of(self->pool)); /* somebody has to say that nobody serves it */
    pthread_mutex_unlock(lock);
    if (!error) error = pool__call_draft(self, name_bytes, size_bytes, draft);
    if (error) return error;
    memcpy(draft->memory, name, name_bytes);
    if (size_bytes) memcpy(draft->memory + name_bytes, data, size_bytes);
    pool__call_send(self, draft);
    return 0;
}

int32_t pool_call_begin(const char *name, size_t name_bytes, const void *data, size_t size_bytes)
{
    struct call_draft draft;
    int error = begin(pool__self_any(), name, name_bytes, data, size_bytes, &draft);
    return error ? error : (int32_t)draft.reply;
}

int32_t pool_call_status(int32_t fd)
{
    struct sleeper *self = pool__self_any();
    struct pipe *pipe = self ? pool__end_of(self->pool, (pool_fd_t)fd, PIPE_READ) : NULL;
    if (!pipe || !self->job || atomic_load(&pipe->x_caller) != (uint32_t)(self->job - self->pool->jobs) + 1) {
        return POOL_EBADF;
    }
    int32_t status = atomic_load(&pipe->x_reply);
    return status != POOL_EAGAIN || pool__pipe_has_writer(pipe) ? status : POOL_EPIPE;
}

int32_t pool_call(const char *name, size_t name_bytes, const void *data, size_t size_bytes, void *reply_out,
                  size_t capacity_bytes)
{
    struct call_draft draft;
    struct sleeper *self = pool__self_any();
    int error = begin(self, name, name_bytes, data, size_bytes, &draft);
    if (error) return error;
    int32_t status = pool__sleep_on_pipe(self, draft.pipe, PIPE_READ, 0);
    if (status >= 0) status = atomic_load(&draft.pipe->x_reply);
    if (status == POOL_EAGAIN) status = POOL_EPIPE; /* it was closed without an answer */
    if (status == 0) {
        status = (int32_t)(draft.pipe->capacity - pool__pipe_room(draft.pipe));
        uint32_t n = (uint32_t)status < capacity_bytes ? (uint32_t)status : (uint32_t)capacity_bytes;
        if (n) memcpy(reply_out, pool__pipe_readable(draft.pipe, 0).data, n);
    }
    pool__close_end(self->pool, draft.pipe, PIPE_READ);
    return status;
}
