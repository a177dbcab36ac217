/* fs/content.c: bytes of files, in blocks and pages, with holes. */
#include <stdlib.h>

#include "coordinator/coordinator.h"
#include "core/check.h"
#include "fs/node.h"
#include "support/bytes.h"
#include "support/fake_port.h"
#include "support/fs_rig.h"
#include "support/prelude.h"
#include "support/property.h"

#define MODEL_BYTES (6u * PAGE_BYTES + 1000u)
#define LONG_BYTES (33u << 20) /* two steps and a bit */

static uint8_t model[MODEL_BYTES], data[MODEL_BYTES], got[MODEL_BYTES];
static struct fs_open file;

static int setup(void **state)
{
    if (fs_rig_setup(state)) return -1;
    file = fs_must_open("file", FS_CREATE | FS_WRITE);
    memset(model, 0, sizeof model);
    return 0;
}

static int teardown(void **state)
{
    fs_close(&file);
    return fs_rig_teardown(state);
}

static int set_size(uint64_t size)
{
    return pool__fs_set_size(&fs_rig.sleeper, &file, size);
}

static int allocate(uint64_t offset, uint64_t size)
{
    int status;
    while ((status = pool__fs_allocate(&fs_rig.sleeper, &file, offset, size)) == POOL_EAGAIN)
        coordinator_tick(fs_rig.pool);
    return status;
}

static uint64_t size_of_file(void)
{
    return fs_stat_of(&file).size;
}

static void reads_end_with_the_file(void **state)
{
    (void)state;
    assert_int_equal(fs_read(&file, 0, got, 10), 0);
    assert_int_equal(fs_write(&file, 0, "0123456789", 10), 10);
    assert_int_equal(fs_read(&file, 0, got, 4), 4);
    assert_int_equal(fs_read(&file, 4, got + 4, 100), 6);
    assert_memory_equal(got, "0123456789", 10);
    assert_int_equal(fs_read(&file, 10, got, 10), 0);
    assert_int_equal(fs_read(&file, UINT64_MAX - 1, got, 10), 0);
    assert_int_equal(fs_read(&file, 0, got, 0), 0);
}

static void directories_have_no_bytes(void **state)
{
    (void)state;
    assert_int_equal(fs_read(&fs_rig.root, 0, got, 10), POOL_EISDIR);
    assert_int_equal(fs_write(&fs_rig.root, 0, "x", 1), POOL_EISDIR);
    assert_int_equal(pool__fs_set_size(&fs_rig.sleeper, &fs_rig.root, 1), POOL_EISDIR);
    assert_int_equal(pool__fs_allocate(&fs_rig.sleeper, &fs_rig.root, 0, 1), POOL_EISDIR);
}

static void appending_goes_to_the_end(void **state)
{
    (void)state;
    uint64_t offset = 99;
    struct bytes bytes = bytes_in_pieces("abc", 3, 2, false);
    assert_int_equal(fs_write(&file, UINT64_MAX, "hello", 5), 5);
    assert_int_equal(pool__fs_write(&fs_rig.sleeper, &file, UINT64_MAX, &bytes.cursor, &offset), 0);
    assert_int_equal(offset, 5);
    assert_int_equal(bytes.cursor.done, 3);
    assert_int_equal(fs_read(&file, 0, got, 20), 8);
    assert_memory_equal(got, "helloabc", 8);
}

static void nothing_written_changes_nothing(void **state)
{
    (void)state;
    struct fs_stat before = fs_stat_of(&file);
    fake_port_advance_ms(1);
    assert_int_equal(fs_write(&file, 1000, "", 0), 0);
    struct fs_stat after = fs_stat_of(&file);
    assert_memory_equal(&after, &before, sizeof after);
}

static void holes_read_as_zeros_and_take_no_memory(void **state)
{
    (void)state;
    uint64_t far = (uint64_t)300 << PAGE_LOG2, bytes;
    assert_int_equal(fs_write(&file, far + 5, "x", 1), 1);
    bytes = fs_rig.root.volume->bytes;
    assert_true(bytes < 2 * PAGE_BYTES);
    memset(got, 1, sizeof got);
    assert_int_equal(fs_read(&file, far - 3 * PAGE_BYTES, got, MODEL_BYTES), 3 * PAGE_BYTES + 6);
    assert_memory_equal(got, model, 3 * PAGE_BYTES + 5);
    assert_int_equal(got[3 * PAGE_BYTES + 5], 'x');
    assert_int_equal(set_size((uint64_t)1 << 38), 0);
    assert_int_equal(fs_rig.root.volume->bytes, bytes);
    assert_int_equal(fs_read(&file, ((uint64_t)1 << 38) - 10, got, 100), 10);
    assert_memory_equal(got, model, 10);
}

static void files_have_a_largest_size(void **state)
{
    (void)state;
    assert_int_equal(set_size(FILE_MAX_BYTES + 1), POOL_EFBIG);
    assert_int_equal(fs_write(&file, FILE_MAX_BYTES, "x", 1), POOL_EFBIG);
    assert_int_equal(fs_write(&file, UINT64_MAX - 1, "xyz", 3), POOL_EFBIG);
    assert_int_equal(allocate(UINT64_MAX - 1, 3), POOL_EFBIG);
    assert_int_equal(allocate(FILE_MAX_BYTES, 1), POOL_EFBIG);
    assert_int_equal(size_of_file(), 0);
    assert_int_equal(fs_write(&file, FILE_MAX_BYTES - 1, "x", 1), 1);
    assert_int_equal(size_of_file(), FILE_MAX_BYTES);
    assert_int_equal(fs_write(&file, UINT64_MAX, "x", 1), POOL_EFBIG);
}

/* Sizes around the borders of blocks and pages. */
static void what_was_cut_off_is_zero_when_it_comes_back(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {1, 255, 256, 257, 65535, 65536, 65537, 131071, 131072, 131073, MODEL_BYTES};
    memset(data, 0xaa, sizeof data);
    for (uint32_t i = 0; i < COUNT_OF(sizes); i++) {
        for (uint32_t j = 0; j <= i; j++) {
            assert_int_equal(fs_write(&file, 0, data, sizes[i]), sizes[i]);
            assert_int_equal(set_size(sizes[j] - 1), 0);
            assert_int_equal(set_size(MODEL_BYTES), 0);
            assert_int_equal(fs_read(&file, 0, got, MODEL_BYTES), MODEL_BYTES);
            assert_memory_equal(got, data, sizes[j] - 1);
            assert_memory_equal(got + sizes[j] - 1, model, MODEL_BYTES - sizes[j] + 1);
            assert_int_equal(set_size(0), 0);
        }
    }
    assert_int_equal(fs_rig.root.volume->bytes, 256); /* the root's */
}

static void allocating_makes_room_and_grows(void **state)
{
    (void)state;
    assert_int_equal(allocate(0, 0), POOL_EINVAL);
    assert_int_equal(fs_write(&file, 0, "hello", 5), 5);
    assert_int_equal(allocate(100000, 100000), 0);
    assert_int_equal(size_of_file(), 200000);
    assert_int_equal(allocate(0, 10), 0);
    assert_int_equal(size_of_file(), 200000);
    assert_int_equal(fs_read(&file, 0, got, MODEL_BYTES), 200000);
    assert_memory_equal(got, "hello", 5);
    assert_memory_equal(got + 5, model, 199995);
    uint64_t bytes = fs_rig.root.volume->bytes;
    assert_int_equal(fs_write(&file, 150000, "there", 5), 5);
    assert_int_equal(fs_rig.root.volume->bytes, bytes);
}

static void reading_and_writing_set_the_times(void **state)
{
    (void)state;
    struct fs_stat before, after;
    fake_port_advance_ms(1);
    assert_int_equal(fs_write(&file, 0, "hello", 5), 5);
    before = fs_stat_of(&file);
    assert_int_equal(before.modified_ns, fake.now_ns + FAKE_REALTIME_NS);
    assert_int_equal(before.changed_ns, before.modified_ns);
    fake_port_advance_ms(1);
    assert_int_equal(fs_read(&file, 0, got, 5), 5);
    after = fs_stat_of(&file);
    assert_int_equal(after.accessed_ns, fake.now_ns + FAKE_REALTIME_NS);
    assert_int_equal(after.modified_ns, before.modified_ns);
    fake_port_advance_ms(1);
    assert_int_equal(fs_read(&file, 0, got, 5), 5);
    assert_int_equal(fs_stat_of(&file).accessed_ns, after.accessed_ns); /* nothing was changed in between */
    assert_int_equal(set_size(2), 0);
    assert_int_equal(fs_stat_of(&file).modified_ns, fake.now_ns + FAKE_REALTIME_NS);
    fake_port_advance_ms(1);
    assert_int_equal(fs_read(&file, 0, got, 5), 2);
    assert_int_equal(fs_stat_of(&file).accessed_ns, fake.now_ns + FAKE_REALTIME_NS);
    fake_port_advance_ms(1);
    assert_int_equal(pool__fs_set_times(fs_rig.pool, &file, 5, UINT64_MAX), 0);
    assert_int_equal(fs_read(&file, 0, got, 5), 2);
    assert_int_equal(fs_stat_of(&file).accessed_ns, fake.now_ns + FAKE_REALTIME_NS);
}

static uint32_t model_size;

static void change_model(struct property *random)
{
    uint32_t offset = property_size(random, MODEL_BYTES) - 1, size = property_size(random, MODEL_BYTES - offset);
    switch (property_below(random, 5)) {
    case 0:
        assert_int_equal(set_size(offset), 0);
        if (offset < model_size) memset(model + offset, 0, model_size - offset);
        model_size = offset;
        break;
    case 1:
        assert_int_equal(allocate(offset, size), 0);
        if (offset + size > model_size) model_size = offset + size;
        break;
    case 2:
        if (property_once_in(random, 8)) model_size = 0;
        if (model_size == 0) memset(model, 0, sizeof model);
        if (model_size == 0) assert_int_equal(fs_try_open("file", FS_TRUNCATE | FS_WRITE), 0);
        break;
    default:
        for (uint32_t i = 0; i < size; i++) data[i] = (uint8_t)property_next(random);
        assert_int_equal(fs_write(&file, offset == model_size ? UINT64_MAX : offset, data, size), size);
        memcpy(model + offset, data, size);
        if (offset + size > model_size) model_size = offset + size;
    }
}

static void files_follow_a_simple_model(void **state)
{
    (void)state;
    struct property random = property_begin("files_follow_a_simple_model");
    model_size = 0;
    for (uint32_t i = 0; i < 1500; i++) {
        change_model(&random);
        assert_int_equal(size_of_file(), model_size);
        assert_int_equal(fs_read(&file, 0, got, MODEL_BYTES), model_size);
        assert_memory_equal(got, model, model_size);
        uint32_t offset = property_below(&random, MODEL_BYTES), size = property_size(&random, MODEL_BYTES);
        int32_t n = fs_read(&file, offset, got, size);
        assert_int_equal(n, offset < model_size ? pool__min(size, model_size - offset) : 0);
        assert_memory_equal(got, model + offset, (size_t)n);
    }
}

/* Where there is something in a file, whether it is in one block or in pages. */
static void holes_are_told_from_data(void **state)
{
    (void)state;
    uint64_t next;
    struct fs_open opened = fs_must_open("f", FS_CREATE | FS_WRITE);
    assert_int_equal(pool__fs_next_data(fs_rig.pool, &opened, 0, &next), 0);
    assert_int_equal(next, 0);
    assert_int_equal(pool__fs_set_size(&fs_rig.sleeper, &opened, 10 * (uint64_t)PAGE_BYTES), 0);
    assert_int_equal(pool__fs_next_data(fs_rig.pool, &opened, 3, &next), 0);
    assert_int_equal(next, 10 * PAGE_BYTES); /* nowhere */
    assert_int_equal(fs_write(&opened, 7 * PAGE_BYTES + 5, "x", 1), 1);
    static const uint64_t from_to[][2] = {{0, 7 * PAGE_BYTES},
                                          {PAGE_BYTES + 1, 7 * PAGE_BYTES},
                                          {7 * PAGE_BYTES + 9, 7 * PAGE_BYTES + 9},
                                          {8 * PAGE_BYTES, 10 * PAGE_BYTES},
                                          {UINT64_MAX, 10 * PAGE_BYTES}};
    for (uint32_t i = 0; i < POOL_COUNT_OF(from_to); i++) {
        assert_int_equal(pool__fs_next_data(fs_rig.pool, &opened, from_to[i][0], &next), 0);
        assert_int_equal(next, from_to[i][1]);
    }
    fs_close(&opened);
    fs_put("small", "text");
    opened = fs_must_open("small", 0);
    assert_int_equal(pool__fs_next_data(fs_rig.pool, &opened, 2, &next), 0);
    assert_int_equal(next, 2);
    assert_int_equal(pool__fs_next_data(fs_rig.pool, &opened, 4, &next), 0);
    assert_int_equal(next, 4);
    fs_close(&opened);
    opened = fs_must_open(".", FS_DIRECTORY);
    assert_int_equal(pool__fs_next_data(fs_rig.pool, &opened, 0, &next), POOL_EISDIR);
    fs_close(&opened);
}

/* More than is read with the lock held once. */
static void long_read_goes_through_whole(void **state)
{
    (void)state;
    uint32_t size = 40u << 20;
    uint8_t *back = malloc(size);
    memset(back, 1, size);
    struct fs_open opened = fs_must_open("f", FS_CREATE | FS_WRITE);
    assert_int_equal(fs_write(&opened, size - 3, "end", 3), 3);
    struct bytes bytes = bytes_in_pieces(back, size, size, true);
    assert_int_equal(pool__fs_read(fs_rig.pool, &opened, 0, &bytes.cursor), 0);
    assert_int_equal(bytes.cursor.done, size);
    for (uint32_t i = 0; i < size - 3; i++) assert_true(back[i] == 0);
    assert_memory_equal(back + size - 3, "end", 3);
    fs_close(&opened);
    free(back);
}

/* Whichever places the pages have, one beside the other or far apart. */
static void holes_between_pages_are_skipped_exactly(void **state)
{
    (void)state;
    static const uint64_t pages[] = {0, 7, 8, 9, 15, 16, 24, 31, 99, 100, 1000};
    uint64_t next;
    for (uint32_t i = 0; i < POOL_COUNT_OF(pages); i++) assert_int_equal(fs_write(&file, pages[i] << 16, "x", 1), 1);
    for (uint32_t i = 0; i + 1 < POOL_COUNT_OF(pages); i++) {
        for (uint64_t from = pages[i] + 1; from <= pages[i + 1]; from++) {
            assert_int_equal(pool__fs_next_data(fs_rig.pool, &file, from << 16, &next), 0);
            assert_int_equal(next, pages[i + 1] << 16);
        }
    }
    uint64_t index_bytes = file.volume->bytes - POOL_COUNT_OF(pages) * PAGE_BYTES;
    for (uint32_t i = POOL_COUNT_OF(pages) - 1; i > 1; i--) {
        assert_int_equal(set_size(pages[i] << 16), 0);
        assert_int_equal(file.volume->bytes, index_bytes + i * PAGE_BYTES);
        assert_int_equal(pool__fs_next_data(fs_rig.pool, &file, pages[i - 1] << 16, &next), 0);
        assert_int_equal(next, pages[i - 1] << 16);
    }
}

/* What another thread sees of the file each time that the lock is free. */
static struct seen {
    uint64_t sizes[8];
    uint32_t n_sizes;
    uint64_t bytes, most; /* of the volume: last, and how many more there were at a time */
} seen;

static void look_at_file(void)
{
    static bool looks;
    if (looks || !file.volume) return; /* looking asks for the time as well */
    looks = true;
    uint64_t bytes = file.volume->bytes, size = size_of_file();
    if (seen.n_sizes == 0 || size != seen.sizes[seen.n_sizes - 1]) seen.sizes[seen.n_sizes++ % 8] = size;
    if (bytes > seen.bytes && bytes - seen.bytes > seen.most) seen.most = bytes - seen.bytes;
    seen.bytes = bytes;
    looks = false;
}

static void (*look)(void) = look_at_file;

static uint8_t *long_content(void)
{
    uint8_t *bytes = malloc(LONG_BYTES);
    for (uint32_t i = 0; i < LONG_BYTES; i++) bytes[i] = (uint8_t)(i % 251);
    return bytes;
}

static void refill(void)
{
    pool__refill(fs_rig.pool);
}

/* As a worker does it, which waits for memory, while others look. */
static int32_t write_long(uint64_t offset, const uint8_t *bytes)
{
    struct sleeper sleeper;
    pool__sleeper_init(&sleeper, fs_rig.pool, WAITER_WORKER_0 + 1);
    file.volume->max_bytes = UINT64_MAX;
    seen = (struct seen){.bytes = file.volume->bytes};
    fake.on_tick = refill;
    fake.on_look = look;
    int32_t n = fs_write_in(&sleeper, &file, offset, bytes, LONG_BYTES);
    fake.on_tick = fake.on_look = NULL;
    return n;
}

static void long_write_lets_others_in_between(void **state)
{
    (void)state;
    const uint32_t step = 16u << 20;
    uint8_t *bytes = long_content(), *back = malloc(LONG_BYTES);
    assert_int_equal(write_long(0, bytes), LONG_BYTES);
    assert_int_equal(seen.n_sizes, 3);
    for (uint32_t i = 0; i < 3; i++) assert_int_equal(seen.sizes[i], i * step);
    assert_in_range(seen.most, 1, 65 * PAGE_BYTES); /* it does not take all of its memory at once either */
    assert_int_equal(fs_read(&file, 0, back, LONG_BYTES), LONG_BYTES);
    assert_memory_equal(back, bytes, LONG_BYTES);
    free(back);
    free(bytes);
}

static void close_after_a_step(void)
{
    look_at_file();
    if (seen.n_sizes > 1) atomic_store(&fs_rig.pool->x_closing, 1);
}

/* It tells what it has written, and nothing else has been. */
static void long_write_that_is_to_end_stops_after_a_step(void **state)
{
    (void)state;
    uint8_t *bytes = long_content();
    /* The pool begins to close when the first step has been seen: that is while the second is under way. */
    uint64_t index_bytes = 4096, had = file.volume->bytes;
    look = close_after_a_step;
    assert_int_equal(write_long(0, bytes), 32u << 20);
    look = look_at_file;
    atomic_store(&fs_rig.pool->x_closing, 0);
    assert_int_equal(size_of_file(), 32u << 20);
    assert_int_equal(file.volume->bytes, had + (32u << 20) + index_bytes);
    free(bytes);
}

static void long_append_is_one_step(void **state)
{
    (void)state;
    uint8_t *bytes = long_content();
    assert_int_equal(fs_write(&file, 0, "x", 1), 1);
    assert_int_equal(write_long(UINT64_MAX, bytes), LONG_BYTES);
    assert_int_equal(seen.n_sizes, 1);
    assert_int_equal(size_of_file(), LONG_BYTES + 1);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(reads_end_with_the_file),
        TEST(directories_have_no_bytes),
        TEST(appending_goes_to_the_end),
        TEST(nothing_written_changes_nothing),
        TEST(holes_read_as_zeros_and_take_no_memory),
        TEST(files_have_a_largest_size),
        TEST(what_was_cut_off_is_zero_when_it_comes_back),
        TEST(allocating_makes_room_and_grows),
        TEST(reading_and_writing_set_the_times),
        TEST(holes_are_told_from_data),
        TEST(long_read_goes_through_whole),
        TEST(holes_between_pages_are_skipped_exactly),
        TEST(long_write_lets_others_in_between),
        TEST(long_write_that_is_to_end_stops_after_a_step),
        TEST(long_append_is_one_step),
        TEST(files_follow_a_simple_model),
    };
    return cmocka_run_group_tests_name("fs_content", tests, NULL, NULL);
}
