/* wasi/fd.c: closing and renumbering descriptors, and what they tell about themselves. */
#include "support/fake_guest.h"
#include "support/prelude.h"
#include "support/wasi_rig.h"

static struct rig_buffer buffer;

static void fd_close_closes_once(void **state)
{
    (void)state;
    uint8_t byte;
    assert_int_equal(wasi_fd_close(rig.c, 1), WASI_SUCCESS);
    assert_int_equal(wasi_fd_close(rig.c, 1), WASI_EBADF);
    assert_int_equal(pool_read(rig.pool, rig.stdout_reader, &byte, 1), 0);
    assert_int_equal(pool_read(rig.pool, rig.stderr_reader, &byte, 1), POOL_EAGAIN);
    assert_int_equal(wasi_fd_close(rig.c, 3), WASI_EBADF);
    assert_int_equal(wasi_fd_close(rig.c, UINT32_MAX), WASI_EBADF);
}

static void fd_close_of_stdin_makes_its_writer_get_epipe(void **state)
{
    (void)state;
    assert_int_equal(wasi_fd_close(rig.c, 0), WASI_SUCCESS);
    assert_int_equal(pool_write(rig.pool, rig.stdin_writer, "x", 1), POOL_EPIPE);
}

static void fd_close_of_everything_then_the_job_ends_without_harm(void **state)
{
    (void)state;
    pool_fd_t others[2];
    for (uint32_t fd = 0; fd < 3; fd++) assert_int_equal(wasi_fd_close(rig.c, fd), WASI_SUCCESS);
    assert_int_equal(pool_close(rig.pool, rig.stdin_writer), 0);
    assert_int_equal(pool_close(rig.pool, rig.stdout_reader), 0);
    assert_int_equal(pool_pipe(rig.pool, 256, others), 0); /* in the slot of one of them */
    assert_int_equal(pool_write(rig.pool, others[1], "x", 1), 1);
    assert_int_equal(pool_close(rig.pool, others[1]), 0);
    assert_int_equal(pool_close(rig.pool, others[0]), 0);
}

static void fd_renumber_moves_and_closes_the_target(void **state)
{
    (void)state;
    uint8_t byte;
    buffer = rig_buffer(3);
    memcpy(fake_guest_at(buffer.data), "abc", 3);
    assert_int_equal(wasi_fd_renumber(rig.c, 1, 2), WASI_SUCCESS);
    assert_int_equal(pool_read(rig.pool, rig.stderr_reader, &byte, 1), 0);
    assert_int_equal(wasi_fd_write(rig.c, 1, buffer.iov, 1, buffer.n), WASI_EBADF);
    assert_int_equal(wasi_fd_write(rig.c, 2, buffer.iov, 1, buffer.n), WASI_SUCCESS);
    rig_expect_output("abc");
    assert_int_equal(wasi_fd_close(rig.c, 2), WASI_SUCCESS);
    assert_int_equal(pool_read(rig.pool, rig.stdout_reader, &byte, 1), 0);
}

static void fd_renumber_to_itself_is_nothing(void **state)
{
    (void)state;
    buffer = rig_buffer(3);
    assert_int_equal(wasi_fd_renumber(rig.c, 1, 1), WASI_SUCCESS);
    assert_int_equal(wasi_fd_write(rig.c, 1, buffer.iov, 1, buffer.n), WASI_SUCCESS);
}

static void fd_renumber_of_what_is_not_open_is_ebadf(void **state)
{
    (void)state;
    static const uint32_t cases[][2] = {{3, 1},          {1, 3},          {3, 3},        {1, WASI_FDS_MAX},
                                        {1, UINT32_MAX}, {UINT32_MAX, 1}, {1, 1u << 31}, {UINT32_MAX, UINT32_MAX}};
    buffer = rig_buffer(3);
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(wasi_fd_renumber(rig.c, cases[i][0], cases[i][1]), WASI_EBADF);
    }
    assert_int_equal(wasi_fd_write(rig.c, 1, buffer.iov, 1, buffer.n), WASI_SUCCESS);
}

static void fdstat_tells_rights_and_flags(void **state)
{
    (void)state;
    struct wasi_fdstat stat;
    uint32_t at = fake_guest_new(sizeof stat);
    rig_set_nonblock(1);
    for (uint32_t fd = 0; fd < 3; fd++) {
        assert_int_equal(wasi_fd_fdstat_get(rig.c, fd, at), WASI_SUCCESS);
        memcpy(&stat, fake_guest_at(at), sizeof stat);
        assert_int_equal(stat.flags, fd == 1 ? WASI_FDFLAG_NONBLOCK : 0);
        assert_int_equal(!(stat.rights_base & WASI_RIGHT_FD_READ), fd != 0);
        assert_int_equal(!(stat.rights_base & WASI_RIGHT_FD_WRITE), fd == 0);
        assert_int_equal(stat.pad_1 | stat.pad_2, 0);
    }
    assert_int_equal(wasi_fd_fdstat_get(rig.c, 3, at), WASI_EBADF);
}

static struct wasi_fdstat fdstat_of(uint32_t fd)
{
    uint32_t at = fake_guest_new(sizeof(struct wasi_fdstat));
    struct wasi_fdstat stat;
    assert_int_equal(wasi_fd_fdstat_get(rig.c, fd, at), WASI_SUCCESS);
    memcpy(&stat, fake_guest_at(at), sizeof stat);
    return stat;
}

static uint8_t filetype_of(uint32_t fd)
{
    uint32_t at = fake_guest_new(sizeof(struct wasi_filestat));
    struct wasi_filestat stat;
    assert_int_equal(wasi_fd_filestat_get(rig.c, fd, at), WASI_SUCCESS);
    memcpy(&stat, fake_guest_at(at), sizeof stat);
    return stat.filetype;
}

/* What isatty of wasi-libc looks at. */
static bool looks_like_a_terminal(uint32_t fd)
{
    struct wasi_fdstat stat = fdstat_of(fd);
    return stat.filetype == WASI_FILETYPE_CHARACTER_DEVICE &&
           !(stat.rights_base & (WASI_RIGHT_FD_SEEK | WASI_RIGHT_FD_TELL));
}

static void terminal_looks_like_one_also_under_another_number(void **state)
{
    (void)state;
    for (uint32_t fd = 0; fd < 3; fd++) {
        assert_false(looks_like_a_terminal(fd));
        assert_int_equal(filetype_of(fd), WASI_FILETYPE_UNKNOWN);
        wasi_fd_of(rig.c, fd)->tty = true;
        assert_true(looks_like_a_terminal(fd));
        assert_int_equal(filetype_of(fd), WASI_FILETYPE_CHARACTER_DEVICE);
    }
    wasi_fd_of(rig.c, 2)->tty = false;
    assert_int_equal(wasi_fd_renumber(rig.c, 1, 2), WASI_SUCCESS);
    assert_true(looks_like_a_terminal(2));
}

static void fdstat_set_flags_knows_nonblock_only(void **state)
{
    (void)state;
    static const uint32_t bad[] = {1, 2, 8, 16, 5, 1u << 16, 1u << 31, UINT32_MAX};
    for (uint32_t i = 0; i < COUNT_OF(bad); i++) {
        assert_int_equal(wasi_fd_fdstat_set_flags(rig.c, 0, bad[i]), WASI_EINVAL);
    }
    assert_int_equal(rig.c->table->fds[0].flags, 0);
    assert_int_equal(wasi_fd_fdstat_set_flags(rig.c, 0, 4), WASI_SUCCESS);
    assert_int_equal(wasi_fd_fdstat_set_flags(rig.c, 0, 0), WASI_SUCCESS);
    assert_int_equal(wasi_fd_fdstat_set_flags(rig.c, 7, 0), WASI_EBADF);
}

static void filestat_and_seek_know_a_stream(void **state)
{
    (void)state;
    struct wasi_filestat stat;
    uint32_t at = fake_guest_new(sizeof stat);
    assert_int_equal(wasi_fd_filestat_get(rig.c, 2, at), WASI_SUCCESS);
    memcpy(&stat, fake_guest_at(at), sizeof stat);
    assert_int_equal(stat.inode, 2);
    assert_int_equal(stat.size, 0);
    assert_int_equal(wasi_fd_filestat_get(rig.c, 9, at), WASI_EBADF);
    assert_int_equal(wasi_fd_seek(rig.c, 1, INT64_MIN, 99, bad_address()), WASI_ESPIPE);
    assert_int_equal(wasi_fd_seek(rig.c, 9, 0, 0, at), WASI_EBADF);
}

static uint32_t fdstat_at(uint32_t address)
{
    return wasi_fd_fdstat_get(rig.c, 1, address);
}

static uint32_t filestat_at(uint32_t address)
{
    return wasi_fd_filestat_get(rig.c, 1, address);
}

static void fdstat_and_filestat_check_their_pointer(void **state)
{
    (void)state;
    check_pointer(fdstat_at, sizeof(struct wasi_fdstat), WASI_SUCCESS);
    check_pointer(filestat_at, sizeof(struct wasi_filestat), WASI_SUCCESS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WASI_CASE(fd_close_closes_once),
        WASI_CASE(fd_close_of_stdin_makes_its_writer_get_epipe),
        WASI_CASE(fd_close_of_everything_then_the_job_ends_without_harm),
        WASI_CASE(fd_renumber_moves_and_closes_the_target),
        WASI_CASE(fd_renumber_to_itself_is_nothing),
        WASI_CASE(fd_renumber_of_what_is_not_open_is_ebadf),
        WASI_CASE(fdstat_tells_rights_and_flags),
        WASI_CASE(terminal_looks_like_one_also_under_another_number),
        WASI_CASE(fdstat_set_flags_knows_nonblock_only),
        WASI_CASE(filestat_and_seek_know_a_stream),
        WASI_CASE(fdstat_and_filestat_check_their_pointer),
        WASI_CASE_HIGH(fdstat_and_filestat_check_their_pointer),
    };
    return cmocka_run_group_tests_name("fd", tests, NULL, NULL);
}
