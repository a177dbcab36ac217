/* wasi/memory.c: pieces of a guest's memory that bytes are moved to or from. */
#include "wasi/memory.h"

#include "support/fake_guest.h"
#include "support/prelude.h"
#include "support/property.h"

#define BYTES (256u * 1024)
#define MANY (WASI_IOVS_MAX + 5)

static struct wasi_guest guest;
static struct guest_cursor at;
static struct wasi_pieces pieces;

static int setup(void **state)
{
    (void)state;
    fake_guest_make(BYTES);
    guest = fake_guest_calls();
    return 0;
}

static int setup_high(void **state)
{
    (void)state;
    fake_guest_make_high(BYTES);
    guest = fake_guest_calls();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fake_guest_free();
    return 0;
}

static uint32_t init(const struct wasi_iovec *iovs, uint32_t n, bool reads)
{
    return wasi_cursor_init(&at, &guest, iovs, n, reads);
}

/* Moves as much as the piece takes, `most` at most: how much. */
static uint32_t move(uint8_t *data, uint32_t most)
{
    uint32_t piece = at.cursor.piece(&at.cursor), n = piece < most ? piece : most;
    if (n) at.cursor.copy(&at.cursor, data, n);
    return n;
}

static void cursor_goes_through_its_pieces_in_order(void **state)
{
    (void)state;
    uint8_t data[] = "abcdef";
    uint32_t begin = fake_guest_new(100);
    const struct wasi_iovec iovs[] = {{begin + 50, 3}, {begin, 1}, {begin + 20, 2}};
    assert_int_equal(init(iovs, 3, true), WASI_SUCCESS);
    assert_int_equal(at.cursor.total, 6);
    assert_int_equal(at.cursor.done, 0);
    assert_int_equal(move(data, 2), 2); /* a piece may be filled in several steps */
    assert_int_equal(move(data + 2, 100), 1);
    assert_int_equal(move(data + 3, 100), 1);
    assert_int_equal(move(data + 4, 100), 2);
    assert_int_equal(move(data, 100), 0);
    assert_memory_equal(fake_guest_at(begin + 50), "abc", 4);
    assert_memory_equal(fake_guest_at(begin), "d", 2);
    assert_memory_equal(fake_guest_at(begin + 20), "ef", 3);
}

static void cursor_of_a_write_leaves_the_guest_alone(void **state)
{
    (void)state;
    uint8_t data[4] = {0};
    uint32_t begin = fake_guest_put("wxyz", 4);
    const struct wasi_iovec iovs[] = {{begin + 2, 2}, {begin, 2}};
    uint64_t written = fake_guest_written();
    assert_int_equal(init(iovs, 2, false), WASI_SUCCESS);
    assert_int_equal(move(data, 100), 2);
    assert_int_equal(move(data + 2, 100), 2);
    assert_memory_equal(data, "yzwx", 4);
    assert_int_equal(fake_guest_written(), written);
}

static void empty_pieces_are_stepped_over_wherever_they_are(void **state)
{
    (void)state;
    uint8_t data[] = "xy";
    uint32_t begin = fake_guest_new(8);
    const struct wasi_iovec iovs[] = {{begin, 0}, {begin + 1, 1}, {BYTES, 0}, {begin, 0}, {begin, 1}, {begin, 0}};
    assert_int_equal(init(iovs, COUNT_OF(iovs), true), WASI_SUCCESS);
    assert_int_equal(at.cursor.total, 2);
    assert_int_equal(move(data, 100), 1);
    assert_int_equal(move(data + 1, 100), 1);
    assert_int_equal(move(data, 100), 0);
    assert_memory_equal(fake_guest_at(begin), "yx", 2);
    assert_int_equal(init(iovs, 1, true), WASI_SUCCESS);
    assert_int_equal(move(data, 100), 0);
    assert_int_equal(init(NULL, 0, true), WASI_SUCCESS);
    assert_int_equal(at.cursor.total, 0);
    assert_int_equal(move(data, 100), 0);
}

static void piece_outside_is_efault_whichever_it_is(void **state)
{
    (void)state;
    static const struct wasi_iovec bad[] = {{BYTES, 1},      {BYTES - 1, 2}, {0, BYTES + 1},     {UINT32_MAX, 1},
                                            {UINT32_MAX, 2}, {1u << 31, 0},  {8, UINT32_MAX - 4}};
    for (uint32_t i = 0; i < COUNT_OF(bad); i++) {
        for (uint32_t place = 0; place < 3; place++) {
            struct wasi_iovec iovs[3] = {{8, 8}, {16, 8}, {24, 8}};
            iovs[place] = bad[i];
            assert_int_equal(init(iovs, 3, true), WASI_EFAULT);
            assert_int_equal(init(iovs, 3, false), WASI_EFAULT);
        }
    }
}

static void pieces_of_4_gib_together_are_einval(void **state)
{
    (void)state;
    static struct wasi_iovec iovs[(1u << 14) + 1];
    for (uint32_t i = 0; i < COUNT_OF(iovs); i++) iovs[i] = (struct wasi_iovec){0, BYTES};
    assert_int_equal(init(iovs, (1u << 14) - 1, true), WASI_SUCCESS);
    assert_int_equal(at.cursor.total, 0u - BYTES);
    assert_int_equal(init(iovs, 1u << 14, true), WASI_EINVAL); /* 2^32 in all: it would be 0 */
    assert_int_equal(init(iovs, (1u << 14) + 1, true), WASI_EINVAL);
}

static void piece_that_ends_with_the_memory_is_inside(void **state)
{
    (void)state;
    uint8_t data[] = "end";
    uint32_t last = (uint32_t)(fake_guest_end() - 3);
    const struct wasi_iovec iovs[] = {{last, 3}};
    assert_int_equal(init(iovs, 1, true), WASI_SUCCESS);
    assert_int_equal(move(data, 100), 3);
    assert_memory_equal(fake_guest_at(last), "end", 3);
}

/* Both memories grow; what was outside is inside then. */
static void memory_that_has_grown_is_inside(void **state)
{
    (void)state;
    const struct wasi_iovec iovs[] = {{BYTES, 10}};
    assert_int_equal(init(iovs, 1, true), WASI_EFAULT);
    fake_guest_grow(65536);
    assert_int_equal(init(iovs, 1, true), WASI_SUCCESS);
}

static uint32_t pieces_of(uint32_t iovs, uint32_t n_iovs, uint32_t n_out)
{
    return wasi_pieces_init(&pieces, &guest, iovs, n_iovs, n_out, true);
}

static void pieces_are_copied_so_that_the_guest_cannot_change_them(void **state)
{
    (void)state;
    uint8_t data[] = "abc";
    uint32_t begin = fake_guest_new(16), n_out = fake_guest_new(4), iovs = fake_guest_iovec(begin, 3);
    assert_int_equal(pieces_of(iovs, 1, n_out), WASI_SUCCESS);
    memset(fake_guest_at(iovs), 0xff, sizeof(struct wasi_iovec));
    pieces.at.cursor.copy(&pieces.at.cursor, data, pieces.at.cursor.piece(&pieces.at.cursor));
    assert_memory_equal(fake_guest_at(begin), "abc", 4);
}

/* The place of the result is checked before anything is moved. */
static void pieces_or_a_result_outside_are_efault(void **state)
{
    (void)state;
    static const uint32_t bad[] = {BYTES - 3, BYTES, UINT32_MAX, 1u << 31, 0u - 4};
    uint32_t n_out = fake_guest_new(4), iovs = fake_guest_iovec(8, 8);
    for (uint32_t i = 0; i < COUNT_OF(bad); i++) {
        assert_int_equal(pieces_of(bad[i], 1, n_out), WASI_EFAULT);
        assert_int_equal(pieces_of(iovs, 1, bad[i]), WASI_EFAULT);
    }
    assert_int_equal(pieces_of(fake_guest_iovec(BYTES, 1), 1, n_out), WASI_EFAULT);
    assert_int_equal(pieces_of(iovs, 0, n_out), WASI_SUCCESS);
    assert_int_equal(pieces.at.cursor.total, 0);
}

static uint32_t put_many(uint32_t size_of_the_first)
{
    static struct wasi_iovec iovs[MANY];
    for (uint32_t i = 0; i < MANY; i++) iovs[i] = (struct wasi_iovec){8, i < WASI_IOVS_MAX ? size_of_the_first : 1};
    return fake_guest_put(iovs, sizeof iovs);
}

static void more_pieces_than_the_most_are_a_short_transfer(void **state)
{
    (void)state;
    uint32_t n_out = fake_guest_new(4), iovs = put_many(2);
    assert_int_equal(pieces_of(iovs, WASI_IOVS_MAX, n_out), WASI_SUCCESS);
    assert_int_equal(pieces_of(iovs, MANY, n_out), WASI_SUCCESS);
    assert_int_equal(pieces.at.cursor.total, 2 * WASI_IOVS_MAX);
    assert_int_equal(pieces_of(iovs, UINT32_MAX, n_out), WASI_SUCCESS); /* those beyond are not looked at */
}

/* 0 bytes would look like the end of the file, though there was room further on. */
static void more_pieces_than_the_most_that_begin_with_empty_ones_are_einval(void **state)
{
    (void)state;
    uint32_t n_out = fake_guest_new(4), iovs = put_many(0);
    assert_int_equal(pieces_of(iovs, WASI_IOVS_MAX, n_out), WASI_SUCCESS);
    assert_int_equal(pieces_of(iovs, WASI_IOVS_MAX + 1, n_out), WASI_EINVAL);
}

static void any_pieces_and_steps_move_the_same_bytes(void **state)
{
    (void)state;
    static uint8_t data[4096];
    struct property random = property_begin("any_pieces_and_steps_move_the_same_bytes");
    for (uint32_t round = 0; round < 500; round++) {
        struct wasi_iovec iovs[20];
        uint32_t n = 1 + property_below(&random, COUNT_OF(iovs)), begin = 64, total = 0;
        for (uint32_t i = 0; i < n; i++) {
            iovs[i] = (struct wasi_iovec){begin, property_below(&random, 200)};
            begin += iovs[i].size;
            total += iovs[i].size;
        }
        for (uint32_t i = 0; i < total; i++) data[i] = (uint8_t)property_next(&random);
        assert_int_equal(init(iovs, n, true), WASI_SUCCESS);
        uint32_t done = 0;
        for (uint32_t k; (k = move(data + done, property_size(&random, 300))) > 0;) done += k;
        assert_int_equal(done, total);
        assert_memory_equal(fake_guest_at(64), data, total); /* the pieces lie side by side */
    }
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(cursor_goes_through_its_pieces_in_order),
        CASE(cursor_of_a_write_leaves_the_guest_alone),
        CASE(empty_pieces_are_stepped_over_wherever_they_are),
        CASE(piece_outside_is_efault_whichever_it_is),
        CASE(pieces_of_4_gib_together_are_einval),
        CASE(piece_that_ends_with_the_memory_is_inside),
        {"piece_that_ends_at_4_gib_is_inside", piece_that_ends_with_the_memory_is_inside, setup_high, teardown, NULL},
        CASE(memory_that_has_grown_is_inside),
        CASE(pieces_are_copied_so_that_the_guest_cannot_change_them),
        CASE(pieces_or_a_result_outside_are_efault),
        CASE(more_pieces_than_the_most_are_a_short_transfer),
        CASE(more_pieces_than_the_most_that_begin_with_empty_ones_are_einval),
        CASE(any_pieces_and_steps_move_the_same_bytes),
    };
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
