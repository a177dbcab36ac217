/* Copies how a job ended out of the pool's memory. */
#include "thin/results.h"

#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "thin/bridge.h"
#include "thin/scratch.h"

/* What the pool has as a pointer is an address in its memory. */
static uint32_t address_of(const void *pointer)
{
    return (uint32_t)(uintptr_t)pointer;
}

/* Copies `size` bytes to `*to`, and moves `*to` behind them: where the copy is; NULL: there was nothing. */
static const void *copy(struct pool *pool, const void *from, uint32_t size, uint8_t **to)
{
    if (!from) return NULL;
    uint8_t *at = *to;
    pool__thin_read(pool->id, address_of(from), at, size);
    *to += size;
    return at;
}

static uint64_t size_of(const struct pool_result *result)
{
    uint64_t size = result->n_values * sizeof(struct pool_value) + result->text_bytes;
    for (int i = 0; i < 3; i++) size += result->captured[i].size_bytes;
    return size;
}

/* The values come first, so that they are aligned. */
static void copy_all(struct pool *pool, struct pool_result *result, uint8_t *to, uint64_t size)
{
    const uint8_t *begin = to;
    result->values = copy(pool, result->values, result->n_values * (uint32_t)sizeof *result->values, &to);
    result->text = copy(pool, result->text, result->text_bytes, &to);
    for (int i = 0; i < 3; i++) {
        struct pool_bytes *captured = &result->captured[i];
        captured->data = copy(pool, captured->data, captured->size_bytes, &to);
    }
    POOL_ASSERT((uint64_t)(to - begin) <= size); /* as it was measured */
    (void)begin, (void)size;
}

static void forget_all(struct pool_result *result)
{
    *result = (struct pool_result){.outcome = result->outcome,
                                   .code = result->code,
                                   .worker = result->worker,
                                   .killed = result->killed,
                                   .queued_ms = result->queued_ms,
                                   .run_ms = result->run_ms};
}

/* Output that the program itself could not write is lost as well. */
static void tell_lost(struct pool_result *result, int output_error)
{
    if (!output_error || result->outcome != POOL_EXITED) return;
    result->outcome = POOL_OUTPUT_LOST;
    result->code = (uint32_t)-output_error;
}

int pool__thin_copy_result(struct pool *pool, struct thin_job *job)
{
    if (job->copied) return 0;
    POOL_ASSERT(job->ended && !job->memory);
    uint32_t scratch = pool__thin_scratch(pool->id);
    int status = pool__thin_call(pool->id, THIN_CALL_WAIT, (double)job->handle, 0, scratch);
    if (status) return status;
    pool__thin_read(pool->id, scratch, &job->result, sizeof job->result);
    tell_lost(&job->result, job->output_error);
    uint64_t size = size_of(&job->result);
    job->memory = malloc(size ? (size_t)size : 1);
    if (!job->memory) {
        forget_all(&job->result);
        return POOL_ENOMEM;
    }
    copy_all(pool, &job->result, job->memory, size);
    job->copied = true;
    return 0;
}
