/* sync/sleep.c: two threads and a pipe between them, with real sleeping and waking. A lost wake-up shows as a test that
 * never ends.
 */
#include <stdlib.h>

#include "support/prelude.h"
#include "support/property.h"
#include "support/test_pool.h"
#include "support/threads.h"
#include "sync/ends.h"
#include "sync/sleep.h"
#include "sync/wake.h"

#define PATTERN_BYTES 65521u /* a prime, so that no ring's size is in step with it */
#define MIB (1024u * 1024)
#define ALL UINT64_MAX

static uint8_t pattern[2 * PATTERN_BYTES];

/* One side of the pipe and what it shall do. */
struct side {
    struct pool *pool;
    struct pipe *pipe;
    enum pipe_end end;
    uint64_t total; /* close after so many bytes */
    uint64_t done;
    uint32_t largest; /* of a single transfer */
    struct property random;
    int status; /* the last that was not positive */
};

static int setup(void **state)
{
    port_set_hooks(&(struct port_hooks){0});
    for (uint32_t i = 0; i < sizeof pattern; i++) pattern[i] = (uint8_t)(i % PATTERN_BYTES * 2654435761u >> 13);
    *state = test_pool_make(2, 0);
    return *state ? 0 : -1;
}

/* Moves one run of bytes: how many, at most `size`. */
static uint32_t move_run(struct side *side, uint32_t skip, uint32_t size)
{
    bool reads = side->end == PIPE_READ;
    struct span span = reads ? pool__pipe_readable(side->pipe, skip) : pool__pipe_writable(side->pipe, skip);
    uint8_t *expected = pattern + (side->done + skip) % PATTERN_BYTES;
    uint32_t n = span.size < size - skip ? span.size : size - skip;
    if (n > PATTERN_BYTES) n = PATTERN_BYTES;
    if (n == 0) return 0;
    if (reads)
        THREAD_CHECK(memcmp(span.data, expected, n) == 0);
    else
        memcpy(span.data, expected, n);
    return n;
}

static void move_some(struct side *side)
{
    uint32_t size = property_size(&side->random, side->largest), moved = 0;
    if (size > side->total - side->done) size = (uint32_t)(side->total - side->done);
    for (uint32_t n = move_run(side, 0, size); n; n = move_run(side, moved, size)) moved += n;
    THREAD_CHECK(moved > 0);
    side->done += moved;
    if (side->end == PIPE_READ) {
        pool__wake_end(side->pool, side->pipe, PIPE_WRITE, pool__pipe_consume(side->pipe, moved));
    } else {
        pool__wake_end(side->pool, side->pipe, PIPE_READ, pool__pipe_commit(side->pipe, moved));
    }
}

static void *run_side(void *argument)
{
    struct side *side = argument;
    struct sleeper sleeper;
    pool__sleeper_init(&sleeper, side->pool, WAITER_WORKER_0 + 1 + (uint32_t)side->end);
    side->status = 1;
    while (side->done < side->total) {
        side->status = pool__sleep_on_pipe(&sleeper, side->pipe, side->end, 1);
        if (side->status <= 0) break;
        move_some(side);
    }
    pool__close_end(side->pool, side->pipe, side->end);
    return NULL;
}

/* A pipe with counters that begin just before they wrap, and a ring of its exact size. */
static struct pipe *open_pipe(struct pool *pool, uint32_t capacity, uint8_t *ring)
{
    uint32_t slot = pool__slots_take(&pool->pipe_slots, pool->pipe_links, true);
    struct pipe *pipe = &pool->pipes[slot];
    pool__pipe_open(pipe, capacity, 0u - 3 * capacity - 77);
    pool__pipe_attach(pipe, 0, ring);
    return pipe;
}

/* Rings both sides' bells for nothing, until it shall stop. */
struct ringer {
    struct pool *pool;
    _Atomic bool x_stop;
};

static void *ring_for_nothing(void *argument)
{
    struct ringer *ringer = argument;
    while (!atomic_load(&ringer->x_stop)) {
        for (uint32_t i = 0; i < 2; i++) pool__wake(ringer->pool, WAITER_WORKER_0 + 1 + i, 0);
    }
    return NULL;
}

static void pass(struct pool *pool, uint32_t capacity, struct property *random, struct side *reader,
                 struct side *writer)
{
    uint8_t *ring = malloc(capacity);
    struct pipe *pipe = open_pipe(pool, capacity, ring);
    struct side *sides[2] = {reader, writer};
    pthread_t threads[2];
    for (uint32_t i = 0; i < 2; i++) {
        struct side *side = sides[i];
        side->pool = pool;
        side->pipe = pipe;
        side->end = (enum pipe_end)i;
        side->random = property_fork(random);
        threads[i] = thread_start(run_side, side);
    }
    for (uint32_t i = 0; i < 2; i++) thread_join(threads[i]);
    free(ring);
    assert_pool_is_empty(pool);
}

static void pipe_passes_100_mb_between_two_threads(void **state)
{
    static const uint32_t cases[][3] = {
        /* capacity, MiB, largest transfer */
        {256, 1, 256},      {256, 1, 1},          {512, 2, 4000},    {4096, 8, 100},         {4096, 16, 70000},
        {65536, 32, 70000}, {262144, 40, 300000}, {262144, 8, 4096}, {1048576, 32, 2097152},
    };
    struct property random = property_begin("pipe_passes_100_mb_between_two_threads");
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t total = cases[i][2] == 1 ? 200000 : (uint64_t)cases[i][1] * MIB;
        struct side reader = {.total = ALL, .largest = cases[i][2]}, writer = {.total = total, .largest = cases[i][2]};
        ROUND("capacity %u, %llu bytes in pieces of up to %u", cases[i][0], (unsigned long long)total, cases[i][2]);
        pass(*state, cases[i][0], &random, &reader, &writer);
        assert_int_equal(reader.done, total);
        assert_int_equal(reader.status, 0);
    }
}

static void pipe_with_a_slow_side_passes_everything(void **state)
{
    struct property random = property_begin("pipe_with_a_slow_side_passes_everything");
    for (uint32_t i = 0; i < 4; i++) {
        struct side reader = {.total = ALL, .largest = i % 2 ? 3 : 256},
                    writer = {.total = 60000, .largest = i % 2 ? 256 : 3};
        pass(*state, 256, &random, &reader, &writer);
        assert_int_equal(reader.done, writer.total);
    }
}

static void pipe_whose_sides_are_woken_for_nothing_passes_everything(void **state)
{
    struct property random = property_begin("pipe_whose_sides_are_woken_for_nothing_passes_everything");
    struct ringer ringer = {.pool = *state};
    struct side reader = {.total = ALL, .largest = 300}, writer = {.total = 2 * MIB, .largest = 300};
    pthread_t thread = thread_start(ring_for_nothing, &ringer);
    pass(*state, 256, &random, &reader, &writer);
    atomic_store(&ringer.x_stop, true);
    thread_join(thread);
    assert_int_equal(reader.done, writer.total);
    assert_int_equal(reader.status, 0);
}

/* Whoever closes, and whenever: the reader has seen a beginning of the stream, and both come to an end. */
static void pipe_closed_early_from_either_side_ends_both(void **state)
{
    struct property random = property_begin("pipe_closed_early_from_either_side_ends_both");
    for (uint32_t i = 0; i < 600; i++) {
        uint32_t capacity = 256u << property_below(&random, 5), largest = property_size(&random, 2 * capacity);
        struct side reader = {.total = property_below(&random, 8 * capacity), .largest = largest};
        struct side writer = {.total = property_below(&random, 8 * capacity), .largest = largest};
        pass(*state, capacity, &random, &reader, &writer);
        assert_true(reader.done <= writer.done);
        if (reader.status == 0) assert_int_equal(reader.done, writer.done); /* it has seen the end of the file */
        if (writer.status == POOL_EPIPE) assert_int_equal(reader.done, reader.total);
    }
}

/* One byte there and one back, so that both sides sleep, or are about to, all the time. */
#define EXCHANGES 100000u
#define SHORT_PIPES 2000u

struct player {
    struct pool *pool;
    struct pipe *in, *out;
    uint32_t waiter;
    bool begins;
};

static void send_byte(struct player *player, uint8_t byte)
{
    THREAD_CHECK(pool__pipe_write_status(player->out) == 1);
    *pool__pipe_writable(player->out, 0).data = byte;
    pool__wake_end(player->pool, player->out, PIPE_READ, pool__pipe_commit(player->out, 1));
}

static void *play(void *argument)
{
    struct player *player = argument;
    struct sleeper sleeper;
    pool__sleeper_init(&sleeper, player->pool, player->waiter);
    for (uint32_t i = 0; i < EXCHANGES; i++) {
        if (player->begins) send_byte(player, (uint8_t)i);
        THREAD_CHECK(pool__sleep_on_pipe(&sleeper, player->in, PIPE_READ, 0) == 1);
        THREAD_CHECK(*pool__pipe_readable(player->in, 0).data == (uint8_t)i);
        pool__wake_end(player->pool, player->in, PIPE_WRITE, pool__pipe_consume(player->in, 1));
        if (!player->begins) send_byte(player, (uint8_t)i);
    }
    pool__close_end(player->pool, player->in, PIPE_READ);
    pool__close_end(player->pool, player->out, PIPE_WRITE);
    return NULL;
}

static void pipe_there_and_back_loses_no_wake_up(void **state)
{
    struct pool *pool = *state;
    uint8_t rings[2][256];
    struct pipe *pipes[2] = {open_pipe(pool, 256, rings[0]), open_pipe(pool, 256, rings[1])};
    struct player players[2] = {{pool, pipes[0], pipes[1], WAITER_WORKER_0 + 1, true},
                                {pool, pipes[1], pipes[0], WAITER_WORKER_0 + 2, false}};
    pthread_t other = thread_start(play, &players[1]);
    play(&players[0]);
    thread_join(other);
    assert_pool_is_empty(pool);
}

/* Many pipes of a few bytes each: the end of the file comes right behind the last byte, and not before it. */
static struct {
    struct pipe *pipes[SHORT_PIPES];
    uint8_t rings[SHORT_PIPES][256];
} row;

static void *write_row(void *argument)
{
    struct pool *pool = argument;
    for (uint32_t i = 0; i < SHORT_PIPES; i++) {
        pool__wake_end(pool, row.pipes[i], PIPE_READ, pool__pipe_commit(row.pipes[i], 1 + i % 3));
        pool__close_end(pool, row.pipes[i], PIPE_WRITE);
    }
    return NULL;
}

/* Looks without sleeping, as a client does. */
static uint32_t read_to_the_end(struct pipe *pipe)
{
    uint32_t total = 0;
    for (int status = POOL_EAGAIN; status != 0;) {
        status = pool__pipe_read_status(pipe);
        if (status > 0) pool__pipe_consume(pipe, 1);
        if (status > 0) total++;
    }
    return total;
}

static void pipe_end_of_file_never_overtakes_the_last_byte(void **state)
{
    struct pool *pool = *state;
    for (uint32_t round = 0; round < 100; round++) {
        for (uint32_t i = 0; i < SHORT_PIPES; i++) row.pipes[i] = open_pipe(pool, 256, row.rings[i]);
        pthread_t writer = thread_start(write_row, pool);
        for (uint32_t i = 0; i < SHORT_PIPES; i++) {
            assert_int_equal(read_to_the_end(row.pipes[i]), 1 + i % 3);
            pool__close_end(pool, row.pipes[i], PIPE_READ);
        }
        thread_join(writer);
    }
    assert_pool_is_empty(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pipe_passes_100_mb_between_two_threads),
        cmocka_unit_test(pipe_with_a_slow_side_passes_everything),
        cmocka_unit_test(pipe_whose_sides_are_woken_for_nothing_passes_everything),
        cmocka_unit_test(pipe_closed_early_from_either_side_ends_both),
        cmocka_unit_test(pipe_there_and_back_loses_no_wake_up),
        cmocka_unit_test(pipe_end_of_file_never_overtakes_the_last_byte),
    };
    return cmocka_run_group_tests_name("sleep_threads", tests, setup, test_pool_teardown);
}
