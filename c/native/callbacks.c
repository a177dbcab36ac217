/* Callbacks that wait for a job to end, for an end of a pipe to be ready, or for room. Each is called once, and never
 * under the lock. */
#include <stdlib.h>

#include "api/api.h"
#include "core/check.h"
#include "core/handle.h"
#include "native/native.h"
#include "sync/ends.h"
#include "sync/jobs.h"
#include "sync/room.h"
#include "sync/wake.h"

enum callback_kind { CALLBACK_JOB, CALLBACK_END, CALLBACK_ROOM };

struct callback {
    struct callback *next;
    enum callback_kind kind;
    uint64_t number; /* how many were put on the list before */
    uint64_t handle; /* of a job, or of an end */
    struct job *job; /* with a reference, so the result is still there if somebody releases the job before */
    union {
        pool_end_callback job;
        pool_ready_callback end;
        pool_room_callback room;
    } function;
    void *user;
};

/* Where the first callback is that is of a kind and whose handle is `slot` under `mask` (0: any). */
static struct callback **find_locked(struct native *native, enum callback_kind kind, uint64_t slot, uint64_t mask)
{
    struct callback **at = &native->callbacks;
    while (*at && ((*at)->kind != kind || ((*at)->handle & mask) != (slot & mask))) at = &(*at)->next;
    return at;
}

/* Takes that callback off the list; NULL: there is none. */
static struct callback *take_locked(struct native *native, enum callback_kind kind, uint64_t slot, uint64_t mask)
{
    struct callback **at = find_locked(native, kind, slot, mask), *found = *at;
    if (found) *at = found->next;
    return found;
}

static struct callback *take(struct native *native, enum callback_kind kind, uint64_t slot, uint64_t mask)
{
    pthread_mutex_lock(&native->lock);
    struct callback *found = take_locked(native, kind, slot, mask);
    pthread_mutex_unlock(&native->lock);
    return found;
}

static void discard(struct native *native, struct callback *callback)
{
    POOL_ASSERT((callback->kind == CALLBACK_JOB) == (callback->job != NULL));
    if (callback->job) pool__job_unref(native->pool, callback->job);
    free(callback);
}

/* Puts a callback on the list, or not if `added` is NULL; an older one for the same handle comes off, `*old_out`. */
static int put_locked(struct native *native, struct callback *added, enum callback_kind kind, uint64_t handle,
                      struct callback **old_out)
{
    int error = added ? pool__dispatcher_start_locked(native) : 0;
    *old_out = error || kind == CALLBACK_ROOM ? NULL : take_locked(native, kind, handle, UINT64_MAX);
    if (error || !added) return error;
    added->number = native->n_callbacks++;
    added->next = native->callbacks;
    native->callbacks = added;
    return 0;
}

/* Puts a callback on the list; it replaces an older one for the same handle. Not `present`: only takes the older one
 * off. */
static int put(struct native *native, const struct callback *callback, bool present)
{
    struct callback *added = present ? malloc(sizeof *added) : NULL, *old;
    if (present && !added) return POOL_ENOMEM;
    if (added) *added = *callback;
    pthread_mutex_lock(&native->lock);
    int error = put_locked(native, added, callback->kind, callback->handle, &old);
    pthread_mutex_unlock(&native->lock);
    if (old) discard(native, old);
    if (error) free(added);
    return error;
}

/* ------------------------------------------------------------------------------------------------------------- jobs */

static bool has_ended(const struct job *job)
{
    enum job_state state = pool__job_state(job);
    return state == JOB_ENDED || state == JOB_RELEASED;
}

int pool_on_end(pool_t *pool, pool_job_t handle, pool_end_callback function, void *user)
{
    if (!pool) return POOL_EINVAL;
    struct job *job = function ? pool__job_ref(pool, handle) : pool__job_of(pool, handle);
    if (!job) return POOL_EBADF;
    struct callback callback = {
        .kind = CALLBACK_JOB, .handle = handle, .job = job, .function.job = function, .user = user};
    int error = put(native_of(pool), &callback, function != NULL);
    if (error && function) pool__job_unref(pool, job);
    if (error || !function) return error;
    if (has_ended(job)) { /* its signal may have come before the callback was there */
        pool__wake(pool, WAITER_CLIENT, SIGNAL_JOB_0 + (uint32_t)(job - pool->jobs));
    }
    return 0;
}

static void call_job(struct native *native, struct callback *callback)
{
    struct pool_result result;
    POOL_ASSERT(callback->job && has_ended(callback->job));
    pool__job_result(native->pool, callback->job, &result);
    callback->function.job(callback->user, native->pool, callback->handle, &result);
    discard(native, callback);
}

/* Takes the callback of a slot's job if that has ended. Which job it is only the callback tells, whose reference keeps the
 * job in the slot: one that has ended without a callback may be released meanwhile, and another have its place. */
static struct callback *take_ended(struct native *native, uint32_t slot)
{
    pthread_mutex_lock(&native->lock);
    struct callback **at = find_locked(native, CALLBACK_JOB, slot, HANDLE_JOB_MASK), *found = *at;
    bool ended = found && has_ended(found->job);
    if (ended) *at = found->next;
    pthread_mutex_unlock(&native->lock);
    return ended ? found : NULL;
}

void pool__callbacks_job(struct native *native, uint32_t slot)
{
    POOL_ASSERT(slot < JOBS_MAX);
    struct callback *callback = take_ended(native, slot);
    if (callback) call_job(native, callback);
}

/* ------------------------------------------------------------------------------------------------------------ pipes */

/* Takes an end for a callback, so that nobody else can use it, and announces the client at the pipe. */
static int watch(struct pool *pool, pool_fd_t fd)
{
    enum pipe_end end = (enum pipe_end)(fd & 1);
    struct pipe *pipe;
    int error = pool__end_take(pool, fd, end, END_WATCHED, &pipe);
    if (!error) pool__pipe_announce(pipe, end, WAITER_CLIENT, POOL_PIPE_BUF);
    return error;
}

static void unwatch(struct pool *pool, pool_fd_t fd)
{
    enum pipe_end end = (enum pipe_end)(fd & 1);
    struct pipe *pipe = pool__end_of(pool, fd, end);
    if (!pipe) return;
    pool__pipe_retract(pipe, end, WAITER_CLIENT);
    pool__pipe_pass(pipe, end, END_WATCHED, END_FREE);
}

/* Watches an end for `added`, or no longer for anybody if that is NULL. All under the lock, as the dispatcher's side: an
 * end that nobody holds has no callback, or that would announce itself in the place of whoever holds the end next. */
static int watch_for_locked(struct native *native, struct callback *added, pool_fd_t fd, struct callback **old_out)
{
    struct pool *pool = native->pool;
    const struct pipe *pipe = pool__end_of(pool, fd, (enum pipe_end)(fd & 1));
    *old_out = NULL;
    if (!pipe) return POOL_EBADF;
    bool replaces = pool__pipe_held(pipe, (enum pipe_end)(fd & 1)) == END_WATCHED;
    int error = added && !replaces ? watch(pool, fd) : 0;
    if (error) return error;
    error = put_locked(native, added, CALLBACK_END, fd, old_out);
    if (!added || (error && !replaces)) unwatch(pool, fd);
    return error;
}

int pool_on_ready(pool_t *pool, pool_fd_t fd, pool_ready_callback function, void *user)
{
    if (!pool) return POOL_EINVAL;
    if (!pool__end_of(pool, fd, (enum pipe_end)(fd & 1))) return POOL_EBADF;
    struct native *native = native_of(pool);
    struct callback *added = function ? malloc(sizeof *added) : NULL, *old;
    if (function && !added) return POOL_ENOMEM;
    if (added) *added = (struct callback){.kind = CALLBACK_END, .handle = fd, .function.end = function, .user = user};
    pthread_mutex_lock(&native->lock);
    int error = watch_for_locked(native, added, fd, &old);
    pthread_mutex_unlock(&native->lock);
    free(old);
    if (error) free(added);
    if (error || !function) return error;
    uint32_t slot = pool__handle_slot(fd, HANDLE_PIPE_BITS); /* it may be ready already: the dispatcher looks */
    pool__wake(pool, WAITER_CLIENT, SIGNAL_PIPE_0 + slot);
    return 0;
}

/* Whether there is a ring to write into, or memory for one. Only the writer may attach it. */
static bool has_ring(struct pool *pool, const struct pipe *pipe)
{
    return atomic_load(&pipe->x_block) || pool__room_for(pool, USE_CONTROL, pipe->capacity);
}

/* What to tell a watcher: 0, POOL_EBADF; POOL_EAGAIN: nothing yet. */
static int status_of(struct pool *pool, pool_fd_t fd)
{
    enum pipe_end end = (enum pipe_end)(fd & 1);
    struct pipe *pipe = pool__end_of(pool, fd, end);
    if (!pipe) return POOL_EBADF;
    if (end == PIPE_READ) return pool__pipe_read_status(pipe) == POOL_EAGAIN ? POOL_EAGAIN : 0;
    if (pool__pipe_write_status(pipe) == POOL_EPIPE) return 0;
    if (pool__pipe_room(pipe) < POOL_PIPE_BUF && pool__pipe_room(pipe) < pipe->capacity) return POOL_EAGAIN;
    return has_ring(pool, pipe) ? 0 : POOL_EAGAIN;
}

static bool is_due(struct native *native, const struct callback *callback)
{
    int status = status_of(native->pool, callback->handle);
    if (status != POOL_EAGAIN) return true;
    enum pipe_end end = (enum pipe_end)(callback->handle & 1);
    struct pipe *pipe = pool__end_of(native->pool, callback->handle, end);
    if (!pipe) return true;
    pool__pipe_announce(pipe, end, WAITER_CLIENT, POOL_PIPE_BUF); /* taking the signal took it back */
    return status_of(native->pool, callback->handle) != POOL_EAGAIN;
}

/* Of which callbacks: those whose handle is `wanted` under a mask, and that were put on the list before number `n`. */
struct chosen {
    uint64_t wanted, mask, n;
};

static bool is_chosen(const struct chosen *chosen, const struct callback *callback)
{
    return callback->kind == CALLBACK_END && (callback->handle & chosen->mask) == chosen->wanted &&
           callback->number < chosen->n;
}

/* Takes a due callback off the list, and lets its end go; NULL: there is none. */
static struct callback *take_due_locked(struct native *native, const struct chosen *chosen, int *status_out)
{
    struct callback *due = native->callbacks;
    while (due && (!is_chosen(chosen, due) || !is_due(native, due))) due = due->next;
    if (!due) return NULL;
    take_locked(native, CALLBACK_END, due->handle, UINT64_MAX);
    *status_out = status_of(native->pool, due->handle);
    unwatch(native->pool, due->handle);
    return due;
}

/* Calls one due callback. False: there is none. */
static bool call_one_end(struct native *native, const struct chosen *chosen)
{
    int status;
    pthread_mutex_lock(&native->lock);
    struct callback *due = take_due_locked(native, chosen, &status);
    pthread_mutex_unlock(&native->lock);
    if (!due) return false;
    POOL_ASSERT(due->function.end);
    due->function.end(due->user, native->pool, due->handle, status == POOL_EAGAIN ? 0 : status);
    free(due);
    return true;
}

/* Calls all that are due now. One that asks again is called when others have had their turn: it has raised a signal. */
static void call_ends(struct native *native, uint64_t wanted, uint64_t mask)
{
    pthread_mutex_lock(&native->lock);
    struct chosen chosen = {.wanted = wanted, .mask = mask, .n = native->n_callbacks};
    pthread_mutex_unlock(&native->lock);
    while (call_one_end(native, &chosen)) continue;
}

void pool__callbacks_end(struct native *native, uint32_t slot, enum pipe_end end)
{
    POOL_ASSERT(slot < PIPES_MAX);                                  /* replies have no handles */
    call_ends(native, slot << 1 | (uint32_t)end, HANDLE_PIPE_MASK); /* some may be for an earlier pipe in the slot */
}

void pool__callbacks_memory(struct native *native)
{
    call_ends(native, PIPE_WRITE, 1);
}

/* ------------------------------------------------------------------------------------------------------------- room */

int pool_on_room(pool_t *pool, pool_room_callback function, void *user)
{
    struct callback callback = {.kind = CALLBACK_ROOM, .function.room = function, .user = user};
    if (!pool) return POOL_EINVAL;
    struct native *native = native_of(pool);
    int error = function ? put(native, &callback, true) : POOL_EINVAL;
    if (error) return error;
    pool__wake(pool, WAITER_CLIENT, SIGNAL_BLOCKS); /* there may be some already: the dispatcher looks */
    return 0;
}

/* Takes all that wait for room off the list, as a list of their own. */
static struct callback *take_for_room(struct native *native)
{
    struct callback *all = NULL, *one;
    pthread_mutex_lock(&native->lock);
    while ((one = take_locked(native, CALLBACK_ROOM, 0, 0))) {
        one->next = all;
        all = one;
    }
    pthread_mutex_unlock(&native->lock);
    return all;
}

/* A callback that one of these puts on the list waits for the next room. */
static void call_all_for_room(struct native *native)
{
    for (struct callback *all = take_for_room(native), *next; all; all = next) {
        next = all->next;
        all->function.room(all->user, native->pool);
        free(all);
    }
}

static bool waits_for_room(struct native *native)
{
    pthread_mutex_lock(&native->lock);
    const struct callback *at = native->callbacks;
    while (at && at->kind != CALLBACK_ROOM) at = at->next;
    pthread_mutex_unlock(&native->lock);
    return at;
}

void pool__callbacks_room(struct native *native)
{
    if (waits_for_room(native) && pool__room_look(native->pool)) call_all_for_room(native);
}

/* -------------------------------------------------------------------------------------------------------------- end */

void pool__callbacks_flush(struct native *native)
{
    struct callback *callback;
    while ((callback = take(native, CALLBACK_JOB, 0, 0))) call_job(native, callback);
    while ((callback = take(native, CALLBACK_END, 0, 0))) {
        unwatch(native->pool, callback->handle);
        callback->function.end(callback->user, native->pool, callback->handle, POOL_ESHUTDOWN);
        free(callback);
    }
    call_all_for_room(native);
}
