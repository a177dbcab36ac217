/* Imports that the host serves, as the worker calls them.
 *
 * The guest is linked to small functions that the script has made from the imports' types. Each puts its arguments into
 * this thread's import_buffer, calls import_call, and takes the results out of it: from the guest to where the worker
 * waits there are wasm functions only. They are called in the guest's state.
 */
#ifndef MILLRACE_WORKER_IMPORT_CALL_H
#define MILLRACE_WORKER_IMPORT_CALL_H

#include "core/import_call.h"

enum import_failure_kind {
    IMPORT_FAILED = 1,  /* the host says so: its text is known */
    IMPORT_NOT_CARRIED, /* the call did not get there, or its answer not back: `status` tells why */
    IMPORT_MISSING      /* nobody provides what was called */
};

/* Why the guest was unwound in an import; `kind` 0: it was not. The script clears it before each job. */
struct import_failure {
    uint32_t kind;
    uint32_t number; /* of the import */
    int32_t status;
    uint32_t text_bytes;
};

#define IMPORT_TEXT_BYTES POOL_IMPORT_TEXT_MAX_BYTES

struct import_buffer {
    struct pool_value values[2 * POOL_VALUES_MAX]; /* the arguments, and behind them the results */
    struct import_failure failure;
    uint8_t text[IMPORT_TEXT_BYTES];
};

/* This thread's. */
struct import_buffer *import_buffer(void);

/* Calls import `number` with the first `n_values` of the buffer; the next `n_results` have the types of the results, and
 * get them. With IMPORT_UNTYPED they are what the host has returned. How many there are. Does not return if that fails,
 * or the job is to end: the guest is unwound. */
uint32_t import_call(uint32_t number, uint32_t n_values, uint32_t n_results);

/* What the guest calls in place of an import that nobody provides. */
_Noreturn void import_missing(uint32_t number);

#endif
