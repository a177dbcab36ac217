/* What is done to volumes by path, from the root, by those who have no descriptors: the callers of pool.h, and the
 * coordinator's script.
 */
#ifndef MILLRACE_FS_TREE_H
#define MILLRACE_FS_TREE_H

#include "core/file_call.h"
#include "sync/sleep.h"

/* Carries out one call: what the function of pool.h returns. What lacks memory, and whose sleeper cannot sleep for it,
 * is POOL_EAGAIN. */
int32_t pool__tree_call(struct sleeper *sleeper, const struct file_call *call);

#endif
