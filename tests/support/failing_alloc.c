/* Stands in for malloc and its kin, and for pthread_create. */
#include "support/failing_alloc.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

/* The linker's names for what is wrapped, and for what wraps it. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument);

static struct {
    _Atomic uint32_t x_left; /* how many succeed, and the one that fails; 0: none fails any more */
    _Atomic uint32_t x_failed;
    enum failing what;
    bool for_good;
} plan;

void failing_alloc_arm(enum failing what, uint32_t nth, bool for_good)
{
    plan.what = what;
    plan.for_good = for_good;
    atomic_store(&plan.x_failed, 0);
    atomic_store(&plan.x_left, nth);
}

bool failing_alloc_disarm(void)
{
    atomic_store(&plan.x_left, 0);
    return atomic_load(&plan.x_failed) != 0;
}

static bool fails(enum failing what)
{
    uint32_t left = atomic_load(&plan.x_left);
    if (left == 0 || plan.what != what) return false;
    uint32_t next;
    do {
        next = left == 1 && plan.for_good ? 1 : left - 1;
    } while (!atomic_compare_exchange_weak(&plan.x_left, &left, next) && left != 0);
    if (left == 1) atomic_store(&plan.x_failed, 1);
    return left == 1;
}

void *__wrap_malloc(size_t size)
{
    return fails(FAILING_MEMORY) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails(FAILING_MEMORY) ? NULL : __real_calloc(n, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails(FAILING_MEMORY) ? NULL : __real_aligned_alloc(alignment, size);
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
    return fails(FAILING_THREADS) ? EAGAIN : __real_pthread_create(thread, attributes, run, argument);
}
