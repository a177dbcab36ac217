/* A set of small numbers that any thread raises and one thread takes: the client's inbox.
 *
 * Each signal is a bit, so the set can never be full, and a signal that is raised a thousand times is taken once. There
 * are three levels (`x_any`, a bit for each word, a bit for each signal), so that looking is cheap.
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

/* Any thread. Whoever takes the signal sees what was published before. */
void pool__signals_raise(struct signals *signals, uint32_t signal);

/* Any thread. Finishes raising what a thread that died may have raised by half. */
void pool__signals_mend(struct signals *signals);

/* Taker only. Lowers the next raised signal and returns it; -1: there is none. */
int32_t pool__signals_take(struct signals *signals);

#endif
