/* pool.h's volumes: each function fills in a struct file_call, and pool__file_call carries it out (core/file_call.h).
 */
#include "core/check.h"
#include "core/file_call.h"
#include "core/utf8.h"
#include "core/volume.h"

/* The size of a path. Stops reading where it is too long. */
static uint32_t size_of(const char *path)
{
    return path ? pool__text_bytes(path, PATH_MAX_BYTES + 1) : 0;
}

static struct file_call call_at(enum file_op op, pool_volume_t volume, const char *path)
{
    static const char root[] = ".";
    POOL_ASSERT(op < FILE_OPS);
    struct file_call call = {.op = (uint32_t)op, .volume = volume, .path = path};
    if (path && *path == '/') {
        while (*call.path == '/') call.path++;
        if (!*call.path) call.path = root;
    }
    call.path_bytes = size_of(call.path);
    return call;
}

/* Whether a path or a target is there, and UTF-8. One that is too long passes: it is refused later for its length. */
static bool is_text(const char *text, uint32_t size)
{
    return text && (size > PATH_MAX_BYTES || pool__is_utf8(text, size));
}

/* The same, with memory that is read or written. */
static int32_t move(pool_t *pool, struct file_call call, uint64_t number, void *data, size_t size)
{
    if (!is_text(call.path, call.path_bytes) || (size && !data) || size > INT32_MAX) return POOL_EINVAL;
    call.number = number;
    call.data = data;
    call.data_bytes = (uint32_t)size;
    return pool__file_call(pool, &call);
}

int pool_volume_create(pool_t *pool, const struct pool_volume_config *config, pool_volume_t *volume_out)
{
    struct volume_making making = {0};
    if (!volume_out) return POOL_EINVAL;
    if (config) making.config = *config;
    struct file_call call = {.op = FILE_CREATE, .data = &making, .data_bytes = sizeof making};
    int status = pool__file_call(pool, &call);
    POOL_ASSERT(status < 0 || (status == 0 && making.volume));
    if (status == 0) *volume_out = making.volume;
    return status;
}

int pool_volume_release(pool_t *pool, pool_volume_t volume)
{
    return pool__file_call(pool, &(struct file_call){.op = FILE_RELEASE, .volume = volume});
}

static int stat_with(pool_t *pool, struct file_call call, struct pool_stat *stat_out)
{
    return stat_out ? move(pool, call, 0, stat_out, sizeof *stat_out) : POOL_EINVAL;
}

int pool_volume_stat(pool_t *pool, pool_volume_t volume, const char *path, struct pool_stat *stat_out)
{
    return stat_with(pool, call_at(FILE_STAT, volume, path), stat_out);
}

int pool_volume_lstat(pool_t *pool, pool_volume_t volume, const char *path, struct pool_stat *stat_out)
{
    return stat_with(pool, call_at(FILE_LSTAT, volume, path), stat_out);
}

int32_t pool_volume_read(pool_t *pool, pool_volume_t volume, const char *path, uint64_t offset, void *data,
                         uint32_t size_bytes)
{
    return move(pool, call_at(FILE_READ, volume, path), offset, data, size_bytes);
}

int32_t pool_volume_write(pool_t *pool, pool_volume_t volume, const char *path, uint64_t offset, const void *data,
                          uint32_t size_bytes)
{
    struct file_call call = call_at(FILE_WRITE, volume, path);
    if (!is_text(call.path, call.path_bytes) || (size_bytes && !data) || size_bytes > INT32_MAX) return POOL_EINVAL;
    call.number = offset;
    call.source = data;
    call.data_bytes = size_bytes;
    return pool__file_call(pool, &call);
}

int pool_volume_truncate(pool_t *pool, pool_volume_t volume, const char *path, uint64_t size_bytes)
{
    return move(pool, call_at(FILE_TRUNCATE, volume, path), size_bytes, NULL, 0);
}

int pool_volume_mkdir(pool_t *pool, pool_volume_t volume, const char *path)
{
    return move(pool, call_at(FILE_MKDIR, volume, path), 0, NULL, 0);
}

int32_t pool_volume_list(pool_t *pool, pool_volume_t volume, const char *path, uint64_t cookie,
                         struct pool_entry *entries_out, uint32_t n_entries)
{
    if (n_entries == 0) return POOL_EINVAL; /* 0 would say that there are none */
    size_t most = INT32_MAX / sizeof *entries_out, n = n_entries < most ? n_entries : most;
    return move(pool, call_at(FILE_LIST, volume, path), cookie, entries_out, n * sizeof *entries_out);
}

static int two(pool_t *pool, struct file_call call, const char *other)
{
    call.other = other;
    call.other_bytes = size_of(other);
    if (!is_text(call.path, call.path_bytes) || !is_text(other, call.other_bytes)) return POOL_EINVAL;
    return pool__file_call(pool, &call);
}

int pool_volume_symlink(pool_t *pool, pool_volume_t volume, const char *target, const char *path)
{
    return two(pool, call_at(FILE_SYMLINK, volume, path), target);
}

int32_t pool_volume_readlink(pool_t *pool, pool_volume_t volume, const char *path, char *target_out,
                             uint32_t size_bytes)
{
    return move(pool, call_at(FILE_READLINK, volume, path), 0, target_out, size_bytes);
}

int pool_volume_rename(pool_t *pool, pool_volume_t volume, const char *from, const char *to)
{
    return two(pool, call_at(FILE_RENAME, volume, from), call_at(FILE_RENAME, volume, to).path);
}

int pool_volume_remove(pool_t *pool, pool_volume_t volume, const char *path)
{
    return move(pool, call_at(FILE_REMOVE, volume, path), 0, NULL, 0);
}
