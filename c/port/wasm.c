/* The platform of coordinator.wasm: one wasm memory shared by every thread, and a script around each instance. */
#include "port/wasm.h"

#include "port/port.h"

void *sbrk(intptr_t increment); /* emscripten's; C11 hides it in its headers */

#define IMPORT(name) __attribute__((import_module("millrace"), import_name(#name)))

IMPORT(now_ms) double script_now_ms(uint32_t clock);
IMPORT(clock_step_ms) double script_clock_step_ms(uint32_t clock);
IMPORT(random) int32_t script_random(uint8_t *data, size_t size);
IMPORT(relay) void script_relay(uint32_t waiter);
IMPORT(yield) int32_t script_yield(const _Atomic uint32_t *word);
IMPORT(wait) void script_wait_at(const _Atomic uint32_t *word, uint32_t expected, double timeout_ms);
IMPORT(wake) void script_wake_at(const _Atomic uint32_t *word);

/* Of all instances over this memory, because it is in it. */
static bool waits_by_script;

void port_wait_by_script(void)
{
    waits_by_script = true;
}

void port_wait(_Atomic uint32_t *word, uint32_t expected, uint64_t timeout_ns)
{
    if (waits_by_script) {
        /* The others in this thread have their turn first: what is waited for may be there behind it. */
        if (atomic_load(word) != expected || !script_yield(word) || atomic_load(word) != expected) return;
        script_wait_at(word, expected, timeout_ns == PORT_FOREVER ? -1 : (double)timeout_ns / 1e6);
        return;
    }
    int64_t timeout = timeout_ns > INT64_MAX ? -1 : (int64_t)timeout_ns;
    __builtin_wasm_memory_atomic_wait32((int32_t *)word, (int32_t)expected, timeout);
}

void port_wake(_Atomic uint32_t *word)
{
    if (waits_by_script) {
        script_wake_at(word);
        return;
    }
    /* All, never one: a terminated worker may still be in the list and would swallow the only wake-up. */
    __builtin_wasm_memory_atomic_notify((int32_t *)word, UINT32_MAX);
}

bool port_may_block(void)
{
    return false; /* the coordinator, or the main thread */
}

/* Scripts connect a pipe where stdio is inherited, so nobody comes here. Whoever does finds the end of the file, and
 * what it writes is discarded. */
int32_t port_stdin_read(uint8_t *data, uint32_t size, uint32_t timeout_ms)
{
    (void)data, (void)size, (void)timeout_ms;
    return 0;
}

int port_stdio_write(uint32_t fd, const uint8_t *data, uint32_t size)
{
    (void)fd, (void)data, (void)size;
    return 0;
}

uint32_t port_cores(void)
{
    return 1; /* the script knows, and says so when it makes the pool */
}

bool port_runs_no_guests(void)
{
    return false;
}

uint64_t port_now_ns(enum port_clock clock)
{
    return (uint64_t)(script_now_ms(clock) * 1e6);
}

uint64_t port_clock_step_ns(enum port_clock clock)
{
    return (uint64_t)(script_clock_step_ms(clock) * 1e6);
}

bool port_random(uint8_t *data, size_t size)
{
    return script_random(data, size) == 0;
}

#define LINE_BYTES 64u
#define NO_MEMORY ((char *)-1) /* of sbrk */

/* Takes memory straight from sbrk. An allocator would take up to two and a half times as much for large powers of two,
 * and none of this is given back before the memory as a whole. */
uint8_t *port_block(size_t size)
{
    char *at = sbrk((intptr_t)size);
    if (at == NO_MEMORY) return NULL;
    size_t gap = -(uintptr_t)at % LINE_BYTES;
    if (gap == 0) return (uint8_t *)at;
    if (sbrk((intptr_t)gap) == at + size) return (uint8_t *)at + gap; /* and the next one begins at a cache line */
    at = sbrk((intptr_t)(size + LINE_BYTES));
    return at == NO_MEMORY ? NULL : (uint8_t *)at + -(uintptr_t)at % LINE_BYTES;
}

void port_block_free(uint8_t *block)
{
    (void)block; /* goes with the memory */
}

void port_poison(uint8_t *part, size_t size)
{
    (void)part, (void)size;
}

void port_unpoison(uint8_t *part, size_t size)
{
    (void)part, (void)size;
}

void port_relay(uint32_t waiter)
{
    script_relay(waiter);
}

void port_relax(void)
{
    /* wasm has no pause instruction */
}

/* How much stack an operation may need. Half of it was enough for all of them, in all engines. */
#define FRAMES 4u
#define FRAME_VALUES 512u /* of 8 bytes; a larger frame is more code, a smaller one more frames, at 3 ns each */

static volatile uint32_t never;

static __attribute__((noinline)) void look_away(void)
{
    never = 0;
}

/* When a function is called, engines check that there is as much stack as it may need. This one may need a lot, to keep
 * so many values while it calls another function; but it returns before it does so.
 */
static __attribute__((noinline)) void need_frames(uint32_t frames)
{
    if (frames > 1) {
        need_frames(frames - 1);
        look_away(); /* something to come back for, or the compiler would make a loop of this */
    }
    if (!never) return;
    static volatile uint64_t memory[FRAME_VALUES];
    uint64_t values[FRAME_VALUES];
#pragma clang loop unroll(full)
    for (uint32_t i = 0; i < FRAME_VALUES; i++) values[i] = memory[i];
    look_away();
#pragma clang loop unroll(full)
    for (uint32_t i = 0; i < FRAME_VALUES; i++) memory[i] = values[i];
}

void port_need_stack(void)
{
    need_frames(FRAMES);
}

_Noreturn void port_unwind(void)
{
    __builtin_trap();
}
