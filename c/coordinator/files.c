/* Files for the coordinator's script, which fills volumes and reads them. This thread hands out memory, so it never
 * sleeps for any: what lacks some is done again after a refill.
 */
#include "coordinator/files.h"

#include <stdlib.h>
#include <string.h>

#include "coordinator/coordinator.h"
#include "core/check.h"
#include "fs/fs.h"

/* The script's memory, as what a file's bytes are moved to or from. */
struct memory {
    struct cursor cursor;
    uint8_t *next;
    bool reads; /* the file */
};

static uint32_t piece(struct cursor *cursor)
{
    return cursor->total - cursor->done;
}

static void copy(struct cursor *cursor, uint8_t *data, uint32_t size)
{
    struct memory *memory = (struct memory *)(void *)cursor;
    memcpy(memory->reads ? memory->next : data, memory->reads ? data : memory->next, size);
    memory->next += size;
}

static struct memory memory_of(uint8_t *data, uint32_t size, bool reads)
{
    return (struct memory){.cursor = {.total = size, .piece = piece, .copy = copy}, .next = data, .reads = reads};
}

static struct sleeper sleepless(struct pool *pool)
{
    return (struct sleeper){.pool = pool};
}

static struct fs_path path_of(const char *text, uint32_t size)
{
    return (struct fs_path){.text = text, .size = size};
}

/* Whether what was POOL_EAGAIN is to be done again: there is more memory now. If there is none, it is POOL_ENOMEM. */
static bool retry(struct pool *pool, int *status)
{
    if (*status != POOL_EAGAIN) return false;
    uint64_t had = atomic_load(&pool->blocks.x_total_bytes);
    pool__refill(pool);
    if (atomic_load(&pool->blocks.x_total_bytes) > had) return true;
    *status = POOL_ENOMEM;
    return false;
}

uint8_t *files_memory(uint8_t *old, uint32_t size)
{
    if (size) return realloc(old, size);
    free(old);
    return NULL;
}

/* A limit of the script's: a whole number, 0 for none. */
static uint64_t limit_of(double limit)
{
    return limit >= 1 && limit < 0x1p63 ? (uint64_t)limit : 0;
}

int files_make(struct pool *pool, double max_bytes, double max_nodes, uint32_t *volume_out)
{
    struct sleeper sleeper = sleepless(pool);
    int status;
    do {
        status = pool__volume_make(&sleeper, limit_of(max_bytes), limit_of(max_nodes), volume_out);
    } while (retry(pool, &status));
    return status;
}

int files_drop(struct pool *pool, uint32_t volume)
{
    return pool__volume_drop(pool, volume);
}

static int open_at(struct pool *pool, const struct fs_open *at, struct fs_path path, uint32_t flags,
                   struct fs_open *open_out)
{
    struct sleeper sleeper = sleepless(pool);
    int status;
    do {
        status = pool__fs_open(&sleeper, at, path, flags, open_out);
    } while (retry(pool, &status));
    return status;
}

static int open_path(struct pool *pool, uint32_t volume, struct fs_path path, uint32_t flags, struct fs_open *open_out)
{
    struct fs_open root;
    int status = pool__volume_open(pool, volume, false, &root);
    if (status) return status;
    status = open_at(pool, &root, path, flags, open_out);
    pool__fs_close(pool, &root);
    return status;
}

static int make_directory(struct pool *pool, const struct fs_open *at, struct fs_path path)
{
    struct sleeper sleeper = sleepless(pool);
    int status;
    do {
        status = pool__fs_make_directory(&sleeper, at, path);
    } while (retry(pool, &status));
    return status;
}

/* Makes the directories that a path goes through, as far as they are missing. What is wrong with one shows when it is
 * gone through. */
static int make_parents(struct pool *pool, const struct fs_open *root, struct fs_path path)
{
    for (uint32_t i = 1; i < path.size; i++) {
        if (path.text[i] != '/' || path.text[i - 1] == '/') continue;
        int status = make_directory(pool, root, path_of(path.text, i));
        if (status && status != POOL_EEXIST) return status;
    }
    return 0;
}

int files_make_directory(struct pool *pool, uint32_t volume, const char *path, uint32_t path_bytes)
{
    struct fs_open root, made;
    int status = pool__volume_open(pool, volume, false, &root);
    if (status) return status;
    status = make_parents(pool, &root, path_of(path, path_bytes));
    if (!status) status = make_directory(pool, &root, path_of(path, path_bytes));
    if (status == POOL_EEXIST) { /* as well, if it is one */
        status = open_at(pool, &root, path_of(path, path_bytes), FS_DIRECTORY | FS_FOLLOW, &made);
        if (!status)
            pool__fs_close(pool, &made);
        else if (status == POOL_ENOTDIR)
            status = POOL_EEXIST;
    }
    pool__fs_close(pool, &root);
    return status;
}

int files_begin(struct pool *pool, uint32_t volume, const char *path, uint32_t path_bytes)
{
    struct fs_open root, file;
    int status = pool__volume_open(pool, volume, false, &root);
    if (status) return status;
    status = make_parents(pool, &root, path_of(path, path_bytes));
    uint32_t flags = FS_CREATE | FS_TRUNCATE | FS_FOLLOW | FS_WRITE;
    if (!status) status = open_at(pool, &root, path_of(path, path_bytes), flags, &file);
    if (!status) pool__fs_close(pool, &file);
    pool__fs_close(pool, &root);
    return status;
}

static int write_all(struct pool *pool, const struct fs_open *file, uint64_t offset, uint8_t *data, uint32_t size)
{
    struct sleeper sleeper = sleepless(pool);
    uint32_t done = 0;
    int status = 0;
    while (done < size) {
        struct memory memory = memory_of(data + done, size - done, false);
        status = pool__fs_write(&sleeper, file, offset + done, &memory.cursor, NULL);
        done += memory.cursor.done;
        if (memory.cursor.done == 0 && !retry(pool, &status)) return status ? status : POOL_ENOSPC;
    }
    return 0;
}

int files_write(struct pool *pool, uint32_t volume, const char *path, uint32_t path_bytes, double offset, uint8_t *data,
                uint32_t size)
{
    struct fs_open file;
    int status = open_path(pool, volume, path_of(path, path_bytes), FS_FOLLOW | FS_WRITE, &file);
    if (status) return status;
    status = write_all(pool, &file, (uint64_t)offset, data, size);
    pool__fs_close(pool, &file);
    return status;
}

int32_t files_read(struct pool *pool, uint32_t volume, const char *path, uint32_t path_bytes, double offset,
                   uint8_t *data, uint32_t size)
{
    struct fs_open file;
    struct fs_stat stat;
    int status = open_path(pool, volume, path_of(path, path_bytes), FS_FOLLOW, &file);
    if (status) return status;
    struct memory memory = memory_of(data, pool__min(size, INT32_MAX), true);
    status = pool__fs_stat(pool, &file, &stat);
    if (!status && stat.kind != NODE_FILE) status = stat.kind == NODE_DIRECTORY ? POOL_EISDIR : POOL_EINVAL;
    if (!status) status = pool__fs_read(pool, &file, (uint64_t)offset, &memory.cursor);
    pool__fs_close(pool, &file);
    return status ? status : (int32_t)memory.cursor.done;
}

static struct files_stat stat_of(const struct fs_stat *stat)
{
    return (struct files_stat){
        .kind = stat->kind, .size = (double)stat->size, .modified_ms = (double)stat->modified_ns / 1e6};
}

int files_stat(struct pool *pool, uint32_t volume, const char *path, uint32_t path_bytes, bool follow,
               struct files_stat *stat_out)
{
    struct fs_open root;
    struct fs_stat stat;
    int status = pool__volume_open(pool, volume, false, &root);
    if (status) return status;
    status = pool__fs_stat_at(pool, &root, path_of(path, path_bytes), follow, &stat);
    pool__fs_close(pool, &root);
    if (!status) *stat_out = stat_of(&stat);
    return status;
}

static bool is_dots(const struct fs_entry *entry)
{
    return entry->name[0] == '.' && (entry->name_bytes == 1 || (entry->name_bytes == 2 && entry->name[1] == '.'));
}

/* The next entry that is neither `.` nor `..`: 1, 0, or an error. */
static int next_entry(struct pool *pool, const struct fs_open *directory, uint64_t cookie, struct fs_entry *entry)
{
    int status;
    do {
        status = pool__fs_next_entry(pool, directory, cookie, entry);
        cookie = entry->cookie;
    } while (status == 1 && is_dots(entry));
    return status;
}

/* Packs as many entries as fit: their bytes. One that is gone by now is left out. */
static int32_t pack(struct pool *pool, const struct fs_open *directory, uint64_t cookie, uint8_t *out, uint32_t size)
{
    struct fs_entry entry;
    uint32_t done = 0;
    int status;
    while ((status = next_entry(pool, directory, cookie, &entry)) == 1) {
        struct fs_stat stat;
        uint32_t bytes = (uint32_t)(sizeof(struct files_entry) + entry.name_bytes + 7) & ~7u;
        if (bytes > size - done) break;
        cookie = entry.cookie;
        if (pool__fs_stat_at(pool, directory, path_of(entry.name, entry.name_bytes), false, &stat)) continue;
        struct files_entry packed = {
            .cookie = (double)entry.cookie, .stat = stat_of(&stat), .name_bytes = entry.name_bytes, .bytes = bytes};
        memcpy(out + done, &packed, sizeof packed);
        memcpy(out + done + sizeof packed, entry.name, entry.name_bytes);
        done += bytes;
    }
    return status < 0 ? status : (int32_t)done;
}

int32_t files_list(struct pool *pool, uint32_t volume, const char *path, uint32_t path_bytes, double cookie,
                   uint8_t *out, uint32_t size)
{
    struct fs_open directory;
    int status = open_path(pool, volume, path_of(path, path_bytes), FS_DIRECTORY | FS_FOLLOW, &directory);
    if (status) return status;
    int32_t bytes = pack(pool, &directory, (uint64_t)cookie, out, pool__min(size, INT32_MAX));
    pool__fs_close(pool, &directory);
    return bytes;
}

static int make_symlink(struct pool *pool, const struct fs_open *root, struct fs_path path, struct fs_path target)
{
    struct sleeper sleeper = sleepless(pool);
    int status;
    do {
        status = pool__fs_symlink(&sleeper, target, root, path);
    } while (retry(pool, &status));
    return status;
}

int files_symlink(struct pool *pool, uint32_t volume, const char *path, uint32_t path_bytes, const char *target,
                  uint32_t target_bytes)
{
    struct fs_open root;
    int status = pool__volume_open(pool, volume, false, &root);
    if (status) return status;
    status = make_parents(pool, &root, path_of(path, path_bytes));
    if (!status) status = make_symlink(pool, &root, path_of(path, path_bytes), path_of(target, target_bytes));
    pool__fs_close(pool, &root);
    return status;
}

int32_t files_readlink(struct pool *pool, uint32_t volume, const char *path, uint32_t path_bytes, char *out,
                       uint32_t size)
{
    struct fs_open root;
    int status = pool__volume_open(pool, volume, false, &root);
    if (status) return status;
    int32_t bytes = pool__fs_readlink(pool, &root, path_of(path, path_bytes), out, size);
    pool__fs_close(pool, &root);
    return bytes;
}

int files_rename(struct pool *pool, uint32_t volume, const char *path, uint32_t path_bytes, const char *to,
                 uint32_t to_bytes)
{
    struct sleeper sleeper = sleepless(pool);
    struct fs_open root;
    int status = pool__volume_open(pool, volume, false, &root);
    if (status) return status;
    do {
        status = pool__fs_rename(&sleeper, &root, path_of(path, path_bytes), &root, path_of(to, to_bytes));
    } while (retry(pool, &status));
    pool__fs_close(pool, &root);
    return status;
}

/* Removes a name, unless it is that of a directory with something in it: POOL_ENOTEMPTY. */
static int remove_one(struct pool *pool, const struct fs_open *at, struct fs_path path)
{
    int status = pool__fs_unlink(pool, at, path);
    return status == POOL_EISDIR ? pool__fs_remove_directory(pool, at, path) : status;
}

/* Removes what is in a directory, down to the first directory with something in it, which becomes `*directory`: 1; 0:
 * all of it is removed. */
static int remove_entries(struct pool *pool, struct fs_open *directory)
{
    struct fs_entry entry;
    for (;;) {
        int status = next_entry(pool, directory, 0, &entry);
        if (status != 1) return status;
        struct fs_path name = path_of(entry.name, entry.name_bytes);
        status = remove_one(pool, directory, name);
        if (status == POOL_ENOTEMPTY) {
            struct fs_open inner;
            status = open_at(pool, directory, name, FS_DIRECTORY, &inner);
            if (status == 0) {
                pool__fs_close(pool, directory);
                *directory = inner;
                return 1;
            }
        }
        if (status && status != POOL_ENOENT) return status; /* it may be gone already */
    }
}

/* Empties a directory from its innermost on, always from the top: a guest may move what is between. */
static int empty(struct pool *pool, const struct fs_open *root, struct fs_path path)
{
    struct fs_open directory;
    int status = open_at(pool, root, path, FS_DIRECTORY, &directory);
    if (status) return status;
    do {
        status = remove_entries(pool, &directory);
    } while (status == 1);
    pool__fs_close(pool, &directory);
    return status;
}

int files_remove(struct pool *pool, uint32_t volume, const char *path, uint32_t path_bytes)
{
    struct fs_open root;
    int status = pool__volume_open(pool, volume, false, &root);
    if (status) return status;
    while ((status = remove_one(pool, &root, path_of(path, path_bytes))) == POOL_ENOTEMPTY) {
        status = empty(pool, &root, path_of(path, path_bytes));
        if (status) break;
    }
    pool__fs_close(pool, &root);
    return status;
}
