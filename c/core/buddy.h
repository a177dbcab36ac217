/* Which parts of a chunk of memory are free: a buddy scheme, after D. E. Knuth, "The Art of Computer Programming"
 * 1, 2.5.
 *
 * A chunk is a row of units, cut into blocks of a power of two of them. A tree has a byte for each block that there
 * could be: the class of the largest free block in it, + 1; 0: there is none. So what is given back merges with its
 * neighbour at once, and the lowest block that is large enough is found without a search.
 *
 * One thread only.
 */
#ifndef MILLRACE_CORE_BUDDY_H
#define MILLRACE_CORE_BUDDY_H

#include <stdint.h>

#define BUDDY_NONE UINT32_MAX

struct buddy {
    uint8_t *tree;   /* 2 << height bytes */
    uint32_t height; /* the class of the whole chunk */
};

/* All of the `n_units` of a chunk are free; there are 1 << height of them, or fewer. */
void pool__buddy_init(struct buddy *buddy, uint8_t *tree, uint32_t height, uint32_t n_units);

/* Takes the lowest block of 1 << `class` units: its first unit, or BUDDY_NONE. */
uint32_t pool__buddy_take(struct buddy *buddy, uint32_t class);

/* pre: it was taken, as a block of that class. */
void pool__buddy_give(struct buddy *buddy, uint32_t unit, uint32_t class);

#endif
