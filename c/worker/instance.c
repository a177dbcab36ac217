/* Records of an instance, in and out. */
#include "worker/instance.h"

#include "core/check.h"
#include "sync/jobs.h"
#include "sync/plain.h"
#include "wasi/memory.h"
#include "worker/guest.h"

static _Thread_local struct instance_buffer buffer;
static _Thread_local struct stream calls, answers;

/* A guest that reads its stdin must not find calls there. */
static struct stream take_stream(struct fs_fd *fd)
{
    struct stream stream = fd->stream;
    fd->stream.kind = STREAM_NULL;
    return stream;
}

struct instance_buffer *instance_begin(void)
{
    struct fd_table *table = pool__this_guest()->table;
    calls = take_stream(&table->fds[0]);
    answers = take_stream(&table->fds[1]);
    POOL_ASSERT(calls.kind == STREAM_READER && answers.kind == STREAM_WRITER);
    answers.job = NULL; /* that nobody reads an answer any more is not an output that was lost */
    return &buffer;
}

/* Fills what the cursor stands for. */
static int receive(struct cursor *cursor)
{
    while (cursor->done < cursor->total) {
        uint32_t done = cursor->done;
        int status = pool__stream_read(&pool__this_worker()->sleeper, &calls, cursor, false);
        if (status < 0) return status;
        if (cursor->done == done) return 0;
    }
    return 1;
}

static int send(struct cursor *cursor)
{
    int status = pool__stream_write(&pool__this_worker()->sleeper, &answers, cursor, false);
    if (status == POOL_EPIPE) return 0;
    if (status < 0) return status;
    return cursor->done == cursor->total ? 1 : pool__sleeper_interrupted(&pool__this_worker()->sleeper);
}

static int receive_into(void *to, uint32_t size)
{
    struct plain_cursor cursor = pool__plain_into(to, size);
    return receive(&cursor.cursor);
}

/* Whether the bytes behind a call are those that its values stand for. */
static bool bytes_match(void)
{
    uint32_t kind = buffer.record.kind;
    uint64_t size = 0;
    if (kind != INSTANCE_PASS && kind != INSTANCE_FETCH) return true;
    for (uint32_t i = 0; i < buffer.record.n_values; i++) {
        const struct pool_value *value = &buffer.behind.values[i];
        if (value->type == INSTANCE_BYTES) size += (uint32_t)value->of.i32;
    }
    return size == buffer.record.size;
}

int instance_next(void)
{
    int status = receive_into(&buffer.record, sizeof buffer.record);
    if (status <= 0) return status;
    uint32_t n = buffer.record.n_values;
    if (n > POOL_VALUES_MAX) return POOL_EPROTO;
    status = receive_into(buffer.behind.values, n * (uint32_t)sizeof buffer.behind.values[0]);
    return status <= 0 || bytes_match() ? status : POOL_EPROTO;
}

int instance_text(uint32_t size)
{
    return size <= sizeof buffer.behind.text ? receive_into(buffer.behind.text, size) : POOL_EINVAL;
}

int instance_skip(uint32_t size)
{
    int status = 1;
    while (size > 0 && status > 0) {
        uint32_t n = pool__min(size, sizeof buffer.behind.text);
        status = receive_into(buffer.behind.text, n);
        size -= n;
    }
    return status;
}

int instance_send(uint32_t size)
{
    POOL_ASSERT(size <= sizeof buffer);
    pool__job_keep_told(pool__this_worker()->pool,
                        pool__this_worker()->job); /* whoever hears of a call may begin others */
    struct plain_cursor cursor = pool__plain_from((const uint8_t *)&buffer, size);
    return send(&cursor.cursor);
}

/* Moves bytes between the guest's memory and a pipe in one copy. */
static int move(uint32_t address, uint32_t size, bool reads)
{
    struct guest_cursor at;
    struct wasi_iovec range = {address, size};
    if (wasi_cursor_init(&at, &pool__this_guest()->guest, &range, 1, reads)) return POOL_EINVAL;
    return reads ? receive(&at.cursor) : send(&at.cursor);
}

int instance_take(uint32_t address, uint32_t size)
{
    return move(address, size, true);
}

int instance_give(uint32_t address, uint32_t size)
{
    return move(address, size, false);
}
