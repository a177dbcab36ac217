/* Moves questions into an instance's pipe as there is room, and answers out of the other. */
#include "thin/line.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/question.h"
#include "thin/bridge.h"
#include "thin/ends.h"
#include "thin/explain.h"
#include "thin/ready.h"

/* A record with its values. */
struct head {
    struct instance_record record;
    struct pool_value values[POOL_VALUES_MAX];
};

struct thin_line {
    struct thin_line *next;
    pool_job_t instance;
    pool_fd_t calls; /* 0: closed */
    pool_fd_t answers;
    bool closing;
    bool telling;                        /* an answer's callback runs: it may release the instance */
    struct thin_question *first, **last; /* in the order in which they are answered */
    struct thin_question *unsent;        /* the first of them that is not sent whole */
    bool is_there;                       /* the guest has been instantiated, which it says without being asked */
    struct head head;                    /* of the answer that comes in */
    uint32_t head_has;
    uint8_t *body; /* NULL: nothing, or there was no memory for it */
    uint32_t body_has;
};

static bool send_more(struct pool *pool, struct thin_waiter *waiter);
static bool receive_more(struct pool *pool, struct thin_waiter *waiter);

/* --- its life */

struct thin_line *pool__thin_line_new(struct pool *pool, pool_fd_t calls, pool_fd_t answers)
{
    struct thin_line *line = calloc(1, sizeof *line);
    struct thin_waiter *sender = malloc(sizeof *sender), *receiver = malloc(sizeof *receiver);
    if (!line || !sender || !receiver) {
        free(line), free(sender), free(receiver);
        return NULL;
    }
    line->calls = calls;
    line->answers = answers;
    line->last = &line->first;
    *sender = (struct thin_waiter){.fd = calls, .user = line, .pump = send_more};
    *receiver = (struct thin_waiter){.fd = answers, .user = line, .pump = receive_more};
    pool->waiters[pool__thin_index(calls)] = sender;
    pool->waiters[pool__thin_index(answers)] = receiver;
    line->next = pool->lines;
    pool->lines = line;
    return line;
}

static void drop_waiter(struct pool *pool, pool_fd_t fd)
{
    struct thin_waiter **at = &pool->waiters[pool__thin_index(fd)];
    free(*at);
    *at = NULL;
}

static void close_calls(struct pool *pool, struct thin_line *line)
{
    if (!line->calls) return;
    drop_waiter(pool, line->calls);
    pool__thin_call(pool->id, THIN_CALL_CLOSE, (double)line->calls, 0, 0);
    line->calls = 0;
}

/* Takes it out of the list. */
static void unlink_line(struct pool *pool, struct thin_line *line)
{
    struct thin_line **at = &pool->lines;
    while (*at != line) at = &(*at)->next;
    *at = line->next;
}

void pool__thin_line_begin(struct pool *pool, struct thin_line *line, pool_job_t instance)
{
    line->instance = instance;
    pool__thin_end_signal(pool, pool__thin_index(line->answers)); /* which it waits for from now on */
}

void pool__thin_line_free(struct pool *pool, struct thin_line *line)
{
    drop_waiter(pool, line->calls);
    drop_waiter(pool, line->answers);
    unlink_line(pool, line);
    free(line);
}

struct thin_line *pool__thin_line_of(struct pool *pool, pool_job_t instance)
{
    struct thin_line *line = pool->lines;
    while (line && line->instance != instance) line = line->next;
    return line;
}

uint32_t pool__thin_line_signal(const struct thin_line *line)
{
    return THIN_SIGNAL_END_0 + pool__thin_index(line->answers);
}

/* --- asking */

static bool may_be_sent(const struct thin_line *line, const struct thin_question *question)
{
    return !question->number || (line->is_there && question == line->first);
}

static void send(struct pool *pool, struct thin_line *line)
{
    while (line->unsent) {
        struct thin_question *question = line->unsent;
        if (!may_be_sent(line, question)) return; /* not yet */
        uint32_t left = question->size - question->sent;
        int32_t n = pool__thin_put(pool, line->calls, question->bytes + question->sent, left);
        if (n <= 0) return; /* no room now; or it has ended, which the other pipe tells */
        question->sent += (uint32_t)n;
        if (question->sent == question->size) line->unsent = question->next;
    }
    if (line->closing) close_calls(pool, line);
}

static bool send_more(struct pool *pool, struct thin_waiter *waiter)
{
    struct thin_line *line = waiter->user;
    if (line->unsent) send(pool, line); /* which may free the waiter */
    return false;
}

bool pool__thin_line_ask(struct pool *pool, struct thin_line *line, struct thin_question *question)
{
    if (line->closing) return false;
    *line->last = question;
    line->last = &question->next;
    if (!line->unsent) line->unsent = question;
    send(pool, line);
    return true;
}

void pool__thin_line_close(struct pool *pool, struct thin_line *line)
{
    line->closing = true;
    send(pool, line);
}

/* --- answers */

void pool__thin_tell_question(struct pool *pool, struct thin_question *question, int status,
                              const struct pool_answer *answer)
{
    if (question->deadline_ms < INFINITY) pool__thin_forget_time(pool->id, question->number);
    pool__thin_owe(pool->id, -1);
    question->callback(question->user, pool, question->instance, status, answer);
    free(question);
}

/* Takes a question out of its line. */
static void take_out(struct thin_line *line, struct thin_question *question)
{
    struct thin_question **at = &line->first;
    while (*at != question) at = &(*at)->next;
    *at = question->next;
    if (!*at) line->last = at;
    if (line->unsent == question) line->unsent = question->next;
}

/* Hands an answer to whoever asked first. `answer` is NULL if there is none. */
static void tell(struct pool *pool, struct thin_line *line, int status, const struct pool_answer *answer)
{
    struct thin_question *question = line->first;
    POOL_ASSERT(question);
    take_out(line, question);
    line->telling = true;
    pool__thin_tell_question(pool, question, status, answer);
    line->telling = false;
}

/* The text of a refusal. */
static void explain(struct thin_line *line)
{
    uint32_t size = line->head.record.size;
    char *text = line->body ? malloc(size + 1) : NULL;
    if (text) {
        memcpy(text, line->body, size);
        text[size] = '\0';
    }
    pool__thin_explain(text);
}

static void finish(struct pool *pool, struct thin_line *line)
{
    const struct instance_record record = line->head.record;
    struct head head = line->head;
    uint8_t *body = line->body;
    bool first = !line->is_there;
    struct pool_answer answer = {.values = record.n_values ? head.values : NULL,
                                 .n_values = record.n_values,
                                 .bytes = {record.size ? body : NULL, record.size}};
    int status = record.size && !body ? POOL_ENOMEM : 0;
    if (record.kind != INSTANCE_DONE) {
        status = -(int)record.at;
        explain(line);
    }
    line->is_there = true;
    line->head_has = line->body_has = 0;
    line->body = NULL;
    if (!first) tell(pool, line, status, status ? NULL : &answer);
    free(body);
    send(pool, line); /* what has waited for this */
}

/* How much of the head is known to come. */
static uint32_t head_size(const struct thin_line *line)
{
    uint32_t size = sizeof line->head.record;
    if (line->head_has >= size) size += line->head.record.n_values * (uint32_t)sizeof line->head.values[0];
    POOL_ASSERT(size <= sizeof line->head);
    return size;
}

/* Takes what there is of one part; 1: all of it. */
static int32_t take(struct pool *pool, struct thin_line *line, uint8_t *to, uint32_t *has, uint32_t size)
{
    uint8_t discarded[256] = {0};
    while (*has < size) {
        uint32_t left = size - *has;
        if (!to) left = pool__min(left, sizeof discarded);
        int32_t n = pool__thin_take(pool, line->answers, to ? to + *has : discarded, left);
        if (n <= 0) return n;
        *has += (uint32_t)n;
    }
    return 1;
}

/* Takes one answer; 1: it was there whole. */
static int32_t receive(struct pool *pool, struct thin_line *line)
{
    int32_t status = 1;
    while (status == 1 && line->head_has < head_size(line)) {
        status = take(pool, line, (uint8_t *)&line->head, &line->head_has, head_size(line));
    }
    if (status != 1) return status;
    uint32_t size = line->head.record.size;
    if (size && line->body_has == 0 && !line->body) line->body = malloc(size);
    status = take(pool, line, line->body, &line->body_has, size);
    if (status == 1) finish(pool, line);
    return status;
}

/* Tells all who wait that there will be no answer. */
static void end(struct pool *pool, struct thin_line *line, int status)
{
    close_calls(pool, line);
    pool__thin_call(pool->id, THIN_CALL_CLOSE, (double)line->answers, 0, 0);
    line->closing = true;
    line->unsent = NULL;
    unlink_line(pool, line);
    while (line->first) {
        int own = line->first->status;
        pool__thin_explain(NULL);
        tell(pool, line, own ? own : status, NULL);
    }
    free(line->body);
    free(line);
}

/* Takes all answers that are there: POOL_EAGAIN, or what says that there will be no more. */
static int32_t receive_all(struct pool *pool, struct thin_line *line)
{
    int32_t status;
    do status = receive(pool, line);
    while (status == 1);
    return status;
}

static bool receive_more(struct pool *pool, struct thin_waiter *waiter)
{
    struct thin_line *line = waiter->user;
    if (!line->instance) return false;
    if (receive_all(pool, line) == POOL_EAGAIN) return false;
    end(pool, line, POOL_EPIPE);
    return true;
}

/* --- questions that are ended */

struct thin_question *pool__thin_question_of(struct pool *pool, uint32_t number)
{
    for (struct thin_line *line = pool->lines; line; line = line->next) {
        for (struct thin_question *question = line->first; question; question = question->next) {
            if (number && question->number == number) return question;
        }
    }
    return NULL;
}

struct thin_question *pool__thin_line_find(struct thin_line *line, pool_answer_callback callback, const void *user)
{
    struct thin_question *question = line->first;
    while (question &&
           (!question->number || question->status || question->callback != callback || question->user != user))
        question = question->next;
    return question;
}

void pool__thin_line_take_back(struct pool *pool, struct thin_line *line, struct thin_question *question)
{
    POOL_ASSERT(question->number && question->sent == 0);
    take_out(line, question);
    send(pool, line); /* the one behind it may be next */
}

void pool__thin_line_released(struct pool *pool, pool_job_t instance)
{
    struct thin_line *line = pool__thin_line_of(pool, instance);
    if (!line || line->first || line->telling) return; /* its end comes through the pipe as well */
    drop_waiter(pool, line->answers);
    end(pool, line, POOL_EPIPE);
}

void pool__thin_end_lines(struct pool *pool)
{
    while (pool->lines) {
        struct thin_line *line = pool->lines;
        drop_waiter(pool, line->answers);
        end(pool, line, POOL_ESHUTDOWN);
    }
}
