/* Handing out memory: the lists of free blocks get some when somebody asked in vain, and a few beforehand. */
#include "coordinator/coordinator.h"
#include "core/check.h"
#include "port/port.h"
#include "sync/wake.h"

/* So many blocks of the smallest kinds a zone has ready, up to rings of the default size: what most jobs take is there
 * when it is first asked for. */
static const uint16_t stock[BLOCK_CLASSES] = {256, 32, 32, 16, 16, 8, 8, 4, 4, 4, 4};

#define REFILL_MAX 64u /* of one kind at a time */

/* What a refill is about. */
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

/* One more chunk, that has a block of that class: as large as it may be, or, where that is not to be had, smaller. */
static bool grow(struct blocks *blocks, enum block_zone number, uint32_t class)
{
    const struct zone *zone = &blocks->zones[number];
    uint64_t total = atomic_load(&zone->x_total_bytes), room = zone->limit_bytes - total;
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

/* Puts as many blocks as are wanted on the list of one zone, as far as there are any: how many. */
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

/* Serves what is wanted, the largest first: false, there was not enough. Nobody gets from a zone that is not his. */
static bool serve(struct round *round, bool may_grow)
{
    bool enough = true;
    for (enum block_use use = 0; use < USES; use++) {
        for (uint32_t class = BLOCK_CLASSES; class -- > 0;) {
            uint32_t n = round->wanted[use][class], done = 0;
            if (use == USE_CONTROL) done = supply(round->blocks, ZONE_RESERVE, class, n, may_grow);
            if (done < n) done += supply(round->blocks, ZONE_COMMON, class, n - done, may_grow);
            round->served[use][class] = done;
            enough &= done == n;
        }
    }
    return enough;
}

/* Takes everything back that lies on the lists, so that it merges, before the pool is made larger. */
static void serve_merged(struct round *round)
{
    uint32_t had[ZONES][BLOCK_CLASSES];
    for (enum block_zone zone = 0; zone < ZONES; zone++) pool__blocks_drain(round->blocks, zone, had[zone]);
    if (!serve(round, false)) serve(round, true);
    for (enum block_zone zone = 0; zone < ZONES; zone++) restock(round->blocks, zone, had[zone]);
}

/* Reads what is wanted. False: nothing. */
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

/* Whether no block of a class can be had before files give something back: there is no chunk for one, or what is not in
 * files would not be enough, or all that is not in files is free already. */
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

/* Notes what there was none of. True: whoever wants that may have to hear of it. */
static bool refuse(struct round *round, enum block_use use, uint32_t class)
{
    struct blocks *blocks = round->blocks;
    atomic_fetch_add(&blocks->x_refusals[use][class], 1);
    if (atomic_load(&blocks->x_hopeless[use][class]) || !is_hopeless(round, use, class)) return false;
    atomic_store(&blocks->x_hopeless[use][class], 1);
    atomic_store(&blocks->x_any_hopeless, 1);
    /* Files may have given something back behind our back, and not have seen the mark. */
    if (atomic_load(&blocks->x_file_bytes) != round->file_bytes) atomic_store(&blocks->x_hopeless[use][class], 0);
    return true;
}

/* Tells everybody what has come of their wishes. For nothing they would only ask again: who waits for others to give
 * something back is woken by these. */
static void tell(struct pool *pool, struct round *round)
{
    bool news = false, refused = false;
    for (enum block_use use = 0; use < USES; use++) {
        for (uint32_t class = 0; class < BLOCK_CLASSES; class ++) {
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
