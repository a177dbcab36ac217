/* Jobs that share files: a volume is a file system in the pool's memory, and each operation on it is atomic. Here
 * several jobs append to one log at the same time, and no line of it is torn. */
#include <pool.h>
#include <stdio.h>
#include <stdlib.h>

#define N_JOBS 3
#define N_LINES 100

static pool_volume_t volume;

static int32_t must(int32_t status, const char *what)
{
    if (status >= 0) return status;
    fprintf(stderr, "%s: %s\n", what, pool_strerror(status));
    exit(1);
}

/* Appends lines to the log, and writes a file of its own beside it. */
static uint32_t work(pool_t *pool, void *user)
{
    char path[64], line[64];
    const char *name = user;
    for (int i = 0; i < N_LINES; i++) {
        int size = snprintf(line, sizeof line, "%s says %02d\n", name, i);
        must(pool_volume_write(pool, volume, "log", POOL_APPEND, line, (uint32_t)size), "pool_volume_write");
    }
    snprintf(path, sizeof path, "done/%s", name); /* `done` is made with the first file in it */
    must(pool_volume_write(pool, volume, path, 0, "yes", 3), path);
    return 0;
}

/* Counts the files in a directory, as many entries at a time as there is room for. */
static int count(pool_t *pool, const char *path)
{
    struct pool_entry entries[2];
    uint64_t cookie = 0;
    int n_files = 0;
    for (int32_t n; (n = must(pool_volume_list(pool, volume, path, cookie, entries, 2), path)) > 0;) {
        for (int32_t i = 0; i < n; i++) n_files += entries[i].stat.kind == POOL_FILE;
        cookie = entries[n - 1].cookie;
    }
    return n_files;
}

int main(void)
{
    static char names[N_JOBS][8] = {"miller", "baker", "farmer"};
    pool_t *pool;
    pool_job_t jobs[N_JOBS];
    struct pool_stat stat;
    must(pool_create(NULL, &pool), "pool_create");
    must(pool_volume_create(pool, &(struct pool_volume_config){.max_bytes = 1 << 20}, &volume), "pool_volume_create");
    for (int i = 0; i < N_JOBS; i++) {
        struct pool_job_config config = {.function = work, .user = names[i]};
        must(pool_submit(pool, &config, &jobs[i]), "pool_submit");
    }
    for (int i = 0; i < N_JOBS; i++) must(pool_wait(pool, jobs[i], POOL_FOREVER, NULL), "pool_wait");
    must(pool_volume_stat(pool, volume, "log", &stat), "pool_volume_stat");
    printf("the log has %d bytes, and %d jobs are done\n", (int)stat.size_bytes, count(pool, "done"));
    must(pool_volume_release(pool, volume), "pool_volume_release");
    must(pool_destroy(pool), "pool_destroy");
    return 0;
}
