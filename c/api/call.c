/* Host calls that C functions make (pool_guest.h). */
#include <string.h>

#include "api/fds.h"
#include "core/check.h"
#include "core/utf8.h"
#include "pool_guest.h"
#include "sync/calls.h"
#include "sync/ends.h"
#include "sync/self.h"

static int begin(struct sleeper *self, const char *name, size_t name_bytes, const void *data, size_t size_bytes,
                 struct call_draft *draft)
{
    if (!self || !self->job) return POOL_ENOSYS; /* only jobs call */
    if ((name_bytes && !name) || (size_bytes && !data)) return POOL_EINVAL;
    if (name_bytes > POOL_NAME_MAX_BYTES || !pool__is_utf8(name, (uint32_t)name_bytes)) return POOL_EINVAL;
    int error = pool__call_draft(self, name_bytes, size_bytes, draft);
    if (error) return error;
    POOL_ASSERT(draft->memory && draft->pipe && name_bytes > 0);
    memcpy(draft->memory, name, name_bytes);
    if (size_bytes) memcpy(draft->memory + name_bytes, data, size_bytes);
    pool__call_send(self, draft);
    return 0;
}

int32_t pool_call_begin(const char *name, size_t name_bytes, const void *data, size_t size_bytes)
{
    struct call_draft draft;
    int error = begin(pool__self_any(), name, name_bytes, data, size_bytes, &draft);
    return error ? error : (int32_t)draft.reply;
}

int32_t pool_call_status(int32_t fd)
{
    struct sleeper *self = pool__self_any();
    struct pipe *pipe = self && fd > 0 ? pool__reply_of(self->pool, self->job, (pool_fd_t)fd) : NULL;
    if (!pipe) return POOL_EBADF;
    int32_t status = atomic_load(&pipe->x_reply);
    return status != POOL_EAGAIN || pool__pipe_has_writer(pipe) ? status : POOL_EPIPE;
}

/* Copies as much of a reply as fits: how large it is. It is in one piece. */
static uint32_t copy_reply(struct pipe *pipe, void *reply_out, size_t capacity_bytes)
{
    struct span reply = pool__pipe_readable(pipe, 0);
    POOL_ASSERT(pool__pipe_readable(pipe, reply.size).size == 0);
    size_t n = reply.size < capacity_bytes ? reply.size : capacity_bytes;
    if (n) memcpy(reply_out, reply.data, n);
    return reply.size;
}

/* The same with an error's text, and a NUL behind it; NULL: there is none. */
static void copy_text(struct pipe *pipe, char *text_out, size_t capacity_bytes)
{
    if (capacity_bytes == 0) return;
    size_t most = capacity_bytes - 1, size = pipe ? copy_reply(pipe, text_out, most) : 0;
    text_out[size < most ? size : most] = '\0';
}

int32_t pool_call(const char *name, size_t name_bytes, const void *data, size_t size_bytes, void *reply_out,
                  size_t capacity_bytes)
{
    struct call_draft draft;
    struct sleeper *self = pool__self_any();
    if (capacity_bytes && !reply_out) return POOL_EINVAL;
    int32_t status = begin(self, name, name_bytes, data, size_bytes, &draft);
    if (status) {
        copy_text(NULL, reply_out, capacity_bytes);
        return status;
    }
    status = pool__sleep_on_pipe(self, draft.pipe, PIPE_READ, 0);
    bool answered = status >= 0;
    if (answered) status = atomic_load(&draft.pipe->x_reply);
    if (status == 0) {
        status = (int32_t)copy_reply(draft.pipe, reply_out, capacity_bytes);
    } else {
        copy_text(answered ? draft.pipe : NULL, reply_out, capacity_bytes);
    }
    pool__close_end(self->pool, draft.pipe, PIPE_READ);
    return status == POOL_EAGAIN ? POOL_EPIPE : status; /* it was closed without an answer */
}
