/* What an instance is asked, and what it answers: records that go through its pipes, as worker/instance.h says. */
#ifndef MILLRACE_CORE_QUESTION_H
#define MILLRACE_CORE_QUESTION_H

#include "pool.h"

enum instance_kind {
    INSTANCE_CALL = 1, /* of export number `at`, with `n_values` values */
    INSTANCE_READ,     /* of `size` bytes of the guest's memory from `at` on */
    INSTANCE_WRITE,    /* of the `size` bytes behind this */
    INSTANCE_DONE,     /* what came of it: values, or bytes behind this */
    INSTANCE_REFUSED,  /* nothing has happened: an error's number in `at`, and a text behind this */
    INSTANCE_PASS,     /* as INSTANCE_CALL, with bytes among the values: `size` in all, behind this */
    INSTANCE_FETCH,    /* as INSTANCE_PASS, and what the export returns tells where bytes are: those are the answer */
    INSTANCE_FAILED    /* it has run, and what it returned cannot be handed over: as INSTANCE_REFUSED */
};

/* The type of a value that stands for as many bytes as its `of.i32` says. */
#define INSTANCE_BYTES POOL_BYTES

/* Instead of an export's number, in INSTANCE_PASS and INSTANCE_FETCH: the first value is bytes, its name. */
#define INSTANCE_NAMED 0x7fffffffu

/* What both pipes carry. Its values follow, and then its bytes. */
struct instance_record {
    uint32_t kind;
    uint32_t at;
    uint32_t size;
    uint32_t n_values;
};

#endif
