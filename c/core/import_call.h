/* What a guest and the host say to each other when the guest calls an import that the host serves.
 *
 * It is a conversation of host calls without a name. Each question is the data of one, each answer its reply: the host
 * may ask for something of the guest's memory, which comes with the next question, until it says what the import
 * returns. The guest waits all the time, so of one job there is one conversation at most.
 */
#ifndef MILLRACE_CORE_IMPORT_CALL_H
#define MILLRACE_CORE_IMPORT_CALL_H

#include "pool.h"

enum import_question_kind {
    IMPORT_CALL = 1, /* of import `number`, with `n_values` values and `n_results` entries that have a result's type */
    IMPORT_GRANTED,  /* what the host has asked for is done; the bytes that it wanted are behind this */
    IMPORT_DENIED    /* nothing was done: not all of it is in the guest's memory */
};

struct import_question {
    uint32_t kind;
    uint32_t number;    /* the import's index in the module's list */
    uint32_t n_values;  /* 0 for all but IMPORT_CALL, as the next */
    uint32_t n_results; /* behind the header: as many struct pool_value as both, or bytes; or IMPORT_UNTYPED */
    uint32_t n_pages;   /* IMPORT_DENIED, or asked for: how many pages the guest's memory has */
    uint32_t zero;
};

enum import_answer_kind {
    IMPORT_RETURNS = 1, /* with the results, of the types that were wanted */
    IMPORT_FAILS,       /* the guest is to trap; a text is behind this */
    IMPORT_READ,        /* `size` bytes of the guest's memory from `address` on */
    IMPORT_WRITE,       /* the `size` bytes behind this */
    IMPORT_MEASURE      /* how large the memory is */
};

struct import_answer {
    uint32_t kind;
    uint32_t address;
    uint32_t size;
    uint32_t
        whole; /* this is the first of so many bytes, `size` or more, which must be in the memory: or none is moved */
};

#define IMPORT_PAGE_BYTES 65536u
#define IMPORT_UNTYPED 0x7fffffffu /* as n_results: nobody knows them, and the host returns what it likes */

#endif
