/* Random numbers whose seed is printed. */
#include "support/property.h"

#include <stdlib.h>
#include <time.h>

#include "support/prelude.h"

static uint64_t seed_of_today(void)
{
    const char *given = getenv("PROPERTY_SEED");
    struct timespec now;
    if (given) return strtoull(given, NULL, 0);
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000007u + (uint64_t)now.tv_nsec;
}

struct property property_begin(const char *test)
{
    uint64_t seed = seed_of_today();
    print_message("[   SEED   ] %s: PROPERTY_SEED=%llu\n", test, (unsigned long long)seed);
    return (struct property){seed};
}

/* splitmix64 (S. Vigna, 2015). */
static uint64_t next_64(struct property *property)
{
    uint64_t z = property->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

struct property property_fork(struct property *property)
{
    return (struct property){next_64(property)};
}

uint32_t property_next(struct property *property)
{
    return (uint32_t)(next_64(property) >> 32);
}

uint32_t property_below(struct property *property, uint32_t n)
{
    return (uint32_t)((uint64_t)property_next(property) * n >> 32);
}

uint32_t property_size(struct property *property, uint32_t n)
{
    uint32_t limit = n >> property_below(property, 32u - (uint32_t)__builtin_clz(n));
    return property_below(property, limit ? limit : 1) + 1;
}

bool property_once_in(struct property *property, uint32_t n)
{
    return property_below(property, n) == 0;
}
