/* What a native pool tells of itself. Entries wait in a ring until the dispatcher calls back, so that whoever writes one
 * needs no memory, and waits for nobody's callback. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/check.h"
#include "native/native.h"
#include "sync/wake.h"

#define ENTRIES_MAX 64u /* as pool.h says */
#define TEXT_BYTES 192u

struct line {
    enum pool_log_level level;
    int32_t code;
    uint32_t worker;
    char message[TEXT_BYTES];
};

struct log {
    pool_log_callback callback;
    void *user;
    uint32_t first, n; /* in the ring; with what follows under the lock */
    uint32_t n_left_out;
    struct line lines[ENTRIES_MAX];
};

int pool__log_open(struct native *native, pool_log_callback callback, void *user)
{
    POOL_ASSERT(callback && !native->log);
    struct log *log = calloc(1, sizeof *log);
    if (!log) return POOL_ENOMEM;
    log->callback = callback;
    log->user = user;
    native->log = log;
    pthread_mutex_lock(&native->lock);
    int error = pool__dispatcher_start_locked(native);
    pthread_mutex_unlock(&native->lock);
    return error ? POOL_EAGAIN : 0;
}

/* A place for one more entry; NULL: it is left out. */
static struct line *add_locked(struct log *log)
{
    if (log->n == ENTRIES_MAX) {
        log->n_left_out++;
        return NULL;
    }
    return &log->lines[(log->first + log->n++) % ENTRIES_MAX];
}

void pool__log_write(struct native *native, enum pool_log_level level, int32_t code, uint32_t worker,
                     const char *format, ...)
{
    struct line line = {.level = level, .code = code, .worker = worker};
    va_list arguments;
    if (!native->log) return;
    va_start(arguments, format);
    (void)vsnprintf(line.message, sizeof line.message, format, arguments);
    va_end(arguments);
    pthread_mutex_lock(&native->lock);
    struct line *place = add_locked(native->log);
    if (place) *place = line;
    pthread_mutex_unlock(&native->lock);
    pool__wake(native->pool, WAITER_CLIENT, SIGNAL_BLOCKS);
}

/* Takes the first entry out; behind the last one comes how many were left out. False: there is nothing to tell. */
static bool take_locked(struct log *log, struct line *line_out)
{
    if (log->n > 0) {
        *line_out = log->lines[log->first];
        log->first = (log->first + 1) % ENTRIES_MAX;
        log->n--;
        return true;
    }
    if (log->n_left_out == 0) return false;
    *line_out = (struct line){.level = POOL_LOG_WARN};
    (void)snprintf(line_out->message, sizeof line_out->message,
                   "%u entries of this log were left out: its callback is too slow", log->n_left_out);
    log->n_left_out = 0;
    return true;
}

static bool take(struct native *native, struct line *line_out)
{
    pthread_mutex_lock(&native->lock);
    bool some = take_locked(native->log, line_out);
    pthread_mutex_unlock(&native->lock);
    return some;
}

void pool__log_tell(struct native *native)
{
    struct line line;
    const struct log *log = native->log;
    while (log && take(native, &line)) {
        struct pool_log_entry entry = {.level = line.level,
                                       .worker = line.worker,
                                       .code = line.code,
                                       .message = line.message,
                                       .name = native->name};
        log->callback(log->user, atomic_load(&native->x_made) ? native->pool : NULL, &entry);
    }
}

void pool__log_free(struct native *native)
{
    free(native->log);
}
