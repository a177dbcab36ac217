/* What the native platform has beyond port.h: hooks for whoever plays the script around it. */
#ifndef MILLRACE_PORT_NATIVE_H
#define MILLRACE_PORT_NATIVE_H

#include <pthread.h>

#include "port/port.h"

/* pthread_create for a thread of the pool's own: it takes no signal that belongs to the program, from its first moment
 * on. `name`, of 15 bytes at most, is what debuggers show. */
int port_thread_start(pthread_t *thread_out, const char *name, void *(*run)(void *), void *argument);

struct port_hooks {
    void (*relay)(uint32_t waiter);
    void (*unwind)(void); /* never returns */
    uint64_t (*now_ns)(enum port_clock clock);
    bool (*random)(uint8_t *data, size_t size);
    bool runs_guests;    /* whoever plays the script runs them */
    bool must_not_block; /* threads that are no workers are like a page's main thread */
};

/* Replaces what the platform does by itself; a NULL member keeps it. Not while threads run. */
void port_set_hooks(const struct port_hooks *hooks);

#endif
