/* A guest's call of an import that the host serves: question and answer, until the host has said what it returns. */
#include "worker/import_call.h"

#include <string.h>

#include "core/check.h"
#include "port/port.h"
#include "sync/calls.h"
#include "sync/ends.h"
#include "worker/crossing.h"
#include "worker/guest.h"
#include "worker/worker.h"

static _Thread_local struct import_buffer buffer;

struct import_buffer *import_buffer(void)
{
    return &buffer;
}

/* A reply, still where the host has put it. */
struct reply {
    struct import_answer answer;
    const uint8_t *behind;
    uint32_t behind_bytes;
};

/* Where results go, and how many there are to be. */
struct results {
    struct pool_value *values;
    uint32_t n;
};

static struct sleeper *self(void)
{
    return &pool__this_worker()->sleeper;
}

/* Begins a question; behind its header there is room for `size` bytes at draft->memory. */
static int begin(const struct import_question *question, uint32_t size, struct call_draft *draft)
{
    int error = pool__call_draft_unnamed(self(), (uint32_t)sizeof *question + size, draft);
    if (error) return error;
    memcpy(draft->memory, question, sizeof *question);
    draft->memory += sizeof *question;
    return 0;
}

/* The whole memory is in pages, so its size is found by halves. */
static uint32_t count_pages(struct wasi_guest *guest)
{
    uint32_t least = 0, most = UINT32_MAX / IMPORT_PAGE_BYTES + 1;
    while (least < most) {
        uint32_t middle = least + (most - least) / 2;
        bool has = guest->check(middle * IMPORT_PAGE_BYTES, IMPORT_PAGE_BYTES) == WASI_SUCCESS;
        if (has) least = middle + 1;
        if (!has) most = middle;
    }
    return least;
}

static bool is_inside(struct wasi_guest *guest, const struct import_answer *answer)
{
    return answer->size <= answer->whole && guest->check(answer->address, answer->whole) == WASI_SUCCESS;
}

/* Does what the host wants of the guest's memory, and drafts the question that says so. Closes the reply. */
static int grant(const struct reply *reply, struct pipe *pipe, uint32_t number, struct call_draft *draft)
{
    struct wasi_guest *guest = &pool__this_guest()->guest;
    struct import_answer answer = reply->answer;
    struct import_question question = {.kind = IMPORT_GRANTED, .number = number};
    bool measures = answer.kind == IMPORT_MEASURE, reads = answer.kind == IMPORT_READ;
    if (!measures && !is_inside(guest, &answer)) question.kind = IMPORT_DENIED;
    if (measures || question.kind == IMPORT_DENIED) question.n_pages = count_pages(guest);
    if (answer.kind == IMPORT_WRITE && question.kind == IMPORT_GRANTED) {
        guest->write(answer.address, reply->behind, answer.size);
    }
    uint32_t size = reads && question.kind == IMPORT_GRANTED ? answer.size : 0;
    pool__close_end(self()->pool, pipe, PIPE_READ);
    int error = begin(&question, size, draft);
    if (!error && size) guest->read(answer.address, draft->memory, size);
    return error;
}

/* Sends a question and waits for its answer: 0, or why there is none. The reply is to be closed only if there is. */
static int ask(const struct call_draft *draft, struct reply *reply_out)
{
    struct pool *pool = self()->pool;
    pool__call_send(self(), draft);
    int status = pool__sleep_on_pipe(self(), draft->pipe, PIPE_READ, 0);
    if (status >= 0) status = atomic_load(&draft->pipe->x_reply);
    if (status == POOL_EAGAIN) status = POOL_EPIPE; /* it was closed without an answer */
    struct span span = {0};
    if (!status) span = pool__pipe_readable(draft->pipe, 0);
    if (!status && span.size < sizeof reply_out->answer) status = POOL_EPROTO;
    if (status) {
        pool__close_end(pool, draft->pipe, PIPE_READ);
        return status;
    }
    memcpy(&reply_out->answer, span.data, sizeof reply_out->answer);
    reply_out->behind = span.data + sizeof reply_out->answer;
    reply_out->behind_bytes = span.size - (uint32_t)sizeof reply_out->answer;
    return 0;
}

/* Whether these are the results that are wanted, or could be. */
static bool are_results(const struct pool_value *given, uint32_t n_given, const struct results *wanted)
{
    if (wanted->n != IMPORT_UNTYPED && n_given != wanted->n) return false;
    for (uint32_t i = 0; i < n_given; i++) {
        if (wanted->n != IMPORT_UNTYPED && given[i].type != wanted->values[i].type) return false;
    }
    return n_given <= POOL_VALUES_MAX;
}

static int take_results(const struct reply *reply, struct results *results)
{
    const struct pool_value *given = (const struct pool_value *)(const void *)reply->behind;
    uint32_t n = reply->behind_bytes / (uint32_t)sizeof *given;
    if (reply->behind_bytes % sizeof *given || !are_results(given, n, results)) return POOL_EPROTO;
    if (n) memcpy(results->values, given, n * sizeof *given);
    results->n = n;
    return 0;
}

/* The host's text, as much as there is room for. */
static int take_failure(const struct reply *reply)
{
    buffer.failure.kind = IMPORT_FAILED;
    buffer.failure.text_bytes = pool__min(reply->behind_bytes, IMPORT_TEXT_BYTES);
    if (buffer.failure.text_bytes) memcpy(buffer.text, reply->behind, buffer.failure.text_bytes);
    return POOL_EIO;
}

/* What comes of an answer: 1, there is a further question in the draft; 0, the results are there; or an error. The reply
 * is closed. */
static int follow(const struct reply *reply, uint32_t number, struct results *results, struct call_draft *draft)
{
    int status;
    struct pipe *pipe = draft->pipe;
    switch (reply->answer.kind) {
    case IMPORT_READ:
    case IMPORT_MEASURE: status = grant(reply, pipe, number, draft); return status ? status : 1;
    case IMPORT_WRITE:
        if (reply->behind_bytes == reply->answer.size) {
            status = grant(reply, pipe, number, draft);
            return status ? status : 1;
        }
        status = POOL_EPROTO;
        break;
    case IMPORT_RETURNS: status = take_results(reply, results); break;
    case IMPORT_FAILS: status = take_failure(reply); break;
    default: status = POOL_EPROTO;
    }
    pool__close_end(self()->pool, pipe, PIPE_READ);
    return status;
}

static int converse(uint32_t number, uint32_t n_values, struct results *results)
{
    struct call_draft draft;
    struct reply reply;
    uint32_t n_typed = results->n == IMPORT_UNTYPED ? 0 : results->n;
    uint32_t size = (n_values + n_typed) * (uint32_t)sizeof *buffer.values;
    int status = begin(&(struct import_question){IMPORT_CALL, number, n_values, results->n, 0, 0}, size, &draft);
    if (status) return status;
    if (size) memcpy(draft.memory, buffer.values, size);
    do {
        status = ask(&draft, &reply);
        if (!status) status = follow(&reply, number, results, &draft);
    } while (status == 1);
    return status;
}

/* Unwinds the guest, and keeps why. A job that is to end needs no other reason. */
static _Noreturn void leave_for_good(uint32_t number, int status)
{
    if (status != POOL_ECANCELED) {
        if (!buffer.failure.kind) buffer.failure.kind = IMPORT_NOT_CARRIED;
        buffer.failure.number = number;
        buffer.failure.status = status;
    }
    port_unwind();
}

uint32_t import_call(uint32_t number, uint32_t n_values, uint32_t n_results)
{
    struct worker_thread *thread = pool__this_worker();
    struct results results = {buffer.values + n_values, n_results};
    POOL_ASSERT(n_values <= POOL_VALUES_MAX); /* as the script has made its caller */
    POOL_ASSERT(n_results <= POOL_VALUES_MAX || n_results == IMPORT_UNTYPED);
    pool__cross_to_runtime(thread->self, thread->turn);
    int status = converse(number, n_values, &results);
    if (status) leave_for_good(number, status);
    pool__cross_to_guest(thread->self, thread->turn, thread->job);
    return results.n;
}

_Noreturn void import_missing(uint32_t number)
{
    struct worker_thread *thread = pool__this_worker();
    pool__cross_to_runtime(thread->self, thread->turn);
    buffer.failure.kind = IMPORT_MISSING;
    leave_for_good(number, POOL_ENOENT);
}
