/* Checking UTF-8. */
#include "core/utf8.h"

#include <string.h>

/* How many bytes a character that begins with `lead` has, and the range of its second byte; 0: none begins so. The
 * range of the second byte excludes overlong forms, surrogates and whatever is beyond U+10FFFF. */
static uint32_t length_of(uint8_t lead, uint8_t *low_out, uint8_t *high_out)
{
    *low_out = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    *high_out = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (lead < 0x80) return 1;
    if (lead < 0xc2) return 0;
    if (lead < 0xe0) return 2;
    if (lead < 0xf0) return 3;
    return lead < 0xf5 ? 4 : 0;
}

bool pool__is_utf8(const char *text, uint32_t size)
{
    for (uint32_t at = 0; at < size;) {
        uint8_t low, high;
        uint32_t n = length_of((uint8_t)text[at], &low, &high);
        if (n == 0 || n > size - at) return false;
        for (uint32_t i = 1; i < n; i++) {
            uint8_t byte = (uint8_t)text[at + i];
            if (byte < low || byte > high) return false;
            low = 0x80, high = 0xbf;
        }
        at += n;
    }
    return true;
}

uint32_t pool__text_bytes(const char *text, uint32_t most)
{
    const char *end = memchr(text, '\0', most);
    return end ? (uint32_t)(end - text) : most;
}

uint32_t pool__name_bytes(const char *name, uint32_t most)
{
    uint32_t size = name ? pool__text_bytes(name, most + 1) : 0;
    return size <= most && pool__is_utf8(name, size) ? size : 0;
}
