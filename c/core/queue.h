/* A bounded first-in first-out queue of numbers for many producers and many consumers.
 *
 * Each cell carries the sequence number at which it may be written or read, so neither side waits for a lock
 * (D. Vyukov, "Bounded MPMC queue", 2010).
 */
#ifndef MILLRACE_CORE_QUEUE_H
#define MILLRACE_CORE_QUEUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define QUEUE_CELLS 2048u /* a power of two */

struct queue_cell {
    _Atomic uint64_t x_sequence;
    uint64_t value;
};

struct queue {
    _Alignas(64) _Atomic uint64_t x_tail; /* producers */
    _Alignas(64) _Atomic uint64_t x_head; /* consumers */
    _Alignas(64) struct queue_cell cells[QUEUE_CELLS];
};

void pool__queue_init(struct queue *queue);

/* False: it is full. */
bool pool__queue_push(struct queue *queue, uint64_t value);

/* False: nothing can be taken now. */
bool pool__queue_pop(struct queue *queue, uint64_t *value_out);

/* Whether there is a value that nobody has begun to pop. Its push may still be under way. */
bool pool__queue_has_more(struct queue *queue);

#endif
