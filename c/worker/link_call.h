/* A host call that a script makes which a guest has called: a function of the embedder's that a worker has loaded. It is in
 * the guest's state before and after. Unlike calls of the guest's own it never unwinds, because a script may catch that and
 * go on: a job that is to end is POOL_ECANCELED, and the guest is unwound at its next call, or ended.
 *
 * The script calls link_begin, writes name and data to `at`, calls link_send, reads the reply at `at`, and calls link_end;
 * that only if the status before was not negative.
 */
#ifndef MILLRACE_WORKER_LINK_CALL_H
#define MILLRACE_WORKER_LINK_CALL_H

#include "pool.h"

struct link_call {
    uint8_t *at;
    uint32_t size_bytes; /* of the reply, or of the error's text */
    int32_t status; /* the host's, or why it was not asked; link_send: 0 or negative, and link_end follows anyway */
};

/* This thread's call, the same each time. A negative status: it could not be begun, and is over. */
struct link_call *link_begin(uint32_t name_bytes, uint32_t size_bytes);

/* Waits for the reply. */
struct link_call *link_send(void);

void link_end(void);

#endif
