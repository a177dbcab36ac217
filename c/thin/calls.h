/* Host calls: jobs make them, handlers answer them. */
#ifndef MILLRACE_THIN_CALLS_H
#define MILLRACE_THIN_CALLS_H

#include "thin/state.h"

/* A job calls the host: calls the handler of that name, or refuses. */
void pool__thin_call_signal(struct pool *pool, uint32_t slot);
/* Sends as many of the replies that wait for memory as it can now. */
void pool__thin_send_replies(struct pool *pool);
void pool__thin_free_calls(struct pool *pool);

#endif
