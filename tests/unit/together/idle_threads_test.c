/* A pool that has nothing to do wakes nobody: its threads sleep, whatever others do meanwhile. The system counts how often
 * each thread has slept and woken. */
#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "support/native_pool.h"
#include "support/prelude.h"
#include "support/threads.h"

#define THREADS 16u
#define ROUNDS 100u
#define TRIES 5u
#define ROUND_NS 20000000 /* all of them take longer than anything in a pool waits */

static long threads[THREADS];
static uint32_t n_threads;

static uint32_t list_threads(long *out)
{
    uint32_t n = 0;
    DIR *tasks = opendir("/proc/self/task");
    assert_non_null(tasks);
    for (const struct dirent *each; (each = readdir(tasks));) {
        if (each->d_name[0] == '.') continue;
        assert_true(n < THREADS);
        out[n++] = strtol(each->d_name, NULL, 10);
    }
    closedir(tasks);
    return n;
}

static bool is_among(long thread, const long *others, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (others[i] == thread) return true;
    }
    return false;
}

static unsigned long wake_ups_of(long thread)
{
    char path[64], line[128];
    unsigned long n = 0;
    bool found = false;
    (void)snprintf(path, sizeof path, "/proc/self/task/%ld/status", thread);
    FILE *status = fopen(path, "r");
    assert_non_null(status);
    while (!found && fgets(line, sizeof line, status)) found = sscanf(line, "voluntary_ctxt_switches: %lu", &n) == 1;
    (void)fclose(status);
    assert_true(found);
    return n;
}

static unsigned long wake_ups(void)
{
    unsigned long n = 0;
    for (uint32_t i = 0; i < n_threads; i++) n += wake_ups_of(threads[i]);
    return n;
}

static uint32_t nothing(pool_t *pool, void *user)
{
    (void)pool, (void)user;
    return 0;
}

static void tell(void *user, pool_t *pool, pool_job_t job, const struct pool_result *result)
{
    (void)pool, (void)job, (void)result;
    gate_arrive(user);
}

/* A callback starts the thread that calls back. */
static void call_back_once(pool_t *pool)
{
    static struct gate gate; /* the callback may still be at it when this has returned */
    gate_init(&gate);
    pool_job_t job = native_submit(pool, nothing, NULL);
    assert_int_equal(pool_on_end(pool, job, tell, &gate), 0);
    gate_await_arrival(&gate);
    gate_open(&gate);
    native_await(pool, job);
}

static void work_in(pool_t *pool)
{
    const struct timespec pause = {.tv_nsec = ROUND_NS};
    for (uint32_t i = 0; i < ROUNDS; i++) {
        native_await(pool, native_submit(pool, nothing, NULL));
        nanosleep(&pause, NULL);
    }
}

static bool is_untouched_by_work_in(pool_t *other)
{
    unsigned long before = wake_ups();
    work_in(other);
    return wake_ups() == before;
}

static void idle_pool_wakes_nobody_while_another_works(void **state)
{
    (void)state;
    long own[THREADS], all[THREADS];
    pool_t *other = native_pool_make(2, 0);
    native_await(other, native_submit(other, nothing, NULL));
    uint32_t n_own = list_threads(own), n_all;
    pool_t *idle = native_pool_make_beside(2);
    call_back_once(idle);
    n_all = list_threads(all);
    n_threads = 0;
    for (uint32_t i = 0; i < n_all; i++) {
        if (!is_among(all[i], own, n_own)) threads[n_threads++] = all[i];
    }
    assert_int_equal(n_threads, 4); /* two workers, the coordinator's, and the one that calls back */

    /* On a busy machine a thread may come to its sleep late. What wakes by itself would be in each of these. */
    uint32_t tries = 1;
    while (!is_untouched_by_work_in(other)) assert_true(tries++ < TRIES);
    unsigned long before = wake_ups();
    native_await(idle, native_submit(idle, nothing, NULL));
    while (wake_ups() == before) sched_yield(); /* and the count does show who wakes, once he sleeps again */
    native_pool_free(idle);
    native_pool_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(idle_pool_wakes_nobody_while_another_works)};
    return cmocka_run_group_tests_name("idle", tests, NULL, NULL);
}
