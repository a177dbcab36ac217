/* core/error.c: what each error code means, in words. */
#include <stdbool.h>

#include "pool.h"
#include "support/prelude.h"

static const struct {
    int value;
    const char *message;
} errors[] = {
#define ROW(name, value, message) {value, message},
    POOL_ERROR_MAP(ROW)
#undef ROW
};

static void strerror_has_a_message_for_each_code(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < COUNT_OF(errors); i++) {
        assert_true(errors[i].value < 0);
        assert_string_equal(pool_strerror(errors[i].value), errors[i].message);
    }
    assert_string_equal(pool_strerror(0), "success");
}

static void messages_are_words_and_no_two_are_the_same(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < COUNT_OF(errors); i++) {
        assert_true(strlen(errors[i].message) > 0);
        for (uint32_t k = 0; k < i; k++) assert_string_not_equal(errors[i].message, errors[k].message);
    }
}

static bool is_a_code(int value)
{
    for (uint32_t i = 0; i < COUNT_OF(errors); i++) {
        if (errors[i].value == value) return true;
    }
    return value == 0;
}

static void strerror_of_what_is_no_code_says_so(void **state)
{
    (void)state;
    static const int others[] = {1, INT32_MAX, INT32_MIN, INT32_MIN + 1};
    for (uint32_t i = 0; i < COUNT_OF(others); i++) assert_string_equal(pool_strerror(others[i]), "unknown error");
    for (int value = -5000; value <= 5000; value++) {
        assert_int_equal(strcmp(pool_strerror(value), "unknown error") == 0, !is_a_code(value));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strerror_has_a_message_for_each_code),
        cmocka_unit_test(messages_are_words_and_no_two_are_the_same),
        cmocka_unit_test(strerror_of_what_is_no_code_says_so),
    };
    return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
