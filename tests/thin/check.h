/* What the thin client's test programs share: counting checks. */
#ifndef MILLRACE_TESTS_THIN_CHECK_H
#define MILLRACE_TESTS_THIN_CHECK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"

static int checks, failures;
static const char *base; /* where the guests are */

static bool check(bool holds, const char *what, int line)
{
    checks++;
    if (holds) return true;
    failures++;
    printf("FAILED line %d: %s\n", line, what);
    return false;
}

static bool check_equal(long long got, long long wanted, const char *what, int line)
{
    checks++;
    if (got == wanted) return true;
    failures++;
    printf("FAILED line %d: %s is %lld, not %lld (%s)\n", line, what, got, wanted, pool_error_text());
    return false;
}

#define CHECK(condition) check(condition, #condition, __LINE__)
#define EQUAL(got, wanted) check_equal((long long)(got), (long long)(wanted), #got, __LINE__)

/* Whether bytes are a text. */
static inline bool same(const void *data, uint32_t size, const char *text)
{
    return size == strlen(text) && (size == 0 || memcmp(data, text, size) == 0);
}

static inline const char *guest(const char *name)
{
    static char url[512];
    snprintf(url, sizeof url, "%s%s.gen.wasm", base, name);
    return url;
}

/* The last line, by which the runner knows. */
static inline void finish(void)
{
    printf("%d checks, %d failed\n", checks, failures);
    exit(failures ? 1 : 0);
}

#endif
