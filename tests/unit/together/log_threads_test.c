/* What a pool tells of itself, and what its threads are called: from pool_create to pool_destroy. */
#include <dirent.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>

#include "pool.h"
#include "support/native_pool.h"
#include "support/prelude.h"
#include "support/threads.h"

#define KEPT_MAX 64u

/* What one pool has told: under the lock, as its thread writes. */
struct diary {
    pthread_mutex_t lock;
    uint32_t n;
    struct kept {
        uint32_t level, worker;
        int32_t code;
        char message[200], name[32];
    } entries[KEPT_MAX];
    _Atomic uint32_t x_destroyed; /* from now on nothing may come */
    void (*and)(pool_t *pool, const struct pool_log_entry *entry);
};

static struct diary diary;
static struct gate gate;

static void keep(void *user, pool_t *pool, const struct pool_log_entry *entry)
{
    struct diary *of = user;
    THREAD_CHECK(atomic_load(&of->x_destroyed) == 0);
    pthread_mutex_lock(&of->lock);
    THREAD_CHECK(of->n < KEPT_MAX);
    struct kept *kept = &of->entries[of->n++];
    *kept = (struct kept){.level = entry->level, .worker = entry->worker, .code = entry->code};
    (void)snprintf(kept->message, sizeof kept->message, "%s", entry->message);
    (void)snprintf(kept->name, sizeof kept->name, "%s", entry->name);
    pthread_mutex_unlock(&of->lock);
    if (of->and) of->and (pool, entry);
}

/* How many entries of that level begin so; `*last_out` is the last one. */
static uint32_t count(uint32_t level, const char *beginning, struct kept *last_out)
{
    uint32_t n = 0;
    pthread_mutex_lock(&diary.lock);
    for (uint32_t i = 0; i < diary.n; i++) {
        const struct kept *kept = &diary.entries[i];
        if (kept->level != level || strncmp(kept->message, beginning, strlen(beginning)) != 0) continue;
        if (last_out) *last_out = *kept;
        n++;
    }
    pthread_mutex_unlock(&diary.lock);
    return n;
}

static struct kept await_entry(uint32_t level, const char *beginning, uint32_t n)
{
    struct kept last = {0};
    while (count(level, beginning, &last) < n) sched_yield();
    return last;
}

static pool_t *make(const struct pool_config *given)
{
    pool_t *pool = NULL;
    struct pool_config config = *given;
    config.on_log = keep;
    config.log_user = &diary;
    assert_int_equal(pool_create(&config, &pool), 0);
    return pool;
}

static void destroy(pool_t *pool)
{
    native_pool_free(pool);
    atomic_store(&diary.x_destroyed, 1);
}

static int setup(void **state)
{
    (void)state;
    port_set_hooks(&(struct port_hooks){0});
    memset(&diary, 0, sizeof diary);
    pthread_mutex_init(&diary.lock, NULL);
    gate_init(&gate);
    return 0;
}

static void workers_that_come_and_go_are_told_of(void **state)
{
    (void)state;
    pool_t *pool = make(&(struct pool_config){.n_workers = 2, .max_workers = 4, .name = "thumbs"});
    await_entry(POOL_LOG_DEBUG, "worker 2 has started", 1);
    struct kept first = await_entry(POOL_LOG_DEBUG, "worker 1 has started", 1);
    assert_int_equal(first.worker, 1);
    assert_int_equal(first.code, 0);
    assert_string_equal(first.name, "thumbs");
    assert_int_equal(pool_resize(pool, 3), 0);
    assert_int_equal(await_entry(POOL_LOG_DEBUG, "worker 3 has started", 1).worker, 3);
    assert_int_equal(pool_resize(pool, 1), 0);
    struct kept gone = await_entry(POOL_LOG_DEBUG, "worker ", 5); /* three that came, and two that went */
    assert_non_null(strstr(gone.message, "has ended: the pool has enough others"));
    assert_in_range(gone.worker, 1, 3);
    destroy(pool);
    assert_int_equal(diary.n, 5); /* what pool_destroy ends is not told of */
}

static void name_is_millrace_if_there_is_none(void **state)
{
    (void)state;
    pool_t *pool = make(&(struct pool_config){.n_workers = 1});
    assert_string_equal(await_entry(POOL_LOG_DEBUG, "worker 1 has started", 1).name, "millrace");
    destroy(pool);
}

static void memory_that_was_refused_is_told_of(void **state)
{
    (void)state;
    static uint8_t piece[1 << 20];
    pool_volume_t volume;
    int32_t status = 1;
    struct pool_volume_config all = {.max_bytes = 64u << 20};
    pool_t *pool = make(&(struct pool_config){.n_workers = 1, .max_memory_mib = POOL_MEMORY_MIN_MIB});
    assert_int_equal(pool_volume_create(pool, &all, &volume), 0);
    for (uint64_t at = 0; status > 0; at += sizeof piece) {
        status = pool_volume_write(pool, volume, "file", at, piece, sizeof piece);
        assert_true(at < all.max_bytes);
    }
    assert_int_equal(status, POOL_ENOMEM);
    struct kept refused = await_entry(POOL_LOG_WARN, "memory was refused", 1);
    assert_int_equal(refused.code, POOL_ENOMEM);
    assert_int_equal(refused.worker, 0);
    destroy(pool);
}

/* ------------------------------------------------------------------------------------------------- calls in callbacks */

static pool_job_t from_callback;
static sem_t came_back;

static void use(pool_t *pool, const struct pool_log_entry *entry)
{
    struct pool_stats stats;
    if (!pool || !strstr(entry->message, "worker 2 has started")) return;
    THREAD_CHECK(pool_destroy(pool) == POOL_EBUSY);
    THREAD_CHECK(pool_stats(pool, &stats) == 0 && stats.n_workers >= 1);
    from_callback = native_submit(pool, job_at_gate, &gate);
    gate_open(&gate);
    struct pool_result result;
    THREAD_CHECK(pool_wait(pool, from_callback, POOL_FOREVER, &result) == 0 && result.code == 7);
    THREAD_CHECK(pool_release(pool, from_callback) == 0);
    THREAD_CHECK(pool_resize(pool, 1) == 0);
    sem_post(&came_back);
}

static void callback_may_use_the_pool_and_not_destroy_it(void **state)
{
    (void)state;
    sem_init(&came_back, 0, 0);
    diary.and = use;
    pool_t *pool = make(&(struct pool_config){.n_workers = 1, .max_workers = 2});
    assert_int_equal(pool_resize(pool, 2), 0); /* its worker comes when the pool is made */
    while (sem_wait(&came_back) != 0) continue;
    destroy(pool);
}

static void stop_at_gate(pool_t *pool, const struct pool_log_entry *entry)
{
    (void)pool, (void)entry;
    diary.and = NULL;
    gate_arrive(&gate);
}

static void *destroy_beside(void *pool)
{
    THREAD_CHECK(pool_destroy(pool) == 0);
    atomic_store(&diary.x_destroyed, 1);
    return NULL;
}

/* pool_destroy waits for the callback that runs, and those that are owed come before it returns. */
static void destroy_waits_for_the_callback(void **state)
{
    (void)state;
    diary.and = stop_at_gate;
    pool_t *pool = make(&(struct pool_config){.n_workers = 3});
    gate_await_arrival(&gate);
    struct pool_stats stats;
    do {
        assert_int_equal(pool_stats(pool, &stats), 0);
    } while (stats.n_workers < 3);
    pthread_t destroyer = thread_start(destroy_beside, pool);
    for (uint32_t i = 0; i < 1000; i++) {
        sched_yield();
        assert_int_equal(atomic_load(&diary.x_destroyed), 0);
    }
    gate_open(&gate);
    thread_join(destroyer);
    assert_int_equal(count(POOL_LOG_DEBUG, "worker ", NULL), 3);
}

static void many_pools_that_tell_come_and_go(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 50; i++) {
        diary.n = 0;
        atomic_store(&diary.x_destroyed, 0);
        destroy(make(&(struct pool_config){.n_workers = 1 + i % 4}));
    }
}

/* -------------------------------------------------------------------------------------------------------------- names */

/* How many of this process's threads the system calls so. */
static uint32_t count_threads(const char *name)
{
    uint32_t n = 0;
    DIR *tasks = opendir("/proc/self/task");
    assert_non_null(tasks);
    for (const struct dirent *task; (task = readdir(tasks));) {
        char path[300], comm[32] = "";
        (void)snprintf(path, sizeof path, "/proc/self/task/%s/comm", task->d_name);
        FILE *file = fopen(path, "r");
        if (!file) continue; /* `..`, or it has ended */
        if (fgets(comm, sizeof comm, file)) comm[strcspn(comm, "\n")] = '\0';
        (void)fclose(file);
        n += strcmp(comm, name) == 0;
    }
    closedir(tasks);
    return n;
}

static void await_threads(const char *name)
{
    while (count_threads(name) != 1) sched_yield(); /* it is named a moment after it has started */
}

static void threads_have_the_name_of_the_pool(void **state)
{
    (void)state;
    char name[] = "thumbs";
    pool_t *pool = make(&(struct pool_config){.n_workers = 2, .name = name});
    memset(name, 'x', sizeof name - 1); /* it was copied */
    static const char *const threads[] = {"thumbs-1", "thumbs-2", "thumbs-coord", "thumbs-calls"};
    for (uint32_t i = 0; i < COUNT_OF(threads); i++) await_threads(threads[i]);
    assert_string_equal(await_entry(POOL_LOG_DEBUG, "worker 1 has started", 1).name, "thumbs");
    destroy(pool);
    for (uint32_t i = 0; i < COUNT_OF(threads); i++) assert_int_equal(count_threads(threads[i]), 0);
}

static void threads_of_a_long_name_keep_their_numbers(void **state)
{
    (void)state;
    pool_t *pool = native_pool_make(1, 0);
    pool_t *named = make(&(struct pool_config){.n_workers = 2, .name = "the thumbnails of a page"});
    static const char *const threads[] = {"millrace-1",      "millrace-coord",  "the thumbnail-1",
                                          "the thumbnail-2", "the thumb-coord", "the thumb-calls"};
    for (uint32_t i = 0; i < COUNT_OF(threads); i++) await_threads(threads[i]);
    destroy(named);
    native_pool_free(pool);
}

#define CASE(test) cmocka_unit_test_setup(test, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(workers_that_come_and_go_are_told_of), CASE(name_is_millrace_if_there_is_none),
        CASE(memory_that_was_refused_is_told_of),   CASE(callback_may_use_the_pool_and_not_destroy_it),
        CASE(destroy_waits_for_the_callback),       CASE(many_pools_that_tell_come_and_go),
        CASE(threads_have_the_name_of_the_pool),    CASE(threads_of_a_long_name_keep_their_numbers),
    };
    return cmocka_run_group_tests_name("log_threads", tests, NULL, NULL);
}
