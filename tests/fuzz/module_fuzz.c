/* Hostile modules. The input: the length of a name in one byte, the name, and the module. */
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "worker/module.h"

static void require_signature(const struct module_signature *signature)
{
    REQUIRE(signature->n_params <= MODULE_VALUES_MAX);
    REQUIRE(signature->n_results <= MODULE_VALUES_MAX);
    for (uint32_t i = 0; i < (uint32_t)signature->n_params + signature->n_results; i++) {
        REQUIRE(signature->types[i] >= POOL_F64 && signature->types[i] <= POOL_I32);
    }
}

static int look(const uint8_t *module, size_t size, const char *name, uint32_t name_size,
                struct module_signature *signature)
{
    struct module_signature before;
    memset(signature, 0xee, sizeof *signature);
    before = *signature;
    int status = pool__module_signature(module, (uint32_t)size, name, name_size, signature);
    if (status == 0) {
        require_signature(signature);
    } else {
        REQUIRE(status == MODULE_NOT_FOUND || status == MODULE_MALFORMED || status == MODULE_UNSUPPORTED);
        REQUIRE(memcmp(signature, &before, sizeof before) == 0);
    }
    return status;
}

/* Bytes behind a module change nothing once its function was found: it was read as far as it must be. */
static void require_head_to_be_enough(const uint8_t *module, size_t size, const char *name, uint32_t name_size,
                                      const struct module_signature *found)
{
    struct module_signature again;
    uint8_t *longer = malloc(size + 3);
    REQUIRE(longer);
    memcpy(longer, module, size);
    memset(longer + size, 0xff, 3);
    REQUIRE(look(longer, size + 3, name, name_size, &again) == 0);
    REQUIRE(memcmp(&again, found, sizeof again) == 0);
    free(longer);
}

/* As look(), of an import. */
static void look_at_import(const uint8_t *module, size_t size, uint32_t number)
{
    struct module_signature signature, before;
    memset(&signature, 0xee, sizeof signature);
    before = signature;
    int status = pool__module_import(module, (uint32_t)size, number, &signature);
    if (status == 0) {
        require_signature(&signature);
    } else {
        REQUIRE(status == MODULE_NOT_FOUND || status == MODULE_MALFORMED || status == MODULE_UNSUPPORTED);
        REQUIRE(memcmp(&signature, &before, sizeof before) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    struct module_signature signature;
    size_t name_size = fuzz_take_byte(&input);
    if (name_size > input.left) name_size = input.left;
    const char *name = (const char *)input.at;
    const uint8_t *module = input.at + name_size;
    size_t module_size = input.left - name_size;

    if (look(module, module_size, name, (uint32_t)name_size, &signature) == 0) {
        require_head_to_be_enough(module, module_size, name, (uint32_t)name_size, &signature);
    }
    for (uint32_t number = 0; number < 4; number++) look_at_import(module, module_size, number);
    return 0;
}
