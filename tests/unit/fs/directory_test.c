/* Directories with many names: they are found, listed, and removed in any order. Nothing here looks at times. */
#include <stdio.h>
#include <stdlib.h>

#include "coordinator/coordinator.h"
#include "support/fs_rig.h"
#include "support/prelude.h"
#include "support/property.h"

#define NAMES 20000u

static struct fs_open dir;

static int setup(void **state)
{
    if (fs_rig_setup(state)) return -1;
    fs_mkdir("dir");
    fs_put("file", "x");
    dir = fs_must_open("dir", FS_DIRECTORY);
    return 0;
}

static int teardown(void **state)
{
    fs_close(&dir);
    return fs_rig_teardown(state);
}

static struct fs_path name_of(uint32_t i)
{
    static char name[NAME_MAX_BYTES + 1];
    uint32_t size = (uint32_t)snprintf(name, sizeof name, "name-%u", i);
    while (i % 7 == 0 && size < 7 + i % 100) name[size++] = '.'; /* of many lengths */
    return (struct fs_path){name, size};
}

/* Gives the file one more name; what memory is missing comes meanwhile. */
static int try_add(uint32_t i)
{
    int status;
    while ((status = pool__fs_link(&fs_rig.sleeper, &fs_rig.root, fs_text("file"), false, &dir, name_of(i))) ==
           POOL_EAGAIN) {
        coordinator_tick(fs_rig.pool);
    }
    return status;
}

static void add(uint32_t i)
{
    assert_int_equal(try_add(i), 0);
}

static void take_away(uint32_t i)
{
    assert_int_equal(pool__fs_unlink(fs_rig.pool, &dir, name_of(i)), 0);
}

static bool is_there(uint32_t i)
{
    struct fs_stat stat;
    int status = pool__fs_stat_at(fs_rig.pool, &dir, name_of(i), false, &stat);
    assert_true(status == 0 || status == POOL_ENOENT);
    return status == 0;
}

/* The next name's number; UINT32_MAX: there is none. Cookies rise. */
static uint32_t next_name(struct fs_entry *entry)
{
    uint64_t cookie = entry->cookie;
    do {
        int status = pool__fs_next_entry(fs_rig.pool, &dir, entry->cookie, entry);
        if (status == 0) return UINT32_MAX;
        assert_int_equal(status, 1);
        assert_true(entry->cookie > cookie);
    } while (entry->name[0] == '.');
    uint32_t i = (uint32_t)strtoul(entry->name + 5, NULL, 10);
    struct fs_path name = name_of(i);
    assert_int_equal(entry->name_bytes, name.size);
    assert_memory_equal(entry->name, name.text, name.size);
    return i;
}

static void expect_names(uint32_t begin, uint32_t end, uint32_t step)
{
    struct fs_entry entry = {0};
    for (uint32_t i = begin; i < end; i += step) assert_int_equal(next_name(&entry), i);
    assert_int_equal(next_name(&entry), UINT32_MAX);
}

static void twenty_thousand_names_are_listed_in_the_order_in_which_they_came(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < NAMES; i++) add(i);
    assert_int_equal(try_add(NAMES / 2), POOL_EEXIST);
    for (uint32_t i = 0; i < NAMES; i++) assert_true(is_there(i));
    assert_false(is_there(NAMES));
    expect_names(0, NAMES, 1);
    for (uint32_t i = 1; i < NAMES; i += 2) take_away(i);
    for (uint32_t i = 0; i < NAMES; i++) assert_int_equal(is_there(i), i % 2 == 0);
    expect_names(0, NAMES, 2);
    assert_int_equal(fs_rmdir("dir"), POOL_ENOTEMPTY);
    for (uint32_t i = 0; i < NAMES; i += 2) take_away(i);
    expect_names(0, 0, 1);
    struct fs_stat stat;
    assert_int_equal(fs_try_stat("file", false, &stat), 0);
    assert_int_equal(stat.n_links, 1);
    assert_int_equal(fs_rmdir("dir"), 0);
}

/* Half of what is still to come goes, and as many new names come, so that the entries move while they are listed. */
static void names_that_stay_are_listed_once_while_others_come_and_go(void **state)
{
    (void)state;
    struct fs_entry entry = {0};
    for (uint32_t i = 0; i < NAMES; i++) add(i);
    for (uint32_t i = 0; i < NAMES; i += 2) {
        assert_int_equal(next_name(&entry), i);
        take_away(i + 1);
        add(NAMES + i);
    }
    for (uint32_t i = 0; i < NAMES; i += 2) assert_int_equal(next_name(&entry), NAMES + i);
    assert_int_equal(next_name(&entry), UINT32_MAX);
}

/* Always the first one, as whoever empties a directory does. */
static void first_names_are_removed_until_none_is_left(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < NAMES; i++) add(i);
    for (uint32_t i = 0; i < NAMES; i++) {
        struct fs_entry entry = {0};
        assert_int_equal(next_name(&entry), i);
        take_away(i);
    }
    expect_names(0, 0, 1);
}

/* At the volume's limit a name that does not fit changes nothing, and one fits again as soon as another is gone. */
static void names_fill_a_volume_to_its_limit(void **state)
{
    (void)state;
    uint32_t n = 0;
    fs_close(&dir);
    fs_renew(1u << 14, 0);
    fs_put("file", "x");
    dir = fs_must_open(".", FS_DIRECTORY);
    while (try_add(n) == 0) n++;
    assert_true(n > 100);
    for (uint32_t i = 0; i < 1000; i++) {
        uint64_t bytes = fs_rig.root.volume->bytes;
        uint32_t other = (i * 7919) % n;
        assert_int_equal(try_add(n), POOL_ENOSPC);
        assert_false(is_there(n));
        assert_int_equal(fs_rig.root.volume->bytes, bytes);
        take_away(other);
        assert_int_equal(try_add(other), 0);
    }
    for (uint32_t i = 0; i < n; i++) assert_true(is_there(i));
}

#define MODEL_NAMES 3000u

static void many_names_follow_a_simple_model(void **state)
{
    (void)state;
    static bool model[MODEL_NAMES];
    struct property random = property_begin("many_names_follow_a_simple_model");
    memset(model, 0, sizeof model);
    for (uint32_t round = 0; round < 60; round++) {
        uint32_t bias = property_below(&random, 5), n = 0, listed = 0;
        for (uint32_t i = 0; i < 1000; i++) {
            uint32_t name = property_below(&random, MODEL_NAMES);
            assert_int_equal(is_there(name), model[name]);
            bool shall = property_below(&random, 4) < bias;
            if (shall && !model[name]) add(name);
            if (!shall && model[name]) take_away(name);
            model[name] = shall;
        }
        struct fs_entry entry = {0};
        for (uint32_t name; (name = next_name(&entry)) != UINT32_MAX; listed++) assert_true(model[name]);
        for (uint32_t name = 0; name < MODEL_NAMES; name++) n += model[name];
        assert_int_equal(listed, n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(twenty_thousand_names_are_listed_in_the_order_in_which_they_came),
        TEST(names_that_stay_are_listed_once_while_others_come_and_go),
        TEST(first_names_are_removed_until_none_is_left),
        TEST(names_fill_a_volume_to_its_limit),
        TEST(many_names_follow_a_simple_model),
    };
    return cmocka_run_group_tests_name("fs_directory", tests, NULL, NULL);
}
