/* What Millrace asks of a platform, in one contract. One file beside this one implements it for each platform, and is
 * chosen by the build. Nothing outside this folder may ask which platform it is on.
 */
#ifndef MILLRACE_PORT_PORT_H
#define MILLRACE_PORT_PORT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PORT_FOREVER UINT64_MAX

enum port_clock { PORT_REALTIME = 0, PORT_MONOTONIC = 1 };

/* Sleeps while `*word` is `expected`, `timeout_ns` at most. May return early without a reason.
 * pre: the thread may block. */
void port_wait(_Atomic uint32_t *word, uint32_t expected, uint64_t timeout_ns);

/* Wakes everybody who sleeps on `word`. */
void port_wake(_Atomic uint32_t *word);

/* Nanoseconds since 1970, or since a point that all threads of the pool share and that never goes back. */
uint64_t port_now_ns(enum port_clock clock);

/* The clock's step in nanoseconds. */
uint64_t port_clock_step_ns(enum port_clock clock);

/* Fills memory from the platform's secure source. False: there is none. */
bool port_random(uint8_t *data, size_t size);

/* Tells a thread that cannot watch its bell in shared memory that it rang, by a message; returns at once. */
void port_relay(uint32_t waiter);

/* Tells the processor that this thread spins. */
void port_relax(void);

/* Leaves the guest that this thread runs, for good: a trap that no guest can catch. */
_Noreturn void port_unwind(void);

#endif
