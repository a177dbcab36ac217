/* The pool's threads have its name. */
#include <stdio.h>

#include "core/check.h"
#include "core/utf8.h"
#include "native/native.h"
#include "port/native.h"

#define SHOWN_BYTES 15u /* what Linux keeps of a thread's name */

/* How many bytes of a name fit, `most` at most; no character is cut in two. */
static uint32_t fitting(const char *name, uint32_t most)
{
    uint32_t n = pool__text_bytes(name, most);
    while (!pool__is_utf8(name, n)) n--;
    return n;
}

int pool__thread_start(struct native *native, pthread_t *thread_out, const char *suffix, void *(*run)(void *),
                       void *argument)
{
    char name[SHOWN_BYTES + 1];
    uint32_t n = pool__text_bytes(suffix, SHOWN_BYTES);
    POOL_ASSERT(n < SHOWN_BYTES);
    (void)snprintf(name, sizeof name, "%.*s-%s", (int)fitting(native->name, SHOWN_BYTES - 1 - n), native->name, suffix);
    return port_thread_start(thread_out, name, run, argument);
}
