/* What c/port/native.c asks of emscripten, for programs that are built with -pthread. */
#ifndef MILLRACE_PORT_PTHREAD_H
#define MILLRACE_PORT_PTHREAD_H

#include <emscripten/threading.h>
#include <limits.h>
#include <math.h>
#include <signal.h>

#include "port/port.h"

/* There are no signals from outside. */
static inline void block_signals(sigset_t *before_out)
{
    sigemptyset(before_out);
}

static inline void restore_signals(const sigset_t *before)
{
    (void)before;
}

static inline void name_thread(pthread_t thread, const char *name)
{
    emscripten_set_thread_name(thread, name);
}

/* From emscripten's thread library. It is false on a browser's main thread only; the public
 * emscripten_is_main_browser_thread does not tell that thread from Node's. */
int _emscripten_thread_supports_atomics_wait(void);

/* The program's first thread works for the others (it starts threads and writes their output) whenever it begins to
 * wait. So it waits in short pieces. */
#define FIRST_THREAD_WAIT_MS 10.0

static inline void futex_wait(_Atomic uint32_t *word, uint32_t expected, uint64_t timeout_ns)
{
    double timeout_ms = timeout_ns == PORT_FOREVER ? INFINITY : (double)timeout_ns / 1e6;
    if (emscripten_is_main_runtime_thread()) timeout_ms = fmin(timeout_ms, FIRST_THREAD_WAIT_MS);
    emscripten_futex_wait(word, expected, timeout_ms);
}

static inline void futex_wake(_Atomic uint32_t *word)
{
    emscripten_futex_wake(word, INT_MAX);
}

static inline bool thread_may_block(void)
{
    return _emscripten_thread_supports_atomics_wait();
}

static inline uint32_t cores(void)
{
    return (uint32_t)emscripten_num_logical_cores();
}

static inline void pause_processor(void)
{
    /* wasm has no pause instruction */
}

#endif
