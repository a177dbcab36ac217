/* sync/bet.c: when looking before sleeping is worth it. */
#include "sync/bet.h"

#include "support/prelude.h"

/* Loses every bet until there is none any more: how many it were. */
static uint32_t lose_all(struct bet *bet)
{
    uint32_t n = 0;
    while (pool__bet_take(bet)) {
        pool__bet_settle(bet, false);
        n++;
    }
    return n;
}

/* Sleeps until there is a bet again: how often. */
static uint32_t rest(struct bet *bet)
{
    uint32_t n = 1; /* lose_all has slept once */
    while (!pool__bet_take(bet)) n++;
    return n;
}

static void bets_are_laid_at_first_and_not_for_ever(void **state)
{
    (void)state;
    struct bet bet;
    pool__bet_init(&bet);
    assert_true(pool__bet_take(&bet) > 0);
    assert_in_range(lose_all(&bet), 2, 100);
    assert_int_equal(pool__bet_take(&bet), 0);
}

static void bets_that_are_won_go_on(void **state)
{
    (void)state;
    struct bet bet;
    pool__bet_init(&bet);
    for (uint32_t i = 0; i < 1000; i++) {
        assert_true(pool__bet_take(&bet) > 0);
        pool__bet_settle(&bet, i % 3 > 0);
    }
}

static void a_try_is_longer_than_a_bet_and_has_some_to_follow_if_it_is_won(void **state)
{
    (void)state;
    struct bet bet;
    pool__bet_init(&bet);
    uint32_t usual_ns = pool__bet_take(&bet);
    lose_all(&bet);
    rest(&bet);
    assert_true(pool__bet_take(&bet) > usual_ns);
    pool__bet_settle(&bet, true);
    assert_int_equal(pool__bet_take(&bet), usual_ns);
    assert_in_range(lose_all(&bet), 2, 100);
}

static void tries_that_are_lost_become_rare_and_do_not_end(void **state)
{
    (void)state;
    struct bet bet;
    pool__bet_init(&bet);
    lose_all(&bet);
    uint32_t before = rest(&bet), longest = before;
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(lose_all(&bet), 1);
        uint32_t now = rest(&bet);
        assert_true(now >= longest);
        longest = now;
    }
    assert_true(longest > before);
}

static void what_was_lost_is_forgotten_when_bets_are_won_again(void **state)
{
    (void)state;
    struct bet bet;
    pool__bet_init(&bet);
    lose_all(&bet);
    uint32_t first = rest(&bet);
    for (uint32_t i = 0; i < 5; i++) {
        lose_all(&bet);
        rest(&bet);
    }
    for (uint32_t i = 0; i < 100; i++) {
        assert_true(pool__bet_take(&bet) > 0);
        pool__bet_settle(&bet, true);
    }
    lose_all(&bet);
    assert_int_equal(rest(&bet), first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bets_are_laid_at_first_and_not_for_ever),
        cmocka_unit_test(bets_that_are_won_go_on),
        cmocka_unit_test(a_try_is_longer_than_a_bet_and_has_some_to_follow_if_it_is_won),
        cmocka_unit_test(tries_that_are_lost_become_rare_and_do_not_end),
        cmocka_unit_test(what_was_lost_is_forgotten_when_bets_are_won_again),
    };
    return cmocka_run_group_tests_name("bet", tests, NULL, NULL);
}
