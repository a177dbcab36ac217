/* Serves calls of imports: what handlers want of the guest's memory, one thing after the other, and what they answer. */
#include "thin/import_calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/import_call.h"
#include "core/utf8.h"
#include "thin/explain.h"
#include "thin/imports.h"
#include "thin/jobs.h"
#include "thin/replies.h"

/* So much is moved in one piece, so that the job's share of the pool's memory suffices. */
#define PIECE_BYTES (256u * 1024)

/* Something that is wanted of the guest's memory. */
struct wish {
    struct wish *next;
    enum import_answer_kind kind;
    uint32_t address;
    uint32_t size;
    uint32_t done; /* bytes that were moved */
    pool_memory_callback callback;
    void *user;
    uint8_t data[];
};

/* What the guest is to get: `bytes` of `data` go behind the header. */
struct outcome {
    enum import_answer_kind kind; /* 0: there is none yet */
    uint32_t size;
    uint8_t data[POOL_IMPORT_TEXT_MAX_BYTES];
};

_Static_assert(POOL_IMPORT_TEXT_MAX_BYTES >= POOL_VALUES_MAX * sizeof(struct pool_value), "results fit, too");

struct thin_import_call {
    struct thin_import_call *next;
    pool_call_t handle; /* its first host call: the handler knows it by that */
    pool_call_t call;   /* the host call that is to be answered next; 0: it is the guest's turn */
    pool_job_t job;
    bool gone; /* nobody waits for the answer */
    struct wish *wishes;
    struct outcome outcome;
    uint32_t n_results;
    uint32_t types[POOL_VALUES_MAX]; /* of the results */
};

/* --- finding */

/* One that is not answered; NULL: there is none. */
static struct thin_import_call *find(struct pool *pool, pool_call_t handle)
{
    struct thin_import_call *found = pool->import_calls;
    while (found && (found->handle != handle || found->outcome.kind)) found = found->next;
    return handle ? found : NULL;
}

/* The one in which a job waits; NULL: there is none. */
static struct thin_import_call *find_of_job(struct pool *pool, pool_job_t job)
{
    struct thin_import_call *found = pool->import_calls;
    while (found && (found->job != job || found->gone)) found = found->next;
    return found;
}

static void forget(struct pool *pool, struct thin_import_call *call)
{
    struct thin_import_call **at = &pool->import_calls;
    while (*at != call) at = &(*at)->next;
    *at = call->next;
    if (call->outcome.kind) pool__thin_owe(pool->id, -1);
    free(call);
}

/* --- answering */

static int send(struct pool *pool, pool_call_t call, const struct import_answer *answer, const void *data,
                uint32_t size)
{
    return pool__thin_send_reply(pool, call, 0, (struct pool_bytes[]){{answer, sizeof *answer}, {data, size}});
}

static uint32_t piece_of(const struct wish *wish)
{
    uint32_t left = wish->size - wish->done;
    return left < PIECE_BYTES ? left : PIECE_BYTES;
}

/* What the first piece asks for is whether all of it is there. */
static int send_wish(struct pool *pool, pool_call_t call, const struct wish *wish)
{
    uint32_t piece = piece_of(wish);
    struct import_answer answer = {
        .kind = wish->kind, .address = wish->address + wish->done, .size = piece, .whole = wish->size - wish->done};
    return send(pool, call, &answer, wish->data + wish->done, wish->kind == IMPORT_WRITE ? piece : 0);
}

/* Says what is next, if it is our turn and there is something to say. Without memory for that now, it is tried again. May
 * free the call. */
static void advance(struct pool *pool, struct thin_import_call *call)
{
    const struct outcome *outcome = &call->outcome;
    if (!call->call || (!call->wishes && !outcome->kind)) return;
    int status = call->wishes ? send_wish(pool, call->call, call->wishes)
                              : send(pool, call->call, &(struct import_answer){.kind = outcome->kind}, outcome->data,
                                     outcome->size);
    if (status == POOL_EAGAIN) return;
    call->call = 0;
    if (!call->wishes) forget(pool, call);
}

static void settle(struct pool *pool, struct thin_import_call *call, enum import_answer_kind kind, const void *data,
                   uint32_t size)
{
    POOL_ASSERT(size <= sizeof call->outcome.data);
    if (call->gone) {
        forget(pool, call);
        return;
    }
    if (!call->outcome.kind) pool__thin_owe(pool->id, 1);
    call->outcome.kind = kind;
    call->outcome.size = size;
    if (size) memcpy(call->outcome.data, data, size);
    advance(pool, call);
}

static bool are_results(const struct thin_import_call *call, const struct pool_value *values, uint32_t n)
{
    bool typed = call->n_results != IMPORT_UNTYPED;
    if (typed && n != call->n_results) return false;
    for (uint32_t i = 0; i < n; i++) {
        if (values[i].type < POOL_F64 || values[i].type > POOL_I32) return false;
        if (typed && values[i].type != call->types[i]) return false;
    }
    return true;
}

int pool_import_return(pool_t *pool, pool_call_t handle, const struct pool_value *values, uint32_t n_values)
{
    pool__thin_begin();
    if (!pool || n_values > POOL_VALUES_MAX || (n_values && !values)) return POOL_EINVAL;
    struct thin_import_call *call = find(pool, handle);
    if (!call) return POOL_EBADF;
    if (!are_results(call, values, n_values)) {
        pool__thin_remark("the import does not return values of these types");
        return POOL_EINVAL;
    }
    settle(pool, call, IMPORT_RETURNS, values, n_values * (uint32_t)sizeof *values);
    return 0;
}

int pool_import_fail(pool_t *pool, pool_call_t handle, const char *text)
{
    pool__thin_begin();
    uint32_t size = text ? pool__text_bytes(text, POOL_IMPORT_TEXT_MAX_BYTES + 1) : 0;
    if (!pool || !text || size > POOL_IMPORT_TEXT_MAX_BYTES || !pool__is_utf8(text, size)) return POOL_EINVAL;
    struct thin_import_call *call = find(pool, handle);
    if (!call) return POOL_EBADF;
    settle(pool, call, IMPORT_FAILS, text, size);
    return 0;
}

/* --- the guest's memory */

static int add_wish(struct pool *pool, pool_call_t handle, const struct wish *wanted, const void *data)
{
    struct thin_import_call *call = find(pool, handle);
    if (!call) return POOL_EBADF;
    if (call->gone || pool->died) return POOL_ECANCELED;
    if (pool->closing) return POOL_ESHUTDOWN;
    struct wish **last = &call->wishes, *wish = malloc(sizeof *wish + wanted->size);
    if (!wish) return POOL_ENOMEM;
    *wish = *wanted;
    if (data && wanted->size) memcpy(wish->data, data, wanted->size);
    while (*last) last = &(*last)->next;
    *last = wish;
    pool__thin_owe(pool->id, 1);
    if (call->wishes == wish) advance(pool, call);
    return 0;
}

int pool_import_read(pool_t *pool, pool_call_t call, uint32_t address, uint32_t size_bytes,
                     pool_memory_callback callback, void *user)
{
    pool__thin_begin();
    if (!pool || !callback) return POOL_EINVAL;
    if (size_bytes > POOL_BYTES_MAX) return POOL_E2BIG;
    return add_wish(pool, call, &(struct wish){NULL, IMPORT_READ, address, size_bytes, 0, callback, user}, NULL);
}

int pool_import_write(pool_t *pool, pool_call_t call, uint32_t address, const void *data, uint32_t size_bytes,
                      pool_memory_callback callback, void *user)
{
    pool__thin_begin();
    if (!pool || !callback || (size_bytes && !data)) return POOL_EINVAL;
    if (size_bytes > POOL_BYTES_MAX) return POOL_E2BIG;
    return add_wish(pool, call, &(struct wish){NULL, IMPORT_WRITE, address, size_bytes, 0, callback, user}, data);
}

int pool_import_size(pool_t *pool, pool_call_t call, pool_memory_callback callback, void *user)
{
    pool__thin_begin();
    if (!pool || !callback) return POOL_EINVAL;
    return add_wish(pool, call, &(struct wish){NULL, IMPORT_MEASURE, 0, 0, 0, callback, user}, NULL);
}

/* Calls back, and frees the wish. */
static void tell(struct pool *pool, pool_call_t handle, struct wish *wish, int status, uint64_t size)
{
    pool__thin_owe(pool->id, -1);
    bool has_data = status == 0 && wish->kind == IMPORT_READ;
    wish->callback(wish->user, pool, handle, status, has_data ? wish->data : NULL, size);
    free(wish);
}

static void explain_denial(const struct wish *wish, uint64_t memory_bytes)
{
    static const char format[] = "%u bytes at address %u are not in the guest's memory, which has %llu";
    char *text = malloc(sizeof format + 50); /* with three numbers, of 20 digits at most */
    if (!text) return;
    (void)snprintf(text, sizeof format + 50, format, wish->size, wish->address, (unsigned long long)memory_bytes);
    pool__thin_explain(text);
}

/* The first wish is done, or was denied: then whoever has answered already was wrong to, and the guest traps. */
static void finish_wish(struct pool *pool, struct thin_import_call *call, const struct import_question *question)
{
    static const char late[] = "it wanted what is not in the guest's memory";
    struct wish *wish = call->wishes;
    uint64_t memory_bytes = (uint64_t)question->n_pages * IMPORT_PAGE_BYTES;
    bool denied = question->kind == IMPORT_DENIED;
    pool_call_t handle = call->handle;
    call->wishes = wish->next;
    if (denied) explain_denial(wish, memory_bytes);
    if (denied && call->outcome.kind) {
        call->outcome.kind = IMPORT_FAILS;
        call->outcome.size = sizeof late - 1;
        memcpy(call->outcome.data, late, sizeof late - 1);
    }
    tell(pool, handle, wish, denied ? POOL_EINVAL : 0,
         denied                         ? 0
         : wish->kind == IMPORT_MEASURE ? memory_bytes
                                        : wish->size);
    struct thin_import_call *left = pool->import_calls; /* the callback may have answered */
    while (left && left->handle != handle) left = left->next;
    if (left) advance(pool, left);
}

/* The guest's side has done what was wanted, or not. */
static void grant(struct pool *pool, const struct thin_host_call *host_call, const struct import_question *question)
{
    struct thin_import_call *call = find_of_job(pool, host_call->job);
    struct wish *wish = call ? call->wishes : NULL;
    uint32_t size = host_call->size_bytes - (uint32_t)sizeof *question;
    bool granted = question->kind == IMPORT_GRANTED;
    uint32_t piece = wish ? piece_of(wish) : 0;
    if (!wish || size != (granted && wish->kind == IMPORT_READ ? piece : 0)) {
        pool__thin_refuse_call(pool, host_call->call, POOL_EPROTO);
        return;
    }
    if (size) {
        pool__thin_read(pool->id, host_call->data + (uint32_t)sizeof *question, wish->data + wish->done, size);
    }
    call->call = host_call->call;
    if (granted) wish->done += piece;
    if (granted && wish->done < wish->size) {
        advance(pool, call);
    } else {
        finish_wish(pool, call, question);
    }
}

/* --- calls that begin and end */

/* pre: the results' types are behind the values. */
static struct thin_import_call *new_call(struct pool *pool, const struct thin_host_call *host_call,
                                         const struct import_question *question, const struct pool_value *results)
{
    struct thin_import_call *call = calloc(1, sizeof *call);
    if (!call) return NULL;
    call->handle = call->call = host_call->call;
    call->job = host_call->job;
    call->n_results = question->n_results;
    for (uint32_t i = 0; i < question->n_results && question->n_results != IMPORT_UNTYPED; i++) {
        call->types[i] = results[i].type;
    }
    call->next = pool->import_calls;
    pool->import_calls = call;
    return call;
}

/* How many values a question has; more than there can be: it is damaged. */
static uint32_t count_values(const struct import_question *question, uint32_t size)
{
    uint32_t n_typed = question->n_results == IMPORT_UNTYPED ? 0 : question->n_results;
    bool fits = question->n_values <= POOL_VALUES_MAX && n_typed <= POOL_VALUES_MAX;
    uint32_t n = question->n_values + n_typed;
    return fits && size == sizeof *question + n * sizeof(struct pool_value) ? n : UINT32_MAX;
}

static int begin(struct pool *pool, const struct thin_host_call *host_call, const struct import_question *question)
{
    struct pool_value values[2 * POOL_VALUES_MAX];
    uint32_t n = count_values(question, host_call->size_bytes);
    if (n > 2 * POOL_VALUES_MAX) return POOL_EPROTO;
    struct thin_job *job = pool__thin_job_of(pool, host_call->job);
    if (!job || pool__thin_job_ended(pool, host_call->job)) return POOL_ECANCELED;
    const struct thin_import *import = pool__thin_import_of(pool, job->module, question->number);
    if (!import) return POOL_ENOENT;
    if (n) {
        pool__thin_read(pool->id, host_call->data + (uint32_t)sizeof *question, values, n * (uint32_t)sizeof *values);
    }
    if (!new_call(pool, host_call, question, values + question->n_values)) return POOL_ENOMEM;
    import->handler(import->user, pool, host_call->call, host_call->job, values, question->n_values);
    return 0;
}

void pool__thin_take_import_call(struct pool *pool, const struct thin_host_call *host_call)
{
    struct import_question question = {0};
    if (host_call->size_bytes >= sizeof question) {
        pool__thin_read(pool->id, host_call->data, &question, sizeof question);
    }
    if (question.kind == IMPORT_GRANTED || question.kind == IMPORT_DENIED) {
        grant(pool, host_call, &question);
        return;
    }
    int status = question.kind == IMPORT_CALL ? begin(pool, host_call, &question) : POOL_EPROTO;
    if (status) pool__thin_refuse_call(pool, host_call->call, status);
}

void pool__thin_advance_import_calls(struct pool *pool)
{
    for (struct thin_import_call *call = pool->import_calls, *next; call; call = next) {
        next = call->next;
        if (!call->gone) advance(pool, call);
    }
}

/* Nobody waits for the answer any more. Who has not answered yet may still do. */
static void leave(struct pool *pool, struct thin_import_call *call)
{
    struct wish *wishes = call->wishes;
    pool_call_t handle = call->handle;
    if (call->call) pool__thin_refuse_call(pool, call->call, POOL_ECANCELED);
    call->call = 0;
    call->gone = true;
    call->wishes = NULL;
    if (call->outcome.kind) forget(pool, call);
    while (wishes) {
        struct wish *wish = wishes;
        wishes = wish->next;
        tell(pool, handle, wish, POOL_ECANCELED, 0);
    }
}

void pool__thin_leave_import_call(struct pool *pool, uint32_t slot)
{
    struct thin_import_call *call = pool->import_calls;
    while (call && (call->gone || !pool__thin_job_has_slot(call->job, slot))) call = call->next;
    if (call && pool__thin_job_ended(pool, call->job)) leave(pool, call);
}

void pool__thin_end_import_calls(struct pool *pool)
{
    struct thin_import_call *call = pool->import_calls;
    while (call) {
        bool left = !call->gone;
        if (left) leave(pool, call);
        call = left ? pool->import_calls : call->next; /* callbacks may have answered others */
    }
}

bool pool__thin_import_abandoned(struct pool *pool, pool_call_t handle)
{
    struct thin_import_call *call = find(pool, handle);
    return call && (call->gone || pool__thin_job_ended(pool, call->job));
}

void pool__thin_free_import_calls(struct pool *pool)
{
    POOL_ASSERT(!pool->import_calls || pool->import_calls->gone);
    while (pool->import_calls) forget(pool, pool->import_calls);
}
