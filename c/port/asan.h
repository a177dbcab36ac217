/* Tells AddressSanitizer which memory may be touched. Does nothing in a build without it. */
#ifndef MILLRACE_PORT_ASAN_H
#define MILLRACE_PORT_ASAN_H

#include <stddef.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define HAS_ASAN
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define HAS_ASAN
#endif

#ifdef HAS_ASAN
void __asan_poison_memory_region(void const volatile *at, size_t size);
void __asan_unpoison_memory_region(void const volatile *at, size_t size);
#else
static inline void __asan_poison_memory_region(void const volatile *at, size_t size)
{
    (void)at, (void)size;
}

static inline void __asan_unpoison_memory_region(void const volatile *at, size_t size)
{
    (void)at, (void)size;
}
#endif

#endif
