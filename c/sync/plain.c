/* Copying between a stream or a file and plain memory. */
#include "sync/plain.h"

#include <string.h>

#include "core/check.h"

static uint32_t piece(struct cursor *cursor)
{
    return ((struct plain_cursor *)(void *)cursor)->left;
}

static void copy_in(struct cursor *cursor, uint8_t *data, uint32_t size)
{
    struct plain_cursor *plain = (struct plain_cursor *)(void *)cursor;
    POOL_ASSERT(size <= plain->left);
    memcpy(plain->to, data, size);
    plain->to += size;
    plain->left -= size;
}

static void copy_out(struct cursor *cursor, uint8_t *data, uint32_t size)
{
    struct plain_cursor *plain = (struct plain_cursor *)(void *)cursor;
    POOL_ASSERT(size <= plain->left);
    memcpy(data, plain->from, size);
    plain->from += size;
    plain->left -= size;
}

struct plain_cursor pool__plain_into(uint8_t *to, uint32_t size)
{
    return (struct plain_cursor){.cursor = {.total = size, .piece = piece, .copy = copy_in}, .to = to, .left = size};
}

struct plain_cursor pool__plain_from(const uint8_t *from, uint32_t size)
{
    return (struct plain_cursor){
        .cursor = {.total = size, .piece = piece, .copy = copy_out}, .from = from, .left = size};
}
