/* A guest from its record: its arguments, and the descriptors that it begins with. */
#include "wasi/context.h"

#include <string.h>

#include "core/check.h"
#include "core/record.h"
#include "sync/ends.h"
#include "sync/jobs.h"

/* The first `n` strings. pre: the record has been checked, so each ends with a NUL. */
static struct wasi_strings strings_at(const char *data, uint32_t n)
{
    uint32_t used = 0;
    POOL_ASSERT(data || n == 0);
    for (uint32_t i = 0; i < n; i++) used += (uint32_t)strlen(data + used) + 1;
    return (struct wasi_strings){data, used, n};
}

static struct fs_fd fd_of_stream(struct stream stream)
{
    uint64_t rights = WASI_RIGHT_FD_FDSTAT_SET_FLAGS | WASI_RIGHT_FD_FILESTAT_GET | WASI_RIGHT_POLL_FD_READWRITE;
    if (pool__stream_reads(&stream)) rights |= WASI_RIGHT_FD_READ;
    if (pool__stream_writes(&stream)) rights |= WASI_RIGHT_FD_WRITE;
    return (struct fs_fd){.stream = stream, .rights_base = rights};
}

static void open_preopens(struct wasi_context *context, const struct record *record)
{
    const struct record_preopen *preopens = pool__record_preopens(record);
    const char *path = pool__record_paths(record);
    for (uint32_t i = 0; i < record->n_preopens; i++) {
        struct fs_fd fd = {.kind = NODE_DIRECTORY,
                           .preopen = path,
                           .rights_base = WASI_RIGHTS_DIRECTORY,
                           .rights_inheriting = WASI_RIGHTS_ALL};
        bool read_only = preopens[i].read_only;
        int error = pool__volume_open_used(context->sleeper->pool, preopens[i].volume, read_only, &fd.file);
        POOL_ASSERT(context->table->n_used < FDS_MAX);
        if (!error) context->table->fds[context->table->n_used++] = fd;
        path += strlen(path) + 1;
    }
}

void wasi_context_init(struct wasi_context *context, struct sleeper *sleeper, struct job *job)
{
    const struct record *record = pool__job_record(sleeper->pool, job);
    POOL_ASSERT(context->table->n_used == 0);
    context->sleeper = sleeper;
    context->job = job;
    const char *strings = record ? pool__record_strings(record) : NULL;
    context->args = strings_at(strings, record ? record->n_args : 0);
    context->env = strings_at(record ? strings + context->args.size : NULL, record ? record->n_env : 0);
    POOL_ASSERT(!record || context->args.size + context->env.size <= record->strings_bytes);
    context->exited = false;
    context->exit_code = 0;
    for (uint32_t fd = 0; fd < 3; fd++) {
        context->table->fds[fd] = fd_of_stream(pool__stream_of(sleeper->pool, job, fd));
        context->table->fds[fd].tty = record && record->tty;
    }
    context->table->n_used = 3;
    if (record && record->n_preopens) open_preopens(context, record);
}

struct fs_fd *wasi_fd_of(struct wasi_context *context, uint32_t fd)
{
    if (fd >= context->table->n_used || !pool__fd_is_open(&context->table->fds[fd])) return NULL;
    struct fs_fd *found = &context->table->fds[fd];
    POOL_ASSERT(!found->file.volume || found->stream.kind == STREAM_CLOSED); /* it is one of the two */
    return found;
}

int32_t wasi_fd_free(struct wasi_context *context)
{
    struct fd_table *table = context->table;
    for (uint32_t fd = 0; fd < table->n_used; fd++) {
        if (!pool__fd_is_open(&table->fds[fd])) return (int32_t)fd;
    }
    POOL_ASSERT(table->n_used <= WASI_FDS_MAX);
    if (table->n_used == WASI_FDS_MAX) return -1;
    table->fds[table->n_used] = (struct fs_fd){0};
    return (int32_t)table->n_used++;
}

int32_t wasi_fd_open(struct wasi_context *context, struct stream stream)
{
    int32_t number = wasi_fd_free(context);
    POOL_ASSERT(number < (int32_t)context->table->n_used && stream.kind != STREAM_CLOSED);
    if (number >= 0) context->table->fds[number] = fd_of_stream(stream);
    return number;
}
