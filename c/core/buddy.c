/* The tree of a chunk: taking and giving back blocks, and merging neighbours. */
#include "core/buddy.h"

#include "core/check.h"

/* The node above two neighbours of one class: two that are free make one that is twice as large. */
static uint8_t both(uint8_t low, uint8_t high, uint32_t class)
{
    POOL_ASSERT(low <= class + 1 && high <= class + 1); /* nothing in a block is larger than the block */
    if (low == class + 1 && high == class + 1) return (uint8_t)(class + 2);
    return low > high ? low : high;
}

void pool__buddy_init(struct buddy *buddy, uint8_t *tree, uint32_t height, uint32_t n_units)
{
    uint32_t leaves = 1u << height;
    POOL_ASSERT(height < 31 && n_units <= leaves);
    *buddy = (struct buddy){tree, height};
    for (uint32_t i = 0; i < leaves; i++) tree[leaves + i] = i < n_units;
    for (uint32_t class = 0; class < height; class ++) {
        uint32_t first = leaves >> (class + 1);
        for (uint32_t i = first; i < 2 * first; i++) tree[i] = both(tree[2 * i], tree[2 * i + 1], class);
    }
}

/* A block has changed: brings the blocks around it up to date, up to the first that stays the same. */
static void settle(struct buddy *buddy, uint32_t at, uint32_t class)
{
    for (uint8_t *tree = buddy->tree; at > 1; class ++) {
        at /= 2;
        uint8_t now = both(tree[2 * at], tree[2 * at + 1], class);
        if (tree[at] == now) return;
        tree[at] = now;
    }
}

uint32_t pool__buddy_take(struct buddy *buddy, uint32_t class)
{
    uint32_t at = 1;
    if (class > buddy->height || buddy->tree[at] <= class) return BUDDY_NONE;
    for (uint32_t level = buddy->height; level > class; level--) {
        at *= 2;
        if (buddy->tree[at] <= class) at++;
    }
    POOL_ASSERT(buddy->tree[at] == class + 1); /* it is free as a whole */
    buddy->tree[at] = 0;
    settle(buddy, at, class);
    return (at << class) - (1u << buddy->height);
}

void pool__buddy_give(struct buddy *buddy, uint32_t unit, uint32_t class)
{
    uint32_t at = ((1u << buddy->height) + unit) >> class;
    POOL_ASSERT(class <= buddy->height && unit % (1u << class) == 0 && buddy->tree[at] == 0);
    buddy->tree[at] = (uint8_t)(class + 1);
    settle(buddy, at, class);
}
