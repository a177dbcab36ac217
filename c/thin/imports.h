/* Who serves the imports of guests. */
#ifndef MILLRACE_THIN_IMPORTS_H
#define MILLRACE_THIN_IMPORTS_H

#include "thin/state.h"

struct thin_import {
    struct thin_import *next;
    pool_import_handler handler;
    void *user;
    uint32_t number; /* as pool__thin_serve_import was told */
    uint32_t module_bytes;
    char names[]; /* of the module, and of the import, each ended by a NUL */
};

/* What a submission's record says of the imports of its module. */
uint32_t pool__thin_link_of(struct pool *pool, pool_module_t module);
/* Who serves a module's import now; NULL: nobody. */
const struct thin_import *pool__thin_import_of(struct pool *pool, pool_module_t module, uint32_t import);
void pool__thin_free_imports(struct pool *pool);

#endif
