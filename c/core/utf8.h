/* Whether bytes are text. */
#ifndef MILLRACE_CORE_UTF8_H
#define MILLRACE_CORE_UTF8_H

#include <stdbool.h>
#include <stdint.h>

/* UTF-8 in its shortest forms, without surrogates; NULs are characters as any other. */
bool pool__is_utf8(const char *text, uint32_t size);

/* The bytes of a text up to its NUL, `most` at most: no more of it is read. */
uint32_t pool__text_bytes(const char *text, uint32_t most);

#endif
