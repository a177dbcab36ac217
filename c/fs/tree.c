/* One function for each call of pool.h on a volume, by path from the root. */
#include "fs/tree.h"

#include <string.h>

#include "core/check.h"
#include "fs/fs.h"
#include "sync/plain.h"

_Static_assert((int)NODE_FILE == (int)POOL_FILE && (int)NODE_DIRECTORY == (int)POOL_DIRECTORY &&
                   (int)NODE_SYMLINK == (int)POOL_SYMLINK,
               "kinds are told as they are");

/* A call under way. */
struct tree {
    struct sleeper *sleeper;
    struct pool *pool;
    struct fs_open root;
    const struct file_call *call;
};

static struct fs_path path_of(const char *text, uint32_t size)
{
    return (struct fs_path){.text = text, .size = size};
}

static struct fs_path path(const struct tree *tree)
{
    return path_of(tree->call->path, tree->call->path_bytes);
}

static struct fs_path other(const struct tree *tree)
{
    return path_of(tree->call->other, tree->call->other_bytes);
}

/* Opens a file. With FS_CREATE it is made if it is missing, with the directories above it. */
static int open_file(struct tree *tree, uint32_t flags, struct fs_open *file_out)
{
    tree->root.makes = flags & FS_CREATE;
    return pool__fs_open(tree->sleeper, &tree->root, path(tree), flags | FS_FOLLOW, file_out);
}

/* ------------------------------------------------------------------------------------------------------------ bytes */

/* The caller's memory, which a file's bytes are moved to or from. */
static struct plain_cursor memory_of(const struct file_call *call)
{
    uint32_t size = pool__min(call->data_bytes, INT32_MAX);
    return call->data ? pool__plain_into(call->data, size) : pool__plain_from(call->source, size);
}

static int32_t read_file(struct tree *tree)
{
    struct fs_open file;
    struct plain_cursor memory = memory_of(tree->call);
    int status = open_file(tree, 0, &file);
    if (status) return status;
    status = pool__fs_read(tree->pool, &file, tree->call->number, &memory.cursor);
    pool__fs_close(tree->pool, &file);
    return status ? status : (int32_t)memory.cursor.done;
}

static int32_t write_file(struct tree *tree)
{
    struct fs_open file;
    uint64_t offset = tree->call->number;
    struct plain_cursor memory = memory_of(tree->call);
    int status = open_file(tree, offset == 0 || offset == POOL_APPEND ? FS_CREATE | FS_WRITE : FS_WRITE, &file);
    if (status) return status;
    status = pool__fs_write(tree->sleeper, &file, offset, &memory.cursor, NULL);
    pool__fs_close(tree->pool, &file);
    return status ? status : (int32_t)memory.cursor.done;
}

/* Who holds the lock for all of it replaces in one step: nobody sees less than the old bytes or the new. */
static int32_t replace_file(struct tree *tree)
{
    struct fs_open file;
    struct plain_cursor memory = memory_of(tree->call);
    int status = open_file(tree, FS_CREATE | FS_WRITE, &file);
    if (status) return status;
    status = pool__fs_write(tree->sleeper, &file, 0, &memory.cursor, NULL);
    if (status == 0) status = pool__fs_set_size(tree->sleeper, &file, memory.cursor.done);
    pool__fs_close(tree->pool, &file);
    return status ? status : (int32_t)memory.cursor.done;
}

static int32_t truncate_file(struct tree *tree)
{
    struct fs_open file;
    int status = open_file(tree, tree->call->number == 0 ? FS_CREATE | FS_WRITE : FS_WRITE, &file);
    if (status) return status;
    status = pool__fs_set_size(tree->sleeper, &file, tree->call->number);
    pool__fs_close(tree->pool, &file);
    return status;
}

/* ---------------------------------------------------------------------------------------------------- what there is */

static struct pool_stat stat_of(const struct fs_stat *stat)
{
    return (struct pool_stat){.kind = stat->kind,
                              .n_links = stat->n_links,
                              .inode = stat->inode,
                              .size_bytes = stat->size,
                              .accessed_ns = stat->accessed_ns,
                              .modified_ns = stat->modified_ns,
                              .changed_ns = stat->changed_ns};
}

static int32_t stat_path(struct tree *tree)
{
    struct fs_stat stat;
    const struct file_call *call = tree->call;
    if (call->data_bytes < sizeof(struct pool_stat)) return POOL_EINVAL;
    int status = pool__fs_stat_at(tree->pool, &tree->root, path(tree), call->op == FILE_STAT, &stat);
    if (status == 0) *(struct pool_stat *)call->data = stat_of(&stat);
    return status;
}

static int32_t set_times(struct tree *tree)
{
    struct pool_stat stat;
    if (!tree->call->source || tree->call->data_bytes < sizeof stat) return POOL_EINVAL;
    memcpy(&stat, tree->call->source, sizeof stat);
    return pool__fs_set_times_at(tree->pool, &tree->root, path(tree), false, stat.accessed_ns, stat.modified_ns);
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

/* Fills in as many entries as there is room for, and returns how many. */
static int32_t fill_entries(const struct tree *tree, const struct fs_open *directory)
{
    struct fs_entry entry = {.cookie = tree->call->number};
    struct pool_entry *out = tree->call->data;
    uint32_t n = 0, room = tree->call->data_bytes / (uint32_t)sizeof *out;
    int status = 1;
    while (n < room && (status = next_entry(tree->pool, directory, entry.cookie, &entry)) == 1) {
        out[n] =
            (struct pool_entry){.cookie = entry.cookie, .stat = stat_of(&entry.stat), .name_bytes = entry.name_bytes};
        memcpy(out[n++].name, entry.name, entry.name_bytes);
    }
    return status < 0 ? status : (int32_t)n;
}

static int32_t list_directory(struct tree *tree)
{
    struct fs_open directory;
    int status = open_file(tree, FS_DIRECTORY, &directory);
    if (status) return status;
    int32_t n = fill_entries(tree, &directory);
    pool__fs_close(tree->pool, &directory);
    return n;
}

/* Finds where a file has bytes next. */
static int32_t next_data(struct tree *tree)
{
    struct fs_open file;
    if (tree->call->data_bytes < sizeof(uint64_t)) return POOL_EINVAL;
    int status = open_file(tree, 0, &file);
    if (status) return status;
    status = pool__fs_next_data(tree->pool, &file, tree->call->number, tree->call->data);
    pool__fs_close(tree->pool, &file);
    return status;
}

static int32_t read_link(struct tree *tree)
{
    return pool__fs_readlink(tree->pool, &tree->root, path(tree), tree->call->data, tree->call->data_bytes);
}

/* ------------------------------------------------------------------------------------------------------------ names */

/* If there is a directory already, that is fine. */
static int32_t make_directory(struct tree *tree)
{
    struct fs_open made;
    tree->root.makes = true;
    int status = pool__fs_make_directory(tree->sleeper, &tree->root, path(tree));
    if (status != POOL_EEXIST) return status;
    status = open_file(tree, FS_DIRECTORY, &made);
    if (status == 0) pool__fs_close(tree->pool, &made);
    return status == POOL_ENOTDIR ? POOL_EEXIST : status;
}

static int32_t make_symlink(struct tree *tree)
{
    tree->root.makes = true;
    return pool__fs_symlink(tree->sleeper, other(tree), &tree->root, path(tree));
}

static int32_t link_path(struct tree *tree)
{
    return pool__fs_link(tree->sleeper, &tree->root, path(tree), false, &tree->root, other(tree));
}

static int32_t rename_path(struct tree *tree)
{
    return pool__fs_rename(tree->sleeper, &tree->root, path(tree), &tree->root, other(tree));
}

/* To others all of it is gone at once. A thread that may take its time also frees the memory; the client may not. */
static int32_t remove_path(struct tree *tree)
{
    int status = pool__fs_remove_all(tree->pool, &tree->root, path(tree));
    if (status) return status;
    if (tree->sleeper->waiter > WAITER_CLIENT) {
        while (pool__fs_sweep(tree->pool, tree->root.volume) > 0) continue;
    } else if (atomic_load(&tree->root.volume->x_doomed)) {
        pool__fs_sweep_later(tree->pool);
    }
    return 0;
}

/* ------------------------------------------------------------------------------------------------------------ calls */

static int32_t create(struct sleeper *sleeper, const struct file_call *call)
{
    struct volume_making *making = call->data;
    if (call->data_bytes < sizeof *making) return POOL_EINVAL;
    if (atomic_load(&sleeper->pool->x_closing)) return POOL_ESHUTDOWN;
    return pool__volume_make(sleeper, making->config.max_bytes, making->config.max_nodes, &making->volume);
}

int32_t pool__tree_call(struct sleeper *sleeper, const struct file_call *call)
{
    static int32_t (*const at_root[FILE_OPS])(struct tree * tree) = {
        [FILE_STAT] = stat_path,       [FILE_LSTAT] = stat_path,        [FILE_READ] = read_file,
        [FILE_WRITE] = write_file,     [FILE_TRUNCATE] = truncate_file, [FILE_MKDIR] = make_directory,
        [FILE_LIST] = list_directory,  [FILE_SYMLINK] = make_symlink,   [FILE_READLINK] = read_link,
        [FILE_RENAME] = rename_path,   [FILE_REMOVE] = remove_path,     [FILE_NEXT_DATA] = next_data,
        [FILE_REPLACE] = replace_file, [FILE_LINK] = link_path,         [FILE_SET_TIMES] = set_times,
    };
    struct tree tree = {.sleeper = sleeper, .pool = sleeper->pool, .call = call};
    if (call->op == FILE_CREATE) return create(sleeper, call);
    if (call->op == FILE_RELEASE) return pool__volume_drop(sleeper->pool, call->volume);
    if (call->op >= FILE_OPS) return POOL_EINVAL;
    POOL_ASSERT(at_root[call->op]);
    int32_t result = pool__volume_open(sleeper->pool, call->volume, false, &tree.root);
    if (result) return result;
    result = at_root[call->op](&tree);
    pool__fs_close(sleeper->pool, &tree.root);
    return result;
}
