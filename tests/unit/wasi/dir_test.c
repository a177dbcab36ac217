/* Directories: what they contain, and which of them a guest is given. */
#include <stdio.h>

#include "support/fake_guest.h"
#include "support/prelude.h"
#include "support/wasi_rig.h"

static uint32_t data_at, used_at;

static void place(void)
{
    data_at = fake_guest_new(4096);
    used_at = fake_guest_new(4);
}

static uint32_t read_entries(uint32_t size, uint64_t cookie)
{
    assert_int_equal(wasi_fd_readdir(rig.c, RIG_DIRECTORY, data_at, size, cookie, used_at), WASI_SUCCESS);
    return fake_guest_u32(used_at);
}

/* The entry at an offset of the buffer; what comes after it. */
static uint32_t entry_at(uint32_t offset, struct wasi_dirent *entry_out, char *name_out)
{
    memcpy(entry_out, fake_guest_at(data_at + offset), sizeof *entry_out);
    assert_in_range(entry_out->name_bytes, 1, 255);
    memcpy(name_out, fake_guest_at(data_at + offset + (uint32_t)sizeof *entry_out), entry_out->name_bytes);
    name_out[entry_out->name_bytes] = '\0';
    return offset + (uint32_t)sizeof *entry_out + entry_out->name_bytes;
}

static void make_three(void)
{
    struct rig_path target = rig_path("a"), link = rig_path("link");
    rig_make_file("a", "text");
    rig_make_directory("dir");
    assert_int_equal(wasi_path_symlink(rig.c, target.at, target.size, RIG_DIRECTORY, link.at, link.size), 0);
}

static void readdir_lists_names_kinds_and_cookies(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint8_t filetype;
    } expected[] = {{".", WASI_FILETYPE_DIRECTORY},
                    {"..", WASI_FILETYPE_DIRECTORY},
                    {"a", WASI_FILETYPE_REGULAR_FILE},
                    {"dir", WASI_FILETYPE_DIRECTORY},
                    {"link", WASI_FILETYPE_SYMBOLIC_LINK}};
    struct wasi_dirent entry;
    char name[256];
    make_three();
    place();
    uint32_t used = read_entries(4096, 0), at = 0, found = 0;
    while (at < used) {
        at = entry_at(at, &entry, name);
        for (uint32_t i = 0; i < COUNT_OF(expected); i++) {
            if (strcmp(name, expected[i].name) != 0) continue;
            assert_int_equal(entry.filetype, expected[i].filetype);
            found |= 1u << i;
        }
        assert_int_equal(entry.pad[0] | entry.pad[1] | entry.pad[2], 0);
    }
    assert_int_equal(at, used);
    assert_int_equal(found, 31);
    assert_int_equal(read_entries(4096, entry.next), 0);
}

/* However small the buffer is: an entry that was cut is read again, and none is left out. */
static void readdir_goes_on_from_a_cookie_with_any_buffer(void **state)
{
    (void)state;
    struct wasi_dirent entry;
    char name[256];
    for (uint32_t i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "file-%u", i);
        rig_make_file(name, "");
    }
    place();
    for (uint32_t size = 40; size < 400; size += 7) {
        uint32_t n = 0;
        uint64_t cookie = 0;
        for (;;) {
            uint32_t used = read_entries(size, cookie), at = 0;
            while (at + sizeof entry <= used) {
                memcpy(&entry, fake_guest_at(data_at + at), sizeof entry);
                if (at + sizeof entry + entry.name_bytes > used) break;
                at = entry_at(at, &entry, name);
                cookie = entry.next;
                n++;
            }
            if (used < size) break;
        }
        assert_int_equal(n, 22);
    }
}

/* An entry is removed and another is made at every step: all that stay are found, each once, and no cookie goes stale.
 */
static void readdir_cookies_survive_changes(void **state)
{
    (void)state;
    enum { NAMES = 40 };
    struct wasi_dirent entry;
    char name[256], made[16];
    uint64_t cookie = 0;
    uint32_t n = 0, index;
    for (uint32_t i = 0; i < NAMES; i++) {
        snprintf(name, sizeof name, "old-%u", i);
        rig_make_file(name, "");
    }
    place();
    while (n < NAMES && read_entries(64, cookie) > sizeof entry) {
        entry_at(0, &entry, name);
        assert_true(entry.next > cookie);
        cookie = entry.next;
        if (name[0] == '.') continue;
        assert_int_equal(sscanf(name, "old-%u", &index), 1);
        assert_int_equal(index, n++);
        struct rig_path gone = rig_path(name);
        assert_int_equal(wasi_path_unlink_file(rig.c, RIG_DIRECTORY, gone.at, gone.size), WASI_SUCCESS);
        snprintf(made, sizeof made, "new-%u", n);
        rig_make_file(made, "");
    }
    assert_int_equal(n, NAMES);
}

static void readdir_cuts_what_does_not_fit(void **state)
{
    (void)state;
    make_three();
    place();
    memset(fake_guest_at(data_at), 0xee, 64);
    for (uint32_t size = 0; size < 60; size++) {
        assert_int_equal(read_entries(size, 0), size);
        assert_int_equal(*fake_guest_at(data_at + size), 0xee);
    }
}

static void readdir_of_no_directory_is_refused(void **state)
{
    (void)state;
    rig_make_file("a", "");
    place();
    uint32_t file = rig_open(RIG_DIRECTORY, "a", 0);
    assert_int_equal(wasi_fd_readdir(rig.c, file, data_at, 100, 0, used_at), WASI_ENOTDIR);
    assert_int_equal(wasi_fd_readdir(rig.c, 1, data_at, 100, 0, used_at), WASI_ENOTDIR);
    assert_int_equal(wasi_fd_readdir(rig.c, 99, data_at, 100, 0, used_at), WASI_EBADF);
    assert_int_equal(wasi_fd_fdstat_set_rights(rig.c, RIG_DIRECTORY, 0, 0), WASI_SUCCESS);
    assert_int_equal(wasi_fd_readdir(rig.c, RIG_DIRECTORY, data_at, 100, 0, used_at), WASI_ENOTCAPABLE);
}

static void prestat_tells_the_path(void **state)
{
    (void)state;
    struct wasi_prestat stat;
    place();
    assert_int_equal(wasi_fd_prestat_get(rig.c, RIG_DIRECTORY, data_at), WASI_SUCCESS);
    memcpy(&stat, fake_guest_at(data_at), sizeof stat);
    assert_int_equal(stat.tag, 0);
    assert_int_equal(stat.name_bytes, 5);
    assert_int_equal(wasi_fd_prestat_dir_name(rig.c, RIG_DIRECTORY, data_at, 5), WASI_SUCCESS);
    assert_memory_equal(fake_guest_at(data_at), "/data\0", 6);
    assert_int_equal(wasi_fd_prestat_dir_name(rig.c, RIG_DIRECTORY, data_at, 4), WASI_ENAMETOOLONG);
    assert_int_equal(wasi_fd_prestat_dir_name(rig.c, RIG_DIRECTORY, data_at, 100), WASI_SUCCESS);
    uint32_t opened = rig_open(RIG_DIRECTORY, ".", WASI_OFLAG_DIRECTORY);
    const uint32_t others[] = {0, 1, 2, opened, opened + 1, UINT32_MAX};
    for (uint32_t i = 0; i < COUNT_OF(others); i++) {
        assert_int_equal(wasi_fd_prestat_get(rig.c, others[i], data_at), WASI_EBADF);
        assert_int_equal(wasi_fd_prestat_dir_name(rig.c, others[i], data_at, 5), WASI_EBADF);
    }
    assert_int_equal(wasi_fd_close(rig.c, RIG_DIRECTORY), WASI_SUCCESS);
    assert_int_equal(wasi_fd_prestat_get(rig.c, RIG_DIRECTORY, data_at), WASI_EBADF);
}

static uint32_t readdir_data(uint32_t address)
{
    return wasi_fd_readdir(rig.c, RIG_DIRECTORY, address, 16, 0, used_at);
}
static uint32_t readdir_used(uint32_t address)
{
    return wasi_fd_readdir(rig.c, RIG_DIRECTORY, data_at, 16, 0, address);
}
static uint32_t prestat_at(uint32_t address)
{
    return wasi_fd_prestat_get(rig.c, RIG_DIRECTORY, address);
}
static uint32_t name_at(uint32_t address)
{
    return wasi_fd_prestat_dir_name(rig.c, RIG_DIRECTORY, address, 5);
}

static void every_pointer_is_checked(void **state)
{
    (void)state;
    place();
    check_pointer(readdir_data, 16, WASI_SUCCESS);
    check_pointer(readdir_used, 4, WASI_SUCCESS);
    check_pointer(prestat_at, sizeof(struct wasi_prestat), WASI_SUCCESS);
    check_pointer(name_at, 5, WASI_SUCCESS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WASI_CASE_FILES(readdir_lists_names_kinds_and_cookies),
        WASI_CASE_FILES(readdir_goes_on_from_a_cookie_with_any_buffer),
        WASI_CASE_FILES(readdir_cookies_survive_changes),
        WASI_CASE_FILES(readdir_cuts_what_does_not_fit),
        WASI_CASE_FILES(readdir_of_no_directory_is_refused),
        WASI_CASE_FILES(prestat_tells_the_path),
        WASI_CASE_FILES(every_pointer_is_checked),
    };
    return cmocka_run_group_tests_name("wasi_dir", tests, NULL, NULL);
}
