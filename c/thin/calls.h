/* Host calls. */
#ifndef MILLRACE_THIN_CALLS_H
#define MILLRACE_THIN_CALLS_H

#include "thin/state.h"

void pool__thin_call_signal(struct pool *pool, uint32_t slot);
/* Sends what replies are kept, as far as there is memory for them now. */
void pool__thin_send_replies(struct pool *pool);
void pool__thin_free_calls(struct pool *pool);

#endif
