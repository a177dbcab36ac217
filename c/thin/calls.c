/* Host calls: who serves which name, and what is not answered yet. */
#include "thin/calls.h"

#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/utf8.h"
#include "thin/bridge.h"
#include "thin/explain.h"
#include "thin/import_calls.h"
#include "thin/replies.h"

struct thin_handler {
    struct thin_handler *next;
    pool_host_handler handler;
    void *user;
    char name[];
};

/* A host call that is not answered yet, and its data. */
struct thin_asked {
    struct thin_asked *next;
    pool_call_t call;
    uint8_t data[];
};

/* A reply that is kept until there is memory for it in the pool. */
struct thin_reply {
    struct thin_reply *next;
    pool_call_t call;
    int32_t status;
    uint32_t size_bytes;
    uint8_t data[];
};

static struct thin_handler **find(struct pool *pool, const char *name)
{
    struct thin_handler **at = &pool->handlers;
    while (*at && strcmp((*at)->name, name) != 0) at = &(*at)->next;
    return at;
}

int pool_host_set(pool_t *pool, const char *name, pool_host_handler handler, void *user)
{
    pool__thin_begin();
    uint32_t size = pool__name_bytes(name, POOL_NAME_MAX_BYTES);
    if (!pool || size == 0) return POOL_EINVAL;
    struct thin_handler **at = find(pool, name);
    if (!*at && handler) {
        *at = calloc(1, sizeof **at + size + 1);
        if (!*at) return POOL_ENOMEM;
        memcpy((*at)->name, name, size);
    }
    if (!*at) return 0;
    struct thin_handler *found = *at;
    found->handler = handler;
    found->user = user;
    if (handler) return 0;
    *at = found->next;
    free(found);
    return 0;
}

/* Keeps a call and its data until it is answered; NULL: no memory. */
static struct thin_asked *keep(struct pool *pool, const struct thin_host_call *call)
{
    struct thin_asked *asked = malloc(sizeof *asked + call->size_bytes);
    if (!asked) return NULL;
    asked->next = pool->asked;
    asked->call = call->call;
    pool__thin_read(pool->id, call->data, asked->data, call->size_bytes);
    pool->asked = asked;
    return asked;
}

void pool__thin_call_signal(struct pool *pool, uint32_t slot)
{
    struct thin_host_call call;
    char name[POOL_NAME_MAX_BYTES + 1] = {0};
    if (pool__thin_take_call(pool->id, slot, &call) != 0) return;
    if (call.name_bytes == 0) {
        pool__thin_take_import_call(pool, &call);
        return;
    }
    if (call.name_bytes < sizeof name) pool__thin_read(pool->id, call.name, name, call.name_bytes);
    struct thin_handler *handler = strlen(name) == call.name_bytes ? *find(pool, name) : NULL;
    if (!handler) {
        pool__thin_refuse_call(pool, call.call, POOL_ENOENT);
        return;
    }
    struct thin_asked *asked = keep(pool, &call);
    if (!asked) {
        pool__thin_refuse_call(pool, call.call, POOL_ENOMEM);
        return;
    }
    handler->handler(handler->user, pool, call.call, asked->data, call.size_bytes);
}

static int send(struct pool *pool, pool_call_t call, int32_t status, const void *data, uint32_t size_bytes)
{
    return pool__thin_send_reply(pool, call, status, (struct pool_bytes[]){{data, size_bytes}, {0}});
}

static void forget_reply(struct pool *pool, struct thin_reply **at)
{
    struct thin_reply *reply = *at;
    POOL_ASSERT(reply);
    *at = reply->next;
    free(reply);
    pool__thin_owe(pool->id, -1);
}

/* Keeps a reply until the pool has memory for it: 0. POOL_ENOMEM: the program has none for it; the caller is told. */
static int keep_reply(struct pool *pool, pool_call_t call, int32_t status, const void *data, uint32_t size_bytes)
{
    POOL_ASSERT(data && size_bytes > 0);
    struct thin_reply **last = &pool->replies, *reply = malloc(sizeof *reply + size_bytes);
    if (!reply) {
        pool__thin_refuse_call(pool, call, status ? status : POOL_ENOMEM);
        return POOL_ENOMEM;
    }
    *reply = (struct thin_reply){.call = call, .status = status, .size_bytes = size_bytes};
    memcpy(reply->data, data, size_bytes);
    while (*last) last = &(*last)->next;
    *last = reply;
    pool__thin_owe(pool->id, 1);
    return 0;
}

int pool_reply(pool_t *pool, pool_call_t call, int32_t status, const void *data, uint32_t size_bytes)
{
    pool__thin_begin();
    if (!pool || status > 0 || status == POOL_EAGAIN || (size_bytes && !data)) return POOL_EINVAL;
    if (size_bytes > POOL_BYTES_MAX) return POOL_E2BIG;
    struct thin_asked **at = &pool->asked;
    while (*at && (*at)->call != call) at = &(*at)->next;
    if (!*at) return POOL_EBADF;
    struct thin_asked *asked = *at;
    *at = asked->next;
    int error = send(pool, call, status, data, size_bytes);
    if (error == POOL_EAGAIN) error = keep_reply(pool, call, status, data, size_bytes);
    free(asked); /* not before: the data may be in there */
    return error;
}

bool pool_call_abandoned(pool_t *pool, pool_call_t call)
{
    pool__thin_begin();
    if (!pool) return false;
    if (pool__thin_import_abandoned(pool, call)) return true;
    return pool__thin_call(pool->id, THIN_CALL_WATCH_CALLER, (double)call, 0, 0) == POOL_EPIPE;
}

void pool__thin_send_replies(struct pool *pool)
{
    struct thin_reply **at = &pool->replies;
    while (*at) {
        struct thin_reply *reply = *at;
        if (send(pool, reply->call, reply->status, reply->data, reply->size_bytes) == POOL_EAGAIN) {
            at = &reply->next;
        } else {
            forget_reply(pool, at);
        }
    }
}

void pool__thin_free_calls(struct pool *pool)
{
    while (pool->handlers) {
        struct thin_handler *handler = pool->handlers;
        pool->handlers = handler->next;
        free(handler);
    }
    while (pool->asked) {
        struct thin_asked *asked = pool->asked;
        pool->asked = asked->next;
        free(asked);
    }
    while (pool->replies) forget_reply(pool, &pool->replies);
}
