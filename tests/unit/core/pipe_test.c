/* core/pipe.c: the ring, whom a step wakes, and who uses an end. */
#include "core/pipe.h"

#include <stdlib.h>

#include "core/handle.h"
#include "pool.h"
#include "support/prelude.h"
#include "support/property.h"

#define CAPACITY 256u
#define READER 11u
#define WRITER 12u

static struct pipe pipe_;
static uint8_t *ring;

/* Whatever a test has left open. */
static void close_ends(void)
{
    atomic_store(&pipe_.x_ends, 0);
}

static void open_pipe(uint32_t capacity, uint32_t start)
{
    close_ends();
    free(ring);
    ring = malloc(capacity); /* of its exact size, so that one byte too far is noticed */
    pool__pipe_open(&pipe_, capacity, start);
    pool__pipe_attach(&pipe_, 3, ring);
}

static int setup(void **state)
{
    (void)state;
    open_pipe(CAPACITY, 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(ring);
    ring = NULL;
    return 0;
}

/* Writes up to `size` bytes of the stream that begins at `position`: how many fitted. */
static uint32_t write_stream(uint32_t position, uint32_t size)
{
    uint32_t done = 0;
    for (struct span span; done < size; done += span.size) {
        span = pool__pipe_writable(&pipe_, done);
        if (span.size > size - done) span.size = size - done;
        if (span.size == 0) break;
        for (uint32_t i = 0; i < span.size; i++) span.data[i] = (uint8_t)((position + done + i) * 167);
    }
    pool__pipe_commit(&pipe_, done);
    return done;
}

static uint32_t read_stream(uint32_t position, uint32_t size)
{
    uint32_t done = 0;
    for (struct span span; done < size; done += span.size) {
        span = pool__pipe_readable(&pipe_, done);
        if (span.size > size - done) span.size = size - done;
        if (span.size == 0) break;
        for (uint32_t i = 0; i < span.size; i++) {
            if (span.data[i] != (uint8_t)((position + done + i) * 167))
                fail_msg("byte %u is wrong", position + done + i);
        }
    }
    pool__pipe_consume(&pipe_, done);
    return done;
}

static void close_end(enum pipe_end end, bool expect_last)
{
    bool last = !expect_last;
    pool__pipe_close(&pipe_, end, &last);
    assert_int_equal(last, expect_last);
}

static void pipe_that_is_new_is_empty(void **state)
{
    (void)state;
    assert_int_equal(pool__pipe_read_status(&pipe_), POOL_EAGAIN);
    assert_int_equal(pool__pipe_write_status(&pipe_), 1);
    assert_int_equal(pool__pipe_readable(&pipe_, 0).size, 0);
    assert_int_equal(pool__pipe_writable(&pipe_, 0).size, CAPACITY);
}

static void pipe_that_is_full_refuses(void **state)
{
    (void)state;
    assert_int_equal(write_stream(0, CAPACITY + 10), CAPACITY);
    assert_int_equal(pool__pipe_write_status(&pipe_), POOL_EAGAIN);
    assert_int_equal(pool__pipe_writable(&pipe_, 0).size, 0);
    assert_int_equal(pool__pipe_read_status(&pipe_), 1);
    assert_int_equal(read_stream(0, 1), 1);
    assert_int_equal(pool__pipe_write_status(&pipe_), 1);
    assert_int_equal(write_stream(CAPACITY, 2), 1);
    assert_int_equal(read_stream(1, CAPACITY + 10), CAPACITY);
    assert_int_equal(pool__pipe_read_status(&pipe_), POOL_EAGAIN);
}

static void pipe_span_ends_at_the_physical_end(void **state)
{
    (void)state;
    open_pipe(CAPACITY, CAPACITY - 10);
    assert_int_equal(pool__pipe_writable(&pipe_, 0).size, 10);
    assert_ptr_equal(pool__pipe_writable(&pipe_, 0).data, ring + CAPACITY - 10);
    assert_int_equal(pool__pipe_writable(&pipe_, 10).size, CAPACITY - 10);
    assert_ptr_equal(pool__pipe_writable(&pipe_, 10).data, ring);
    write_stream(0, 30);
    assert_int_equal(pool__pipe_readable(&pipe_, 0).size, 10);
    assert_int_equal(pool__pipe_readable(&pipe_, 10).size, 20);
    assert_int_equal(pool__pipe_readable(&pipe_, 29).size, 1);
    assert_int_equal(pool__pipe_readable(&pipe_, 30).size, 0);
    assert_int_equal(pool__pipe_readable(&pipe_, UINT32_MAX).size, 0);
    assert_int_equal(pool__pipe_writable(&pipe_, UINT32_MAX).size, 0);
}

static void pipe_read_at_end_of_file_returns_0(void **state)
{
    (void)state;
    close_end(PIPE_WRITE, false);
    assert_int_equal(pool__pipe_read_status(&pipe_), 0);
    assert_int_equal(pool__pipe_read_status(&pipe_), 0); /* and stays so */
}

static void pipe_read_after_close_gives_what_is_left_first(void **state)
{
    (void)state;
    write_stream(0, 3);
    close_end(PIPE_WRITE, false);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(pool__pipe_read_status(&pipe_), 1);
        assert_int_equal(read_stream(i, 1), 1);
    }
    assert_int_equal(pool__pipe_read_status(&pipe_), 0);
}

static void pipe_whose_writer_failed_is_eio_after_what_is_left(void **state)
{
    (void)state;
    write_stream(0, 1);
    pool__pipe_abort(&pipe_);
    assert_int_equal(pool__pipe_read_status(&pipe_), 1);
    assert_int_equal(read_stream(0, 1), 1);
    assert_int_equal(pool__pipe_read_status(&pipe_), POOL_EAGAIN); /* it has not closed its end yet */
    close_end(PIPE_WRITE, false);
    assert_int_equal(pool__pipe_read_status(&pipe_), POOL_EIO);
    assert_int_equal(pool__pipe_read_status(&pipe_), POOL_EIO); /* and stays so */
    open_pipe(CAPACITY, 0);
    close_end(PIPE_WRITE, false);
    assert_int_equal(pool__pipe_read_status(&pipe_), 0); /* the next one knows nothing of it */
}

static void pipe_write_without_a_reader_is_epipe(void **state)
{
    (void)state;
    close_end(PIPE_READ, false);
    assert_int_equal(pool__pipe_write_status(&pipe_), POOL_EPIPE);
}

static void pipe_write_to_a_full_ring_without_a_reader_is_epipe(void **state)
{
    (void)state;
    write_stream(0, CAPACITY);
    close_end(PIPE_READ, false);
    assert_int_equal(pool__pipe_write_status(&pipe_), POOL_EPIPE);
}

static void pipe_close_of_both_ends_in_either_order_is_last_once(void **state)
{
    (void)state;
    close_end(PIPE_READ, false);
    close_end(PIPE_WRITE, true);
    open_pipe(CAPACITY, 0);
    close_end(PIPE_WRITE, false);
    close_end(PIPE_READ, true);
}

static void pipe_close_wakes_whoever_waits_at_the_other_end(void **state)
{
    (void)state;
    bool last;
    pool__pipe_announce(&pipe_, PIPE_READ, READER, 1);
    assert_int_equal(pool__pipe_close(&pipe_, PIPE_WRITE, &last), READER);
    open_pipe(CAPACITY, 0);
    pool__pipe_announce(&pipe_, PIPE_WRITE, WRITER, 1);
    assert_int_equal(pool__pipe_close(&pipe_, PIPE_READ, &last), WRITER);
    assert_int_equal(pool__pipe_close(&pipe_, PIPE_WRITE, &last), 0); /* nobody is left */
    assert_true(last);
}

static void pipe_commit_wakes_a_reader_that_announced_itself(void **state)
{
    (void)state;
    assert_int_equal(pool__pipe_commit(&pipe_, 1), 0);
    pool__pipe_announce(&pipe_, PIPE_READ, READER, 1);
    assert_int_equal(pool__pipe_commit(&pipe_, 1), READER);
    assert_int_equal(pool__pipe_commit(&pipe_, 1), READER); /* only the reader takes it back */
    pool__pipe_announce(&pipe_, PIPE_READ, 0, 1);
    assert_int_equal(pool__pipe_commit(&pipe_, 1), 0);
}

/* A write that would return where POSIX has its pipes must not wait for a reader that may have turned elsewhere. */
static void pipe_consume_wakes_a_writer_once_its_write_can_return(void **state)
{
    (void)state;
    open_pipe(4096, 0u - 100);
    write_stream(0, 4096);
    pool__pipe_announce(&pipe_, PIPE_WRITE, WRITER, 10);
    assert_int_equal(pool__pipe_consume(&pipe_, 9), 0);
    assert_int_equal(pool__pipe_consume(&pipe_, 1), WRITER);
}

static void pipe_retract_takes_back_nobody_elses_announcement(void **state)
{
    (void)state;
    pool__pipe_announce(&pipe_, PIPE_READ, READER, 0);
    pool__pipe_retract(&pipe_, PIPE_READ, WRITER);
    assert_int_equal(pool__pipe_commit(&pipe_, 1), READER);
    pool__pipe_retract(&pipe_, PIPE_READ, READER);
    assert_int_equal(pool__pipe_commit(&pipe_, 1), 0);
}

static void pipe_consume_wakes_a_writer_once_half_the_ring_is_free(void **state)
{
    (void)state;
    for (uint32_t capacity = 256; capacity <= 4096; capacity *= 2) {
        open_pipe(capacity, 0u - 100);
        write_stream(0, capacity);
        pool__pipe_announce(&pipe_, PIPE_WRITE, WRITER, capacity);
        for (uint32_t i = 1; i < capacity / 2; i++) assert_int_equal(pool__pipe_consume(&pipe_, 1), 0);
        for (uint32_t i = 0; i < 3; i++) assert_int_equal(pool__pipe_consume(&pipe_, 1), WRITER);
    }
}

static void pipe_consume_of_everything_always_wakes_the_writer(void **state)
{
    (void)state;
    write_stream(0, CAPACITY);
    pool__pipe_announce(&pipe_, PIPE_WRITE, WRITER, 1);
    assert_int_equal(pool__pipe_consume(&pipe_, CAPACITY), WRITER);
    pool__pipe_announce(&pipe_, PIPE_WRITE, 0, 1);
    write_stream(0, CAPACITY);
    assert_int_equal(pool__pipe_consume(&pipe_, CAPACITY), 0);
}

static void pipe_open_forgets_the_announcements_of_the_last_one(void **state)
{
    (void)state;
    pool__pipe_announce(&pipe_, PIPE_READ, READER, 1);
    pool__pipe_announce(&pipe_, PIPE_WRITE, WRITER, 1);
    close_ends();
    pool__pipe_open(&pipe_, CAPACITY, 0);
    pool__pipe_attach(&pipe_, 3, ring);
    assert_int_equal(pool__pipe_commit(&pipe_, 1), 0);
    assert_int_equal(pool__pipe_consume(&pipe_, 1), 0);
    assert_int_equal(atomic_load(&pipe_.x_block), 3);
}

static void pipe_without_a_ring_can_be_written_as_far_as_its_status_tells(void **state)
{
    (void)state;
    close_ends();
    pool__pipe_open(&pipe_, CAPACITY, 0);
    assert_null(pipe_.data);
    assert_int_equal(pool__pipe_write_status(&pipe_), 1);
    assert_int_equal(pool__pipe_read_status(&pipe_), POOL_EAGAIN);
    assert_int_equal(pool__pipe_readable(&pipe_, 0).size, 0);
}

static void assert_damaged(void)
{
    assert_int_equal(pool__pipe_read_status(&pipe_), POOL_EPROTO);
    assert_int_equal(pool__pipe_write_status(&pipe_), POOL_EPROTO);
    assert_int_equal(pool__pipe_readable(&pipe_, 0).size, 0);
    assert_int_equal(pool__pipe_writable(&pipe_, 0).size, 0);
}

static void pipe_with_damaged_counters_is_eproto_and_gives_no_bytes(void **state)
{
    (void)state;
    static const uint32_t used[] = {CAPACITY + 1, 2 * CAPACITY, 1u << 31, UINT32_MAX};
    for (uint32_t i = 0; i < COUNT_OF(used); i++) {
        open_pipe(CAPACITY, 0u - 17);
        atomic_store(&pipe_.x_tail, used[i] - 17);
        assert_damaged();
        open_pipe(CAPACITY, 0u - 17);
        atomic_store(&pipe_.x_head, 0u - 17 - used[i]);
        assert_damaged();
    }
}

/* Any counters at all: the spans lie inside the ring or are empty. */
static void pipe_spans_stay_inside_the_ring_whatever_the_counters(void **state)
{
    (void)state;
    struct property random = property_begin("pipe_spans_stay_inside_the_ring_whatever_the_counters");
    for (uint32_t i = 0; i < 100000; i++) {
        atomic_store(&pipe_.x_tail, property_next(&random));
        atomic_store(&pipe_.x_head, atomic_load(&pipe_.x_tail) - property_size(&random, 4 * CAPACITY));
        uint32_t skip = property_size(&random, 2 * CAPACITY) - 1;
        struct span spans[2] = {pool__pipe_readable(&pipe_, skip), pool__pipe_writable(&pipe_, skip)};
        for (uint32_t s = 0; s < 2; s++) {
            if (spans[s].size == 0) continue;
            assert_true(spans[s].data >= ring && spans[s].data + spans[s].size <= ring + CAPACITY);
        }
    }
}

/* Random splits, both sides in turns: every byte once and in order, across the wrap of ring and counters. */
static void pass_stream(struct property *random, uint32_t capacity, uint32_t start, uint32_t total)
{
    uint32_t written = 0, read = 0;
    open_pipe(capacity, start);
    while (read < total) {
        uint32_t want = property_size(random, 2 * capacity);
        uint32_t fitted = write_stream(written, want < total - written ? want : total - written);
        assert_int_equal(pool__pipe_write_status(&pipe_), written + fitted - read == capacity ? POOL_EAGAIN : 1);
        written += fitted;
        read += read_stream(read, property_size(random, 2 * capacity));
        assert_int_equal(pool__pipe_read_status(&pipe_), written == read ? POOL_EAGAIN : 1);
        assert_true(written - read <= capacity);
    }
}

static void pipe_passes_every_byte_once_and_in_order(void **state)
{
    (void)state;
    static const uint32_t starts[] = {0, 1, UINT32_MAX, 0u - 100, 0u - 256, 0u - 5000, 1u << 31};
    struct property random = property_begin("pipe_passes_every_byte_once_and_in_order");
    for (uint32_t capacity = 256; capacity <= 64 * 1024; capacity *= 4) {
        for (uint32_t i = 0; i < COUNT_OF(starts); i++) pass_stream(&random, capacity, starts[i], 20 * capacity);
    }
}

/* Who has an end. */

static struct pipe held;

static const char *const names[END_HOLDS] = {"FREE", "IN_CALL", "WATCHED", "GIVEN", "CLOSED"};

/* The table of core/pipe.h, written down a second time. */
static const bool allowed[END_HOLDS][END_HOLDS] = {
    [END_FREE] = {[END_IN_CALL] = true, [END_WATCHED] = true, [END_GIVEN] = true, [END_CLOSED] = true},
    [END_IN_CALL] = {[END_FREE] = true, [END_CLOSED] = true},
    [END_WATCHED] = {[END_FREE] = true, [END_IN_CALL] = true},
    [END_GIVEN] = {[END_FREE] = true, [END_CLOSED] = true},
};

static void end_passes_exactly_as_the_table_says(void **state)
{
    (void)state;
    for (enum end_hold from = 0; from < END_HOLDS; from++) {
        for (enum end_hold to = 0; to < END_HOLDS; to++) {
            pool__pipe_hold(&held, PIPE_READ, 41, from);
            bool passed = pool__pipe_pass(&held, PIPE_READ, from, to);
            if (passed != allowed[from][to]) fail_msg("%s to %s", names[from], names[to]);
            assert_int_equal(pool__pipe_held(&held, PIPE_READ), passed ? to : from);
        }
    }
}

static void end_passes_from_the_hold_that_it_has_only(void **state)
{
    (void)state;
    for (enum end_hold is = 0; is < END_HOLDS; is++) {
        for (enum end_hold from = 0; from < END_HOLDS; from++) {
            for (enum end_hold to = 0; to < END_HOLDS && from != is; to++) {
                pool__pipe_hold(&held, PIPE_WRITE, 5, is);
                assert_false(pool__pipe_pass(&held, PIPE_WRITE, from, to));
                assert_int_equal(pool__pipe_held(&held, PIPE_WRITE), is);
            }
        }
    }
}

static void end_is_taken_only_if_it_is_free(void **state)
{
    (void)state;
    for (enum end_hold is = 0; is < END_HOLDS; is++) {
        for (enum end_hold to = END_IN_CALL; to <= END_GIVEN; to++) {
            pool__pipe_hold(&held, PIPE_READ, 7, is);
            assert_int_equal(pool__pipe_take(&held, PIPE_READ, 7, to), is);
            assert_int_equal(pool__pipe_held(&held, PIPE_READ), is == END_FREE ? to : is);
        }
    }
}

/* Whatever a handle shows that is not shown now: the end that it meant is closed. */
static void end_of_another_generation_is_not_taken(void **state)
{
    (void)state;
    static const uint64_t others[] = {0, 6, 8, 7 + (1u << 18), 7 + ((uint64_t)1 << 29), 7 + ((uint64_t)1 << 32)};
    for (uint32_t i = 0; i < COUNT_OF(others); i++) {
        pool__pipe_hold(&held, PIPE_READ, 7, END_FREE);
        assert_int_equal(pool__pipe_take(&held, PIPE_READ, others[i], END_IN_CALL), END_CLOSED);
        assert_int_equal(pool__pipe_held(&held, PIPE_READ), END_FREE);
    }
}

static void end_keeps_what_its_handle_shows_whoever_has_it(void **state)
{
    (void)state;
    static const uint64_t last = HANDLE_GENERATIONS;
    pool__pipe_hold(&held, PIPE_READ, last, END_FREE);
    for (enum end_hold to = END_IN_CALL; to <= END_GIVEN; to++) {
        assert_int_equal(pool__pipe_take(&held, PIPE_READ, last, to), END_FREE);
        assert_int_equal(pool__pipe_take(&held, PIPE_READ, last, to), to);
        assert_true(pool__pipe_pass(&held, PIPE_READ, to, END_FREE));
    }
    assert_int_equal(pool__pipe_take(&held, PIPE_READ, last, END_IN_CALL), END_FREE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pipe_that_is_new_is_empty, setup, teardown),
        cmocka_unit_test_setup_teardown(pipe_that_is_full_refuses, setup, teardown),
        cmocka_unit_test_setup_teardown(pipe_span_ends_at_the_physical_end, setup, teardown),
        cmocka_unit_test_setup_teardown(pipe_read_at_end_of_file_returns_0, setup, teardown),
        cmocka_unit_test_setup_teardown(pipe_read_after_close_gives_what_is_left_first, setup, teardown),
        cmocka_unit_test_setup_teardown(pipe_whose_writer_failed_is_eio_after_what_is_left, setup, teardown),
        cmocka_unit_test_setup_teardown(pipe_write_without_a_reader_is_epipe, setup, teardown),
        cmocka_unit_test_setup_teardown(pipe_write_to_a_full_ring_without_a_reader_is_epipe, setup, teardown),
        cmocka_unit_test_setup_teardown(pipe_close_of_both_ends_in_either_order_is_last_once, setup, teardown),
        cmocka_unit_test_setup_teardown(pipe_close_wakes_whoever_waits_at_the_other_end, setup, teardown),
        cmocka_unit_test_setup_teardown(pipe_commit_wakes_a_reader_that_announced_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(pipe_consume_wakes_a_writer_once_half_the_ring_is_free, setup, teardown),
        cmocka_unit_test_setup_teardown(pipe_consume_wakes_a_writer_once_its_write_can_return, setup, teardown),
        cmocka_unit_test_setup_teardown(pipe_retract_takes_back_nobody_elses_announcement, setup, teardown),
        cmocka_unit_test_setup_teardown(pipe_consume_of_everything_always_wakes_the_writer, setup, teardown),
        cmocka_unit_test_setup_teardown(pipe_open_forgets_the_announcements_of_the_last_one, setup, teardown),
        cmocka_unit_test_setup_teardown(pipe_without_a_ring_can_be_written_as_far_as_its_status_tells, setup, teardown),
        cmocka_unit_test_setup_teardown(pipe_with_damaged_counters_is_eproto_and_gives_no_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(pipe_spans_stay_inside_the_ring_whatever_the_counters, setup, teardown),
        cmocka_unit_test_setup_teardown(pipe_passes_every_byte_once_and_in_order, setup, teardown),
        cmocka_unit_test(end_passes_exactly_as_the_table_says),
        cmocka_unit_test(end_passes_from_the_hold_that_it_has_only),
        cmocka_unit_test(end_is_taken_only_if_it_is_free),
        cmocka_unit_test(end_of_another_generation_is_not_taken),
        cmocka_unit_test(end_keeps_what_its_handle_shows_whoever_has_it),
    };
    return cmocka_run_group_tests_name("pipe", tests, NULL, NULL);
}
