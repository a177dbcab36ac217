/* The platform of native builds: Linux, with futexes for sleeping and waking. */
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "pool.h"
#include "port/native.h"

static struct port_hooks hooks;

void port_set_hooks(const struct port_hooks *replacement)
{
    hooks = *replacement;
}

void port_wait(_Atomic uint32_t *word, uint32_t expected, uint64_t timeout_ns)
{
    struct timespec timeout = {.tv_sec = (time_t)(timeout_ns / 1000000000u),
                               .tv_nsec = (long)(timeout_ns % 1000000000u)};
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, timeout_ns == PORT_FOREVER ? NULL : &timeout, NULL, 0);
}

void port_wake(_Atomic uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

bool port_may_block(void)
{
    return !hooks.must_not_block;
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
        if (n < 0 && errno != EINTR && errno != EAGAIN) return POOL_EPIPE;
        if (n > 0) done += (uint32_t)n;
    }
    return 0;
}

uint32_t port_cores(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (uint32_t)CPU_COUNT(&set) : 1;
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
    for (size_t done = 0; done < size;) {
        ssize_t n = getrandom(data + done, size - done, 0);
        if (n < 0 && errno != EINTR) return false;
        if (n > 0) done += (size_t)n;
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

void port_relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

_Noreturn void port_unwind(void)
{
    if (hooks.unwind) hooks.unwind();
    abort();
}
