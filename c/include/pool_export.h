/* How pool.h's functions are linked: visible to other programs, as C also from C++, and under another name if the
 * embedder has a pool_create of its own: with -DPOOL_PREFIX=acme_ all of them begin with `acme_pool_`. The library has
 * to be built with the same prefix (`make install POOL_PREFIX=acme_`).
 *
 * The only public header with conditionals.
 */
#ifndef MILLRACE_POOL_EXPORT_H
#define MILLRACE_POOL_EXPORT_H

#ifdef POOL_PREFIX
#include "pool_prefix.gen.h"
#endif

#ifdef __cplusplus
#define POOL_LINKAGE extern "C"
#else
#define POOL_LINKAGE extern
#endif

/* Marks what a program may call. */
#define POOL_API POOL_LINKAGE __attribute__((visibility("default")))
/* Marks results that must be looked at. */
#define POOL_MUST_CHECK __attribute__((warn_unused_result))

#endif
