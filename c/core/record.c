/* Measuring, writing and checking the record of a submission. */
#include "core/record.h"

#include <stddef.h>
#include <string.h>

#include "core/check.h"
#include "core/utf8.h"

_Static_assert(sizeof(struct record) % 8 == 0, "the values behind it are aligned");
_Static_assert(offsetof(struct record, traps) == sizeof(struct record) - 4, "write_header sets every member");

static const char *const only_guest[] = {"guest", NULL};

/* A C function cannot see its arguments, so it has none by default. */
static const char *const *argv_of(const struct pool_job_config *config)
{
    return config->argv || config->function ? config->argv : only_guest;
}

/* The size of a string with its NUL. Stops reading where it is too long. */
static uint32_t size_of(const char *string)
{
    return pool__text_bytes(string, POOL_ARGS_MAX_BYTES) + 1;
}

/* The size of a list of strings that a NULL ends; stops where it is too large. */
static uint64_t measure(const char *const *strings, uint32_t *n_out)
{
    uint64_t size = 0;
    *n_out = 0;
    for (; strings && strings[*n_out] && size <= POOL_ARGS_MAX_BYTES; ++*n_out) size += size_of(strings[*n_out]);
    return size;
}

static uint32_t name_bytes_of(const struct pool_job_config *config)
{
    return config->export_name ? size_of(config->export_name) : 0;
}

/* As measure(). */
static uint64_t measure_paths(const struct pool_job_config *config)
{
    uint64_t size = 0;
    for (uint32_t i = 0; i < config->n_preopens && size <= POOL_ARGS_MAX_BYTES; i++) {
        size += size_of(config->preopens[i].path);
    }
    return size;
}

/* Field by field where it belongs: a copy of the whole would wait for its small parts to be stored. */
static void write_header(const struct pool_job_config *config, struct record *out)
{
    out->module = config->module;
    out->priority = config->priority;
    out->timeout_ms = config->timeout_ms;
    out->input_bytes = config->input_bytes;
    out->capture_max_bytes = config->capture_max_bytes;
    memcpy(out->stdio, config->stdio, sizeof out->stdio);
    out->n_values = config->n_values;
    out->name_bytes = name_bytes_of(config);
    out->strings_bytes = (uint32_t)measure(argv_of(config), &out->n_args);
    out->strings_bytes += (uint32_t)measure(config->envp, &out->n_env);
    out->strings_bytes += (uint32_t)measure_paths(config);
    out->n_preopens = config->n_preopens;
    out->max_calls = config->max_calls;
    out->max_memory_mib = config->max_memory_mib;
    out->tty = config->tty;
    out->serves = 0;
    out->imports = 0;
    out->traps = config->trap_missing_imports;
}

static bool is_piped(const struct record *record, uint32_t index)
{
    return record->stdio[index].kind == POOL_STDIO_PIPE;
}

static int check_service(const struct record *record)
{
    if (record->serves > 1) return POOL_EINVAL;
    if (!record->serves) return 0;
    return record->name_bytes || !is_piped(record, 0) || !is_piped(record, 1) ? POOL_EINVAL : 0;
}

static int check_numbers(const struct record *record)
{
    if (record->priority > POOL_PRIORITY_LOW || record->n_values > POOL_VALUES_MAX) return POOL_EINVAL;
    if (record->n_values && !record->name_bytes) return POOL_EINVAL; /* a command takes strings */
    if (record->n_preopens > POOL_PREOPENS_MAX || record->tty > 1 || record->traps > 1) return POOL_EINVAL;
    if (record->max_calls > POOL_CALLS_MAX || record->max_memory_mib > POOL_MEMORY_MAX_MIB) return POOL_EINVAL;
    if (record->input_bytes > POOL_BYTES_MAX || record->capture_max_bytes > POOL_BYTES_MAX) return POOL_E2BIG;
    for (uint32_t i = 0; i < POOL_COUNT_OF(record->stdio); i++) {
        uint32_t kind = record->stdio[i].kind, other = i == 0 ? POOL_STDIO_CAPTURE : POOL_STDIO_INPUT;
        if (kind > POOL_STDIO_CAPTURE || kind == other) return POOL_EINVAL;
    }
    return check_service(record);
}

static int check_values(const struct pool_value *values, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (values[i].type < POOL_F64 || values[i].type > POOL_I32) return POOL_EINVAL;
    }
    return 0;
}

/* An empty path is refused: a guest could not find it. */
static bool is_path(const char *path)
{
    return *path && pool__is_utf8(path, size_of(path) - 1);
}

static int check_preopens_of(const struct pool_job_config *config)
{
    if (config->n_preopens > POOL_PREOPENS_MAX || (config->n_preopens && !config->preopens)) return POOL_EINVAL;
    if (config->n_preopens && config->function) return POOL_EINVAL;
    for (uint32_t i = 0; i < config->n_preopens; i++) {
        if (!config->preopens[i].volume) return POOL_EBADF;
        if (!config->preopens[i].path || !is_path(config->preopens[i].path)) return POOL_EINVAL;
    }
    return 0;
}

static bool are_texts(const char *const *strings)
{
    for (; strings && *strings; strings++) {
        if (!pool__is_utf8(*strings, size_of(*strings) - 1)) return false;
    }
    return true;
}

/* pre: no string is too long. */
static int check_texts_of(const struct pool_job_config *config)
{
    if (config->export_name && !are_texts((const char *const[]){config->export_name, NULL})) return POOL_EINVAL;
    return are_texts(config->argv) && are_texts(config->envp) ? 0 : POOL_EINVAL;
}

int32_t pool__record_header(const struct pool_job_config *config, struct record *header_out)
{
    uint32_t n;
    int error = check_preopens_of(config);
    if (error) return error;
    uint64_t payload = measure(argv_of(config), &n) + measure(config->envp, &n) + name_bytes_of(config);
    if (config->n_values > POOL_VALUES_MAX || (config->n_values && !config->values)) return POOL_EINVAL;
    payload += config->n_values * sizeof *config->values;
    payload += config->n_preopens * sizeof(struct record_preopen) + measure_paths(config);
    if (payload > POOL_ARGS_MAX_BYTES) return POOL_E2BIG;
    if (config->input_bytes && !config->input) return POOL_EINVAL;
    if ((config->tty || config->trap_missing_imports) && config->function) return POOL_EINVAL; /* only a guest asks */
    error = check_texts_of(config);
    if (error) return error;
    write_header(config, header_out);
    error = check_numbers(header_out);
    if (!error) error = check_values(config->values, config->n_values);
    return error ? error : (int32_t)(sizeof *header_out + payload);
}

int32_t pool__record_size(const struct pool_job_config *config)
{
    struct record header;
    return pool__record_header(config, &header);
}

static uint8_t *put(uint8_t *at, const void *data, size_t size)
{
    if (size) memcpy(at, data, size);
    return at + size;
}

static uint8_t *put_strings(uint8_t *at, const char *const *strings, uint32_t n)
{
    /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): measure() has counted them up to the NULL */
    for (uint32_t i = 0; i < n; i++) at = put(at, strings[i], strlen(strings[i]) + 1);
    return at;
}

static uint8_t *put_preopens(uint8_t *at, const struct pool_job_config *config)
{
    for (uint32_t i = 0; i < config->n_preopens; i++) {
        struct record_preopen preopen = {config->preopens[i].volume, config->preopens[i].read_only, 0};
        at = put(at, &preopen, sizeof preopen);
    }
    return at;
}

static uint8_t *put_paths(uint8_t *at, const struct pool_job_config *config)
{
    for (uint32_t i = 0; i < config->n_preopens; i++) {
        at = put(at, config->preopens[i].path, strlen(config->preopens[i].path) + 1);
    }
    return at;
}

void pool__record_write(const struct pool_job_config *config, uint8_t *out)
{
    struct record header;
    const uint8_t *strings = NULL;
    write_header(config, &header);
    POOL_ASSERT(header.strings_bytes <= POOL_ARGS_MAX_BYTES); /* it was measured */
    out = put(out, &header, sizeof header);
    out = put(out, config->values, header.n_values * sizeof *config->values);
    out = put_preopens(out, config);
    out = put(out, config->export_name, header.name_bytes);
    strings = out;
    out = put_strings(out, argv_of(config), header.n_args);
    out = put_strings(out, config->envp, header.n_env);
    out = put_paths(out, config);
    POOL_ASSERT(out == strings + header.strings_bytes); /* as they were measured */
    (void)strings;
}

/* Whether the bytes are exactly `n` strings. */
static bool are_strings(const char *bytes, uint32_t size, uint64_t n)
{
    uint64_t found = 0;
    for (uint32_t i = 0; i < size; i++) found += bytes[i] == '\0';
    return found == n && (size == 0 || bytes[size - 1] == '\0');
}

/* pre: the strings have been checked. */
static int check_preopens(const struct record *record)
{
    const struct record_preopen *preopens = pool__record_preopens(record);
    const char *path = record->n_preopens ? pool__record_paths(record) : "";
    for (uint32_t i = 0; i < record->n_preopens; i++) {
        if (!preopens[i].volume || preopens[i].read_only > 1 || preopens[i].zero || !*path) return POOL_EINVAL;
        path += strlen(path) + 1;
    }
    return 0;
}

int pool__record_check(const uint8_t *bytes, uint32_t size)
{
    const struct record *record = (const struct record *)bytes;
    if (size < sizeof *record) return POOL_EINVAL;
    int error = check_numbers(record);
    if (error) return error;
    uint64_t payload = (uint64_t)record->n_values * sizeof(struct pool_value);
    payload += (uint64_t)record->n_preopens * sizeof(struct record_preopen);
    payload += (uint64_t)record->name_bytes + record->strings_bytes;
    if (payload > POOL_ARGS_MAX_BYTES) return POOL_E2BIG;
    if (payload != size - sizeof *record) return POOL_EINVAL;
    if (!are_strings(pool__record_name(record), record->name_bytes, record->name_bytes > 0)) return POOL_EINVAL;
    uint64_t n_strings = (uint64_t)record->n_args + record->n_env + record->n_preopens;
    if (!are_strings(pool__record_strings(record), record->strings_bytes, n_strings)) return POOL_EINVAL;
    if (!pool__is_utf8(pool__record_name(record), record->name_bytes + record->strings_bytes)) return POOL_EINVAL;
    error = check_preopens(record);
    return error ? error : check_values(pool__record_values(record), record->n_values);
}

const struct pool_value *pool__record_values(const struct record *record)
{
    return (const struct pool_value *)(record + 1);
}

const struct record_preopen *pool__record_preopens(const struct record *record)
{
    return (const struct record_preopen *)(pool__record_values(record) + record->n_values);
}

const char *pool__record_name(const struct record *record)
{
    return (const char *)(pool__record_preopens(record) + record->n_preopens);
}

const char *pool__record_strings(const struct record *record)
{
    return pool__record_name(record) + record->name_bytes;
}

const char *pool__record_paths(const struct record *record)
{
    const char *at = pool__record_strings(record);
    for (uint64_t i = (uint64_t)record->n_args + record->n_env; i > 0; i--) at += strlen(at) + 1;
    POOL_ASSERT(at <= pool__record_strings(record) + record->strings_bytes);
    return at;
}
