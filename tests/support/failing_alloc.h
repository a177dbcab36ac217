/* Allocations and thread creations of one's choice that fail. Linked only into the program that wants it, with
 * -Wl,--wrap for malloc, calloc, aligned_alloc and pthread_create.
 */
#ifndef MILLRACE_TESTS_FAILING_ALLOC_H
#define MILLRACE_TESTS_FAILING_ALLOC_H

#include <stdbool.h>
#include <stdint.h>

enum failing { FAILING_MEMORY, FAILING_THREADS };

/* The `nth` from now on fails, counted from 1 over all threads; with `for_good`, each after it too. */
void failing_alloc_arm(enum failing what, uint32_t nth, bool for_good);

/* Nothing fails any more. Whether anything has. */
bool failing_alloc_disarm(void);

#endif
