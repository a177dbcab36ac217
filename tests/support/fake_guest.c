/* A guest's memory in an array, with the bounds of a wasm memory. */
#include "support/fake_guest.h"

#include <stdlib.h>

#include "support/prelude.h"

static _Thread_local struct {
    uint8_t *bytes;
    uint64_t begin;
    uint64_t end;
    uint64_t next; /* the allocator's */
    uint64_t written;
} memory;

static void make(uint64_t begin, uint32_t size)
{
    memory.bytes = calloc(1, size);
    memory.begin = memory.next = begin;
    memory.end = begin + size;
    memory.written = 0;
}

void fake_guest_make(uint32_t size)
{
    make(0, size);
}

void fake_guest_make_high(uint32_t size)
{
    make(((uint64_t)1 << 32) - size, size);
}

void fake_guest_grow(uint32_t size)
{
    uint64_t had = memory.end - memory.begin;
    memory.bytes = realloc(memory.bytes, had + size);
    memset(memory.bytes + had, 0, size);
    memory.end += size;
}

void fake_guest_free(void)
{
    free(memory.bytes);
    memory.bytes = NULL;
}

static uint32_t check(uint32_t address, uint32_t size)
{
    return address < memory.begin || (uint64_t)address + size > memory.end ? WASI_EFAULT : WASI_SUCCESS;
}

static uint32_t read_bytes(uint32_t from, void *to, uint32_t size)
{
    if (check(from, size)) return WASI_EFAULT;
    if (size) memcpy(to, memory.bytes + (from - memory.begin), size);
    return WASI_SUCCESS;
}

static uint32_t write_bytes(uint32_t to, const void *from, uint32_t size)
{
    if (check(to, size)) return WASI_EFAULT;
    if (size) memcpy(memory.bytes + (to - memory.begin), from, size);
    memory.written += size;
    return WASI_SUCCESS;
}

struct wasi_guest fake_guest_calls(void)
{
    return (struct wasi_guest){.read = read_bytes, .write = write_bytes, .check = check};
}

uint64_t fake_guest_end(void)
{
    return memory.end;
}

uint8_t *fake_guest_at(uint32_t address)
{
    return memory.bytes + (address - memory.begin);
}

uint32_t fake_guest_u32(uint32_t address)
{
    uint32_t value;
    memcpy(&value, fake_guest_at(address), sizeof value);
    return value;
}

uint64_t fake_guest_u64(uint32_t address)
{
    uint64_t value;
    memcpy(&value, fake_guest_at(address), sizeof value);
    return value;
}

uint32_t fake_guest_new(uint32_t size)
{
    uint64_t address = (memory.next + 7) & ~(uint64_t)7;
    if (address + size > memory.end) abort(); /* the test asked for a memory that is too small */
    memory.next = address + size;
    return (uint32_t)address;
}

uint32_t fake_guest_put(const void *data, uint32_t size)
{
    uint32_t address = fake_guest_new(size);
    memcpy(fake_guest_at(address), data, size);
    return address;
}

void fake_guest_reset(void)
{
    memory.next = memory.begin;
}

uint32_t fake_guest_iovec(uint32_t data, uint32_t size)
{
    return fake_guest_put(&(struct wasi_iovec){data, size}, sizeof(struct wasi_iovec));
}

uint64_t fake_guest_written(void)
{
    return memory.written;
}
