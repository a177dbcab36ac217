/* The platform of programs with threads: Linux, and emscripten with -pthread. What is POSIX is here; the rest is in
 * linux.h and pthread.h. */
#include "port/native.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "core/output_error.h"
#include "port/asan.h"

#ifdef __EMSCRIPTEN__
#include "port/pthread.h"
#else
#include "port/linux.h"
#endif

#define ENTROPY_MAX 256u /* getentropy gives no more at once */

static struct port_hooks hooks;

void port_set_hooks(const struct port_hooks *replacement)
{
    hooks = *replacement;
}

int port_thread_start(pthread_t *thread_out, const char *name, void *(*run)(void *), void *argument)
{
    sigset_t before;
    block_signals(&before); /* a new thread inherits the mask */
    int error = pthread_create(thread_out, NULL, run, argument);
    restore_signals(&before);
    if (!error) name_thread(*thread_out, name);
    return error;
}

void port_wait(_Atomic uint32_t *word, uint32_t expected, uint64_t timeout_ns)
{
    futex_wait(word, expected, timeout_ns);
}

void port_wake(_Atomic uint32_t *word)
{
    futex_wake(word);
}

bool port_may_block(void)
{
    return !hooks.must_not_block && thread_may_block();
}

int32_t port_stdin_read(uint8_t *data, uint32_t size, uint32_t timeout_ms)
{
    struct pollfd ready = {.fd = STDIN_FILENO, .events = POLLIN};
    if (poll(&ready, 1, (int)timeout_ms) == 0) return POOL_EAGAIN;
    ssize_t n = read(STDIN_FILENO, data, size);
    return n < 0 ? (errno == EINTR || errno == EAGAIN ? POOL_EAGAIN : 0) : (int32_t)n;
}

int port_stdio_write(uint32_t fd, const uint8_t *data, uint32_t size)
{
    for (uint32_t done = 0; done < size;) {
        ssize_t n = write((int)fd, data + done, size - done);
        if (n < 0 && errno != EINTR && errno != EAGAIN) return pool__output_error(errno);
        if (n > 0) done += (uint32_t)n;
    }
    return 0;
}

uint32_t port_cores(void)
{
    return cores();
}

bool port_runs_no_guests(void)
{
    return !hooks.runs_guests;
}

static clockid_t clock_id(enum port_clock clock)
{
    return clock == PORT_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC;
}

static uint64_t to_ns(struct timespec time)
{
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t port_now_ns(enum port_clock clock)
{
    struct timespec now;
    if (hooks.now_ns) return hooks.now_ns(clock);
    clock_gettime(clock_id(clock), &now);
    return to_ns(now);
}

uint64_t port_clock_step_ns(enum port_clock clock)
{
    struct timespec step;
    clock_getres(clock_id(clock), &step);
    return to_ns(step);
}

static bool read_entropy(uint8_t *data, size_t size)
{
    for (size_t done = 0, n; done < size; done += n) {
        n = size - done < ENTROPY_MAX ? size - done : ENTROPY_MAX;
        if (getentropy(data + done, n) != 0) return false;
    }
    return true;
}

bool port_random(uint8_t *data, size_t size)
{
    return hooks.random ? hooks.random(data, size) : read_entropy(data, size);
}

void port_relay(uint32_t waiter)
{
    if (hooks.relay) hooks.relay(waiter);
}

uint8_t *port_block(size_t size)
{
    return aligned_alloc(64, (size + 63) & ~(size_t)63);
}

void port_block_free(uint8_t *block)
{
    free(block);
}

void port_poison(uint8_t *part, size_t size)
{
    __asan_poison_memory_region(part, size);
}

void port_unpoison(uint8_t *part, size_t size)
{
    __asan_unpoison_memory_region(part, size);
}

void port_relax(void)
{
    pause_processor();
}

void port_need_stack(void)
{
    if (hooks.need_stack) hooks.need_stack(); /* otherwise no guest runs here */
}

_Noreturn void port_unwind(void)
{
    if (hooks.unwind) hooks.unwind();
    abort();
}
