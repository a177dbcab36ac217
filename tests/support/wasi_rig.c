/* Begins a job with three pipes, and lets tests call WASI as its guest. */
#include "support/wasi_rig.h"

#include "support/fake_guest.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/test_pool.h"
#include "sync/jobs.h"

struct wasi_rig rig;
static struct wasi_context context;
static struct sleeper sleeper;
static struct fd_table table;

static const char *const arguments[] = {"prog", "one", "", NULL};
static const char *const environment[] = {"A=1", "B=", NULL};
static const char *const nothing[] = {NULL};

static int begin(const struct pool_job_config *config)
{
    pool_job_t popped;
    assert_int_equal(pool_submit(rig.pool, config, &rig.handle), 0);
    assert_true(pool__sched_pop(&rig.pool->sched, &popped));
    rig.job = pool__job_begin(rig.pool, popped, 1, 1);
    assert_non_null(rig.job);
    pool__sleeper_init(&sleeper, rig.pool, WAITER_WORKER_0 + 1);
    sleeper.job = rig.job;
    memset(&context, 0, sizeof context);
    context.guest = fake_guest_calls();
    context.table = &table;
    wasi_context_init(&context, &sleeper, rig.job);
    rig.c = &context;
    return 0;
}

static int make_pool(void)
{
    void *pool;
    if (test_pool_setup(&pool)) return -1;
    rig = (struct wasi_rig){.pool = pool};
    fake.step_ns = MS_NS / 10; /* time goes on, so that waiting ends */
    return 0;
}

static int begin_with_pipes(const struct pool_preopen *preopens, uint32_t n_preopens)
{
    pool_fd_t in[2], out[2], err[2];
    assert_int_equal(pool_pipe(rig.pool, RIG_PIPE_BYTES, in), 0);
    assert_int_equal(pool_pipe(rig.pool, RIG_PIPE_BYTES, out), 0);
    assert_int_equal(pool_pipe(rig.pool, RIG_PIPE_BYTES, err), 0);
    rig.stdin_writer = in[1];
    rig.stdout_reader = out[0];
    rig.stderr_reader = err[0];
    return begin(&(struct pool_job_config){
        .module = 1,
        .stdio = {{POOL_STDIO_PIPE, in[0]}, {POOL_STDIO_PIPE, out[1]}, {POOL_STDIO_PIPE, err[1]}},
        .argv = arguments,
        .envp = environment,
        .preopens = preopens,
        .n_preopens = n_preopens});
}

int wasi_rig_setup(void **state)
{
    (void)state;
    fake_guest_make(RIG_BYTES);
    return make_pool() ? -1 : begin_with_pipes(NULL, 0);
}

int wasi_rig_setup_high(void **state)
{
    (void)state;
    fake_guest_make_high(RIG_BYTES);
    return make_pool() ? -1 : begin_with_pipes(NULL, 0);
}

static int begin_with_volume(bool read_only)
{
    struct pool_preopen preopen = {rig.volume, RIG_PATH, read_only};
    return begin_with_pipes(&preopen, 1);
}

static int make_volume(void)
{
    fake_guest_make(RIG_BYTES);
    if (make_pool()) return -1;
    pool__sleeper_init(&sleeper, rig.pool, WAITER_WORKER_0 + 1);
    assert_int_equal(pool__volume_make(&sleeper, 0, 0, &rig.volume), 0);
    return 0;
}

int wasi_rig_setup_files(void **state)
{
    (void)state;
    return make_volume() ? -1 : begin_with_volume(false);
}

static void end_job(void)
{
    pool__fds_close_all(rig.pool, &table);
    pool__job_end_running(rig.pool, rig.job, POOL_EXITED, 0);
    assert_int_equal(pool_release(rig.pool, rig.handle), 0);
    pool_close(rig.pool, rig.stdin_writer); /* those that the test has not closed */
    pool_close(rig.pool, rig.stdout_reader);
    pool_close(rig.pool, rig.stderr_reader);
}

void wasi_rig_next_guest(void)
{
    end_job();
    fake_guest_reset();
    assert_int_equal(begin_with_pipes(NULL, 0), 0);
}

int wasi_rig_setup_read_only(void **state)
{
    (void)state;
    if (make_volume() || begin_with_volume(false)) return -1;
    rig_make_file("file", "content");
    rig_make_directory("dir");
    end_job();
    fake_guest_reset();
    return begin_with_volume(true);
}

int wasi_rig_setup_plain(void **state)
{
    (void)state;
    fake_guest_make(RIG_BYTES);
    return make_pool() ? -1 : begin(&(struct pool_job_config){.module = 1, .argv = nothing});
}

int wasi_rig_teardown(void **state)
{
    (void)state;
    end_job();
    if (rig.volume) assert_int_equal(pool__volume_drop(rig.pool, rig.volume), 0);
    assert_pool_is_empty(rig.pool);
    test_pool_free(rig.pool);
    fake_guest_free();
    return 0;
}

uint32_t bad_address(void)
{
    return (uint32_t)fake_guest_end() + 64;
}

uint32_t last_address(uint32_t size)
{
    return (uint32_t)(fake_guest_end() - size);
}

static void nothing_to_check(void)
{
}

static void check_bad_pointer(uint32_t (*call)(uint32_t), uint32_t address, uint32_t size, void (*unchanged)(void))
{
    uint64_t written = fake_guest_written();
    uint32_t error = call(address);
    if (error != WASI_EFAULT) fail_msg("%#x of %u bytes: errno %u", address, size, error);
    assert_int_equal(fake_guest_written(), written);
    unchanged();
}

void check_bad_pointers(uint32_t (*call)(uint32_t address), uint32_t size, void (*unchanged)(void))
{
    for (uint32_t over = 1; over < size; over += 1 + size / 64) {
        check_bad_pointer(call, last_address(size) + over, size, unchanged); /* straddles the end */
    }
    if (fake_guest_end() > UINT32_MAX) return; /* it stands for a memory of 4 GiB, which has every other address */
    check_bad_pointer(call, bad_address(), size, unchanged);
    check_bad_pointer(call, last_address(0), size, unchanged);
    check_bad_pointer(call, 1u << 31, size, unchanged);
    check_bad_pointer(call, UINT32_MAX, size, unchanged);
    check_bad_pointer(call, 0u - size, size, unchanged); /* its sum is 2^32 */
    if (size > 1) check_bad_pointer(call, 0u - size + 1, size, unchanged);
}

void check_pointer(uint32_t (*call)(uint32_t address), uint32_t size, uint32_t expected)
{
    check_bad_pointers(call, size, nothing_to_check);
    assert_int_equal(call(last_address(size)), expected);
}

void rig_cancel(void)
{
    assert_int_equal(pool_cancel(rig.pool, rig.handle), 0);
}

struct rig_path rig_path(const char *path)
{
    uint32_t size = (uint32_t)strlen(path);
    return (struct rig_path){fake_guest_put(path, size), size};
}

static uint32_t open_path(uint32_t directory, const char *path, uint32_t oflags, uint32_t *fd_out)
{
    struct rig_path p = rig_path(path);
    uint32_t at = fake_guest_new(4);
    uint64_t rights = oflags & WASI_OFLAG_DIRECTORY ? WASI_RIGHTS_DIRECTORY : WASI_RIGHTS_FILE;
    uint32_t error = wasi_path_open(rig.c, directory, WASI_LOOKUP_SYMLINK_FOLLOW, p.at, p.size, oflags, rights,
                                    WASI_RIGHTS_ALL, 0, at);
    *fd_out = fake_guest_u32(at);
    return error;
}

uint32_t rig_open(uint32_t directory, const char *path, uint32_t oflags)
{
    uint32_t fd;
    uint32_t error = open_path(directory, path, oflags, &fd);
    if (error) fail_msg("%s: errno %u", path, error);
    return fd;
}

uint32_t rig_open_errno(const char *path, uint32_t oflags)
{
    uint32_t fd;
    uint32_t error = open_path(RIG_DIRECTORY, path, oflags, &fd);
    if (!error) assert_int_equal(wasi_fd_close(rig.c, fd), WASI_SUCCESS);
    return error;
}

void rig_make_file(const char *path, const char *content)
{
    uint32_t size = (uint32_t)strlen(content), fd = rig_open(RIG_DIRECTORY, path, WASI_OFLAG_CREAT | WASI_OFLAG_TRUNC);
    uint32_t iov = fake_guest_iovec(fake_guest_put(content, size), size), n_at = fake_guest_new(4);
    assert_int_equal(wasi_fd_write(rig.c, fd, iov, 1, n_at), WASI_SUCCESS);
    assert_int_equal(fake_guest_u32(n_at), size);
    assert_int_equal(wasi_fd_close(rig.c, fd), WASI_SUCCESS);
}

void rig_make_directory(const char *path)
{
    struct rig_path p = rig_path(path);
    assert_int_equal(wasi_path_create_directory(rig.c, RIG_DIRECTORY, p.at, p.size), WASI_SUCCESS);
}

struct rig_buffer rig_buffer(uint32_t size)
{
    fake_guest_reset();
    struct rig_buffer buffer = {.n = fake_guest_put("\xee\xee\xee\xee", 4), .data = fake_guest_new(size)};
    buffer.iov = fake_guest_iovec(buffer.data, size);
    return buffer;
}

void rig_expect_output(const char *text)
{
    uint8_t got[2 * RIG_PIPE_BYTES];
    int32_t size = (int32_t)strlen(text);
    assert_int_equal(pool_read(rig.pool, rig.stdout_reader, got, sizeof got), size ? size : POOL_EAGAIN);
    assert_memory_equal(got, text, (size_t)size);
}

void rig_set_nonblock(uint32_t fd)
{
    assert_int_equal(wasi_fd_fdstat_set_flags(rig.c, fd, WASI_FDFLAG_NONBLOCK), WASI_SUCCESS);
}
