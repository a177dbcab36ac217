/* The store of blocks: the lock-free lists that everybody uses, and the chunks behind them, which are the
 * coordinator's. */
#include "core/blocks.h"

#include <string.h>

#include "core/check.h"

#define RESERVE_SHARE 8u /* of the limit: the reserve */
#define RESERVE_MIN_BYTES (2u << 20)

/* What is kept about a unit: a link, whether it is taken, and two nodes of the tree. */
#define ABOUT_UNIT_BYTES (sizeof(freelist_link) + 1 + 2)

static uint32_t unit_of(uint32_t block)
{
    return block % (1u << UNITS_LOG2);
}

void pool__blocks_init(struct blocks *blocks, uint64_t limit_bytes)
{
    uint64_t limit = limit_bytes / (UNIT_BYTES + ABOUT_UNIT_BYTES) * UNIT_BYTES, reserve = limit / RESERVE_SHARE;
    if (reserve < RESERVE_MIN_BYTES) reserve = limit < 2 * RESERVE_MIN_BYTES ? limit / 2 : RESERVE_MIN_BYTES;
    reserve -= reserve % UNIT_BYTES;
    POOL_ASSERT(reserve <= limit && limit <= limit_bytes);
    memset(blocks, 0, sizeof *blocks);
    blocks->zones[ZONE_RESERVE].limit_bytes = reserve;
    blocks->zones[ZONE_COMMON].limit_bytes = limit - reserve;
    for (enum block_zone zone = 0; zone < ZONES; zone++) {
        for (uint32_t i = 0; i < BLOCK_CLASSES; i++) pool__freelist_init(&blocks->zones[zone].shelves[i].free);
    }
}

uint32_t pool__blocks_class(uint32_t size_bytes)
{
    uint32_t log2 = pool__log2_ceil(size_bytes);
    POOL_ASSERT(log2 <= BLOCK_MAX_LOG2);
    return log2 <= BLOCK_MIN_LOG2 ? 0 : log2 - BLOCK_MIN_LOG2;
}

/* ----------------------------------------------------------------------------------------------- taking and giving */

static freelist_link *link_of(const struct blocks *blocks, uint32_t block)
{
    return &pool__blocks_chunk(blocks, block)->links[unit_of(block)];
}

static _Atomic uint8_t *taken_of(const struct blocks *blocks, uint32_t block)
{
    return &pool__blocks_chunk(blocks, block)->x_taken[unit_of(block)];
}

static uint32_t pop(struct blocks *blocks, struct freelist *list)
{
    uint64_t top = atomic_load(&list->x_top);
    uint32_t block, next;
    do {
        block = pool__freelist_slot(top);
        if (block == FREELIST_NONE) return 0;
        next = atomic_load_explicit(link_of(blocks, block), memory_order_relaxed); /* as in core/freelist.c */
    } while (!pool__freelist_replace(list, &top, next));
    return block;
}

static void push(struct blocks *blocks, struct freelist *list, uint32_t block)
{
    uint64_t top = atomic_load(&list->x_top);
    do {
        POOL_ASSERT(pool__freelist_slot(top) != block); /* or it was given back twice */
        atomic_store_explicit(link_of(blocks, block), pool__freelist_slot(top), memory_order_relaxed);
    } while (!pool__freelist_replace(list, &top, block));
}

static uint32_t take_from(struct blocks *blocks, enum block_zone zone, uint32_t class)
{
    POOL_ASSERT(zone < ZONES && class < BLOCK_CLASSES);
    struct shelf *shelf = &blocks->zones[zone].shelves[class];
    uint32_t block = pop(blocks, &shelf->free);
    if (!block) return 0;
    POOL_ASSERT(pool__blocks_chunk(blocks, block)->zone == zone);
    POOL_ASSERT(atomic_load_explicit(taken_of(blocks, block), memory_order_relaxed) == 0);
    atomic_store_explicit(taken_of(blocks, block), (uint8_t)(class + 1), memory_order_relaxed);
    return block;
}

uint32_t pool__blocks_take(struct blocks *blocks, enum block_use use, uint32_t class)
{
    POOL_ASSERT(use < USES);
    uint32_t block = use == USE_CONTROL ? take_from(blocks, ZONE_RESERVE, class) : 0;
    return block ? block : take_from(blocks, ZONE_COMMON, class);
}

void pool__blocks_give(struct blocks *blocks, uint32_t block)
{
    _Atomic uint8_t *taken = taken_of(blocks, block);
    uint32_t class = (uint32_t)atomic_load_explicit(taken, memory_order_relaxed) - 1;
    POOL_ASSERT(class < BLOCK_CLASSES); /* or nobody had it */
    POOL_ASSERT(unit_of(block) % (1u << class) == 0);
    struct shelf *shelf = &blocks->zones[pool__blocks_chunk(blocks, block)->zone].shelves[class];
    atomic_store_explicit(taken, 0, memory_order_relaxed);
    push(blocks, &shelf->free, block);
}

void pool__blocks_want(struct blocks *blocks, enum block_use use, uint32_t class)
{
    POOL_ASSERT(use < USES && class < BLOCK_CLASSES);
    atomic_fetch_add(&blocks->x_wanted[use][class], 1);
}

void pool__blocks_filed(struct blocks *blocks, int64_t bytes)
{
    uint64_t before = atomic_fetch_add(&blocks->x_file_bytes, (uint64_t)bytes);
    POOL_ASSERT(bytes >= 0 || before >= (uint64_t)-bytes);
    (void)before;
    if (bytes > 0 || !atomic_load(&blocks->x_any_hopeless)) return;
    atomic_store(&blocks->x_any_hopeless, 0);
    for (uint32_t class = 0; class < BLOCK_CLASSES; class ++) atomic_store(&blocks->x_hopeless[USE_CONTENT][class], 0);
}

bool pool__blocks_may_file(const struct blocks *blocks, uint32_t bytes)
{
    uint64_t promised = atomic_load(&blocks->x_promised), reserve = blocks->zones[ZONE_RESERVE].limit_bytes;
    uint64_t kept = promised > reserve ? promised - reserve : 0;
    return atomic_load(&blocks->x_file_bytes) + bytes + kept <= blocks->zones[ZONE_COMMON].limit_bytes;
}

/* ---------------------------------------------------------------------------------------------- how much is free */

/* True: none of these eight units is the first of a block that somebody has. Looks at all of them in one access. */
static bool are_free(const _Atomic uint8_t *x_taken)
{
    typedef uint64_t __attribute__((may_alias)) word;
    return __atomic_load_n((const word *)(const void *)x_taken, __ATOMIC_RELAXED) == 0;
}

/* Finds the next block, from `unit` on, that somebody has: its first unit, and in `*n_out` how many units it has. The
 * chunk's number of units: there is none. */
static uint32_t next_taken(const struct chunk *chunk, uint32_t unit, uint32_t *n_out)
{
    while (unit < chunk->n_units) {
        if (unit % 8 == 0 && unit + 8 <= chunk->n_units && are_free(&chunk->x_taken[unit])) {
            unit += 8;
            continue;
        }
        uint32_t taken = atomic_load_explicit(&chunk->x_taken[unit], memory_order_relaxed);
        if (taken) {
            POOL_ASSERT(taken <= BLOCK_CLASSES);
            *n_out = 1u << (taken - 1);
            POOL_ASSERT(unit + *n_out <= chunk->n_units);
            return unit;
        }
        unit++;
    }
    return chunk->n_units;
}

uint64_t pool__blocks_used(const struct blocks *blocks, enum block_zone zone)
{
    uint64_t n_units = 0;
    for (uint32_t i = atomic_load(&blocks->x_n_chunks), n; i > 0; i--) {
        const struct chunk *chunk = &blocks->chunks[i];
        if (chunk->zone != zone) continue;
        for (uint32_t at = 0; (at = next_taken(chunk, at, &n)) < chunk->n_units; at += n) n_units += n;
    }
    POOL_ASSERT(n_units * UNIT_BYTES <= atomic_load(&blocks->zones[zone].x_total_bytes));
    return n_units * UNIT_BYTES;
}

/* The number of classes of which a block fits between two units, if that is more than `n`. */
static uint32_t n_classes_between(uint32_t begin, uint32_t end, uint32_t n)
{
    while (n < BLOCK_CLASSES && ((begin + (1u << n) - 1) >> n << n) + (1u << n) <= end) n++;
    return n;
}

static uint32_t n_classes_in(const struct chunk *chunk, uint32_t n)
{
    uint32_t begin = 0, at, size;
    while ((at = next_taken(chunk, begin, &size)) < chunk->n_units) {
        n = n_classes_between(begin, at, n);
        begin = at + size;
    }
    return n_classes_between(begin, chunk->n_units, n);
}

uint32_t pool__blocks_largest(const struct blocks *blocks)
{
    const struct zone *zone = &blocks->zones[ZONE_COMMON];
    POOL_ASSERT(atomic_load(&zone->x_total_bytes) <= zone->limit_bytes);
    uint64_t room = zone->limit_bytes - atomic_load(&zone->x_total_bytes);
    uint32_t n_chunks = atomic_load(&blocks->x_n_chunks);
    uint32_t n = n_classes_between(0, room < CHUNK_BYTES ? (uint32_t)room / UNIT_BYTES : 1u << UNITS_LOG2, 0);
    for (uint32_t i = 1; i <= n_chunks && n < BLOCK_CLASSES; i++) {
        if (blocks->chunks[i].zone == ZONE_COMMON) n = n_classes_in(&blocks->chunks[i], n);
    }
    return n ? UNIT_BYTES << (n - 1) : 0;
}

/* How many blocks of a class fit between two units. */
static uint32_t places_between(uint32_t begin, uint32_t end, uint32_t class)
{
    uint32_t first = (begin + (1u << class) - 1) >> class, last = end >> class;
    return last > first ? last - first : 0;
}

/* Up to `most` places in a chunk. */
static uint32_t places_in(const struct chunk *chunk, uint32_t class, uint32_t most)
{
    uint32_t begin = 0, at, size, n = 0;
    while (n < most && (at = next_taken(chunk, begin, &size)) < chunk->n_units) {
        n += places_between(begin, at, class) + (size == 1u << class);
        begin = at + size;
    }
    return n < most ? n + places_between(begin, chunk->n_units, class) : n;
}

bool pool__blocks_has_places(const struct blocks *blocks, uint32_t class, uint32_t n)
{
    uint64_t found = 0;
    POOL_ASSERT(class < BLOCK_CLASSES);
    for (uint32_t i = atomic_load(&blocks->x_n_chunks); i > 0 && found < n; i--) {
        found += places_in(&blocks->chunks[i], class, n - (uint32_t)found);
    }
    for (enum block_zone zone = 0; zone < ZONES && found < n; zone++) { /* what it can still grow by */
        const struct zone *each = &blocks->zones[zone];
        found += (each->limit_bytes - atomic_load(&each->x_total_bytes)) / UNIT_BYTES >> class;
    }
    return found >= n;
}

/* ------------------------------------------------------------------------------------- what the coordinator does */

/* A byte for each unit, rounded up so that the links behind them are aligned. */
static uint32_t taken_bytes(uint32_t n_units)
{
    return (n_units + 7) & ~7u;
}

size_t pool__blocks_chunk_size(uint32_t bytes)
{
    uint32_t n_units = bytes / UNIT_BYTES;
    POOL_ASSERT(bytes <= CHUNK_BYTES && bytes % UNIT_BYTES == 0);
    return bytes + taken_bytes(n_units) + n_units * sizeof(freelist_link) + ((size_t)2 << pool__log2_ceil(n_units));
}

void pool__blocks_add(struct blocks *blocks, enum block_zone zone, uint8_t *memory, uint32_t bytes)
{
    uint32_t number = atomic_load(&blocks->x_n_chunks) + 1, n_units = bytes / UNIT_BYTES;
    struct chunk *chunk = &blocks->chunks[number];
    POOL_ASSERT(number <= CHUNKS_MAX && bytes <= CHUNK_BYTES && bytes % UNIT_BYTES == 0);
    uint8_t *links = memory + bytes + taken_bytes(n_units), *tree = links + n_units * sizeof(freelist_link);
    *chunk = (struct chunk){.memory = memory,
                            .links = (freelist_link *)(void *)links,
                            .x_taken = (_Atomic uint8_t *)(memory + bytes),
                            .n_units = n_units,
                            .zone = zone};
    for (uint32_t i = 0; i < n_units; i++) atomic_init(&chunk->x_taken[i], 0);
    pool__buddy_init(&chunk->buddy, tree, pool__log2_ceil(n_units), n_units);
    atomic_fetch_add(&blocks->zones[zone].x_total_bytes, bytes);
    atomic_store(&blocks->x_n_chunks, number);
}

bool pool__blocks_carve(struct blocks *blocks, enum block_zone zone, uint32_t class)
{
    uint32_t n_chunks = atomic_load(&blocks->x_n_chunks);
    POOL_ASSERT(zone < ZONES && class < BLOCK_CLASSES && n_chunks <= CHUNKS_MAX);
    for (uint32_t i = 1; i <= n_chunks; i++) {
        struct chunk *chunk = &blocks->chunks[i];
        uint32_t unit = chunk->zone == zone ? pool__buddy_take(&chunk->buddy, class) : BUDDY_NONE;
        if (unit == BUDDY_NONE) continue;
        POOL_ASSERT(unit + (1u << class) <= chunk->n_units);
        push(blocks, &blocks->zones[zone].shelves[class].free, i << UNITS_LOG2 | unit);
        return true;
    }
    return false;
}

void pool__blocks_drain(struct blocks *blocks, enum block_zone zone, uint32_t n_out[BLOCK_CLASSES])
{
    for (uint32_t class = 0; class < BLOCK_CLASSES; class ++) {
        struct freelist *list = &blocks->zones[zone].shelves[class].free;
        uint64_t top = atomic_load(&list->x_top);
        while (!pool__freelist_replace(list, &top, FREELIST_NONE)) continue;
        n_out[class] = 0;
        for (uint32_t block = pool__freelist_slot(top); block != FREELIST_NONE; n_out[class]++) {
            uint32_t next = atomic_load_explicit(link_of(blocks, block), memory_order_relaxed);
            POOL_ASSERT(atomic_load_explicit(taken_of(blocks, block), memory_order_relaxed) == 0);
            POOL_ASSERT(blocks->chunks[block >> UNITS_LOG2].zone == zone);
            pool__buddy_give(&blocks->chunks[block >> UNITS_LOG2].buddy, unit_of(block), class);
            block = next;
        }
    }
}
