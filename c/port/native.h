/* What the native platform has beyond port.h: starting threads, and hooks for tests that play the script around it. */
#ifndef MILLRACE_PORT_NATIVE_H
#define MILLRACE_PORT_NATIVE_H

#include <pthread.h>

#include "port/port.h"

/* Starts a thread of the pool, as pthread_create. From its first instruction on it gets no signal that is meant for the
 * program. Debuggers show `name`, 15 bytes at most. */
int port_thread_start(pthread_t *thread_out, const char *name, void *(*run)(void *), void *argument);

struct port_hooks {
    void (*relay)(uint32_t waiter);
    void (*unwind)(void); /* never returns */
    void (*need_stack)(void);
    uint64_t (*now_ns)(enum port_clock clock);
    bool (*random)(uint8_t *data, size_t size);
    bool runs_guests;    /* the test runs them */
    bool must_not_block; /* threads that are no workers are like a page's main thread */
};

/* Replaces what the platform does by itself; a NULL member keeps it. Not while threads run. */
void port_set_hooks(const struct port_hooks *hooks);

#endif
