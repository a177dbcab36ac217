/* Volumes, used by jobs and by threads of the program. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chaos/native/settle.h"

#define FILE_MAX 200000u
#define FILES_MAX 12u
#define LISTED 64u
#define WRONG 78

struct work {
    pool_volume_t volume;
    uint32_t number;
    uint32_t size;
    uint32_t n_files;
};

/* Compares a file with what was written to it. */
static int compare_file(pool_t *pool, pool_volume_t volume, const char *path, const uint8_t *data, uint32_t size)
{
    uint8_t *found = malloc(size + 1);
    int32_t n = pool_volume_read(pool, volume, path, 0, found, size + 1);
    bool same = n == (int32_t)size && memcmp(found, data, size) == 0;
    free(found);
    return same ? 0 : n < 0 ? n : WRONG;
}

static int write_and_rename(pool_t *pool, const struct work *work, uint32_t i, const uint8_t *data)
{
    char from[64], to[64];
    snprintf(from, sizeof from, "d%u/new/%u", work->number, i);
    snprintf(to, sizeof to, "d%u/%u", work->number, i);
    int32_t n = pool_volume_write(pool, work->volume, from, 0, data, work->size);
    if (n != (int32_t)work->size) return n < 0 ? n : WRONG;
    int status = pool_volume_rename(pool, work->volume, from, to);
    return status ? status : compare_file(pool, work->volume, to, data, work->size);
}

static int count_entries(pool_t *pool, const struct work *work, uint32_t expected)
{
    char path[64];
    struct pool_entry *entries = malloc(LISTED * sizeof *entries);
    snprintf(path, sizeof path, "d%u", work->number);
    int32_t n = pool_volume_list(pool, work->volume, path, 0, entries, LISTED);
    free(entries);
    return n == (int32_t)expected ? 0 : n < 0 ? n : WRONG;
}

static int use_folder(pool_t *pool, const struct work *work, const uint8_t *data)
{
    for (uint32_t i = 0; i < work->n_files; i++) {
        int status = write_and_rename(pool, work, i, data);
        if (status) return status;
    }
    return count_entries(pool, work, work->n_files + 1); /* and `new` */
}

/* Files are made in a folder of its own, renamed, read, listed and removed. */
static uint32_t use_volume(pool_t *pool, void *user)
{
    const struct work *work = user;
    char path[64];
    uint8_t *data = chaos_bytes(work->number, work->size);
    int status = use_folder(pool, work, data);
    free(data);
    snprintf(path, sizeof path, "d%u", work->number);
    int removed = pool_volume_remove(pool, work->volume, path);
    if (status == 0) status = removed;
    return (uint32_t)status;
}

/* A job that was ended may not have come to removing. */
static void remove_rest(struct op *op, pool_volume_t volume)
{
    char path[64];
    snprintf(path, sizeof path, "d%u", op->number);
    int status = pool_volume_remove(op->pool, volume, path);
    CHAOS_CHECK(op, status == 0 || status == POOL_ENOENT, "pool_volume_remove: %d", status);
}

static struct work work_of(struct op *op, pool_volume_t volume)
{
    uint32_t n_files = property_size(&op->random, FILES_MAX);
    return (struct work){volume, op->number, property_size(&op->random, FILE_MAX) / n_files + 1, n_files};
}

static void run_work(struct op *op, struct work *work)
{
    struct pool_job_config config = {.function = use_volume, .user = work};
    if (property_once_in(&op->random, 4)) { /* this thread may do it, too */
        uint32_t status = use_volume(op->pool, work);
        CHAOS_CHECK(op, status == 0, "using a volume: %d", (int)status);
    } else if (!chaos_finish(op, chaos_submit(op, &config), 0)) {
        remove_rest(op, work->volume);
    }
}

static pool_volume_t create_volume(struct op *op, const struct pool_volume_config *config)
{
    pool_volume_t volume = 0;
    int status = pool_volume_create(op->pool, config, &volume);
    CHAOS_CHECK(op, status == 0, "pool_volume_create: %d", status);
    return volume;
}

static void release_volume(struct op *op, pool_volume_t volume)
{
    struct pool_stat stat;
    int status = pool_volume_release(op->pool, volume);
    CHAOS_CHECK(op, status == 0, "pool_volume_release: %d", status);
    status = pool_volume_stat(op->pool, volume, ".", &stat);
    CHAOS_CHECK(op, status == POOL_EBADF, "a released volume: %d", status);
}

void chaos_own_volume(struct op *op)
{
    pool_volume_t volume = create_volume(op, NULL);
    struct work work = work_of(op, volume);
    run_work(op, &work);
    release_volume(op, volume);
}

void chaos_shared_volume(struct op *op)
{
    struct work work = work_of(op, op->shared);
    run_work(op, &work);
}

/* More is written than the volume takes; it says so, keeps what it had, and is released as it is. */
void chaos_full_volume(struct op *op)
{
    pool_volume_t volume = create_volume(op, &(struct pool_volume_config){.max_bytes = 1u << 20});
    uint8_t *data = chaos_bytes(op->number, FILE_MAX);
    char path[32];
    int32_t n = 0;
    uint32_t written = 0;
    for (; written < 100 && n >= 0; written += n >= 0) {
        snprintf(path, sizeof path, "some/%u", written);
        n = pool_volume_write(op->pool, volume, path, 0, data, FILE_MAX);
        CHAOS_CHECK(op, n == (int32_t)FILE_MAX || n == POOL_ENOSPC, "pool_volume_write: %d", n);
    }
    CHAOS_CHECK(op, n == POOL_ENOSPC, "%u files of %u bytes in a mebibyte", written, FILE_MAX);
    int status = written ? compare_file(op->pool, volume, "some/0", data, FILE_MAX) : 0;
    CHAOS_CHECK(op, status == 0, "what was there before it was full: %d", status);
    free(data);
    release_volume(op, volume);
}
