#include "wasi/context.h"

#include <string.h>

#include "core/record.h"
#include "sync/ends.h"
#include "sync/jobs.h"

/* The first `n` strings. The record has been checked: each ends with a NUL. */
static struct wasi_strings strings_at(const char *data, uint32_t n)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < n; i++) used += (uint32_t)strlen(data + used) + 1;
    return (struct wasi_strings){data, used, n};
}

void wasi_context_init(struct wasi_context *context, struct sleeper *sleeper, struct job *job)
{
    const struct record *record = pool__job_record(sleeper->pool, job);
    context->sleeper = sleeper;
    const char *strings = record ? pool__record_strings(record) : NULL;
    context->args = strings_at(strings, record ? record->n_args : 0);
    context->env = strings_at(record ? strings + context->args.size : NULL, record ? record->n_env : 0);
    context->exited = false;
    context->exit_code = 0;
    memset(context->fds, 0, sizeof context->fds);
    for (uint32_t fd = 0; fd < 3; fd++) context->fds[fd].stream = pool__stream_of(sleeper->pool, job, fd);
}

struct wasi_fd *wasi_fd_of(struct wasi_context *context, uint32_t fd)
{
    if (fd >= WASI_FDS_MAX || context->fds[fd].stream.kind == STREAM_CLOSED) return NULL;
    return &context->fds[fd];
}

int32_t wasi_fd_open(struct wasi_context *context, struct stream stream)
{
    for (uint32_t fd = 0; fd < WASI_FDS_MAX; fd++) {
        if (context->fds[fd].stream.kind != STREAM_CLOSED) continue;
        context->fds[fd] = (struct wasi_fd){.stream = stream};
        return (int32_t)fd;
    }
    return -1;
}
