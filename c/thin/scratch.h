/* The scratch memory: a piece of the pool's memory through which arguments and results cross. */
#ifndef MILLRACE_THIN_SCRATCH_H
#define MILLRACE_THIN_SCRATCH_H

#include "core/record.h"
#include "thin/state.h"

/* The word, or the handle, at an index. */
uint32_t pool__thin_out(struct pool *pool, uint32_t index);
uint64_t pool__thin_handle_out(struct pool *pool, uint32_t index);
/* Puts the input of the next submission where the pool can reach it. */
int pool__thin_stage(struct pool *pool, const void *data, uint32_t size);

#endif
