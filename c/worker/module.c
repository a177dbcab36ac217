/* Reading the head of a WebAssembly module. The numbers are those of the WebAssembly Core Specification 3.0, "Binary
 * Format". */
#include "worker/module.h"

#include <stdbool.h>
#include <string.h>

#include "core/check.h"

enum section { SECTION_TYPE = 1, SECTION_IMPORT = 2, SECTION_FUNCTION = 3, SECTION_EXPORT = 7, SECTIONS };
enum extern_kind { KIND_FUNCTION = 0, KIND_TABLE, KIND_MEMORY, KIND_GLOBAL, KIND_TAG };

#define FORM_REC 0x4e
#define FORM_SUB_FINAL 0x4f
#define FORM_SUB 0x50
#define FORM_ARRAY 0x5e
#define FORM_STRUCT 0x5f
#define FORM_FUNCTION 0x60

#define TYPE_V128 0x7b
#define TYPE_I8 0x78 /* in fields only */
#define TYPE_I16 0x77
#define TYPE_REF_LAST 0x74 /* 0x69 to 0x74: references that are named by one byte */
#define TYPE_REF_FIRST 0x69
#define TYPE_REF 0x64 /* these two are followed by what they refer to */
#define TYPE_REF_NULL 0x63

#define LIMITS_MAX 1u
#define LIMITS_SHARED 2u
#define LIMITS_64_BIT 4u

/* A position in the bytes. After an error it stands at its end and every read gives 0, so only the code that decides
 * something needs to look for errors. */
struct cursor {
    const uint8_t *at;
    const uint8_t *end;
    int error; /* the first one, an enum module_status */
};

/* One entry of the type section. */
struct defined_type {
    bool usable; /* a function whose values all fit into `signature` */
    struct module_signature signature;
};

static void fail(struct cursor *c, int error)
{
    POOL_ASSERT(error && c->at <= c->end);
    if (!c->error) c->error = error;
    c->at = c->end;
}

static uint8_t take_byte(struct cursor *c)
{
    if (c->at != c->end) return *c->at++;
    fail(c, MODULE_MALFORMED);
    return 0;
}

/* A run of bytes, with a position of its own. */
static struct cursor take_run(struct cursor *c, uint32_t size)
{
    if (size > (size_t)(c->end - c->at)) {
        fail(c, MODULE_MALFORMED);
        size = 0;
    }
    POOL_ASSERT(size <= (size_t)(c->end - c->at));
    struct cursor run = {c->at, c->at + size, c->error};
    c->at += size;
    return run;
}

/* LEB128 of at most `bits`. It may be padded with zeros, but not beyond the bytes that so many bits can need. */
static uint64_t take_leb(struct cursor *c, uint32_t bits)
{
    uint64_t value = 0;
    for (uint32_t shift = 0; shift < bits; shift += 7) {
        uint8_t byte = take_byte(c);
        uint32_t left = bits - shift;
        if (left < 7 && byte >> left) break; /* does not end here, or is too large */
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) return c->error ? 0 : value;
    }
    fail(c, MODULE_MALFORMED);
    return 0;
}

static uint32_t take_u32(struct cursor *c)
{
    return (uint32_t)take_leb(c, 32);
}

static void skip_name(struct cursor *c)
{
    take_run(c, take_u32(c));
}

static bool is_short_ref(uint8_t type)
{
    return type >= TYPE_REF_FIRST && type <= TYPE_REF_LAST;
}

/* What a reference refers to: a type's number, or one byte that would be negative as a number. */
static void skip_heap_type(struct cursor *c)
{
    uint8_t first = c->at == c->end ? 0 : *c->at;
    if (first >= 0x40 && first < 0x80) {
        if (!is_short_ref(take_byte(c))) fail(c, MODULE_UNSUPPORTED);
    } else {
        take_u32(c);
    }
}

/* The first byte of a type, with the rest stepped over. */
static uint8_t take_value_type(struct cursor *c)
{
    uint8_t type = take_byte(c);
    if (type == TYPE_REF || type == TYPE_REF_NULL) {
        skip_heap_type(c);
    } else if (!is_short_ref(type) && (type < TYPE_V128 || type > POOL_I32)) {
        fail(c, MODULE_UNSUPPORTED); /* its length is unknown, and with it where the next thing begins */
    }
    return type;
}

static bool is_number(uint8_t type)
{
    return type >= POOL_F64 && type <= POOL_I32;
}

/* Reads a list of types: returns how many it put into `types`, and makes `*fits_out` false if that is not all. */
static uint8_t take_values(struct cursor *c, uint8_t *types, bool *fits_out)
{
    uint32_t n = take_u32(c);
    uint8_t kept = 0;
    for (uint32_t i = 0; i < n && !c->error; i++) {
        uint8_t type = take_value_type(c);
        bool fits = is_number(type) && kept < MODULE_VALUES_MAX;
        if (fits) types[kept++] = type;
        *fits_out = *fits_out && fits;
    }
    POOL_ASSERT(kept <= MODULE_VALUES_MAX); /* so that parameters and results fit into one signature */
    return kept;
}

static void take_function_type(struct cursor *c, struct defined_type *type)
{
    struct module_signature *signature = &type->signature;
    type->usable = true;
    signature->n_params = take_values(c, signature->types, &type->usable);
    signature->n_results = take_values(c, signature->types + signature->n_params, &type->usable);
}

static void skip_field(struct cursor *c)
{
    if (c->at != c->end && (*c->at == TYPE_I8 || *c->at == TYPE_I16)) {
        take_byte(c);
    } else {
        take_value_type(c);
    }
    take_byte(c); /* mutable or not */
}

static void skip_struct(struct cursor *c)
{
    for (uint32_t n = take_u32(c); n > 0 && !c->error; n--) skip_field(c);
}

/* Reads one type. A list of its supertypes may come first. */
static struct defined_type take_type(struct cursor *c)
{
    struct defined_type type = {0};
    uint8_t form = take_byte(c);
    if (form == FORM_SUB || form == FORM_SUB_FINAL) {
        for (uint32_t n = take_u32(c); n > 0 && !c->error; n--) take_u32(c);
        form = take_byte(c);
    }
    switch (form) {
    case FORM_FUNCTION: take_function_type(c, &type); break;
    case FORM_STRUCT: skip_struct(c); break;
    case FORM_ARRAY: skip_field(c); break;
    default: fail(c, MODULE_UNSUPPORTED);
    }
    return type;
}

/* How many types follow: those of a recursive group, or one that stands alone. */
static uint32_t take_group(struct cursor *c)
{
    if (c->at == c->end || *c->at != FORM_REC) return 1;
    take_byte(c);
    return take_u32(c);
}

/* Type number `wanted`, counted through all groups. */
static int find_type(struct cursor c, uint32_t wanted, struct defined_type *out)
{
    uint32_t index = 0;
    for (uint32_t groups = take_u32(&c); groups > 0 && !c.error; groups--) {
        for (uint32_t n = take_group(&c); n > 0 && !c.error; n--) {
            *out = take_type(&c);
            if (!c.error && index++ == wanted) return 0;
        }
    }
    return c.error ? c.error : MODULE_MALFORMED;
}

static void skip_limits(struct cursor *c)
{
    uint8_t flags = take_byte(c);
    uint32_t bits = flags & LIMITS_64_BIT ? 64 : 32;
    if (flags & ~(LIMITS_MAX | LIMITS_SHARED | LIMITS_64_BIT)) fail(c, MODULE_UNSUPPORTED);
    take_leb(c, bits);
    if (flags & LIMITS_MAX) take_leb(c, bits);
}

static void skip_table(struct cursor *c)
{
    take_value_type(c);
    skip_limits(c);
}

static void skip_global(struct cursor *c)
{
    take_value_type(c);
    if (take_byte(c) > 1) fail(c, MODULE_UNSUPPORTED); /* mutable or not is all there is */
}

static void skip_tag(struct cursor *c)
{
    if (take_byte(c) != 0) fail(c, MODULE_UNSUPPORTED); /* it can only be an exception */
    take_u32(c);
}

/* True: it is a function, of that type. */
static bool take_import(struct cursor *c, uint32_t *type_out)
{
    skip_name(c); /* of the module, and of the thing itself */
    skip_name(c);
    switch (take_byte(c)) {
    case KIND_FUNCTION: *type_out = take_u32(c); return true;
    case KIND_TABLE: skip_table(c); return false;
    case KIND_MEMORY: skip_limits(c); return false;
    case KIND_GLOBAL: skip_global(c); return false;
    case KIND_TAG: skip_tag(c); return false;
    default: fail(c, MODULE_UNSUPPORTED); return false;
    }
}

/* The number of an imported function's type. MODULE_NOT_FOUND: the function is the module's own, and `*function`
 * becomes its number among those. */
static int find_imported(struct cursor c, uint32_t *function, uint32_t *type_out)
{
    for (uint32_t n = c.at ? take_u32(&c) : 0; n > 0 && !c.error; n--) {
        if (!take_import(&c, type_out) || c.error) continue;
        if (*function == 0) return 0;
        --*function;
    }
    return c.error ? c.error : MODULE_NOT_FOUND;
}

/* The number of the type of one of the module's own functions. */
static int find_own(struct cursor c, uint32_t function, uint32_t *type_out)
{
    if (function >= take_u32(&c)) return MODULE_MALFORMED;
    for (uint32_t i = 0; i <= function && !c.error; i++) *type_out = take_u32(&c);
    return c.error;
}

static bool is_name(struct cursor found, const char *name, uint32_t size)
{
    return (size_t)(found.end - found.at) == size && (size == 0 || memcmp(found.at, name, size) == 0);
}

static int find_export(struct cursor c, const char *name, uint32_t name_size, uint32_t *function_out)
{
    for (uint32_t n = c.at ? take_u32(&c) : 0; n > 0 && !c.error; n--) {
        struct cursor found = take_run(&c, take_u32(&c));
        uint8_t kind = take_byte(&c);
        *function_out = take_u32(&c);
        if (!c.error && kind == KIND_FUNCTION && is_name(found, name, name_size)) return 0;
    }
    return c.error ? c.error : MODULE_NOT_FOUND;
}

static bool is_needed(uint8_t id)
{
    return id == SECTION_TYPE || id == SECTION_IMPORT || id == SECTION_FUNCTION || id == SECTION_EXPORT;
}

/* Finds the sections up to the exports. Those that are missing stay empty. */
static int find_sections(struct cursor c, struct cursor sections[SECTIONS])
{
    uint8_t last = 0;
    while (c.at != c.end && last < SECTION_EXPORT) {
        uint8_t id = take_byte(&c);
        struct cursor body = take_run(&c, take_u32(&c));
        if (c.error || !is_needed(id)) continue;
        if (id <= last) return MODULE_MALFORMED; /* their order is fixed, and none comes twice */
        POOL_ASSERT(id < SECTIONS && !sections[id].at);
        sections[id] = body;
        last = id;
    }
    return c.error;
}

static bool is_core_module(const uint8_t *bytes, uint32_t size)
{
    static const uint8_t preamble[] = {0, 'a', 's', 'm', 1, 0, 0, 0}; /* version 1, layer 0; a component is layer 1 */
    return size >= sizeof preamble && memcmp(bytes, preamble, sizeof preamble) == 0;
}

/* The number of any function's type. */
static int type_of(const struct cursor sections[SECTIONS], uint32_t function, uint32_t *type_out)
{
    int error = find_imported(sections[SECTION_IMPORT], &function, type_out);
    return error == MODULE_NOT_FOUND ? find_own(sections[SECTION_FUNCTION], function, type_out) : error;
}

static int find_head(const uint8_t *bytes, uint32_t size, struct cursor sections[SECTIONS])
{
    if (!is_core_module(bytes, size)) return MODULE_MALFORMED;
    return find_sections((struct cursor){.at = bytes + 8, .end = bytes + size}, sections);
}

/* The signature of a type by its number. */
static int find_signature(const struct cursor sections[SECTIONS], uint32_t number, struct module_signature *out)
{
    struct defined_type type;
    int error = find_type(sections[SECTION_TYPE], number, &type);
    if (!error && !type.usable) error = MODULE_UNSUPPORTED;
    if (!error) *out = type.signature;
    return error;
}

int pool__module_signature(const uint8_t *bytes, uint32_t size, const char *name, uint32_t name_size,
                           struct module_signature *out)
{
    struct cursor sections[SECTIONS] = {0};
    uint32_t function, number;
    int error = find_head(bytes, size, sections);
    if (!error) error = find_export(sections[SECTION_EXPORT], name, name_size, &function);
    if (!error) error = type_of(sections, function, &number);
    return error ? error : find_signature(sections, number, out);
}

/* The number of an import's type, which is a function. */
static int find_import(struct cursor c, uint32_t wanted, uint32_t *type_out)
{
    uint32_t index = 0;
    for (uint32_t n = c.at ? take_u32(&c) : 0; n > 0 && !c.error; n--) {
        bool is_function = take_import(&c, type_out);
        if (!c.error && index++ == wanted) return is_function ? 0 : MODULE_NOT_FOUND;
    }
    return c.error ? c.error : MODULE_NOT_FOUND;
}

int pool__module_import(const uint8_t *bytes, uint32_t size, uint32_t number, struct module_signature *out)
{
    struct cursor sections[SECTIONS] = {0};
    uint32_t type;
    int error = find_head(bytes, size, sections);
    if (!error) error = find_import(sections[SECTION_IMPORT], number, &type);
    return error ? error : find_signature(sections, type, out);
}
