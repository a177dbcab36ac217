/* A guest's memory that is an array of bytes: one to a thread, with the bounds that a wasm memory has.
 *
 * It may lie anywhere in the guest's 32-bit addresses, so that a memory of 4 GiB can be played with its last bytes.
 */
#ifndef MILLRACE_TESTS_FAKE_GUEST_H
#define MILLRACE_TESTS_FAKE_GUEST_H

#include <stdint.h>

#include "wasi/guest.h"

/* A memory of `size` zeroed bytes from address 0 on, or up to and with address 2^32 - 1. */
void fake_guest_make(uint32_t size);
void fake_guest_make_high(uint32_t size);
void fake_guest_free(void);

/* Adds `size` zeroed bytes behind its end, as memory.grow does. The bytes may move. */
void fake_guest_grow(uint32_t size);

/* What a worker is given to reach it. */
struct wasi_guest fake_guest_calls(void);

/* One past the last address. */
uint64_t fake_guest_end(void);

/* The byte behind a guest's address, for the test's own looks. */
uint8_t *fake_guest_at(uint32_t address);
uint32_t fake_guest_u32(uint32_t address);
uint64_t fake_guest_u64(uint32_t address);

/* Takes memory as a guest's malloc does: its address, a multiple of 8. fake_guest_reset gives all of it back. */
uint32_t fake_guest_new(uint32_t size);
uint32_t fake_guest_put(const void *data, uint32_t size);
void fake_guest_reset(void);

/* One iovec of these two: its address. */
uint32_t fake_guest_iovec(uint32_t data, uint32_t size);

/* Bytes that our side has written into it so far. */
uint64_t fake_guest_written(void);

#endif
