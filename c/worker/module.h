/* What the head of a WebAssembly module tells about the functions that it exports and imports.
 *
 * The bytes may come from anybody, so nothing in them is believed: every read is checked against the end of the section
 * it is in. This is no validator. It reads the sections that it needs as far as it needs them; the engine judges the
 * rest.
 *
 * A head is enough: the bytes may end behind the export section, and sections that are not needed (custom, code, data,
 * any but type, import, function and export) may be missing. A head that is cut between two sections before its exports
 * cannot be told from a module that exports nothing.
 */
#ifndef MILLRACE_WORKER_MODULE_H
#define MILLRACE_WORKER_MODULE_H

#include <stdint.h>

#include "pool.h"

#define MODULE_VALUES_MAX POOL_VALUES_MAX /* parameters, and results */

enum module_status {
    MODULE_NOT_FOUND = POOL_ENOENT, /* it exports nothing of that name, or something that is no function */
    MODULE_MALFORMED = POOL_EINVAL, /* no module, another version, a component, cut in the middle, or damaged */
    /* The function has more than MODULE_VALUES_MAX parameters or results, or types that are not in enum
     * pool_value_type; or something before it in the module is newer than this reader. */
    MODULE_UNSUPPORTED = POOL_ENOTSUP
};

struct module_signature {
    uint8_t n_params;
    uint8_t n_results;
    uint8_t types[2 * MODULE_VALUES_MAX]; /* enum pool_value_type: of the parameters, and then of the results */
};

/* Finds the function that a module exports under `name`, which may hold any bytes: 0 or an enum module_status. */
POOL_MUST_CHECK int pool__module_signature(const uint8_t *bytes, uint32_t size, const char *name, uint32_t name_size,
                                           struct module_signature *out);

/* The same of the module's import `number`, counted through all imports. MODULE_NOT_FOUND: it is no function, or there is
 * none. */
POOL_MUST_CHECK int pool__module_import(const uint8_t *bytes, uint32_t size, uint32_t number,
                                        struct module_signature *out);

#endif
