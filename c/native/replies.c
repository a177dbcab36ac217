/* pool_reply of a native pool. If there is no memory for a reply now, it is kept until there is. */
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "native/native.h"
#include "sync/calls.h"
#include "sync/wake.h"

struct kept_reply {
    struct kept_reply *next;
    struct call *call;
    int32_t status;
    uint32_t size_bytes;
    uint8_t data[];
};

static void keep_locked(struct native *native, struct kept_reply *reply)
{
    struct kept_reply **last = &native->replies;
    while (*last) last = &(*last)->next;
    reply->next = NULL;
    *last = reply;
}

/* Keeps a copy of a reply. False: there is no memory for the copy. */
static bool keep(struct native *native, struct call *call, int32_t status, const void *data, uint32_t size_bytes)
{
    POOL_ASSERT(pool__call_state(call) == CALL_REPLYING && size_bytes > 0);
    struct kept_reply *reply = malloc(sizeof *reply + size_bytes);
    if (!reply) return false;
    *reply = (struct kept_reply){.call = call, .status = status, .size_bytes = size_bytes};
    memcpy(reply->data, data, size_bytes);
    pthread_mutex_lock(&native->lock);
    keep_locked(native, reply);
    pthread_mutex_unlock(&native->lock);
    pool__wake(native->pool, WAITER_CLIENT, SIGNAL_BLOCKS); /* there may be some by now */
    return true;
}

/* Sends a reply: 0; POOL_EAGAIN, there is no memory now; or an error, which is what the job gets as its reply, unless
 * that is one already: then it comes without its text. */
static int send(struct pool *pool, struct call *call, int32_t status, const void *data, uint32_t size_bytes)
{
    uint32_t block;
    POOL_ASSERT(pool__call_state(call) == CALL_REPLYING);
    int error = pool__call_carry(pool, call, data, size_bytes, &block);
    if (error == POOL_EAGAIN) return error;
    pool__call_answer(pool, call, status ? status : error, block, error ? 0 : size_bytes);
    return error;
}

int pool_reply(pool_t *pool, pool_call_t handle, int32_t status, const void *data, uint32_t size_bytes)
{
    if (!pool || (size_bytes && !data)) return POOL_EINVAL;
    if (status > 0 || status == POOL_EAGAIN) return POOL_EINVAL;
    if (size_bytes == 0) return pool__call_reply(pool, handle, status, 0);
    if (size_bytes > POOL_BYTES_MAX) return POOL_E2BIG;
    struct call *call = pool__call_claim(pool, handle);
    if (!call) return POOL_EBADF;
    int error = send(pool, call, status, data, size_bytes);
    if (error != POOL_EAGAIN) return error;
    if (keep(native_of(pool), call, status, data, size_bytes)) return 0;
    pool__call_answer(pool, call, status ? status : POOL_ENOMEM, 0, 0);
    return POOL_ENOMEM;
}

static struct kept_reply *take_all(struct native *native)
{
    pthread_mutex_lock(&native->lock);
    struct kept_reply *all = native->replies;
    native->replies = NULL;
    pthread_mutex_unlock(&native->lock);
    return all;
}

void pool__replies_send(struct native *native)
{
    for (struct kept_reply *reply = take_all(native), *next; reply; reply = next) {
        next = reply->next;
        if (send(native->pool, reply->call, reply->status, reply->data, reply->size_bytes) != POOL_EAGAIN) {
            free(reply);
            continue;
        }
        pthread_mutex_lock(&native->lock);
        keep_locked(native, reply);
        pthread_mutex_unlock(&native->lock);
    }
}

void pool__replies_flush(struct native *native)
{
    for (struct kept_reply *reply = take_all(native), *next; reply; reply = next) {
        next = reply->next;
        POOL_ASSERT(pool__call_state(reply->call) == CALL_REPLYING);
        pool__call_answer(native->pool, reply->call, POOL_ESHUTDOWN, 0, 0);
        free(reply);
    }
}
