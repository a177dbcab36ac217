/* What c/port/native.c asks of Linux. */
#ifndef MILLRACE_PORT_LINUX_H
#define MILLRACE_PORT_LINUX_H

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "port/port.h"

/* Signals that a thread raises itself, by a fault. Were they blocked, the process would end before any handler ran. */
static const int synchronous_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGTRAP, SIGABRT};

static inline void block_signals(sigset_t *before_out)
{
    sigset_t all;
    sigfillset(&all);
    for (size_t i = 0; i < sizeof synchronous_signals / sizeof *synchronous_signals; i++) {
        sigdelset(&all, synchronous_signals[i]);
    }
    pthread_sigmask(SIG_BLOCK, &all, before_out);
}

static inline void restore_signals(const sigset_t *before)
{
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

static inline void name_thread(pthread_t thread, const char *name)
{
    pthread_setname_np(thread, name);
}

static inline void futex_wait(_Atomic uint32_t *word, uint32_t expected, uint64_t timeout_ns)
{
    struct timespec timeout = {.tv_sec = (time_t)(timeout_ns / 1000000000u),
                               .tv_nsec = (long)(timeout_ns % 1000000000u)};
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, timeout_ns == PORT_FOREVER ? NULL : &timeout, NULL, 0);
}

static inline void futex_wake(_Atomic uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

static inline bool thread_may_block(void)
{
    return true;
}

static inline uint32_t cores(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (uint32_t)CPU_COUNT(&set) : 1;
}

static inline void pause_processor(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

#endif
