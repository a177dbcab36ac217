#include "wasi/context.h"

#include <string.h>

#include "sync/ends.h"
#include "sync/jobs.h"

/* The first `n` strings. pool_submit has seen to it that the last byte of all is a NUL. */
static struct wasi_strings strings_at(const char *data, uint32_t size, uint32_t n)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < n && used < size; i++) used += (uint32_t)strlen(data + used) + 1;
    return (struct wasi_strings){data, used, n};
}

static struct wasi_fd stdio_of(struct pool *pool, pool_fd_t handle, uint32_t fd)
{
    enum pipe_end end = fd == 0 ? PIPE_READ : PIPE_WRITE;
    struct pipe *pipe = handle ? pool__end_of(pool, handle, end) : NULL;
    if (!pipe) return (struct wasi_fd){.kind = WASI_FD_NULL};
    return (struct wasi_fd){.kind = end == PIPE_READ ? WASI_FD_READER : WASI_FD_WRITER, .pipe = pipe};
}

void wasi_context_init(struct wasi_context *context, struct sleeper *sleeper, struct job *job)
{
    const char *text = job->block ? (const char *)pool__job_block(sleeper->pool, job) : "";
    context->sleeper = sleeper;
    context->args = strings_at(text, job->args_bytes, job->n_args);
    context->env = strings_at(text + context->args.size, job->args_bytes - context->args.size, job->n_env);
    context->exited = false;
    context->exit_code = 0;
    memset(context->fds, 0, sizeof context->fds);
    for (uint32_t fd = 0; fd < 3; fd++) context->fds[fd] = stdio_of(sleeper->pool, job->stdio[fd], fd);
}

struct wasi_fd *wasi_fd_of(struct wasi_context *context, uint32_t fd)
{
    if (fd >= WASI_FDS_MAX || context->fds[fd].kind == WASI_FD_CLOSED) return NULL;
    return &context->fds[fd];
}
