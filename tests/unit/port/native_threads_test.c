/* The pool's own threads take no signals that belong to the program. */
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/native_pool.h"
#include "support/prelude.h"

static const int synchronous[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGTRAP, SIGABRT};

static void never(void *user, pool_t *pool)
{
    (void)user, (void)pool;
}

/* A pool of which every kind of thread runs. */
static pool_t *make(void)
{
    pool_t *pool = native_pool_make(3, 0);
    assert_int_equal(pool_on_room(pool, never, NULL), 0);
    return pool;
}

static bool is_synchronous(int number)
{
    for (uint32_t i = 0; i < COUNT_OF(synchronous); i++) {
        if (synchronous[i] == number) return true;
    }
    return false;
}

static void function_has_all_signals_blocked_but_its_own(void)
{
    sigset_t mask;
    if (pthread_sigmask(SIG_BLOCK, NULL, &mask)) abort();
    for (int i = 1; i < SIGRTMAX; i++) {
        bool can_be = i != SIGKILL && i != SIGSTOP && (i < 32 || i >= SIGRTMIN); /* the C library has some to itself */
        if (can_be && sigismember(&mask, i) == is_synchronous(i)) abort();
    }
}

static uint32_t look_at_mask(pool_t *pool, void *user)
{
    (void)pool, (void)user;
    function_has_all_signals_blocked_but_its_own();
    return 5;
}

static void look_at_mask_in_callback(void *user, pool_t *pool, pool_job_t job, const struct pool_result *result)
{
    (void)pool, (void)job, (void)result;
    function_has_all_signals_blocked_but_its_own();
    gate_arrive(user);
}

static void functions_and_callbacks_have_all_signals_blocked_but_their_own(void **state)
{
    (void)state;
    static struct gate gate; /* the callback may still be at it when this has returned */
    gate_init(&gate);
    pool_t *pool = make();
    pool_job_t job = native_submit(pool, look_at_mask, NULL);
    assert_int_equal(pool_on_end(pool, job, look_at_mask_in_callback, &gate), 0);
    gate_await_arrival(&gate);
    gate_open(&gate);
    assert_int_equal(native_await(pool, job).code, 5);
    native_pool_free(pool);
}

static void callers_mask_stays(void **state)
{
    (void)state;
    sigset_t mine, before, after;
    sigemptyset(&mine);
    sigaddset(&mine, SIGUSR2);
    assert_int_equal(pthread_sigmask(SIG_BLOCK, &mine, NULL), 0);
    assert_int_equal(pthread_sigmask(SIG_BLOCK, NULL, &before), 0);
    pool_t *pool = make();
    assert_int_equal(pthread_sigmask(SIG_BLOCK, NULL, &after), 0);
    for (int i = 1; i < SIGRTMAX; i++) assert_int_equal(sigismember(&before, i), sigismember(&after, i));
    native_pool_free(pool);
    assert_int_equal(pthread_sigmask(SIG_UNBLOCK, &mine, NULL), 0);
}

static pthread_t program;
static atomic_int n_handled, n_elsewhere;

static void handle(int number)
{
    (void)number;
    if (!pthread_equal(pthread_self(), program)) atomic_fetch_add(&n_elsewhere, 1);
    atomic_fetch_add(&n_handled, 1);
}

/* Blocked in the program's only thread, a signal of the process waits there: a thread that takes it is the pool's. */
static void signals_of_the_process_wait_for_the_program(void **state)
{
    (void)state;
    sigset_t mine;
    int taken = 0;
    program = pthread_self();
    assert_ptr_not_equal(signal(SIGUSR1, handle), SIG_ERR);
    pool_t *pool = make();
    sigemptyset(&mine);
    sigaddset(&mine, SIGUSR1);
    assert_int_equal(pthread_sigmask(SIG_BLOCK, &mine, NULL), 0);
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(kill(getpid(), SIGUSR1), 0);
        native_await(pool, native_submit(pool, look_at_mask, NULL)); /* its threads run */
        assert_int_equal(sigwait(&mine, &taken), 0);
        assert_int_equal(taken, SIGUSR1);
    }
    assert_int_equal(atomic_load(&n_handled), 0);
    assert_int_equal(pthread_sigmask(SIG_UNBLOCK, &mine, NULL), 0);
    assert_int_equal(kill(getpid(), SIGUSR1), 0);
    while (!atomic_load(&n_handled)) usleep(100);
    assert_int_equal(atomic_load(&n_elsewhere), 0);
    native_pool_free(pool);
}

/* How many of this process's threads have a name like that. */
static uint32_t count_named(const char *prefix)
{
    char path[64 + 256], name[32];
    uint32_t n = 0;
    DIR *tasks = opendir("/proc/self/task");
    assert_non_null(tasks);
    for (const struct dirent *task; (task = readdir(tasks));) {
        snprintf(path, sizeof path, "/proc/self/task/%s/comm", task->d_name);
        FILE *file = fopen(path, "r");
        if (file && fgets(name, sizeof name, file)) n += strncmp(name, prefix, strlen(prefix)) == 0;
        if (file) fclose(file);
    }
    closedir(tasks);
    return n;
}

static void threads_have_names(void **state)
{
    (void)state;
    pool_t *pool = make();
    assert_int_equal(count_named("millrace-coord"), 1);
    assert_int_equal(count_named("millrace-calls"), 1);
    assert_int_equal(count_named("millrace-"), 5);
    native_pool_free(pool);
    while (count_named("millrace-")) usleep(100); /* one that was joined may be listed for a moment */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_and_callbacks_have_all_signals_blocked_but_their_own),
        cmocka_unit_test(callers_mask_stays),
        cmocka_unit_test(signals_of_the_process_wait_for_the_program),
        cmocka_unit_test(threads_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
