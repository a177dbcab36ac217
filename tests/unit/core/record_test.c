/* core/record.c: a submission as one piece of memory, which may come from anybody. */
#include "core/record.h"

#include <stdlib.h>

#include "core/check.h"
#include "support/prelude.h"
#include "support/property.h"

static const char *const nothing[] = {NULL};

/* The record of a config, in memory of its exact size; the caller frees it. */
static uint8_t *record_of(const struct pool_job_config *config, uint32_t *size_out)
{
    int32_t size = pool__record_size(config);
    assert_true(size >= (int32_t)sizeof(struct record));
    uint8_t *bytes = aligned_alloc(8, ((size_t)size + 7) & ~(size_t)7);
    assert_non_null(bytes);
    pool__record_write(config, bytes);
    struct record header;
    assert_int_equal(pool__record_header(config, &header), size);
    assert_memory_equal(&header, bytes, sizeof header);
    *size_out = (uint32_t)size;
    return bytes;
}

static const struct pool_value values[] = {
    {POOL_I32, {.i32 = -1}}, {POOL_I64, {.i64 = INT64_MIN}}, {POOL_F32, {.f32 = 0.5f}}, {POOL_F64, {.f64 = 1e300}}};

static const struct pool_preopen preopens[] = {{5, "/data", false}, {6, "/\xc3\xa4", true}};

static struct pool_job_config full_config(void)
{
    static const char *const argv[] = {"prog", "", "-v", NULL}, *const envp[] = {"A=1", "B=", NULL};
    return (struct pool_job_config){.module = 7,
                                    .export_name = "answer",
                                    .argv = argv,
                                    .envp = envp,
                                    .values = values,
                                    .n_values = COUNT_OF(values),
                                    .preopens = preopens,
                                    .n_preopens = COUNT_OF(preopens),
                                    .priority = POOL_PRIORITY_LOW,
                                    .stdio = {{POOL_STDIO_INPUT, 0}, {POOL_STDIO_CAPTURE, 0}, {POOL_STDIO_PIPE, 99}},
                                    .input = "input",
                                    .input_bytes = 5,
                                    .capture_max_bytes = 1234,
                                    .timeout_ms = 567};
}

static void record_size_counts_every_part(void **state)
{
    (void)state;
    struct pool_job_config config = {.module = 1};
    assert_int_equal(pool__record_size(&config), sizeof(struct record) + 6); /* "guest" */
    config.argv = nothing;
    assert_int_equal(pool__record_size(&config), sizeof(struct record));
    config.envp = (const char *const[]){"A=1", "", NULL};
    assert_int_equal(pool__record_size(&config), sizeof(struct record) + 5);
    config.export_name = "f";
    assert_int_equal(pool__record_size(&config), sizeof(struct record) + 7);
    config.values = values;
    config.n_values = 3;
    assert_int_equal(pool__record_size(&config), sizeof(struct record) + 7 + 3 * sizeof *values);
}

static void record_of_too_much_is_e2big(void **state)
{
    (void)state;
    static char text[POOL_ARGS_MAX_BYTES];
    memset(text, 'a', sizeof text - 1);
    const char *const strings[] = {text, NULL}, *const one[] = {"", NULL};
    struct pool_job_config config = {.module = 1, .argv = strings};
    assert_int_equal(pool__record_size(&config), sizeof(struct record) + POOL_ARGS_MAX_BYTES);
    config.envp = one;
    assert_int_equal(pool__record_size(&config), POOL_E2BIG);
    config.envp = strings;
    assert_int_equal(pool__record_size(&config), POOL_E2BIG);
    config = (struct pool_job_config){.module = 1, .argv = strings, .export_name = ""};
    assert_int_equal(pool__record_size(&config), POOL_E2BIG);
    config = (struct pool_job_config){.module = 1, .argv = nothing, .export_name = text};
    assert_int_equal(pool__record_size(&config), sizeof(struct record) + POOL_ARGS_MAX_BYTES);
    config.values = values;
    config.n_values = 1;
    assert_int_equal(pool__record_size(&config), POOL_E2BIG);
}

static void record_comes_back_as_it_was_written(void **state)
{
    (void)state;
    struct pool_job_config config = full_config();
    uint32_t size;
    uint8_t *bytes = record_of(&config, &size);
    assert_int_equal(pool__record_check(bytes, size), 0);
    const struct record *record = (const struct record *)bytes;
    assert_int_equal(record->module, 7);
    assert_int_equal(record->priority, POOL_PRIORITY_LOW);
    assert_int_equal(record->timeout_ms, 567);
    assert_int_equal(record->input_bytes, 5);
    assert_int_equal(record->capture_max_bytes, 1234);
    assert_memory_equal(record->stdio, config.stdio, sizeof config.stdio);
    assert_int_equal(record->n_args, 3);
    assert_int_equal(record->n_env, 2);
    assert_int_equal(record->n_values, COUNT_OF(values));
    for (uint32_t i = 0; i < COUNT_OF(values); i++) {
        assert_int_equal(pool__record_values(record)[i].type, values[i].type);
        assert_memory_equal(&pool__record_values(record)[i].of, &values[i].of, i % 2 ? 8 : 4);
    }
    assert_memory_equal(pool__record_name(record), "answer", 7);
    assert_int_equal(record->strings_bytes, 26);
    assert_memory_equal(pool__record_strings(record), "prog\0\0-v\0A=1\0B=\0/data\0/\xc3\xa4", 26);
    assert_memory_equal(pool__record_paths(record), "/data\0/\xc3\xa4", 10);
    assert_int_equal(record->n_preopens, COUNT_OF(preopens));
    for (uint32_t i = 0; i < COUNT_OF(preopens); i++) {
        assert_int_equal(pool__record_preopens(record)[i].volume, preopens[i].volume);
        assert_int_equal(pool__record_preopens(record)[i].read_only, preopens[i].read_only);
    }
    free(bytes);
}

/* Whatever a record says of its size: the bytes behind the end are never read, which the sanitizer watches. */
static void record_that_is_cut_anywhere_is_refused(void **state)
{
    (void)state;
    struct pool_job_config config = full_config();
    uint32_t size;
    uint8_t *bytes = record_of(&config, &size);
    for (uint32_t cut = 0; cut < size; cut++) {
        uint8_t *copy = malloc(cut ? cut : 1);
        memcpy(copy, bytes, cut);
        if (pool__record_check(copy, cut) != POOL_EINVAL) fail_msg("cut to %u bytes", cut);
        free(copy);
    }
    uint8_t *longer = malloc(size + 1);
    memcpy(longer, bytes, size);
    longer[size] = 0;
    assert_int_equal(pool__record_check(longer, size + 1), POOL_EINVAL);
    free(longer);
    free(bytes);
}

/* Whoever believes a record walks these: as many strings as it says lie inside of it. */
static void walk(const uint8_t *bytes, uint32_t size)
{
    const struct record *record = (const struct record *)bytes;
    const char *end = (const char *)bytes + size, *at = pool__record_strings(record);
    assert_true(record->n_values <= POOL_VALUES_MAX);
    assert_true(record->n_preopens <= POOL_PREOPENS_MAX);
    assert_true((const char *)(pool__record_values(record) + record->n_values) <= end);
    assert_true(pool__record_name(record) + record->name_bytes <= end);
    for (uint64_t i = (uint64_t)record->n_args + record->n_env + record->n_preopens; i > 0; i--) {
        assert_true(at < end);
        at += strlen(at) + 1;
    }
    assert_ptr_equal(at, end);
}

static void record_with_any_byte_changed_is_refused_or_consistent(void **state)
{
    (void)state;
    struct pool_job_config config = full_config();
    uint32_t size, accepted = 0;
    uint8_t *bytes = record_of(&config, &size);
    for (uint32_t i = 0; i < size; i++) {
        uint8_t before = bytes[i];
        for (uint32_t value = 0; value < 256; value++) {
            bytes[i] = (uint8_t)value;
            int status = pool__record_check(bytes, size);
            assert_true(status == 0 || status == POOL_EINVAL || status == POOL_E2BIG);
            if (status == 0) walk(bytes, size);
            accepted += status == 0;
        }
        bytes[i] = before;
    }
    assert_true(accepted > size); /* a letter of a string is as good as another */
    free(bytes);
}

static void record_of_any_bytes_is_refused_or_consistent(void **state)
{
    (void)state;
    struct property random = property_begin("record_of_any_bytes_is_refused_or_consistent");
    struct pool_job_config config = full_config();
    uint32_t size;
    uint8_t *bytes = record_of(&config, &size), *copy = aligned_alloc(8, ((size_t)size + 7) & ~(size_t)7);
    for (uint32_t i = 0; i < 100000; i++) {
        memcpy(copy, bytes, size);
        for (uint32_t n = property_size(&random, 8); n > 0; n--) {
            uint32_t word = property_below(&random, sizeof(struct record) / 4);
            uint32_t value = property_once_in(&random, 3) ? property_next(&random) : property_below(&random, 40);
            memcpy(copy + word * 4, &value, sizeof value);
        }
        if (pool__record_check(copy, size) == 0) walk(copy, size);
    }
    free(copy);
    free(bytes);
}

static void record_of_preopens_that_are_none_is_refused(void **state)
{
    (void)state;
    static const struct {
        struct pool_preopen preopen;
        int error;
    } cases[] = {{{1, "/", false}, 0},          {{0, "/", false}, POOL_EBADF},      {{1, NULL, false}, POOL_EINVAL},
                 {{1, "", false}, POOL_EINVAL}, {{1, "/\xff", false}, POOL_EINVAL}, {{1, "\xc3", false}, POOL_EINVAL}};
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        struct pool_job_config config = {.module = 1, .argv = nothing, .preopens = &cases[i].preopen, .n_preopens = 1};
        int32_t size = pool__record_size(&config);
        ROUND("%u", i);
        if (cases[i].error) assert_int_equal(size, cases[i].error);
        if (!cases[i].error) assert_int_equal(size, sizeof(struct record) + sizeof(struct record_preopen) + 2);
    }
    struct pool_preopen many[POOL_PREOPENS_MAX + 1];
    for (uint32_t i = 0; i < COUNT_OF(many); i++) many[i] = (struct pool_preopen){1, "/", false};
    struct pool_job_config config = {.module = 1, .preopens = many, .n_preopens = COUNT_OF(many)};
    assert_int_equal(pool__record_size(&config), POOL_EINVAL);
    config.n_preopens--;
    assert_true(pool__record_size(&config) > 0);
    config.preopens = NULL;
    assert_int_equal(pool__record_size(&config), POOL_EINVAL);
}

/* The same, of records that come from anybody. */
static void record_with_a_damaged_preopen_is_refused(void **state)
{
    (void)state;
    struct pool_job_config config = full_config();
    uint32_t size;
    uint8_t *bytes = record_of(&config, &size);
    const struct record *record = (const struct record *)bytes;
    struct record_preopen *preopen = (struct record_preopen *)(uintptr_t)pool__record_preopens(record);
    char *path = (char *)(uintptr_t)pool__record_paths(record);
    preopen[1].read_only = 2;
    assert_int_equal(pool__record_check(bytes, size), POOL_EINVAL);
    preopen[1].read_only = 1, preopen[1].zero = 1;
    assert_int_equal(pool__record_check(bytes, size), POOL_EINVAL);
    preopen[1].zero = 0, preopen[0].volume = 0;
    assert_int_equal(pool__record_check(bytes, size), POOL_EINVAL);
    preopen[0].volume = 1, path[1] = '\xff';
    assert_int_equal(pool__record_check(bytes, size), POOL_EINVAL);
    path[1] = 'd';
    assert_int_equal(pool__record_check(bytes, size), 0);
    free(bytes);
}

static void expect(const struct record *record, int error)
{
    assert_int_equal(pool__record_check((const uint8_t *)record, sizeof *record), error);
}

static void record_with_a_field_out_of_range_is_refused(void **state)
{
    (void)state;
    struct record good = {.module = 1};
    expect(&good, 0);
    struct record bad = good;
    bad.priority = POOL_PRIORITY_LOW + 1;
    expect(&bad, POOL_EINVAL);
    bad = good, bad.input_bytes = POOL_BYTES_MAX + 1;
    expect(&bad, POOL_E2BIG);
    bad = good, bad.capture_max_bytes = UINT32_MAX;
    expect(&bad, POOL_E2BIG);
    bad = good, bad.n_values = 1;
    expect(&bad, POOL_EINVAL);
    bad = good, bad.n_values = UINT32_MAX;
    expect(&bad, POOL_EINVAL);
    bad = good, bad.n_preopens = 1;
    expect(&bad, POOL_EINVAL);
    bad = good, bad.n_preopens = UINT32_MAX;
    expect(&bad, POOL_EINVAL);
    bad = good, bad.tty = 2;
    expect(&bad, POOL_EINVAL);
    bad = good, bad.strings_bytes = POOL_ARGS_MAX_BYTES + 1;
    expect(&bad, POOL_E2BIG);
    bad = good, bad.name_bytes = 1, bad.strings_bytes = UINT32_MAX; /* their sum wraps */
    expect(&bad, POOL_E2BIG);
    bad = good, bad.n_args = UINT32_MAX, bad.n_env = 1; /* so does theirs */
    expect(&bad, POOL_EINVAL);
    for (uint32_t i = 0; i < 3; i++) {
        bad = good, bad.stdio[i].kind = POOL_STDIO_CAPTURE + 1;
        expect(&bad, POOL_EINVAL);
        bad = good, bad.stdio[i].kind = i == 0 ? POOL_STDIO_CAPTURE : POOL_STDIO_INPUT;
        expect(&bad, POOL_EINVAL);
        bad = good, bad.stdio[i].kind = UINT32_MAX;
        expect(&bad, POOL_EINVAL);
    }
}

static uint32_t no_function(pool_t *pool, void *user)
{
    (void)pool, (void)user;
    return 0;
}

static void terminal_is_carried_for_a_guest_and_refused_for_a_function(void **state)
{
    (void)state;
    uint32_t size;
    uint8_t *bytes = record_of(&(struct pool_job_config){.module = 1, .tty = true}, &size);
    assert_int_equal(pool__record_check(bytes, size), 0);
    assert_int_equal(((const struct record *)bytes)->tty, 1);
    free(bytes);
    assert_int_equal(pool__record_size(&(struct pool_job_config){.function = no_function, .tty = true}), POOL_EINVAL);
    assert_true(pool__record_size(&(struct pool_job_config){.function = no_function}) > 0);
}

static void record_of_an_instance_has_pipes_and_no_name(void **state)
{
    (void)state;
    struct record good = {.module = 1, .serves = 1};
    good.stdio[0].kind = good.stdio[1].kind = POOL_STDIO_PIPE;
    expect(&good, 0);
    struct record bad = good;
    bad.serves = 2;
    expect(&bad, POOL_EINVAL);
    for (uint32_t i = 0; i < 2; i++) {
        bad = good, bad.stdio[i].kind = POOL_STDIO_NULL;
        expect(&bad, POOL_EINVAL);
    }
    _Alignas(8) uint8_t bytes[sizeof(struct record) + 4] = {0};
    bad = good, bad.name_bytes = 4;
    memcpy(bytes, &bad, sizeof bad);
    memcpy(bytes + sizeof bad, "add", 4);
    assert_int_equal(pool__record_check(bytes, sizeof bytes), POOL_EINVAL);
    bad.serves = 0;
    memcpy(bytes, &bad, sizeof bad);
    assert_int_equal(pool__record_check(bytes, sizeof bytes), 0);
}

static void record_tells_how_imports_are_linked(void **state)
{
    (void)state;
    struct record good = {.module = 1, .imports = UINT32_MAX, .traps = 1};
    expect(&good, 0);
    struct record bad = good;
    bad.traps = 2;
    expect(&bad, POOL_EINVAL);
    uint32_t size;
    struct pool_job_config config = {.module = 1, .trap_missing_imports = true};
    uint8_t *bytes = record_of(&config, &size);
    assert_int_equal(((const struct record *)bytes)->traps, 1);
    free(bytes);
    assert_int_equal(
        pool__record_size(&(struct pool_job_config){.function = no_function, .trap_missing_imports = true}),
        POOL_EINVAL);
}

static void record_with_strings_that_do_not_end_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t name_bytes, size, n_args, n_env, status;
    } cases[] = {
        {"abc", 0, 4, 1, 0, 0},          {"a\0b", 0, 4, 1, 1, 0},
        {"\0\0\0", 0, 4, 2, 2, 0},       {"abcd", 0, 4, 1, 0, 1}, /* no NUL at the end */
        {"a\0bc", 0, 4, 1, 0, 1},                                 /* only the first has one */
        {"a\0b", 0, 4, 1, 0, 1},                                  /* more strings than it says */
        {"abc", 0, 4, 1, 1, 1},                                   /* fewer */
        {"abc", 0, 4, UINT32_MAX, 2, 1},                          /* whose sum would be 1 */
        {"f\0a", 2, 4, 1, 0, 0},         {"fg\0", 2, 4, 2, 0, 1}, /* a name without an end */
        {"f\0\0", 3, 4, 1, 0, 1}                                  /* with two */
    };
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        _Alignas(8) uint8_t bytes[sizeof(struct record) + 4];
        struct record record = {.module = 1, .n_args = cases[i].n_args, .n_env = cases[i].n_env};
        record.name_bytes = cases[i].name_bytes;
        record.strings_bytes = cases[i].size - cases[i].name_bytes;
        memcpy(bytes, &record, sizeof record);
        memcpy(bytes + sizeof record, cases[i].text, cases[i].size);
        ROUND("%u", i);
        assert_int_equal(pool__record_check(bytes, sizeof bytes), cases[i].status ? POOL_EINVAL : 0);
    }
}

static void record_with_what_is_no_text_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"\xff", "a\xc3(", "\xed\xa0\x80", "\xc0\x80", "\xf4\x90\x80\x80", "\xe2\x82"};
    for (uint32_t i = 0; i < COUNT_OF(bad); i++) {
        const char *const list[] = {"a", bad[i], NULL};
        const struct pool_preopen preopen[1] = {{5, bad[i], false}};
        const struct pool_job_config configs[] = {
            {.export_name = bad[i]}, {.argv = list}, {.envp = list}, {.preopens = preopen, .n_preopens = 1}};
        for (uint32_t j = 0; j < COUNT_OF(configs); j++) {
            assert_int_equal(pool__record_size(&configs[j]), POOL_EINVAL);
        }
        _Alignas(8) uint8_t bytes[sizeof(struct record) + 8] = {0};
        uint32_t size = (uint32_t)strlen(bad[i]) + 1;
        memcpy(bytes, &(struct record){.module = 1, .n_args = 1, .strings_bytes = size}, sizeof(struct record));
        memcpy(bytes + sizeof(struct record), bad[i], size);
        assert_int_equal(pool__record_check(bytes, (uint32_t)sizeof(struct record) + size), POOL_EINVAL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(record_size_counts_every_part),
        cmocka_unit_test(record_of_too_much_is_e2big),
        cmocka_unit_test(record_comes_back_as_it_was_written),
        cmocka_unit_test(record_that_is_cut_anywhere_is_refused),
        cmocka_unit_test(record_with_any_byte_changed_is_refused_or_consistent),
        cmocka_unit_test(record_of_any_bytes_is_refused_or_consistent),
        cmocka_unit_test(record_with_a_field_out_of_range_is_refused),
        cmocka_unit_test(terminal_is_carried_for_a_guest_and_refused_for_a_function),
        cmocka_unit_test(record_of_an_instance_has_pipes_and_no_name),
        cmocka_unit_test(record_tells_how_imports_are_linked),
        cmocka_unit_test(record_with_strings_that_do_not_end_is_refused),
        cmocka_unit_test(record_with_what_is_no_text_is_refused),
        cmocka_unit_test(record_of_preopens_that_are_none_is_refused),
        cmocka_unit_test(record_with_a_damaged_preopen_is_refused),
    };
    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
