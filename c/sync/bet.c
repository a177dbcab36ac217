/* Keeping book of bets.
 *
 * Two threads that answer each other settle in one of two ways. If both look, on two cores, an answer takes 3 us. If both
 * sleep, each has to be woken: 40 to 100 us on two cores, 7 on one, where looking takes all the time that the peer needs. So
 * who has slept for a while tries again with more patience than the peer needs to wake up; after that both are awake. Where
 * that is lost, as on one core, the tries become rare.
 */
#include "sync/bet.h"

#include "core/check.h"

#define SHORT_NS 30000u /* the peer is awake, and needs 15 to 30 us to answer: a page's streams alone take 10 or more */
#define LONG_NS 150000u /* it has to wake up first */
#define CREDIT_MAX 16u
#define CREDIT_TRY 4u /* so many may be lost before the next rest */
#define PAUSE_MIN 16u
#define PAUSE_MAX 256u

void pool__bet_init(struct bet *bet)
{
    *bet = (struct bet){.credit = CREDIT_MAX, .pause = PAUSE_MIN};
}

uint32_t pool__bet_take(struct bet *bet)
{
    if (bet->credit > 0) return SHORT_NS;
    if (bet->rest == 0) return LONG_NS;
    bet->rest--;
    return 0;
}

/* Each rest is longer than the one before, until bets were won for so long that it was another time. */
static void lay_off(struct bet *bet)
{
    POOL_ASSERT(bet->credit == 0 && bet->pause >= PAUSE_MIN && bet->pause <= PAUSE_MAX);
    bet->rest = bet->pause;
    bet->pause = bet->pause < PAUSE_MAX ? bet->pause * 2 : PAUSE_MAX;
}

void pool__bet_settle(struct bet *bet, bool won)
{
    POOL_ASSERT(bet->credit <= CREDIT_MAX && bet->rest == 0);
    if (!won) {
        if (bet->credit > 0) bet->credit--;
        if (bet->credit == 0) lay_off(bet);
    } else if (bet->credit == 0) {
        bet->credit = CREDIT_TRY;
    } else if (bet->credit < CREDIT_MAX) {
        bet->credit++;
    } else {
        bet->pause = PAUSE_MIN;
    }
}
