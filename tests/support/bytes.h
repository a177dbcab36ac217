/* A caller's memory, handed over in pieces: what streams and files are read into and written from. */
#ifndef MILLRACE_TESTS_BYTES_H
#define MILLRACE_TESTS_BYTES_H

#include "sync/stream.h"

struct bytes {
    struct cursor cursor; /* first, see stream.h */
    uint8_t *data;
    uint32_t step;
    uint32_t at;
    bool reads;
};

/* Pieces of `step` bytes; 0: one piece. `reads`: bytes go into the memory. */
struct bytes bytes_in_pieces(void *data, uint32_t size, uint32_t step, bool reads);

#endif
