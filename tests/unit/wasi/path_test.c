/* What is named by paths. */
#include "support/fake_guest.h"
#include "support/prelude.h"
#include "support/wasi_rig.h"

#define DIR RIG_DIRECTORY

static uint32_t out_at, data_at;

static void place(void)
{
    out_at = fake_guest_new(sizeof(struct wasi_filestat));
    data_at = fake_guest_new(64);
}

/* The calls, on paths of C. */

static uint32_t create_directory(const char *path)
{
    struct rig_path p = rig_path(path);
    return wasi_path_create_directory(rig.c, DIR, p.at, p.size);
}
static uint32_t remove_directory(const char *path)
{
    struct rig_path p = rig_path(path);
    return wasi_path_remove_directory(rig.c, DIR, p.at, p.size);
}
static uint32_t unlink_file(const char *path)
{
    struct rig_path p = rig_path(path);
    return wasi_path_unlink_file(rig.c, DIR, p.at, p.size);
}
static uint32_t make_symlink(const char *target, const char *path)
{
    struct rig_path t = rig_path(target), p = rig_path(path);
    return wasi_path_symlink(rig.c, t.at, t.size, DIR, p.at, p.size);
}
static uint32_t make_link(const char *path, uint32_t lookup, const char *to)
{
    struct rig_path p = rig_path(path), t = rig_path(to);
    return wasi_path_link(rig.c, DIR, lookup, p.at, p.size, DIR, t.at, t.size);
}
static uint32_t move(const char *path, const char *to)
{
    struct rig_path p = rig_path(path), t = rig_path(to);
    return wasi_path_rename(rig.c, DIR, p.at, p.size, DIR, t.at, t.size);
}
static uint32_t stat_path(const char *path, uint32_t lookup, struct wasi_filestat *stat)
{
    struct rig_path p = rig_path(path);
    uint32_t error = wasi_path_filestat_get(rig.c, DIR, lookup, p.at, p.size, out_at);
    memcpy(stat, fake_guest_at(out_at), sizeof *stat);
    return error;
}
static uint32_t set_times(const char *path, uint32_t lookup, uint64_t time, uint32_t flags)
{
    struct rig_path p = rig_path(path);
    return wasi_path_filestat_set_times(rig.c, DIR, lookup, p.at, p.size, time, time, flags);
}
static uint32_t read_link(const char *path, uint32_t size)
{
    struct rig_path p = rig_path(path);
    return wasi_path_readlink(rig.c, DIR, p.at, p.size, data_at, size, out_at);
}
static uint32_t open_with(const char *path, uint32_t oflags, uint64_t base, uint64_t inheriting, uint32_t flags)
{
    struct rig_path p = rig_path(path);
    return wasi_path_open(rig.c, DIR, 0, p.at, p.size, oflags, base, inheriting, flags, out_at);
}

static void directories_and_files_come_and_go(void **state)
{
    (void)state;
    assert_int_equal(create_directory("dir"), WASI_SUCCESS);
    assert_int_equal(create_directory("dir"), WASI_EEXIST);
    assert_int_equal(create_directory("none/dir"), WASI_ENOENT);
    rig_make_file("dir/file", "x");
    assert_int_equal(create_directory("dir/file/dir"), WASI_ENOTDIR);
    assert_int_equal(remove_directory("dir"), WASI_ENOTEMPTY);
    assert_int_equal(remove_directory("dir/file"), WASI_ENOTDIR);
    assert_int_equal(unlink_file("dir"), WASI_EISDIR);
    assert_int_equal(unlink_file("dir/file"), WASI_SUCCESS);
    assert_int_equal(unlink_file("dir/file"), WASI_ENOENT);
    assert_int_equal(remove_directory("dir"), WASI_SUCCESS);
    assert_int_equal(remove_directory("dir"), WASI_ENOENT);
}

static void open_obeys_its_flags(void **state)
{
    (void)state;
    rig_make_directory("dir");
    assert_int_equal(rig_open_errno("file", 0), WASI_ENOENT);
    assert_int_equal(rig_open_errno("file", WASI_OFLAG_CREAT), WASI_SUCCESS);
    assert_int_equal(rig_open_errno("file", WASI_OFLAG_CREAT | WASI_OFLAG_EXCL), WASI_EEXIST);
    assert_int_equal(rig_open_errno("file", WASI_OFLAG_DIRECTORY), WASI_ENOTDIR);
    assert_int_equal(rig_open_errno("file/", 0), WASI_ENOTDIR);
    assert_int_equal(rig_open_errno("dir", 0), WASI_EISDIR); /* to be written */
    assert_int_equal(rig_open_errno("dir/", WASI_OFLAG_DIRECTORY), WASI_SUCCESS);
    assert_int_equal(rig_open_errno("dir/../dir/./", WASI_OFLAG_DIRECTORY), WASI_SUCCESS);
    place();
    assert_int_equal(open_with("dir", WASI_OFLAG_DIRECTORY | WASI_OFLAG_CREAT, 0, 0, 0), WASI_EINVAL);
    assert_int_equal(open_with("dir", 16, 0, 0, 0), WASI_EINVAL);
    assert_int_equal(open_with("dir", 0, 0, 0, 32), WASI_EINVAL);
    rig_make_file("file", "some text");
    assert_int_equal(open_with("file", WASI_OFLAG_TRUNC, 0, 0, 0), WASI_SUCCESS);
    struct wasi_filestat stat;
    assert_int_equal(stat_path("file", 0, &stat), WASI_SUCCESS);
    assert_int_equal(stat.size, 0);
}

/* Also where it is said that it must be a directory. To be read is fine: a directory has no such right afterwards. */
static void no_directory_is_opened_to_be_written(void **state)
{
    (void)state;
    static const uint32_t oflags[] = {0, WASI_OFLAG_DIRECTORY};
    rig_make_directory("dir");
    place();
    for (uint32_t i = 0; i < COUNT_OF(oflags); i++) {
        assert_int_equal(open_with("dir", oflags[i], WASI_RIGHT_FD_WRITE, 0, 0), WASI_EISDIR);
        assert_int_equal(open_with(".", oflags[i], WASI_RIGHT_FD_READ | WASI_RIGHT_FD_WRITE, 0, 0), WASI_EISDIR);
        assert_int_equal(open_with("dir", oflags[i], WASI_RIGHT_FD_READ, WASI_RIGHT_FD_WRITE, 0), WASI_SUCCESS);
        const struct fs_fd *opened = &rig.c->table->fds[fake_guest_u32(out_at)];
        assert_true(opened->rights_base == 0 && opened->rights_inheriting == WASI_RIGHT_FD_WRITE);
    }
}

static void nothing_outside_is_reached(void **state)
{
    (void)state;
    static const char *const paths[] = {"..", "/", "/data", "../data", "dir/../..", "/etc/passwd", "out", "out/x"};
    rig_make_directory("dir");
    assert_int_equal(make_symlink("..", "out"), WASI_SUCCESS);
    for (uint32_t i = 0; i < COUNT_OF(paths); i++) {
        ROUND("%s", paths[i]);
        assert_int_equal(rig_open_errno(paths[i], WASI_OFLAG_DIRECTORY), WASI_EPERM);
    }
    uint32_t dir = rig_open(DIR, "dir", WASI_OFLAG_DIRECTORY);
    struct rig_path up = rig_path("..");
    place();
    assert_int_equal(wasi_path_open(rig.c, dir, 0, up.at, up.size, 0, 0, 0, 0, out_at), WASI_EPERM);
}

static void paths_that_are_none_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t size, error;
    } cases[] = {{"a\0b", 3, WASI_EINVAL},     {"\0", 1, WASI_EINVAL},           {"\xff", 1, WASI_EILSEQ},
                 {"\xc3", 1, WASI_EILSEQ},     {"a\x80", 2, WASI_EILSEQ},        {"\xed\xa0\x80", 3, WASI_EILSEQ},
                 {"\xc0\xaf", 2, WASI_EILSEQ}, {"\xe0\x80\xaf", 3, WASI_EILSEQ}, {"\xf4\x90\x80\x80", 4, WASI_EILSEQ},
                 {"", 0, WASI_ENOENT},         {"\xc3\xa4", 2, WASI_SUCCESS},    {"\xf0\x9f\x98\x80", 4, WASI_SUCCESS},
                 {"\xf0\x9f", 2, WASI_EILSEQ}};
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        uint32_t at = fake_guest_put(cases[i].text, cases[i].size);
        ROUND("%u", i);
        assert_int_equal(wasi_path_create_directory(rig.c, DIR, at, cases[i].size), cases[i].error);
    }
    uint32_t at = fake_guest_new(8192);
    memset(fake_guest_at(at), 'a', 8192);
    assert_int_equal(wasi_path_create_directory(rig.c, DIR, at, 4097), WASI_ENAMETOOLONG);
    assert_int_equal(wasi_path_create_directory(rig.c, DIR, at, 8192), WASI_ENAMETOOLONG);
    assert_int_equal(wasi_path_create_directory(rig.c, DIR, at, 256), WASI_ENAMETOOLONG);
    assert_int_equal(wasi_path_create_directory(rig.c, DIR, at, 255), WASI_SUCCESS);
    struct rig_path p = rig_path("link");
    assert_int_equal(wasi_path_symlink(rig.c, at, 0, DIR, p.at, p.size), WASI_ENOENT);
    assert_int_equal(wasi_path_symlink(rig.c, at, 4097, DIR, p.at, p.size), WASI_ENAMETOOLONG);
}

static void symlinks_are_followed_when_they_shall_be(void **state)
{
    (void)state;
    struct wasi_filestat stat;
    place();
    rig_make_file("file", "text");
    assert_int_equal(make_symlink("file", "link"), WASI_SUCCESS);
    assert_int_equal(make_symlink("file", "link"), WASI_EEXIST);
    assert_int_equal(make_symlink("loop", "loop"), WASI_SUCCESS);
    assert_int_equal(stat_path("link", 0, &stat), WASI_SUCCESS);
    assert_int_equal(stat.filetype, WASI_FILETYPE_SYMBOLIC_LINK);
    assert_int_equal(stat.size, 4);
    assert_int_equal(stat_path("link", WASI_LOOKUP_SYMLINK_FOLLOW, &stat), WASI_SUCCESS);
    assert_int_equal(stat.filetype, WASI_FILETYPE_REGULAR_FILE);
    assert_int_equal(stat_path("loop", WASI_LOOKUP_SYMLINK_FOLLOW, &stat), WASI_ELOOP);
    assert_int_equal(stat_path("link", 2, &stat), WASI_EINVAL);
    assert_int_equal(stat_path("none", 0, &stat), WASI_ENOENT);
    assert_int_equal(open_with("link", 0, 0, 0, 0), WASI_ELOOP);
    assert_int_equal(set_times("link", 0, 5, WASI_FSTFLAG_MTIM), WASI_SUCCESS);
    assert_int_equal(set_times("link", WASI_LOOKUP_SYMLINK_FOLLOW, 6, WASI_FSTFLAG_MTIM), WASI_SUCCESS);
    assert_int_equal(stat_path("link", 0, &stat), WASI_SUCCESS);
    assert_int_equal(stat.modified_ns, 5);
    assert_int_equal(stat_path("file", 0, &stat), WASI_SUCCESS);
    assert_int_equal(stat.modified_ns, 6);
    assert_int_equal(set_times("file", 0, 6, 3), WASI_EINVAL);
    assert_int_equal(set_times("file", 2, 6, 0), WASI_EINVAL);
    assert_int_equal(set_times("none", 0, 6, 0), WASI_ENOENT);
}

static void readlink_gives_as_much_as_fits(void **state)
{
    (void)state;
    place();
    assert_int_equal(make_symlink("some/where", "link"), WASI_SUCCESS);
    rig_make_file("file", "");
    assert_int_equal(read_link("link", 64), WASI_SUCCESS);
    assert_int_equal(fake_guest_u32(out_at), 10);
    assert_memory_equal(fake_guest_at(data_at), "some/where\0", 11);
    memset(fake_guest_at(data_at), 0, 64);
    assert_int_equal(read_link("link", 4), WASI_SUCCESS);
    assert_int_equal(fake_guest_u32(out_at), 4);
    assert_memory_equal(fake_guest_at(data_at), "some\0", 5);
    assert_int_equal(read_link("link", 0), WASI_SUCCESS);
    assert_int_equal(fake_guest_u32(out_at), 0);
    assert_int_equal(read_link("file", 64), WASI_EINVAL);
    assert_int_equal(read_link("none", 64), WASI_ENOENT);
}

static void links_and_renames_are_as_in_posix(void **state)
{
    (void)state;
    struct wasi_filestat stat;
    place();
    rig_make_file("file", "text");
    rig_make_directory("dir");
    assert_int_equal(make_link("file", 0, "dir/other"), WASI_SUCCESS);
    assert_int_equal(stat_path("file", 0, &stat), WASI_SUCCESS);
    assert_int_equal(stat.n_links, 2);
    assert_int_equal(make_link("file", 0, "dir/other"), WASI_EEXIST);
    assert_int_equal(make_link("dir", 0, "again"), WASI_EPERM);
    assert_int_equal(make_link("none", 0, "again"), WASI_ENOENT);
    assert_int_equal(make_link("file", 2, "again"), WASI_EINVAL);
    assert_int_equal(move("file", "moved"), WASI_SUCCESS);
    assert_int_equal(move("file", "moved"), WASI_ENOENT);
    assert_int_equal(move("dir", "dir/beneath"), WASI_EINVAL);
    assert_int_equal(move("moved", "dir"), WASI_EISDIR);
    assert_int_equal(move("dir", "moved"), WASI_ENOTDIR);
    rig_make_directory("full");
    rig_make_file("full/file", "");
    assert_int_equal(move("dir", "full"), WASI_ENOTEMPTY);
}

static void rights_are_narrowed_and_checked(void **state)
{
    (void)state;
    place();
    rig_make_file("file", "text");
    const uint64_t inheriting = WASI_RIGHT_FD_READ | WASI_RIGHT_PATH_OPEN;
    assert_int_equal(wasi_fd_fdstat_set_rights(rig.c, DIR, WASI_RIGHT_PATH_OPEN, inheriting), WASI_SUCCESS);
    assert_int_equal(open_with("file", 0, WASI_RIGHT_FD_WRITE, 0, 0), WASI_ENOTCAPABLE);
    assert_int_equal(open_with("file", 0, 0, WASI_RIGHT_FD_WRITE, 0), WASI_ENOTCAPABLE);
    assert_int_equal(open_with("file", WASI_OFLAG_CREAT, 0, 0, 0), WASI_ENOTCAPABLE);
    assert_int_equal(open_with("file", WASI_OFLAG_TRUNC, 0, 0, 0), WASI_ENOTCAPABLE);
    assert_int_equal(open_with("file", 0, WASI_RIGHT_FD_READ, 0, 0), WASI_SUCCESS);
    const struct fs_fd *opened = &rig.c->table->fds[fake_guest_u32(out_at)];
    assert_true(opened->rights_base == WASI_RIGHT_FD_READ && opened->rights_inheriting == 0);
    assert_int_equal(open_with(".", 0, inheriting, inheriting, 0), WASI_SUCCESS);
    opened = &rig.c->table->fds[fake_guest_u32(out_at)];
    assert_true(opened->rights_base == WASI_RIGHT_PATH_OPEN && opened->rights_inheriting == inheriting);

    struct wasi_filestat stat;
    assert_int_equal(create_directory("d"), WASI_ENOTCAPABLE);
    assert_int_equal(remove_directory("d"), WASI_ENOTCAPABLE);
    assert_int_equal(unlink_file("file"), WASI_ENOTCAPABLE);
    assert_int_equal(make_symlink("a", "b"), WASI_ENOTCAPABLE);
    assert_int_equal(make_link("file", 0, "b"), WASI_ENOTCAPABLE);
    assert_int_equal(move("file", "b"), WASI_ENOTCAPABLE);
    assert_int_equal(read_link("file", 1), WASI_ENOTCAPABLE);
    assert_int_equal(stat_path("file", 0, &stat), WASI_ENOTCAPABLE);
    assert_int_equal(set_times("file", 0, 0, 0), WASI_ENOTCAPABLE);
    assert_int_equal(wasi_fd_fdstat_set_rights(rig.c, DIR, 0, 0), WASI_SUCCESS);
    assert_int_equal(open_with("file", 0, 0, 0, 0), WASI_ENOTCAPABLE);
}

/* Every function that takes a directory, with one that is none: the errno of each must be the same. */
static void expect_no_directory(uint32_t fd, uint32_t error)
{
    struct rig_path p = rig_path("x");
    assert_int_equal(wasi_path_open(rig.c, fd, 0, p.at, p.size, 0, 0, 0, 0, out_at), error);
    assert_int_equal(wasi_path_create_directory(rig.c, fd, p.at, p.size), error);
    assert_int_equal(wasi_path_remove_directory(rig.c, fd, p.at, p.size), error);
    assert_int_equal(wasi_path_unlink_file(rig.c, fd, p.at, p.size), error);
    assert_int_equal(wasi_path_filestat_get(rig.c, fd, 0, p.at, p.size, out_at), error);
    assert_int_equal(wasi_path_filestat_set_times(rig.c, fd, 0, p.at, p.size, 0, 0, 0), error);
    assert_int_equal(wasi_path_link(rig.c, fd, 0, p.at, p.size, DIR, p.at, p.size), error);
    assert_int_equal(wasi_path_link(rig.c, DIR, 0, p.at, p.size, fd, p.at, p.size), error);
    assert_int_equal(wasi_path_rename(rig.c, fd, p.at, p.size, DIR, p.at, p.size), error);
    assert_int_equal(wasi_path_rename(rig.c, DIR, p.at, p.size, fd, p.at, p.size), error);
    assert_int_equal(wasi_path_symlink(rig.c, p.at, p.size, fd, p.at, p.size), error);
    assert_int_equal(wasi_path_readlink(rig.c, fd, p.at, p.size, data_at, 8, out_at), error);
}

static void what_is_no_directory_says_so(void **state)
{
    (void)state;
    place();
    rig_make_file("file", "");
    expect_no_directory(0, WASI_ENOTDIR);
    expect_no_directory(rig_open(DIR, "file", 0), WASI_ENOTDIR);
    expect_no_directory(99, WASI_EBADF);
    expect_no_directory(UINT32_MAX, WASI_EBADF);
}

static void read_only_volume_is_erofs(void **state)
{
    (void)state;
    struct wasi_filestat stat;
    place();
    assert_int_equal(create_directory("d"), WASI_EROFS);
    assert_int_equal(remove_directory("dir"), WASI_EROFS);
    assert_int_equal(unlink_file("file"), WASI_EROFS);
    assert_int_equal(make_symlink("a", "b"), WASI_EROFS);
    assert_int_equal(make_link("file", 0, "b"), WASI_EROFS);
    assert_int_equal(move("file", "b"), WASI_EROFS);
    assert_int_equal(set_times("file", 0, 0, WASI_FSTFLAG_MTIM), WASI_EROFS);
    assert_int_equal(open_with("new", WASI_OFLAG_CREAT, 0, 0, 0), WASI_EROFS);
    assert_int_equal(open_with("file", WASI_OFLAG_TRUNC, 0, 0, 0), WASI_EROFS);
    assert_int_equal(stat_path("file", 0, &stat), WASI_SUCCESS);
    assert_int_equal(stat.size, 7);
}

static void open_without_a_free_number_is_emfile_and_makes_nothing(void **state)
{
    (void)state;
    struct wasi_filestat stat;
    place();
    while (wasi_fd_open(rig.c, (struct stream){.kind = STREAM_NULL}) >= 0) continue;
    assert_int_equal(rig.c->table->n_used, WASI_FDS_MAX);
    assert_int_equal(open_with("new", WASI_OFLAG_CREAT, 0, 0, 0), WASI_EMFILE);
    assert_int_equal(stat_path("new", 0, &stat), WASI_ENOENT);
    assert_int_equal(wasi_fd_close(rig.c, 77), WASI_SUCCESS);
    assert_int_equal(open_with("new", WASI_OFLAG_CREAT, 0, 0, 0), WASI_SUCCESS);
    assert_int_equal(fake_guest_u32(out_at), 77);
}

/* Pointers. Each call is one that has an effect if it is let through. */

static struct rig_path name, link_name;

static uint32_t open_path_at(uint32_t address)
{
    return wasi_path_open(rig.c, DIR, 0, address, 3, WASI_OFLAG_CREAT, 0, 0, 0, out_at);
}
static uint32_t open_out_at(uint32_t address)
{
    return wasi_path_open(rig.c, DIR, 0, name.at, name.size, WASI_OFLAG_CREAT, 0, 0, 0, address);
}
static uint32_t create_at(uint32_t address)
{
    return wasi_path_create_directory(rig.c, DIR, address, 3);
}
static uint32_t remove_at(uint32_t address)
{
    return wasi_path_remove_directory(rig.c, DIR, address, 3);
}
static uint32_t unlink_at(uint32_t address)
{
    return wasi_path_unlink_file(rig.c, DIR, address, 3);
}
static uint32_t stat_path_at(uint32_t address)
{
    return wasi_path_filestat_get(rig.c, DIR, 0, address, 3, out_at);
}
static uint32_t stat_out_at(uint32_t address)
{
    return wasi_path_filestat_get(rig.c, DIR, 0, link_name.at, link_name.size, address);
}
static uint32_t times_at(uint32_t address)
{
    return wasi_path_filestat_set_times(rig.c, DIR, 0, address, 3, 0, 0, 0);
}
static uint32_t link_from_at(uint32_t address)
{
    return wasi_path_link(rig.c, DIR, 0, address, 3, DIR, name.at, name.size);
}
static uint32_t link_to_at(uint32_t address)
{
    return wasi_path_link(rig.c, DIR, 0, link_name.at, link_name.size, DIR, address, 3);
}
static uint32_t rename_from_at(uint32_t address)
{
    return wasi_path_rename(rig.c, DIR, address, 3, DIR, name.at, name.size);
}
static uint32_t rename_to_at(uint32_t address)
{
    return wasi_path_rename(rig.c, DIR, link_name.at, link_name.size, DIR, address, 3);
}
static uint32_t symlink_target_at(uint32_t address)
{
    return wasi_path_symlink(rig.c, address, 3, DIR, name.at, name.size);
}
static uint32_t symlink_path_at(uint32_t address)
{
    return wasi_path_symlink(rig.c, name.at, name.size, DIR, address, 3);
}
static uint32_t readlink_path_at(uint32_t address)
{
    return wasi_path_readlink(rig.c, DIR, address, 3, data_at, 8, out_at);
}
static uint32_t readlink_data_at(uint32_t address)
{
    return wasi_path_readlink(rig.c, DIR, link_name.at, link_name.size, address, 8, out_at);
}
static uint32_t readlink_out_at(uint32_t address)
{
    return wasi_path_readlink(rig.c, DIR, link_name.at, link_name.size, data_at, 8, address);
}

/* Only `link` is there, and no descriptor was opened. */
static void nothing_has_changed(void)
{
    struct fs_entry entry = {0};
    uint32_t n = 0;
    while (pool__fs_next_entry(rig.pool, &rig.c->table->fds[DIR].file, entry.cookie, &entry) > 0) n++;
    assert_int_equal(n, 3);
    assert_null(wasi_fd_of(rig.c, DIR + 1));
}

static void every_pointer_is_checked(void **state)
{
    (void)state;
    static uint32_t (*const paths[])(uint32_t) = {
        open_path_at, create_at,    remove_at,         unlink_at,       stat_path_at,     times_at,      link_from_at,
        link_to_at,   rename_to_at, symlink_target_at, symlink_path_at, readlink_path_at, rename_from_at};
    place();
    name = rig_path("new");
    link_name = rig_path("link");
    assert_int_equal(make_symlink("some/where", "link"), WASI_SUCCESS);
    for (uint32_t i = 0; i < COUNT_OF(paths); i++) check_bad_pointers(paths[i], 3, nothing_has_changed);
    check_bad_pointers(open_out_at, 4, nothing_has_changed);
    check_pointer(stat_out_at, sizeof(struct wasi_filestat), WASI_SUCCESS);
    check_pointer(readlink_data_at, 8, WASI_SUCCESS);
    check_pointer(readlink_out_at, 4, WASI_SUCCESS);
    memcpy(fake_guest_at(last_address(3)), "end", 3);
    assert_int_equal(create_at(last_address(3)), WASI_SUCCESS);
    assert_int_equal(rename_from_at(last_address(3)), WASI_SUCCESS);
    assert_int_equal(rig_open_errno("new", WASI_OFLAG_DIRECTORY), WASI_SUCCESS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WASI_CASE_FILES(directories_and_files_come_and_go),
        WASI_CASE_FILES(open_obeys_its_flags),
        WASI_CASE_FILES(no_directory_is_opened_to_be_written),
        WASI_CASE_FILES(nothing_outside_is_reached),
        WASI_CASE_FILES(paths_that_are_none_are_refused),
        WASI_CASE_FILES(symlinks_are_followed_when_they_shall_be),
        WASI_CASE_FILES(readlink_gives_as_much_as_fits),
        WASI_CASE_FILES(links_and_renames_are_as_in_posix),
        WASI_CASE_FILES(rights_are_narrowed_and_checked),
        WASI_CASE_FILES(what_is_no_directory_says_so),
        WASI_CASE_READ_ONLY(read_only_volume_is_erofs),
        WASI_CASE_FILES(open_without_a_free_number_is_emfile_and_makes_nothing),
        WASI_CASE_FILES(every_pointer_is_checked),
    };
    return cmocka_run_group_tests_name("wasi_path", tests, NULL, NULL);
}
