/* What is done to volumes by path, from the root, by those who have no descriptors: the callers of pool.h, and the
 * coordinator's script.
 */
#ifndef MILLRACE_FS_TREE_H
#define MILLRACE_FS_TREE_H

#include "core/file_call.h"
#include "sync/sleep.h"

/* Carries out one call and returns what the function of pool.h returns; POOL_EAGAIN: there is no memory now, and the
 * sleeper must not sleep for it. */
int32_t pool__tree_call(struct sleeper *sleeper, const struct file_call *call);

#endif
