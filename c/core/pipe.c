/* The ring of a pipe, and who uses its ends. */
#include "core/pipe.h"

#include "core/check.h"
#include "pool.h"

#define READER_ONE 1u
#define WRITER_ONE (1u << 16)

#define HOLD_BITS 3u
#define HOLD_MASK ((1u << HOLD_BITS) - 1)

static const uint8_t allowed[END_HOLDS] = {
    [END_FREE] = 1u << END_IN_CALL | 1u << END_WATCHED | 1u << END_GIVEN | 1u << END_CLOSED,
    [END_IN_CALL] = 1u << END_FREE | 1u << END_CLOSED,
    [END_WATCHED] = 1u << END_FREE | 1u << END_IN_CALL,
    [END_GIVEN] = 1u << END_FREE | 1u << END_CLOSED,
};

static bool has_reader(uint32_t ends)
{
    return (ends & (WRITER_ONE - 1)) != 0;
}

static bool has_writer(uint32_t ends)
{
    return ends >= WRITER_ONE;
}

void pool__pipe_open(struct pipe *pipe, uint32_t capacity, uint32_t start)
{
    POOL_ASSERT(capacity > 0 && (capacity & (capacity - 1)) == 0);
    POOL_ASSERT(atomic_load(&pipe->x_ends) == 0); /* nobody has an end of the last pipe in this slot */
    pipe->capacity = capacity;
    pipe->data = NULL;
    /* Only who has an end looks at these, and x_ends publishes them: in wasm each atomic store is a barrier. */
    atomic_init(&pipe->x_aborted, 0);
    atomic_init(&pipe->x_reply, POOL_EAGAIN);
    for (enum pipe_end end = PIPE_READ; end <= PIPE_WRITE; end++) atomic_init(&pipe->x_nonblocking[end], 0);
    atomic_init(&pipe->x_block, 0);
    atomic_init(&pipe->x_tail, start);
    atomic_init(&pipe->x_head, start);
    /* Others may: whoever looks through all pipes for the calls of a job, or has just closed the other end of the last one. */
    atomic_store(&pipe->x_caller, 0);
    atomic_store(&pipe->x_writer_waits, 0);
    atomic_store(&pipe->x_writer_wants, 0);
    atomic_store(&pipe->x_reader_waits, 0);
    atomic_store(&pipe->x_ends, READER_ONE | WRITER_ONE);
}

enum end_hold pool__pipe_held(const struct pipe *pipe, enum pipe_end end)
{
    return (enum end_hold)(atomic_load(&pipe->x_hold[end]) & HOLD_MASK);
}

void pool__pipe_hold(struct pipe *pipe, enum pipe_end end, uint64_t shown, enum end_hold hold)
{
    POOL_ASSERT(hold < END_HOLDS && shown > 0); /* no handle shows 0 */
    atomic_store(&pipe->x_hold[end], shown << HOLD_BITS | (uint64_t)hold);
}

enum end_hold pool__pipe_take(struct pipe *pipe, enum pipe_end end, uint64_t shown, enum end_hold hold)
{
    uint64_t word = shown << HOLD_BITS | END_FREE, taken = shown << HOLD_BITS | (uint64_t)hold;
    POOL_ASSERT(hold < END_HOLDS);
    if (!(allowed[END_FREE] & 1u << hold)) return END_CLOSED;
    if (atomic_compare_exchange_strong(&pipe->x_hold[end], &word, taken)) return END_FREE;
    return word >> HOLD_BITS == shown ? (enum end_hold)(word & HOLD_MASK) : END_CLOSED;
}

bool pool__pipe_pass(struct pipe *pipe, enum pipe_end end, enum end_hold from, enum end_hold to)
{
    uint64_t word = atomic_load(&pipe->x_hold[end]);
    POOL_ASSERT(from < END_HOLDS && to < END_HOLDS);
    if ((word & HOLD_MASK) != from || !(allowed[from] & 1u << to)) return false;
    return atomic_compare_exchange_strong(&pipe->x_hold[end], &word, (word & ~(uint64_t)HOLD_MASK) | (uint64_t)to);
}

void pool__pipe_attach(struct pipe *pipe, uint32_t block, uint8_t *data)
{
    POOL_ASSERT(data && !pipe->data); /* a ring is attached once */
    pipe->data = data;
    atomic_store(&pipe->x_block, block);
}

/* The other side's counter is checked and not asserted: more than `capacity` inside is reported, never used. */
static int used_bytes(struct pipe *pipe, uint32_t *used_out)
{
    *used_out = atomic_load(&pipe->x_tail) - atomic_load(&pipe->x_head);
    return *used_out > pipe->capacity ? POOL_EPROTO : 0;
}

int pool__pipe_read_status(struct pipe *pipe)
{
    /* The ends first: a writer publishes its last bytes before it closes. */
    uint32_t ends = atomic_load(&pipe->x_ends), used;
    if (used_bytes(pipe, &used) < 0) return POOL_EPROTO;
    if (used > 0) return 1;
    if (has_writer(ends)) return POOL_EAGAIN;
    return atomic_load(&pipe->x_aborted) ? POOL_EIO : 0;
}

int pool__pipe_write_status(struct pipe *pipe)
{
    uint32_t used;
    if (!has_reader(atomic_load(&pipe->x_ends))) return POOL_EPIPE;
    if (used_bytes(pipe, &used) < 0) return POOL_EPROTO;
    return used < pipe->capacity ? 1 : POOL_EAGAIN;
}

int pool__pipe_status(struct pipe *pipe, enum pipe_end end)
{
    return end == PIPE_READ ? pool__pipe_read_status(pipe) : pool__pipe_write_status(pipe);
}

static struct span run_at(struct pipe *pipe, uint32_t position, uint32_t size)
{
    uint32_t offset = position & (pipe->capacity - 1);
    POOL_ASSERT(pipe->data && size <= pipe->capacity);
    return (struct span){pipe->data + offset, pool__min(size, pipe->capacity - offset)};
}

struct span pool__pipe_readable(struct pipe *pipe, uint32_t skip)
{
    uint32_t used;
    if (used_bytes(pipe, &used) < 0 || used <= skip) return (struct span){NULL, 0};
    return run_at(pipe, atomic_load_explicit(&pipe->x_head, memory_order_relaxed) + skip, used - skip);
}

uint32_t pool__pipe_consume(struct pipe *pipe, uint32_t size)
{
    POOL_ASSERT(size <= pipe->capacity);
    uint32_t head = atomic_load_explicit(&pipe->x_head, memory_order_relaxed) + size; /* only the reader writes it */
    atomic_store(&pipe->x_head, head);
    uint32_t waiter = atomic_load(&pipe->x_writer_waits);
    if (!waiter) return 0;

    /* A writer that sleeps had a full ring. Waking it for every few bytes would cost too many wake-ups, so it is woken
     * for half a ring; or earlier, as soon as all that it still wants to write fits, as a pipe of POSIX does. */
    uint32_t free = pipe->capacity - (atomic_load(&pipe->x_tail) - head);
    uint32_t wants = atomic_load(&pipe->x_writer_wants);
    if (wants == PIPE_WANTS_CLOSE) return 0;
    uint32_t enough = pool__min(pipe->capacity / 2, wants);
    return free >= enough ? waiter : 0;
}

bool pool__pipe_has_writer(struct pipe *pipe)
{
    return has_writer(atomic_load(&pipe->x_ends));
}

uint32_t pool__pipe_room(struct pipe *pipe)
{
    uint32_t used;
    return used_bytes(pipe, &used) < 0 ? 0 : pipe->capacity - used;
}

struct span pool__pipe_writable(struct pipe *pipe, uint32_t skip)
{
    uint32_t used;
    if (used_bytes(pipe, &used) < 0 || pipe->capacity - used <= skip) return (struct span){NULL, 0};
    uint32_t tail = atomic_load_explicit(&pipe->x_tail, memory_order_relaxed);
    return run_at(pipe, tail + skip, pipe->capacity - used - skip);
}

uint32_t pool__pipe_commit(struct pipe *pipe, uint32_t size)
{
    POOL_ASSERT(size <= pipe->capacity);
    uint32_t tail = atomic_load_explicit(&pipe->x_tail, memory_order_relaxed); /* only the writer writes it */
    atomic_store(&pipe->x_tail, tail + size);                                  /* publishes the bytes */
    return atomic_load(&pipe->x_reader_waits);
}

void pool__pipe_announce(struct pipe *pipe, enum pipe_end end, uint32_t waiter, uint32_t wants)
{
    if (end == PIPE_WRITE) atomic_store(&pipe->x_writer_wants, wants);
    atomic_store(end == PIPE_READ ? &pipe->x_reader_waits : &pipe->x_writer_waits, waiter);
}

void pool__pipe_retract(struct pipe *pipe, enum pipe_end end, uint32_t waiter)
{
    atomic_compare_exchange_strong(end == PIPE_READ ? &pipe->x_reader_waits : &pipe->x_writer_waits, &waiter, 0);
}

void pool__pipe_abort(struct pipe *pipe)
{
    POOL_ASSERT(pool__pipe_has_writer(pipe));
    atomic_store(&pipe->x_aborted, 1);
}

uint32_t pool__pipe_close(struct pipe *pipe, enum pipe_end end, bool *last_out)
{
    uint32_t one = end == PIPE_READ ? READER_ONE : WRITER_ONE;
    uint32_t before = atomic_fetch_sub(&pipe->x_ends, one), ends = before - one;
    POOL_ASSERT(end == PIPE_READ ? has_reader(before) : has_writer(before)); /* or it was closed twice */
    *last_out = ends == 0;
    if (ends == 0) return 0; /* nobody is left to wake, and the pipe may be another one already */
    if (end == PIPE_READ && !has_reader(ends)) return atomic_load(&pipe->x_writer_waits);
    if (end == PIPE_WRITE && !has_writer(ends)) return atomic_load(&pipe->x_reader_waits);
    return 0;
}
