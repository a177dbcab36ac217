/* Host calls of guests: the imports of the module `millrace`, as pool_guest.h has them. Sizes, descriptors and replies
 * are counts; failures are negative enum pool_error.
 */
#include "core/check.h"
#include "core/utf8.h"
#include "sync/calls.h"
#include "sync/ends.h"
#include "wasi/memory.h"
#include "wasi/wasi.h"

#define EFAULT_OF_GUEST POOL_EINVAL /* a wrong address: pool.h has no EFAULT */

static int begin(struct wasi_context *c, const struct wasi_iovec *name, const struct wasi_iovec *data,
                 struct call_draft *draft)
{
    if (c->guest.check(name->data, name->size) || c->guest.check(data->data, data->size)) return EFAULT_OF_GUEST;
    int error = pool__call_draft(c->sleeper, name->size, data->size, draft);
    if (error) return error;
    POOL_ASSERT(draft->memory && draft->pipe && name->size > 0);
    c->guest.read(name->data, draft->memory, name->size);
    c->guest.read(data->data, draft->memory + name->size, data->size);
    if (pool__is_utf8((const char *)draft->memory, name->size)) return 0;
    pool__call_drop(c->sleeper, draft);
    return POOL_EINVAL;
}

int32_t wasi_call_begin(struct wasi_context *c, uint32_t name, uint32_t name_size, uint32_t data, uint32_t size)
{
    struct call_draft draft;
    int error = begin(c, &(struct wasi_iovec){name, name_size}, &(struct wasi_iovec){data, size}, &draft);
    if (error) return error;
    int32_t fd = wasi_fd_open(c, (struct stream){.kind = STREAM_READER, .pipe = draft.pipe});
    if (fd < 0) {
        pool__call_drop(c->sleeper, &draft);
        return POOL_EMFILE;
    }
    pool__call_send(c->sleeper, &draft);
    return fd;
}

/* Copies as much of a reply as fits: how large it is. */
static uint32_t copy_reply(struct wasi_context *c, struct pipe *pipe, uint32_t reply_out, uint32_t capacity)
{
    struct stream stream = {.kind = STREAM_READER, .pipe = pipe};
    struct wasi_iovec room = {reply_out, capacity};
    struct guest_cursor at;
    uint32_t size = pool__stream_bytes(&stream);
    wasi_cursor_init(&at, &c->guest, &room, 1, true);
    if (size) pool__stream_read(c->sleeper, &stream, &at.cursor, true);
    return size;
}

/* The same with an error's text, and a NUL behind it; NULL: there is none. */
static void copy_text(struct wasi_context *c, struct pipe *pipe, uint32_t text_out, uint32_t capacity)
{
    if (capacity == 0) return;
    uint32_t most = capacity - 1, size = pipe ? copy_reply(c, pipe, text_out, most) : 0;
    c->guest.write(text_out + (size < most ? size : most), "", 1);
}

/* Waits for the reply, which comes in one piece, and takes it. */
static int32_t take_reply(struct wasi_context *c, struct pipe *pipe, uint32_t reply_out, uint32_t capacity)
{
    int32_t status = pool__sleep_on_pipe(c->sleeper, pipe, PIPE_READ, 0);
    bool answered = status >= 0;
    if (answered) status = atomic_load(&pipe->x_reply);
    if (status == 0) return (int32_t)copy_reply(c, pipe, reply_out, capacity);
    copy_text(c, answered ? pipe : NULL, reply_out, capacity);
    return status == POOL_EAGAIN ? POOL_EPIPE : status; /* it was closed without an answer */
}

int32_t wasi_call(struct wasi_context *c, uint32_t name, uint32_t name_size, uint32_t data, uint32_t size,
                  uint32_t reply_out, uint32_t capacity)
{
    struct call_draft draft;
    if (c->guest.check(reply_out, capacity)) return EFAULT_OF_GUEST;
    int error = begin(c, &(struct wasi_iovec){name, name_size}, &(struct wasi_iovec){data, size}, &draft);
    if (error) {
        copy_text(c, NULL, reply_out, capacity);
        return error;
    }
    pool__call_send(c->sleeper, &draft);
    int32_t reply = take_reply(c, draft.pipe, reply_out, capacity);
    pool__close_end(c->sleeper->pool, draft.pipe, PIPE_READ);
    return reply;
}

int32_t wasi_call_status(struct wasi_context *c, uint32_t number)
{
    const struct fs_fd *fd = wasi_fd_of(c, number);
    if (!fd || !fd->stream.pipe || !atomic_load(&fd->stream.pipe->x_caller)) return POOL_EBADF;
    int32_t status = atomic_load(&fd->stream.pipe->x_reply);
    bool answered = status != POOL_EAGAIN || pool__pipe_has_writer(fd->stream.pipe);
    return answered ? status : POOL_EPIPE;
}
