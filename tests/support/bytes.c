/* Copies pieces of memory for a stream or a file. */
#include "support/bytes.h"

#include "support/prelude.h"

static uint32_t piece(struct cursor *cursor)
{
    const struct bytes *b = (const struct bytes *)cursor;
    uint32_t left = b->cursor.total - b->at, in_step = b->step - b->at % b->step;
    return left < in_step ? left : in_step;
}

static void copy(struct cursor *cursor, uint8_t *data, uint32_t size)
{
    struct bytes *b = (struct bytes *)cursor;
    assert_true(size <= piece(cursor));
    if (b->reads) memcpy(b->data + b->at, data, size);
    if (!b->reads) memcpy(data, b->data + b->at, size);
    b->at += size;
}

struct bytes bytes_in_pieces(void *data, uint32_t size, uint32_t step, bool reads)
{
    if (step == 0) step = size ? size : 1;
    struct cursor cursor = {.total = size, .piece = piece, .copy = copy};
    return (struct bytes){.cursor = cursor, .data = data, .step = step, .reads = reads};
}
