/* SipHash-1-3: hashes under a secret key, so that nobody who chooses what is hashed can make hashes collide.
 *
 * J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF", INDOCRYPT 2012. One round a word and three at the
 * end, instead of two and four, is what the hash tables of Rust's, Ruby's and Python's libraries take too: whoever
 * attacks a table sees no hashes.
 */
#ifndef MILLRACE_CORE_SIPHASH_H
#define MILLRACE_CORE_SIPHASH_H

#include <stdint.h>

struct siphash_key {
    uint64_t words[2];
};

uint64_t pool__siphash(const struct siphash_key *key, const uint8_t *data, uint32_t size);

/* The same with other numbers of rounds: SipHash-2-4 is the one whose results are published. */
uint64_t pool__siphash_rounds(const struct siphash_key *key, const uint8_t *data, uint32_t size, uint32_t rounds,
                              uint32_t last_rounds);

#endif
