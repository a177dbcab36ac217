/* sync/call_slots.c: the slots of host calls, and what a job may have of them. */
#include "sync/call_slots.h"

#include "core/handle.h"
#include "support/prelude.h"
#include "support/running_job.h"
#include "support/test_pool.h"

#define KEPT_FROM (CALLS_MAX - CALLS_KEPT) /* so many slots are for whoever comes */

static struct pool *pool;
static uint32_t slots[CALLS_MAX];

static int setup(void **state)
{
    if (running_job_setup(state)) return -1;
    pool = *state;
    running_job_begin_bare();
    return 0;
}

/* Takes a slot as a call does, which notes there whose it is. */
static int take(pool_job_t job, uint32_t n_units, uint32_t *slot_out)
{
    int status = pool__call_slot_take(pool, job, n_units, slot_out);
    if (status < 0) return status;
    pool->calls[*slot_out].job = job;
    pool->calls[*slot_out].n_units = n_units;
    return status;
}

static void assert_used(uint32_t n_calls, uint32_t n_units)
{
    assert_int_equal(pool__share_calls(&running.job->share), n_calls);
    assert_int_equal(pool__share_units(&running.job->share), n_units);
}

static void slot_counts_as_the_jobs_until_it_is_given_back(void **state)
{
    (void)state;
    assert_int_equal(take(running.handle, 3, &slots[0]), 0);
    assert_int_equal(take(running.handle, 5, &slots[1]), 0);
    assert_int_not_equal(slots[0], slots[1]);
    assert_used(2, 8);
    pool__call_slot_give(pool, slots[0]);
    assert_used(1, 5);
    pool__call_slot_give(pool, slots[1]);
    assert_used(0, 0);
    assert_int_equal(test_free_calls(pool), CALLS_MAX);
}

static void slot_of_nobody_counts_for_nobody(void **state)
{
    (void)state;
    assert_int_equal(take(0, 1000, &slots[0]), 0);
    assert_used(0, 0);
    pool__call_slot_give(pool, slots[0]);
    assert_int_equal(test_free_calls(pool), CALLS_MAX);
}

static void slot_beyond_what_the_job_may_have_is_refused_and_takes_nothing(void **state)
{
    (void)state;
    pool__share_out(pool, running.job, 2, 1);
    uint32_t all = (1u << 20) / SHARE_UNIT_BYTES, none = 4711;
    assert_int_equal(take(running.handle, all, &slots[0]), 0);
    assert_int_equal(take(running.handle, 1, &none), POOL_EDQUOT);
    assert_int_equal(take(running.handle, 0, &slots[1]), 0);
    assert_int_equal(take(running.handle, 0, &none), POOL_EMFILE);
    assert_int_equal(none, 4711);
    assert_used(2, all);
    assert_int_equal(test_free_calls(pool), CALLS_MAX - 2);
    pool__call_slot_give(pool, slots[0]);
    pool__call_slot_give(pool, slots[1]);
}

static void slot_of_a_job_that_is_gone_is_ebadf(void **state)
{
    (void)state;
    uint32_t slot;
    pool_job_t gone = running.handle;
    running_job_end();
    running_job_begin_bare(); /* another in its slot */
    assert_int_equal(take(gone, 1, &slot), POOL_EBADF);
    assert_int_equal(pool__job_charge(pool, gone, 1), POOL_EBADF);
    assert_used(0, 0);
    assert_int_equal(test_free_calls(pool), CALLS_MAX);
}

/* What a host still had of a call outlives the job that made it. */
static void slot_given_back_after_its_job_changes_nothing_of_the_next(void **state)
{
    (void)state;
    assert_int_equal(take(running.handle, 3, &slots[0]), 0);
    running_job_end();
    running_job_begin_bare();
    assert_int_equal(take(running.handle, 4, &slots[1]), 0);
    pool__call_slot_give(pool, slots[0]);
    assert_used(1, 4);
    pool__call_slot_give(pool, slots[1]);
    assert_used(0, 0);
}

/* One job takes all that it can get; what is left is for the first calls of others. */
static void each_job_has_slots_whatever_one_takes(void **state)
{
    (void)state;
    uint32_t n = 0, slot = 4711;
    pool__share_out(pool, running.job, CALLS_MAX, 0);
    while (take(running.handle, 1, &slots[n]) == 0) n++;
    assert_int_equal(n, KEPT_FROM);
    assert_int_equal(take(running.handle, 1, &slot), POOL_ENFILE);
    assert_int_equal(slot, FREELIST_NONE);
    assert_used(n, n); /* what failed took nothing */
    pool_job_t greedy = running.handle;
    struct job *greedy_job = running.job;
    running_job_begin_bare();
    for (uint32_t i = 0; i < CALLS_EACH; i++) assert_int_equal(take(running.handle, 1, &slots[n++]), 0);
    assert_int_equal(take(running.handle, 1, &slot), POOL_ENFILE);
    assert_used(CALLS_EACH, CALLS_EACH);
    while (n > 0) pool__call_slot_give(pool, slots[--n]);
    pool__job_end_running(pool, greedy_job, POOL_EXITED, 0);
    assert_int_equal(pool_release(pool, greedy), 0);
}

static void slot_whose_handles_are_used_up_is_never_given_again(void **state)
{
    (void)state;
    assert_int_equal(take(running.handle, 1, &slots[0]), 0);
    _Atomic uint64_t *generation = &pool__reply_pipe(pool, slots[0])->x_generation;
    uint64_t had = atomic_exchange(generation, HANDLE_GENERATIONS);
    pool__call_slot_give(pool, slots[0]);
    assert_used(0, 0);
    assert_int_equal(test_free_calls(pool), CALLS_MAX - 1);
    atomic_store(generation, had);
    pool__slots_give(&pool->call_slots, pool->call_links, slots[0]);
}

static void memory_is_charged_up_to_what_the_job_may_have(void **state)
{
    (void)state;
    uint32_t all = (1u << 20) / SHARE_UNIT_BYTES;
    pool__share_out(pool, running.job, 0, 1);
    assert_int_equal(pool__job_charge(pool, running.handle, all - 1), 0);
    assert_int_equal(pool__job_charge(pool, running.handle, 2), POOL_EDQUOT);
    assert_used(0, all - 1);
    assert_int_equal(pool__job_charge(pool, running.handle, 1), 0);
    pool__job_discharge(pool, running.handle, all);
    assert_used(0, 0);
    assert_int_equal(pool__job_charge(pool, 0, UINT32_MAX), 0); /* nobody's memory has no limit */
    pool__job_discharge(pool, 0, UINT32_MAX);
    assert_used(0, 0);
}

static void charge_with_calls_open_is_no_error(void **state)
{
    (void)state;
    assert_int_equal(take(running.handle, 0, &slots[0]), 0);
    assert_int_equal(pool__job_charge(pool, running.handle, 1), 0);
    assert_used(1, 1);
    pool__job_discharge(pool, running.handle, 1);
    pool__call_slot_give(pool, slots[0]);
}

static void shares_have_their_defaults_and_their_limits(void **state)
{
    (void)state;
    const struct share *share = &running.job->share;
    uint64_t quarter = pool__blocks_limit(&pool->blocks) / 4 / SHARE_UNIT_BYTES;
    uint64_t captured = 2 * (POOL_BYTES_MAX / SHARE_UNIT_BYTES);
    pool__share_out(pool, running.job, 0, 0);
    assert_int_equal(atomic_load(&share->x_max_calls), POOL_JOB_CALLS_DEFAULT);
    assert_int_equal(atomic_load(&share->x_max_units), quarter > captured ? quarter : captured);
    pool__share_out(pool, running.job, 1, 1);
    assert_int_equal(atomic_load(&share->x_max_calls), 1);
    assert_int_equal(atomic_load(&share->x_max_units), (1u << 20) / SHARE_UNIT_BYTES);
    pool__share_out(pool, running.job, 1, 4095);
    assert_int_equal(atomic_load(&share->x_max_units), 4095u * ((1u << 20) / SHARE_UNIT_BYTES));
    static const uint32_t too_much[] = {4096, 4097, UINT32_MAX};
    for (uint32_t i = 0; i < COUNT_OF(too_much); i++) {
        pool__share_out(pool, running.job, 1, too_much[i]);
        assert_int_equal(atomic_load(&share->x_max_units), SHARE_UNITS_MAX); /* as much as can be counted */
    }
}

static void block_costs_its_whole_size(void **state)
{
    (void)state;
    assert_int_equal(pool__units_of(1), 1);
    assert_int_equal(pool__units_of(SHARE_UNIT_BYTES), 1);
    assert_int_equal(pool__units_of(SHARE_UNIT_BYTES + 1), 2);
    assert_int_equal(pool__units_of(5 * SHARE_UNIT_BYTES), 8);
    assert_int_equal(pool__units_of(POOL_BYTES_MAX), POOL_BYTES_MAX / SHARE_UNIT_BYTES);
}

static void each_slot_has_its_own_pipe_and_it_is_none_that_can_be_opened(void **state)
{
    (void)state;
    assert_ptr_equal(pool__reply_pipe(pool, 0), &pool->pipes[PIPES_MAX]);
    assert_ptr_equal(pool__reply_pipe(pool, CALLS_MAX - 1), &pool->pipes[COUNT_OF(pool->pipes) - 1]);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, running_job_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(slot_counts_as_the_jobs_until_it_is_given_back),
        CASE(slot_of_nobody_counts_for_nobody),
        CASE(slot_beyond_what_the_job_may_have_is_refused_and_takes_nothing),
        CASE(slot_of_a_job_that_is_gone_is_ebadf),
        CASE(slot_given_back_after_its_job_changes_nothing_of_the_next),
        CASE(each_job_has_slots_whatever_one_takes),
        CASE(slot_whose_handles_are_used_up_is_never_given_again),
        CASE(memory_is_charged_up_to_what_the_job_may_have),
        CASE(charge_with_calls_open_is_no_error),
        CASE(shares_have_their_defaults_and_their_limits),
        CASE(block_costs_its_whole_size),
        CASE(each_slot_has_its_own_pipe_and_it_is_none_that_can_be_opened),
    };
    return cmocka_run_group_tests_name("call_slots", tests, NULL, NULL);
}
