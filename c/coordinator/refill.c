/* Handing out memory: puts blocks on the free lists, when somebody has found none, and a few beforehand. */
#include "coordinator/coordinator.h"
#include "core/check.h"
#include "port/port.h"
#include "sync/wake.h"

/* How many blocks of each of the smallest classes a zone has ready, up to rings of the default size, so that what most
 * jobs take is there when they first ask: a record each, of as many as there can be. */
static const uint16_t stock[BLOCK_CLASSES] = {POOL_JOBS_MAX, 32, 32, 16, 16, 8, 8, 4, 4, 4, 4};

#define REFILL_MAX 64u /* of one kind at a time */

/* What one refill was asked for, and has found. */
struct round {
    struct blocks *blocks;
    uint64_t file_bytes; /* at its beginning */
    uint32_t wanted[USES][BLOCK_CLASSES];
    uint32_t served[USES][BLOCK_CLASSES];
};

static void restock(struct blocks *blocks, enum block_zone zone, const uint32_t *most)
{
    for (uint32_t class = 0; class < BLOCK_CLASSES; class ++) {
        uint32_t n = most ? pool__min(stock[class], most[class]) : stock[class];
        while (n > 0 && pool__blocks_carve(blocks, zone, class)) n--;
    }
}

/* Adds one more chunk in which a block of that class fits: the largest that the zone may have, or a smaller one if the
 * platform has no more. */
static bool grow(struct blocks *blocks, enum block_zone number, uint32_t class)
{
    const struct zone *zone = &blocks->zones[number];
    uint64_t total = atomic_load(&zone->x_total_bytes), room = zone->limit_bytes - total;
    POOL_ASSERT(total <= zone->limit_bytes);
    uint32_t bytes = room < CHUNK_BYTES ? (uint32_t)room : CHUNK_BYTES;
    for (; bytes >= UNIT_BYTES << class; bytes = bytes / 2 & ~(UNIT_BYTES - 1)) {
        uint8_t *memory = NULL;
        if (atomic_load(&blocks->x_n_chunks) < CHUNKS_MAX) memory = port_block(pool__blocks_chunk_size(bytes));
        if (!memory) continue;
        pool__blocks_add(blocks, number, memory, bytes);
        port_poison(memory, bytes);
        if (total == 0) restock(blocks, number, NULL);
        return true;
    }
    return false;
}

/* Puts `n` blocks on the list of one zone, or as many as there are, and returns how many. */
static uint32_t supply(struct blocks *blocks, enum block_zone zone, uint32_t class, uint32_t n, bool may_grow)
{
    uint32_t done = 0;
    while (done < n) {
        if (pool__blocks_carve(blocks, zone, class)) {
            done++;
        } else if (!may_grow || !grow(blocks, zone, class)) {
            break;
        }
    }
    return done;
}

/* Serves what is wanted, the largest blocks first, each from the zones of its use. False: there was not enough. */
static bool serve(struct round *round, bool may_grow)
{
    bool enough = true;
    for (enum block_use use = 0; use < USES; use++) {
        for (uint32_t class = BLOCK_CLASSES; class -- > 0;) {
            uint32_t n = round->wanted[use][class], done = 0;
            if (use == USE_CONTROL) done = supply(round->blocks, ZONE_RESERVE, class, n, may_grow);
            if (done < n) done += supply(round->blocks, ZONE_COMMON, class, n - done, may_grow);
            POOL_ASSERT(done <= n);
            round->served[use][class] = done;
            enough &= done == n;
        }
    }
    return enough;
}

/* Takes everything back that lies on the lists, so that neighbours merge, before it makes the pool larger. */
static void serve_merged(struct round *round)
{
    uint32_t had[ZONES][BLOCK_CLASSES];
    for (enum block_zone zone = 0; zone < ZONES; zone++) pool__blocks_drain(round->blocks, zone, had[zone]);
    if (!serve(round, false)) serve(round, true);
    for (enum block_zone zone = 0; zone < ZONES; zone++) restock(round->blocks, zone, had[zone]);
}

/* Reads what is wanted. False: nothing is. */
static bool begin(struct round *round)
{
    uint32_t all = 0;
    for (enum block_use use = 0; use < USES; use++) {
        for (uint32_t class = 0; class < BLOCK_CLASSES; class ++) {
            _Atomic uint32_t *wanted = &round->blocks->x_wanted[use][class];
            uint32_t n = atomic_load(wanted) ? atomic_exchange(wanted, 0) : 0;
            all += round->wanted[use][class] = pool__min(n, REFILL_MAX);
        }
    }
    round->file_bytes = atomic_load(&round->blocks->x_file_bytes);
    return all > 0;
}

/* Whether there can be no block of a class until files give some back: no chunk is large enough, or the memory that is
 * not in files is too little, or all of that is free already. */
static bool is_hopeless(const struct round *round, enum block_use use, uint32_t class)
{
    const struct blocks *blocks = round->blocks;
    bool has_chunk = false;
    for (uint32_t i = atomic_load(&blocks->x_n_chunks); i > 0 && !has_chunk; i--) {
        bool is_his = use == USE_CONTROL || blocks->chunks[i].zone == ZONE_COMMON;
        has_chunk = is_his && blocks->chunks[i].n_units >= 1u << class;
    }
    if (!has_chunk || use == USE_CONTROL) return !has_chunk;
    uint64_t size = (uint64_t)UNIT_BYTES << class;
    return round->file_bytes + size > blocks->zones[ZONE_COMMON].limit_bytes ||
           pool__blocks_used(blocks, ZONE_COMMON) <= round->file_bytes;
}

/* Notes that there was no block of a class. True: it has become hopeless, and those who want one must hear of it. */
static bool refuse(struct round *round, enum block_use use, uint32_t class)
{
    struct blocks *blocks = round->blocks;
    atomic_fetch_add(&blocks->x_refusals[use][class], 1);
    if (atomic_load(&blocks->x_hopeless[use][class]) || !is_hopeless(round, use, class)) return false;
    atomic_store(&blocks->x_hopeless[use][class], 1);
    atomic_store(&blocks->x_any_hopeless, 1);
    /* Files may have given something back meanwhile, without seeing the mark. */
    if (atomic_load(&blocks->x_file_bytes) != round->file_bytes) atomic_store(&blocks->x_hopeless[use][class], 0);
    return true;
}

/* Wakes those who wanted memory if there is news for them. Without news they would only ask again; whoever gives a
 * block back wakes them anyway. */
static void tell(struct pool *pool, struct round *round)
{
    bool news = false, refused = false;
    for (enum block_use use = 0; use < USES; use++) {
        for (uint32_t class = 0; class < BLOCK_CLASSES; class ++) {
            POOL_ASSERT(round->served[use][class] <= round->wanted[use][class]);
            if (round->wanted[use][class] == 0) continue;
            bool some = round->served[use][class] > 0;
            if (some) atomic_store(&round->blocks->x_hopeless[use][class], 0);
            news |= some || refuse(round, use, class);
            refused |= !some;
        }
    }
    if (news) pool__wake_starved(pool);
    if (news || refused) pool__wake_asking(pool);
}

void pool__refill(struct pool *pool)
{
    struct round round = {.blocks = &pool->blocks};
    if (!begin(&round)) return;
    if (!serve(&round, false)) serve_merged(&round);
    tell(pool, &round);
}

void pool__stock(struct pool *pool)
{
    for (enum block_zone zone = 0; zone < ZONES; zone++) grow(&pool->blocks, zone, 0);
}

uint32_t coordinator_refusals(struct pool *pool)
{
    uint32_t n = 0;
    for (uint32_t use = 0; use < USES; use++) {
        for (uint32_t class = 0; class < BLOCK_CLASSES; class ++)
            n += atomic_load(&pool->blocks.x_refusals[use][class]);
    }
    return n;
}
