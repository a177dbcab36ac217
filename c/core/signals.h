/* A set of small numbers that any thread raises and one thread takes: the client's inbox.
 *
 * A bit each, so it can never be full and the same signal raised a thousand times is taken once. Three levels
 * (`x_any`, a bit a word, a bit a signal) keep looking cheap.
 */
#ifndef MILLRACE_CORE_SIGNALS_H
#define MILLRACE_CORE_SIGNALS_H

#include <stdatomic.h>
#include <stdint.h>

#define SIGNALS_GROUPS 12u
#define SIGNALS_MAX (SIGNALS_GROUPS * 32u * 32u)

struct signals {
    _Atomic uint32_t x_any;                         /* 1: something may have been raised */
    _Atomic uint32_t x_groups[SIGNALS_GROUPS];      /* bit w of group g: word 32 g + w may have bits */
    _Atomic uint32_t x_words[SIGNALS_GROUPS * 32u]; /* bit b of word w: signal 32 w + b is raised */
    /* taker only */
    uint32_t words_left; /* bits of group `group` still to visit */
    uint32_t bits_left;  /* bits of word `word` still to hand out */
    uint32_t group;
    uint32_t word;
};

/* Any thread. What was published before is seen by whoever takes the signal. */
void pool__signals_raise(struct signals *signals, uint32_t signal);

/* Any thread. Finishes what a raiser that died may have left half-raised. */
void pool__signals_mend(struct signals *signals);

/* Taker only. The next raised signal, which is lowered; -1: none. Begins with `x_any` lowered, so that one raised
 * meanwhile raises it again. */
int32_t pool__signals_take(struct signals *signals);

#endif
