/* The platform of port/port.h under a test's control. */
#include "support/fake_port.h"

#include <string.h>

#include "core/layout.h"
#include "port/native.h"

struct fake_port fake;
_Thread_local jmp_buf fake_unwound;

static void relay(uint32_t waiter)
{
    if (waiter == WAITER_CLIENT) fake.rings++;
    if (waiter != WAITER_COORDINATOR) return;
    fake.ticks++;
    pool__bell_arm(fake.coordinator);
    if (fake.on_tick) fake.on_tick();
}

void fake_port_unwind(void)
{
    longjmp(fake_unwound, 1);
}

static uint64_t now_ns(enum port_clock clock)
{
    if (fake.on_look) fake.on_look();
    fake.now_ns += fake.step_ns;
    return fake.now_ns + (clock == PORT_REALTIME ? FAKE_REALTIME_NS : 0);
}

bool fake_port_random(uint8_t *data, size_t size)
{
    if (fake.randoms_left == 0) return false;
    fake.randoms_left--;
    memset(data, 0xa5, size);
    return true;
}

static void need_stack(void)
{
    if (fake.on_need_stack) fake.on_need_stack();
}

int fake_port_setup(void **state)
{
    (void)state;
    fake = (struct fake_port){.now_ns = FAKE_BEGIN_NS, .randoms_left = UINT32_MAX};
    port_set_hooks(&(struct port_hooks){.relay = relay,
                                        .unwind = fake_port_unwind,
                                        .need_stack = need_stack,
                                        .now_ns = now_ns,
                                        .random = fake_port_random,
                                        .runs_guests = true,
                                        .must_not_block = true});
    return 0;
}

void fake_port_advance_ms(uint64_t ms)
{
    fake.now_ns += ms * MS_NS;
}
