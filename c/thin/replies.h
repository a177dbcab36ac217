/* Replies to host calls, on their way into the pool's memory. */
#ifndef MILLRACE_THIN_REPLIES_H
#define MILLRACE_THIN_REPLIES_H

#include "thin/state.h"

/* Sends a reply of two pieces, each of which may be empty: 0. POOL_EAGAIN: there is no memory for it yet. Any other
 * error is final; the caller gets it, too, or the reply's own without its text. */
int pool__thin_send_reply(struct pool *pool, pool_call_t call, int32_t status, const struct pool_bytes pieces[2]);
/* Sends an error and no text. */
void pool__thin_refuse_call(struct pool *pool, pool_call_t call, int status);

#endif
