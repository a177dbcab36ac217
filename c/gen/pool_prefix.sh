#!/bin/sh
# Prints pool_prefix.gen.h, which renames the functions of pool.h. Usage: c/gen/pool_prefix.sh < tests/abi/symbols.txt
cat <<'END'
/* The functions of pool.h and pool_guest.h under another name: each begins with POOL_PREFIX. See pool_export.h.
 * Written by `make abi`.
 */
#ifndef MILLRACE_POOL_PREFIX_H
#define MILLRACE_POOL_PREFIX_H

#define POOL_PREFIX_PASTE(prefix, name) prefix##name
#define POOL_PREFIX_NAME(prefix, name) POOL_PREFIX_PASTE(prefix, name)

END
sed 's/.* \(.*\)/#define \1 POOL_PREFIX_NAME(POOL_PREFIX, \1)/'
printf '\n#endif\n'
