/* What the pool notices: told to the program's callback. */
#ifndef MILLRACE_THIN_LOG_H
#define MILLRACE_THIN_LOG_H

#include "thin/state.h"

/* Calls back; takes the message over. It says nothing of the program's own last failure, so pool_error_text stays. */
void pool__thin_log_signal(struct pool *pool, uint32_t level, uint32_t worker, int32_t code, char *message);

#endif
