/* Makes a volume for tests, and checks that nothing is left of it. */
#include "support/fs_rig.h"

#include "support/bytes.h"
#include "support/prelude.h"
#include "support/test_pool.h"

struct fs_rig fs_rig;

struct fs_path fs_text(const char *text)
{
    return (struct fs_path){text, (uint32_t)strlen(text)};
}

int32_t fs_read_in(struct pool *pool, const struct fs_open *file, uint64_t offset, void *data, uint32_t size)
{
    struct bytes bytes = bytes_in_pieces(data, size, 1000, true);
    int status = pool__fs_read(pool, file, offset, &bytes.cursor);
    return status < 0 ? status : (int32_t)bytes.cursor.done;
}

int32_t fs_write_in(struct sleeper *sleeper, const struct fs_open *file, uint64_t offset, const void *data,
                    uint32_t size)
{
    struct bytes bytes = bytes_in_pieces((void *)(uintptr_t)data, size, 1000, false);
    int status = pool__fs_write(sleeper, file, offset, &bytes.cursor, NULL);
    return status < 0 ? status : (int32_t)bytes.cursor.done;
}

static void begin(uint64_t max_bytes, uint64_t max_nodes)
{
    assert_int_equal(pool__volume_make(&fs_rig.sleeper, max_bytes, max_nodes, &fs_rig.handle), 0);
    assert_int_not_equal(fs_rig.handle, 0);
    assert_int_equal(pool__volume_open(fs_rig.pool, fs_rig.handle, false, &fs_rig.root), 0);
}

static void end(void)
{
    fs_close(&fs_rig.root);
    assert_int_equal(pool__volume_drop(fs_rig.pool, fs_rig.handle), 0);
    for (uint32_t i = 0; i < VOLUMES_MAX; i++) {
        assert_int_equal(atomic_load(&fs_rig.pool->volumes[i].x_users), 0);
        assert_int_equal(atomic_load(&fs_rig.pool->volumes[i].x_generation) % 2, 0);
    }
}

int fs_rig_setup(void **state)
{
    if (test_pool_setup(state)) return -1;
    fs_rig.pool = *state;
    fs_rig.sleeper = (struct sleeper){.pool = fs_rig.pool, .waiter = WAITER_CLIENT};
    begin(0, 0);
    return 0;
}

int fs_rig_teardown(void **state)
{
    end();
    assert_pool_is_empty(fs_rig.pool);
    return test_pool_teardown(state);
}

void fs_renew(uint64_t max_bytes, uint64_t max_nodes)
{
    end();
    begin(max_bytes, max_nodes);
}

int fs_try_open(const char *path, uint32_t flags)
{
    struct fs_open open;
    int status = pool__fs_open(&fs_rig.sleeper, &fs_rig.root, fs_text(path), flags, &open);
    if (status == 0) fs_close(&open);
    return status;
}

struct fs_open fs_must_open(const char *path, uint32_t flags)
{
    struct fs_open open;
    assert_int_equal(pool__fs_open(&fs_rig.sleeper, &fs_rig.root, fs_text(path), flags, &open), 0);
    return open;
}

void fs_close(struct fs_open *open)
{
    pool__fs_close(fs_rig.pool, open);
    assert_null(open->volume);
}

int32_t fs_read(const struct fs_open *file, uint64_t offset, void *data, uint32_t size)
{
    return fs_read_in(fs_rig.pool, file, offset, data, size);
}

/* As the client does it: once more when there is memory. */
int32_t fs_write(const struct fs_open *file, uint64_t offset, const void *data, uint32_t size)
{
    int32_t status;
    uint32_t rounds = 0;
    while ((status = fs_write_in(&fs_rig.sleeper, file, offset, data, size)) == POOL_EAGAIN && rounds++ < 10000) {
        coordinator_tick(fs_rig.pool);
    }
    return status;
}

struct fs_stat fs_stat_of(const struct fs_open *open)
{
    struct fs_stat stat;
    assert_int_equal(pool__fs_stat(fs_rig.pool, open, &stat), 0);
    return stat;
}

int fs_try_stat(const char *path, bool follow, struct fs_stat *stat_out)
{
    return pool__fs_stat_at(fs_rig.pool, &fs_rig.root, fs_text(path), follow, stat_out);
}

void fs_put(const char *path, const char *content)
{
    struct fs_open file = fs_must_open(path, FS_CREATE | FS_EXCLUSIVE | FS_WRITE);
    assert_int_equal(fs_write(&file, 0, content, (uint32_t)strlen(content)), strlen(content));
    fs_close(&file);
}

void fs_mkdir(const char *path)
{
    assert_int_equal(pool__fs_make_directory(&fs_rig.sleeper, &fs_rig.root, fs_text(path)), 0);
}

void fs_symlink(const char *target, const char *path)
{
    assert_int_equal(pool__fs_symlink(&fs_rig.sleeper, fs_text(target), &fs_rig.root, fs_text(path)), 0);
}

int fs_kind(const char *path)
{
    struct fs_stat stat;
    int status = fs_try_stat(path, false, &stat);
    return status < 0 ? status : (int)stat.kind;
}

int fs_rename(const char *path, const char *to)
{
    return pool__fs_rename(&fs_rig.sleeper, &fs_rig.root, fs_text(path), &fs_rig.root, fs_text(to));
}

int fs_unlink(const char *path)
{
    return pool__fs_unlink(fs_rig.pool, &fs_rig.root, fs_text(path));
}

int fs_rmdir(const char *path)
{
    return pool__fs_remove_directory(fs_rig.pool, &fs_rig.root, fs_text(path));
}

void fs_add_small_blocks(void)
{
    for (uint32_t i = 0; i < 20 * 64; i++) {
        pool__blocks_want(&fs_rig.pool->blocks, USE_CONTENT, 0);
        if (i % 64 == 63) coordinator_tick(fs_rig.pool);
    }
}

struct fs_work fs_enter(void)
{
    struct fs_work work = pool__fs_work(&fs_rig.sleeper, fs_rig.pool, fs_rig.root.volume);
    assert_int_equal(pool__fs_enter(&work), 0);
    return work;
}

void fs_leave(struct fs_work *work)
{
    int status = 0;
    assert_false(pool__fs_leave(work, &status));
}
