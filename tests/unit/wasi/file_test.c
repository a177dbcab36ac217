/* Files of a volume, by descriptor. */
#include "support/fake_guest.h"
#include "support/fake_port.h"
#include "support/prelude.h"
#include "support/wasi_rig.h"

static uint32_t fd, n_at, data_at, iov_at, out_at;

/* A file with "0123456789" that is open at its beginning, a buffer of 16 bytes, and room for what comes out. */
static void place(void)
{
    rig_make_file("file", "0123456789");
    fd = rig_open(RIG_DIRECTORY, "file", 0);
    n_at = fake_guest_new(4);
    data_at = fake_guest_new(16);
    iov_at = fake_guest_iovec(data_at, 16);
    out_at = fake_guest_new(sizeof(struct wasi_filestat));
}

static uint32_t iovec_of(const char *text)
{
    uint32_t size = (uint32_t)strlen(text);
    return fake_guest_iovec(fake_guest_put(text, size), size);
}

static uint32_t moved(void)
{
    return fake_guest_u32(n_at);
}

static struct wasi_filestat stat_now(void)
{
    struct wasi_filestat stat;
    assert_int_equal(wasi_fd_filestat_get(rig.c, fd, out_at), WASI_SUCCESS);
    memcpy(&stat, fake_guest_at(out_at), sizeof stat);
    return stat;
}

static uint64_t tell(void)
{
    assert_int_equal(wasi_fd_tell(rig.c, fd, out_at), WASI_SUCCESS);
    return fake_guest_u64(out_at);
}

static void expect_content(const char *text)
{
    uint32_t size = (uint32_t)strlen(text), at = fake_guest_new(64), iov = fake_guest_iovec(at, 64);
    assert_int_equal(wasi_fd_pread(rig.c, fd, iov, 1, 0, n_at), WASI_SUCCESS);
    assert_int_equal(moved(), size);
    assert_memory_equal(fake_guest_at(at), text, size);
}

static void give_up(uint64_t rights)
{
    const struct fs_fd *open = &rig.c->table->fds[fd];
    uint64_t base = open->rights_base & ~rights;
    assert_int_equal(wasi_fd_fdstat_set_rights(rig.c, fd, base, open->rights_inheriting), WASI_SUCCESS);
}

static void reading_and_writing_move_the_offset(void **state)
{
    (void)state;
    place();
    assert_int_equal(wasi_fd_write(rig.c, fd, iovec_of("abc"), 1, n_at), WASI_SUCCESS);
    assert_int_equal(moved(), 3);
    assert_int_equal(tell(), 3);
    assert_int_equal(wasi_fd_read(rig.c, fd, iov_at, 1, n_at), WASI_SUCCESS);
    assert_int_equal(moved(), 7);
    assert_memory_equal(fake_guest_at(data_at), "3456789", 7);
    assert_int_equal(wasi_fd_read(rig.c, fd, iov_at, 1, n_at), WASI_SUCCESS);
    assert_int_equal(moved(), 0);
    expect_content("abc3456789");
    assert_int_equal(tell(), 10); /* which pread leaves alone */
}

static void writing_nothing_changes_nothing(void **state)
{
    (void)state;
    place();
    assert_int_equal(wasi_fd_seek(rig.c, fd, 100, WASI_WHENCE_SET, out_at), WASI_SUCCESS);
    assert_int_equal(wasi_fd_write(rig.c, fd, iov_at, 0, n_at), WASI_SUCCESS);
    assert_int_equal(wasi_fd_pwrite(rig.c, fd, iov_at, 0, 200, n_at), WASI_SUCCESS);
    assert_int_equal(moved(), 0);
    assert_int_equal(stat_now().size, 10);
}

static void appending_goes_to_the_end(void **state)
{
    (void)state;
    place();
    assert_int_equal(wasi_fd_fdstat_set_flags(rig.c, fd, WASI_FDFLAG_APPEND), WASI_SUCCESS);
    assert_int_equal(wasi_fd_write(rig.c, fd, iovec_of("ab"), 1, n_at), WASI_SUCCESS);
    assert_int_equal(tell(), 12);
    assert_int_equal(wasi_fd_pwrite(rig.c, fd, iovec_of("x"), 1, 0, n_at), WASI_SUCCESS);
    expect_content("x123456789ab");
}

static void pread_and_pwrite_are_at_their_offset(void **state)
{
    (void)state;
    place();
    assert_int_equal(wasi_fd_pwrite(rig.c, fd, iovec_of("xy"), 1, 4, n_at), WASI_SUCCESS);
    assert_int_equal(moved(), 2);
    assert_int_equal(wasi_fd_pread(rig.c, fd, iov_at, 1, 3, n_at), WASI_SUCCESS);
    assert_int_equal(moved(), 7);
    assert_memory_equal(fake_guest_at(data_at), "3xy6789", 7);
    assert_int_equal(wasi_fd_pread(rig.c, fd, iov_at, 1, 10, n_at), WASI_SUCCESS);
    assert_int_equal(moved(), 0);
    assert_int_equal(wasi_fd_pread(rig.c, fd, iov_at, 1, (uint64_t)INT64_MAX + 1, n_at), WASI_EINVAL);
    assert_int_equal(wasi_fd_pwrite(rig.c, fd, iov_at, 1, UINT64_MAX, n_at), WASI_EINVAL);
    assert_int_equal(wasi_fd_pwrite(rig.c, fd, iov_at, 1, INT64_MAX, n_at), WASI_EFBIG);
    assert_int_equal(tell(), 0);
}

static void seek_knows_every_whence(void **state)
{
    (void)state;
    static const struct {
        int64_t offset;
        uint32_t whence, error;
        uint64_t result;
    } cases[] = {{4, WASI_WHENCE_SET, 0, 4},
                 {2, WASI_WHENCE_CUR, 0, 6},
                 {-6, WASI_WHENCE_CUR, 0, 0},
                 {-1, WASI_WHENCE_CUR, WASI_EINVAL, 0},
                 {-3, WASI_WHENCE_END, 0, 7},
                 {5, WASI_WHENCE_END, 0, 15},
                 {-11, WASI_WHENCE_END, WASI_EINVAL, 15},
                 {-1, WASI_WHENCE_SET, WASI_EINVAL, 15},
                 {INT64_MAX, WASI_WHENCE_CUR, WASI_EINVAL, 15},
                 {INT64_MIN, WASI_WHENCE_END, WASI_EINVAL, 15},
                 {0, 3, WASI_EINVAL, 15},
                 {INT64_MAX, WASI_WHENCE_SET, 0, INT64_MAX}};
    place();
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        ROUND("%u", i);
        assert_int_equal(wasi_fd_seek(rig.c, fd, cases[i].offset, cases[i].whence, out_at), cases[i].error);
        if (!cases[i].error) assert_int_equal(fake_guest_u64(out_at), cases[i].result);
        assert_int_equal(tell(), cases[i].result);
    }
}

static void size_is_set_and_room_is_made(void **state)
{
    (void)state;
    place();
    assert_int_equal(wasi_fd_filestat_set_size(rig.c, fd, 4), WASI_SUCCESS);
    expect_content("0123");
    assert_int_equal(wasi_fd_allocate(rig.c, fd, 2, 1), WASI_SUCCESS);
    assert_int_equal(stat_now().size, 4);
    assert_int_equal(wasi_fd_allocate(rig.c, fd, 2, 10), WASI_SUCCESS);
    assert_int_equal(stat_now().size, 12);
    assert_int_equal(wasi_fd_allocate(rig.c, fd, 0, 0), WASI_EINVAL);
    assert_int_equal(wasi_fd_allocate(rig.c, fd, UINT64_MAX, 1), WASI_EINVAL);
    assert_int_equal(wasi_fd_allocate(rig.c, fd, INT64_MAX, 1), WASI_EFBIG);
    assert_int_equal(wasi_fd_filestat_set_size(rig.c, fd, (uint64_t)INT64_MAX + 1), WASI_EINVAL);
    assert_int_equal(wasi_fd_filestat_set_size(rig.c, fd, INT64_MAX), WASI_EFBIG);
    assert_int_equal(stat_now().size, 12);
}

static void times_are_set_kept_or_now(void **state)
{
    (void)state;
    place();
    assert_int_equal(wasi_fd_filestat_set_times(rig.c, fd, 5, 7, WASI_FSTFLAG_ATIM | WASI_FSTFLAG_MTIM), 0);
    assert_int_equal(stat_now().accessed_ns, 5);
    assert_int_equal(stat_now().modified_ns, 7);
    assert_int_equal(wasi_fd_filestat_set_times(rig.c, fd, 9, 9, 0), WASI_SUCCESS);
    assert_int_equal(stat_now().accessed_ns, 5);
    assert_int_equal(wasi_fd_filestat_set_times(rig.c, fd, 9, 9, WASI_FSTFLAG_MTIM_NOW), WASI_SUCCESS);
    assert_int_equal(stat_now().accessed_ns, 5);
    assert_true(stat_now().modified_ns > 9);
    assert_int_equal(wasi_fd_filestat_set_times(rig.c, fd, UINT64_MAX, 0, WASI_FSTFLAG_ATIM), WASI_SUCCESS);
    assert_int_equal(stat_now().accessed_ns, UINT64_MAX - 1);
    static const uint32_t bad[] = {3, 12, 15, 16, UINT32_MAX};
    for (uint32_t i = 0; i < COUNT_OF(bad); i++) {
        assert_int_equal(wasi_fd_filestat_set_times(rig.c, fd, 1, 1, bad[i]), WASI_EINVAL);
    }
}

static void stat_tells_of_a_file_and_of_a_directory(void **state)
{
    (void)state;
    struct wasi_fdstat stat;
    place();
    assert_int_equal(stat_now().filetype, WASI_FILETYPE_REGULAR_FILE);
    assert_int_equal(stat_now().n_links, 1);
    assert_int_equal(stat_now().size, 10);
    assert_int_equal(wasi_fd_fdstat_set_flags(rig.c, fd, WASI_FDFLAGS_ALL), WASI_SUCCESS);
    assert_int_equal(wasi_fd_fdstat_set_flags(rig.c, fd, WASI_FDFLAGS_ALL + 1), WASI_EINVAL);
    assert_int_equal(wasi_fd_fdstat_get(rig.c, fd, out_at), WASI_SUCCESS);
    memcpy(&stat, fake_guest_at(out_at), sizeof stat);
    assert_int_equal(stat.filetype, WASI_FILETYPE_REGULAR_FILE);
    assert_int_equal(stat.flags, WASI_FDFLAGS_ALL);
    assert_true(stat.rights_base == WASI_RIGHTS_FILE && stat.rights_inheriting == 0);
    assert_int_equal(wasi_fd_fdstat_get(rig.c, RIG_DIRECTORY, out_at), WASI_SUCCESS);
    memcpy(&stat, fake_guest_at(out_at), sizeof stat);
    assert_int_equal(stat.filetype, WASI_FILETYPE_DIRECTORY);
    assert_true(stat.rights_base == WASI_RIGHTS_DIRECTORY && stat.rights_inheriting == WASI_RIGHTS_ALL);
    fd = RIG_DIRECTORY;
    assert_int_equal(stat_now().filetype, WASI_FILETYPE_DIRECTORY);
}

static void advice_and_sync_are_taken(void **state)
{
    (void)state;
    place();
    for (uint32_t advice = 0; advice < 6; advice++) {
        assert_int_equal(wasi_fd_advise(rig.c, fd, 0, 10, advice), WASI_SUCCESS);
    }
    assert_int_equal(wasi_fd_advise(rig.c, fd, 0, 10, 6), WASI_EINVAL);
    assert_int_equal(wasi_fd_advise(rig.c, fd, UINT64_MAX, 10, 0), WASI_EINVAL);
    assert_int_equal(wasi_fd_sync(rig.c, fd), WASI_SUCCESS);
    assert_int_equal(wasi_fd_datasync(rig.c, fd), WASI_SUCCESS);
    assert_int_equal(wasi_fd_sync(rig.c, RIG_DIRECTORY), WASI_SUCCESS);
}

/* What is done with files only: to everything else it is the errno. */
static void expect_no_file(uint32_t other, uint32_t error, uint32_t read_error)
{
    fd = other;
    assert_int_equal(wasi_fd_pread(rig.c, fd, iov_at, 1, 0, n_at), error);
    assert_int_equal(wasi_fd_pwrite(rig.c, fd, iov_at, 1, 0, n_at), error);
    assert_int_equal(wasi_fd_seek(rig.c, fd, 0, WASI_WHENCE_CUR, out_at), error);
    assert_int_equal(wasi_fd_tell(rig.c, fd, out_at), error);
    assert_int_equal(wasi_fd_advise(rig.c, fd, 0, 0, 0), error);
    assert_int_equal(wasi_fd_allocate(rig.c, fd, 0, 1), error);
    assert_int_equal(wasi_fd_filestat_set_size(rig.c, fd, 0), error);
    assert_int_equal(wasi_fd_read(rig.c, fd, iov_at, 1, n_at), read_error);
    assert_int_equal(wasi_fd_write(rig.c, fd, iov_at, 1, n_at), WASI_EBADF);
}

static void what_is_no_file_says_so(void **state)
{
    (void)state;
    place();
    expect_no_file(RIG_DIRECTORY, WASI_EBADF, WASI_EBADF);
    expect_no_file(99, WASI_EBADF, WASI_EBADF);
    assert_int_equal(wasi_fd_sync(rig.c, 1), WASI_ESPIPE);
    assert_int_equal(wasi_fd_filestat_set_times(rig.c, 1, 0, 0, 0), WASI_ESPIPE);
    assert_int_equal(wasi_fd_filestat_set_times(rig.c, 99, 0, 0, 0), WASI_EBADF);
}

static void what_is_closed_is_ebadf_to_every_call(void **state)
{
    (void)state;
    place();
    uint32_t other = rig_open(RIG_DIRECTORY, "file", 0);
    assert_int_equal(wasi_fd_close(rig.c, fd), WASI_SUCCESS);
    expect_no_file(fd, WASI_EBADF, WASI_EBADF);
    assert_int_equal(wasi_fd_close(rig.c, fd), WASI_EBADF);
    assert_int_equal(wasi_fd_sync(rig.c, fd), WASI_EBADF);
    assert_int_equal(wasi_fd_datasync(rig.c, fd), WASI_EBADF);
    assert_int_equal(wasi_fd_fdstat_get(rig.c, fd, out_at), WASI_EBADF);
    assert_int_equal(wasi_fd_fdstat_set_flags(rig.c, fd, 0), WASI_EBADF);
    assert_int_equal(wasi_fd_fdstat_set_rights(rig.c, fd, 0, 0), WASI_EBADF);
    assert_int_equal(wasi_fd_filestat_get(rig.c, fd, out_at), WASI_EBADF);
    assert_int_equal(wasi_fd_filestat_set_times(rig.c, fd, 0, 0, 0), WASI_EBADF);
    assert_int_equal(wasi_fd_readdir(rig.c, fd, data_at, 16, 0, n_at), WASI_EBADF);
    assert_int_equal(wasi_fd_renumber(rig.c, fd, other), WASI_EBADF);
    assert_int_equal(wasi_fd_renumber(rig.c, other, fd), WASI_EBADF);
    assert_int_equal(wasi_not_a_socket(rig.c, fd), WASI_EBADF);
    assert_int_equal(wasi_not_a_socket(rig.c, other), WASI_ENOTSOCK);
    assert_int_equal(wasi_not_a_socket(rig.c, RIG_DIRECTORY), WASI_ENOTSOCK);
}

/* Each has an offset of its own; a number that is free again is the next one to be given. */
static void thousands_can_be_open(void **state)
{
    (void)state;
    enum { OPEN = 2000 };
    static uint32_t fds[OPEN];
    place();
    for (uint32_t i = 0; i < OPEN; i++) fds[i] = rig_open(RIG_DIRECTORY, "file", 0);
    for (uint32_t i = 0; i < OPEN; i++) {
        assert_int_equal(wasi_fd_seek(rig.c, fds[i], i % 10, WASI_WHENCE_SET, out_at), WASI_SUCCESS);
    }
    for (uint32_t i = 0; i < OPEN; i++) {
        assert_int_equal(wasi_fd_read(rig.c, fds[i], iov_at, 1, n_at), WASI_SUCCESS);
        assert_int_equal(moved(), 10 - i % 10);
        assert_int_equal(*fake_guest_at(data_at), '0' + i % 10);
    }
    for (uint32_t i = 0; i < OPEN; i += 2) assert_int_equal(wasi_fd_close(rig.c, fds[i]), WASI_SUCCESS);
    for (uint32_t i = 0; i < OPEN; i++) {
        uint32_t error = i % 2 ? WASI_SUCCESS : WASI_EBADF;
        assert_int_equal(wasi_fd_tell(rig.c, fds[i], out_at), error);
    }
    for (uint32_t i = 0; i < OPEN; i += 2) assert_int_equal(rig_open(RIG_DIRECTORY, "file", 0), fds[i]);
}

static void what_was_given_up_is_enotcapable(void **state)
{
    (void)state;
    place();
    give_up(WASI_RIGHT_FD_SEEK);
    assert_int_equal(wasi_fd_pread(rig.c, fd, iov_at, 1, 0, n_at), WASI_ENOTCAPABLE);
    assert_int_equal(wasi_fd_pwrite(rig.c, fd, iov_at, 1, 0, n_at), WASI_ENOTCAPABLE);
    assert_int_equal(wasi_fd_seek(rig.c, fd, 1, WASI_WHENCE_CUR, out_at), WASI_ENOTCAPABLE);
    assert_int_equal(wasi_fd_seek(rig.c, fd, 0, WASI_WHENCE_CUR, out_at), WASI_SUCCESS); /* that is to tell */
    give_up(WASI_RIGHT_FD_TELL);
    assert_int_equal(wasi_fd_tell(rig.c, fd, out_at), WASI_ENOTCAPABLE);
    assert_int_equal(wasi_fd_seek(rig.c, fd, 0, WASI_WHENCE_CUR, out_at), WASI_ENOTCAPABLE);
    assert_int_equal(wasi_fd_fdstat_set_rights(rig.c, fd, WASI_RIGHTS_FILE, 0), WASI_ENOTCAPABLE);
    assert_int_equal(wasi_fd_fdstat_set_rights(rig.c, fd, 0, WASI_RIGHT_FD_READ), WASI_ENOTCAPABLE);
    give_up(WASI_RIGHTS_ALL);
    assert_int_equal(wasi_fd_read(rig.c, fd, iov_at, 1, n_at), WASI_ENOTCAPABLE);
    assert_int_equal(wasi_fd_write(rig.c, fd, iov_at, 1, n_at), WASI_ENOTCAPABLE);
    assert_int_equal(wasi_fd_sync(rig.c, fd), WASI_ENOTCAPABLE);
    assert_int_equal(wasi_fd_datasync(rig.c, fd), WASI_ENOTCAPABLE);
    assert_int_equal(wasi_fd_advise(rig.c, fd, 0, 0, 0), WASI_ENOTCAPABLE);
    assert_int_equal(wasi_fd_allocate(rig.c, fd, 0, 1), WASI_ENOTCAPABLE);
    assert_int_equal(wasi_fd_filestat_get(rig.c, fd, out_at), WASI_ENOTCAPABLE);
    assert_int_equal(wasi_fd_filestat_set_size(rig.c, fd, 0), WASI_ENOTCAPABLE);
    assert_int_equal(wasi_fd_filestat_set_times(rig.c, fd, 0, 0, 0), WASI_ENOTCAPABLE);
    assert_int_equal(wasi_fd_fdstat_set_flags(rig.c, fd, 0), WASI_ENOTCAPABLE);
    fd = 0;
    give_up(WASI_RIGHT_FD_READ);
    assert_int_equal(wasi_fd_read(rig.c, 0, iov_at, 1, n_at), WASI_ENOTCAPABLE);
}

static uint32_t seek_at(uint32_t address)
{
    return wasi_fd_seek(rig.c, fd, 1, WASI_WHENCE_SET, address);
}
static uint32_t tell_at(uint32_t address)
{
    return wasi_fd_tell(rig.c, fd, address);
}
static uint32_t filestat_at(uint32_t address)
{
    return wasi_fd_filestat_get(rig.c, fd, address);
}
static uint32_t pread_n_at(uint32_t address)
{
    return wasi_fd_pread(rig.c, fd, iov_at, 1, 0, address);
}
static uint32_t pwrite_n_at(uint32_t address)
{
    return wasi_fd_pwrite(rig.c, fd, iov_at, 1, 0, address);
}
static uint32_t pread_iovs_at(uint32_t address)
{
    return wasi_fd_pread(rig.c, fd, address, 1, 0, n_at);
}
static uint32_t pwrite_iovs_at(uint32_t address)
{
    return wasi_fd_pwrite(rig.c, fd, address, 1, 0, n_at);
}
static uint32_t read_n_at(uint32_t address)
{
    return wasi_fd_read(rig.c, fd, iov_at, 1, address);
}
static uint32_t write_n_at(uint32_t address)
{
    return wasi_fd_write(rig.c, fd, iov_at, 1, address);
}

static void nothing_has_changed(void)
{
    assert_int_equal(rig.c->table->fds[fd].offset, 0);
    struct fs_stat stat;
    assert_int_equal(pool__fs_stat(rig.pool, &rig.c->table->fds[fd].file, &stat), 0);
    assert_int_equal(stat.size, 10);
}

static void every_pointer_is_checked(void **state)
{
    (void)state;
    place();
    check_bad_pointers(seek_at, 8, nothing_has_changed);
    check_bad_pointers(pread_n_at, 4, nothing_has_changed);
    check_bad_pointers(pwrite_n_at, 4, nothing_has_changed);
    check_bad_pointers(pread_iovs_at, 8, nothing_has_changed);
    check_bad_pointers(pwrite_iovs_at, 8, nothing_has_changed);
    check_bad_pointers(read_n_at, 4, nothing_has_changed);
    check_bad_pointers(write_n_at, 4, nothing_has_changed);
    check_pointer(tell_at, 8, WASI_SUCCESS);
    check_pointer(filestat_at, sizeof(struct wasi_filestat), WASI_SUCCESS);
    check_pointer(seek_at, 8, WASI_SUCCESS);
}

static void renumber_moves_a_file_and_closes_the_other(void **state)
{
    (void)state;
    place();
    uint32_t other = rig_open(RIG_DIRECTORY, "other", WASI_OFLAG_CREAT);
    assert_int_equal(wasi_fd_seek(rig.c, fd, 3, WASI_WHENCE_SET, out_at), WASI_SUCCESS);
    assert_int_equal(wasi_fd_renumber(rig.c, fd, other), WASI_SUCCESS);
    assert_int_equal(wasi_fd_tell(rig.c, fd, out_at), WASI_EBADF);
    fd = other;
    assert_int_equal(tell(), 3);
    assert_int_equal(wasi_fd_renumber(rig.c, fd, 1), WASI_SUCCESS); /* over a stream */
    fd = 1;
    expect_content("0123456789");
    assert_int_equal(wasi_fd_renumber(rig.c, 2, 1), WASI_SUCCESS); /* and a stream over a file */
    assert_int_equal(wasi_fd_close(rig.c, 1), WASI_SUCCESS);
}

static void file_that_was_unlinked_lives_until_it_is_closed(void **state)
{
    (void)state;
    place();
    struct rig_path path = rig_path("file");
    assert_int_equal(wasi_path_unlink_file(rig.c, RIG_DIRECTORY, path.at, path.size), WASI_SUCCESS);
    assert_int_equal(stat_now().n_links, 0);
    expect_content("0123456789");
    assert_int_equal(wasi_fd_close(rig.c, fd), WASI_SUCCESS);
    assert_int_equal(wasi_fd_close(rig.c, fd), WASI_EBADF);
    assert_int_equal(rig_open_errno("file", 0), WASI_ENOENT);
}

static void poll_finds_a_file_ready(void **state)
{
    (void)state;
    struct wasi_event events[3];
    place();
    struct wasi_subscription in[] = {{.userdata = 1, .type = WASI_EVENT_FD_READ, .clock_or_fd = fd},
                                     {.userdata = 2, .type = WASI_EVENT_FD_WRITE, .clock_or_fd = fd},
                                     {.userdata = 3, .type = WASI_EVENT_FD_READ, .clock_or_fd = RIG_DIRECTORY}};
    assert_int_equal(wasi_fd_seek(rig.c, fd, 4, WASI_WHENCE_SET, out_at), WASI_SUCCESS);
    uint32_t at = fake_guest_put(in, sizeof in), events_at = fake_guest_new(sizeof events);
    assert_int_equal(wasi_poll_oneoff(rig.c, at, events_at, 3, n_at), WASI_SUCCESS);
    assert_int_equal(moved(), 3);
    memcpy(events, fake_guest_at(events_at), sizeof events);
    assert_int_equal(events[0].n_bytes, 6);
    assert_int_equal(events[0].error | events[1].error, WASI_SUCCESS);
    assert_int_equal(events[2].error, WASI_EBADF);
    give_up(WASI_RIGHT_POLL_FD_READWRITE);
    assert_int_equal(wasi_poll_oneoff(rig.c, at, events_at, 1, n_at), WASI_SUCCESS);
    memcpy(events, fake_guest_at(events_at), sizeof events);
    assert_int_equal(events[0].error, WASI_ENOTCAPABLE);
}

static void read_only_volume_is_erofs(void **state)
{
    (void)state;
    struct rig_path path = rig_path("file");
    out_at = fake_guest_new(64);
    assert_int_equal(wasi_path_open(rig.c, RIG_DIRECTORY, 0, path.at, path.size, 0, WASI_RIGHT_FD_WRITE, 0, 0, out_at),
                     WASI_EROFS);
    uint64_t rights = WASI_RIGHTS_FILE & ~WASI_RIGHT_FD_WRITE;
    assert_int_equal(wasi_path_open(rig.c, RIG_DIRECTORY, 0, path.at, path.size, 0, rights, 0, 0, out_at), 0);
    fd = fake_guest_u32(out_at);
    n_at = fake_guest_new(4);
    expect_content("content");
    assert_int_equal(wasi_fd_filestat_set_size(rig.c, fd, 0), WASI_EROFS);
    assert_int_equal(wasi_fd_allocate(rig.c, fd, 0, 100), WASI_EROFS);
    assert_int_equal(wasi_fd_filestat_set_times(rig.c, fd, 1, 1, WASI_FSTFLAG_MTIM), WASI_EROFS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WASI_CASE_FILES(reading_and_writing_move_the_offset),
        WASI_CASE_FILES(writing_nothing_changes_nothing),
        WASI_CASE_FILES(appending_goes_to_the_end),
        WASI_CASE_FILES(pread_and_pwrite_are_at_their_offset),
        WASI_CASE_FILES(seek_knows_every_whence),
        WASI_CASE_FILES(size_is_set_and_room_is_made),
        WASI_CASE_FILES(times_are_set_kept_or_now),
        WASI_CASE_FILES(stat_tells_of_a_file_and_of_a_directory),
        WASI_CASE_FILES(advice_and_sync_are_taken),
        WASI_CASE_FILES(what_is_no_file_says_so),
        WASI_CASE_FILES(what_is_closed_is_ebadf_to_every_call),
        WASI_CASE_FILES(thousands_can_be_open),
        WASI_CASE_FILES(what_was_given_up_is_enotcapable),
        WASI_CASE_FILES(every_pointer_is_checked),
        WASI_CASE_FILES(renumber_moves_a_file_and_closes_the_other),
        WASI_CASE_FILES(file_that_was_unlinked_lives_until_it_is_closed),
        WASI_CASE_FILES(poll_finds_a_file_ready),
        WASI_CASE_READ_ONLY(read_only_volume_is_erofs),
    };
    return cmocka_run_group_tests_name("wasi_file", tests, NULL, NULL);
}
