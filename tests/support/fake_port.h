/* A platform under a test's control: its clock, its entropy, and a list of what was relayed. */
#ifndef MILLRACE_TESTS_FAKE_PORT_H
#define MILLRACE_TESTS_FAKE_PORT_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_BEGIN_NS 1000000000000u          /* what the monotonic clock shows first */
#define FAKE_REALTIME_NS 1700000000000000000u /* how far the realtime clock is ahead of it */
#define MS_NS 1000000u

struct bell;

struct fake_port {
    uint64_t now_ns;             /* monotonic */
    uint64_t step_ns;            /* each look moves the clock on by so much */
    struct bell *coordinator;    /* its bell, which is armed again each time it has rung */
    uint32_t ticks;              /* how often the coordinator was asked */
    uint32_t rings;              /* how often the client was told that its bell rang */
    uint32_t randoms_left;       /* the source fails after so many calls */
    void (*on_look)(void);       /* called at each look at the clock: whatever another thread may do in between */
    void (*on_tick)(void);       /* called when the coordinator is asked */
    void (*on_need_stack)(void); /* called where a guest's stack may run out */
};

extern struct fake_port fake;
extern _Thread_local jmp_buf fake_unwound;

/* Puts the fake in place of the platform, as new: it runs guests, and a thread that is no worker is like a page's main
 * thread. A cmocka setup function. */
int fake_port_setup(void **state);

void fake_port_advance_ms(uint64_t ms);

/* Entropy as the fake gives it: never 0, so that bytes which were not written show. */
bool fake_port_random(uint8_t *data, size_t size);

/* Leaves for whoever set fake_unwound. */
void fake_port_unwind(void);

/* The call must not return: it unwinds the guest. */
#define assert_unwinds(call)                 \
    do {                                     \
        if (setjmp(fake_unwound) == 0) {     \
            (void)(call);                    \
            fail_msg("%s came back", #call); \
        }                                    \
    } while (0)

#endif
