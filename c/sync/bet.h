/* Whether a thread that is about to sleep looks for a moment first. Looking is a bet that what it waits for comes sooner than
 * the thread could be woken. It is won where the peer runs on another core, and always lost where both are on one.
 */
#ifndef MILLRACE_SYNC_BET_H
#define MILLRACE_SYNC_BET_H

#include <stdbool.h>
#include <stdint.h>

struct bet {
    uint32_t credit; /* more than 0: looking has paid lately */
    uint32_t rest;   /* so many sleeps without a bet before the next try */
    uint32_t pause;  /* the next such rest */
};

void pool__bet_init(struct bet *bet);

/* How many nanoseconds to look now; 0: none, sleep at once. */
uint32_t pool__bet_take(struct bet *bet);

/* Whether what was looked for came. pre: pool__bet_take gave more than 0. */
void pool__bet_settle(struct bet *bet, bool won);

#endif
