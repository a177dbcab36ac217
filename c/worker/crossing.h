/* The border between a guest's code and ours, crossed at every call a guest makes.
 *
 * While a worker is in a guest's code it owns no lock and no half-made structure, so the coordinator may end it there
 * at any instruction; while it is in ours it may not. The state word says which, and both sides change it by one
 * atomic operation, so exactly one of the two happens: the worker comes back, or the coordinator kills it.
 */
#ifndef MILLRACE_WORKER_CROSSING_H
#define MILLRACE_WORKER_CROSSING_H

#include "core/layout.h"

/* Out of the guest. If the coordinator was first, this thread sleeps here until it is terminated. */
void pool__cross_to_runtime(struct worker *worker, uint64_t turn);

/* Into the guest, unless its job is to end: then the guest is unwound, and this never returns. */
void pool__cross_to_guest(struct worker *worker, uint64_t turn, const struct job *job);

#endif
