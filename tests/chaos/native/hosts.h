/* Who serves the host calls of all pools: at once, late, with much, with an error, or not before the round ends. */
#ifndef MILLRACE_TESTS_CHAOS_HOSTS_H
#define MILLRACE_TESTS_CHAOS_HOSTS_H

#include "chaos/native/chaos.h"

/* Has a pool serve `now`, `late`, `large`, `error` and `never`. A reply is the data, each byte plus one; of `large`,
 * as many bytes as the number in the data says, all 7; of `error`, POOL_EPERM. */
void hosts_serve(pool_t *pool);

/* Starts and ends the thread that replies late. */
void hosts_begin(void);
void hosts_end(void);

/* Replies to all that has not been replied to; no call of the pools may come before it has returned. */
void hosts_flush(void);

#endif
