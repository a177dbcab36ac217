/* SipHash, with any number of rounds. */
#include "core/siphash.h"

#include <string.h>

struct state {
    uint64_t a, b, c, d;
};

static inline uint64_t rotate(uint64_t word, uint32_t by)
{
    return word << by | word >> (64 - by);
}

static inline void run(struct state *s, uint32_t rounds)
{
    for (uint32_t i = 0; i < rounds; i++) {
        s->a += s->b;
        s->c += s->d;
        s->b = rotate(s->b, 13) ^ s->a;
        s->d = rotate(s->d, 16) ^ s->c;
        s->a = rotate(s->a, 32) + s->d;
        s->c += s->b;
        s->d = rotate(s->d, 21) ^ s->a;
        s->b = rotate(s->b, 17) ^ s->c;
        s->c = rotate(s->c, 32);
    }
}

static inline void absorb(struct state *s, uint64_t word, uint32_t rounds)
{
    s->d ^= word;
    run(s, rounds);
    s->a ^= word;
}

/* In the byte order of the machine, which is little-endian everywhere that we run. */
static inline uint64_t word_at(const uint8_t *data)
{
    uint64_t word;
    memcpy(&word, data, sizeof word);
    return word;
}

static inline uint64_t last_word(const uint8_t *data, uint32_t size)
{
    uint64_t word = (uint64_t)size << 56;
    for (uint32_t i = 0; i < size % 8; i++) word |= (uint64_t)data[(size & ~7u) + i] << 8 * i;
    return word;
}

static inline uint64_t hash(const struct siphash_key *key, const uint8_t *data, uint32_t size, uint32_t rounds,
                            uint32_t last_rounds)
{
    struct state s = {key->words[0] ^ 0x736f6d6570736575u, key->words[1] ^ 0x646f72616e646f6du,
                      key->words[0] ^ 0x6c7967656e657261u, key->words[1] ^ 0x7465646279746573u};
    for (uint32_t at = 0; at + 8 <= size; at += 8) absorb(&s, word_at(data + at), rounds);
    absorb(&s, last_word(data, size), rounds);
    s.c ^= 0xff;
    run(&s, last_rounds);
    return s.a ^ s.b ^ s.c ^ s.d;
}

uint64_t pool__siphash(const struct siphash_key *key, const uint8_t *data, uint32_t size)
{
    return hash(key, data, size, 1, 3);
}

uint64_t pool__siphash_rounds(const struct siphash_key *key, const uint8_t *data, uint32_t size, uint32_t rounds,
                              uint32_t last_rounds)
{
    return hash(key, data, size, rounds, last_rounds);
}
