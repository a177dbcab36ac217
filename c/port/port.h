/* What Millrace asks of a platform. native.c and wasm.c implement it, and the build chooses one of them. No code
 * outside this folder may ask which platform it is on.
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

/* Whether the calling thread may block, if it is not a worker. */
bool port_may_block(void);

/* Reads from the program's stdin, waiting `timeout_ms` at most: how much, 0 at its end, POOL_EAGAIN. */
int32_t port_stdin_read(uint8_t *data, uint32_t size, uint32_t timeout_ms);

/* Writes all bytes to the program's stdout (1) or stderr (2): 0; POOL_EPIPE, nobody reads it; POOL_ENOSPC, POOL_EFBIG,
 * POOL_EIO. */
int port_stdio_write(uint32_t fd, const uint8_t *data, uint32_t size);

/* Whether this platform has no engine for guests: jobs are C functions. */
bool port_runs_no_guests(void);

/* How many threads the machine runs at the same time; 1 if that is not known. */
uint32_t port_cores(void);

/* Nanoseconds since 1970, or since a point that all threads of the pool share and that never goes back. */
uint64_t port_now_ns(enum port_clock clock);

/* The clock's step in nanoseconds. */
uint64_t port_clock_step_ns(enum port_clock clock);

/* Fills memory from the platform's secure source. False: there is none. */
bool port_random(uint8_t *data, size_t size);

/* Allocates memory that lives as long as the pool and begins at a cache line; NULL: there is none. */
uint8_t *port_block(size_t size);
void port_block_free(uint8_t *block);

/* Forbids touching a part of such a block, and allows it again. Only AddressSanitizer checks it. */
void port_poison(uint8_t *part, size_t size);
void port_unpoison(uint8_t *part, size_t size);

/* Tells a thread by a message that its bell rang: one that cannot watch it in shared memory. Returns at once. */
void port_relay(uint32_t waiter);

/* Tells the processor that this thread spins. */
void port_relax(void);

/* Makes sure that there is enough stack for any one operation of the runtime, which must not stop half-way. If there is
 * not, leaves the guest as port_unwind does. */
void port_need_stack(void);

/* Leaves the guest that this thread runs, for good: a trap that no guest can catch. */
_Noreturn void port_unwind(void);

#endif
