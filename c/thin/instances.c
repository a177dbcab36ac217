/* Keeps guests, and asks them: pool_instance_*. */
#include <emscripten.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/question.h"
#include "core/utf8.h"
#include "thin/bridge.h"
#include "thin/ends.h"
#include "thin/explain.h"
#include "thin/jobs.h"
#include "thin/line.h"
#include "thin/suspend.h"

/* --- opening and closing */

static int check_config(const struct pool *pool, const struct pool_job_config *config)
{
    if (!config) return POOL_EINVAL;
    if (pool->closing || pool->died) return POOL_ESHUTDOWN;
    if (!config->module || config->function || config->export_name || config->n_values) return POOL_EINVAL;
    if (config->input || config->input_bytes) return POOL_EINVAL;
    if (config->stdio[0].kind != POOL_STDIO_NULL || config->stdio[1].kind != POOL_STDIO_NULL) return POOL_EINVAL;
    const struct pool_stdio *own = &config->stdio[2];
    return own->kind == POOL_STDIO_PIPE && pool__thin_in_use((struct pool *)pool, own->fd) ? POOL_EBADF : 0;
}

static int open_pipes(pool_t *pool, pool_fd_t calls[2], pool_fd_t answers[2])
{
    int status = pool_pipe(pool, 0, calls);
    if (status == 0) {
        status = pool_pipe(pool, 0, answers);
        if (status) (void)pool_close(pool, calls[0]), (void)pool_close(pool, calls[1]);
    }
    return status == POOL_ENFILE ? POOL_EAGAIN : status;
}

static int open_over(pool_t *pool, const struct pool_job_config *config, const pool_fd_t calls[2],
                     const pool_fd_t answers[2], pool_job_t *instance_out)
{
    struct pool_job_config own = *config;
    own.stdio[0] = (struct pool_stdio){POOL_STDIO_PIPE, calls[0]};
    own.stdio[1] = (struct pool_stdio){POOL_STDIO_PIPE, answers[1]};
    struct thin_line *line = pool__thin_line_new(pool, calls[1], answers[0]);
    if (!line) return POOL_ENOMEM;
    int status = pool__thin_submit(pool, &own, true, instance_out);
    if (status == 0) {
        pool__thin_line_begin(pool, line, *instance_out);
    } else {
        pool__thin_line_free(pool, line);
    }
    return status;
}

int pool_instance_open(pool_t *pool, const struct pool_job_config *config, pool_job_t *instance_out)
{
    pool_fd_t calls[2], answers[2];
    pool__thin_begin();
    if (!pool || !instance_out) return POOL_EINVAL;
    int status = check_config(pool, config);
    if (status == 0) status = open_pipes(pool, calls, answers);
    if (status) return status;
    status = open_over(pool, config, calls, answers, instance_out);
    for (int i = 0; i < 2 && status; i++) (void)pool_close(pool, calls[i]), (void)pool_close(pool, answers[i]);
    return status;
}

int pool_instance_close(pool_t *pool, pool_job_t instance)
{
    pool__thin_begin();
    if (!pool) return POOL_EINVAL;
    if (!pool__thin_job_of(pool, instance)) return POOL_EBADF;
    struct thin_line *line = pool__thin_line_of(pool, instance);
    if (line) pool__thin_line_close(pool, line);
    return 0;
}

/* --- questions */

/* Numbers one that can be ended. */
static void limit(struct pool *pool, struct thin_question *made, const struct pool_question *question)
{
    made->deadline_ms = question->timeout_ms ? emscripten_get_now() + question->timeout_ms : INFINITY;
    if (question->timeout_ms || question->cancellable) made->number = ++pool->n_questions;
}

/* The bytes of a call's values; POOL_EINVAL, POOL_E2BIG. */
static int64_t size_of_values(const struct pool_question *question)
{
    uint64_t size = 0;
    for (uint32_t i = 0; i < question->n_values; i++) {
        const struct pool_value *value = &question->values[i];
        if (value->type != POOL_BYTES && (value->type < POOL_F64 || value->type > POOL_I32)) return POOL_EINVAL;
        if (value->type != POOL_BYTES) continue;
        if (!value->of.bytes.data && value->of.bytes.size_bytes) return POOL_EINVAL;
        size += value->of.bytes.size_bytes;
    }
    return size > POOL_BYTES_MAX ? POOL_E2BIG : (int64_t)size;
}

/* The bytes that go with a call, its name among them. */
static int64_t size_of_call(const struct pool_question *question)
{
    uint32_t name_bytes = pool__name_bytes(question->export_name, POOL_NAME_MAX_BYTES);
    if (name_bytes == 0) return POOL_EINVAL;
    if (question->n_values >= POOL_VALUES_MAX || (question->n_values && !question->values)) return POOL_EINVAL;
    int64_t size = size_of_values(question);
    return size < 0 ? size : size + name_bytes;
}

static int64_t size_of(const struct pool_question *question)
{
    if (question->kind == POOL_ASK_CALL) return size_of_call(question);
    if (question->kind > POOL_ASK_WRITE) return POOL_EINVAL;
    if (question->size_bytes > POOL_BYTES_MAX) return POOL_E2BIG;
    if (question->kind == POOL_ASK_READ) return 0;
    if (question->size_bytes && !question->data) return POOL_EINVAL;
    return question->size_bytes;
}

static uint8_t *put(uint8_t *at, const void *data, uint32_t size)
{
    if (size) memcpy(at, data, size);
    return at + size;
}

/* A value as it goes through the pipe: of bytes their size. */
static struct pool_value value_of(const struct pool_value *value)
{
    if (value->type != POOL_BYTES) return *value;
    return (struct pool_value){.type = INSTANCE_BYTES, .of.i32 = (int32_t)value->of.bytes.size_bytes};
}

static void put_call(uint8_t *at, const struct pool_question *question, uint32_t size)
{
    uint32_t name_bytes = (uint32_t)strlen(question->export_name);
    struct instance_record record = {.kind = question->returns_bytes ? INSTANCE_FETCH : INSTANCE_PASS,
                                     .at = INSTANCE_NAMED,
                                     .size = size,
                                     .n_values = question->n_values + 1};
    struct pool_value name = {.type = INSTANCE_BYTES, .of.i32 = (int32_t)name_bytes};
    at = put(at, &record, sizeof record);
    at = put(at, &name, sizeof name);
    for (uint32_t i = 0; i < question->n_values; i++) {
        struct pool_value value = value_of(&question->values[i]);
        at = put(at, &value, sizeof value);
    }
    at = put(at, question->export_name, name_bytes);
    for (uint32_t i = 0; i < question->n_values; i++) {
        const struct pool_value *value = &question->values[i];
        if (value->type == POOL_BYTES) at = put(at, value->of.bytes.data, value->of.bytes.size_bytes);
    }
}

static void put_access(uint8_t *at, const struct pool_question *question)
{
    bool reads = question->kind == POOL_ASK_READ;
    struct instance_record record = {
        .kind = reads ? INSTANCE_READ : INSTANCE_WRITE, .at = question->address, .size = question->size_bytes};
    at = put(at, &record, sizeof record);
    if (!reads) put(at, question->data, question->size_bytes);
}

/* pre: it has been checked, and `payload` bytes go with it. */
static struct thin_question *new_question(const struct pool_question *question, uint32_t payload)
{
    uint32_t size = (uint32_t)sizeof(struct instance_record) + payload;
    bool calls = question->kind == POOL_ASK_CALL;
    if (calls) size += (question->n_values + 1) * (uint32_t)sizeof(struct pool_value);
    struct thin_question *made = malloc(sizeof *made + size);
    if (!made) return NULL;
    *made = (struct thin_question){.size = size};
    if (calls) {
        put_call(made->bytes, question, payload);
    } else {
        put_access(made->bytes, question);
    }
    return made;
}

static int ask(pool_t *pool, pool_job_t instance, const struct pool_question *question, pool_answer_callback callback,
               void *user)
{
    int64_t size = size_of(question);
    if (size < 0) return (int)size;
    if (!pool__thin_job_of(pool, instance)) return POOL_EBADF;
    struct thin_line *line = pool__thin_line_of(pool, instance);
    if (!line) return POOL_EPIPE;
    struct thin_question *made = new_question(question, (uint32_t)size);
    if (!made) return POOL_ENOMEM;
    limit(pool, made, question);
    made->instance = instance;
    made->callback = callback;
    made->user = user;
    if (!pool__thin_line_ask(pool, line, made)) {
        free(made);
        return POOL_EPIPE;
    }
    pool__thin_owe(pool->id, 1);
    if (question->timeout_ms) pool__thin_after(pool->id, question->timeout_ms, made->number);
    return 0;
}

int pool_instance_ask_async(pool_t *pool, pool_job_t instance, const struct pool_question *question,
                            pool_answer_callback callback, void *user)
{
    pool__thin_begin();
    if (!pool || !question || !callback) return POOL_EINVAL;
    if (pool->closing || pool->died) return POOL_ESHUTDOWN;
    return ask(pool, instance, question, callback, user);
}

/* --- waiting for an answer */

/* On the heap, because whoever waits may give up before the answer comes. */
struct waiting {
    bool done;
    bool abandoned;
    int status;
    char *explanation;
    void *memory; /* with what the answer has */
    struct pool_answer answer;
};

/* A copy of an answer, which lives on. */
static void keep(struct waiting *waiting, const struct pool_answer *answer)
{
    uint32_t values_bytes = answer->n_values * (uint32_t)sizeof *answer->values;
    waiting->answer = *answer;
    waiting->memory = malloc(values_bytes + answer->bytes.size_bytes + 1);
    if (!waiting->memory) {
        waiting->status = POOL_ENOMEM;
        return;
    }
    uint8_t *bytes = put(waiting->memory, answer->values, values_bytes);
    put(bytes, answer->bytes.data, answer->bytes.size_bytes);
    if (answer->values) waiting->answer.values = waiting->memory;
    if (answer->bytes.data) waiting->answer.bytes.data = bytes;
}

static void on_answer(void *user, pool_t *pool, pool_job_t instance, int status, const struct pool_answer *answer)
{
    struct waiting *waiting = user;
    (void)pool, (void)instance;
    if (waiting->abandoned) {
        free(waiting);
        return;
    }
    waiting->done = true;
    waiting->status = status;
    if (answer) keep(waiting, answer);
    waiting->explanation = pool__thin_take_explanation();
}

/* The pool may be gone by now if that is what ended the wait. */
static int take_answer(pool_t *pool, pool_job_t instance, struct waiting *waiting, struct pool_answer *answer_out)
{
    int status = waiting->status;
    pool__thin_explain(waiting->explanation); /* callbacks that ran since may have changed it */
    struct thin_job *job = status == 0 && answer_out ? pool__thin_job_of(pool, instance) : NULL;
    if (status == 0 && answer_out && !job) status = POOL_EBADF; /* released meanwhile */
    if (job) {
        free(job->answer);
        job->answer = waiting->memory;
        *answer_out = waiting->answer;
    } else {
        free(waiting->memory);
    }
    free(waiting);
    return status;
}

int pool_instance_ask(pool_t *pool, pool_job_t instance, const struct pool_question *question,
                      struct pool_answer *answer_out)
{
    pool__thin_begin();
    if (!pool || !question) return POOL_EINVAL;
    if (pool->closing || pool->died) return POOL_ESHUTDOWN;
    if (!pool__thin_can_wait()) return pool__thin_refuse_wait();
    struct waiting *waiting = calloc(1, sizeof *waiting);
    int status = waiting ? ask(pool, instance, question, on_answer, waiting) : POOL_ENOMEM;
    if (status) {
        free(waiting);
        return status;
    }
    uint32_t signals[3] = {pool__thin_line_signal(pool__thin_line_of(pool, instance)), THIN_SIGNAL_ROOM,
                           THIN_SIGNAL_QUESTION};
    while (status == 0 && !waiting->done)
        status = pool__thin_await(pool, signals, 3, pool__thin_deadline(POOL_FOREVER));
    if (waiting->done) return take_answer(pool, instance, waiting, answer_out);
    waiting->abandoned = true;
    return status;
}
