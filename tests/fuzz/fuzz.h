/* What every fuzz target uses: an assertion for code outside a cmocka test, and an input that is taken bit by bit. */
#ifndef MILLRACE_TESTS_FUZZ_H
#define MILLRACE_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(condition)                                                                  \
    do {                                                                                    \
        if (!(condition)) {                                                                 \
            fprintf(stderr, "%s:%d: REQUIRE(%s) failed\n", __FILE__, __LINE__, #condition); \
            __builtin_trap();                                                               \
        }                                                                                   \
    } while (0)

/* What libFuzzer calls. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A cmocka assertion that fails must end the program, and not a test. */
__attribute__((constructor)) static void fuzz_fail_at_once(void)
{
    REQUIRE(setenv("CMOCKA_TEST_ABORT", "1", 1) == 0);
}

/* What is left of the input. After its end everything is 0. */
struct fuzz_input {
    const uint8_t *at;
    size_t left;
};

static inline uint8_t fuzz_take_byte(struct fuzz_input *input)
{
    if (input->left == 0) return 0;
    input->left--;
    return *input->at++;
}

static inline uint32_t fuzz_take_u16(struct fuzz_input *input)
{
    uint32_t low = fuzz_take_byte(input);
    return low | (uint32_t)fuzz_take_byte(input) << 8;
}

static inline uint32_t fuzz_take_u32(struct fuzz_input *input)
{
    uint32_t low = fuzz_take_u16(input);
    return low | fuzz_take_u16(input) << 16;
}

#endif
