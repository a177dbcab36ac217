/* Whether bytes are text, and where it ends. */
#ifndef MILLRACE_CORE_UTF8_H
#define MILLRACE_CORE_UTF8_H

#include <stdbool.h>
#include <stdint.h>

/* UTF-8 in its shortest forms, without surrogates; NULs are characters as any other. */
bool pool__is_utf8(const char *text, uint32_t size);

/* The number of bytes before the NUL, `most` at most. Reads no more than `most` bytes. */
uint32_t pool__text_bytes(const char *text, uint32_t most);

/* The same of a name; 0: it is none, being empty, longer, not UTF-8, or NULL. */
uint32_t pool__name_bytes(const char *name, uint32_t most);

#endif
