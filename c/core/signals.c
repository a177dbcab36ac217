/* Raising and taking signals. */
#include "core/signals.h"

#include "core/check.h"

void pool__signals_raise(struct signals *signals, uint32_t signal)
{
    POOL_ASSERT(signal < SIGNALS_MAX);
    uint32_t word = signal / 32, bit = 1u << signal % 32;

    /* Raised already and not yet taken: the taker will see what we have published, whoever raised it. */
    if (atomic_load(&signals->x_words[word]) & bit) return;

    atomic_fetch_or(&signals->x_words[word], bit);
    atomic_fetch_or(&signals->x_groups[word / 32], 1u << word % 32);
    atomic_store(&signals->x_any, 1);
}

void pool__signals_mend(struct signals *signals)
{
    for (uint32_t group = 0; group < SIGNALS_GROUPS; group++) atomic_store(&signals->x_groups[group], UINT32_MAX);
    atomic_store(&signals->x_any, 1);
}

/* Begins behind the last one: a group that is raised again and again leaves all others their turn. */
static bool next_group(struct signals *signals)
{
    for (uint32_t i = 1; i <= SIGNALS_GROUPS; i++) {
        uint32_t group = (signals->group + i) % SIGNALS_GROUPS;
        if (!atomic_load(&signals->x_groups[group])) continue;
        signals->group = group;
        signals->words_left = atomic_exchange(&signals->x_groups[group], 0);
        return true;
    }
    return false;
}

static void next_word(struct signals *signals)
{
    POOL_ASSERT(signals->words_left); /* only the taker takes bits away */
    signals->word = signals->group * 32 + (uint32_t)__builtin_ctz(signals->words_left);
    POOL_ASSERT(signals->word < POOL_COUNT_OF(signals->x_words));
    signals->words_left &= signals->words_left - 1;
    signals->bits_left = atomic_exchange(&signals->x_words[signals->word], 0);
}

int32_t pool__signals_take(struct signals *signals)
{
    while (!signals->bits_left) {
        if (!signals->words_left) {
            /* Lowered before the look, so that whoever raises a signal after the look raises this again. */
            atomic_store(&signals->x_any, 0);
            if (!next_group(signals)) return -1;
            atomic_store(&signals->x_any, 1); /* more groups may be waiting */
        }
        next_word(signals);
    }
    uint32_t bit = (uint32_t)__builtin_ctz(signals->bits_left);
    signals->bits_left &= signals->bits_left - 1;
    return (int32_t)(signals->word * 32 + bit);
}
