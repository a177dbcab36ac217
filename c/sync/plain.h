/* Plain memory of ours as a cursor: bytes of a stream or a file go into it, or come out of it. */
#ifndef MILLRACE_SYNC_PLAIN_H
#define MILLRACE_SYNC_PLAIN_H

#include "sync/stream.h"

struct plain_cursor {
    struct cursor cursor; /* first, see stream.h */
    uint8_t *to;          /* one of the two; both move on */
    const uint8_t *from;
    uint32_t left;
};

struct plain_cursor pool__plain_into(uint8_t *to, uint32_t size);
struct plain_cursor pool__plain_from(const uint8_t *from, uint32_t size);

#endif
