/* Calls of imports that handlers serve: one conversation at a time with each job, since its guest waits. */
#ifndef MILLRACE_THIN_IMPORT_CALLS_H
#define MILLRACE_THIN_IMPORT_CALLS_H

#include "thin/bridge.h"
#include "thin/state.h"

/* A job has made a host call without a name (core/import_call.h). */
void pool__thin_take_import_call(struct pool *pool, const struct thin_host_call *call);
/* There may be memory for answers that wait for it. */
void pool__thin_advance_import_calls(struct pool *pool);
/* The job of a slot may have ended: if it has, nobody waits for its import call any more. */
void pool__thin_leave_import_call(struct pool *pool, uint32_t slot);
/* Every job has ended. */
void pool__thin_end_import_calls(struct pool *pool);
/* Whether nobody waits for the answer to an import call; false: it is none. */
bool pool__thin_import_abandoned(struct pool *pool, pool_call_t call);
void pool__thin_free_import_calls(struct pool *pool);

#endif
