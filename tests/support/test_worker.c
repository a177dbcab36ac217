/* Plays the script around a worker, and the guest too. */
#include "support/test_worker.h"

#include "support/fake_guest.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "sync/self.h"

uint32_t test_worker_join(struct pool *pool)
{
    int32_t number = coordinator_add_worker(pool);
    assert_true(number > 0);
    assert_int_equal(worker_join(pool, (uint32_t)number), 0);
    pool__self_set(NULL); /* what this thread calls of pool.h, it calls as the client */
    return (uint32_t)number;
}

int test_worker_setup(void **state)
{
    if (test_pool_setup(state)) return -1;
    fake_guest_make(TEST_GUEST_BYTES);
    test_worker_join(*state);
    return 0;
}

int test_worker_teardown(void **state)
{
    fake_guest_free();
    return test_pool_teardown(state);
}

void test_worker_begin(uint32_t module)
{
    assert_int_equal(worker_next(), module);
    struct wasi_guest guest = fake_guest_calls();
    worker_begin(guest.read, guest.write, guest.check);
}

void test_worker_enter(uint32_t module)
{
    test_worker_begin(module);
    assert_int_equal(worker_enter(), 0);
}

void test_worker_return(uint32_t code)
{
    worker_leave();
    worker_end(POOL_EXITED, code, 0);
}

void test_worker_unwound(void)
{
    worker_leave();
    uint32_t outcome = worker_left_by();
    assert_int_not_equal(outcome, 0);
    worker_end(outcome, outcome == POOL_EXITED ? worker_exit_code() : 0, 0);
}

enum worker_state test_worker_state(struct pool *pool, uint32_t number)
{
    return pool__worker_state(&pool->workers[number]);
}
