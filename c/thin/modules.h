/* Modules that are being loaded. */
#ifndef MILLRACE_THIN_MODULES_H
#define MILLRACE_THIN_MODULES_H

#include "thin/state.h"

void pool__thin_loaded(struct pool *pool, uint32_t request, double status);
void pool__thin_fail_loads(struct pool *pool);

#endif
