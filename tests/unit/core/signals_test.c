/* core/signals.c: raising and taking, in one thread. */
#include "core/signals.h"
#include "support/prelude.h"
#include "support/property.h"

static struct signals signals;

static int setup(void **state)
{
    (void)state;
    memset(&signals, 0, sizeof signals);
    return 0;
}

static void signals_take_of_nothing_returns_minus_1(void **state)
{
    (void)state;
    assert_int_equal(pool__signals_take(&signals), -1);
    assert_int_equal(pool__signals_take(&signals), -1);
}

static void signals_raised_many_times_are_taken_once(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++) pool__signals_raise(&signals, 77);
    assert_int_equal(pool__signals_take(&signals), 77);
    assert_int_equal(pool__signals_take(&signals), -1);
}

static void signals_that_were_taken_can_be_raised_again(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        pool__signals_raise(&signals, 9216);
        assert_int_equal(pool__signals_take(&signals), 9216);
        assert_int_equal(pool__signals_take(&signals), -1);
    }
}

static void signals_carry_every_number(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < SIGNALS_MAX; i++) {
        pool__signals_raise(&signals, i);
        assert_int_equal(atomic_load(&signals.x_any), 1);
        assert_int_equal(pool__signals_take(&signals), i);
        assert_int_equal(pool__signals_take(&signals), -1);
        assert_int_equal(atomic_load(&signals.x_any), 0);
    }
}

static void signals_all_raised_at_once_are_all_taken(void **state)
{
    (void)state;
    static uint8_t taken[SIGNALS_MAX];
    memset(taken, 0, sizeof taken);
    for (uint32_t i = SIGNALS_MAX; i-- > 0;) pool__signals_raise(&signals, i);
    for (uint32_t i = 0; i < SIGNALS_MAX; i++) {
        int32_t signal = pool__signals_take(&signals);
        assert_in_range(signal, 0, SIGNALS_MAX - 1);
        assert_int_equal(taken[signal]++, 0);
    }
    assert_int_equal(pool__signals_take(&signals), -1);
}

static void signals_raised_while_others_are_taken_are_not_lost(void **state)
{
    (void)state;
    pool__signals_raise(&signals, 32); /* word 1 of group 0 */
    pool__signals_raise(&signals, 33);
    pool__signals_raise(&signals, 2048); /* group 2, which comes first: the last one was group 0 */
    assert_int_equal(pool__signals_take(&signals), 2048);
    assert_int_equal(pool__signals_take(&signals), 32);
    pool__signals_raise(&signals, 2048);
    pool__signals_raise(&signals, 32); /* of the word in hand */
    pool__signals_raise(&signals, 0);  /* of a word before it */
    uint32_t sum = 0, n = 0;
    for (int32_t s = pool__signals_take(&signals); s >= 0; s = pool__signals_take(&signals), n++) sum += (uint32_t)s;
    assert_int_equal(n, 4);
    assert_int_equal(sum, 33 + 2048 + 32 + 0);
}

/* Jobs that end one after the other leave calls, pipes and room their turn. */
static void signals_raised_again_and_again_leave_all_others_their_turn(void **state)
{
    (void)state;
    for (uint32_t other = 0; other < SIGNALS_MAX; other += 1024) {
        int32_t taken = -1;
        uint32_t busy = other == 5 * 1024 ? 0 : 5 * 1024;
        pool__signals_raise(&signals, busy);
        assert_int_equal(pool__signals_take(&signals), busy);
        pool__signals_raise(&signals, other);
        for (uint32_t i = 0; i <= SIGNALS_GROUPS && taken != (int32_t)other; i++) {
            pool__signals_raise(&signals, busy);
            taken = pool__signals_take(&signals);
        }
        assert_int_equal(taken, other);
        while (pool__signals_take(&signals) >= 0) continue;
    }
}

static void signals_left_over_keep_the_look_from_the_outside_true(void **state)
{
    (void)state;
    pool__signals_raise(&signals, 1);
    pool__signals_raise(&signals, 5000);
    assert_int_equal(pool__signals_take(&signals), 5000);
    assert_int_equal(atomic_load(&signals.x_any), 1); /* a taker that stops here would look again */
    assert_int_equal(pool__signals_take(&signals), 1);
    assert_int_equal(pool__signals_take(&signals), -1);
    assert_int_equal(atomic_load(&signals.x_any), 0);
}

/* Against a plain array: what was raised last is taken after it, and nothing is taken more often than it was raised. (A
 * signal raised while it is in the taker's hand comes once more.) */
static struct {
    bool pending;
    uint32_t surplus; /* raised - taken */
} model[SIGNALS_MAX];

static void take_into_model(int32_t signal)
{
    assert_true(model[signal].surplus > 0);
    model[signal].surplus--;
    model[signal].pending = false;
}

static void signals_agree_with_a_plain_set(void **state)
{
    (void)state;
    struct property random = property_begin("signals_agree_with_a_plain_set");
    memset(model, 0, sizeof model);
    for (uint32_t i = 0; i < 200000; i++) {
        if (property_once_in(&random, 3)) {
            int32_t signal = pool__signals_take(&signals);
            if (signal >= 0) take_into_model(signal);
        } else {
            uint32_t signal = property_below(&random, property_size(&random, SIGNALS_MAX));
            pool__signals_raise(&signals, signal);
            model[signal].pending = true;
            model[signal].surplus++;
        }
    }
    for (int32_t s = pool__signals_take(&signals); s >= 0; s = pool__signals_take(&signals)) take_into_model(s);
    for (uint32_t i = 0; i < SIGNALS_MAX; i++) assert_false(model[i].pending);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(signals_take_of_nothing_returns_minus_1, setup),
        cmocka_unit_test_setup(signals_raised_many_times_are_taken_once, setup),
        cmocka_unit_test_setup(signals_that_were_taken_can_be_raised_again, setup),
        cmocka_unit_test_setup(signals_carry_every_number, setup),
        cmocka_unit_test_setup(signals_all_raised_at_once_are_all_taken, setup),
        cmocka_unit_test_setup(signals_raised_while_others_are_taken_are_not_lost, setup),
        cmocka_unit_test_setup(signals_raised_again_and_again_leave_all_others_their_turn, setup),
        cmocka_unit_test_setup(signals_left_over_keep_the_look_from_the_outside_true, setup),
        cmocka_unit_test_setup(signals_agree_with_a_plain_set, setup),
    };
    return cmocka_run_group_tests_name("signals", tests, NULL, NULL);
}
