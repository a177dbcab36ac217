/* Ends questions to instances: one that is not sent is taken back, and one that runs ends with its instance. */
#include "thin/question_ends.h"

#include <emscripten.h>

#include "core/check.h"
#include "thin/bridge.h"
#include "thin/explain.h"
#include "thin/jobs.h"
#include "thin/line.h"
#include "thin/ready.h"

int pool_question_cancel(pool_t *pool, pool_job_t instance, pool_answer_callback callback, void *user)
{
    pool__thin_begin();
    if (!pool || !callback) return POOL_EINVAL;
    if (!pool__thin_job_of(pool, instance)) return POOL_EBADF;
    struct thin_line *line = pool__thin_line_of(pool, instance);
    struct thin_question *question = line ? pool__thin_line_find(line, callback, user) : NULL;
    if (!question) return POOL_ENOENT;
    question->status = POOL_ECANCELED;
    pool__thin_after(pool->id, 0, question->number);
    if (question->sent > 0) return 0; /* it may be answered by then */
    pool__thin_line_take_back(pool, line, question);
    struct thin_question **last = &pool->taken_back;
    while (*last) last = &(*last)->next;
    *last = question;
    question->next = NULL;
    return 0;
}

void pool__thin_tell_taken_back(struct pool *pool)
{
    while (pool->taken_back) {
        struct thin_question *question = pool->taken_back;
        pool->taken_back = question->next;
        pool__thin_explain(NULL);
        pool__thin_tell_question(pool, question, question->status, NULL);
    }
}

/* One that is in a line: it is told at once, or ends its instance. */
static void end_question(struct pool *pool, struct thin_question *question)
{
    struct thin_line *line = pool__thin_line_of(pool, question->instance);
    POOL_ASSERT(line && question->status < 0);
    if (question->sent > 0) {
        pool__thin_call(pool->id, THIN_CALL_CANCEL, (double)question->instance, 0, 0); /* which tells it */
        return;
    }
    pool__thin_line_take_back(pool, line, question);
    pool__thin_explain(NULL);
    pool__thin_tell_question(pool, question, question->status, NULL);
}

/* Takes answers that are there already, of which one may be its own. */
static struct thin_question *look_again(struct pool *pool, uint32_t number)
{
    struct thin_question *question = pool__thin_question_of(pool, number);
    struct thin_line *line = question ? pool__thin_line_of(pool, question->instance) : NULL;
    if (line) pool__thin_end_signal(pool, pool__thin_line_signal(line) - THIN_SIGNAL_END_0);
    return pool__thin_question_of(pool, number);
}

void pool__thin_question_signal(struct pool *pool, uint32_t number)
{
    pool__thin_tell_taken_back(pool);
    struct thin_question *question = look_again(pool, number);
    if (!question) return;
    double left_ms = question->deadline_ms - emscripten_get_now();
    if (!question->status && left_ms > 0) { /* timers may be early, and none takes longer than 24 days */
        pool__thin_after(pool->id, left_ms, number);
        return;
    }
    if (!question->status) question->status = POOL_ETIMEDOUT;
    end_question(pool, question);
}
