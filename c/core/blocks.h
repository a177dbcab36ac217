/* The store of memory blocks: rings of pipes, arguments and outputs of jobs, files. Sizes are powers of two.
 *
 * Taking and giving back are lock-free and open to every thread, also to those that must neither wait nor allocate:
 * each size has a list of free blocks. The coordinator alone fills the lists: it cuts blocks out of chunks of memory,
 * and when a size is missing it takes back what lies on the lists, so that neighbours merge (core/buddy.h) and what was
 * small can be large again. A block's number says where it is, chunk << UNITS_LOG2 | first unit; chunk 0 is not used,
 * so that 0 can mean "no block".
 *
 * The chunks are in two zones. The reserve is for what the pool itself needs to go on, so that no amount of files and
 * outputs can take that away. When the reserve is empty, the pool takes from the common zone too.
 */
#ifndef MILLRACE_CORE_BLOCKS_H
#define MILLRACE_CORE_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buddy.h"
#include "core/check.h"
#include "core/freelist.h"

#define BLOCK_MIN_LOG2 8u
#define BLOCK_MAX_LOG2 24u
#define BLOCK_CLASSES (BLOCK_MAX_LOG2 - BLOCK_MIN_LOG2 + 1)

#define UNITS_LOG2 (BLOCK_MAX_LOG2 - BLOCK_MIN_LOG2) /* a chunk is as large as the largest block, or smaller */
#define UNIT_BYTES (1u << BLOCK_MIN_LOG2)
#define CHUNK_BYTES (1u << BLOCK_MAX_LOG2)
#define CHUNKS_MAX 510u /* 255 whole ones are 4 GiB; as many again, where memory came in smaller pieces */

enum block_zone { ZONE_RESERVE = 0, ZONE_COMMON, ZONES };

/* What a block is for. */
enum block_use {
    USE_CONTROL = 0, /* rings, records, small calls and replies: from the reserve, then from the common zone */
    USE_CONTENT,     /* files, inputs, captured outputs, large calls and replies: from the common zone */
    USES
};

struct chunk {
    uint8_t *memory;
    freelist_link *links;     /* by first unit: of the blocks that are on a list */
    _Atomic uint8_t *x_taken; /* by first unit: the class of a block that somebody has, + 1; otherwise 0 */
    uint32_t n_units;
    enum block_zone zone;
    struct buddy buddy; /* coordinator only */
};

/* The free blocks of one size in a zone. On a cache line of its own. */
struct shelf {
    _Alignas(64) struct freelist free;
};

struct zone {
    struct shelf shelves[BLOCK_CLASSES];
    uint64_t limit_bytes;
    _Atomic uint64_t x_total_bytes; /* in chunks; the coordinator writes */
};

struct blocks {
    struct zone zones[ZONES];
    struct chunk chunks[CHUNKS_MAX + 1]; /* from 1; the coordinator writes, others read behind a block's number */
    _Atomic uint32_t x_n_chunks;
    _Atomic uint32_t x_wanted[USES][BLOCK_CLASSES];   /* how many takers found none since the last refill */
    _Atomic uint32_t x_refusals[USES][BLOCK_CLASSES]; /* how often the coordinator looked, and there was none */
    _Atomic uint32_t x_hopeless[USES][BLOCK_CLASSES]; /* 1: there will be none until files give blocks back */
    _Atomic uint32_t x_any_hopeless;
    _Atomic uint64_t x_file_bytes; /* of the common zone, in files: they stay until somebody removes the file */
    _Atomic uint64_t x_promised;   /* to the pipes of the client's jobs: files leave them what the reserve has not */
};

/* `limit_bytes` is for the chunks and the tables about them together. */
void pool__blocks_init(struct blocks *blocks, uint64_t limit_bytes);

/* The class of the smallest block that holds `size_bytes`, which is 1 << BLOCK_MAX_LOG2 at most. */
uint32_t pool__blocks_class(uint32_t size_bytes);

static inline const struct chunk *pool__blocks_chunk(const struct blocks *blocks, uint32_t block)
{
    POOL_ASSERT(block >> UNITS_LOG2 >= 1 && block >> UNITS_LOG2 <= CHUNKS_MAX);
    const struct chunk *chunk = &blocks->chunks[block >> UNITS_LOG2];
    POOL_ASSERT(block % (1u << UNITS_LOG2) < chunk->n_units);
    return chunk;
}

/* The memory of a block. */
static inline uint8_t *pool__blocks_memory(const struct blocks *blocks, uint32_t block)
{
    return pool__blocks_chunk(blocks, block)->memory + (size_t)(block % (1u << UNITS_LOG2)) * UNIT_BYTES;
}

/* The class and the size of a block that somebody has. */
static inline uint32_t pool__blocks_class_of(const struct blocks *blocks, uint32_t block)
{
    return (uint32_t)atomic_load_explicit(&pool__blocks_chunk(blocks, block)->x_taken[block % (1u << UNITS_LOG2)],
                                          memory_order_relaxed) -
           1;
}

static inline uint32_t pool__blocks_bytes(const struct blocks *blocks, uint32_t block)
{
    uint32_t class = pool__blocks_class_of(blocks, block);
    POOL_ASSERT(class < BLOCK_CLASSES); /* or nobody has it */
    return UNIT_BYTES << class;
}

/* Takes a block of a class off the lists; 0: there is none. Never blocks. */
uint32_t pool__blocks_take(struct blocks *blocks, enum block_use use, uint32_t class);

/* pre: somebody has the block. */
void pool__blocks_give(struct blocks *blocks, uint32_t block);

/* Tells the coordinator that one more block is needed, when it next looks. */
void pool__blocks_want(struct blocks *blocks, enum block_use use, uint32_t class);

/* Counts bytes that files have taken (more than 0) or given back (less). */
void pool__blocks_filed(struct blocks *blocks, int64_t bytes);

/* Whether files may take so much more, and leave what is promised. */
bool pool__blocks_may_file(const struct blocks *blocks, uint32_t bytes);

/* The bytes of all blocks that there can ever be. */
static inline uint64_t pool__blocks_limit(const struct blocks *blocks)
{
    return blocks->zones[ZONE_RESERVE].limit_bytes + blocks->zones[ZONE_COMMON].limit_bytes;
}

/* The bytes of a zone's blocks that somebody has. Goes through the chunks: a counter would cost every taker and giver.
 */
uint64_t pool__blocks_used(const struct blocks *blocks, enum block_zone zone);

/* The largest block of the common zone that could be had now, in bytes; 0: none. Looks through its chunks, unless there
 * may be one more. */
uint32_t pool__blocks_largest(const struct blocks *blocks);

/* Whether there is room for `n` blocks of a class, those included that somebody has: whatever else is taken stays where it
 * is. Looks no further than it must. */
bool pool__blocks_has_places(const struct blocks *blocks, uint32_t class, uint32_t n);

/* All that follows is for the coordinator only. */

/* The memory that a chunk of `bytes` needs, with the tables about it. */
size_t pool__blocks_chunk_size(uint32_t bytes);

/* Adds a chunk: `bytes` are whole units, CHUNK_BYTES at most, and `memory` is as large as pool__blocks_chunk_size says.
 * The store keeps it from now on. */
void pool__blocks_add(struct blocks *blocks, enum block_zone zone, uint8_t *memory, uint32_t bytes);

/* Cuts one block out of a zone's chunks and puts it on its list. False: there is none. */
bool pool__blocks_carve(struct blocks *blocks, enum block_zone zone, uint32_t class);

/* Takes back what is on a zone's lists; `n_out` says how many blocks of each class that were. */
void pool__blocks_drain(struct blocks *blocks, enum block_zone zone, uint32_t n_out[BLOCK_CLASSES]);

#endif
