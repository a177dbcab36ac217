/* Pushing and popping: each side claims a cell first, and then uses it alone. */
#include "core/queue.h"

#include <stddef.h>

#include "core/check.h"

_Static_assert((QUEUE_CELLS & (QUEUE_CELLS - 1)) == 0, "positions may wrap");

void pool__queue_init(struct queue *queue)
{
    atomic_init(&queue->x_tail, 0);
    atomic_init(&queue->x_head, 0);
    for (uint32_t i = 0; i < QUEUE_CELLS; i++) atomic_init(&queue->cells[i].x_sequence, i);
}

/* Claims the cell whose sequence number is `offset` ahead of `counter` (0: to be written, 1: to be read). NULL: the
 * queue is full, or empty. */
static struct queue_cell *claim(struct queue *queue, _Atomic uint64_t *counter, uint64_t offset, uint64_t *position_out)
{
    uint64_t position = atomic_load(counter);
    for (;;) {
        struct queue_cell *cell = &queue->cells[position % QUEUE_CELLS];
        int64_t ahead = (int64_t)(atomic_load(&cell->x_sequence) - (position + offset));
        if (ahead < 0) return NULL;
        if (ahead > 0) {
            position = atomic_load(counter);
        } else if (atomic_compare_exchange_weak(counter, &position, position + 1)) {
            *position_out = position;
            return cell;
        }
    }
}

bool pool__queue_push(struct queue *queue, uint64_t value)
{
    uint64_t position;
    struct queue_cell *cell = claim(queue, &queue->x_tail, 0, &position);
    if (!cell) return false;
    POOL_ASSERT(atomic_load_explicit(&cell->x_sequence, memory_order_relaxed) == position); /* ours alone */
    cell->value = value;
    atomic_store_explicit(&cell->x_sequence, position + 1,
                          memory_order_release); /* publishes the value to pool__queue_pop */
    return true;
}

bool pool__queue_pop(struct queue *queue, uint64_t *value_out)
{
    uint64_t position;
    struct queue_cell *cell = claim(queue, &queue->x_head, 1, &position);
    if (!cell) return false;
    POOL_ASSERT(atomic_load_explicit(&cell->x_sequence, memory_order_relaxed) == position + 1);
    *value_out = cell->value;
    atomic_store_explicit(&cell->x_sequence, position + QUEUE_CELLS,
                          memory_order_release); /* hands the cell to the push one lap later */
    return true;
}

bool pool__queue_has_more(struct queue *queue)
{
    return atomic_load(&queue->x_tail) != atomic_load(&queue->x_head);
}
