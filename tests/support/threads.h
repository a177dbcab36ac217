/* For tests with threads of their own: the real platform, and checks that a thread beside cmocka's may make. */
#ifndef MILLRACE_TESTS_THREADS_H
#define MILLRACE_TESTS_THREADS_H

#include <pthread.h>
#include <stdbool.h>

#include "port/native.h"

/* Ends the program if it does not hold: cmocka's own assertions belong to the thread that runs the test. */
#define THREAD_CHECK(condition) thread_check(condition, #condition, __FILE__, __LINE__)
void thread_check(bool holds, const char *condition, const char *file, int line);

pthread_t thread_start(void *(*run)(void *), void *argument);
void *thread_join(pthread_t thread);

/* Runs several threads at once, which are given their numbers, 0 to `n` - 1, as arguments; returns when all have ended. */
#define THREADS_MAX 16u
void threads_run(uint32_t n, void *(*run)(void *));

#endif
