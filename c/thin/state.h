/* A pool as the thin client keeps it: pool.h for a program that emscripten built without threads. All of it lives in
 * the program's own memory; the real pool's memory is behind bridge.h. One thread, so no locks: between two calls out
 * of the event loop nothing changes but what the pool's other threads do behind the bridge.
 *
 * A file knows only those below it: explain, scratch, life; then log, suspend, ends and replies; then ready, pipes, results,
 * imports; then inherit and line; then jobs, modules, room, volumes; then import_calls and question_ends; then calls; then
 * instances and deliver; and pool at the top.
 */
#ifndef MILLRACE_THIN_STATE_H
#define MILLRACE_THIN_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/handle.h"
#include "pool.h"

#define SLOTS_MAX (1u << HANDLE_JOB_BITS)
#define ENDS_MAX (1u << HANDLE_PIPE_BITS)

struct pool {
    uint32_t id; /* the bridge's number for it */
    pool_create_callback on_created;
    void *created_user;
    pool_log_callback on_log;
    void *log_user;
    char name[POOL_NAME_MAX_BYTES + 1]; /* as log entries have it */
    uint32_t depth;                     /* callbacks that run */
    uint32_t n_suspended;               /* calls that are suspended */
    bool made;                          /* it was opened */
    bool closing;
    bool died;
    bool gone; /* freed as soon as nobody is in it */
    uint32_t n_requests;
    struct thin_room *rooms;
    struct thin_load *loads;
    struct thin_handler *handlers;
    struct thin_asked *asked;
    struct thin_reply *replies; /* those that wait for memory */
    struct thin_import *imports;
    uint32_t n_imports; /* that were ever set: their numbers */
    struct thin_import_call *import_calls;
    struct thin_line *lines;
    struct thin_question *taken_back; /* their callbacks are still to be called */
    uint32_t n_questions;             /* that were ever asked and can be ended: their numbers */
    struct thin_waiter *closed;       /* of ends that were closed: their callbacks are still to be called */
    struct thin_job *jobs[SLOTS_MAX];
    struct thin_waiter *waiters[ENDS_MAX]; /* by slot and end */
    uint8_t nonblocking[ENDS_MAX / 8 + 1]; /* a bit each */
    uint8_t in_use[ENDS_MAX / 8 + 1];      /* a suspended call reads or writes it */
};

#endif
