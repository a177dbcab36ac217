/* core/utf8.c: whether bytes are text, and where it ends. */
#include "core/utf8.h"

#include <stdlib.h>

#include "support/prelude.h"
#include "support/property.h"

#define LAST_CHARACTER 0x10ffffu

static bool is_surrogate(uint32_t character)
{
    return character >= 0xd800 && character <= 0xdfff;
}

/* Writes a character in a form of so many bytes, which may be longer than it needs. */
static void encode(uint32_t character, uint32_t n, char *out)
{
    static const uint8_t leads[] = {0, 0x00, 0xc0, 0xe0, 0xf0, 0xf8};
    for (uint32_t i = n; i-- > 1; character >>= 6) out[i] = (char)(0x80 | (character & 0x3f));
    out[0] = (char)(leads[n] | character);
}

/* How many bytes its shortest form has. */
static uint32_t shortest(uint32_t character)
{
    return character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
}

static void every_character_is_text_in_its_shortest_form(void **state)
{
    (void)state;
    char bytes[4];
    for (uint32_t character = 0; character <= LAST_CHARACTER; character++) {
        uint32_t n = shortest(character);
        encode(character, n, bytes);
        if (pool__is_utf8(bytes, n) == is_surrogate(character)) fail_msg("U+%04X", character);
    }
}

static void no_character_is_text_in_a_longer_form(void **state)
{
    (void)state;
    char bytes[5];
    for (uint32_t character = 0; character < 0x10000; character++) {
        for (uint32_t n = shortest(character) + 1; n <= 5; n++) {
            encode(character, n, bytes);
            if (pool__is_utf8(bytes, n)) fail_msg("U+%04X in %u bytes", character, n);
        }
    }
}

static void what_is_beyond_unicode_is_no_text(void **state)
{
    (void)state;
    char bytes[4];
    for (uint32_t character = LAST_CHARACTER + 1; character < 1u << 21; character++) {
        encode(character, 4, bytes);
        if (pool__is_utf8(bytes, 4)) fail_msg("U+%04X", character);
    }
}

static void character_that_is_cut_is_no_text(void **state)
{
    (void)state;
    static const uint32_t characters[] = {0x80, 0x7ff, 0x800, 0xffff, 0x10000, LAST_CHARACTER};
    for (uint32_t i = 0; i < COUNT_OF(characters); i++) {
        uint32_t n = shortest(characters[i]);
        for (uint32_t cut = 1; cut < n; cut++) {
            char *bytes = malloc(cut), whole[4]; /* of its exact size, so that one byte too far is noticed */
            encode(characters[i], n, whole);
            memcpy(bytes, whole, cut);
            assert_false(pool__is_utf8(bytes, cut));
            free(bytes);
        }
    }
}

static void byte_that_begins_no_character_is_no_text_wherever_it_is(void **state)
{
    (void)state;
    static const uint8_t wrong[] = {0x80, 0xbf, 0xc0, 0xc1, 0xf5, 0xf8, 0xfe, 0xff};
    for (uint32_t i = 0; i < COUNT_OF(wrong); i++) {
        for (uint32_t at = 0; at < 8; at++) {
            char text[] = "a \xc3\xa4 text";
            if (at == 2 || at == 3) continue; /* in the middle of the character */
            text[at] = (char)wrong[i];
            assert_false(pool__is_utf8(text, 8));
        }
    }
}

static void nothing_is_text_and_nuls_are_characters(void **state)
{
    (void)state;
    assert_true(pool__is_utf8(NULL, 0));
    assert_true(pool__is_utf8("\0a\0", 3));
    assert_false(pool__is_utf8("\0\xff", 2));
}

/* Any bytes, judged by decoding them into a character and encoding that again. */
static bool is_text(const char *bytes, uint32_t size)
{
    for (uint32_t at = 0, n; at < size; at += n) {
        uint8_t lead = (uint8_t)bytes[at];
        n = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        if (n > size - at) return false;
        uint32_t character = n == 1 ? lead : lead & (0x7fu >> n);
        for (uint32_t i = 1; i < n; i++) character = character << 6 | ((uint8_t)bytes[at + i] & 0x3f);
        char again[4];
        if (character > LAST_CHARACTER || is_surrogate(character) || shortest(character) != n) return false;
        encode(character, n, again);
        if (memcmp(again, bytes + at, n) != 0) return false;
    }
    return true;
}

static void any_bytes_are_judged_as_by_decoding_them(void **state)
{
    (void)state;
    static const char parts[] = "\x7f\x80\x8f\x90\x9f\xa0\xbf\xc1\xc2\xdf\xe0\xed\xef\xf0\xf4\xf5";
    struct property random = property_begin("any_bytes_are_judged_as_by_decoding_them");
    uint32_t texts = 0;
    for (uint32_t round = 0; round < 300000; round++) {
        char bytes[6];
        uint32_t size = property_below(&random, sizeof bytes + 1);
        for (uint32_t i = 0; i < size; i++) bytes[i] = parts[property_below(&random, sizeof parts - 1)];
        bool is = is_text(bytes, size);
        assert_int_equal(pool__is_utf8(bytes, size), is);
        texts += is;
    }
    assert_true(texts > 1000);
}

static void text_ends_at_its_nul_or_at_the_most(void **state)
{
    (void)state;
    assert_int_equal(pool__text_bytes("", 10), 0);
    assert_int_equal(pool__text_bytes("text", 10), 4);
    assert_int_equal(pool__text_bytes("text", 5), 4);
    assert_int_equal(pool__text_bytes("text", 4), 4);
    assert_int_equal(pool__text_bytes("text", 3), 3);
    assert_int_equal(pool__text_bytes("te\0xt", 5), 2);
    assert_int_equal(pool__text_bytes("text", 0), 0);
}

static void no_more_than_the_most_is_read(void **state)
{
    (void)state;
    char *text = malloc(7); /* without a NUL, and of its exact size */
    memset(text, 'x', 7);
    assert_int_equal(pool__text_bytes(text, 7), 7);
    assert_true(pool__is_utf8(text, 7));
    free(text);
}

static void name_has_bytes_and_is_text_of_no_more_than_the_most(void **state)
{
    (void)state;
    assert_int_equal(pool__name_bytes("name", 4), 4);
    assert_int_equal(pool__name_bytes("\xc3\xa4", 2), 2);
    assert_int_equal(pool__name_bytes("name", 3), 0);
    assert_int_equal(pool__name_bytes("\xc3\xa4", 1), 0);
    assert_int_equal(pool__name_bytes("", 4), 0);
    assert_int_equal(pool__name_bytes(NULL, 4), 0);
    assert_int_equal(pool__name_bytes("a\xc3(", 4), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_is_text_in_its_shortest_form),
        cmocka_unit_test(no_character_is_text_in_a_longer_form),
        cmocka_unit_test(what_is_beyond_unicode_is_no_text),
        cmocka_unit_test(character_that_is_cut_is_no_text),
        cmocka_unit_test(byte_that_begins_no_character_is_no_text_wherever_it_is),
        cmocka_unit_test(nothing_is_text_and_nuls_are_characters),
        cmocka_unit_test(any_bytes_are_judged_as_by_decoding_them),
        cmocka_unit_test(text_ends_at_its_nul_or_at_the_most),
        cmocka_unit_test(no_more_than_the_most_is_read),
        cmocka_unit_test(name_has_bytes_and_is_text_of_no_more_than_the_most),
    };
    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
