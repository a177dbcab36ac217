/* The pools of chaos, and what they must be like when nothing is done in them. */
#ifndef MILLRACE_TESTS_CHAOS_SEATS_H
#define MILLRACE_TESTS_CHAOS_SEATS_H

#include "chaos/native/chaos.h"

void seats_open(void);
void seats_close(void);

/* Gives an operation the pool of its seat. */
void seats_seat(struct op *op);

/* All operations of a round have ended when it is ended: waits until every pool is as it was made, to the byte. Some
 * pools are then destroyed, and others made instead. */
void seats_begin_round(void);
void seats_end_round(void);

/* Prints what pools tell of themselves. */
void seats_print(void);

/* What this process has of its machine. */
struct footprint {
    uint32_t threads;
    uint32_t descriptors;
};
struct footprint seats_footprint(void);

/* Waits until it has no more than it had. */
void seats_check_footprint(struct footprint before);

#endif
