/* Handing out memory: the store gets blocks when somebody asked in vain, and a few of the common kinds beforehand. */
#include "coordinator/coordinator.h"
#include "core/check.h"
#include "port/port.h"
#include "sync/wake.h"

/* So many blocks of the smallest kinds there are from the start, up to rings of the default size: what most jobs take
 * is there when it is first asked for. */
static const uint16_t stock[] = {256, 32, 32, 16, 16, 8, 8, 4, 4, 4, 4};

#define REFILL_MAX 64u /* of one kind at a time */

static bool add_one(struct blocks *blocks, uint32_t kind)
{
    if (!pool__blocks_may_add(blocks, kind)) return false;
    size_t size = (size_t)1 << (BLOCK_MIN_LOG2 + kind);
    uint8_t *memory = port_block(size);
    if (!memory) return false;
    pool__blocks_add(blocks, kind, memory);
    return true;
}

static uint32_t add(struct blocks *blocks, uint32_t kind, uint32_t n)
{
    uint32_t added = 0;
    while (added < n && add_one(blocks, kind)) added++;
    return added;
}

void pool__refill(struct pool *pool)
{
    struct blocks *blocks = &pool->blocks;
    if (blocks->x_total_bytes == 0) {
        for (uint32_t kind = 0; kind < POOL_COUNT_OF(stock); kind++) add(blocks, kind, stock[kind]);
    }
    bool news = false; /* for nothing they would only ask again */
    for (uint32_t kind = 0; kind < BLOCK_CLASSES; kind++) {
        uint32_t n = atomic_exchange(&blocks->x_wanted[kind], 0);
        if (n) news |= add(blocks, kind, pool__min(n, REFILL_MAX)) > 0 || pool__blocks_refuse(blocks, kind);
    }
    if (news) pool__wake_starved(pool);
}
