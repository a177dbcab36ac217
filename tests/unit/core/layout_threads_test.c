/* core/layout.h: what several threads change of the pool itself. */
#include "core/layout.h"

#include "support/prelude.h"
#include "support/threads.h"

#define THREADS 4u
#define ROUNDS 40000u

static struct pool pool;

/* Each thread's times are its own: they end in its number. */
static void *raise(void *argument)
{
    uint64_t me = (uint64_t)(uintptr_t)argument;
    for (uint64_t i = 1; i <= ROUNDS; i++) {
        uint64_t told_ns = i * THREADS + me, before = atomic_load(&pool.x_told_ns);
        pool__raise_told(&pool, told_ns);
        uint64_t after = atomic_load(&pool.x_told_ns);
        THREAD_CHECK(after >= told_ns && after >= before);
    }
    return NULL;
}

static void told_is_raised_by_several_threads_and_never_lowered(void **state)
{
    (void)state;
    threads_run(THREADS, raise);
    assert_int_equal(atomic_load(&pool.x_told_ns), ROUNDS * THREADS + THREADS - 1);
    pool__raise_told(&pool, 1);
    assert_int_equal(atomic_load(&pool.x_told_ns), ROUNDS * THREADS + THREADS - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(told_is_raised_by_several_threads_and_never_lowered),
    };
    return cmocka_run_group_tests_name("layout_threads", tests, NULL, NULL);
}
