/* Carries calls on volumes into the pool's memory, and their results back. */
#include "core/check.h"
#include "core/file_call.h"
#include "core/volume.h"
#include "thin/bridge.h"
#include "thin/explain.h"
#include "thin/scratch.h"
#include "thin/suspend.h"

/* How much data is carried at once; the call and its paths must fit beside it. */
#define PIECE_BYTES (192u * 1024)

_Static_assert(SCRATCH_RECORD >= sizeof(struct file_call), "data comes behind the call");
_Static_assert(SCRATCH_RECORD + PIECE_BYTES + 2 * PATH_MAX_BYTES <= POOL_ARGS_MAX_BYTES, "all of it fits");

/* How many bytes of its data a call has filled in. */
static uint32_t filled_by(const struct file_call *call, int32_t result)
{
    if (result < 0) return 0;
    switch (call->op) {
    case FILE_READ:
    case FILE_READLINK: return pool__min((uint32_t)result, call->data_bytes);
    case FILE_LIST: return (uint32_t)result * (uint32_t)sizeof(struct pool_entry);
    case FILE_STAT:
    case FILE_LSTAT:
    case FILE_CREATE: return call->data_bytes;
    default: return 0;
    }
}

static void put(struct pool *pool, uint32_t at, const void *data, uint32_t size)
{
    if (size) pool__thin_write(pool->id, at, data, size);
}

/* Makes one call. The addresses in `there` are addresses in the pool's memory. */
static int32_t carry(struct pool *pool, const struct file_call *call)
{
    POOL_ASSERT(call->data_bytes <= PIECE_BYTES);
    POOL_ASSERT(call->path_bytes <= PATH_MAX_BYTES && call->other_bytes <= PATH_MAX_BYTES);
    uint32_t scratch = pool__thin_scratch(pool->id), data = scratch + SCRATCH_RECORD;
    uint32_t path = data + call->data_bytes, other = path + call->path_bytes;
    struct file_call there = *call;
    /* NOLINTBEGIN(performance-no-int-to-ptr): nobody follows them here */
    there.data = call->source ? NULL : (void *)(uintptr_t)data;
    there.source = call->source ? (const void *)(uintptr_t)data : NULL;
    there.path = (const char *)(uintptr_t)path;
    there.other = (const char *)(uintptr_t)other;
    /* NOLINTEND(performance-no-int-to-ptr) */
    put(pool, scratch, &there, sizeof there);
    put(pool, path, call->path, call->path_bytes);
    put(pool, other, call->other, call->other_bytes);
    if (call->source) put(pool, data, call->source, call->data_bytes);
    if (call->op == FILE_CREATE) put(pool, data, call->data, call->data_bytes);
    int32_t result = pool__thin_call(pool->id, THIN_CALL_FILE, scratch, 0, 0);
    uint32_t filled = filled_by(call, result);
    POOL_ASSERT(filled <= call->data_bytes); /* or it would go behind the caller's memory */
    if (filled) pool__thin_read(pool->id, data, call->data, filled);
    return result;
}

/* The same, but waits if the program can wait. */
static int32_t carry_patiently(struct pool *pool, const struct file_call *call)
{
    static const uint32_t signal = THIN_SIGNAL_ROOM;
    for (;;) {
        if (pool->closing || pool->died) return POOL_ESHUTDOWN;
        int32_t result = carry(pool, call);
        if (result != POOL_EAGAIN || !pool__thin_can_wait()) return result;
        int status = pool__thin_await(pool, &signal, 1, pool__thin_deadline(POOL_FOREVER));
        if (status) return status;
    }
}

static int32_t in_pieces(struct pool *pool, const struct file_call *call)
{
    uint32_t done = 0;
    for (;;) {
        struct file_call piece = *call;
        if (call->data) piece.data = (uint8_t *)call->data + done;
        if (call->source) piece.source = (const uint8_t *)call->source + done;
        piece.data_bytes = pool__min(call->data_bytes - done, PIECE_BYTES);
        if (call->number != POOL_APPEND) piece.number += done;
        int32_t n = carry_patiently(pool, &piece);
        if (n < 0) return done ? (int32_t)done : n;
        POOL_ASSERT((uint32_t)n <= piece.data_bytes);
        done += (uint32_t)n;
        if (done == call->data_bytes || (uint32_t)n < piece.data_bytes) return (int32_t)done;
    }
}

int32_t pool__file_call(struct pool *pool, const struct file_call *call)
{
    pool__thin_begin();
    if (!pool) return POOL_EINVAL;
    if (call->path_bytes > PATH_MAX_BYTES || call->other_bytes > PATH_MAX_BYTES) return POOL_ENAMETOOLONG;
    if (call->op == FILE_READ || call->op == FILE_WRITE) return in_pieces(pool, call);
    struct file_call whole = *call;
    whole.data_bytes = pool__min(call->data_bytes, PIECE_BYTES);
    return carry_patiently(pool, &whole);
}
