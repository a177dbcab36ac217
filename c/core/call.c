/* The steps of a host call's state machine. */
#include "core/call.h"

#include "core/check.h"

#define STATE_BITS 8u

static const uint8_t allowed[CALL_STATES] = {
    [CALL_FREE] = 1u << CALL_FILLING,  [CALL_FILLING] = 1u << CALL_WAITING | 1u << CALL_FREE,
    [CALL_WAITING] = 1u << CALL_TAKEN, [CALL_TAKEN] = 1u << CALL_REPLYING | 1u << CALL_FREE,
    [CALL_REPLYING] = 1u << CALL_FREE,
};

enum call_state pool__call_state(const struct call *call)
{
    uint32_t state = (uint32_t)atomic_load(&call->x_state) & ((1u << STATE_BITS) - 1);
    POOL_ASSERT(state < CALL_STATES);
    return (enum call_state)state;
}

uint64_t pool__call_generation(const struct call *call)
{
    return atomic_load(&call->x_state) >> STATE_BITS;
}

bool pool__call_move(struct call *call, uint64_t generation, enum call_state from, enum call_state to)
{
    POOL_ASSERT(from < CALL_STATES && to < CALL_STATES);
    if (!(allowed[from] & 1u << to)) return false;
    uint64_t before = generation << STATE_BITS | from;
    uint64_t next = generation + (to == CALL_FREE);
    return atomic_compare_exchange_strong(&call->x_state, &before, next << STATE_BITS | to);
}
