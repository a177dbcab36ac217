/* Random numbers for property tests: the seed is printed, and PROPERTY_SEED=<number> brings a run back. */
#ifndef MILLRACE_TESTS_PROPERTY_H
#define MILLRACE_TESTS_PROPERTY_H

#include <stdbool.h>
#include <stdint.h>

struct property {
    uint64_t state;
};

/* A generator for this test, with its seed printed. */
struct property property_begin(const char *test);

/* A generator for one thread or one round of it, which depends on the first only. */
struct property property_fork(struct property *property);

uint32_t property_next(struct property *property);

/* 0 to `n` - 1. */
uint32_t property_below(struct property *property, uint32_t n);

/* 1 to `n`, small ones as likely as large ones. */
uint32_t property_size(struct property *property, uint32_t n);

/* True once in `n` times. */
bool property_once_in(struct property *property, uint32_t n);

#endif
