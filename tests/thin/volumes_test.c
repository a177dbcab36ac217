/* Volumes from a program without threads. Where it cannot wait, what is POOL_EAGAIN is done again when there is room;
 * where it can, nothing is. Arguments: the folder of the guests, and how this program was built. */
#include "check.h"

#define LARGE_BYTES (1500u * 1000)

static pool_t *pool;
static pool_volume_t volume;
static pool_module_t files;
static uint32_t step;
static uint32_t n_again;

/* Looks at what a call returned: true, it is to be made again later. */
static bool again(long long status)
{
    if (status != POOL_EAGAIN) return false;
    n_again++;
    return true;
}

/* --- steps: each does one thing, and may be done again from its beginning */

static bool make(void)
{
    struct pool_volume_config config = {.max_bytes = 8u << 20, .max_nodes = 100};
    int status = pool_volume_create(pool, &config, &volume);
    return again(status) || !EQUAL(status, 0);
}

static bool write_small(void)
{
    int32_t n = pool_volume_write(pool, volume, "/in/hello.txt", 0, "hello", 5);
    return again(n) || !EQUAL(n, 5);
}

static bool write_large(void)
{
    static uint8_t data[LARGE_BYTES];
    static uint32_t done;
    for (uint32_t i = 0; i < LARGE_BYTES; i++) data[i] = (uint8_t)(i % 251);
    while (done < LARGE_BYTES) {
        int32_t n = pool_volume_write(pool, volume, "large", done, data + done, LARGE_BYTES - done);
        if (again(n)) return true;
        if (!CHECK(n > 0)) return false;
        done += (uint32_t)n;
    }
    return false;
}

static bool read_large(void)
{
    static uint8_t back[LARGE_BYTES];
    uint32_t done = 0, wrong = 0;
    while (done < LARGE_BYTES) {
        int32_t n = pool_volume_read(pool, volume, "large", done, back + done, LARGE_BYTES - done);
        if (again(n)) return true;
        if (!CHECK(n > 0)) return false;
        done += (uint32_t)n;
    }
    for (uint32_t i = 0; i < LARGE_BYTES; i++) wrong += back[i] != i % 251;
    EQUAL(wrong, 0);
    return false;
}

static bool make_names(void)
{
    int status = pool_volume_mkdir(pool, volume, "some/dir");
    if (again(status)) return true;
    EQUAL(status, 0);
    status = pool_volume_symlink(pool, volume, "../in", "some/link");
    if (again(status)) return true;
    CHECK(status == 0 || status == POOL_EEXIST);
    status = pool_volume_truncate(pool, volume, "some/file", 0);
    if (again(status)) return true;
    EQUAL(status, 0);
    status = pool_volume_rename(pool, volume, "some/file", "some/renamed");
    return again(status) || !EQUAL(status, 0);
}

static bool look_at_names(void)
{
    struct pool_entry entries[8];
    struct pool_stat stat;
    char target[16];
    int32_t n = pool_volume_list(pool, volume, "some", 0, entries, 8);
    if (again(n)) return true;
    EQUAL(n, 3);
    for (int32_t i = 0; i < n; i++) {
        bool is_link = strcmp(entries[i].name, "link") == 0, is_dir = strcmp(entries[i].name, "dir") == 0;
        EQUAL(entries[i].stat.kind, is_link ? POOL_SYMLINK : is_dir ? POOL_DIRECTORY : POOL_FILE);
    }
    n = pool_volume_readlink(pool, volume, "some/link", target, sizeof target);
    if (again(n)) return true;
    CHECK(n == 5 && memcmp(target, "../in", 5) == 0);
    n = pool_volume_stat(pool, volume, "some/link/hello.txt", &stat);
    if (again(n)) return true;
    EQUAL(n, 0);
    EQUAL(stat.size_bytes, 5);
    return false;
}

static bool refuse(void)
{
    char byte;
    struct pool_stat stat;
    static char endless[5000];
    memset(endless, 'x', sizeof endless - 1);
    int status = pool_volume_stat(pool, volume, "nothing", &stat);
    if (again(status)) return true;
    EQUAL(status, POOL_ENOENT);
    status = pool_volume_read(pool, volume, "../outside", 0, &byte, 1);
    if (again(status)) return true;
    EQUAL(status, POOL_EPERM);
    EQUAL(pool_volume_mkdir(pool, volume, endless), POOL_ENAMETOOLONG);
    EQUAL(pool_volume_mkdir(pool, volume, NULL), POOL_EINVAL);
    return false;
}

static bool remove_some(void)
{
    int status = pool_volume_remove(pool, volume, "some");
    return again(status) || !CHECK(status == 0 || status == POOL_ENOENT);
}

static bool (*const steps[])(void) = {make,       write_small,   write_large, read_large,
                                      make_names, look_at_names, refuse,      remove_some};
#define N_STEPS (sizeof steps / sizeof *steps)

/* --- a guest, and what it wrote */

static void give_back(void *user, pool_t *of)
{
    char text[16] = {0};
    CHECK(user == NULL && of == pool);
    int32_t n = pool_volume_read(pool, volume, "out.txt", 0, text, sizeof text);
    int status = n == POOL_EAGAIN ? POOL_EAGAIN : pool_volume_release(pool, volume);
    if (again(status)) {
        EQUAL(pool_on_room(pool, give_back, NULL), 0);
        return;
    }
    CHECK(same(text, (uint32_t)n, "from a guest"));
    EQUAL(status, 0);
    EQUAL(pool_volume_release(pool, volume), POOL_EBADF);
    EQUAL(pool_destroy(pool), POOL_EBUSY);
    finish();
}

static void on_end(void *user, pool_t *of, pool_job_t job, const struct pool_result *result)
{
    (void)user;
    EQUAL(result->outcome, POOL_EXITED);
    EQUAL(result->code, 0);
    EQUAL(pool_release(of, job), 0);
    give_back(NULL, of);
}

static void on_loaded(void *user, int status, pool_module_t module)
{
    (void)user;
    const char *argv[] = {"files", "put", "/data/out.txt", "from a guest", NULL};
    struct pool_preopen preopen = {.volume = volume, .path = "/data"};
    EQUAL(status, 0);
    files = module;
    struct pool_job_config config = {.module = files, .argv = argv, .preopens = &preopen, .n_preopens = 1};
    pool_job_t job = 0;
    EQUAL(pool_submit(pool, &config, &job), 0);
    EQUAL(pool_on_end(pool, job, on_end, NULL), 0);
}

static void go_on(void *user, pool_t *of)
{
    (void)user;
    while (step < N_STEPS) {
        if (steps[step]()) {
            if (failures) finish();
            EQUAL(pool_on_room(of, go_on, NULL), 0);
            return;
        }
        step++;
    }
    EQUAL(pool_module_load_async(pool, &(struct pool_module_config){.url = guest("files")}, on_loaded, NULL), 0);
}

static void on_created(void *user, int status, pool_t *created)
{
    (void)user;
    if (!EQUAL(status, 0)) finish();
    pool = created;
    go_on(NULL, pool);
}

int main(int argc, char **argv)
{
    base = argc > 1 ? argv[1] : "";
    const struct pool_config config = {.n_workers = 1};
    if (argc > 2 && strcmp(argv[2], "plain") == 0) {
        EQUAL(pool_create_async(&config, on_created, NULL), 0);
        return 0;
    }
    if (!EQUAL(pool_create(&config, &pool), 0)) finish();
    go_on(NULL, pool);
    EQUAL(n_again, 0); /* it waited */
    return 0;
}
