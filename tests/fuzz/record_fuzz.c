/* Hostile submissions: the input is a record, as it comes from a program's own memory. */
#include <stdlib.h>

#include "core/record.h"
#include "fuzz/fuzz.h"

static bool is_inside(const uint8_t *bytes, size_t size, const void *part, size_t part_size)
{
    size_t offset = (size_t)((const uint8_t *)part - bytes);
    return offset <= size && part_size <= size - offset;
}

/* Reads every byte of `n` strings: whatever is not inside, the sanitizer sees. */
static size_t walk(const char *strings, uint32_t n)
{
    size_t at = 0;
    for (uint32_t i = 0; i < n; i++) at += strlen(strings + at) + 1;
    return at;
}

static void require_parts(const uint8_t *bytes, size_t size)
{
    const struct record *record = (const struct record *)(const void *)bytes;
    REQUIRE(record->n_values <= POOL_VALUES_MAX && record->priority <= POOL_PRIORITY_LOW);
    REQUIRE(record->input_bytes <= POOL_BYTES_MAX && record->capture_max_bytes <= POOL_BYTES_MAX);
    REQUIRE(is_inside(bytes, size, pool__record_values(record), record->n_values * sizeof(struct pool_value)));
    REQUIRE(is_inside(bytes, size, pool__record_name(record), record->name_bytes));
    REQUIRE(is_inside(bytes, size, pool__record_strings(record), record->strings_bytes));
    if (record->name_bytes) REQUIRE(strlen(pool__record_name(record)) + 1 == record->name_bytes);
    size_t args = walk(pool__record_strings(record), record->n_args);
    size_t env = walk(pool__record_strings(record) + args, record->n_env);
    REQUIRE(pool__record_paths(record) == pool__record_strings(record) + args + env);
    REQUIRE(args + env + walk(pool__record_paths(record), record->n_preopens) == record->strings_bytes);
    size_t preopens_size = record->n_preopens * sizeof(struct record_preopen);
    REQUIRE(record->n_preopens <= POOL_PREOPENS_MAX);
    REQUIRE(is_inside(bytes, size, pool__record_preopens(record), preopens_size));
}

static void list_preopens(const struct record *record, struct pool_preopen *out)
{
    const char *path = pool__record_paths(record);
    for (uint32_t i = 0; i < record->n_preopens; i++) {
        const struct record_preopen *preopen = &pool__record_preopens(record)[i];
        out[i] = (struct pool_preopen){preopen->volume, path, preopen->read_only};
        path += strlen(path) + 1;
    }
}

/* A list of strings as a config has it. */
static const char **list_of(const char *strings, uint32_t n)
{
    const char **list = calloc(n + 1, sizeof *list);
    REQUIRE(list);
    for (uint32_t i = 0; i < n; i++) {
        list[i] = strings;
        strings += strlen(strings) + 1;
    }
    return list;
}

/* A record that is one comes out of the config that it stands for, byte for byte. */
static void require_round_trip(const uint8_t *bytes, size_t size)
{
    const struct record *record = (const struct record *)(const void *)bytes;
    const char *strings = pool__record_strings(record);
    const char **argv = list_of(strings, record->n_args);
    const char **envp = list_of(strings + walk(strings, record->n_args), record->n_env);
    struct pool_preopen preopens[POOL_PREOPENS_MAX];
    list_preopens(record, preopens);
    struct pool_job_config config = {.module = record->module,
                                     .export_name = record->name_bytes ? pool__record_name(record) : NULL,
                                     .argv = argv,
                                     .envp = envp,
                                     .values = pool__record_values(record),
                                     .n_values = record->n_values,
                                     .preopens = preopens,
                                     .n_preopens = record->n_preopens,
                                     .priority = record->priority,
                                     .input = bytes,
                                     .input_bytes = record->input_bytes,
                                     .capture_max_bytes = record->capture_max_bytes,
                                     .timeout_ms = record->timeout_ms,
                                     .max_calls = record->max_calls,
                                     .max_memory_mib = record->max_memory_mib,
                                     .tty = record->tty,
                                     .trap_missing_imports = record->traps};
    memcpy(config.stdio, record->stdio, sizeof config.stdio);
    REQUIRE(pool__record_size(&config) == (int32_t)size);
    uint8_t *again = malloc(size);
    REQUIRE(again);
    pool__record_write(&config, again);
    ((struct record *)(void *)again)->serves = record->serves; /* scripts alone say these two */
    ((struct record *)(void *)again)->imports = record->imports;
    REQUIRE(memcmp(again, bytes, size) == 0);
    free(again);
    free(argv);
    free(envp);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *bytes = malloc(size ? size : 1); /* aligned, and not a byte longer */
    REQUIRE(bytes);
    if (size) memcpy(bytes, data, size);
    int status = pool__record_check(bytes, (uint32_t)size);
    REQUIRE(status == 0 || status == POOL_EINVAL || status == POOL_E2BIG);
    if (status == 0) {
        require_parts(bytes, size);
        require_round_trip(bytes, size);
    }
    free(bytes);
    return 0;
}
