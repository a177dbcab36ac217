#include "core/call.h"

#define STATE_BITS 8u

enum call_state pool__call_state(const struct call *call)
{
    return (enum call_state)(atomic_load(&call->x_state) & ((1u << STATE_BITS) - 1));
}

uint32_t pool__call_generation(const struct call *call)
{
    return atomic_load(&call->x_state) >> STATE_BITS;
}

bool pool__call_move(struct call *call, uint32_t generation, enum call_state from, enum call_state to)
{
    uint32_t before = generation << STATE_BITS | from;
    uint32_t next = (generation + (to == CALL_FREE)) & (UINT32_MAX >> STATE_BITS);
    return atomic_compare_exchange_strong(&call->x_state, &before, next << STATE_BITS | to);
}
