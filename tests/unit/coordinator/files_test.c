/* What the coordinator's script does to volumes: memory is handed out at once, by the very thread that wants it. */
#include "coordinator/files.h"

#include <stdlib.h>

#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/test_pool.h"

#define MIB (1024u * 1024u)

static struct pool *pool;
static pool_volume_t volume;

static int32_t run(struct file_call call, enum file_op op)
{
    call.op = (uint32_t)op;
    call.volume = volume;
    call.path = "file";
    call.path_bytes = 4;
    return coordinator_file_call(pool, &call);
}

static int setup(void **state)
{
    struct volume_making making = {.config.max_bytes = (uint64_t)1 << 40}; /* only the pool's limit holds */
    if (test_pool_setup(state)) return -1;
    pool = *state;
    struct file_call call = {.op = FILE_CREATE, .data = &making, .data_bytes = sizeof making};
    if (coordinator_file_call(pool, &call)) return -1;
    volume = making.volume;
    return 0;
}

static int teardown(void **state)
{
    assert_int_equal(run((struct file_call){0}, FILE_RELEASE), 0);
    while (coordinator_sweep(pool) == 1) continue;
    assert_pool_is_empty(pool);
    return test_pool_teardown(state);
}

static void memory_is_there_for_a_piece_and_no_more(void **state)
{
    (void)state;
    uint8_t *memory = coordinator_memory(pool, MIB + 2 * PATH_MAX_BYTES);
    assert_non_null(memory);
    memset(memory, 1, MIB + 2 * PATH_MAX_BYTES);
    assert_ptr_equal(coordinator_memory(pool, 4), memory);
    assert_null(coordinator_memory(pool, 2 * MIB));
}

static void large_file_has_its_memory_at_once(void **state)
{
    (void)state;
    uint32_t size = 8 * MIB;
    uint8_t *data = malloc(size), *back = malloc(size);
    for (uint32_t i = 0; i < size; i++) data[i] = (uint8_t)(i % 251);
    assert_int_equal(run((struct file_call){.source = data, .data_bytes = size}, FILE_WRITE), size);
    assert_int_equal(run((struct file_call){.data = back, .data_bytes = size}, FILE_READ), size);
    assert_memory_equal(data, back, size);
    free(data);
    free(back);
}

static void more_than_the_pool_may_have_is_enomem_and_leaves_it_usable(void **state)
{
    (void)state;
    uint8_t *data = calloc(1, MIB);
    struct file_call append = {.source = data, .data_bytes = MIB, .number = POOL_APPEND};
    int32_t status = 0;
    for (uint32_t i = 0; status >= 0 && i <= TEST_BLOCKS_MIB; i++) status = run(append, FILE_WRITE);
    assert_int_equal(status, POOL_ENOMEM);
    assert_int_equal(run((struct file_call){0}, FILE_REMOVE), 0);
    assert_int_equal(run(append, FILE_WRITE), MIB);
    free(data);
}

static int32_t replace(const void *bytes, uint32_t size)
{
    return run((struct file_call){.source = bytes, .data_bytes = size}, FILE_REPLACE);
}

static void what_is_replaced_has_nothing_of_the_old(void **state)
{
    (void)state;
    char back[16];
    struct file_call read = {.data = back, .data_bytes = sizeof back};
    assert_int_equal(replace("longer", 6), 6);
    assert_int_equal(replace("new", 3), 3);
    assert_int_equal(run(read, FILE_READ), 3);
    assert_memory_equal(back, "new", 3);
    assert_int_equal(replace(NULL, 0), 0);
    assert_int_equal(run(read, FILE_READ), 0);
}

static void replacing_without_memory_leaves_the_old(void **state)
{
    (void)state;
    char back[16];
    uint32_t size = (TEST_BLOCKS_MIB + 1) * MIB;
    uint8_t *data = calloc(1, size);
    assert_int_equal(replace("old", 3), 3);
    assert_int_equal(replace(data, size), POOL_ENOMEM);
    assert_int_equal(run((struct file_call){.data = back, .data_bytes = sizeof back}, FILE_READ), 3);
    assert_memory_equal(back, "old", 3);
    free(data);
}

static void what_is_too_small_or_unknown_is_einval(void **state)
{
    (void)state;
    struct volume_making making = {0};
    struct file_call create = {.op = FILE_CREATE, .data = &making, .data_bytes = sizeof making - 1};
    assert_int_equal(coordinator_file_call(pool, &create), POOL_EINVAL);
    assert_int_equal(run((struct file_call){.data = &making, .data_bytes = 1}, FILE_STAT), POOL_EINVAL);
    assert_int_equal(run((struct file_call){0}, FILE_OPS), POOL_EINVAL);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(memory_is_there_for_a_piece_and_no_more),
        CASE(large_file_has_its_memory_at_once),
        CASE(more_than_the_pool_may_have_is_enomem_and_leaves_it_usable),
        CASE(what_is_replaced_has_nothing_of_the_old),
        CASE(replacing_without_memory_leaves_the_old),
        CASE(what_is_too_small_or_unknown_is_einval),
    };
    return cmocka_run_group_tests_name("coordinator_files", tests, NULL, NULL);
}
