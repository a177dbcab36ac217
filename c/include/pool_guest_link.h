/* How pool_guest.h's functions are linked: imported by a guest, or a part of libmillrace. */
#ifndef MILLRACE_POOL_GUEST_LINK_H
#define MILLRACE_POOL_GUEST_LINK_H

#ifdef __wasi__
#define POOL_GUEST_API(name) __attribute__((import_module("millrace"), import_name(#name)))
#else
#include "pool_export.h"
#define POOL_GUEST_API(name) POOL_API
#endif

#endif
