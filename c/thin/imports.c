/* Who serves the imports of guests: handlers by module and name. */
#include "thin/imports.h"

#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/utf8.h"
#include "thin/bridge.h"
#include "thin/explain.h"

static struct thin_import **find(struct pool *pool, const char *module_name, const char *name)
{
    struct thin_import **at = &pool->imports;
    for (; *at; at = &(*at)->next) {
        const char *names = (*at)->names;
        if (strcmp(names, module_name) == 0 && strcmp(names + (*at)->module_bytes + 1, name) == 0) break;
    }
    return at;
}

/* The size of a name; POOL_EINVAL. */
static int32_t size_of(const char *name)
{
    uint32_t size = name ? pool__text_bytes(name, POOL_NAME_MAX_BYTES + 1) : UINT32_MAX;
    return size > POOL_NAME_MAX_BYTES || !pool__is_utf8(name, size) ? POOL_EINVAL : (int32_t)size;
}

static struct thin_import *new_import(struct pool *pool, const char *module_name, uint32_t module_bytes,
                                      const char *name, uint32_t name_bytes)
{
    struct thin_import *import = calloc(1, sizeof *import + module_bytes + name_bytes + 2);
    if (!import) return NULL;
    import->number = ++pool->n_imports;
    import->module_bytes = module_bytes;
    memcpy(import->names, module_name, module_bytes);
    memcpy(import->names + module_bytes + 1, name, name_bytes);
    return import;
}

int pool_import_set(pool_t *pool, const char *module_name, const char *name, pool_import_handler handler, void *user)
{
    pool__thin_begin();
    int32_t module_bytes = size_of(module_name), name_bytes = size_of(name);
    if (!pool || module_bytes < 0 || name_bytes < 0) return POOL_EINVAL;
    if (pool->closing) return POOL_ESHUTDOWN;
    struct thin_import **at = find(pool, module_name, name), *found = *at;
    if (!found && !handler) return 0;
    if (!found) {
        *at = found = new_import(pool, module_name, (uint32_t)module_bytes, name, (uint32_t)name_bytes);
        if (!found) return POOL_ENOMEM;
        pool__thin_serve_import(pool->id, module_name, name, found->number);
    }
    found->handler = handler;
    found->user = user;
    if (handler) return 0;
    pool__thin_serve_import(pool->id, module_name, name, 0);
    *at = found->next;
    free(found);
    return 0;
}

uint32_t pool__thin_link_of(struct pool *pool, pool_module_t module)
{
    return pool->imports ? pool__thin_link(pool->id, (double)module) : 0;
}

const struct thin_import *pool__thin_import_of(struct pool *pool, pool_module_t module, uint32_t import)
{
    uint32_t number = pool__thin_handler_of(pool->id, (double)module, import);
    struct thin_import *found = pool->imports;
    while (found && found->number != number) found = found->next;
    POOL_ASSERT(!number || found);
    return found;
}

void pool__thin_free_imports(struct pool *pool)
{
    while (pool->imports) {
        struct thin_import *import = pool->imports;
        pool->imports = import->next;
        free(import);
    }
}
