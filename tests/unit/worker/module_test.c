/* Signatures of exports, out of modules that are whole, cut, damaged and made up. */
#include "worker/module.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/prelude.h"

#define FILE_MAX (64u * 1024)
#define GUESTS "examples/guests/"

enum { TYPE = 1, IMPORT = 2, FUNCTION = 3, MEMORY = 5, EXPORT = 7, CODE = 10 };
enum { I = POOL_I32, L = POOL_I64, F = POOL_F32, D = POOL_F64 };

struct bytes {
    uint32_t size;
    uint8_t data[FILE_MAX];
};

static struct bytes built;

static void begin(void)
{
    static const uint8_t preamble[] = {0, 'a', 's', 'm', 1, 0, 0, 0};
    memcpy(built.data, preamble, sizeof preamble);
    built.size = sizeof preamble;
}

static void put_section(uint8_t id, const uint8_t *body, uint32_t size)
{
    assert_true(size < 128);
    built.data[built.size++] = id;
    built.data[built.size++] = (uint8_t)size;
    memcpy(built.data + built.size, body, size);
    built.size += size;
}

#define SECTION(id, ...) put_section(id, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

/* The bytes are put where an access beyond them shows. */
static int look(const uint8_t *bytes, uint32_t size, const char *name, uint32_t name_size, struct module_signature *out)
{
    uint8_t *copy = malloc(size ? size : 1);
    char *name_copy = malloc(name_size ? name_size : 1);
    memcpy(copy, bytes, size);
    memcpy(name_copy, name, name_size);
    int status = pool__module_signature(copy, size, name_copy, name_size, out);
    free(copy);
    free(name_copy);
    return status;
}

static char letter(uint8_t type)
{
    switch (type) {
    case I: return 'i';
    case L: return 'l';
    case F: return 'f';
    case D: return 'd';
    default: return '?';
    }
}

/* `il>f`: takes i32 and i64, gives f32. */
static void write_down(const struct module_signature *signature, char text[2 * MODULE_VALUES_MAX + 2])
{
    assert_in_range(signature->n_params, 0, MODULE_VALUES_MAX);
    assert_in_range(signature->n_results, 0, MODULE_VALUES_MAX);
    for (uint32_t i = 0; i < signature->n_params; i++) *text++ = letter(signature->types[i]);
    *text++ = '>';
    for (uint32_t i = 0; i < signature->n_results; i++) *text++ = letter(signature->types[signature->n_params + i]);
    *text = '\0';
}

static void expect_in(const struct bytes *module, const char *name, const char *expected)
{
    struct module_signature signature;
    char text[2 * MODULE_VALUES_MAX + 2];
    assert_int_equal(look(module->data, module->size, name, (uint32_t)strlen(name), &signature), 0);
    write_down(&signature, text);
    assert_string_equal(text, expected);
}

static void expect(const char *name, const char *expected)
{
    expect_in(&built, name, expected);
}

static void expect_status(const char *name, int expected)
{
    struct module_signature signature, before;
    memset(&signature, 0xee, sizeof signature);
    before = signature;
    assert_int_equal(look(built.data, built.size, name, (uint32_t)strlen(name), &signature), expected);
    assert_memory_equal(&signature, &before, sizeof before);
}

/* What most modules here end with: own functions 0 and up of types 0 and up, and `f` exported. */
static void end_with(uint8_t exported)
{
    SECTION(FUNCTION, 3, 0, 1, 2);
    SECTION(EXPORT, 1, 1, 'f', 0, exported);
}

static void begin_with_types(void)
{
    begin();
    SECTION(TYPE, 3, 0x60, 0, 0, 0x60, 1, I, 1, I, 0x60, 2, L, F, 2, D, I);
}

static void module_gives_the_types_of_an_export(void **state)
{
    (void)state;
    static const char *const texts[] = {">", "i>i", "lf>di"};
    for (uint8_t i = 0; i < COUNT_OF(texts); i++) {
        begin_with_types();
        end_with(i);
        expect("f", texts[i]);
    }
}

static void module_without_that_function_is_not_found(void **state)
{
    (void)state;
    begin_with_types();
    SECTION(EXPORT, 5, 1, 'm', 2, 0, 1, 't', 1, 0, 1, 'g', 3, 0, 1, 'e', 4, 0, 2, 'f', 'g', 0, 0);
    for (const char *name = "mtgexf"; *name; name++) {
        char one[2] = {*name, '\0'};
        expect_status(one, MODULE_NOT_FOUND);
    }
    expect_status("", MODULE_NOT_FOUND);
    expect_status("fgh", MODULE_NOT_FOUND);
    begin_with_types();
    expect_status("f", MODULE_NOT_FOUND);
    begin();
    expect_status("f", MODULE_NOT_FOUND);
}

static void module_counts_imported_functions_first(void **state)
{
    (void)state;
    static const char *const texts[] = {"i>i", "lf>di", ">", "i>i", "lf>di"};
    for (uint8_t i = 0; i < COUNT_OF(texts); i++) {
        begin_with_types();
        SECTION(IMPORT, 2, 1, 'a', 1, 'b', 0, 1, 0, 0, 0, 2);
        end_with(i);
        expect("f", texts[i]);
    }
}

/* Each is stepped over on the way to the functions behind it. */
static void module_steps_over_what_else_is_imported(void **state)
{
    (void)state;
    static const struct {
        uint8_t size;
        uint8_t bytes[24];
    } imports[] = {
        {4, {1, 0x70, 0, 5}},                                                     /* a table */
        {5, {1, 0x6f, 1, 5, 6}},                                                  /* with a most */
        {6, {1, 0x63, 0x70, 1, 5, 6}},                                            /* of typed references */
        {6, {1, 0x64, 0x80, 0x01, 0, 1}},                                         /* to type 128 */
        {3, {2, 0, 1}},                                                           /* a memory */
        {4, {2, 1, 1, 2}},                                                        /* with a most */
        {6, {2, 3, 1, 0xff, 0xff, 0x03}},                                         /* shared */
        {12, {2, 4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}}, /* of 64 bits */
        {5, {2, 7, 0, 0x80, 0x00}},                                               /* shared, of 64 bits, with a most */
        {3, {3, I, 0}},                                                           /* a global */
        {3, {3, 0x7b, 1}},                                                        /* of v128 */
        {4, {3, 0x64, 0x6e, 0}},                                                  /* of a reference */
        {3, {4, 0, 1}},                                                           /* a tag */
    };
    for (uint32_t i = 0; i < COUNT_OF(imports); i++) {
        uint8_t body[64] = {2, 0, 0}, size = imports[i].size;
        memcpy(body + 3, imports[i].bytes, size);
        memcpy(body + 3 + size, (const uint8_t[]){1, 'a', 1, 'b', 0, 2}, 6);
        begin_with_types();
        put_section(IMPORT, body, 9u + size);
        SECTION(FUNCTION, 1, 1);
        SECTION(EXPORT, 2, 1, 'f', 0, 0, 1, 'g', 0, 1);
        expect("f", "lf>di");
        expect("g", "i>i");
    }
}

static void module_with_imports_of_the_future_is_unsupported(void **state)
{
    (void)state;
    static const uint8_t imports[][4] = {{5, 0, 0, 0},       {0x20, 0, 0, 0}, {2, 8, 1, 12}, {1, 0x65, 0x70, 0},
                                         {1, 0x64, 0x62, 0}, {3, I, 2, 0},    {4, 1, 0, 0}};
    for (uint32_t i = 0; i < COUNT_OF(imports); i++) {
        const uint8_t *b = imports[i];
        begin_with_types();
        SECTION(IMPORT, 1, 0, 0, b[0], b[1], b[2], b[3]);
        end_with(0);
        expect_status("f", MODULE_UNSUPPORTED);
    }
}

static void module_skips_sections_that_it_does_not_need(void **state)
{
    (void)state;
    begin();
    SECTION(0, 4, 'n', 'a', 'm', 'e', 1, 2, 3);
    SECTION(TYPE, 1, 0x60, 0, 1, F);
    SECTION(0, 0);
    SECTION(0, 1, 'x', EXPORT, 0, 0);
    SECTION(FUNCTION, 1, 0);
    SECTION(MEMORY, 1, 0, 1);
    SECTION(13, 1, 0, 0);
    SECTION(0, 0);
    SECTION(EXPORT, 1, 1, 'f', 0, 0);
    expect("f", ">f");
    uint32_t head = built.size;
    SECTION(CODE, 1, 2, 0, 0x0b);
    expect("f", ">f");
    built.size = head;
    built.data[built.size++] = CODE; /* and nothing more: the rest is not looked at */
    built.data[built.size++] = 0xff;
    expect("f", ">f");
}

static void module_with_sections_in_disorder_is_malformed(void **state)
{
    (void)state;
    begin_with_types();
    SECTION(FUNCTION, 1, 0);
    SECTION(IMPORT, 0);
    SECTION(EXPORT, 1, 1, 'f', 0, 0);
    expect_status("f", MODULE_MALFORMED);
    begin_with_types();
    SECTION(TYPE, 0);
    end_with(0);
    expect_status("f", MODULE_MALFORMED);
}

static void module_with_numbers_out_of_range_is_malformed(void **state)
{
    (void)state;
    begin_with_types();
    end_with(3); /* no such function */
    expect_status("f", MODULE_MALFORMED);
    begin_with_types();
    SECTION(FUNCTION, 1, 3); /* no such type */
    SECTION(EXPORT, 1, 1, 'f', 0, 0);
    expect_status("f", MODULE_MALFORMED);
    begin_with_types(); /* no functions */
    SECTION(EXPORT, 1, 1, 'f', 0, 0);
    expect_status("f", MODULE_MALFORMED);
    begin(); /* no types */
    SECTION(FUNCTION, 1, 0);
    SECTION(EXPORT, 1, 1, 'f', 0, 0);
    expect_status("f", MODULE_MALFORMED);
    begin_with_types();
    SECTION(FUNCTION, 1, 0xff, 0xff, 0xff, 0xff, 0x0f);
    SECTION(EXPORT, 2, 1, 'f', 0, 0, 1, 'g', 0, 0xff, 0xff, 0xff, 0xff, 0x0f);
    expect_status("f", MODULE_MALFORMED);
    expect_status("g", MODULE_MALFORMED);
}

static void module_compares_names_as_bytes(void **state)
{
    (void)state;
    struct module_signature signature;
    begin_with_types();
    SECTION(FUNCTION, 3, 0, 1, 2);
    SECTION(EXPORT, 4, 3, 'a', 0, 'b', 0, 0, 3, 'a', 0, 'c', 0, 1, 0, 0, 2, 1, 'a', 2, 0);
    assert_int_equal(look(built.data, built.size, "a\0b", 3, &signature), 0);
    assert_int_equal(signature.n_params, 0);
    assert_int_equal(look(built.data, built.size, "a\0c", 3, &signature), 0);
    assert_int_equal(signature.n_params, 1);
    assert_int_equal(look(built.data, built.size, "a\0", 2, &signature), MODULE_NOT_FOUND);
    assert_int_equal(look(built.data, built.size, "a\0d", 3, &signature), MODULE_NOT_FOUND);
    expect_status("a", MODULE_NOT_FOUND);
    expect("", "lf>di");
    assert_int_equal(pool__module_signature(built.data, built.size, NULL, 0, &signature), 0);
    assert_int_equal(signature.n_params, 2);
}

static void module_may_pad_its_numbers(void **state)
{
    (void)state;
    begin();
    SECTION(TYPE, 0x81, 0x80, 0x80, 0x80, 0x00, 0x60, 0x80, 0x00, 0x81, 0x80, 0x00, L);
    SECTION(FUNCTION, 0x81, 0x00, 0x80, 0x80, 0x80, 0x80, 0x00);
    SECTION(EXPORT, 0x81, 0x00, 0x81, 0x00, 'f', 0, 0x80, 0x80, 0x80, 0x80, 0x00);
    expect("f", ">l");
}

/* In place of the number of functions. */
static void module_with_numbers_too_long_or_too_large_is_malformed(void **state)
{
    (void)state;
    static const uint8_t numbers[][6] = {{0x81, 0x80, 0x80, 0x80, 0x80, 0x00},
                                         {0x81, 0x80, 0x80, 0x80, 0x10, 0x00},
                                         {0x81, 0x80, 0x80, 0x80, 0x40, 0x00},
                                         {0xff, 0xff, 0xff, 0xff, 0x7f, 0x00},
                                         {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
    for (uint32_t i = 0; i < COUNT_OF(numbers); i++) {
        begin_with_types();
        put_section(FUNCTION, numbers[i], sizeof numbers[i]);
        SECTION(EXPORT, 1, 1, 'f', 0, 0);
        expect_status("f", MODULE_MALFORMED);
    }
}

static void module_with_64_bit_limits_too_large_is_malformed(void **state)
{
    (void)state;
    begin_with_types();
    SECTION(IMPORT, 1, 0, 0, 2, 4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02);
    end_with(0);
    expect_status("f", MODULE_MALFORMED);
}

#define HUGE_NUMBER 0xff, 0xff, 0xff, 0xff, 0x0f

static void module_with_huge_counts_is_malformed(void **state)
{
    (void)state;
    begin();
    SECTION(TYPE, HUGE_NUMBER, 0x60, 0, 0);
    end_with(1);
    expect_status("f", MODULE_MALFORMED);
    begin();
    SECTION(TYPE, 1, 0x60, HUGE_NUMBER, I);
    end_with(0);
    expect_status("f", MODULE_MALFORMED);
    begin();
    SECTION(TYPE, 1, 0x4e, HUGE_NUMBER, 0x50, HUGE_NUMBER, 0);
    end_with(0);
    expect_status("f", MODULE_MALFORMED);
    begin();
    SECTION(TYPE, 1, 0x5f, HUGE_NUMBER, I, 0);
    end_with(0);
    expect_status("f", MODULE_MALFORMED);
    begin_with_types();
    SECTION(IMPORT, HUGE_NUMBER, 0, 0, 0, 0);
    end_with(1);
    expect_status("f", MODULE_MALFORMED);
    begin_with_types();
    SECTION(IMPORT, 1, HUGE_NUMBER, 0, 0, 0);
    end_with(0);
    expect_status("f", MODULE_MALFORMED);
    begin_with_types();
    SECTION(FUNCTION, HUGE_NUMBER, 0);
    SECTION(EXPORT, HUGE_NUMBER, 1, 'f', 0, 1);
    expect_status("f", MODULE_MALFORMED);
    expect_status("g", MODULE_MALFORMED);
    begin_with_types();
    SECTION(EXPORT, 1, HUGE_NUMBER, 'f', 0, 1);
    expect_status("f", MODULE_MALFORMED);
}

#define FOUR(type) type, type, type, type

static void module_gives_as_many_values_as_fit(void **state)
{
    (void)state;
    begin();
    SECTION(TYPE, 3, 0x60, 16, FOUR(I), FOUR(L), FOUR(F), FOUR(D), 16, FOUR(D), FOUR(F), FOUR(L), FOUR(I), /* */
            0x60, 17, FOUR(I), FOUR(I), FOUR(I), FOUR(I), I, 0, 0x60, 0, 17, FOUR(I), FOUR(I), FOUR(I), FOUR(I), I);
    SECTION(FUNCTION, 3, 0, 1, 2);
    SECTION(EXPORT, 3, 1, 'a', 0, 0, 1, 'b', 0, 1, 1, 'c', 0, 2);
    expect("a", "iiiillllffffdddd>ddddfffflllliiii");
    expect_status("b", MODULE_UNSUPPORTED);
    expect_status("c", MODULE_UNSUPPORTED);
}

static void module_refuses_values_that_are_no_numbers_and_steps_over_them(void **state)
{
    (void)state;
    begin();
    SECTION(TYPE, 5, 0x60, 1, 0x7b, 0, 0x60, 0, 2, I, 0x6f, 0x60, 2, 0x63, 0x05, L, 0, 0x60, 1, 0x64, 0x6c, 0, /* */
            0x60, 1, I, 1, L);
    SECTION(FUNCTION, 5, 0, 1, 2, 3, 4);
    SECTION(EXPORT, 5, 1, 'a', 0, 0, 1, 'b', 0, 1, 1, 'c', 0, 2, 1, 'd', 0, 3, 1, 'e', 0, 4);
    for (const char *name = "abcd"; *name; name++) {
        char one[2] = {*name, '\0'};
        expect_status(one, MODULE_UNSUPPORTED);
    }
    expect("e", "i>l");
}

static void module_steps_over_types_of_garbage_collection(void **state)
{
    (void)state;
    begin();
    SECTION(TYPE, 5,                                           /* groups */
            0x5e, 0x78, 1,                                     /* 0: an array of i8 */
            0x4e, 2, 0x5f, 2, 0x77, 0, 0x63, 1, 1, 0x60, 0, 0, /* 1: a struct; 2: a function */
            0x50, 1, 1, 0x5f, 0,                               /* 3: what may be extended further */
            0x4e, 0,                                           /* nothing */
            0x4f, 0, 0x60, 1, I, 1, F);                        /* 4 */
    SECTION(FUNCTION, 4, 4, 2, 0, 1);
    SECTION(EXPORT, 4, 1, 'f', 0, 0, 1, 'g', 0, 1, 1, 'h', 0, 2, 1, 'i', 0, 3);
    expect("f", "i>f");
    expect("g", ">");
    expect_status("h", MODULE_UNSUPPORTED);
    expect_status("i", MODULE_UNSUPPORTED);
}

static void module_with_types_of_the_future_is_unsupported(void **state)
{
    (void)state;
    static const uint8_t forms[] = {0x5d, 0x65, 0x4d, 0x40, 0x00};
    for (uint32_t i = 0; i < COUNT_OF(forms); i++) {
        begin();
        SECTION(TYPE, 3, 0x60, 1, L, 0, forms[i], 0, 0x60, 0, 0);
        SECTION(FUNCTION, 2, 0, 2);
        SECTION(EXPORT, 2, 1, 'f', 0, 0, 1, 'g', 0, 1);
        expect("f", "l>"); /* nothing before it is in doubt */
        expect_status("g", MODULE_UNSUPPORTED);
    }
    begin();
    SECTION(TYPE, 2, 0x60, 1, 0x65, 0x70, 0, 0x60, 0, 0);
    end_with(0);
    expect_status("f", MODULE_UNSUPPORTED);
}

static void module_of_another_kind_is_malformed(void **state)
{
    (void)state;
    static const uint8_t preambles[][8] = {{0, 'a', 's', 'm', 0x0d, 0, 1, 0}, /* a component */
                                           {0, 'a', 's', 'm', 1, 0, 1, 0},
                                           {0, 'a', 's', 'm', 2, 0, 0, 0},
                                           {0, 'a', 's', 'M', 1, 0, 0, 0},
                                           {'\x7f', 'E', 'L', 'F', 1, 0, 0, 0}};
    struct module_signature signature;
    for (uint32_t i = 0; i < COUNT_OF(preambles); i++) {
        begin_with_types();
        end_with(0);
        memcpy(built.data, preambles[i], sizeof preambles[i]);
        expect_status("f", MODULE_MALFORMED);
    }
    assert_int_equal(pool__module_signature(NULL, 0, "f", 1, &signature), MODULE_MALFORMED);
}

/* Real ones. */

static struct bytes file;

static void load(const char *path)
{
    FILE *stream = fopen(path, "rb");
    if (!stream) fail_msg("%s: run this from the top folder", path);
    file.size = (uint32_t)fread(file.data, 1, sizeof file.data, stream);
    fclose(stream);
    assert_in_range(file.size, 8, sizeof file.data - 1);
}

static void module_gives_the_types_of_real_guests(void **state)
{
    (void)state;
    static const struct {
        const char *path, *name, *types;
    } cases[] = {
        {GUESTS "hello.gen.wasm", "_start", ">"},
        {GUESTS "cat.gen.wasm", "_start", ">"},
        {GUESTS "wordcount.gen.wasm", "_start", ">"},
        {GUESTS "bulk.gen.wasm", "_start", ">"},
        {GUESTS "rpc.gen.wasm", "_start", ">"},
        {GUESTS "sieve.gen.wasm", "_emscripten_stack_restore", "i>"},
        {GUESTS "greet.gen.wasm", "emscripten_stack_get_current", ">i"},
        {GUESTS "misbehaving/nomemory.gen.wasm", "_start", ">"},
        {GUESTS "misbehaving/nostart.gen.wasm", "answer", ">i"},
    };
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        load(cases[i].path);
        expect_in(&file, cases[i].name, cases[i].types);
    }
}

/* Where the section at `at` ends; our guests are whole. */
static uint32_t section_end(uint32_t at)
{
    uint32_t size = 0, shift = 0;
    for (at++; file.data[at] & 0x80; at++, shift += 7) size |= (uint32_t)(file.data[at] & 0x7f) << shift;
    return at + 1 + (size | (uint32_t)file.data[at] << shift);
}

static bool ends_a_section(uint32_t size)
{
    uint32_t at = 8;
    while (at < size) at = section_end(at);
    return at == size;
}

static uint32_t end_of_exports(void)
{
    uint32_t at = 8;
    while (file.data[at] != EXPORT) at = section_end(at);
    return section_end(at);
}

static void check_prefixes(const char *path, const char *name)
{
    struct module_signature signature;
    load(path);
    uint32_t head = end_of_exports();
    for (uint32_t size = 0; size < file.size; size++) {
        int status = look(file.data, size, name, (uint32_t)strlen(name), &signature);
        int expected = size >= head ? 0 : size >= 8 && ends_a_section(size) ? MODULE_NOT_FOUND : MODULE_MALFORMED;
        if (status != expected) fail_msg("%u bytes of %s: %d", size, path, status);
    }
}

static void module_needs_its_head_and_no_more(void **state)
{
    (void)state;
    check_prefixes(GUESTS "hello.gen.wasm", "_start");
    check_prefixes(GUESTS "greet.gen.wasm", "_emscripten_stack_restore");
    check_prefixes(GUESTS "misbehaving/hostile.gen.wasm", "_start");
}

/* Every byte of a small guest, made any other byte. */
static void module_survives_any_byte(void **state)
{
    (void)state;
    uint32_t found = 0;
    load(GUESTS "hello.gen.wasm");
    for (uint32_t at = 0; at < file.size; at++) {
        uint8_t before = file.data[at];
        for (uint32_t byte = 0; byte < 256; byte++) {
            struct module_signature signature;
            file.data[at] = (uint8_t)byte;
            int status = look(file.data, file.size, "_start", 6, &signature);
            found += status == 0;
            assert_true(status == 0 || status == MODULE_NOT_FOUND || status == MODULE_MALFORMED ||
                        status == MODULE_UNSUPPORTED);
        }
        file.data[at] = before;
    }
    assert_true(found >= file.size);
}

static void module_does_without_code_and_custom_sections(void **state)
{
    (void)state;
    load(GUESTS "greet.gen.wasm");
    begin();
    for (uint32_t at = 8, end; at < file.size; at = end) {
        end = section_end(at);
        if (file.data[at] == 0 || file.data[at] >= CODE) continue;
        assert_true(built.size + end - at <= sizeof built.data);
        memcpy(built.data + built.size, file.data + at, end - at);
        built.size += end - at;
    }
    assert_true(built.size < file.size);
    expect("_emscripten_stack_restore", "i>");
    expect("_start", ">");
}

/* The type of an import, from bytes that are put where an access beyond them shows. */
static int look_at_import(uint32_t size, uint32_t number, struct module_signature *out)
{
    uint8_t *copy = malloc(size ? size : 1);
    memcpy(copy, built.data, size);
    int status = pool__module_import(copy, size, number, out);
    free(copy);
    return status;
}

static void expect_import(uint32_t number, const char *expected)
{
    struct module_signature signature;
    char text[2 * MODULE_VALUES_MAX + 2];
    assert_int_equal(look_at_import(built.size, number, &signature), 0);
    write_down(&signature, text);
    assert_string_equal(text, expected);
}

static void expect_import_status(uint32_t number, int expected)
{
    struct module_signature signature, before;
    memset(&signature, 0xee, sizeof signature);
    before = signature;
    assert_int_equal(look_at_import(built.size, number, &signature), expected);
    assert_memory_equal(&signature, &before, sizeof before);
}

/* Imports of all kinds: m.f of type 2, a table, a memory, a global, m.g of type 0, and m.h of type 1. */
#define ALL_KINDS                                                                                                     \
    6, 1, 'm', 1, 'f', 0, 2, 1, 'm', 1, 't', 1, 0x70, 0, 1, 1, 'm', 1, 'm', 2, 0, 1, 1, 'm', 1, 'x', 3, I, 0, 1, 'm', \
        1, 'g', 0, 0, 1, 'm', 1, 'h', 0, 1

static void import_is_counted_among_imports_of_all_kinds(void **state)
{
    (void)state;
    begin_with_types();
    SECTION(IMPORT, ALL_KINDS);
    expect_import(0, "lf>di");
    expect_import(4, ">");
    expect_import(5, "i>i");
    for (uint32_t number = 1; number <= 3; number++) expect_import_status(number, MODULE_NOT_FOUND);
    expect_import_status(6, MODULE_NOT_FOUND);
    expect_import_status(UINT32_MAX, MODULE_NOT_FOUND);
    end_with(0); /* what follows does not matter */
    expect_import(5, "i>i");
}

static void import_of_a_module_without_any_is_not_found(void **state)
{
    (void)state;
    begin_with_types();
    expect_import_status(0, MODULE_NOT_FOUND);
    begin();
    expect_import_status(0, MODULE_NOT_FOUND);
    built.size = 4;
    expect_import_status(0, MODULE_MALFORMED);
}

static void import_of_other_types_is_unsupported(void **state)
{
    (void)state;
    begin();
    SECTION(TYPE, 3, 0x60, 1, 0x6f, 0, 0x60, 0, 1, 0x70, 0x60, 17, I, I, I, I, I, I, I, I, I, I, I, I, I, I, I, I, I,
            0);
    SECTION(IMPORT, 4, 1, 'm', 1, 'a', 0, 0, 1, 'm', 1, 'b', 0, 1, 1, 'm', 1, 'c', 0, 2, 1, 'm', 1, 'd', 0, 3);
    for (uint32_t number = 0; number < 3; number++) expect_import_status(number, MODULE_UNSUPPORTED);
    expect_import_status(3, MODULE_MALFORMED); /* there is no such type */
}

static void import_in_what_is_cut_or_damaged_is_no_access_beyond_it(void **state)
{
    (void)state;
    struct module_signature signature;
    begin_with_types();
    SECTION(IMPORT, ALL_KINDS);
    for (uint32_t size = 0; size <= built.size; size++) {
        for (uint32_t number = 0; number < 7; number++) look_at_import(size, number, &signature);
    }
    for (uint32_t at = 8; at < built.size; at++) {
        uint8_t had = built.data[at];
        for (uint32_t byte = 0; byte < 256; byte++) {
            built.data[at] = (uint8_t)byte;
            int status = look_at_import(built.size, 5, &signature);
            assert_true(status == 0 || status == MODULE_NOT_FOUND || status == MODULE_MALFORMED ||
                        status == MODULE_UNSUPPORTED);
        }
        built.data[at] = had;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(module_gives_the_types_of_an_export),
        cmocka_unit_test(module_without_that_function_is_not_found),
        cmocka_unit_test(module_counts_imported_functions_first),
        cmocka_unit_test(module_steps_over_what_else_is_imported),
        cmocka_unit_test(module_with_imports_of_the_future_is_unsupported),
        cmocka_unit_test(module_skips_sections_that_it_does_not_need),
        cmocka_unit_test(module_with_sections_in_disorder_is_malformed),
        cmocka_unit_test(module_with_numbers_out_of_range_is_malformed),
        cmocka_unit_test(module_compares_names_as_bytes),
        cmocka_unit_test(module_may_pad_its_numbers),
        cmocka_unit_test(module_with_numbers_too_long_or_too_large_is_malformed),
        cmocka_unit_test(module_with_64_bit_limits_too_large_is_malformed),
        cmocka_unit_test(module_with_huge_counts_is_malformed),
        cmocka_unit_test(module_gives_as_many_values_as_fit),
        cmocka_unit_test(module_refuses_values_that_are_no_numbers_and_steps_over_them),
        cmocka_unit_test(module_steps_over_types_of_garbage_collection),
        cmocka_unit_test(module_with_types_of_the_future_is_unsupported),
        cmocka_unit_test(module_of_another_kind_is_malformed),
        cmocka_unit_test(module_gives_the_types_of_real_guests),
        cmocka_unit_test(module_needs_its_head_and_no_more),
        cmocka_unit_test(module_survives_any_byte),
        cmocka_unit_test(module_does_without_code_and_custom_sections),
        cmocka_unit_test(import_is_counted_among_imports_of_all_kinds),
        cmocka_unit_test(import_of_a_module_without_any_is_not_found),
        cmocka_unit_test(import_of_other_types_is_unsupported),
        cmocka_unit_test(import_in_what_is_cut_or_damaged_is_no_access_beyond_it),
    };
    return cmocka_run_group_tests_name("module", tests, NULL, NULL);
}
