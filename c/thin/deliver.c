/* Receives all signals of a pool, which the event loop delivers on an empty stack, and hands each to its room. */
#include "thin/deliver.h"

#include "thin/bridge.h"
#include "thin/calls.h"
#include "thin/explain.h"
#include "thin/import_calls.h"
#include "thin/jobs.h"
#include "thin/life.h"
#include "thin/line.h"
#include "thin/log.h"
#include "thin/modules.h"
#include "thin/question_ends.h"
#include "thin/ready.h"
#include "thin/room.h"

static void die(struct pool *pool)
{
    pool->died = true;
    pool__thin_end_jobs(pool, POOL_LOST, pool_error_text());
    pool__thin_end_import_calls(pool);
    pool__thin_end_lines(pool);
    pool__thin_tell_taken_back(pool);
    pool__thin_fail_waiters(pool);
}

/* Replies get the memory first, then pipes that need a ring, then callers who want to submit. */
static void tell_room(struct pool *pool)
{
    pool__thin_send_replies(pool);
    pool__thin_advance_import_calls(pool);
    pool__thin_look_at_ends(pool);
    pool__thin_tell_room(pool);
}

/* What the job's import call has asked for comes before its end. */
static void tell_job(struct pool *pool, uint32_t slot)
{
    pool__thin_leave_import_call(pool, slot);
    pool__thin_job_signal(pool, slot);
}

static void dispatch(struct pool *pool, uint32_t signal, uint32_t number, double status)
{
    uint32_t which = signal & 0xffff;
    switch (signal - which) {
    case THIN_SIGNAL_JOB_0: tell_job(pool, which); return;
    case THIN_SIGNAL_END_0: pool__thin_end_signal(pool, which); return;
    case THIN_SIGNAL_CALL_0: pool__thin_call_signal(pool, which); return;
    case THIN_SIGNAL_ROOM: tell_room(pool); return;
    case THIN_SIGNAL_OPENED: pool__thin_opened(pool, (int32_t)status); return;
    case THIN_SIGNAL_LOADED: pool__thin_loaded(pool, number, status); return;
    case THIN_SIGNAL_CLOSED: pool__thin_tell_closed(pool); return;
    case THIN_SIGNAL_DIED: die(pool); return;
    case THIN_SIGNAL_QUESTION: pool__thin_question_signal(pool, number); return;
    default: return;
    }
}

void pool__thin_deliver(struct pool *pool, uint32_t signal, uint32_t number, double status, char *text)
{
    uint32_t which = signal & 0xffff;
    pool__thin_enter(pool);
    if (signal - which == THIN_SIGNAL_LOG_0) {
        pool__thin_log_signal(pool, which, number, (int32_t)status, text);
    } else {
        if (text) pool__thin_explain(text);
        dispatch(pool, signal, number, status);
    }
    pool__thin_leave(pool);
}
