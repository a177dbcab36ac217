/* sync/plain.c: memory that bytes are copied to or from, in pieces that somebody else chooses. */
#include "sync/plain.h"

#include "support/prelude.h"

static uint8_t data[] = "millrace";

static void bytes_go_in_one_behind_the_other_until_all_are_there(void **state)
{
    (void)state;
    char to[] = "........";
    struct plain_cursor plain = pool__plain_into((uint8_t *)to, 6);
    assert_int_equal(plain.cursor.total, 6);
    assert_int_equal(plain.cursor.piece(&plain.cursor), 6);
    plain.cursor.copy(&plain.cursor, data, 4);
    assert_int_equal(plain.cursor.piece(&plain.cursor), 2);
    plain.cursor.copy(&plain.cursor, data + 4, 2);
    assert_int_equal(plain.cursor.piece(&plain.cursor), 0);
    assert_string_equal(to, "millra..");
}

static void bytes_come_out_one_behind_the_other(void **state)
{
    (void)state;
    uint8_t to[9] = {0};
    struct plain_cursor plain = pool__plain_from(data, 8);
    for (uint32_t i = 0; i < 8; i += 2) {
        assert_int_equal(plain.cursor.piece(&plain.cursor), 8 - i);
        plain.cursor.copy(&plain.cursor, to + i, 2);
    }
    assert_int_equal(plain.cursor.piece(&plain.cursor), 0);
    assert_string_equal((const char *)to, "millrace");
}

static void nothing_is_no_piece(void **state)
{
    (void)state;
    struct plain_cursor into = pool__plain_into(NULL, 0), from = pool__plain_from(NULL, 0);
    assert_int_equal(into.cursor.piece(&into.cursor), 0);
    assert_int_equal(from.cursor.piece(&from.cursor), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_go_in_one_behind_the_other_until_all_are_there),
        cmocka_unit_test(bytes_come_out_one_behind_the_other),
        cmocka_unit_test(nothing_is_no_piece),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
