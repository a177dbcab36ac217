/* core/queue.c, hammered by several threads at once. */
#include "core/queue.h"

#include <sched.h>

#include "support/prelude.h"
#include "support/threads.h"

#define THREADS 4u
#define ROUNDS 40000u

static struct queue queue;
static _Atomic uint32_t x_popped;
static uint8_t seen[THREADS / 2 * ROUNDS]; /* plain: each number is popped by one thread */

static void push_numbers(uint32_t producer)
{
    for (uint32_t i = 0; i < ROUNDS; i++) {
        while (!pool__queue_push(&queue, producer * ROUNDS + i)) sched_yield();
    }
}

static void pop_numbers(void)
{
    uint32_t last[THREADS / 2] = {0};
    uint64_t popped;
    while (atomic_load(&x_popped) < sizeof seen) {
        if (!pool__queue_pop(&queue, &popped)) {
            sched_yield();
            continue;
        }
        uint32_t number = (uint32_t)popped;
        THREAD_CHECK(seen[number]++ == 0);
        THREAD_CHECK(number % ROUNDS + 1 > last[number / ROUNDS]); /* each producer's in its order */
        last[number / ROUNDS] = number % ROUNDS + 1;
        atomic_fetch_add(&x_popped, 1);
    }
}

static void *push_or_pop(void *argument)
{
    uint32_t i = (uint32_t)(uintptr_t)argument;
    if (i % 2)
        push_numbers(i / 2);
    else
        pop_numbers();
    return NULL;
}

static void queue_passes_each_number_once_between_many_threads(void **state)
{
    (void)state;
    pool__queue_init(&queue);
    threads_run(THREADS, push_or_pop);
    for (uint32_t i = 0; i < sizeof seen; i++) assert_int_equal(seen[i], 1);
    assert_false(pool__queue_has_more(&queue));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queue_passes_each_number_once_between_many_threads),
    };
    return cmocka_run_group_tests_name("queue_threads", tests, NULL, NULL);
}
