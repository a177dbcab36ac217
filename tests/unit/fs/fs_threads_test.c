/* c/fs: many threads on one volume, each of which makes, renames, removes, writes and reads what the others do, while
 * the coordinator adds memory. A lost wake-up shows as a test that never ends.
 */
#include <sched.h>
#include <stdio.h>

#include "coordinator/files.h"
#include "support/fs_rig.h"
#include "support/prelude.h"
#include "support/property.h"
#include "support/test_pool.h"
#include "support/threads.h"
#include "sync/self.h"
#include "sync/volumes.h"

#define THREADS 4u
#define ROUNDS 1500u
#define LINE_BYTES 700u
#define REPLACED_BYTES 6000
#define BIG_BYTES (2u * PAGE_BYTES + 100u)

static struct pool *pool;
static pool_volume_t handle;
static _Atomic uint32_t x_done; /* threads that are */
static _Atomic uint32_t x_lines;

struct thread {
    uint32_t number;
    struct property random;
    struct sleeper sleeper;
    struct fs_open root;
};

static bool is_expected(int status)
{
    return status == 0 || status == POOL_ENOENT || status == POOL_EEXIST || status == POOL_EISDIR ||
           status == POOL_ENOTDIR || status == POOL_ENOTEMPTY || status == POOL_EINVAL;
}

static void some_path(struct thread *this, char *out)
{
    static const char *const formats[] = {"%c", "%c/%c", "%c/%c/%c"};
    snprintf(out, 8, formats[property_below(&this->random, 3)], 'a' + (int)property_below(&this->random, 4),
             'a' + (int)property_below(&this->random, 4), 'a' + (int)property_below(&this->random, 4));
}

static void change_names(struct thread *this)
{
    char a[8], b[8];
    int status;
    struct fs_open open;
    some_path(this, a);
    some_path(this, b);
    switch (property_below(&this->random, 6)) {
    case 0: status = pool__fs_make_directory(&this->sleeper, &this->root, fs_text(a)); break;
    case 1: status = pool__fs_remove_directory(pool, &this->root, fs_text(a)); break;
    case 2: status = pool__fs_unlink(pool, &this->root, fs_text(a)); break;
    case 3: status = pool__fs_symlink(&this->sleeper, fs_text("file"), &this->root, fs_text(a)); break;
    case 4: status = pool__fs_rename(&this->sleeper, &this->root, fs_text(a), &this->root, fs_text(b)); break;
    default:
        status = pool__fs_open(&this->sleeper, &this->root, fs_text(a), FS_CREATE | FS_EXCLUSIVE, &open);
        if (status == 0) pool__fs_close(pool, &open);
    }
    THREAD_CHECK(is_expected(status));
}

/* A line is of one letter: one that is not was torn. */
static void append_line(struct thread *this, const struct fs_open *log)
{
    char line[LINE_BYTES];
    memset(line, 'A' + (int)this->number, sizeof line);
    THREAD_CHECK(fs_write_in(&this->sleeper, log, UINT64_MAX, line, sizeof line) == LINE_BYTES);
    uint32_t n = atomic_fetch_add(&x_lines, 1); /* so many were whole before this one, at least */
    THREAD_CHECK(fs_read_in(pool, log, (uint64_t)property_below(&this->random, n + 1) * LINE_BYTES, line,
                            sizeof line) == LINE_BYTES);
    for (uint32_t i = 1; i < LINE_BYTES; i++) THREAD_CHECK(line[i] == line[0]);
}

/* A large file is written whole, too, and cut now and then. */
static void write_big(struct thread *this)
{
    static _Thread_local uint8_t bytes[BIG_BYTES];
    struct fs_open big;
    memset(bytes, (int)this->number + 1, sizeof bytes);
    THREAD_CHECK(pool__fs_open(&this->sleeper, &this->root, fs_text("big"), FS_CREATE | FS_WRITE, &big) == 0);
    if (property_once_in(&this->random, 3)) THREAD_CHECK(pool__fs_set_size(&this->sleeper, &big, 0) == 0);
    THREAD_CHECK(fs_write_in(&this->sleeper, &big, 0, bytes, sizeof bytes) == BIG_BYTES);
    int32_t n = fs_read_in(pool, &big, 0, bytes, sizeof bytes);
    THREAD_CHECK(n == 0 || n == BIG_BYTES);
    for (int32_t i = 1; i < n; i++) THREAD_CHECK(bytes[i] == bytes[0]);
    if (property_once_in(&this->random, 3))
        THREAD_CHECK(is_expected(pool__fs_unlink(pool, &this->root, fs_text("big"))));
    pool__fs_close(pool, &big);
}

static void list(struct thread *this)
{
    int status;
    struct fs_entry entry = {0};
    while ((status = pool__fs_next_entry(pool, &this->root, entry.cookie, &entry)) > 0) {
        THREAD_CHECK(entry.name_bytes > 0 && entry.stat.inode > 0);
    }
    THREAD_CHECK(status == 0);
}

static void *run(void *argument)
{
    struct thread *this = argument;
    struct fs_open log;
    THREAD_CHECK(pool__volume_open(pool, handle, false, &this->root) == 0);
    THREAD_CHECK(pool__fs_open(&this->sleeper, &this->root, fs_text("log"), FS_CREATE | FS_WRITE, &log) == 0);
    for (uint32_t i = 0; i < ROUNDS; i++) {
        change_names(this);
        if (property_once_in(&this->random, 4)) append_line(this, &log);
        if (property_once_in(&this->random, 16)) write_big(this);
        if (property_once_in(&this->random, 8)) list(this);
    }
    pool__fs_close(pool, &log);
    pool__fs_close(pool, &this->root);
    atomic_fetch_add(&x_done, 1);
    return NULL;
}

static void threads_share_one_volume(void **state)
{
    (void)state;
    struct thread threads[THREADS];
    pthread_t ids[THREADS];
    struct property random = property_begin("threads_share_one_volume");
    struct sleeper sleeper;
    pool__sleeper_init(&sleeper, pool, WAITER_LESSEE_0);
    assert_int_equal(pool__volume_make(&sleeper, 0, 0, &handle), 0);
    for (uint32_t i = 0; i < THREADS; i++) {
        threads[i] = (struct thread){.number = i, .random = property_fork(&random)};
        pool__sleeper_init(&threads[i].sleeper, pool, WAITER_LESSEE_0 + 1 + i);
        ids[i] = thread_start(run, &threads[i]);
    }
    while (atomic_load(&x_done) < THREADS) {
        coordinator_tick(pool);
        sched_yield();
    }
    for (uint32_t i = 0; i < THREADS; i++) thread_join(ids[i]);
    assert_int_equal(atomic_load(&x_lines) > 0, 1);
    assert_int_equal(pool__volume_drop(pool, handle), 0);
    assert_pool_is_empty(pool);
}

/* Opening and dropping at the same time: the volume is freed once, whoever is last. */
static void *open_and_close(void *argument)
{
    struct fs_open root;
    (void)argument;
    while (pool__volume_open(pool, handle, false, &root) == 0) pool__fs_close(pool, &root);
    return NULL;
}

static void volumes_are_dropped_while_others_open_them(void **state)
{
    (void)state;
    struct sleeper sleeper;
    pool__sleeper_init(&sleeper, pool, WAITER_LESSEE_0);
    for (uint32_t i = 0; i < 200; i++) {
        pthread_t ids[2];
        assert_int_equal(pool__volume_make(&sleeper, 0, 0, &handle), 0);
        for (uint32_t k = 0; k < 2; k++) ids[k] = thread_start(open_and_close, NULL);
        sched_yield();
        assert_int_equal(pool__volume_drop(pool, handle), 0);
        for (uint32_t k = 0; k < 2; k++) thread_join(ids[k]);
        coordinator_tick(pool); /* which frees it if it was dropped while somebody found that out */
    }
    assert_pool_is_empty(pool);
}

/* A worker whose job shall end does not wait for a lock, whoever has it. */
static void *wait_as_a_worker(void *job)
{
    struct fs_stat stat;
    struct fs_open root = {.volume = pool__volume_at(pool, handle), .node = pool__volume_at(pool, handle)->root};
    struct sleeper sleeper;
    pool__sleeper_init(&sleeper, pool, WAITER_WORKER_0 + 1);
    sleeper.job = job;
    pool__self_set(&sleeper);
    THREAD_CHECK(pool__fs_stat(pool, &root, &stat) == POOL_ECANCELED);
    THREAD_CHECK(pool__volume_lock(root.volume) == POOL_ECANCELED);
    pool__self_set(NULL);
    return NULL;
}

static void who_waits_for_a_lock_can_be_ended(void **state)
{
    (void)state;
    struct sleeper sleeper;
    struct job job = {0};
    pool__sleeper_init(&sleeper, pool, WAITER_LESSEE_0);
    assert_int_equal(pool__volume_make(&sleeper, 0, 0, &handle), 0);
    struct volume *volume = pool__volume_at(pool, handle);
    assert_int_equal(pool__volume_lock(volume), 0);
    pthread_t waits = thread_start(wait_as_a_worker, &job);
    while (!(atomic_load(&volume->x_lock) & 1)) sched_yield(); /* it sleeps by now */
    assert_true(pool__job_wish(&job, 0, POOL_CANCELLED));
    thread_join(waits);
    pool__volume_unlock(volume);
    assert_int_equal(pool__volume_drop(pool, handle), 0);
    assert_pool_is_empty(pool);
}

/* A file that is replaced has the old bytes or the new ones to everybody, at every moment. */
static _Atomic bool x_over;

static int32_t call_file(struct file_call call, enum file_op op)
{
    call.op = (uint32_t)op;
    call.volume = handle;
    call.path = "file";
    call.path_bytes = 4;
    return coordinator_file_call(pool, &call);
}

static void *read_always(void *file)
{
    char bytes[REPLACED_BYTES];
    while (!atomic_load(&x_over)) {
        int32_t n = fs_read_in(pool, file, 0, bytes, sizeof bytes);
        THREAD_CHECK(n == (bytes[0] == 'a' ? REPLACED_BYTES : REPLACED_BYTES / 2));
        THREAD_CHECK(bytes[n - 1] == bytes[0]);
    }
    return NULL;
}

static void what_is_replaced_is_never_half_of_it(void **state)
{
    (void)state;
    char texts[2][REPLACED_BYTES];
    pthread_t ids[2];
    struct sleeper sleeper;
    struct fs_open root, file;
    for (int i = 0; i < 2; i++) memset(texts[i], 'a' + i, REPLACED_BYTES);
    pool__sleeper_init(&sleeper, pool, WAITER_LESSEE_0);
    assert_int_equal(pool__volume_make(&sleeper, 0, 0, &handle), 0);
    struct file_call calls[2] = {{.source = texts[0], .data_bytes = REPLACED_BYTES},
                                 {.source = texts[1], .data_bytes = REPLACED_BYTES / 2}};
    assert_int_equal(call_file(calls[0], FILE_REPLACE), REPLACED_BYTES);
    assert_int_equal(pool__volume_open(pool, handle, false, &root), 0);
    assert_int_equal(pool__fs_open(&sleeper, &root, fs_text("file"), 0, &file), 0);
    for (int i = 0; i < 2; i++) ids[i] = thread_start(read_always, &file);
    for (uint32_t i = 0; i < ROUNDS; i++) {
        int32_t n;
        while ((n = call_file(calls[i % 2], FILE_REPLACE)) == POOL_EBUSY) sched_yield();
        assert_int_equal(n, calls[i % 2].data_bytes);
    }
    atomic_store(&x_over, true);
    for (int i = 0; i < 2; i++) thread_join(ids[i]);
    pool__fs_close(pool, &file);
    pool__fs_close(pool, &root);
    assert_int_equal(pool__volume_drop(pool, handle), 0);
    assert_pool_is_empty(pool);
}

static int setup(void **state)
{
    port_set_hooks(&(struct port_hooks){0});
    *state = pool = test_pool_make(2, 0);
    return pool ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_share_one_volume),
        cmocka_unit_test(volumes_are_dropped_while_others_open_them),
        cmocka_unit_test(who_waits_for_a_lock_can_be_ended),
        cmocka_unit_test(what_is_replaced_is_never_half_of_it),
    };
    return cmocka_run_group_tests_name("fs_threads", tests, setup, test_pool_teardown);
}
