/* Why the program's own stdout or stderr takes no more bytes. */
#ifndef MILLRACE_CORE_OUTPUT_ERROR_H
#define MILLRACE_CORE_OUTPUT_ERROR_H

#include <errno.h>

#include "pool.h"

/* The error of pool.h for an errno of write(2). */
static inline int pool__output_error(int number)
{
    switch (number) {
    case EPIPE: return POOL_EPIPE;
    case EFBIG: return POOL_EFBIG;
    case ENOSPC: return POOL_ENOSPC;
    default: return POOL_EIO;
    }
}

#endif
