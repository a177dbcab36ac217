/* A hostile guest. The input is its program: calls of WASI with raw arguments, bytes put into its memory, and what the
 * other ends of its pipes do, also while it waits.
 *
 * Nothing really sleeps: port_wait is replaced at link time (see fuzz.mk) by one step of the program's, and a guest
 * that waits too often is cancelled.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "client/client.h"
#include "fuzz/fuzz.h"
#include "pool.h"
#include "port/port.h"
#include "support/fake_guest.h"
#include "support/fake_port.h"
#include "support/test_pool.h"
#include "support/wasi_rig.h"

#define STEPS_MAX 256u
#define WAITS_MAX 64u
#define ERRNO_MAX 76u /* preview 1 has no more */
#define ARGUMENTS_MAX 9u

static struct {
    struct fuzz_input input;
    struct wasi_guest guest; /* what the rig's guest was */
    bool refused;            /* an access of the call in work was out of bounds */
    uint32_t waits;
} run;

/* The guest's memory, with a look at what is refused. */

/* The memory that ends at 2^32 is but the end of one, and what is before that counts as there where it was not asked
 * for: a wasm memory begins at 0, so whoever has seen its end has seen all of it. */
static uint32_t note(uint32_t error)
{
    run.refused |= error != 0 && fake_guest_end() <= UINT32_MAX;
    return error;
}

static uint32_t read_bytes(uint32_t from, void *to, uint32_t size)
{
    return note(run.guest.read(from, to, size));
}

static uint32_t write_bytes(uint32_t to, const void *from, uint32_t size)
{
    return note(run.guest.write(to, from, size));
}

static uint32_t check(uint32_t address, uint32_t size)
{
    return note(run.guest.check(address, size));
}

/* The rig, whose ways to be set up are the input's to choose. Only the guest waits. */

static int set_up_rig(uint8_t choice)
{
    void *state = NULL;
    switch (choice % 8) {
    case 1: return wasi_rig_setup(&state);
    case 2: return wasi_rig_setup_high(&state);
    case 3: return wasi_rig_setup_plain(&state);
    case 4: return wasi_rig_setup_read_only(&state);
    default: return wasi_rig_setup_files(&state);
    }
}

static void set_up(uint8_t choice)
{
    static const char names[] = "a/b/../a/../../file/dir/./link";
    REQUIRE(set_up_rig(choice) == 0);
    memcpy(fake_guest_at((uint32_t)fake_guest_end() - RIG_BYTES), names, sizeof names); /* paths, and parts of paths */
    run.guest = rig.c->guest;
    rig.c->guest = (struct wasi_guest){.read = read_bytes, .write = write_bytes, .check = check};
    REQUIRE(client_join(rig.pool, false) == 0);
    const pool_fd_t ends[] = {rig.stdin_writer, rig.stdout_reader, rig.stderr_reader};
    for (uint32_t i = 0; i < 3; i++) {
        REQUIRE(!ends[i] || pool_set_nonblocking(rig.pool, ends[i], true) == 0);
    }
}

/* Answers every host call that waits. */
static void serve(int32_t status, uint32_t size)
{
    static const uint8_t bytes[65536];
    struct client_call call;
    for (uint32_t i = 0; i < CALLS_MAX; i++) {
        if (client_call(rig.pool, i, &call) == 0) {
            REQUIRE(pool_reply(rig.pool, call.call, status, bytes, size) == 0);
        }
    }
}

/* Fails unless all that the pool lent is back. */
static void tear_down(void)
{
    void *state = NULL;
    serve(0, 0);
    REQUIRE(wasi_rig_teardown(&state) == 0);
}

/* All bytes that went into and out of the guest's pipes. */
static uint32_t traffic(void)
{
    const pool_fd_t ends[] = {rig.stdin_writer, rig.stdout_reader, rig.stderr_reader};
    uint32_t sum = 0;
    for (uint32_t i = 0; i < 3; i++) {
        struct pipe *pipe = test_pipe(rig.pool, ends[i]);
        sum += atomic_load(&pipe->x_tail) + atomic_load(&pipe->x_head);
    }
    return sum;
}

/* One argument: small, in the memory's first 64 KiB, near its end, or anything. */
static uint32_t take_argument(void)
{
    uint8_t form = fuzz_take_byte(&run.input);
    switch (form % 4) {
    case 0: return fuzz_take_byte(&run.input);
    case 1: return (uint32_t)fake_guest_end() - RIG_BYTES + fuzz_take_u16(&run.input);
    case 2: return (uint32_t)fake_guest_end() - fuzz_take_byte(&run.input);
    default: return fuzz_take_u32(&run.input);
    }
}

/* The calls: name, number of arguments, arguments. */

#define U64(low, high) ((uint64_t)(high) << 32 | (low))

#define CALLS(X)                                                            \
    X(args_sizes_get, 2, a[0], a[1])                                        \
    X(args_get, 2, a[0], a[1])                                              \
    X(environ_sizes_get, 2, a[0], a[1])                                     \
    X(environ_get, 2, a[0], a[1])                                           \
    X(clock_res_get, 2, a[0], a[1])                                         \
    X(clock_time_get, 3, a[0], a[1], a[2])                                  \
    X(random_get, 2, a[0], a[1])                                            \
    X(fd_read, 4, a[0], a[1], a[2], a[3])                                   \
    X(fd_write, 4, a[0], a[1], a[2], a[3])                                  \
    X(fd_close, 1, a[0])                                                    \
    X(fd_renumber, 2, a[0], a[1])                                           \
    X(fd_fdstat_get, 2, a[0], a[1])                                         \
    X(fd_fdstat_set_flags, 2, a[0], a[1])                                   \
    X(fd_filestat_get, 2, a[0], a[1])                                       \
    X(fd_seek, 5, a[0], (int64_t)U64(a[1], a[2]), a[3], a[4])               \
    X(poll_oneoff, 4, a[0], a[1], a[2], a[3])                               \
    X(proc_exit, 1, a[0])                                                   \
    X(fd_fdstat_set_rights, 3, a[0], a[1], a[2])                            \
    X(fd_pread, 6, a[0], a[1], a[2], U64(a[3], a[4]), a[5])                 \
    X(fd_pwrite, 6, a[0], a[1], a[2], U64(a[3], a[4]), a[5])                \
    X(fd_tell, 2, a[0], a[1])                                               \
    X(fd_sync, 1, a[0])                                                     \
    X(fd_datasync, 1, a[0])                                                 \
    X(fd_advise, 4, a[0], a[1], a[2], a[3])                                 \
    X(fd_allocate, 4, a[0], U64(a[1], a[2]), a[3])                          \
    X(fd_filestat_set_size, 3, a[0], U64(a[1], a[2]))                       \
    X(fd_filestat_set_times, 4, a[0], a[1], a[2], a[3])                     \
    X(fd_readdir, 5, a[0], a[1], a[2], a[3], a[4])                          \
    X(fd_prestat_get, 2, a[0], a[1])                                        \
    X(fd_prestat_dir_name, 3, a[0], a[1], a[2])                             \
    X(path_open, 9, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8])   \
    X(path_create_directory, 3, a[0], a[1], a[2])                           \
    X(path_remove_directory, 3, a[0], a[1], a[2])                           \
    X(path_unlink_file, 3, a[0], a[1], a[2])                                \
    X(path_filestat_get, 5, a[0], a[1], a[2], a[3], a[4])                   \
    X(path_filestat_set_times, 7, a[0], a[1], a[2], a[3], a[4], a[5], a[6]) \
    X(path_link, 7, a[0], a[1], a[2], a[3], a[4], a[5], a[6])               \
    X(path_rename, 6, a[0], a[1], a[2], a[3], a[4], a[5])                   \
    X(path_symlink, 5, a[0], a[1], a[2], a[3], a[4])                        \
    X(path_readlink, 6, a[0], a[1], a[2], a[3], a[4], a[5])                 \
    X(unstable_fd_seek, 5, a[0], (int64_t)U64(a[1], a[2]), a[3], a[4])      \
    X(unstable_fd_filestat_get, 2, a[0], a[1])                              \
    X(unstable_path_filestat_get, 5, a[0], a[1], a[2], a[3], a[4])          \
    X(unstable_poll_oneoff, 4, a[0], a[1], a[2], a[3])                      \
    X(not_a_socket, 1, a[0])

#define CALLER(name, n, ...)                       \
    static uint32_t call_##name(const uint32_t *a) \
    {                                              \
        return wasi_##name(rig.c, __VA_ARGS__);    \
    }
CALLS(CALLER)

#define ROW(name, n, ...) {call_##name, n},
static const struct {
    uint32_t (*call)(const uint32_t *a);
    uint32_t n_arguments;
} calls[] = {CALLS(ROW)};

#define NUMBER(name, n, ...) CALL_##name,
enum { CALLS(NUMBER) CALLS_END };

/* What a call that succeeded says it did. */
static void require_result(uint32_t which, const uint32_t *a)
{
    if (which == CALL_poll_oneoff || which == CALL_unstable_poll_oneoff) {
        uint32_t n = fake_guest_u32(a[3]);
        REQUIRE(n >= 1 && n <= a[2]);
    }
    if (which == CALL_fd_read && a[0] == 0 && !wasi_fd_of(rig.c, 0)->file.volume) {
        REQUIRE(fake_guest_u32(a[3]) <= RIG_PIPE_BYTES);
    }
    if (which == CALL_fd_readdir) REQUIRE(fake_guest_u32(a[4]) <= a[2]);
    if (which == CALL_path_open) REQUIRE(wasi_fd_of(rig.c, fake_guest_u32(a[8])));
}

/* False: the guest would not be gone back into. */
static bool step_call(uint32_t which)
{
    uint32_t a[ARGUMENTS_MAX] = {0};
    for (uint32_t i = 0; i < calls[which].n_arguments; i++) a[i] = take_argument();
    uint64_t written = fake_guest_written();
    uint32_t moved = traffic();
    run.refused = false;
    uint32_t error = calls[which].call(a);
    REQUIRE(error <= ERRNO_MAX);
    REQUIRE(!run.refused || error == WASI_EFAULT); /* no refusal may be overlooked */
    if (error == WASI_EFAULT && run.refused) {     /* all of a call, or nothing */
        REQUIRE(fake_guest_written() == written);
        REQUIRE(traffic() == moved);
    }
    if (error == WASI_SUCCESS) require_result(which, a);
    return error != WASI_ECANCELED;
}

/* Host calls return what pool.h names, or a count. Their data may be refused, and then nothing has happened but that there
 * is an empty text about it. */
static bool step_host_call(void)
{
    uint32_t a[6];
    uint8_t which = fuzz_take_byte(&run.input) % 4;
    for (uint32_t i = 0; i < 6; i++) a[i] = take_argument();
    uint64_t written = fake_guest_written();
    int32_t status;
    run.refused = false;
    switch (which) {
    case 0: status = wasi_call(rig.c, a[0], a[1], a[2], a[3], a[4], a[5]); break;
    case 1: status = wasi_call_status(rig.c, a[0]); break;
    default: status = wasi_call_begin(rig.c, a[0], a[1], a[2], a[3]); break;
    }
    REQUIRE(status >= POOL_ECANCELED && status <= (int32_t)POOL_BYTES_MAX);
    REQUIRE(!run.refused || status == POOL_EINVAL);
    if (status < 0)
        REQUIRE(fake_guest_written() - written <= (which == 0 ? a[5] : 0)); /* an error's text, which fits */
    return status != POOL_ECANCELED;
}

/* Steps beside the calls: what the guest does to its memory, and what others do. */

static bool in_memory(uint64_t address, uint32_t size)
{
    return address >= fake_guest_end() - RIG_BYTES && address + size <= fake_guest_end();
}

static void step_put_bytes(void)
{
    uint32_t address = take_argument(), size = fuzz_take_byte(&run.input);
    if (!in_memory(address, size)) return;
    for (uint32_t i = 0; i < size; i++) *fake_guest_at(address + i) = fuzz_take_byte(&run.input);
}

/* An iovec, say: words that are arguments themselves. */
static void step_put_words(void)
{
    uint32_t address = take_argument(), n = fuzz_take_byte(&run.input) % 16;
    if (!in_memory(address, n * 4)) return;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t word = take_argument();
        memcpy(fake_guest_at(address + i * 4), &word, sizeof word);
    }
}

static void step_feed(void)
{
    uint8_t bytes[256];
    uint32_t size = fuzz_take_byte(&run.input);
    for (uint32_t i = 0; i < size; i++) bytes[i] = (uint8_t)i;
    REQUIRE(pool_write(rig.pool, rig.stdin_writer, bytes, size) <= (int32_t)size);
}

static void step_drain(pool_fd_t fd)
{
    uint8_t bytes[256];
    uint32_t size = fuzz_take_byte(&run.input);
    REQUIRE(pool_read(rig.pool, fd, bytes, size) <= (int32_t)size);
}

/* What happens to the guest from the outside. True: there was such a step. */
static bool step_others(uint32_t which)
{
    switch (which) {
    case 0: step_feed(); return true;
    case 1: step_drain(rig.stdout_reader); return true;
    case 2: step_drain(rig.stderr_reader); return true;
    case 3: pool_close(rig.pool, rig.stdin_writer); return true;
    case 4: pool_close(rig.pool, rig.stdout_reader); return true;
    case 5: pool_close(rig.pool, rig.stderr_reader); return true;
    case 6: rig_cancel(); return true;
    case 7: fake.randoms_left = fuzz_take_byte(&run.input); return true;
    case 8: serve(-(int32_t)(fuzz_take_byte(&run.input) % 3), fuzz_take_u16(&run.input)); return true;
    default: return false;
    }
}

/* False: the program is over. */
static bool step(void)
{
    uint32_t which = fuzz_take_byte(&run.input) % (CALLS_END + 16);
    if (which < CALLS_END) return step_call(which);
    if (which >= CALLS_END + 13) return step_host_call();
    if (step_others(which - CALLS_END)) return true;
    if (which % 2) {
        step_put_bytes();
    } else {
        step_put_words();
    }
    return true;
}

/* In place of sleeping: time passes, or somebody does something. Whoever still waits when the program is over waits in
 * vain. */
void __wrap_port_wait(_Atomic uint32_t *word, uint32_t expected, uint64_t timeout_ns);
void __wrap_port_wait(_Atomic uint32_t *word, uint32_t expected, uint64_t timeout_ns)
{
    if (atomic_load(word) != expected) return;
    run.waits++;
    REQUIRE(run.waits < 2 * WAITS_MAX); /* it does not heed that it was cancelled */
    if (run.input.left == 0 || run.waits > WAITS_MAX) {
        rig_cancel();
    } else if (!step_others(fuzz_take_byte(&run.input) % 16) && timeout_ns != PORT_FOREVER) {
        fake.now_ns += timeout_ns;
    }
    coordinator_tick(rig.pool); /* somebody may wait for memory */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    run.input = (struct fuzz_input){data, size};
    run.waits = 0;
    set_up(fuzz_take_byte(&run.input));
    for (uint32_t i = 0; i < STEPS_MAX && run.input.left > 0; i++) {
        if (!step()) break;
    }
    tear_down();
    return 0;
}
