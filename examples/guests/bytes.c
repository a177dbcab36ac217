/* A library whose exports take and give bytes and texts: see "bytes in exports" in pool_guest.h. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "pool_guest.h"

POOL_GUEST_HEAP

/* Memory for a result, which is none if there is nothing to return; or a trap. */
static char *take(size_t size_bytes)
{
    char *memory = size_bytes ? pool_alloc(size_bytes) : NULL;
    if (!memory && size_bytes) abort();
    return memory;
}

/* How many times a byte comes in some bytes. */
POOL_GUEST_EXPORT(count) int32_t count(const uint8_t *data, size_t size_bytes, int32_t byte)
{
    int32_t n = 0;
    for (size_t i = 0; i < size_bytes; i++) n += data[i] == byte;
    return n;
}

/* A text in capitals, where it lies: a result may be an argument. */
POOL_GUEST_EXPORT(upper) pool_guest_bytes upper(char *text, size_t size_bytes)
{
    for (size_t i = 0; i < size_bytes; i++) text[i] = (char)toupper((unsigned char)text[i]);
    return pool_guest_result(text, size_bytes);
}

/* A text without the blanks behind it. */
POOL_GUEST_EXPORT(trim) pool_guest_bytes trim(char *text, size_t size_bytes)
{
    while (size_bytes > 0 && isspace((unsigned char)text[size_bytes - 1])) size_bytes--;
    return pool_guest_result(text, size_bytes);
}

/* The bytes the other way round. */
POOL_GUEST_EXPORT(reverse) pool_guest_bytes reverse(const uint8_t *data, size_t size_bytes)
{
    char *reversed = take(size_bytes);
    for (size_t i = 0; i < size_bytes; i++) reversed[i] = (char)data[size_bytes - 1 - i];
    return pool_guest_result(reversed, size_bytes);
}

/* Two texts with some blanks between them. */
POOL_GUEST_EXPORT(join)
pool_guest_bytes join(const char *left, size_t left_bytes, int32_t n_blanks, const char *right, size_t right_bytes)
{
    size_t blanks = n_blanks > 0 ? (size_t)n_blanks : 0, size_bytes = left_bytes + blanks + right_bytes;
    char *joined = take(size_bytes);
    if (!joined) return 0;
    memcpy(joined, left, left_bytes);
    memset(joined + left_bytes, ' ', blanks);
    memcpy(joined + left_bytes + blanks, right, right_bytes);
    return pool_guest_result(joined, size_bytes);
}

/* So many bytes, one of every value after the other. */
POOL_GUEST_EXPORT(fill) pool_guest_bytes fill(uint32_t size_bytes)
{
    char *filled = take(size_bytes);
    for (uint32_t i = 0; i < size_bytes; i++) filled[i] = (char)i;
    return pool_guest_result(filled, size_bytes);
}
