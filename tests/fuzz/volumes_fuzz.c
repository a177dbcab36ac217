/* Hostile callers of volumes: the input is a program of calls, by paths that twist and turn, on volumes that are small,
 * full, shared, stale or made up. Memory is of exactly the size that is said. In the end nothing is left.
 */
#include <stdlib.h>

#include "coordinator/files.h"
#include "fuzz/fuzz.h"
#include "support/fake_port.h"
#include "support/test_pool.h"

#define STEPS_MAX 256u
#define KEPT 4u
#define PATH_ROOM 64u
#define DATA_MAX 70000u

static struct {
    struct fuzz_input input;
    struct pool *pool;
    pool_volume_t volumes[KEPT]; /* 0: none */
    pool_volume_t stale;
} run;

/* A path of a few names that are there often, or any bytes. */
static uint32_t take_path(char path[PATH_ROOM])
{
    static const char *const names[] = {"a", "b", "c", ".", "..", "/", "link", ""};
    uint8_t form = fuzz_take_byte(&run.input);
    uint32_t size = 0;
    for (uint32_t i = 0; i < form % 6u; i++) {
        const char *name = names[fuzz_take_byte(&run.input) % 8u];
        if (i) path[size++] = '/';
        for (; *name; name++) path[size++] = *name;
    }
    if (form < 0xe0) return size;
    for (size = 0; size < form % PATH_ROOM; size++) path[size] = (char)fuzz_take_byte(&run.input);
    return size;
}

static pool_volume_t take_volume(void)
{
    uint8_t form = fuzz_take_byte(&run.input);
    if (form < 0xf0) return run.volumes[form % KEPT];
    return form < 0xf8 ? run.stale : fuzz_take_u32(&run.input);
}

/* Mostly where files are, and now and then far beyond. */
static uint64_t take_number(void)
{
    uint8_t form = fuzz_take_byte(&run.input);
    if (form < 0x40) return 0;
    if (form < 0x50) return POOL_APPEND;
    uint64_t number = fuzz_take_u32(&run.input);
    return form < 0xe0 ? number % (4 * DATA_MAX) : number << form % 40u;
}

static bool is_error(int32_t status)
{
#define IS_ERROR(name, value, message) || status == (value)
    return false POOL_ERROR_MAP(IS_ERROR);
}

static void create(uint32_t i)
{
    struct volume_making making = {.config = {.max_bytes = 1u << (12 + i * 4), .max_nodes = 4 + i * 16}};
    struct file_call call = {.op = FILE_CREATE, .data = &making, .data_bytes = sizeof making};
    REQUIRE(coordinator_file_call(run.pool, &call) == 0);
    run.volumes[i] = making.volume;
}

static int32_t release(pool_volume_t volume)
{
    struct file_call call = {.op = FILE_RELEASE, .volume = volume};
    return coordinator_file_call(run.pool, &call);
}

/* Gives a volume back and makes another in its place. */
static void replace(uint32_t i)
{
    run.stale = run.volumes[i];
    REQUIRE(release(run.volumes[i]) == 0);
    REQUIRE(release(run.stale) == POOL_EBADF);
    create(i);
}

/* The most that a call may return. */
static int64_t most_of(const struct file_call *call)
{
    switch (call->op) {
    case FILE_READ:
    case FILE_WRITE:
    case FILE_REPLACE: return call->data_bytes;
    case FILE_READLINK: return PATH_MAX_BYTES;
    case FILE_LIST: return (int64_t)(call->data_bytes / sizeof(struct pool_entry));
    default: return 0;
    }
}

static void step(void)
{
    char path[PATH_ROOM], other[PATH_ROOM];
    struct file_call call = {.op = FILE_STAT + fuzz_take_byte(&run.input) % (FILE_OPS + 1u - FILE_STAT)};
    call.volume = take_volume();
    call.path_bytes = take_path(path);
    call.path = path;
    if (call.op == FILE_SYMLINK || call.op == FILE_RENAME || call.op == FILE_LINK) {
        call.other_bytes = take_path(other);
        call.other = other;
    }
    call.number = take_number();
    call.data_bytes = fuzz_take_u16(&run.input) % DATA_MAX;
    uint8_t *data = calloc(1, call.data_bytes ? call.data_bytes : 1);
    if (call.op == FILE_WRITE || call.op == FILE_REPLACE || call.op == FILE_SET_TIMES)
        call.source = data;
    else
        call.data = data;
    int32_t result = coordinator_file_call(run.pool, &call);
    REQUIRE(is_error(result) || (result >= 0 && result <= most_of(&call)));
    REQUIRE(call.volume != run.stale || result < 0);
    free(data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *state = NULL;
    memset(&run, 0, sizeof run);
    run.input = (struct fuzz_input){data, size};
    REQUIRE(test_pool_setup(&state) == 0);
    run.pool = state;
    for (uint32_t i = 0; i < KEPT; i++) create(i);
    for (uint32_t i = 0; i < STEPS_MAX && run.input.left > 0; i++) {
        step();
        if (fuzz_take_byte(&run.input) > 0xf8) replace(i % KEPT);
    }
    for (uint32_t i = 0; i < KEPT; i++) REQUIRE(release(run.volumes[i]) == 0);
    while (coordinator_sweep(run.pool) == 1) continue;
    assert_pool_is_empty(run.pool);
    test_pool_free(run.pool);
    return 0;
}
