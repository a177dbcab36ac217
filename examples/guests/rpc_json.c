/* Reads JSON where it lies, without making a tree. */
#include "rpc_json.h"

#include <string.h>

/* Where the reader is. Each skip_ function steps over one thing, or returns false and leaves `at` anywhere. */
struct reader {
    const char *at;
    const char *end;
    uint32_t depth;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex_digit(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* NUL at the end: no skip_ function that looks for something takes it for that. */
static char peek(const struct reader *reader)
{
    return reader->at < reader->end ? *reader->at : '\0';
}

static bool skip_char(struct reader *reader, char c)
{
    if (peek(reader) != c) return false;
    reader->at++;
    return true;
}

static void skip_space(struct reader *reader)
{
    while (peek(reader) == ' ' || peek(reader) == '\t' || peek(reader) == '\r' || peek(reader) == '\n') reader->at++;
}

static bool skip_word(struct reader *reader, const char *word)
{
    for (; *word; word++) {
        if (!skip_char(reader, *word)) return false;
    }
    return true;
}

static bool skip_digits(struct reader *reader)
{
    const char *from = reader->at;
    while (is_digit(peek(reader))) reader->at++;
    return reader->at > from;
}

static bool skip_number(struct reader *reader)
{
    skip_char(reader, '-');
    if (!skip_char(reader, '0') && !skip_digits(reader)) return false; /* no digit may follow a leading zero */
    if (skip_char(reader, '.') && !skip_digits(reader)) return false;
    if (!skip_char(reader, 'e') && !skip_char(reader, 'E')) return true;
    if (!skip_char(reader, '+')) skip_char(reader, '-');
    return skip_digits(reader);
}

/* What follows a backslash. */
static bool skip_escape(struct reader *reader)
{
    char c = peek(reader);
    if (c == '\0' || !strchr("\"\\/bfnrtu", c)) return false;
    reader->at++;
    if (c != 'u') return true;
    for (uint32_t i = 0; i < 4; i++) {
        if (!is_hex_digit(peek(reader))) return false;
        reader->at++;
    }
    return true;
}

static bool skip_string(struct reader *reader)
{
    if (!skip_char(reader, '"')) return false;
    while (reader->at < reader->end) {
        unsigned char c = (unsigned char)*reader->at++;
        if (c == '"') return true;
        if (c < 0x20) return false; /* control characters must be escaped */
        if (c == '\\' && !skip_escape(reader)) return false;
    }
    return false;
}

static bool skip_value(struct reader *reader);

/* Steps to the next member or element. False: the list has ended, or is not one, which `ok` tells. */
static bool skip_to_next(struct reader *reader, char close, bool is_first, bool *ok)
{
    skip_space(reader);
    *ok = true;
    if (skip_char(reader, close)) return false;
    if (is_first) return true;
    *ok = skip_char(reader, ',');
    skip_space(reader);
    return *ok;
}

/* What is between the name and the value of a member. */
static bool skip_colon(struct reader *reader)
{
    skip_space(reader);
    if (!skip_char(reader, ':')) return false;
    skip_space(reader);
    return true;
}

static bool skip_list(struct reader *reader, char open, char close)
{
    bool ok;
    if (reader->depth == JSON_DEPTH_MAX || !skip_char(reader, open)) return false;
    reader->depth++;
    for (bool is_first = true; skip_to_next(reader, close, is_first, &ok); is_first = false) {
        if (open == '{' && (!skip_string(reader) || !skip_colon(reader))) return false;
        if (!skip_value(reader)) return false;
    }
    reader->depth--;
    return ok;
}

static bool skip_value(struct reader *reader)
{
    switch (peek(reader)) {
    case '{': return skip_list(reader, '{', '}');
    case '[': return skip_list(reader, '[', ']');
    case '"': return skip_string(reader);
    case 't': return skip_word(reader, "true");
    case 'f': return skip_word(reader, "false");
    case 'n': return skip_word(reader, "null");
    default: return skip_number(reader);
    }
}

struct json json_parse(const char *text, size_t size)
{
    struct reader reader = {text, text + size, 0};
    skip_space(&reader);
    const char *from = reader.at;
    if (!skip_value(&reader)) return JSON_NONE;
    struct json value = {from, (size_t)(reader.at - from)};
    skip_space(&reader);
    return reader.at == reader.end ? value : JSON_NONE;
}

struct json json_member(struct json object, const char *name)
{
    struct json found = JSON_NONE;
    if (json_kind(object) != '{') return found;
    struct reader reader = {object.text + 1, object.text + object.size, 0};
    bool ok;
    for (bool is_first = true; skip_to_next(&reader, '}', is_first, &ok); is_first = false) {
        struct json key = {reader.at, 0}, value;
        skip_string(&reader);
        key.size = (size_t)(reader.at - key.text);
        skip_colon(&reader);
        value.text = reader.at;
        skip_value(&reader);
        value.size = (size_t)(reader.at - value.text);
        if (json_is_string(key, name)) found = value;
    }
    return found;
}

bool json_next(struct json array, struct json *element)
{
    if (json_kind(array) != '[') return false;
    bool is_first = element->size == 0, ok;
    struct reader reader = {is_first ? array.text + 1 : element->text + element->size, array.text + array.size, 0};
    if (!skip_to_next(&reader, ']', is_first, &ok)) return false;
    element->text = reader.at;
    skip_value(&reader);
    element->size = (size_t)(reader.at - element->text);
    return true;
}

static uint32_t hex_value(char c)
{
    if (is_digit(c)) return (uint32_t)(c - '0');
    return (uint32_t)((c | 0x20) - 'a') + 10;
}

/* The next character of a string: a byte as it stands, or the code unit that an escape means. */
static uint32_t next_character(struct reader *reader)
{
    char c = *reader->at++;
    if (c != '\\') return (unsigned char)c;
    c = *reader->at++;
    switch (c) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'u': break;
    default: return (unsigned char)c;
    }
    uint32_t unit = 0;
    for (uint32_t i = 0; i < 4; i++) unit = unit * 16 + hex_value(*reader->at++);
    return unit;
}

bool json_is_string(struct json value, const char *expected)
{
    if (json_kind(value) != '"') return false;
    struct reader reader = {value.text + 1, value.text + value.size - 1, 0}; /* without the quotes */
    for (; *expected; expected++) {
        if (reader.at == reader.end || next_character(&reader) != (unsigned char)*expected) return false;
    }
    return reader.at == reader.end;
}

bool json_whole_number(struct json value, uint64_t max, uint64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < value.size; i++) {
        if (!is_digit(value.text[i])) return false;
        uint64_t digit = (uint64_t)(value.text[i] - '0');
        if (*number > max / 10 || *number * 10 > max - digit) return false;
        *number = *number * 10 + digit;
    }
    return value.size > 0;
}

char json_kind(struct json value)
{
    if (value.size == 0) return 0;
    char c = value.text[0];
    return c == '-' || is_digit(c) ? '0' : c;
}
