/* A bell: the one word on which one thread sleeps, whatever it waits for.
 *
 * The waiter arms its bell, announces itself wherever it expects news, looks once more, and only then sleeps on the
 * count that arming returned. Whoever has news publishes it, looks for an announcement, and rings. Both sides write
 * before they look, with sequentially consistent accesses, so at least one of them sees the other: no wake-up is lost.
 *
 * A ring moves the count away from the armed value, so the first ring wakes and all later ones cost two loads until
 * the waiter arms again. Only the waiter writes `x_armed`.
 */
#ifndef MILLRACE_CORE_BELL_H
#define MILLRACE_CORE_BELL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct bell {
    _Alignas(64) _Atomic uint32_t x_count; /* ringers move it; the waiter sleeps on it */
    _Atomic uint32_t x_armed;              /* the waiter writes it; equal to x_count: a ring is wanted */
};

void pool__bell_init(struct bell *bell);

/* Waiter only. Wants a ring from now on; returns the count to sleep on. */
uint32_t pool__bell_arm(struct bell *bell);

/* Waiter only. Wants no ring any more. */
void pool__bell_disarm(struct bell *bell);

/* Any thread. True: the waiter may be asleep, and everybody who sleeps on `x_count` must be woken. */
bool pool__bell_ring(struct bell *bell);

#endif
