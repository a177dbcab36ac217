/* A library: exports to be called one at a time, and no command. `_initialize` runs before each. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define EXPORT(name) __attribute__((export_name(#name)))

static int32_t initialised;

__attribute__((constructor)) static void initialise(void)
{
    initialised = 42;
}

EXPORT(add) int32_t add(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

EXPORT(add64) int64_t add64(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

EXPORT(half) float half(float x)
{
    return x / 2;
}

EXPORT(root) double root(double x)
{
    return __builtin_sqrt(x);
}

/* 42, if constructors have run. */
EXPORT(was_initialised) int32_t was_initialised(void)
{
    return initialised;
}

/* Says something on standard output. */
EXPORT(say) void say(int32_t n)
{
    printf("adder says %d\n", (int)n);
    fflush(stdout);
}

EXPORT(divide) int32_t divide(int32_t a, int32_t b)
{
    return a / b;
}

EXPORT(leave) void leave(int32_t code)
{
    exit(code);
}
