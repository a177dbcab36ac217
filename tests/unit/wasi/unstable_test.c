/* wasi/unstable.c: what guests of wasi_unstable have otherwise than those of wasi_snapshot_preview1. */
#include "support/fake_guest.h"
#include "support/prelude.h"
#include "support/wasi_rig.h"
#include "wasi/files.h"

static uint32_t fd, out_at;

/* A file with "0123456789" that is open at its beginning, and room for what comes out. */
static void place(void)
{
    rig_make_file("file", "0123456789");
    fd = rig_open(RIG_DIRECTORY, "file", 0);
    out_at = fake_guest_new(sizeof(struct wasi_filestat));
}

static uint64_t tell(void)
{
    assert_int_equal(wasi_fd_tell(rig.c, fd, out_at), WASI_SUCCESS);
    return fake_guest_u64(out_at);
}

/* Source: WebAssembly/WASI, phases/old/snapshot_0/witx/typenames.witx, whence: cur, end, set. */
static void whence_is_from_here_from_the_end_and_from_the_beginning(void **state)
{
    (void)state;
    place();
    assert_int_equal(wasi_unstable_fd_seek(rig.c, fd, 4, 2, out_at), WASI_SUCCESS);
    assert_int_equal(fake_guest_u64(out_at), 4);
    assert_int_equal(wasi_unstable_fd_seek(rig.c, fd, 1, 0, out_at), WASI_SUCCESS);
    assert_int_equal(tell(), 5);
    assert_int_equal(wasi_unstable_fd_seek(rig.c, fd, -1, 1, out_at), WASI_SUCCESS);
    assert_int_equal(tell(), 9);
}

static void whence_that_is_none_is_einval_and_moves_nothing(void **state)
{
    (void)state;
    static const uint32_t none[] = {3, 4, 1u << 31, UINT32_MAX};
    place();
    for (uint32_t i = 0; i < COUNT_OF(none); i++) {
        assert_int_equal(wasi_unstable_fd_seek(rig.c, fd, 1, none[i], out_at), WASI_EINVAL);
    }
    assert_int_equal(wasi_unstable_fd_seek(rig.c, fd, -1, 2, out_at), WASI_EINVAL); /* before the beginning */
    assert_int_equal(tell(), 0);
}

static uint32_t seek_at(uint32_t address)
{
    return wasi_unstable_fd_seek(rig.c, fd, 0, 0, address);
}

static uint32_t filestat_at(uint32_t address)
{
    return wasi_unstable_fd_filestat_get(rig.c, fd, address);
}

static uint32_t path_filestat_at(uint32_t address)
{
    struct rig_path path = rig_path("file");
    return wasi_unstable_path_filestat_get(rig.c, RIG_DIRECTORY, 0, path.at, path.size, address);
}

static void every_pointer_is_checked(void **state)
{
    (void)state;
    place();
    check_pointer(seek_at, 8, WASI_SUCCESS);
    check_pointer(filestat_at, sizeof(struct wasi_unstable_filestat), WASI_SUCCESS);
    check_pointer(path_filestat_at, sizeof(struct wasi_unstable_filestat), WASI_SUCCESS);
}

static const struct wasi_filestat stat = {.device = 1,
                                          .inode = 2,
                                          .filetype = WASI_FILETYPE_DIRECTORY,
                                          .n_links = 3,
                                          .size = (uint64_t)1 << 40,
                                          .accessed_ns = 5,
                                          .modified_ns = 6,
                                          .changed_ns = 7};

/* Eight bytes less: the number of links has 32 bits, and lies where the padding was. */
static void stat_has_the_old_layout(void **state)
{
    (void)state;
    place();
    memset(fake_guest_at(out_at), 0xee, sizeof(struct wasi_filestat));
    uint64_t written = fake_guest_written();
    assert_int_equal(wasi_write_unstable_stat(rig.c, out_at, &stat), WASI_SUCCESS);
    assert_int_equal(fake_guest_written() - written, 56);
    assert_int_equal(fake_guest_u64(out_at), 1);
    assert_int_equal(fake_guest_u64(out_at + 8), 2);
    assert_int_equal(fake_guest_u32(out_at + 16), WASI_FILETYPE_DIRECTORY); /* and zeros behind it */
    assert_int_equal(fake_guest_u32(out_at + 20), 3);
    assert_int_equal(fake_guest_u64(out_at + 24), (uint64_t)1 << 40);
    assert_int_equal(fake_guest_u64(out_at + 32), 5);
    assert_int_equal(fake_guest_u64(out_at + 40), 6);
    assert_int_equal(fake_guest_u64(out_at + 48), 7);
    assert_int_equal(*fake_guest_at(out_at + 56), 0xee);
}

static void stat_of_today_has_its_own(void **state)
{
    (void)state;
    place();
    assert_int_equal(wasi_write_stat(rig.c, out_at, &stat), WASI_SUCCESS);
    assert_memory_equal(fake_guest_at(out_at), &stat, sizeof stat);
}

static void both_ways_to_a_stat_tell_the_same(void **state)
{
    (void)state;
    struct wasi_unstable_filestat by_fd, by_path;
    place();
    assert_int_equal(filestat_at(out_at), WASI_SUCCESS);
    memcpy(&by_fd, fake_guest_at(out_at), sizeof by_fd);
    assert_int_equal(by_fd.filetype, WASI_FILETYPE_REGULAR_FILE);
    assert_int_equal(by_fd.n_links, 1);
    assert_int_equal(by_fd.size, 10);
    assert_int_equal(path_filestat_at(out_at), WASI_SUCCESS);
    memcpy(&by_path, fake_guest_at(out_at), sizeof by_path);
    assert_memory_equal(&by_path, &by_fd, sizeof by_fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WASI_CASE_FILES(whence_is_from_here_from_the_end_and_from_the_beginning),
        WASI_CASE_FILES(whence_that_is_none_is_einval_and_moves_nothing),
        WASI_CASE_FILES(every_pointer_is_checked),
        WASI_CASE_FILES(stat_has_the_old_layout),
        WASI_CASE_FILES(stat_of_today_has_its_own),
        WASI_CASE_FILES(both_ways_to_a_stat_tell_the_same),
    };
    return cmocka_run_group_tests_name("unstable", tests, NULL, NULL);
}
