/* A reader for JSON (RFC 8259) that makes no tree: a value is the text it stands in, and is looked at where it lies.
 *
 * json_parse says whether a text is JSON. All other functions are for values that it has accepted, or parts of them;
 * given JSON_NONE, or a value of another kind than they are for, they answer JSON_NONE or false.
 */
#ifndef RPC_JSON_H
#define RPC_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_DEPTH_MAX 256u /* deeper nesting is refused: each level takes some of the stack */

/* The text of a value, without white space round it; its first byte tells the kind. */
struct json {
    const char *text;
    size_t size;
};

#define JSON_NONE ((struct json){NULL, 0})

/* The value that the whole text is; JSON_NONE: it is not JSON. */
struct json json_parse(const char *text, size_t size);

/* The value of an object's member; JSON_NONE: there is none of that name. The last of several counts. */
struct json json_member(struct json object, const char *name);

/* Steps to the next element of an array, or from JSON_NONE to the first. False: there is none, or it is no array. */
bool json_next(struct json array, struct json *element);

/* Is it this string? The escapes in it are decoded; `expected` is ASCII. */
bool json_is_string(struct json value, const char *expected);

/* A whole number from 0 to max, written without a fraction or an exponent. */
bool json_whole_number(struct json value, uint64_t max, uint64_t *number);

/* '{', '[', '"', '0' (any number), 't', 'f', 'n', or 0 for JSON_NONE. */
char json_kind(struct json value);

#endif
