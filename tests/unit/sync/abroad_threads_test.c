/* C functions that are jobs of one pool, and wait in another: they hear of their own end there. */
#include <sched.h>

#include "core/layout.h"
#include "support/native_pool.h"
#include "support/prelude.h"
#include "support/threads.h"

static pool_t *home, *abroad;
static struct gate gate;

/* What a job waits for, and how: each has nothing to wait for but its own end. */
struct wait {
    const char *name;
    int32_t (*call)(void);
};

static pool_job_t endless;
static pool_fd_t empty[2], full[2];

static int32_t by_wait(void)
{
    return pool_wait(abroad, endless, POOL_FOREVER, NULL);
}

static int32_t by_wait_any(void)
{
    uint32_t index;
    const pool_job_t jobs[] = {0, endless};
    return pool_wait_any(abroad, jobs, COUNT_OF(jobs), POOL_FOREVER, &index);
}

static int32_t by_read(void)
{
    char byte;
    return pool_read(abroad, empty[0], &byte, 1);
}

static int32_t by_write(void)
{
    return pool_write(abroad, full[1], "x", 1);
}

static int32_t by_poll(void)
{
    struct pool_pollfd fds[] = {{.fd = empty[0], .events = POOL_POLLIN}, {.fd = full[1], .events = POOL_POLLOUT}};
    return pool_poll(abroad, fds, COUNT_OF(fds), POOL_FOREVER);
}

static const struct wait waits[] = {
    {"wait", by_wait}, {"wait_any", by_wait_any}, {"read", by_read}, {"write", by_write}, {"poll", by_poll}};

static int setup(void **state)
{
    (void)state;
    char data[256] = {0};
    gate_init(&gate);
    home = native_pool_make(1, 0);
    abroad = native_pool_make_beside(1);
    endless = native_submit(abroad, job_that_computes, &gate);
    gate_await_arrival(&gate);
    assert_int_equal(pool_pipe(abroad, 0, empty), 0);
    assert_int_equal(pool_pipe(abroad, sizeof data, full), 0);
    return pool_write(abroad, full[1], data, sizeof data) == sizeof data ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    native_pool_free(home);
    native_pool_free(abroad);
    return 0;
}

static uint32_t wait_abroad(pool_t *pool, void *user)
{
    const struct wait *wait = user;
    (void)pool;
    gate_arrive(&gate);
    int32_t status = wait->call();
    if (status != POOL_ECANCELED) print_error("%s: %d\n", wait->name, status);
    THREAD_CHECK(status == POOL_ECANCELED);
    THREAD_CHECK(wait->call() == POOL_ECANCELED); /* and before it waits */
    return 0;
}

static pool_job_t submit(const struct wait *wait, uint32_t timeout_ms)
{
    pool_job_t job;
    union {
        const struct wait *wait;
        void *user;
    } user = {wait};
    struct pool_job_config config = {.function = wait_abroad, .user = user.user, .timeout_ms = timeout_ms};
    assert_int_equal(pool_submit(home, &config, &job), 0);
    return job;
}

static pool_job_t begin(const struct wait *wait)
{
    pool_job_t job = submit(wait, 0);
    gate_await_arrival(&gate);
    gate_open(&gate);
    return job;
}

static void job_that_waits_abroad_hears_of_its_cancel(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 20; round++) {
        for (uint32_t i = 0; i < COUNT_OF(waits); i++) {
            pool_job_t job = begin(&waits[i]);
            if (round % 2) sched_yield();
            assert_int_equal(pool_cancel(home, job), 0);
            assert_int_equal(native_await(home, job).outcome, POOL_CANCELLED);
        }
    }
}

static void job_that_waits_abroad_hears_of_its_deadline(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < COUNT_OF(waits); i++) {
        do { /* where there is much to do, its time may be over before it begins */
            gate_init(&gate);
            gate_open(&gate);
            assert_int_equal(native_await(home, submit(&waits[i], 20)).outcome, POOL_TIMED_OUT);
        } while (sem_trywait(&gate.arrived) != 0);
    }
}

static void job_that_waits_abroad_hears_of_the_end_of_its_pool(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < COUNT_OF(waits); i++) {
        begin(&waits[i]);
        native_pool_free(home);
        home = native_pool_make_beside(1);
    }
}

static uint32_t read_abroad(pool_t *pool, void *user)
{
    char byte = 0;
    (void)pool, (void)user;
    gate_arrive(&gate);
    int32_t n = pool_read(abroad, empty[0], &byte, 1);
    return n == 1 ? (uint32_t)byte : (uint32_t)-n;
}

static void *free_abroad(void *unused)
{
    (void)unused;
    native_pool_free(abroad);
    return NULL;
}

static void job_that_waits_abroad_hears_of_the_end_of_that_pool(void **state)
{
    (void)state;
    pool_job_t job = native_submit(home, read_abroad, NULL);
    gate_await_arrival(&gate);
    gate_open(&gate);
    while (atomic_load(&abroad->x_inside) == 0) sched_yield(); /* no call may begin from now on */
    thread_join(thread_start(free_abroad, NULL));
    assert_int_equal(native_await(home, job).code, -POOL_ESHUTDOWN);
    abroad = native_pool_make_beside(1);
}

static uint32_t write_abroad(pool_t *pool, void *user)
{
    (void)pool, (void)user;
    return pool_write(abroad, empty[1], "a", 1) == 1 ? 0 : 1;
}

/* The only worker waits abroad for what a job behind it in its own queue does. */
static void job_that_waits_abroad_gives_its_place_away(void **state)
{
    (void)state;
    pool_job_t reader = native_submit(home, read_abroad, NULL);
    gate_await_arrival(&gate);
    pool_job_t writer = native_submit(home, write_abroad, NULL);
    gate_open(&gate);
    assert_int_equal(native_await(home, reader).code, 'a');
    assert_int_equal(native_await(home, writer).code, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(job_that_waits_abroad_hears_of_its_cancel, setup, teardown),
        cmocka_unit_test_setup_teardown(job_that_waits_abroad_hears_of_its_deadline, setup, teardown),
        cmocka_unit_test_setup_teardown(job_that_waits_abroad_hears_of_the_end_of_its_pool, setup, teardown),
        cmocka_unit_test_setup_teardown(job_that_waits_abroad_hears_of_the_end_of_that_pool, setup, teardown),
        cmocka_unit_test_setup_teardown(job_that_waits_abroad_gives_its_place_away, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
