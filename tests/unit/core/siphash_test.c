/* The hash of names against published results, and that its key matters. */
#include "core/siphash.h"

#include "support/prelude.h"

static const struct siphash_key key = {{0x0706050403020100u, 0x0f0e0d0c0b0a0908u}};

/* The first of the reference implementation's vectors of SipHash-2-4, and the example of the paper's appendix. */
static void hashes_as_published(void **state)
{
    (void)state;
    uint8_t data[15];
    for (uint8_t i = 0; i < sizeof data; i++) data[i] = i;
    assert_int_equal(pool__siphash_rounds(&key, data, 0, 2, 4), 0x726fdb47dd0e0e31u);
    assert_int_equal(pool__siphash_rounds(&key, data, 1, 2, 4), 0x74f839c593dc67fdu);
    assert_int_equal(pool__siphash_rounds(&key, data, 8, 2, 4), 0x93f5f5799a932462u);
    assert_int_equal(pool__siphash_rounds(&key, data, 15, 2, 4), 0xa129ca6149be45e5u);
}

static void names_take_one_round_and_three(void **state)
{
    (void)state;
    assert_int_equal(pool__siphash(&key, NULL, 0), 0xabac0158050fc4dcu);
    assert_int_equal(pool__siphash(&key, (const uint8_t *)"name", 4),
                     pool__siphash_rounds(&key, (const uint8_t *)"name", 4, 1, 3));
}

static void other_keys_give_other_hashes(void **state)
{
    (void)state;
    struct siphash_key others[2] = {key, key};
    others[0].words[0] ^= 1;
    others[1].words[1] ^= (uint64_t)1 << 63;
    for (uint32_t size = 0; size < 16; size++) {
        const uint8_t *name = (const uint8_t *)"a name of a file";
        uint64_t hash = pool__siphash(&key, name, size);
        assert_int_not_equal(hash, pool__siphash(&others[0], name, size));
        assert_int_not_equal(hash, pool__siphash(&others[1], name, size));
        assert_int_not_equal(hash, pool__siphash(&key, name, size + 1));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_as_published),
        cmocka_unit_test(names_take_one_round_and_three),
        cmocka_unit_test(other_keys_give_other_hashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
