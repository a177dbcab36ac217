/* core/queue.c: first in, first out, in one thread. */
#include "core/queue.h"
#include "support/prelude.h"
#include "support/property.h"

static struct queue queue;

/* A queue as it is after `start` pushes and pops. */
static void preset(uint64_t start)
{
    atomic_store(&queue.x_head, start);
    atomic_store(&queue.x_tail, start);
    for (uint64_t i = 0; i < QUEUE_CELLS; i++)
        atomic_store(&queue.cells[(start + i) % QUEUE_CELLS].x_sequence, start + i);
}

static int setup(void **state)
{
    (void)state;
    pool__queue_init(&queue);
    return 0;
}

static void push(uint64_t value)
{
    assert_true(pool__queue_push(&queue, value));
}

static uint64_t pop(void)
{
    uint64_t value;
    assert_true(pool__queue_pop(&queue, &value));
    return value;
}

static void assert_empty(void)
{
    uint64_t value = 4711;
    assert_false(pool__queue_pop(&queue, &value));
    assert_int_equal(value, 4711);
    assert_false(pool__queue_has_more(&queue));
}

static void queue_pop_of_nothing_returns_false(void **state)
{
    (void)state;
    assert_empty();
}

static void queue_gives_the_first_one_first(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 10; i++) push(100 + i);
    assert_true(pool__queue_has_more(&queue));
    for (uint32_t i = 0; i < 10; i++) assert_int_equal(pop(), 100 + i);
    assert_empty();
}

static void fill_and_empty(void)
{
    for (uint32_t i = 0; i < QUEUE_CELLS; i++) push(i);
    assert_false(pool__queue_push(&queue, 1));
    assert_int_equal(pop(), 0);
    push(QUEUE_CELLS); /* one out, one in */
    assert_false(pool__queue_push(&queue, 1));
    for (uint32_t i = 1; i <= QUEUE_CELLS; i++) assert_int_equal(pop(), i);
    assert_empty();
}

static void queue_that_is_full_refuses_and_keeps_what_it_has(void **state)
{
    (void)state;
    for (int lap = 0; lap < 3; lap++) fill_and_empty();
}

static void queue_works_where_its_turns_wrap(void **state)
{
    (void)state;
    static const uint32_t before[] = {0, 1, 2, QUEUE_CELLS - 1, QUEUE_CELLS, QUEUE_CELLS + 1, 3 * QUEUE_CELLS - 7};
    for (uint32_t i = 0; i < COUNT_OF(before); i++) {
        preset((uint64_t)0 - before[i]);
        assert_empty();
        for (int lap = 0; lap < 3; lap++) fill_and_empty();
    }
}

static void queue_one_by_one_passes_any_number_of_laps(void **state)
{
    (void)state;
    preset((uint64_t)0 - 2 * QUEUE_CELLS);
    for (uint32_t i = 0; i < 4 * QUEUE_CELLS; i++) {
        push(i);
        assert_int_equal(pop(), i);
    }
    assert_empty();
}

/* A pusher that has claimed its cell and not yet filled it: nothing can be popped, but there is more. */
static void queue_has_more_while_a_push_is_half_done(void **state)
{
    (void)state;
    uint64_t value;
    atomic_store(&queue.x_tail, 1);
    assert_true(pool__queue_has_more(&queue));
    assert_false(pool__queue_pop(&queue, &value));
    queue.cells[0].value = 5;
    atomic_store(&queue.cells[0].x_sequence, 1);
    assert_int_equal(pop(), 5);
    assert_empty();
}

static void queue_agrees_with_two_counters(void **state)
{
    (void)state;
    struct property random = property_begin("queue_agrees_with_two_counters");
    uint32_t pushed = 0, popped = 0;
    preset((uint64_t)0 - 5000);
    for (uint32_t round = 0; round < 2000; round++) {
        for (uint32_t n = property_size(&random, QUEUE_CELLS); n > 0; n--) {
            bool done = pool__queue_push(&queue, pushed);
            assert_int_equal(done, pushed - popped < QUEUE_CELLS);
            pushed += done;
        }
        for (uint32_t n = property_size(&random, QUEUE_CELLS); n > 0 && popped != pushed; n--) {
            assert_int_equal(pop(), popped++);
        }
        assert_int_equal(pool__queue_has_more(&queue), pushed != popped);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(queue_pop_of_nothing_returns_false, setup),
        cmocka_unit_test_setup(queue_gives_the_first_one_first, setup),
        cmocka_unit_test_setup(queue_that_is_full_refuses_and_keeps_what_it_has, setup),
        cmocka_unit_test_setup(queue_works_where_its_turns_wrap, setup),
        cmocka_unit_test_setup(queue_one_by_one_passes_any_number_of_laps, setup),
        cmocka_unit_test_setup(queue_has_more_while_a_push_is_half_done, setup),
        cmocka_unit_test_setup(queue_agrees_with_two_counters, setup),
    };
    return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
