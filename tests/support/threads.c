/* Threads for tests, and checks that they may make. */
#include "support/threads.h"

#include <stdio.h>
#include <stdlib.h>

void thread_check(bool holds, const char *condition, const char *file, int line)
{
    if (holds) return;
    fprintf(stderr, "[  ERROR   ] --- %s\n[   LINE   ] --- %s:%d: error: Failure in a thread!\n", condition, file,
            line);
    abort();
}

pthread_t thread_start(void *(*run)(void *), void *argument)
{
    pthread_t thread;
    THREAD_CHECK(pthread_create(&thread, NULL, run, argument) == 0);
    return thread;
}

void *thread_join(pthread_t thread)
{
    void *result;
    THREAD_CHECK(pthread_join(thread, &result) == 0);
    return result;
}

void threads_run(uint32_t n, void *(*run)(void *))
{
    pthread_t threads[THREADS_MAX];
    THREAD_CHECK(n <= THREADS_MAX);
    for (uint32_t i = 0; i < n; i++) threads[i] = thread_start(run, (void *)(uintptr_t)i);
    for (uint32_t i = 0; i < n; i++) thread_join(threads[i]);
}
