/* core/freelist.c, hammered by several threads at once. */
#include "core/freelist.h"

#include <sched.h>

#include "support/prelude.h"
#include "support/threads.h"

#define THREADS 4u
#define SLOTS 8u
#define ROUNDS 40000u

static struct freelist list;
static freelist_link links[SLOTS];
static uint32_t owners[SLOTS]; /* plain on purpose: whoever popped a slot is alone with it */

static void *pop_and_push(void *argument)
{
    uint32_t me = (uint32_t)(uintptr_t)argument + 1;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        uint32_t slot = pool__freelist_pop(&list, links);
        if (slot == FREELIST_NONE) continue;
        THREAD_CHECK(owners[slot] == 0);
        owners[slot] = me;
        if (i % 8 == 0) sched_yield();
        THREAD_CHECK(owners[slot] == me);
        owners[slot] = 0;
        pool__freelist_push(&list, links, slot);
    }
    return NULL;
}

static void freelist_gives_each_slot_to_one_thread_at_a_time(void **state)
{
    (void)state;
    uint32_t n = 0;
    pool__freelist_init(&list);
    for (uint32_t i = 0; i < SLOTS; i++) pool__freelist_push(&list, links, i);
    threads_run(THREADS, pop_and_push);
    while (pool__freelist_pop(&list, links) != FREELIST_NONE) n++;
    assert_int_equal(n, SLOTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(freelist_gives_each_slot_to_one_thread_at_a_time),
    };
    return cmocka_run_group_tests_name("freelist_threads", tests, NULL, NULL);
}
